"""What is in force of the settings of `troth serve`, and where each value came from.

What an option says goes before the environment, that before the file, and that before what is usual.
"""

import re
import tomllib
from argparse import Namespace
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from api.command.settings import (
    BY_FILE,
    PREFIX,
    SETTINGS,
    TENANT_KEY,
    TENANTS,
    Address,
    Setting,
    read_place,
    shown,
)
from engine.diagnostic import Diagnostic
from engine.dsl.names import nearest
from engine.source import Source, Span

FILE_VARIABLE = f"{PREFIX}CONFIG"
"""Names the file where no option does."""

ELSEWHERE = frozenset(
    {FILE_VARIABLE, "TROTH_PULL_TOKEN", "TROTH_LONG", "TROTH_TEST_ALL", "TROTH_DATA", "TROTH_PORT"}
)
FOREIGN = re.compile(r"TROTH_(SERVICE|PORT)_\w+")
"""Variables that are not for the server; the last ones are set by a Kubernetes whose service is `troth`."""

LONGEST_FILE = 1_000_000


@dataclass(slots=True, kw_only=True)
class InForce:
    """Values and their origins by key, and every mistake; `source` is the file, if there is one."""

    values: dict[str, object] = field(default_factory=dict[str, object])
    origins: dict[str, str] = field(default_factory=dict[str, str])
    tenants: dict[str, str] = field(default_factory=dict[str, str])
    mistakes: list[Diagnostic] = field(default_factory=list[Diagnostic])
    source: Source | None = None

    def lines(self) -> Iterator[str]:
        """All that is in force, as TOML, with the origin of each value beside it."""
        told = [(each.key, self.values[each.key]) for each in SETTINGS]
        told += [(f"{TENANTS}.{name}", place) for name, place in self.tenants.items()]
        for key, value in told:
            if value is None:
                yield f"# {key} is not said"
            else:
                yield f"{key} = {shown(value)}  # {self.origins[key]}"


def in_force(options: Namespace, environment: Mapping[str, str]) -> InForce:
    """What holds for these options in this environment, which are set to it if nothing is wrong."""
    found = InForce()
    for setting in SETTINGS:
        found.values[setting.key] = setting.default
        found.origins[setting.key] = "default"
    place = options.config if options.config is not None else environment.get(FILE_VARIABLE)
    if place is not None:
        _take_file(found, Path(place))
    _take_environment(found, environment)
    _take_options(found, options)
    if not found.mistakes:
        for setting in SETTINGS:
            setattr(options, setting.dest, found.values[setting.key])
        options.archive = [f"{name}={place}" for name, place in found.tenants.items()]
    return found


def _take_file(found: InForce, path: Path) -> None:
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            text = stream.read(LONGEST_FILE)
        found.source = Source(name=str(path), text=text)
        table = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
        _refuse(found, f"the configuration `{path}` cannot be read: {(reason or str(error)).lower()}")
        return
    except tomllib.TOMLDecodeError as error:
        _refuse(found, f"{path}: it is no TOML: {str(error)[0].lower()}{str(error)[1:]}")
        return
    known = {each.key: each for each in SETTINGS}
    for key, value in _flat(table):
        where = _place(found.source, key)
        name = key.removeprefix(f"{TENANTS}.")
        if key in known:
            _take(found, known[key], value, str(path), where, folder=path.parent)
        elif name != key and TENANT_KEY.fullmatch(name) and isinstance(value, str):
            _take_tenant(found, name, value, str(path), where, folder=path.parent)
        else:
            words = "a tenant is a name in small letters and the place of its archive"
            near = nearest(key, [*known, TENANTS])
            help = words if name != key else f"did you mean `{near}`?" if near else _all_keys()
            _refuse(found, f"`{key}` is no setting", where, help)


def _take_environment(found: InForce, environment: Mapping[str, str]) -> None:
    known = {each.variable: each for each in SETTINGS}
    tenants = f"{PREFIX}{TENANTS.upper()}_"
    for name, text in environment.items():
        if not name.startswith(PREFIX) or name in ELSEWHERE or FOREIGN.fullmatch(name):
            continue
        if name in known:
            setting = known[name]
            value = [each.strip() for each in text.split(",")] if setting.is_list else text
            _take(found, setting, value, name, None, folder=Path())
        elif name.startswith(tenants) and TENANT_KEY.fullmatch(named := name.removeprefix(tenants).lower()):
            _take_tenant(found, named, text, name, None, folder=Path())
        else:
            near = nearest(name, known)
            _refuse(found, f"`{name}` is no setting", None, f"did you mean `{near}`?" if near else None)


def _take_options(found: InForce, options: Namespace) -> None:
    for setting in SETTINGS:
        said = getattr(options, setting.dest)
        if said not in (None, False, []):
            many = cast("list[object]", said) if isinstance(said, list) else None
            found.values[setting.key] = said if many is None else tuple(many)
            found.origins[setting.key] = "option"
    if options.port is not None:
        listen = cast(Address, found.values["listen"])
        found.values["listen"] = replace(listen, port=options.port)
        found.origins["listen"] = "option"
    if options.archive:
        found.tenants.clear()
    for each in options.archive:
        named = re.fullmatch(r"([a-z][a-z0-9_]{0,39})=(.+)", each)
        name, place = (named[1], named[2]) if named else (options.tenant, each)
        if name in found.tenants:
            _refuse(found, f"two archives are called `{name}`: say each as NAME=FILE_OR_URL")
        found.tenants[name] = place
        found.origins[f"{TENANTS}.{name}"] = "option"


def _take(
    found: InForce, setting: Setting, value: object, origin: str, where: Span | None, *, folder: Path
) -> None:
    """Take a value as the file or the environment has it; numbers and switches of a file are as in text."""
    try:
        if setting.is_list:
            if not isinstance(value, list):
                raise ValueError("it is a list of texts")
            read: object = tuple(setting.read(_text(each)) for each in cast("list[object]", value))
        else:
            read = setting.read(_text(value))
        found.values[setting.key] = folder / str(read) if setting.is_path else read
        found.origins[setting.key] = origin
    except ValueError as error:
        name = setting.key if where is not None else setting.variable
        said = shown(value) if isinstance(value, str | int) else "this"
        _refuse(found, f"`{name}` cannot be {said}: {error}", where)


def _take_tenant(
    found: InForce, name: str, text: str, origin: str, where: Span | None, *, folder: Path
) -> None:
    """Take where a tenant's archive lies; a relative path is one from the file that says it."""
    try:
        if name.endswith(BY_FILE):
            name = name.removesuffix(BY_FILE)
            origin = f"{origin}, from a file"
            text = (folder / text).read_text("utf-8").strip()
        place = read_place(text)
    except (OSError, ValueError) as error:
        reason = (error.strerror or str(error)).lower() if isinstance(error, OSError) else str(error)
        _refuse(found, f"the place of tenant `{name}` cannot be told: {reason}", where)
        return
    found.tenants[name] = place if "://" in place else str(folder / place)
    found.origins[f"{TENANTS}.{name}"] = origin


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int):
        return str(value)
    raise ValueError("it is one text, number or switch")


def _flat(table: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, object]]:
    """Every value with its dotted key; an empty table says nothing, and stands for itself."""
    for name, value in table.items():
        if isinstance(value, dict) and value:
            yield from _flat(cast("dict[str, Any]", value), f"{within}{name}.")
        else:
            yield f"{within}{name}", cast(object, value)


_LINE = re.compile(
    r"^[ \t]*(?:\[(?P<table>[^\]\n]*)\]|(?P<key>[\w.\"'-]+(?:[ \t]*\.[ \t]*[\w\"'-]+)*)[ \t]*=)", re.M
)


def _place(source: Source, key: str) -> Span | None:
    """Where a key stands; the header of its table, if it is not on a line of its own."""
    table, header = "", None
    for each in _LINE.finditer(source.text):
        if each["table"] is not None:
            table = _plain(each["table"]) + "."
            if key.startswith(table):
                header = source.span(*each.span("table"))
        elif table.removeprefix(".") + _plain(each["key"]) == key:
            return source.span(*each.span("key"))
    return header


def _plain(name: str) -> str:
    return re.sub(r"[\s\"']", "", name)


def _all_keys() -> str:
    return f"there are {', '.join(f'`{each.key}`' for each in SETTINGS)} and `{TENANTS}`"


def _refuse(found: InForce, message: str, where: Span | None = None, help: str | None = None) -> None:
    labels = () if where is None else ((where, ""),)
    found.mistakes.append(Diagnostic(code="configuration", message=message, labels=labels, help=help))
