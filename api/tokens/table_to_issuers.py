"""From a table of a configuration to the issuers whose tokens are taken, or every mistake in it."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from api.tokens.claims_to_principal import is_shown
from api.tokens.identities import BETWEEN, OWN
from api.tokens.issuer import ALGORITHMS, LEEWAY, LONGEST_LEEWAY, Issuer, Meaning
from api.tokens.key_address import KeyAddress
from api.tokens.keys import KeyFile, Keys, UnusableKeysError
from api.tokens.own_key import ISSUERS as OWN_ISSUERS
from engine.diagnostic import Diagnostic, Level
from engine.model.principal import ApiRole
from engine.model.quantity import Instant

MEMBERS = (
    "name",
    "audience",
    "keys",
    "algorithms",
    "leeway_seconds",
    "every_tenant",
    "claims",
    "roles",
    "parties",
    "tenants",
)
CLAIMS = ("identity", "roles", "parties", "tenants")
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def read_issuers(path: Path, clock: Callable[[], Instant]) -> tuple[Issuer, ...] | tuple[Diagnostic, ...]:
    """The issuers that a TOML file declares as `[[issuer]]`; files of keys lie beside it."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        return (_mistake(str(path), f"it cannot be read: {(reason or str(error)).lower()}"),)
    except tomllib.TOMLDecodeError as error:
        return (_mistake(str(path), f"it is no TOML: {error}"),)
    if unknown := [name for name in table if name != "issuer"]:
        return (_mistake(f"{path}: {unknown[0]}", "there is nothing of this name; write `[[issuer]]`"),)
    return issuers_of(table.get("issuer"), f"{path}: issuer", path.parent, clock)


def issuers_of(
    found: object, where: str, folder: Path, clock: Callable[[], Instant]
) -> tuple[Issuer, ...] | tuple[Diagnostic, ...]:
    """The issuers of a list of tables, or every mistake in them, each with its place: `where` is that of the
    list, `folder` where files of keys are looked for."""
    if not isinstance(found, list) or not found:
        return (_mistake(where, "there is no issuer; write `[[issuer]]` and what it is"),)
    readings: list[_Reading] = []
    issuers: list[Issuer] = []
    tables = cast("list[object]", found)
    for number, table in enumerate(tables, start=1):
        reading = _Reading(f"{where} {number}", folder, clock)
        readings.append(reading)
        issuer = reading.issuer(table)
        if issuer is not None and any(issuer.name == each.name for each in issuers):
            reading.refuse("name", f"another issuer is called `{issuer.name}`, too")
        if issuer is not None and len(tables) > 1 and (BETWEEN in issuer.name or not is_shown(issuer.name)):
            words = f"it stands before the names of those who ask, so it is one line without `{BETWEEN}`"
            reading.refuse("name", words)
        if issuer is not None and (issuer.name == OWN or issuer.name.startswith(OWN_ISSUERS)):
            reading.refuse("name", "tokens of `troth token` have this name: nobody else issues under it")
        if issuer is not None:
            issuers.append(issuer)
    mistakes = tuple(each for reading in readings for each in reading.mistakes)
    return mistakes or tuple(issuers)


class _Reading:
    """One issuer's table, read, and what is wrong with it."""

    def __init__(self, where: str, folder: Path, clock: Callable[[], Instant]) -> None:
        self._where = where
        self._folder = folder
        self._clock = clock
        self.mistakes: list[Diagnostic] = []

    def refuse(self, place: str, message: str, help: str | None = None) -> None:
        """Note a mistake."""
        self.mistakes.append(_mistake(f"{self._where}, `{place}`" if place else self._where, message, help))

    def issuer(self, found: object) -> Issuer | None:
        """The issuer, if nothing is wrong."""
        if not isinstance(found, dict):
            self.refuse("", "an issuer is a table")
            return None
        table = cast("dict[str, Any]", found)
        self._check_names(table, MEMBERS, "")
        name, audience = self._text(table, "name"), self._text(table, "audience")
        claims = self._table(table, "claims")
        self._check_names(claims, CLAIMS, "claims.")
        paths = {each: self._path(claims, each) for each in CLAIMS}
        role_names = self._role_names(table)
        tenants = self._tenants(table, paths["tenants"])
        meaning = Meaning(
            identity=paths["identity"] or ("sub",),
            roles=paths["roles"] or ("roles",),
            parties=paths["parties"],
            tenants=tenants,
            role_names=role_names,
            party_names=self._names(table, "parties", needs=paths["parties"]),
            tenant_names=self._names(table, "tenants", needs=tenants),
        )
        keys, algorithms = self._keys(table), self._algorithms(table)
        leeway = table.get("leeway_seconds", LEEWAY)
        if not isinstance(leeway, int) or isinstance(leeway, bool) or not 0 <= leeway <= LONGEST_LEEWAY:
            self.refuse("leeway_seconds", f"it is a whole number of seconds, {LONGEST_LEEWAY} at most")
        if self.mistakes or keys is None:
            return None
        return Issuer(
            name=name,
            audience=audience,
            keys=keys,
            meaning=meaning,
            algorithms=algorithms,
            leeway=cast(int, leeway),
        )

    def _check_names(self, table: Mapping[str, object], known: Sequence[str], within: str) -> None:
        for name in table:
            if name not in known:
                self.refuse(f"{within}{name}", f"there is nothing of this name, but {_listed(known)}")

    def _text(self, table: Mapping[str, object], name: str) -> str:
        found = table.get(name)
        if isinstance(found, str) and found.strip():
            return found
        self.refuse(name, "it is missing" if found is None else "it is a text")
        return ""

    def _table(self, table: Mapping[str, object], name: str) -> Mapping[str, object]:
        found = table.get(name, {})
        if isinstance(found, dict):
            return cast("dict[str, object]", found)
        self.refuse(name, f"it is a table; write `[issuer.{name}]`")
        return {}

    def _path(self, claims: Mapping[str, object], name: str) -> tuple[str, ...] | None:
        """Where a claim is: its name, or, within others, a list of names."""
        found = claims.get(name)
        if found is None:
            return None
        names = cast("list[object]", found) if isinstance(found, list) else [found]
        if names and all(isinstance(each, str) and each for each in names):
            return tuple(str(each) for each in names)
        self.refuse(f"claims.{name}", "it is the name of a claim, or a list of names, from outside inwards")
        return None

    def _role_names(self, table: Mapping[str, object]) -> Mapping[str, ApiRole]:
        known = {each.value: each for each in ApiRole}
        table = self._table(table, "roles")
        if not table:
            help = "write, under `[issuer.roles]`, what each stands for"
            self.refuse("roles", "nobody could do anything", help)
        for name, role in table.items():
            if role not in known:
                self.refuse(f"roles.{name}", f"it stands for none of {_listed(tuple(known))}")
        return {name: known[role] for name, role in table.items() if isinstance(role, str) and role in known}

    def _names(
        self, table: Mapping[str, object], name: str, *, needs: tuple[str, ...] | None
    ) -> Mapping[str, str] | None:
        if name not in table:
            return None
        found = self._table(table, name)
        if needs is None:
            self.refuse(name, f"no claim holds them: say `{name}` under `[issuer.claims]`")
        for each, here in found.items():
            if not isinstance(here, str) or not here:
                self.refuse(f"{name}.{each}", "it stands for a name here")
        return {each: str(here) for each, here in found.items()}

    def _tenants(self, table: Mapping[str, object], path: tuple[str, ...] | None) -> tuple[str, ...] | None:
        """The claim that names tenants; that there is none must be said, for then any may be entered."""
        every = table.get("every_tenant", False)
        if not isinstance(every, bool):
            self.refuse("every_tenant", "it is true or false")
        elif every and path is not None:
            self.refuse("every_tenant", "`claims.tenants` says which tenants may be entered; say only one")
        elif not every and path is None:
            words = "say `claims.tenants`, the claim that names the tenants that may be entered"
            self.refuse("claims.tenants", "it is missing", f"{words}, or `every_tenant = true`")
        return path

    def _keys(self, table: Mapping[str, object]) -> Keys | None:
        text = self._text(table, "keys")
        if not text:
            return None
        if "://" in text:
            return self._address(text)
        keys = KeyFile(self._folder / text)
        try:
            keys.read()
        except UnusableKeysError as error:
            self.refuse("keys", str(error))
        return keys

    def _address(self, text: str) -> Keys | None:
        try:
            url = urlsplit(text)
            is_safe = url.scheme == "https" or (url.scheme == "http" and url.hostname in LOOPBACK)
        except ValueError:
            is_safe = False
        if not is_safe:
            self.refuse("keys", "keys are had from a file or over `https`: anybody could answer otherwise")
            return None
        return KeyAddress(text, self._clock)

    def _algorithms(self, table: Mapping[str, object]) -> tuple[str, ...]:
        found = table.get("algorithms", list(ALGORITHMS))
        names = cast("list[object]", found) if isinstance(found, list) else []
        if names and all(each in ALGORITHMS for each in names):
            return tuple(str(each) for each in names)
        self.refuse("algorithms", f"it is a list of some of {_listed(ALGORITHMS)}")
        return ALGORITHMS


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{each}`" for each in names)


def _mistake(where: str, message: str, help: str | None = None) -> Diagnostic:
    return Diagnostic(code="tokens", level=Level.ERROR, message=f"{where}: {message}", help=help)
