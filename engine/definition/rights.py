"""Rights and improvements: what repeated breaches give to a party, or ask of an owner (S8.5)."""

from collections.abc import Iterator, Sequence

from engine.definition.book import Reading, id_of
from engine.definition.conditions import instant_of, matching, names_of, value_of
from engine.definition.runs import Arisen, Credits, arisen, days_after
from engine.model.agreement import Agreement
from engine.model.followup import Improvement, Right
from engine.model.quantity import Instant
from engine.model.reaction import ImprovementCase, ImprovementState, RightArisen, RightState
from engine.model.snapshot import Snapshot
from engine.model.verdict import Verdict


def rights_of(
    right: Right,
    agreement: Agreement,
    verdicts: Sequence[Verdict],
    credits: Credits,
    snapshot: Snapshot,
    reading: Reading,
) -> Iterator[RightArisen]:
    """The right, each time that it arises under this version; the engine exercises it for nobody (S8.1)."""
    by = right.exercised_by
    exercises = (
        [] if by is None else [each for each in matching(by, reading, {}, agreement.zone) if each.proven]
    )
    found = arisen(right.patterns, verdicts, credits, snapshot, reading.as_of)
    for group in together([each for each in found if each.verdict.version == agreement.version]):
        first = group[0]
        at = first.window.end
        until = None if right.exercisable is None else days_after(at, right.exercisable, agreement.zone)
        used = next(
            (
                each
                for each in exercises
                if at <= each.at <= reading.as_of and (until is None or each.at < until)
            ),
            None,
        )
        if used is not None:
            state = RightState.EXERCISED
        elif until is not None and until <= reading.as_of:
            state = RightState.LAPSED
        else:
            state = RightState.EXERCISABLE
        yield RightArisen(
            right=right.id,
            holder=right.holder,
            power=right.power,
            obligation=first.verdict.obligation,
            subject=first.verdict.subject,
            occasion=first.window,
            at=at,
            until=until,
            state=state,
            exercised_by=None if used is None else id_of(used.fact),
            because=tuple(each.because for each in group),
        )


def improvements_of(
    declared: Sequence[tuple[Improvement, Agreement, Reading]],
    verdicts: Sequence[Verdict],
    credits: Credits,
    snapshot: Snapshot,
) -> Iterator[ImprovementCase]:
    """The register: one case until it is done, as the version says in whose time it arose; what arises
    meanwhile joins it. `declared` is the improvement in each version that has it."""
    by_promise: dict[tuple[str, str], list[list[Arisen]]] = {}
    said_by = {agreement.version: (one, agreement, reading) for one, agreement, reading in declared}
    for improvement, agreement, reading in declared:
        found = arisen(improvement.patterns, verdicts, credits, snapshot, reading.as_of)
        for group in together([each for each in found if each.verdict.version == agreement.version]):
            key = (group[0].verdict.obligation, group[0].verdict.subject)
            by_promise.setdefault(key, []).append(group)
    for key in sorted(by_promise):
        waiting = sorted(by_promise[key], key=lambda group: group[0].window.end)
        while waiting:
            first, *later = waiting
            improvement, agreement, reading = said_by[first[0].verdict.version]
            selection = improvement.recorded_by
            records = [each for each in matching(selection, reading, {}, agreement.zone) if each.proven]
            at = first[0].window.end
            due = days_after(at, improvement.due, agreement.zone)
            record = next((each for each in records if at <= each.at <= reading.as_of), None)
            bound = {} if record is None else {selection.variable: record.fact}
            done = None if record is None else instant_of(improvement.done, bound)
            lacking = tuple(
                name
                for need in improvement.needs
                if record is not None and value_of(need, bound) is None
                for name in names_of(need, bound)
            )
            if done is not None:
                state = ImprovementState.DONE
            elif record is not None and not lacking:
                state = ImprovementState.OPEN
            else:
                state = ImprovementState.OVERDUE if due <= reading.as_of else ImprovementState.DUE
            joined = [each for each in later if done is None or each[0].window.end <= done]
            yield ImprovementCase(
                improvement=improvement.id,
                owner=improvement.owner,
                obligation=key[0],
                subject=key[1],
                occasion=first[0].window,
                at=at,
                due=due,
                state=state,
                recorded_by=None if record is None else id_of(record.fact),
                done_at=done,
                lacking=lacking,
                because=tuple(each.because for each in first),
                joined=tuple(each[0].verdict.whole_window for each in joined),
            )
            waiting = [each for each in later if each not in joined]


def together(found: Sequence[Arisen]) -> list[list[Arisen]]:
    """What arises at one window of one promise arises once, for all its reasons."""
    groups: dict[tuple[Instant, str, str], list[Arisen]] = {}
    for each in found:
        key = (each.window.end, each.verdict.obligation, each.verdict.subject)
        groups.setdefault(key, []).append(each)
    return list(groups.values())
