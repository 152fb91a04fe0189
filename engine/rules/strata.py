"""The order of judging: what reads the facts that follow from verdicts comes after those verdicts (S9)."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from engine.model.derived import (
    BREACH,
    ESCALATION,
    FOLLOWUPS,
    Source,
    feeding,
    has_strata,
    selections_behind,
    source_of,
    source_of_followup,
    sources,
    verdicts_behind,
)
from engine.model.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """Sources of one level: they read nothing that follows from each other."""

    sources: frozenset[Source]

    @property
    def obligations(self) -> frozenset[str]:
        """The ids of the promises that are judged together."""
        return frozenset(each.name for each in self.sources if each.kind == BREACH)


def strata(
    snapshot: Snapshot, obligations: Collection[str] | None, *, escalates: bool = True
) -> tuple[Stratum, ...]:
    """The levels, lowest first, of the promises asked for (all, where none are named) and all that they read;
    and of all escalations, unless nothing `escalates` but what is read.

    `check` has refused every circle, so that there is a lowest level.
    """
    levels: dict[Source, int] = {}
    wanted = [each for each in sources(snapshot) if _is_wanted(each, obligations, escalates)]
    if not has_strata(snapshot):
        return (Stratum(sources=frozenset(wanted)),)
    for source in wanted:
        _place(snapshot, source, levels)
    return tuple(
        Stratum(sources=frozenset(each for each, level in levels.items() if level == number))
        for number in range(max(levels.values(), default=-1) + 1)
    )


def _is_wanted(source: Source, obligations: Collection[str] | None, escalates: bool) -> bool:
    if source.kind == ESCALATION:
        return escalates
    if obligations is None:
        return True
    return source.kind == BREACH and source.name in obligations


def followed_below(snapshot: Snapshot, levels: Sequence[Stratum], number: int) -> Snapshot:
    """The policy set in which only those reactions of the strata below one follow that it or one above reads.

    An escalation costs a plan, and a ladder its rows: what no one reads is worked out at the end, once.
    """
    read = {each for level in levels[number:] for source in level.sources for each in _read(snapshot, source)}
    costly = (ESCALATION, *FOLLOWUPS)
    known = [
        Stratum(sources=frozenset(each for each in level.sources if each.kind not in costly or each in read))
        for level in levels[:number]
    ]
    return followed(snapshot, known)


def followed(snapshot: Snapshot, below: Collection[Stratum]) -> Snapshot:
    """The policy set in which only the reactions of these strata follow."""
    known = {source for stratum in below for source in stratum.sources}
    agreements = snapshot.agreements
    for name, agreement in agreements.items():
        kept = tuple(each for each in agreement.escalations if Source(kind=ESCALATION, name=each.id) in known)
        obligations = tuple(each for each in agreement.obligations if source_of(each) in known)
        agreements = agreements.set(
            name,
            replace(
                agreement,
                escalations=kept,
                obligations=obligations,
                ladders=tuple(each for each in agreement.ladders if source_of_followup(each) in known),
                rights=tuple(each for each in agreement.rights if source_of_followup(each) in known),
                improvements=tuple(
                    each for each in agreement.improvements if source_of_followup(each) in known
                ),
                notifications=(),
                renewal=None,
            ),
        )
    return replace(snapshot, agreements=agreements)


def _place(snapshot: Snapshot, source: Source, levels: dict[Source, int]) -> int:
    """The level of a source: above what it reads as facts, beside the verdicts that it folds over."""
    if source not in levels:
        above = [_place(snapshot, each, levels) + 1 for each in _read(snapshot, source)]
        beside = [_place(snapshot, each, levels) for each in verdicts_behind(snapshot, source)]
        levels[source] = max((*above, *beside), default=0)
    return levels[source]


def _read(snapshot: Snapshot, source: Source) -> Iterator[Source]:
    for selection in selections_behind(snapshot, source):
        yield from feeding(snapshot, selection)
