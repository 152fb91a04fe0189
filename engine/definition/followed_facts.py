"""What repeated breaches have led to, as facts: levels of ladders, rights, improvements (S8.6, S9)."""

from collections.abc import Iterator
from fractions import Fraction

from engine.model import derived
from engine.model.fact import Fact, FactValue
from engine.model.reaction import ImprovementCase, LadderCase, LadderEvent, RightArisen
from engine.model.verdict import InWindow


def facts_of_ladder(case: LadderCase) -> Iterator[Fact]:
    """Every level that a case has reached; it ends where it fails, or where the case closes."""
    for place, step in enumerate(case.steps):
        if step.event is not LadderEvent.OPENED:
            continue
        end = next(
            (
                later.at
                for later in case.steps[place:]
                if later.event in (LadderEvent.FAILED, LadderEvent.CLOSED)
            ),
            None,
        )
        yield _fact(
            derived.LADDER_LEVEL,
            f"{case.ladder}.{step.level}",
            case,
            {
                "ladder": case.ladder.partition(".")[2],
                "at": step.at,
                "ended_at": end,
                "level": Fraction(step.level),
            },
        )


def fact_of_right(right: RightArisen) -> Fact:
    """That a right has arisen, whoever makes use of it (S8.1)."""
    return _fact(
        derived.RIGHT,
        right.right,
        right,
        {
            "right": right.right.partition(".")[2],
            "at": right.at,
            "until": right.until,
            "holder": right.holder,
            "power": right.power,
        },
    )


def fact_of_improvement(case: ImprovementCase) -> Fact:
    """That an improvement is asked for, and when it was done."""
    return _fact(
        derived.IMPROVEMENT,
        case.improvement,
        case,
        {
            "improvement": case.improvement.partition(".")[2],
            "at": case.at,
            "due_at": case.due,
            "done_at": case.done_at,
            "owner": case.owner,
        },
    )


def _fact(
    kind: str, what: str, about: LadderCase | RightArisen | ImprovementCase, values: dict[str, FactValue]
) -> Fact:
    """A fact about the promise, subject and window of what followed."""
    assert isinstance(about.occasion, InWindow), "windows are counted"
    window = about.occasion.label
    key = f"{what}/{about.obligation}/{about.subject}/{window}"
    return Fact(
        kind=kind,
        key=key,
        values={
            "id": key,
            "agreement": about.obligation.partition(".")[0],
            "obligation": about.obligation,
            "subject": about.subject,
            "window": window,
            **values,
        },
    )
