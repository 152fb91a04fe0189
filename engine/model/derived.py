"""What follows from what: which promises and reactions the facts of a derived kind come from (S9)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from engine.model.agreement import Agreement
from engine.model.expression import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    FieldOf,
    Literal,
    Not,
    OneOf,
    Relation,
    Selection,
)
from engine.model.followup import (
    BreachedIn,
    Figure,
    FigureIn,
    FigureOver,
    Improvement,
    Ladder,
    Pattern,
    Right,
)
from engine.model.obligation import Obligation
from engine.model.reading import credits_of, kinds_read, looked_up, selections_of
from engine.model.severity import Escalation
from engine.model.snapshot import Snapshot

BREACH = "breach"
CREDIT = "credit"
ESCALATION = "escalation"
LADDER_LEVEL = "ladder_level"
RIGHT = "right_arisen"
IMPROVEMENT = "improvement_due"

FOLLOWUPS = (LADDER_LEVEL, RIGHT, IMPROVEMENT)
"""What folds over the windows of promises, by the kind of its facts."""

Followup: TypeAlias = Ladder | Right | Improvement


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Source:
    """Where derived facts come from: `kind` is theirs; `name` is an obligation's id for breaches, the
    agreement for credits (which may hang on one another), an escalation's id for its levels, and the id of a
    ladder, a right or an improvement for what they have come to."""

    kind: str
    name: str


def source_of(obligation: Obligation) -> Source:
    """The promise as the source of its breaches."""
    return Source(kind=BREACH, name=obligation.terms.id)


def has_strata(snapshot: Snapshot) -> bool:
    """Whether anything reads what follows from verdicts."""
    return any(
        is_derived(snapshot, selection)
        for agreement in snapshot.agreements.values()
        for reader in (
            *(selections_of(each) for each in agreement.obligations),
            *(selections_of_escalation(each) for each in agreement.escalations),
        )
        for selection in reader
    )


def is_derived(snapshot: Snapshot, selection: Selection) -> bool:
    """Whether the facts of a selection follow from verdicts."""
    kind = snapshot.kinds.get(selection.kind)
    return kind is not None and kind.derived


def sources(snapshot: Snapshot) -> Iterator[Source]:
    """Every source of derived facts, in order of agreement and declaration; versions share theirs (S2.6)."""
    yield from dict.fromkeys(_sources(snapshot))


def _sources(snapshot: Snapshot) -> Iterator[Source]:
    for name in sorted(snapshot.agreements):
        agreement = snapshot.agreements[name]
        yield from (source_of(each) for each in agreement.obligations)
        if any(_is_paid(each) for each in agreement.obligations):
            yield Source(kind=CREDIT, name=agreement.identity)
        yield from (Source(kind=ESCALATION, name=each.id) for each in agreement.escalations)
        yield from (source_of_followup(each) for each in followups(agreement))


def followups(agreement: Agreement) -> tuple[Followup, ...]:
    """The ladders, rights and improvements of an agreement."""
    return (*agreement.ladders, *agreement.rights, *agreement.improvements)


def source_of_followup(followup: Followup) -> Source:
    """A ladder as the source of its levels, a right of its arising, an improvement of its cases."""
    kinds = {Ladder: LADDER_LEVEL, Right: RIGHT, Improvement: IMPROVEMENT}
    return Source(kind=kinds[type(followup)], name=followup.id)


def followups_of(snapshot: Snapshot, source: Source) -> tuple[tuple[Followup, Agreement], ...]:
    """A ladder, right or improvement as each version of its agreement has it (S2.6)."""
    return tuple(
        (each, agreement)
        for agreement in snapshot.versions(source.name.partition(".")[0])
        for each in followups(agreement)
        if source_of_followup(each) == source
    )


def feeding(snapshot: Snapshot, selection: Selection) -> Iterator[Source]:
    """The sources whose facts the selection may take: its condition may rule out the others."""
    for source in sources(snapshot):
        if source.kind == selection.kind and is_derived(snapshot, selection):
            known = _known(snapshot, source)
            if known is not None and _may_hold(selection.where, selection.variable, known) is not False:
                yield source


def selections_behind(snapshot: Snapshot, source: Source) -> tuple[Selection, ...]:
    """The facts that a source reads by itself."""
    if source.kind == BREACH:
        promises = snapshot.promises(source.name)
        return tuple(dict.fromkeys(one for each in promises for one in selections_of(each)))
    if source.kind == ESCALATION:
        levels = escalations_of(snapshot, source.name)
        return tuple(dict.fromkeys(one for each in levels for one in selections_of_escalation(each)))
    if source.kind in FOLLOWUPS:
        said = followups_of(snapshot, source)
        return tuple(dict.fromkeys(one for each, _ in said for one in _selections_of_followup(each)))
    return ()


def selections_of_escalation(escalation: Escalation) -> tuple[Selection, ...]:
    """The facts that an escalation reads."""
    found = [escalation.trigger]
    found += [] if escalation.stops_by is None else [escalation.stops_by]
    found += [] if escalation.updates is None else [escalation.updates.by]
    return tuple(one for each in found for one in (each, *looked_up(each.where)))


def _selections_of_followup(followup: Followup) -> Iterator[Selection]:
    match followup:
        case Ladder(levels=levels):
            found = [
                one
                for each in levels
                for one in (each.notice, *each.needs, each.extension and each.extension.by)
            ]
        case Right(exercised_by=by) | Improvement(recorded_by=by):
            found = [by]
    for each in found:
        if each is not None:
            yield from (each, *looked_up(each.where))


def _targets_of(followup: Followup) -> tuple[str, ...]:
    """The ids of the promises whose windows are counted."""
    if isinstance(followup, Ladder):
        return followup.targets
    return tuple(dict.fromkeys(each.obligation for each in followup.patterns))


def _counts_credits(pattern: Pattern) -> bool:
    match pattern:
        case BreachedIn():
            return False
        case FigureIn(figure=figure) | FigureOver(figure=figure):
            return figure is Figure.CREDITS


def verdicts_behind(snapshot: Snapshot, source: Source) -> tuple[Source, ...]:
    """What a source folds over, once that is judged: credits all that is paid for in the agreement, a ladder,
    right or improvement the promises whose windows it counts, and the credits where it counts those."""
    if source.kind in FOLLOWUPS:
        said = followups_of(snapshot, source)
        found = {Source(kind=BREACH, name=name): None for each, _ in said for name in _targets_of(each)}
        for each, agreement in said:
            if not isinstance(each, Ladder) and any(_counts_credits(one) for one in each.patterns):
                found[Source(kind=CREDIT, name=agreement.identity)] = None
        return tuple(found)
    if source.kind != CREDIT:
        return ()
    paid = (
        source_of(each)
        for version in snapshot.versions(source.name)
        for each in version.obligations
        if _is_paid(each)
    )
    return tuple(dict.fromkeys(paid))


def kinds_behind(snapshot: Snapshot, obligation: Obligation) -> tuple[str, ...]:
    """The kinds that are fed and read by an obligation, or by what it reads follows from; sorted."""
    kinds: set[str] = set()
    done: set[Source] = set()
    waiting = [source_of(obligation)]
    while waiting:
        source = waiting.pop()
        if source in done:
            continue
        done.add(source)
        waiting += verdicts_behind(snapshot, source)
        if source.kind == BREACH:
            kinds.update(kind for each in snapshot.promises(source.name) for kind in kinds_read(each))
        renewals = _renewals(snapshot, source)
        kinds.update(found.kind for each in renewals for found in (each, *looked_up(each.where)))
        for selection in selections_behind(snapshot, source):
            kinds.add(selection.kind)
            waiting += feeding(snapshot, selection)
    return tuple(sorted(kind for kind in kinds if not snapshot.kinds[kind].derived))


def escalations_of(snapshot: Snapshot, id: str) -> tuple[Escalation, ...]:
    """The escalation `agreement.escalation` as each version of the agreement has it."""
    return tuple(
        each
        for agreement in snapshot.versions(id.partition(".")[0])
        for each in agreement.escalations
        if each.id == id
    )


def _renewals(snapshot: Snapshot, source: Source) -> Iterator[Selection]:
    """What the terms hang on in which a source is in force."""
    for each in snapshot.versions(source.name.partition(".")[0]):
        if each.renewal is not None:
            yield each.renewal.selection


def _is_paid(obligation: Obligation) -> bool:
    return credits_of(obligation) is not None


def _known(snapshot: Snapshot, source: Source) -> Mapping[str, str] | None:
    """What is known of a source's facts before there are any; None where it never has one."""
    agreement = source.name.partition(".")[0]
    if source.kind == CREDIT:
        return {"agreement": agreement}
    if source.kind == ESCALATION:
        return {"agreement": agreement, "escalation": source.name.partition(".")[2]}
    if source.kind in FOLLOWUPS:
        named = {LADDER_LEVEL: "ladder", RIGHT: "right", IMPROVEMENT: "improvement"}[source.kind]
        known = {"agreement": agreement, named: source.name.partition(".")[2]}
        about = {name for each, _ in followups_of(snapshot, source) for name in _targets_of(each)}
        return {**known, "obligation": about.pop()} if len(about) == 1 else known
    kept = [each.terms for each in snapshot.promises(source.name) if not each.terms.reported_only]
    if not kept:
        return None
    known = {"agreement": agreement, "obligation": source.name}
    severities = {"" if each.severity is None else each.severity.name for each in kept}
    return {**known, "severity": severities.pop()} if len(severities) == 1 else known


def _may_hold(condition: Condition, variable: str, known: Mapping[str, str]) -> bool | None:
    """Whether a condition holds of what is known; None where that does not say (S7.2)."""
    match condition:
        case Compare(relation=Relation.IS | Relation.IS_NOT as relation, left=left, right=right):
            for field, other in ((left, right), (right, left)):
                if isinstance(field, FieldOf) and field.variable == variable and field.field in known:
                    if not isinstance(other, Literal):
                        return None
                    return (known[field.field] == other.value) is (relation is Relation.IS)
            return None
        case OneOf(value=FieldOf(field=field) as value, among=among) if value.variable == variable:
            if field not in known:
                return None
            return known[field] in {each.value for each in among}
        case AllOf(of=of):
            parts = [_may_hold(each, variable, known) for each in of]
            return False if False in parts else None if None in parts else True
        case AnyOf(of=of):
            parts = [_may_hold(each, variable, known) for each in of]
            return True if True in parts else None if None in parts else False
        case Not(of=inner):
            held = _may_hold(inner, variable, known)
            return None if held is None else not held
        case _:
            return None
