"""Random targets that the other party's figures counter, and figures for the windows that they have."""

from dataclasses import replace
from fractions import Fraction
from itertools import product

from hypothesis import strategies as st

from engine.definition.windows import windows_of
from engine.model.agreement import Agreement
from engine.model.expression import ALWAYS_TRUE, Arithmetic, Latest, Operator, Selection
from engine.model.fact import Fact, FactValue
from engine.model.measure import EmptyWindow
from engine.model.obligation import CounterFigure, ModeEffect, Target, Tolerance
from engine.model.quantity import DAY, HOUR, Dimension, Unit
from tests.differential import modes, partitions
from tests.differential.conditions import field, is_value
from tests.differential.kinds import SERVICES, TOPICS
from tests.differential.promises import record_targets, uptime_targets
from tests.differential.worlds import LONG_AFTER, instants, mostly, or_absent

SETTLED = field("f", "figure", "settled_at")
FAR_BELOW, FAR_ABOVE = Fraction(-1), Fraction(900)
NEAR = st.sampled_from((0, 50, 95, 100, 300)).map(lambda hundredths: Fraction(hundredths, 100))


@st.composite
def countered_targets(draw: st.DrawFn, agreement: Agreement) -> Target:
    """A target of any sort, whose windows no mode splits, and figures as fields, lengths or quotients."""
    target = draw(
        st.one_of(
            uptime_targets(agreement),
            record_targets(agreement),
            modes.record_targets(agreement),
            partitions.partitioned_targets(agreement),
        )
    )
    effect = target.mode_effect
    agreed, value = field("f", "figure", "agreed"), field("f", "figure", "value")
    is_time = target.bound.unit.dimension is Dimension.TIME
    quotient = Arithmetic(operator=Operator.OVER, left=value, right=field("f", "figure", "over"))
    where = st.sampled_from((ALWAYS_TRUE, ALWAYS_TRUE, is_value(agreed, False, agreed.type)))
    return replace(
        target,
        watched_source=draw(st.sampled_from((None, target.watched_source))),
        # Where nothing happened there is nothing to dispute, unless an empty window is met.
        empty_windows=draw(st.sampled_from((EmptyWindow.MET, EmptyWindow.MET, target.empty_windows))),
        mode_effect=ModeEffect.GOVERN if effect is ModeEffect.SPLIT else effect,
        countered=CounterFigure(
            facts=Selection(kind="figure", variable="f", where=draw(where)),
            value=field("f", "figure", "length") if is_time else draw(st.sampled_from((value, quotient))),
            settled_at=draw(st.sampled_from((SETTLED, Latest(of=(SETTLED, field("f", "figure", "end")))))),
            tolerance=draw(tolerances(target.bound.unit)),
        ),
    )


def tolerances(unit: Unit) -> st.SearchStrategy[Tolerance | None]:
    """Mostly none; for the other targets so small or so large that it changes something."""
    share = st.sampled_from((Fraction(1, 1000), Fraction(1, 2), Fraction(99, 100)))
    points = st.sampled_from((Fraction(1, 1000), Fraction(1, 20), Fraction(2)))
    relative = st.builds(Tolerance, limit=share, relative=st.just(True))
    absolute = st.builds(Tolerance, limit=points, relative=st.just(False))
    return st.none() | (relative | absolute if unit.dimension is Dimension.RATIO else relative)


@st.composite
def figures(draw: st.DrawFn, target: Target, agreement: Agreement) -> tuple[Fact, ...]:
    """Figures, mostly for exactly a window that is over, far from the bound and near; a few were settled."""
    windows = windows_of(agreement, target.windows, LONG_AFTER)
    times = [(each.start, each.end) for each in windows if each.end <= LONG_AFTER]
    found: list[Fact] = []
    chosen = draw(st.lists(st.sampled_from(times), min_size=2, max_size=4)) if times else []
    for (start, end), far in product(chosen, (FAR_BELOW, FAR_ABOVE)):
        away = draw(mostly((0,), st.sampled_from((-1, 1))))
        settled = draw(mostly((None,), st.sampled_from((end, end + HOUR, end + 30 * DAY)) | instants()))
        key = f"figure-{len(found) + 1}"
        values: dict[str, FactValue] = {
            "id": key,
            "service": draw(st.sampled_from(SERVICES)),
            "topic": draw(st.sampled_from(TOPICS)),
            "start": start,
            "end": draw(mostly((end + away,), st.just(None))),
            "agreed": draw(mostly((False,), st.sampled_from((True, None)))),
            "value": draw(mostly((far,), or_absent(NEAR))),
            "over": draw(mostly((Fraction(1),), st.sampled_from((Fraction(3), Fraction(0), Fraction(-1))))),
            "length": draw(
                mostly((0 if far is FAR_BELOW else 90 * DAY,), st.sampled_from((None, HOUR, DAY)))
            ),
            "settled_at": settled,
        }
        found.append(Fact(kind="figure", key=key, values=values))
    return tuple(found)
