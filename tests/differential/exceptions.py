"""Random prohibitions with exceptions: permissions that read the record, exclusions that hold its instant."""

from dataclasses import replace

from hypothesis import strategies as st

from engine.model.agreement import Agreement
from engine.model.exclusion import Exclusion, Permission
from engine.model.expression import Selection
from engine.model.obligation import Target
from tests.differential.conditions import field, is_value, ticket_conditions
from tests.differential.exclusions import approved_exclusions
from tests.differential.kinds import NOWHERE
from tests.differential.promises import exclusions, prohibitions


@st.composite
def _permissions(draw: st.DrawFn) -> tuple[Permission, ...]:
    """One or two, of tickets under names of their own."""
    urgent, topic = field("p", "ticket", "urgent"), field("q", "ticket", "topic")
    both = (
        (is_value(urgent, True, urgent.type), "p"),
        (is_value(topic, "red", topic.type), "q"),
        (draw(ticket_conditions()), "t"),
    )
    chosen = draw(st.lists(st.sampled_from(both), min_size=1, max_size=2, unique_by=lambda each: each[1]))
    return tuple(
        Permission(
            name=f"permitted_{variable}",
            agreement="a",
            when=Selection(kind="ticket", variable=variable, where=where),
            span=NOWHERE,
        )
        for where, variable in chosen
    )


@st.composite
def excepted_prohibitions(draw: st.DrawFn, agreement: Agreement) -> Target:
    """No ticket of a sort, unless it is permitted or opened in time that is excluded."""
    target = draw(prohibitions(agreement))
    said = draw(st.sampled_from(("permissions", "permissions", "exclusions", "both")))
    permissions = draw(_permissions()) if said != "exclusions" else ()
    excluded: tuple[Exclusion, ...] = ()
    if said != "permissions":
        excluded = draw(exclusions(None) | approved_exclusions())
    return replace(target, permissions=permissions, exclusions=excluded)
