"""What repeated breaches lead to: the ladders, rights and improvements of every agreement, and the
notices of what is broken or at risk (S8.1, S8.3, S8.5)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import assert_never

from engine.model.agreement import Agreement
from engine.model.expression import Expression, Selection
from engine.model.followup import Ladder, NoticeAtRisk, NoticeOfBreach
from engine.model.quantity import Instant
from engine.model.reaction import Credit, Reaction
from engine.model.snapshot import Snapshot
from engine.model.verdict import InWindow, Verdict
from engine.rules.plans.matches import Matched, matches
from engine.rules.reactions.ladder import EXTENSION, Facts, LadderFold
from engine.rules.reactions.notice import at_risk, id_of, of_breaches
from engine.rules.reactions.right import improvements, rights
from engine.rules.reactions.run import Ended, Paid, ended_windows, triggers
from engine.store.database import Store


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
    # The latest version folds over the windows of all.
    agreements = [each for _, each in sorted(snapshot.agreements.items()) if each.superseded_by is None]
    if not any(each.ladders or each.rights or each.improvements or each.notifications for each in agreements):
        return
    windows = ended_windows(verdicts, as_of)
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
            selection: Selection,
            values: Sequence[Expression],
            breach: str | None = None,
            agreement: Agreement = agreement,
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

        for ladder in agreement.ladders:
            facts = {
                key: found(selection, values, ladder.variable)
                for key, selection, values in _selections(ladder)
            }
            yield from _cases(ladder, agreement, facts, windows)
        for right in agreement.rights:
            arisen = triggers(right.patterns, windows, paid)
            by = found(right.exercised_by, ()) if right.exercised_by is not None else ()
            yield from rights(right, arisen, by, agreement.zone, as_of)
        for improvement in agreement.improvements:
            arisen = triggers(improvement.patterns, windows, paid)
            records = found(improvement.recorded_by, (improvement.done, *improvement.needs))
            yield from improvements(improvement, arisen, records, agreement.zone, as_of)
        for place, notice in enumerate(agreement.notifications):
            match notice:
                case NoticeAtRisk():
                    yield from at_risk(notice, in_order)
                case NoticeOfBreach():
                    sent = found(notice.by, (), notice.trigger.variable)
                    duties = due.get(id_of(agreement, place), {})
                    yield from of_breaches(notice, duties, in_order, sent, as_of)
                case _:
                    assert_never(notice)


def _cases(
    ladder: Ladder,
    agreement: Agreement,
    facts: Facts,
    windows: Mapping[tuple[str, str], tuple[Ended, ...]],
) -> Iterator[Reaction]:
    fold = LadderFold(ladder=ladder, zone=agreement.zone, facts=facts)
    for target in ladder.targets:
        for (obligation, _), row in windows.items():
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
