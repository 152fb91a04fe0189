"""Random duties of the rarer forms: joined triggers, workload bounds, words that somebody judges (S4.8)."""

from dataclasses import replace

from hypothesis import strategies as st

from engine.model.agreement import Agreement
from engine.model.deadline import ByClass, Judged, WindowEnd, Within
from engine.model.expression import ALWAYS_TRUE, AllOf, Condition, Selection
from engine.model.obligation import ClockUnit, Excess, Obligation, OnTrigger, Workload
from engine.model.period import WindowUnit
from tests.differential.conditions import field, is_value, same, ticket_conditions
from tests.differential.promises import OPENED, duties, periodic_duties, within

JUDGE = "manager"


@st.composite
def workloads(draw: st.DrawFn, agreement: Agreement) -> Obligation:
    """A duty with a bound on how many of its triggers bind."""
    duty = draw(duties(agreement))
    counted = ALWAYS_TRUE if draw(st.integers(0, 7)) else draw(ticket_conditions())
    each = draw(st.sampled_from(((), (), (), (), *4 * (("service",),), ("topic",), ("service", "priority"))))
    units = (*WindowUnit, None, None)
    unit = draw(st.sampled_from(units)) if isinstance(duty.limit, Within | ByClass) else WindowUnit.DAY
    bound = Workload(
        at_most=draw(st.sampled_from((1, 1, 2))),
        counted=Selection(kind="ticket", variable="t", where=counted),
        unit=unit,
        each=each,
        excess=Excess.DOES_NOT_BIND if unit is None else draw(st.sampled_from(tuple(Excess))),
    )
    return replace(duty, workload=bound)


@st.composite
def workloads_by_the_clock(draw: st.DrawFn, agreement: Agreement) -> Obligation:
    """A duty whose triggers of a minute or an hour are bounded; what is too much does not bind, mostly."""
    duty = draw(duties(agreement))
    limit = duty.limit if isinstance(duty.limit, Within | ByClass) else draw(within(agreement, OPENED))
    bound = Workload(
        at_most=draw(st.sampled_from((1, 2))),
        counted=Selection(kind="ticket", variable="t", where=ALWAYS_TRUE),
        unit=draw(st.sampled_from(tuple(ClockUnit))),
        each=draw(st.sampled_from(((), ("service",)))),
        excess=draw(st.sampled_from((Excess.DOES_NOT_BIND, *Excess))),
    )
    return replace(duty, limit=limit, workload=bound)


@st.composite
def judged_duties(draw: st.DrawFn, agreement: Agreement) -> Obligation:
    """A duty whose words nothing can measure, at triggers or for windows."""
    duty = draw(st.one_of(duties(agreement), periodic_duties(agreement)))
    start = field("t", "ticket", "opened_at") if isinstance(duty.occasion, OnTrigger) else WindowEnd()
    terms = replace(duty.terms, id="a.d")
    limit = Judged(words="the shortest possible time", role=JUDGE, start=start, persons=draw(st.booleans()))
    return replace(
        duty,
        terms=terms,
        limit=limit,
        reclassification=None,
        steps=(),
        warns=None,
        pauses=(),
        exclusions=(),
        modes=(),
    )


@st.composite
def joined_duties(draw: st.DrawFn, agreement: Agreement) -> Obligation:
    """A duty that arises at each combination of a ticket with another fact, or with two."""
    duty = draw(duties(agreement))
    others = draw(st.sampled_from((("status",), ("outage",), ("status", "outage"), ("ticket",))))
    joined = tuple(draw(_joined(kind)) for kind in others)
    assert isinstance(duty.occasion, OnTrigger)
    return replace(duty, occasion=replace(duty.occasion, joined=joined), steps=())


@st.composite
def _joined(draw: st.DrawFn, kind: str) -> Selection:
    match kind:
        case "status":
            own = same(field("j_status", kind, "ticket"), field("t", "ticket", "id"))
            value = field("j_status", kind, "value")
            parts: tuple[Condition, ...] = (own,)
            if draw(st.booleans()):
                parts = (own, is_value(value, "waiting", value.type))
        case "outage":
            parts = (same(field("j_outage", kind, "service"), field("t", "ticket", "service")),)
        case _:
            parts = (same(field("j_ticket", kind, "topic"), field("t", "ticket", "topic")),)
    return Selection(kind=kind, variable=f"j_{kind}", where=AllOf(of=parts))
