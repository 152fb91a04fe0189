"""What is declared: the names of a policy set, in every file and in any order."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from engine.dsl import syntax
from engine.dsl.agreement import AgreementVersion
from engine.dsl.expressions import Name
from engine.dsl.findings import Findings
from engine.dsl.names import Table
from engine.dsl.statement import Convention
from engine.model.agreement import Agreement
from engine.model.calendar import Calendar
from engine.model.fact import FactKind
from engine.model.feed import Feed
from engine.model.party import Document, Party, Role
from engine.model.service import Component, Service
from engine.model.severity import Severity
from engine.source import Span

STANDARD = "standard"

Named = (
    syntax.Document
    | syntax.Party
    | syntax.Role
    | syntax.Calendar
    | syntax.CombinedCalendar
    | syntax.Component
    | syntax.Service
    | syntax.FactKind
    | syntax.Feed
    | syntax.Conventions
    | syntax.Agreement
    | syntax.Template
)

SORTS: tuple[tuple[tuple[type[Named], ...], str], ...] = (
    ((syntax.Document,), "document"),
    ((syntax.Party, syntax.Component, syntax.Service), "party, component or service"),
    ((syntax.Role,), "role"),
    ((syntax.Calendar, syntax.CombinedCalendar), "calendar"),
    ((syntax.FactKind,), "fact kind"),
    ((syntax.Feed,), "feed"),
    ((syntax.Conventions,), "conventions block"),
    ((syntax.Agreement, syntax.Template), "agreement"),
)
"""What shares its names: a party, a component and a service may all be needed, so no two bear one name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Every table of the policy set; later passes fill in the nouns."""

    documents: Table[Document]
    parties: Table[Party]
    roles: Table[Role]
    severities: Table[Severity]
    calendars: Table[Calendar]
    components: Table[Component]
    services: Table[Service]
    kinds: Table[FactKind]
    feeds: Table[Feed]
    conventions: Table[tuple[Convention, ...]]
    agreements: Table[Agreement]
    templates: Table[syntax.Template]

    def unused(self) -> Iterator[tuple[str, str, Span]]:
        """The sort, name and place of each declaration that is only there to be named, and is not."""
        only_named = (
            self.documents,
            self.parties,
            self.roles,
            self.calendars,
            self.components,
            self.templates,
        )
        for table in only_named:
            yield from ((table.sort, name, place) for name, place in table.unused())


@dataclass(frozen=True, slots=True, kw_only=True)
class Declarations:
    """The blocks that count, each name once, and the tables of their names."""

    names: Names
    blocks: tuple[syntax.Block, ...]


def declare(
    policies: Sequence[syntax.Policy], standard: Sequence[syntax.Policy], findings: Findings
) -> Declarations:
    """Collect the declarations of the policies and, where one says `use standard`, of the standard library.

    A policy's own declaration takes the place of the standard one of that name. Of two declarations of one
    name the first counts, and the second is a mistake.
    """
    own = [block for policy in policies for block in policy.blocks]
    blocks = _once(own, findings)
    _only_the_standard(own, findings)
    if uses_standard(policies):
        taken = {key for block in blocks for key in _keys(block)}
        library = [block for policy in standard for block in policy.blocks]
        blocks += [block for block in _once(library, findings) if taken.isdisjoint(_keys(block))]
    lost = frozenset[str]().union(*(policy.lost for policy in policies))
    return Declarations(names=_tables(blocks, lost), blocks=tuple(blocks))


def uses_standard(policies: Iterable[syntax.Policy]) -> bool:
    """Whether a policy says `use standard`."""
    return any(
        isinstance(block, syntax.Use) and block.name.text == STANDARD
        for policy in policies
        for block in policy.blocks
    )


def _only_the_standard(blocks: Iterable[syntax.Block], findings: Findings) -> None:
    """There is one library to use."""
    for use in blocks:
        if isinstance(use, syntax.Use) and use.name.text != STANDARD:
            findings.error(
                "unknown-name",
                f"no library is named `{use.name.text}`",
                use.name.span,
                "not a library",
                help="the one library is `use standard`",
            )


def _keys(block: syntax.Block) -> list[tuple[str, str]]:
    """The sort and name of what a block declares."""
    match block:
        case syntax.Severities():
            return [("severities", "")]
        case syntax.PriorityMatrix():
            return [("priority", block.kind.text)]
        case syntax.Use() | syntax.Example():
            return []
        case syntax.Agreement() if any(isinstance(item, AgreementVersion) for item in block.items):
            # Several versions of one agreement bear its name.
            versions = (item.text.value for item in block.items if isinstance(item, AgreementVersion))
            return [("agreement", f"{block.name.text} version {next(versions)}")]
        case _:
            return [(sort, block.name.text) for types, sort in SORTS if isinstance(block, types)]


def _place(block: syntax.Block) -> Span:
    match block:
        case syntax.Use() | syntax.Severities() | syntax.Example():
            return block.span
        case syntax.PriorityMatrix():
            return block.kind.span
        case _:
            return block.name.span


def _once(blocks: Iterable[syntax.Block], findings: Findings) -> list[syntax.Block]:
    """Each declaration once; a second one of the same name points at both places."""
    first: dict[tuple[str, str], Span] = {}
    kept: list[syntax.Block] = []
    for block in blocks:
        clashing = [key for key in _keys(block) if key in first]
        if not clashing:
            first.update((key, _place(block)) for key in _keys(block))
            kept.append(block)
            continue
        sort, name = clashing[0]
        what = f"the {sort} `{name}`" if name else sort
        duplicate(findings, what, first[sort, name], _place(block))
    return kept


def duplicate(findings: Findings, what: str, first: Span, second: Span) -> None:
    """Record that a name is declared twice."""
    findings.error(
        "duplicate-name",
        f"{what} is declared twice",
        second,
        "declared again here",
        also=((first, "declared first here"),),
        help="rename one of them or remove it",
    )


def _tables(blocks: Iterable[syntax.Block], lost: frozenset[str]) -> Names:
    blocks = tuple(blocks)

    def named(*types: type[Named]) -> dict[str, Span]:
        return {block.name.text: block.name.span for block in blocks if isinstance(block, types)}

    severities: list[Name] = [
        name for block in blocks if isinstance(block, syntax.Severities) for name in block.names
    ]
    return Names(
        documents=Table(sort="document", declared=named(syntax.Document), lost=lost),
        parties=Table(sort="party", declared=named(syntax.Party), lost=lost),
        roles=Table(sort="role", declared=named(syntax.Role), lost=lost),
        severities=Table(sort="severity", declared={name.text: name.span for name in severities}, lost=lost),
        calendars=Table(sort="calendar", declared=named(syntax.Calendar, syntax.CombinedCalendar), lost=lost),
        components=Table(sort="component", declared=named(syntax.Component), lost=lost),
        services=Table(sort="service", declared=named(syntax.Service), lost=lost),
        kinds=Table(sort="fact kind", declared=named(syntax.FactKind), lost=lost),
        feeds=Table(sort="feed", declared=named(syntax.Feed), lost=lost),
        conventions=Table(sort="conventions block", declared=named(syntax.Conventions), lost=lost),
        agreements=Table(sort="agreement", declared=named(syntax.Agreement), lost=lost),
        templates=Table(sort="template", declared=named(syntax.Template), lost=lost),
    )
