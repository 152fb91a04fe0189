"""Random targets `for each` value: declared ones, or those of a register; with bounds by value."""

from dataclasses import replace
from itertools import product

from hypothesis import strategies as st

from engine.model.agreement import Agreement
from engine.model.expression import ALWAYS_TRUE, Selection
from engine.model.measure import Uptime
from engine.model.obligation import Target
from engine.model.partition import BoundTable, Partition
from tests.differential.conditions import field, is_value
from tests.differential.kinds import PRIORITIES, TOPICS
from tests.differential.promises import record_targets, uptime_targets

VALUES = {"topic": TOPICS, "priority": PRIORITIES, "cause": ("ours", "theirs")}


@st.composite
def partitioned_targets(draw: st.DrawFn, agreement: Agreement) -> Target:
    """One verdict for each combination."""
    target = draw(uptime_targets(agreement) | record_targets(agreement))
    measure = target.measure
    if not isinstance(measure, Uptime):
        # What is unknown is tried elsewhere; here it would leave most to the definition.
        records = replace(measure.records, of=replace(measure.records.of, where=ALWAYS_TRUE))
        target = replace(target, measure=replace(measure, records=records))
    sets: tuple[tuple[str, ...], ...] = (("topic",), ("priority", "topic"), ("topic", "priority"))
    fields = draw(st.sampled_from((("cause",),) if isinstance(target.measure, Uptime) else sets))
    register = None
    if fields != ("cause",) and draw(st.booleans()):
        urgent = field("p", "deployment", "urgent")
        where = draw(st.sampled_from((ALWAYS_TRUE, is_value(urgent, True, urgent.type))))
        register = Selection(kind="deployment", variable="p", where=where)
    declared = tuple(
        tuple(zip(fields, values, strict=True)) for values in product(*(VALUES[each] for each in fields))
    )
    bounds = None
    if draw(st.booleans()):
        other = replace(target.bound, value=target.bound.value / 2)
        rows = tuple((value, draw(st.sampled_from((target.bound, other)))) for value in VALUES[fields[-1]])
        bounds = BoundTable(field=fields[-1], bounds=rows)
    partition = Partition(fields=fields, declared=() if register else declared, register=register)
    return replace(target, partition=partition, bounds=bounds)
