"""Random exclusions: several of them, capped over windows of their own."""

from dataclasses import replace

from hypothesis import strategies as st

from engine.model.agreement import Agreement
from engine.model.exclusion import Cap, Exclusion, Intervals
from engine.model.expression import ALWAYS_TRUE, NoticeCounting, Selection
from engine.model.measure import Uptime
from engine.model.obligation import Target
from engine.model.period import CalendarWindows, TermWindow, WindowUnit
from engine.model.quantity import MINUTE
from tests.differential.conditions import field, notices
from tests.differential.kinds import NOWHERE
from tests.differential.promises import uptime_targets

KINDS = ("maintenance", "emergency", "maintenance")
"""What excludes: the third reads the facts of the first with another condition."""


def caps(elapsed: bool) -> st.SearchStrategy[Cap]:
    """Longer or shorter than the target's windows, and sometimes nothing at all."""
    return st.builds(
        lambda minutes, windows: Cap(length=minutes * MINUTE, windows=windows, elapsed=elapsed),
        st.sampled_from((0, 1, 30, 60, 120, 600)),
        st.sampled_from((*(CalendarWindows(unit=unit) for unit in WindowUnit), TermWindow())),
    )


@st.composite
def capped_exclusions(draw: st.DrawFn) -> tuple[Exclusion, ...]:
    """One to three exclusions, most of them capped."""
    elapsed = draw(st.booleans())
    notice = draw(notices(draw(st.sampled_from(tuple(NoticeCounting)))))
    found: list[Exclusion] = []
    for order, kind in enumerate(KINDS[: draw(st.integers(1, len(KINDS)))]):
        variable = kind[0]
        found.append(
            Exclusion(
                name=f"x{order}",
                title=f"x{order}",
                agreement="a",
                order=order,
                intervals=Intervals(
                    facts=Selection(
                        kind=kind, variable=variable, where=notice if order == 2 else ALWAYS_TRUE
                    ),
                    start=field(variable, kind, "start"),
                    until=field(variable, kind, "end"),
                ),
                cap=draw(st.one_of(caps(elapsed), caps(elapsed), st.none())),
                span=NOWHERE,
            )
        )
    return tuple(found)


@st.composite
def capped_targets(draw: st.DrawFn, agreement: Agreement) -> Target:
    """Uptime with every convention, under capped exclusions."""
    target = draw(uptime_targets(agreement))
    assert isinstance(target.measure, Uptime)
    return replace(target, measure=replace(target.measure, excludes=draw(capped_exclusions())))
