"""Random duties `for each` value: those that triggers bear, declared ones, those of a register (S6.6)."""

from dataclasses import replace
from itertools import product

from hypothesis import strategies as st

from engine.model.agreement import Agreement
from engine.model.expression import ALWAYS_TRUE, Selection
from engine.model.obligation import Duty, Obligation, OnTrigger
from engine.model.partition import Partition
from tests.differential.conditions import field, is_value
from tests.differential.duty_forms import joined_duties, workloads
from tests.differential.kinds import PRIORITIES, SERVICES, TOPICS
from tests.differential.promises import duties, periodic_duties

VALUES = {"topic": TOPICS, "priority": PRIORITIES, "service": SERVICES}


def _combinations(fields: tuple[str, ...]) -> tuple[tuple[tuple[str, str], ...], ...]:
    values = product(*(VALUES[each] for each in fields))
    return tuple(tuple(zip(fields, each, strict=True)) for each in values)


@st.composite
def partitioned_duties(draw: st.DrawFn, agreement: Agreement) -> Obligation:
    """One verdict for each occasion and combination. Every ticket bears a service; no status, no report and
    no reply bears a priority or a topic, and only some tickets do, so that some triggers have no occasion."""
    made = (duties(agreement), duties(agreement), periodic_duties(agreement), workloads(agreement))
    duty = draw(st.one_of(*made, joined_duties(agreement)))
    assert isinstance(duty, Duty)
    urgent = field("p", "deployment", "urgent")
    where = draw(st.sampled_from((ALWAYS_TRUE, is_value(urgent, True, urgent.type))))
    register = Selection(kind="deployment", variable="p", where=where)
    if isinstance(duty.occasion, OnTrigger):
        fields = draw(st.sampled_from((("service",), ("service",), ("topic",), ("priority", "topic"))))
        own = Selection(kind="ticket", variable="t")
        bearing = Partition(fields=("service",), declared=(), register=own, of_triggers=True)
        declared = Partition(fields=fields, declared=_combinations(fields), register=None)
        registered = Partition(fields=fields, declared=(), register=register)
        return replace(duty, partition=draw(st.sampled_from((bearing, bearing, declared, registered))))
    fields = draw(st.sampled_from((("topic",), ("topic", "service"))))
    declared = Partition(fields=fields, declared=_combinations(fields), register=None)
    registered = Partition(fields=fields, declared=(), register=register)
    return replace(duty, partition=draw(st.sampled_from((declared, registered))))
