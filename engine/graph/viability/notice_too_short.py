"""A contract that its supplier may leave before the promise that stands on it can be left."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from engine.graph.viability.ground import Ground, agreement_side
from engine.model.agreement import Agreement
from engine.model.expression import NoticeCounting
from engine.model.quantity import CALENDAR_DAYS
from engine.model.renewal import Renewal, UnlessNotice
from engine.model.viability import Figure, Finding, FindingKind, Gravity, Remedy

MOST_RENEWALS = 1_000
"""No term is followed further than so many renewals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """The end of a term, and the last day on which notice can be given for it."""

    through: date
    notice: date


def find(ground: Ground) -> Iterator[Finding]:
    """One finding for each contract that renews unless notice is given, and may be over too soon.

    The supplier may give notice on the last day for the first end ahead. The agreement above then goes on
    until its own end, or until the next end for which there still is time to give notice. It must not be the
    later one.
    """
    contracts = {
        each.name: each
        for each in (*(one for rest in ground.rests for one in rest.contracts), *ground.underpinning)
        if each.superseded_by is None
    }
    for contract in contracts.values():
        left = next(_ends(ground, contract, ground.earliest_day), None)
        if left is None:
            continue
        until = _bound_until(ground, left.notice)
        if until is None or until > left.through:
            yield _finding(ground, contract, left, until)


def _ends(ground: Ground, agreement: Agreement, since: date) -> Iterator[Leaving]:
    """The ends from a day on at which notice ends an agreement that renews unless it is given."""
    renewal = agreement.renewal
    if renewal is None or not isinstance(renewal.on, UnlessNotice):
        return
    unless = renewal.on
    for count in range(MOST_RENEWALS):
        through = ground.reckoning.term_end(renewal, count)
        if renewal.until is not None and through >= renewal.until:
            return
        if through < max(since, agreement.term.start):
            continue
        notice = ground.reckoning.notice_day(through, unless.lead, unless.counting, agreement.zone)
        if notice is not None and notice >= since:
            yield Leaving(through=through, notice=notice)


def _bound_until(ground: Ground, told: date) -> date | None:
    """The last day on which the agreement above binds if notice of it is given on a day; none: for ever."""
    above = ground.agreement
    if above.renewal is not None and isinstance(above.renewal.on, UnlessNotice):
        return next((each.through for each in _ends(ground, above, told)), above.ends)
    return above.ends


def _finding(ground: Ground, contract: Agreement, left: Leaving, until: date | None) -> Finding:
    above = ground.agreement
    ours = [each for each in _ends(ground, above, ground.earliest_day) if each.through <= left.through]
    remedies = [
        Remedy(at=contract.identity, words="let no notice end it")
        if until is None
        else Remedy(at=contract.identity, words=f"a first term through {until}", day=until)
    ]
    if ours:
        remedies.insert(0, _longer_notice(contract, left, ours[-1]))
    figures = [Figure(name="notice beneath", value=_days(left.notice, left.through), unit=CALENDAR_DAYS)]
    if ours:
        days = _days(ours[-1].notice, ours[-1].through)
        figures.append(Figure(name="notice above", value=days, unit=CALENDAR_DAYS))
    if until is not None:
        days = _days(left.through, until)
        figures.append(Figure(name="uncovered", value=days, unit=CALENDAR_DAYS))
    return Finding(
        kind=FindingKind.NOTICE_TOO_SHORT,
        gravity=Gravity.EXPOSED,
        agreement=above.name,
        message=f"notice on {left.notice} ends `{contract.identity}` on {left.through}, "
        f"`{above.identity}` then binds {'for ever' if until is None else f'until {until}'}",
        above=ground.side(f"binds {'for ever' if until is None else f'until {until}'}"),
        beneath=(agreement_side(contract, f"may be left on {left.through}"),),
        figures=tuple(figures),
        remedies=tuple(remedies),
        since=left.notice,
        last_day=ours[-1].notice if ours else left.notice,
    )


def _longer_notice(contract: Agreement, left: Leaving, ours: Leaving) -> Remedy:
    """Notice so long that our own can still follow it on the same day."""
    renewal = contract.renewal
    assert isinstance(renewal, Renewal) and isinstance(renewal.on, UnlessNotice)
    days = _days(ours.notice, left.through)
    if renewal.on.counting is NoticeCounting.CLEAR_DAYS:
        days -= 1
    return Remedy(
        at=contract.identity,
        words=f"notice of at least {days} calendar days before the end",
        figure=Figure(name="notice", value=days, unit=CALENDAR_DAYS),
    )


def _days(first: date, last: date) -> Fraction:
    return Fraction((last - first).days)
