"""Things with their needs as the text of a policy, under names that the language allows."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from unicodedata import normalize

from engine.model.imported import Imported, Needed, Remark, RemarkKind, Thing, ThingKind

DEEPEST = 16
"""How deep groups may lie in one another; the language allows more, and nobody reads it."""


def write(things: Sequence[Thing], remarks: Sequence[Remark], keywords: Collection[str]) -> Imported:
    """The policy: parties, then components, then services, each in the order of the file.

    Names become snake_case in ASCII, are no words of the language and occur once; each that differs from the
    file's is remarked. What is not there cannot be needed. A service that names nobody is provided by a party
    that says so.
    """
    said = list(remarks)
    names = _names(things, keywords, said)
    nobody = _nobody(things, names, keywords, said)
    lines = list[str]()
    for kind in (ThingKind.PARTY, ThingKind.COMPONENT, ThingKind.SERVICE):
        for thing in things:
            if thing.kind is kind:
                lines.extend(_block(thing, names, nobody, said))
        if kind is ThingKind.PARTY and nobody is not None:
            lines.append(f'party {nobody} "Not said: who provides it"')
    said.sort(key=lambda remark: (remark.line is None, remark.line or 0))
    return Imported(text="\n".join(lines) + "\n", remarks=tuple(said))


def _names(things: Sequence[Thing], keywords: Collection[str], said: list[Remark]) -> dict[str, str]:
    """The name of each thing by its key."""
    names = dict[str, str]()
    taken = dict[str, int]()
    for thing in things:
        name = _unused(_snake(thing.name, thing.kind.value), taken, keywords)
        names[thing.key] = name
        if name != thing.name:
            text = f"{thing.kind.value} `{_one_line(thing.name)}` is `{name}`"
            said.append(Remark(kind=RemarkKind.RENAMED, text=text, line=thing.line))
    return names


def _nobody(
    things: Sequence[Thing], names: Mapping[str, str], keywords: Collection[str], said: list[Remark]
) -> str | None:
    """The name of the party that provides what names nobody, if anything does."""
    orphans = [each for each in things if each.kind is ThingKind.SERVICE and each.provider not in names]
    for thing in orphans:
        text = f"service `{names[thing.key]}` says nobody who provides it"
        said.append(Remark(kind=RemarkKind.ASSUMED, text=text, line=thing.line))
    return _unused("unknown_provider", dict.fromkeys(names.values(), 1), keywords) if orphans else None


def _snake(name: str, otherwise: str) -> str:
    """The name in snake_case.

    >>> _snake("Web-Shop 2 (old)", "service"), _snake("2nd", "service"), _snake("長い", "service")
    ('web_shop_2_old', 'service_2nd', 'service')
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    plain = normalize("NFKD", spaced).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain.lower())
    joined = "_".join(words)[:100] or otherwise
    return joined if joined[0].isalpha() else f"{otherwise}_{joined}"


def _unused(name: str, taken: dict[str, int], keywords: Collection[str]) -> str:
    """The name, with a number after it if it is taken or is a word of the language; `taken` says which number
    each name has come to, so that a thousand things of one name do not each count from 2.

    >>> names = dict[str, int]()
    >>> [_unused(each, names, {"is"}) for each in ("a", "a_2", "a", "a", "is", "is")]
    ['a', 'a_2', 'a_3', 'a_4', 'is_2', 'is_3']
    """
    number = taken.get(name, 1)
    found = name
    while found in taken or found in keywords:
        number += 1
        found = f"{name}_{number}"
    taken[name] = number
    taken.setdefault(found, 1)
    return found


def _block(thing: Thing, names: Mapping[str, str], nobody: str | None, said: list[Remark]) -> Iterator[str]:
    head = f"{thing.kind.value} {names[thing.key]} {_quoted(thing.title)}"
    if thing.kind is ThingKind.PARTY:
        yield head + (" is internal" if thing.internal else "")
    elif thing.kind is ThingKind.COMPONENT:
        yield head + (f" {{ kind {_quoted(thing.sort)} }}" if thing.sort else "")
    else:
        provider = names.get(thing.provider or "", nobody)
        yield f"{head} {{"
        yield f"  provider {provider}"
        needs = [each for each in dict.fromkeys(thing.needs) if each != thing.key]
        if len(needs) < len(set(thing.needs)):
            said.append(_lost(f"`{names[thing.key]}` needs itself", thing.line))
        words = [word for each in needs if (word := _need(each, names, thing, said, 0)) is not None]
        if words:
            yield f"  needs {' and '.join(words)}"
        yield "}"


def _need(need: Needed, names: Mapping[str, str], thing: Thing, said: list[Remark], depth: int) -> str | None:
    """A need in words, or none if nothing of it is there."""
    if isinstance(need, str):
        if need not in names:
            said.append(
                _lost(f"`{names[thing.key]}` needs `{_one_line(need)}`, which is not there", thing.line)
            )
        return names.get(need)
    if depth == DEEPEST or not 1 <= need.count <= len(need.members):
        why = "lies too deep" if depth == DEEPEST else f"asks for {need.count} of {len(need.members)}"
        said.append(_lost(f"a group that `{names[thing.key]}` needs {why}", thing.line))
        return None
    members = [_need(each, names, thing, said, depth + 1) for each in need.members]
    there = [each for each in members if each is not None]
    if len(there) < len(members):
        said.append(
            _lost(f"a group that `{names[thing.key]}` needs has members that are not there", thing.line)
        )
    count = min(need.count, len(there))
    return f"{count} of ({', '.join(there)})" if there else None


def _lost(text: str, line: int | None) -> Remark:
    return Remark(kind=RemarkKind.LOST, text=text, line=line)


def _one_line(text: str) -> str:
    plain = "".join(each if each.isprintable() else " " for each in text)
    return " ".join(plain.split())[:200]


def _quoted(text: str) -> str:
    return '"' + _one_line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'
