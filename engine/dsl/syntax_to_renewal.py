"""Renewal of an agreement's term: for how long, and unless or when what (S2.6)."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import MAXYEAR, date, timedelta
from typing import Final

from engine.dsl import agreement as syntax
from engine.dsl.fed_facts import are_fed
from engine.dsl.findings import Findings
from engine.dsl.frame import Frame
from engine.dsl.syntax_to_condition import notice_counting, resolve_match
from engine.dsl.syntax_to_duration import resolve_duration
from engine.model.exclusion import Exclusion
from engine.model.expression import CalendarDays, Duration, Months, Selection
from engine.model.obligation import Duty, Obligation, OnWindow, Target
from engine.model.period import Term, TermWindow
from engine.model.renewal import Renewal, UnlessNotice, WhenDone
from engine.source import Span

ONE_DAY: Final = timedelta(days=1)
TERMS: Final = 12
"""So many renewals show whether a term that renews ever cuts a window short: a year's months."""


def resolve_renewal(
    node: syntax.Renews | None,
    notice: syntax.NoticePeriod | None,
    lead: Duration | None,
    first: Term,
    ends: date | None,
    frame: Frame,
) -> Renewal | None:
    """The renewal of a version whose first term is `first` and that ends on `ends` when another takes over.

    `lead` is what the notice says, where it is sound.
    """
    if node is None:
        return None
    findings = frame.findings
    length = resolve_duration(node.length, frame.scope.names.calendars, findings)
    matched = resolve_match(node.match, frame.scope)
    if length is not None and not isinstance(length, CalendarDays | Months):
        findings.unsupported(
            "a renewal for a length of time on a clock",
            node.length.span,
            help="say calendar days, weeks, months or years",
        )
        return None
    if length is None or matched is None or not _is_fed(matched[0], node.span, frame):
        return None
    if length in (CalendarDays(days=0), Months(months=0)):
        findings.error(
            "length-not-whole",
            "a term renews for one day at least",
            node.length.span,
            "no time at all",
            help="say how long it renews: `renews for 12 months`",
        )
        return None
    if first.through is None:
        findings.error(
            "not-said",
            "an agreement renews at the end of its term, and that is not said",
            node.span,
            "at which end",
            help="say it: `in force from 2025-01-01 through 2025-12-31`",
        )
        return None
    if not node.unless:
        return Renewal(through=first.through, length=length, on=WhenDone(done=matched[0]), until=ends)
    if notice is None:
        findings.error(
            "not-said",
            "an agreement renews unless notice is given in time, and how long before the end is not said",
            node.span,
            "no `notice`",
            help="say it: `notice 90 calendar days before the end`",
        )
    if notice is None or lead is None:
        return None
    counting = notice_counting(lead, notice.length, frame.scope)
    unless = UnlessNotice(notice=matched[0], lead=lead, counting=counting)
    return Renewal(through=first.through, length=length, on=unless, until=ends)


def terms_of(first: Term, renewal: Renewal | None) -> tuple[Term, ...]:
    """The first term, and a year's worth of what it may become."""
    if renewal is None:
        return (first,)
    return (first, *(Term(start=first.start, through=each) for each in _ends(renewal)))


def refuse_over_the_term(
    renewal: Renewal | None,
    obligations: Iterable[Obligation],
    exclusions: Iterable[Exclusion],
    findings: Findings,
) -> None:
    """`over the term` would be each term for some readers and all of them together for others."""
    if renewal is None:
        return
    places = [each.terms.span for each in obligations if _is_over_the_term(each)]
    places += [each.span for each in exclusions if each.cap and isinstance(each.cap.windows, TermWindow)]
    for place in places:
        findings.unsupported(
            "`over the term` in an agreement that renews",
            place,
            help="say the windows: `in each 12 months from 2025-01-01`",
        )


def _is_over_the_term(obligation: Obligation) -> bool:
    match obligation:
        case Target(windows=TermWindow()) | Duty(occasion=OnWindow(windows=TermWindow())):
            return True
        case _:
            return False


def _ends(renewal: Renewal) -> Iterable[date]:
    after = renewal.through + ONE_DAY
    for count in range(1, TERMS + 1):
        match renewal.length:
            case CalendarDays(days=days):
                ordinal = after.toordinal() + count * days
                if ordinal > date.max.toordinal():
                    return
                yield date.fromordinal(ordinal) - ONE_DAY
            case Months(months=months):
                years, month = divmod(after.month - 1 + count * months, 12)
                if (year := after.year + years) > MAXYEAR:
                    return
                day = min(after.day, monthrange(year, month + 1)[1])
                yield date(year, month + 1, day) - ONE_DAY


def _is_fed(selection: Selection, place: Span, frame: Frame) -> bool:
    """Whether all facts that decide are fed: a term that hung on verdicts would hang on itself (S9)."""
    return are_fed(selection, "a renewal", "renew on facts that are fed: a notice, a review", place, frame)
