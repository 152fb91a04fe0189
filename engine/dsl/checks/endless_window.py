"""Uptime over the whole of a term that has no end: a window that never closes."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.model.measure import Uptime
from engine.model.obligation import Target
from engine.model.period import TermWindow
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """The agreed time of such a window has no length, so that no share of it can be told (S2.6, S5.6)."""
    for obligation in snapshot.obligations():
        if (
            isinstance(obligation, Target)
            and isinstance(obligation.measure, Uptime)
            and isinstance(obligation.windows, TermWindow)
            and snapshot.agreements[obligation.terms.agreement].term.through is None
        ):
            yield Diagnostic(
                code="endless-window",
                message=f"`{obligation.terms.agreement}` has no end, so there is no uptime over its term",
                labels=((obligation.terms.span, "measured over the term"),),
                help="say another window, such as `in each calendar month`, or the last day of its term",
            )
