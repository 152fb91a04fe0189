"""Contracts that are not in force on all days of the agreement that stands on them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from engine.graph.viability.ground import Ground, agreement_side
from engine.model.agreement import Agreement
from engine.model.quantity import CALENDAR_DAYS
from engine.model.viability import Figure, Finding, FindingKind, Gravity, Remedy

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncovered:
    """Days on which no contract is in force: the last one before them or else the first one after them."""

    first: date
    last: date | None
    before: Agreement | None
    after: Agreement | None


def find(ground: Ground) -> Iterator[Finding]:
    """One finding for each stretch of days that the contracts about one need, taken together, leave out.

    So does a contract that says that it underpins and covers none of the needs. Days that were over before
    the instant that is asked for are past mending.
    """
    seen = set[tuple[str, date]]()
    by_need = [(each.contracts, each.in_series) for each in ground.rests if each.contracts]
    needed = {agreement.name for contracts, _ in by_need for agreement in contracts}
    by_itself = [
        (ground.snapshot.versions(each.name), True)
        for each in ground.underpinning
        if each.superseded_by is None and each.name not in needed
    ]
    for contracts, in_series in (*by_need, *by_itself):
        for gap in uncovered(ground, contracts):
            contract = gap.before or gap.after
            assert contract is not None
            if (contract.name, gap.first) not in seen:
                seen.add((contract.name, gap.first))
                yield _finding(ground, gap, contract, is_broken=in_series)


def uncovered(ground: Ground, contracts: Sequence[Agreement]) -> Iterator[Uncovered]:
    """The days of the whole term, all versions together, on which none of the contracts is in force."""
    above = ground.agreement
    day: date | None = ground.earliest_day
    before: Agreement | None = None
    for contract in sorted(contracts, key=lambda each: (each.term.start, each.name)):
        if day is None or (above.ends is not None and day > above.ends):
            return
        if contract.term.start > day:
            yield Uncovered(
                first=day,
                last=min(contract.term.start - ONE_DAY, above.ends or date.max),
                before=before,
                after=contract,
            )
        ends = contract.ends
        if ends is None or ends == date.max:
            day = None
        elif ends >= day:
            day, before = ends + ONE_DAY, contract
        elif before is None:
            before = contract
    if day is not None and (above.ends is None or day <= above.ends):
        yield Uncovered(first=day, last=above.ends, before=before, after=None)


def _finding(ground: Ground, gap: Uncovered, contract: Agreement, *, is_broken: bool) -> Finding:
    above = ground.agreement
    begins_late = gap.before is None
    gap_text = f"begins on {contract.term.start}" if begins_late else f"ends on {contract.ends}"
    if begins_late:
        remedy = Remedy(at=contract.name, words=f"in force from {gap.first}", day=gap.first)
    elif gap.last is None:
        remedy = Remedy(at=contract.name, words="prolong it without end, or let it renew")
    else:
        remedy = Remedy(at=contract.name, words=f"in force through {gap.last}", day=gap.last)
    if begins_late:
        when = "from the beginning"
    elif gap.after is None or gap.last is None:
        when = "to the end"
    else:
        when = f"from {gap.first} through {gap.last}"
    days = None if gap.last is None else Fraction((gap.last - gap.first).days + 1)
    return Finding(
        kind=FindingKind.UC_ENDS_EARLY,
        gravity=Gravity.BROKEN if is_broken else Gravity.EXPOSED,
        agreement=above.name,
        message=f"`{contract.identity}` does not underpin `{above.identity}` {when}",
        above=agreement_side(above, f"in force {above.term.start} to {above.ends or 'no end'}"),
        beneath=(agreement_side(contract, gap_text),),
        figures=() if days is None else (Figure(name="uncovered", value=days, unit=CALENDAR_DAYS),),
        remedies=(remedy,),
        since=gap.first,
        last_day=gap.first - ONE_DAY,
    )
