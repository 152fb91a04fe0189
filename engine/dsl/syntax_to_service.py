"""Documents, parties, roles, severities, components and services, and what services need to stand."""

from collections.abc import Iterable

from engine.dsl import syntax
from engine.dsl.expressions import Name, Text
from engine.dsl.findings import Findings
from engine.dsl.names import Table, did_you_mean
from engine.dsl.syntax_to_duration import clock_named
from engine.dsl.syntax_to_feed import value_text
from engine.dsl.syntax_to_kind import unknown_value
from engine.dsl.syntax_to_names import Names, duplicate
from engine.dsl.zones import is_in_reach
from engine.model.calendar import Clock
from engine.model.party import Document, Party, PartyStanding, Reference, Role
from engine.model.service import Component, Need, NeedsOne, NeedsSome, Service
from engine.model.severity import Severity
from engine.source import Span


def resolve_registers(blocks: Iterable[syntax.Block], names: Names, findings: Findings) -> None:
    """Fill the tables of documents, parties, roles, severities, components and services."""
    for block in blocks:
        match block:
            case syntax.Document():
                names.documents.nouns[block.name.text] = _document(block, names, findings)
            case syntax.Party():
                party = _party(block, findings)
                if party is not None:
                    names.parties.nouns[party.name] = party
            case syntax.Role():
                if names.parties.knows(block.party, findings):
                    names.roles.nouns[block.name.text] = Role(
                        name=block.name.text,
                        title=title_of(block.title, block.name),
                        party=block.party.text,
                        span=block.name.span,
                    )
            case syntax.Severities():
                _severities(block, names.severities, findings)
            case syntax.Component():
                names.components.nouns[block.name.text] = _component(block, findings)
            case syntax.Service():
                service = _service(block, names, findings)
                if service is not None:
                    names.services.nouns[service.name] = service
            case _:
                pass


def title_of(title: Text | None, name: Name) -> str:
    """The title, which is the name where none is given."""
    return title.value if title is not None else name.text


def _document(block: syntax.Document, names: Names, findings: Findings) -> Document:
    version = findings.at_most_one(block.items, syntax.Version, "the version")
    dated = findings.at_most_one(block.items, syntax.Dated, "the date")
    if dated is not None:
        is_in_reach(dated.on.value, dated.on, findings)
    if any(isinstance(item, syntax.Refers) for item in block.items):
        # A document that leaves something to another is there for that, whether or not anybody cites it.
        names.documents.knows(block.name, findings)
    over = [name for item in block.items if isinstance(item, syntax.PrevailsOver) for name in item.documents]
    return Document(
        name=block.name.text,
        title=title_of(block.title, block.name),
        version=version.text.value if version is not None else None,
        dated=dated.on.value if dated is not None else None,
        prevails_over=tuple(name.text for name in over if names.documents.knows(name, findings)),
        span=block.name.span,
        sections=tuple(
            text.value for item in block.items if isinstance(item, syntax.Sections) for text in item.names
        ),
        refers=tuple(
            Reference(
                section=item.section.value,
                document=item.document.text,
                to_section=item.to_section.value,
                span=item.span,
            )
            for item in block.items
            if isinstance(item, syntax.Refers) and names.documents.knows(item.document, findings)
        ),
    )


def _party(block: syntax.Party, findings: Findings) -> Party | None:
    standing = PartyStanding.EXTERNAL
    if block.standing is not None:
        if block.standing.text not in set(PartyStanding):
            unknown_value(block.standing.text, block.standing.span, tuple(PartyStanding), findings)
            return None
        standing = PartyStanding(block.standing.text)
    return Party(
        name=block.name.text,
        title=title_of(block.title, block.name),
        standing=standing,
        span=block.name.span,
    )


def _severities(block: syntax.Severities, severities: Table[Severity], findings: Findings) -> None:
    places: dict[str, Span] = {}
    for name in block.names:
        if name.text in places:
            duplicate(findings, f"the severity `{name.text}`", places[name.text], name.span)
            continue
        severities.nouns[name.text] = Severity(name=name.text, rank=len(places))
        places[name.text] = name.span


def _component(block: syntax.Component, findings: Findings) -> Component:
    kind: str | None = None
    for item in block.items:
        match item:
            case syntax.Attribute() if item.name.text == "kind" and kind is None:
                kind = value_text(item.value)
            case syntax.Provider() | syntax.Owner() | syntax.Needs() | syntax.Attribute():
                findings.unsupported(
                    "anything but its `kind` in a component",
                    item.span,
                    help="declare a `service` for what has a provider, an owner or needs",
                )
    return Component(
        name=block.name.text, title=title_of(block.title, block.name), kind=kind, span=block.name.span
    )


def _service(block: syntax.Service, names: Names, findings: Findings) -> Service | None:
    items, name = block.items, block.name
    provider = findings.exactly_one(
        items, syntax.Provider, f"who provides `{name.text}`", name.span, "provider acme"
    )
    owner = findings.at_most_one(items, syntax.Owner, "the owner")
    hours = findings.at_most_one(items, syntax.Hours, "the hours")
    clock: Clock | None = None
    if hours is not None:
        clock = clock_named(hours.calendar, names.calendars, findings)
    needs = [
        need
        for item in items
        if isinstance(item, syntax.Needs)
        for need in _needs(item.need, names, findings)
    ]
    attributes: dict[str, tuple[str, Span]] = {}
    for item in items:
        if isinstance(item, syntax.Attribute):
            if item.name.text in attributes:
                findings.said_twice(f"`{item.name.text}`", attributes[item.name.text][1], item.name.span)
            attributes.setdefault(item.name.text, (value_text(item.value), item.name.span))
    if owner is not None:
        names.roles.knows(owner.role, findings)
    if provider is None or not names.parties.knows(provider.party, findings):
        return None
    if hours is not None and clock is None:
        # Its hours are mistaken; whoever asks for them shall not be told that it has none.
        return None
    return Service(
        name=name.text,
        title=title_of(block.title, name),
        provider=provider.party.text,
        owner=owner.role.text if owner is not None else None,
        hours=clock,
        needs=tuple(needs),
        attributes=tuple((key, value) for key, (value, _) in attributes.items()),
        span=name.span,
    )


def _needs(need: syntax.Need, names: Names, findings: Findings) -> tuple[Need, ...]:
    """What is needed, one by one: all of it is needed."""
    match need:
        case Name():
            return (NeedsOne(name=need.text, span=need.span),) if _can_fail(need, names, findings) else ()
        case syntax.NeedsAll(items=items):
            return tuple(each for item in items for each in _needs(item, names, findings))
        case syntax.NeedsSome(count=count, items=items):
            if not 1 <= count <= len(items):
                findings.error(
                    "needs-count",
                    f"`{count} of` {len(items)} makes no sense",
                    need.span,
                    "none is needed" if count < 1 else f"only {len(items)} are named",
                    help=f"need from 1 to {len(items)} of them",
                )
            members = [_member(item, names, findings) for item in items]
            return (
                NeedsSome(
                    count=count,
                    members=tuple(member for member in members if member is not None),
                    span=need.span,
                ),
            )


def _member(need: syntax.Need, names: Names, findings: Findings) -> Need | None:
    """One member of a choice; `a and b` within a choice is one member that needs both."""
    parts = _needs(need, names, findings)
    if len(parts) < 2:
        return parts[0] if parts else None
    return NeedsSome(count=len(parts), members=parts, span=need.span)


def _can_fail(name: Name, names: Names, findings: Findings) -> bool:
    """Whether the name is that of a service, a component or a party."""
    tables = (names.services, names.components, names.parties)
    for table in tables:
        if name.text in table.declared or name.text in table.lost:
            table.used.add(name.text)
            return True
    known = [each for table in tables for each in table.declared]
    findings.error(
        "unknown-name",
        f"no service, component or party is named `{name.text}`",
        name.span,
        "not declared",
        help=did_you_mean(name.text, known, otherwise=f"declare it: `component {name.text}`"),
    )
    return False
