"""Random escalations of tickets: what stops them, and the updates while they are open (S8.2)."""

from dataclasses import replace

from hypothesis import strategies as st

from engine.model.expression import ALWAYS_TRUE, AllOf, ClockDuration, Selection
from engine.model.obligation import Obligation
from engine.model.quantity import HOUR, MINUTE
from engine.model.severity import Escalation, EscalationLevel, Updates
from tests.differential import promises
from tests.differential.conditions import clock_durations, field, is_value, same, ticket_conditions
from tests.differential.kinds import NOWHERE, SERVICES, YES_NO
from tests.differential.worlds import LONG_AFTER, World, agreements, instants, rows, snapshot_of

TICKET = field("t", "ticket", "id")


@st.composite
def lengths(draw: st.DrawFn) -> ClockDuration:
    """On any clock; often so long that the level lies ahead."""
    drawn = draw(clock_durations())
    return replace(drawn, length=drawn.length + draw(st.sampled_from((0, 200 * HOUR))))


@st.composite
def escalations(draw: st.DrawFn) -> Escalation:
    """One or two levels on any clock; stopped by an instant of the ticket, by a reply, or by nothing."""
    of_it = same(field("r", "reply", "ticket"), TICKET)
    helpful = is_value(field("r", "reply", "helpful"), True, YES_NO)
    reply = draw(st.sampled_from((helpful, AllOf(of=(of_it, helpful)), of_it)))
    # Some reply or other comes soon enough to stop a level.
    reply = draw(st.sampled_from((reply, ALWAYS_TRUE)))
    how = draw(st.sampled_from(("nothing", "instant", "fact", "fact")))
    status = draw(st.sampled_from((AllOf(of=()), same(field("s", "status", "ticket"), TICKET))))
    updates = Updates(
        every=draw(st.sampled_from((90 * MINUTE, 24 * HOUR, 100 * HOUR))),
        by=Selection(kind="status", variable="s", where=status),
    )
    return Escalation(
        id="a.rising",
        title="Rising",
        agreement="a",
        subjects=SERVICES,
        trigger=Selection(
            kind="ticket", variable="t", where=draw(st.just(ALWAYS_TRUE) | ticket_conditions())
        ),
        start=draw(
            st.sampled_from((promises.OPENED, promises.OPENED, field("t", "ticket", "classified_at")))
        ),
        levels=tuple(
            EscalationLevel(number=number, role="boss", after=draw(lengths()))
            for number in range(1, draw(st.integers(1, 2)) + 1)
        ),
        stops_at=field("t", "ticket", "classified_at") if how == "instant" else None,
        span=NOWHERE,
        stops_by=Selection(kind="reply", variable="r", where=reply) if how == "fact" else None,
        updates=draw(st.sampled_from((None, updates, updates, updates))),
    )


@st.composite
def escalating(draw: st.DrawFn) -> World:
    """A world of one escalation, and of nothing that is promised."""
    agreement = draw(agreements())
    promise: Obligation = draw(promises.prohibitions(agreement))
    agreement = replace(agreement, escalations=(draw(escalations()),))
    facts = {kind: draw(rows(kind, at_least=2)) for kind in ("ticket", "reply", "status")}
    # Soon after a ticket was opened, something is still due next.
    soon = st.sampled_from(
        [at for each in facts["ticket"] if isinstance(at := each.values["opened_at"], int)]
    )
    just_after = soon.map(lambda at: at + HOUR)
    as_of = draw(st.one_of(just_after, just_after, instants(), st.just(LONG_AFTER)))
    return World(snapshot=snapshot_of(promise, agreement), facts=facts, as_of=as_of)
