"""Rights and improvements: what arises from runs of windows, and what the facts have made of it (S8.5)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from engine.model.followup import Improvement, Right
from engine.model.quantity import Instant
from engine.model.reaction import ImprovementCase, ImprovementState, RightArisen, RightState
from engine.rules.plans.expression_to_sql import fields_of
from engine.rules.plans.matches import Matched
from engine.rules.reactions.run import Trigger, end_of


def rights(
    right: Right, found: Iterable[Trigger], exercises: Sequence[Matched], zone: str, as_of: Instant
) -> Iterator[RightArisen]:
    """One for each trigger; `exercises` in order of time."""
    for trigger in found:
        at = trigger.last.window.end
        until = end_of(right.exercisable, at, zone) if right.exercisable else None
        used = [each for each in exercises if each.at >= at and (until is None or each.at < until)]
        lapsed = until is not None and until <= as_of
        yield RightArisen(
            right=right.id,
            holder=right.holder,
            power=right.power,
            obligation=trigger.last.verdict.obligation,
            subject=trigger.last.verdict.subject,
            occasion=trigger.last.window,
            at=at,
            until=until,
            state=RightState.EXERCISED if used else RightState.LAPSED if lapsed else RightState.EXERCISABLE,
            exercised_by=used[0].id if used else None,
            because=trigger.because,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """An improvement as one version has it: its triggers and its records.

    The values of `records` are the instant of completion and what is needed, NULL where absent.
    """

    improvement: Improvement
    zone: str
    found: Sequence[Trigger]
    records: Sequence[Matched]


def improvements(register: Iterable[Registered], as_of: Instant) -> Iterator[ImprovementCase]:
    """A register over all versions: a trigger opens a case, or joins the one of its promise that is not done
    yet; the version in which it was opened says what has to be done (S2.6)."""
    by_promise: dict[tuple[str, str], list[tuple[Trigger, Registered]]] = {}
    for each in register:
        for trigger in each.found:
            verdict = trigger.last.verdict
            by_promise.setdefault((verdict.obligation, verdict.subject), []).append((trigger, each))
    for _, found in sorted(by_promise.items(), key=lambda item: item[0]):
        found.sort(key=lambda each: each[0].last.window.end)
        row = [trigger for trigger, _ in found]
        opening = 0
        while opening < len(row):
            at, said = row[opening].last.window.end, found[opening][1]
            record = next((each for each in said.records if each.at >= at), None)
            done = record.values[0] if record else None
            assert done is None or isinstance(done, int)
            following = opening + 1
            while following < len(row) and (done is None or row[following].last.window.end <= done):
                following += 1
            yield _case(said.improvement, row[opening:following], record, done, said.zone, as_of)
            opening = following


def _case(
    improvement: Improvement,
    triggers: Sequence[Trigger],
    record: Matched | None,
    done: Instant | None,
    zone: str,
    as_of: Instant,
) -> ImprovementCase:
    first, *joined = triggers
    due = end_of(improvement.due, first.last.window.end, zone)
    lacking = _lacking(improvement, record)
    if done is not None:
        state = ImprovementState.DONE
    elif record is None or lacking:
        state = ImprovementState.OVERDUE if as_of >= due else ImprovementState.DUE
    else:
        state = ImprovementState.OPEN
    return ImprovementCase(
        improvement=improvement.id,
        owner=improvement.owner,
        obligation=first.last.verdict.obligation,
        subject=first.last.verdict.subject,
        occasion=first.last.window,
        at=first.last.window.end,
        due=due,
        state=state,
        recorded_by=record.id if record else None,
        done_at=done,
        lacking=lacking,
        because=first.because,
        joined=tuple(each.last.verdict.whole_window for each in joined),
    )


def _lacking(improvement: Improvement, record: Matched | None) -> tuple[str, ...]:
    """The needs that the record leaves empty, as `kind:key.field`."""
    if record is None:
        return ()
    return tuple(
        f"{record.id}.{field.field}"
        for need, value in zip(improvement.needs, record.values[1:], strict=True)
        if value is None
        for field in fields_of(need)
    )
