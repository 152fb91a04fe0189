"""Money at risk: what the credits of promises that are hit could come to, agreement by agreement (S10.1)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import zip_longest
from zoneinfo import ZoneInfo

from engine.graph.dependency_graph import GraphAt, node_id
from engine.graph.money.civil_days import Days, unit_around, windows_around, windows_met
from engine.graph.money.most_credit import Most, fee_due, most_credit
from engine.model.agreement import Agreement
from engine.model.credit import CreditCap, Credits
from engine.model.credit_base import FixedFee
from engine.model.decimals import amount_text
from engine.model.dependency import Exposure, NodeKind, PromiseExposure
from engine.model.instants import NO_END, moment_of
from engine.model.obligation import Duty, OnWindow, Target
from engine.model.period import first_day
from engine.model.quantity import Instant, Money
from engine.model.reading import credits_of
from engine.model.snapshot import Snapshot

MOST_RIVALS = 12
"""So many promises that are not paid together are tried in every combination; of more, all are added up."""


def money_at_risk(
    snapshot: Snapshot, view: GraphAt, promises: Collection[str], at: Instant
) -> tuple[Exposure, ...]:
    """What the credits of the promises of these ids could come to, for the windows that hold an instant and
    all occasions of duties, in order of agreement, then of currency; the promises of one agreement share its
    caps. What is only reported pays nothing."""
    hit = set(promises)
    paying = paying_in(snapshot, view, snapshot.agreements, at)
    return tuple(
        exposure
        for name in paying.agreements
        if (mine := tuple(each for each in paying.promises(name) if each in hit))
        for exposure in paying.exposures(name, mine)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """One promise's most, in all its windows together, and of each window the civil day from which a breach
    would date."""

    promise: Target | Duty
    credits: Credits
    most: Most
    dated: tuple[tuple[date, Fraction | None], ...]

    @property
    def id(self) -> str:
        return self.promise.terms.id

    @property
    def currency(self) -> str:
        assert self.credits.currency is not None, self.id
        return self.credits.currency


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Paying:
    """The promises that pay credits at an instant, by agreement in order of name. What many questions ask
    about the same promises is worked out once."""

    snapshot: Snapshot
    at: Instant
    agreements: Mapping[str, Mapping[str, tuple[Target | Duty, Credits]]]
    _items: dict[str, "_Item"] = field(init=False, repr=False, default_factory=dict[str, "_Item"])
    _known: dict[tuple[str, ...], tuple[Exposure, ...]] = field(
        init=False, repr=False, default_factory=dict[tuple[str, ...], tuple[Exposure, ...]]
    )

    def promises(self, agreement: str) -> Collection[str]:
        """The ids of the promises of an agreement that pay, in its order."""
        return self.agreements[agreement].keys()

    def exposures(self, agreement: str, promises: tuple[str, ...]) -> tuple[Exposure, ...]:
        """What these promises of one agreement, in its order, could come to, in each currency."""
        if promises not in self._known:
            whole = self.snapshot.agreements[agreement]
            versions = self.snapshot.versions(whole.identity) or (whole,)
            items = [self._item(whole, versions, each) for each in promises]
            self._known[promises] = tuple(
                _exposure(
                    whole, versions, currency, tuple(each for each in items if each.currency == currency)
                )
                for currency in sorted({each.currency for each in items})
            )
        return self._known[promises]

    def _item(self, agreement: Agreement, versions: Sequence[Agreement], id: str) -> "_Item":
        if id not in self._items:
            promise, credits = self.agreements[agreement.name][id]
            day = moment_of(min(self.at, NO_END)).astimezone(ZoneInfo(agreement.zone)).date()
            self._items[id] = _item(promise, credits, agreement, versions, day)
        return self._items[id]


def paying_in(snapshot: Snapshot, view: GraphAt, names: Iterable[str], at: Instant) -> Paying:
    """Of the agreements of these names, those in force, with their promises that pay."""
    found = dict[str, Mapping[str, tuple[Target | Duty, Credits]]]()
    for name in sorted(names):
        if node_id(NodeKind.AGREEMENT, name) not in view.nodes:
            continue
        paying = {
            promise.terms.id: (promise, credits)
            for promise in snapshot.agreements[name].obligations
            if isinstance(promise, Target | Duty)
            and not promise.terms.reported_only
            and (credits := credits_of(promise)) is not None
            and credits.currency is not None
        }
        if paying:
            found[name] = paying
    return Paying(snapshot=snapshot, at=at, agreements=found)


def _item(
    promise: Target | Duty, credits: Credits, agreement: Agreement, versions: Sequence[Agreement], day: date
) -> _Item:
    windows = (
        windows_around(promise.windows, day, agreement.term)
        if isinstance(promise, Target)
        else (Days(day, day),)
    )
    each = [most_credit(promise, credits, window, versions) for window in windows]
    each = [_of_all_values(most, promise) for most in each]
    if isinstance(promise, Duty):
        each = [_of_all_times(most, promise, agreement) for most in each]
    dated = tuple((window.last or day, most.amount) for window, most in zip(windows, each, strict=True))
    if any(most.amount is None for most in each):
        return _Item(promise=promise, credits=credits, most=each[0], dated=dated[:1])
    total = sum((most.amount or Fraction(0) for most in each), Fraction(0))
    said = each[0].said
    if len(each) > 1:
        said = f"{said}, in {len(each)} windows that hold the day: {amount_text(total)}"
    return _Item(promise=promise, credits=credits, most=Most(amount=total, said=said), dated=dated)


def _of_all_values(most: Most, promise: Target | Duty) -> Most:
    """Once for each of the values that a promise is made for."""
    if promise.partition is None or not most.amount:
        return most
    count = len(promise.partition.declared)
    if count:
        return Most(amount=count * most.amount, said=f"{most.said}, for each of {count}")
    values = ", ".join(promise.partition.fields)
    return Most(amount=None, said=f"as often as there is another {values}", unbounded=True)


def _of_all_times(most: Most, duty: Duty, agreement: Agreement) -> Most:
    """As often as a duty is due: in each of its windows in the term of the version in force, or whenever
    something happens."""
    if not most.amount:
        return most
    term = Days(agreement.term.start, agreement.ends)
    times = windows_met(duty.occasion.windows, term) if isinstance(duty.occasion, OnWindow) else None
    if times is None:
        why = f"{amount_text(most.amount)} each time, as often as it is due"
        return Most(amount=None, said=why, unbounded=True)
    total = times * most.amount
    arithmetic = f"{times} windows in the term × {amount_text(most.amount)} = {amount_text(total)}"
    return Most(amount=total, said=arithmetic)


def _exposure(
    agreement: Agreement, versions: Sequence[Agreement], currency: str, items: tuple[_Item, ...]
) -> Exposure:
    """The promises together, of which some are never paid beside others, and no more than the caps."""
    endless = [each for each in items if each.most.amount is None]
    paid = _paid_together([each for each in items if each.most.amount is not None])
    lines = [
        f"{each.id} is never paid beside what pays more"
        for each in items
        if each not in endless and each not in paid
    ]
    dated = [one for each in (*endless, *paid) for one in each.dated]
    for cap, above in zip_longest(agreement.credit_caps, agreement.credit_caps[1:]):
        dated = _capped(dated, cap, above, versions, lines)
    amounts = [amount for _, amount in dated]
    total = None if None in amounts else sum((each for each in amounts if each is not None), Fraction(0))
    terms = items[0].credits
    return Exposure(
        agreement=agreement.name,
        currency=currency,
        amount=None if total is None else Money(amount=terms.rounded(total), currency=currency),
        unbounded=total is None and any(each.most.unbounded for each in endless),
        promises=tuple(
            PromiseExposure(
                obligation=each.id,
                amount=None
                if each.most.amount is None
                else Money(amount=each.credits.rounded(each.most.amount), currency=currency),
                unbounded=each.most.unbounded,
                said=each.most.said,
            )
            for each in items
        ),
        said=tuple(dict.fromkeys(lines)),
    )


def _paid_together(items: list[_Item]) -> list[_Item]:
    """Those that come to most among the sets in which no two are never paid together."""
    apart = {
        (one.id, other.id)
        for one in items
        for other in items
        if (other.id in one.credits.never_with or one.id in other.credits.never_with) and _meet(one, other)
    }
    rivals = [each for each in items if any(each.id in pair for pair in apart)]
    if not rivals or len(rivals) > MOST_RIVALS:
        return items
    best: list[_Item] = []
    for chosen in range(1 << len(rivals)):
        these = [each for place, each in enumerate(rivals) if chosen >> place & 1]
        if not any((one.id, other.id) in apart for one in these for other in these if one is not other) and (
            _sum(these) > _sum(best)
        ):
            best = these
    return [each for each in items if each not in rivals or each in best]


def _meet(one: _Item, other: _Item) -> bool:
    """Whether every credit of the one is of the same window as one of the other, and about the same."""
    ours, theirs = one.promise, other.promise
    if not isinstance(ours, Target) or not isinstance(theirs, Target) or ours.windows != theirs.windows:
        return False
    return ours.terms.subject != theirs.terms.subject or ours.partition == theirs.partition


def _sum(items: list[_Item]) -> Fraction:
    return sum((each.most.amount or Fraction(0) for each in items), Fraction(0))


def _capped(
    dated: list[tuple[date, Fraction | None]],
    cap: CreditCap,
    above: CreditCap | None,
    versions: Sequence[Agreement],
    lines: list[str],
) -> list[tuple[date, Fraction | None]]:
    """What is left of credits, by the civil unit of the cap from which they date.

    A week may lie in two units of the cap above it: then what dates from each is held by itself, which may
    leave too much, and never too little.
    """
    units: dict[tuple[date, date], list[tuple[date, Fraction | None]]] = defaultdict(list)
    for day, amount in dated:
        units[first_day(cap.unit, day), first_day((above or cap).unit, day)].append((day, amount))
    left: list[tuple[date, Fraction | None]] = []
    for (first, _), found in sorted(units.items()):
        limit = _limit(cap, first, versions)
        amounts = [amount for _, amount in found]
        total = None if None in amounts else sum((each for each in amounts if each is not None), Fraction(0))
        if limit.amount is None:
            lines.append(f"the cap in each {cap.unit.value} is not known: {limit.said}")
        elif total is None or total > limit.amount:
            lines.append(f"capped at {amount_text(limit.amount)} in each {cap.unit.value}")
            total = limit.amount
        left.append((max(day for day, _ in found), total))
    return left


def _limit(cap: CreditCap, day: date, versions: Sequence[Agreement]) -> Most:
    """What a cap comes to in the civil unit of a day."""
    if isinstance(cap.limit, Money):
        return Most(amount=Fraction(cap.limit.amount), said="")
    if not isinstance(cap.limit.fee, FixedFee):
        return Most(amount=None, said=f"the fee is the sum of the facts of kind {cap.limit.fee.charges.kind}")
    fee = fee_due(cap.limit.fee, unit_around(cap.unit, day), versions)
    return fee if fee.amount is None else Most(amount=cap.limit.share * fee.amount, said=fee.said)
