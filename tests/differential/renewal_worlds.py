"""Random agreements that renew, with notices and what renews them (S2.6)."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st

from engine.model.agreement import Agreement
from engine.model.expression import CalendarDays, Months, NoticeCounting
from engine.model.obligation import Obligation, Target
from engine.model.period import Term, TermWindow
from engine.model.reading import kinds_read
from engine.model.renewal import Renewal, UnlessNotice, WhenDone
from tests.differential import promises
from tests.differential.followup_worlds import some
from tests.differential.worlds import (
    DAYS,
    FIRST,
    LONG_AFTER,
    World,
    agreements,
    instants,
    rows,
    snapshot_of,
)

LENGTHS = st.sampled_from((CalendarDays(days=7), CalendarDays(days=31), Months(months=1), Months(months=2)))


@st.composite
def renewals(draw: st.DrawFn, term: Term) -> Renewal:
    """A renewal at the end of a term, unless notice is given or when something is done."""
    assert term.through is not None
    facts = draw(some("reply", "n"))
    counting = draw(st.sampled_from(tuple(NoticeCounting)))
    unless = UnlessNotice(notice=facts, lead=draw(promises.durations()), counting=counting)
    taken_over = term.through + timedelta(days=draw(st.integers(1, 60)))
    return Renewal(
        through=term.through,
        length=draw(LENGTHS),
        on=draw(st.sampled_from((unless, unless, WhenDone(done=facts)))),
        until=draw(st.sampled_from((None, None, None, taken_over))),
    )


@st.composite
def renewing(draw: st.DrawFn) -> World:
    """A world whose agreement renews, and whose one promise is judged in windows or on triggers."""
    agreement: Agreement = draw(agreements())
    through = FIRST.date() + timedelta(days=draw(st.integers(0, DAYS)))
    start = min(agreement.term.start, through - timedelta(days=draw(st.integers(0, 3))))
    agreement = replace(agreement, term=Term(start=start, through=through))
    agreement = replace(agreement, renewal=draw(renewals(agreement.term)))
    promise: Obligation = draw(promises.prohibitions(agreement) | promises.duties(agreement))
    if isinstance(promise, Target) and isinstance(promise.windows, TermWindow):
        promise = replace(promise, windows=draw(promises.cycles()))
    agreement = replace(agreement, obligations=(promise,))
    return World(
        snapshot=snapshot_of(promise, agreement),
        facts={kind: draw(rows(kind)) for kind in {*kinds_read(promise), "reply"}},
        as_of=draw(instants() | instants() | st.just(LONG_AFTER)),
    )
