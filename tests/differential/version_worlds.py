"""An agreement in two versions, the second of which takes over on any day (S2.6)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TypeVar

from hypothesis import strategies as st
from pyrsistent import PMap, pmap

from engine.model.agreement import Agreement
from engine.model.obligation import Duty, Reach, Target
from engine.model.period import Term

Promise = TypeVar("Promise", bound=Target | Duty)


@st.composite
def in_two_versions(draw: st.DrawFn, agreement: Agreement, first: date, days: int) -> tuple[Agreement, ...]:
    """The two versions of an agreement; the second begins within so many days of `first`, every other time
    with days between them: a few, or so many that windows end among them."""
    cut = first + timedelta(days=draw(st.integers(1, days)))
    gap = draw(st.sampled_from((0, 0, 3, max(3, days // 6))))
    start = min(agreement.term.start, cut - timedelta(days=10 + gap))
    through = agreement.term.through
    return (
        replace(
            agreement,
            name=f"{agreement.name}@1",
            version="1",
            superseded_by=agreement.name,
            term=Term(start=start, through=cut - timedelta(days=1 + gap)),
        ),
        replace(
            agreement,
            version="2",
            supersedes=f"{agreement.name}@1",
            term=Term(start=cut, through=None if through is None else max(through, cut + timedelta(days=6))),
        ),
    )


def promised_in(promise: Promise, turn: Agreement, of: Sequence[Agreement]) -> Promise:
    """The promise as one of the versions has it, all of which promise it."""
    place = of.index(turn)
    reach = Reach(
        since=turn.term.start if place else None,
        until=of[place + 1].term.start if place + 1 < len(of) else None,
    )
    return replace(promise, terms=replace(promise.terms, agreement=turn.name, reach=reach))


def by_name(agreements: Sequence[Agreement]) -> PMap[str, Agreement]:
    """As a policy set holds them."""
    return pmap({each.name: each for each in agreements})
