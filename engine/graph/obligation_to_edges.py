"""What an obligation rests on: subjects, sources, calendars, excuses, roles, and what it leads to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from typing import NamedTuple, TypeVar, cast

from engine.model.agreement import Agreement
from engine.model.calendar import CombinedCalendar, CommonDaysCalendar, WeeklyCalendar
from engine.model.deadline import Judged
from engine.model.dependency import EdgeKind, NodeKind
from engine.model.derived import BREACH, feeding, is_derived
from engine.model.exclusion import Exclusion, Mode, Permission
from engine.model.obligation import Citation, Duty, MeasuringSource, Obligation, Target
from engine.model.reading import credits_of, kinds_read, selections_of
from engine.model.snapshot import Snapshot
from engine.source import Span

Noun = TypeVar("Noun")


class Place(NamedTuple):
    """One end of an edge, and the noun that gives it a title and a place, where it may be new."""

    kind: NodeKind
    name: str
    noun: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One edge that an agreement says, with the clause and the line that say it."""

    source: Place
    target: Place
    kind: EdgeKind
    clause: str | None
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Reads:
    """The whole policy set, the names of the feeds of each fact kind, and the parties that run the sources of
    each name."""

    snapshot: Snapshot
    feeds: Mapping[str, tuple[str, ...]]
    running: Mapping[str, frozenset[str]]


def reads_of(snapshot: Snapshot) -> Reads:
    """The policy set, with its feeds by kind and who runs its sources."""
    feeds: dict[str, tuple[str, ...]] = {}
    for name in sorted(snapshot.feeds):
        kind = snapshot.feeds[name].kind
        feeds[kind] = (*feeds.get(kind, ()), name)
    running: dict[str, frozenset[str]] = {}
    for promise in snapshot.obligations():
        source = promise.source if isinstance(promise, Target) else None
        if source is not None and source.party is not None:
            running[source.name] = running.get(source.name, frozenset()) | {source.party}
    return Reads(snapshot=snapshot, feeds=feeds, running=running)


def clause_of(cites: tuple[Citation, ...], inherited: str | None) -> str | None:
    """The first place that is cited, else that of what holds it."""
    return cites[0].clause if cites else inherited


def calendars_in(value: object) -> tuple[str, ...]:
    """The names of all calendars inside a model value, in order of its fields."""
    return tuple(
        dict.fromkeys(
            each.name
            for kind in (WeeklyCalendar, CommonDaysCalendar, CombinedCalendar)
            for each in inside(value, kind)
        )
    )


def inside(value: object, noun: type[Noun]) -> Iterator[Noun]:
    """Every noun of one type inside a model value, in order of its fields."""
    pending = [value]
    while pending:
        each = pending.pop()
        if isinstance(each, noun):
            yield each
        if isinstance(each, tuple):
            pending += reversed(cast("tuple[object, ...]", each))
        elif parts := _parts(type(each)):
            pending += [getattr(each, part) for part in parts]
        elif isinstance(each, Mapping):
            pending += reversed(list(cast("Mapping[object, object]", each).values()))


@cache
def _parts(kind: type) -> tuple[str, ...]:
    """The fields of a type in which nouns may stand, the last first; a span holds none."""
    if not is_dataclass(kind):
        return ()
    return tuple(each.name for each in reversed(fields(kind)) if each.name != "span")


def edges_of_obligation(
    obligation: Obligation, agreement: Agreement, inherited: str | None, reads: Reads
) -> Iterator[Said]:
    """Everything that one obligation of an agreement says, with its own citation, else the inherited one."""
    terms = obligation.terms
    here = Place(NodeKind.OBLIGATION, terms.id)
    clause = clause_of(terms.cites, inherited)

    def say(kind: EdgeKind, target: Place, span: Span = terms.span) -> Said:
        return Said(source=here, target=target, kind=kind, clause=clause, span=span)

    yield say(EdgeKind.OBLIGES, Place(NodeKind.PARTY, terms.obliges or agreement.provider))
    for subject in terms.subjects:
        yield say(EdgeKind.MEASURED_BY, Place(NodeKind.SERVICE, subject))
    for source in _sources(obligation, reads):
        yield say(EdgeKind.MEASURED_BY, source)
    if isinstance(obligation, Target) and obligation.source is not None and obligation.source.party:
        yield Said(
            source=Place(NodeKind.PARTY, obligation.source.party),
            target=_measuring(obligation.source, reads),
            kind=EdgeKind.RUNS,
            clause=clause,
            span=obligation.source.span,
        )
    for each in terms.cites:
        yield say(EdgeKind.CITES, Place(NodeKind.CLAUSE, each.clause, each), each.span)
    for calendar in calendars_in(obligation):
        yield say(EdgeKind.COUNTED_ON, Place(NodeKind.CALENDAR, calendar))
    for excuse in _excuses(obligation):
        yield Said(
            source=here,
            target=exclusion_place(excuse),
            kind=EdgeKind.EXCUSED_BY,
            clause=clause_of(excuse.cites, clause),
            span=excuse.span,
        )
    for served in terms.carries:
        yield say(EdgeKind.CARRIES, Place(NodeKind.OBLIGATION, served))
    for kind, role in _roles(obligation):
        yield say(kind, Place(NodeKind.ROLE, role))
    for target in _followed(obligation, reads.snapshot):
        yield say(EdgeKind.FOLLOWS_FROM, target)
    if (credits := credits_of(obligation)) is not None:
        yield say(EdgeKind.CREDITS, Place(NodeKind.PARTY, agreement.owed(terms)), credits.span)
        for other in credits.never_with:
            yield say(EdgeKind.NEVER_CREDITED_WITH, Place(NodeKind.OBLIGATION, other), credits.span)


def exclusion_place(excuse: Exclusion | Permission | Mode) -> Place:
    """The node of an exclusion, a permission or a mode."""
    return Place(NodeKind.EXCLUSION, f"{excuse.agreement}.{excuse.name}", excuse)


def _excuses(obligation: Obligation) -> tuple[Exclusion | Permission | Mode, ...]:
    """What may excuse it; the mode during which a prohibition holds excuses nothing."""
    excuses = replace(obligation, only_while=None) if isinstance(obligation, Target) else obligation
    return tuple(
        dict.fromkeys(each for kind in (Exclusion, Permission, Mode) for each in inside(excuses, kind))
    )


def _sources(obligation: Obligation, reads: Reads) -> Iterator[Place]:
    """Where its figures come from: the source that is said, the feeds of the kinds read."""
    if isinstance(obligation, Target) and obligation.source is not None:
        yield _measuring(obligation.source, reads)
    elif isinstance(obligation, Target) and obligation.watched_source is not None:
        yield Place(NodeKind.SOURCE, obligation.watched_source)
    for name in sorted(feed for kind in kinds_read(obligation) for feed in reads.feeds.get(kind, ())):
        yield Place(NodeKind.SOURCE, name)


def _measuring(source: MeasuringSource, reads: Reads) -> Place:
    """The node of a source; where several parties run what has one name, each runs its own."""
    shared = source.party is not None and len(reads.running[source.name]) > 1
    name = f"{source.name} by {source.party}" if shared else source.name
    return Place(NodeKind.SOURCE, name, source)


def _roles(obligation: Obligation) -> Iterator[tuple[EdgeKind, str]]:
    """Whose word decides: who judges it, signs its data off, approves its waivers."""
    if isinstance(obligation, Duty) and isinstance(obligation.limit, Judged):
        yield EdgeKind.JUDGED_BY, obligation.limit.role
    if isinstance(obligation, Target) and obligation.sign_off is not None:
        yield EdgeKind.SIGNED_OFF_BY, obligation.sign_off.by
    if isinstance(obligation, Target | Duty) and obligation.waivers is not None:
        yield EdgeKind.APPROVED_BY, obligation.waivers.role


def _followed(obligation: Obligation, snapshot: Snapshot) -> tuple[Place, ...]:
    """The promises, and the agreements with their credits, ladders and escalations, whose outcome it reads
    (S9)."""
    found = (
        source
        for selection in selections_of(obligation)
        if is_derived(snapshot, selection)
        for source in feeding(snapshot, selection)
    )
    return tuple(
        dict.fromkeys(
            Place(NodeKind.OBLIGATION, source.name)
            if source.kind == BREACH
            else Place(NodeKind.AGREEMENT, source.name.partition(".")[0])
            for source in found
        )
    )
