"""What repeated breaches lead to: the ladders, rights and improvements of every agreement, and the
notices of what is broken or at risk (S8.1, S8.3, S8.5)."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar, assert_never

from engine.model.agreement import Agreement
from engine.model.expression import Expression, Selection
from engine.model.followup import Improvement, Ladder, NoticeAtRisk, NoticeOfBreach, Right
from engine.model.quantity import Instant
from engine.model.reaction import Credit, Reaction
from engine.model.snapshot import Snapshot
from engine.model.verdict import InWindow, Verdict
from engine.rules.plans.matches import Matched, matches
from engine.rules.reactions.ladder import EXTENSION, Climb, LadderFold
from engine.rules.reactions.notice import at_risk, id_of, of_breaches
from engine.rules.reactions.right import Registered, improvements, rights
from engine.rules.reactions.run import Paid, Pieces, pieces_of, triggers
from engine.store.database import Store

Noun = TypeVar("Noun", Ladder, Right, Improvement)


def matches_breaches(snapshot: Snapshot) -> bool:
    """Whether facts are matched with breaches, which then have to lie in the store."""
    return any(
        agreement.ladders or _tells_of_breaches(agreement) for agreement in snapshot.agreements.values()
    )


def _tells_of_breaches(agreement: Agreement) -> bool:
    return any(isinstance(each, NoticeOfBreach) for each in agreement.notifications)


def follow_up(
    snapshot: Snapshot,
    verdicts: Sequence[Verdict],
    credits: Iterable[Credit],
    told: Iterable[Verdict],
    store: Store,
    *,
    as_of: Instant,
    known_at: Instant | None,
) -> Iterator[Reaction]:
    """By agreement: cases of ladders, then rights, improvements and notices, each in order of declaration.

    `told` are the verdicts of `notices_as_duties`.
    """
    if not any(
        each.ladders or each.rights or each.improvements or each.notifications
        for each in snapshot.agreements.values()
    ):
        return
    agreements = [each for _, each in sorted(snapshot.agreements.items()) if each.superseded_by is None]
    pieces = pieces_of(verdicts, snapshot, as_of)
    paid: Paid = {
        (each.obligation, each.subject, each.occasion.label): each
        for each in credits
        if isinstance(each.occasion, InWindow) and each.is_owed
    }
    due: dict[str, dict[str, Verdict]] = {}
    for verdict in told:
        due.setdefault(verdict.obligation, {})[verdict.identity[2]] = verdict
    in_order = sorted(verdicts, key=lambda verdict: verdict.identity)
    for agreement in agreements:

        def found(
            agreement: Agreement,
            selection: Selection,
            values: Sequence[Expression],
            breach: str | None = None,
        ) -> list[Matched]:
            return matches(
                snapshot,
                agreement,
                selection,
                values,
                store,
                breach=breach,
                as_of=as_of,
                known_at=known_at,
            )

        # What a version declares holds for what arises in its time, over the windows of all (S2.6).
        versions = snapshot.versions(agreement.name)
        for ladders in _by_id((each, version) for version in versions for each in version.ladders):
            climbs = {
                version.version: Climb(
                    ladder=ladder,
                    zone=version.zone,
                    facts={
                        key: found(version, selection, values, ladder.variable)
                        for key, selection, values in _selections(ladder)
                    },
                )
                for ladder, version in ladders
            }
            yield from _cases(LadderFold(climbs=climbs, as_of=as_of), pieces)
        for declared in _by_id((each, version) for version in versions for each in version.rights):
            for right, version in declared:
                arisen = triggers(right.patterns, pieces, paid, version.version)
                by = found(version, right.exercised_by, ()) if right.exercised_by is not None else ()
                yield from rights(right, arisen, by, version.zone, as_of)
        for cases in _by_id((each, version) for version in versions for each in version.improvements):
            register = [
                Registered(
                    improvement=each,
                    zone=version.zone,
                    found=triggers(each.patterns, pieces, paid, version.version),
                    records=found(version, each.recorded_by, (each.done, *each.needs)),
                )
                for each, version in cases
            ]
            yield from improvements(register, as_of)
        for place, notice in enumerate(agreement.notifications):
            match notice:
                case NoticeAtRisk():
                    yield from at_risk(notice, in_order)
                case NoticeOfBreach():
                    sent = found(agreement, notice.by, (), notice.trigger.variable)
                    duties = due.get(id_of(agreement, place), {})
                    yield from of_breaches(notice, duties, in_order, sent, as_of)
                case _:
                    assert_never(notice)


def _by_id(declared: Iterable[tuple[Noun, Agreement]]) -> Iterable[list[tuple[Noun, Agreement]]]:
    """What is one ladder, right or improvement, in each version that has it."""
    found: dict[str, list[tuple[Noun, Agreement]]] = {}
    for each in declared:
        found.setdefault(each[0].id, []).append(each)
    return found.values()


def _cases(fold: LadderFold, pieces: Pieces) -> Iterator[Reaction]:
    targets = (target for each in fold.climbs.values() for target in each.ladder.targets)
    for target in dict.fromkeys(targets):
        for (obligation, _), row in pieces.items():
            if obligation == target:
                yield from fold.cases(row)


def _selections(
    ladder: Ladder,
) -> Iterator[tuple[tuple[int, str], Selection, tuple[Expression, ...]]]:
    """Each level's selections, with the instants that are asked of what they find."""
    for level in ladder.levels:
        read = (*(() if level.notice is None else (level.notice,)), *level.needs)
        for each in read:
            values = (level.remedied,) if each.variable == level.waits_for else ()
            yield (level.number, each.variable), each, values
        if level.extension is not None:
            yield (level.number, EXTENSION), level.extension.by, (level.extension.to,)
