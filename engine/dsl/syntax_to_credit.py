"""Credits: their base, what they pay, and what has to happen before they are paid (S8.4)."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from engine.dsl import credits as syntax
from engine.dsl.currencies import DECIMALS
from engine.dsl.expressions import Money as Amount
from engine.dsl.expressions import Name, Node
from engine.dsl.findings import Findings
from engine.dsl.names import did_you_mean
from engine.dsl.syntax_to_credit_base import currency_of, resolve_base, resolve_money, share_of
from engine.dsl.syntax_to_deadline import resolve_within
from engine.dsl.syntax_to_duration import counts_something
from engine.dsl.syntax_to_expression import resolve_instant
from engine.dsl.syntax_to_payment import (
    Credited,
    Measured,
    resolve_band,
    resolve_payment,
    resolve_points,
)
from engine.model.credit import (
    CHOICE_KIND,
    CLAIM_KIND,
    Band,
    Choice,
    CreditCap,
    Credits,
    EarnBack,
    MoneyRounding,
    OnBreach,
    Payment,
    Steps,
)
from engine.model.credit_base import Base
from engine.model.deadline import WindowEnd, Within
from engine.model.obligation import Obligation
from engine.model.period import TermWindow
from engine.model.quantity import Money
from engine.model.reading import credits_of
from engine.source import Span

PAYS: Final = (
    syntax.Pays,
    syntax.PaysOnBreach,
    syntax.PaysSteps,
    syntax.PaysProportional,
    syntax.PaysPool,
)


def resolve_credits(block: syntax.Credits, of: Credited) -> Credits | None:
    """The credits of a promise."""
    findings, items = of.frame.findings, block.items
    said = findings.at_most_one(items, syntax.CreditBase, "the base of the credits")
    cap = findings.at_most_one(items, syntax.CreditCap, "the most that is paid")
    floor = findings.at_most_one(items, syntax.CreditFloor, "the least that is paid")
    each = findings.at_most_one(items, syntax.PointsWorth, "what a point is worth")
    for share, place in _amounts(items):
        counts_something(share, place, findings, "nothing is ever paid by it: leave it out, or say how much")
    nodes = [item for item in items if isinstance(item, PAYS)]
    point_nodes = [item for item in items if isinstance(item, syntax.Points)]
    if not nodes and not point_nodes:
        findings.error(
            "not-said",
            "what is paid is not said",
            block.span,
            "no `pays` line",
            help="say it: `pays 10% below 99.95% and at or above 99.0%`",
        )
    base = resolve_base(said, of.windows, of.frame.fee, of.frame.scope) if said is not None else None
    payments = [found for node in nodes if (found := resolve_payment(node, of)) is not None]
    points = [found for node in point_nodes if (found := resolve_points(node, of)) is not None]
    at_least = resolve_money(floor.amount, findings) if floor is not None else None
    worth = resolve_money(each.worth, findings) if each is not None else None
    needs_base = cap is not None or any(_is_share(payment) for payment in payments)
    if said is None and needs_base:
        findings.error(
            "not-said",
            "the base of the credits is not said",
            block.span,
            "missing here",
            help="say it: `base USD 1200`, or `base fee of the window`",
        )
    currency = _currency(block, base, findings)
    double = findings.at_most_one(items, syntax.PointsDouble, "that points double")
    if double is not None and of.windows is None:
        of.refuse("a duty that facts trigger has no window before", double, "leave it out, or say `every`")
    conditions = _conditions(items, of)
    is_whole = len(payments) == len(nodes) and len(points) == len(point_nodes)
    is_whole = is_whole and (each is None or worth is not None) and (floor is None or at_least is not None)
    if conditions is None or not is_whole or (base is None and (said is not None or needs_base)):
        return None
    earned_back, claimed, choice = conditions
    rounding = MoneyRounding.HALF_EVEN
    if currency is not None:
        rounding = of.scope.conventions.choice(MoneyRounding, block.span, "an amount of money")
    return Credits(
        base=base,
        payments=tuple(payments),
        points=tuple(points),
        points_double=double is not None,
        point_worth=worth,
        currency=currency,
        decimals=DECIMALS[currency] if currency is not None else 0,
        at_most=share_of(cap.share) if cap is not None else None,
        at_least=at_least,
        earned_back=earned_back,
        claimed=claimed,
        never_with=_never_with(items, of),
        choice=choice,
        rounding=rounding,
        span=block.span,
    )


def one_currency(obligations: Sequence[Obligation], caps: Sequence[CreditCap], findings: Findings) -> None:
    """Credits that are never paid together, or share a cap, are held against each other in one currency."""
    credited = {each.terms.id: terms for each in obligations if (terms := credits_of(each)) is not None}
    for terms in credited.values():
        for other in (credited[id] for id in terms.never_with if id in credited):
            if terms.currency != other.currency:
                _mismatch(terms.currency, other.currency, terms.span, other.span, findings)
    for cap in caps:
        limit = cap.limit.currency if isinstance(cap.limit, Money) else currency_of(cap.limit.fee)
        for terms in credited.values():
            if terms.currency not in (None, limit):
                _mismatch(terms.currency, limit, terms.span, None, findings)


def _amounts(items: Sequence[Node]) -> Iterator[tuple[Decimal | int, Span]]:
    """What makes a credit worth nothing where it is zero; a band may say that it pays nothing."""
    for item in items:
        match item:
            case syntax.CreditCap(share=share):
                yield share.value, item.span
            case syntax.CreditFloor(amount=amount) | syntax.PointsWorth(worth=amount):
                yield amount.amount, item.span
            case syntax.PaysOnBreach(worth=worth) | syntax.PaysSteps(worth=worth):
                yield worth.amount if isinstance(worth, Amount) else worth.value, worth.span
            case syntax.PaysProportional(times=times):
                yield times.value, times.span
            case syntax.PaysPool(pool=pool, weight=weight, at_risk=at_risk):
                yield from ((each.value, each.span) for each in (pool, weight, at_risk))
            case syntax.Points(points=points, band=band) if not band:
                yield points, item.span
            case _:
                pass


def _is_share(payment: Payment) -> bool:
    return not (isinstance(payment, Band | OnBreach | Steps) and isinstance(payment.worth, Money))


def _currency(block: syntax.Credits, base: Base | None, findings: Findings) -> str | None:
    """The one currency of the base and of every amount in the block."""
    found: list[tuple[str, Span]] = []
    for item in block.items:
        match item:
            case syntax.CreditBase() if base is not None:
                found.append((currency_of(base), item.span))
            case syntax.Pays(worth=Amount() as amount) | syntax.PaysOnBreach(worth=Amount() as amount):
                found.append((amount.currency, amount.span))
            case syntax.PaysSteps(worth=Amount() as amount) | syntax.PointsWorth(worth=amount):
                found.append((amount.currency, amount.span))
            case syntax.CreditFloor(amount=amount):
                found.append((amount.currency, amount.span))
            case _:
                pass
    for currency, place in found[1:]:
        if currency != found[0][0]:
            _mismatch(currency, found[0][0], place, found[0][1], findings)
    return found[0][0] if found else None


def _mismatch(
    one: str | None, other: str | None, place: Span, there: Span | None, findings: Findings
) -> None:
    findings.error(
        "currency-mismatch",
        f"an amount in {one or 'no currency'} is held against one in {other or 'no currency'}",
        place,
        f"in {one}" if one else "points alone",
        also=((there, f"in {other}" if other else "points alone"),) if there is not None else (),
        help="say both in one currency",
    )


# Conditions


def _conditions(
    items: Sequence[Node], of: Credited
) -> tuple[EarnBack | None, Within | None, Choice | None] | None:
    """What has to happen or not to happen; None where any of it is mistaken."""
    findings = of.frame.findings
    earned = findings.at_most_one(items, syntax.EarnedBack, "when a credit is earned back")
    claimed = findings.at_most_one(items, syntax.Claimed, "when a credit must be claimed")
    chosen = findings.at_most_one(items, syntax.ChoiceOf, "who may choose")
    earn_back = _earn_back(earned, of) if earned is not None else None
    limit = _claim(claimed, of) if claimed is not None else None
    if chosen is not None:
        _kind(CHOICE_KIND, ("obligation", "occasion", "remedy"), chosen, of)
    choice = None
    if chosen is not None:
        party = "customer" if chosen.of_customer else "provider"
        choice = Choice(party=party, instead=tuple(each.value for each in chosen.instead))
    if (earned is not None and earn_back is None) or (claimed is not None and limit is None):
        return None
    return earn_back, limit, choice


def _earn_back(node: syntax.EarnedBack, of: Credited) -> EarnBack | None:
    if not isinstance(of.promise, Measured) or of.windows is None or isinstance(of.windows, TermWindow):
        of.refuse(
            "no windows follow here that are measured", node, "only a target over many windows is earned back"
        )
        return None
    ends = resolve_band(node.band, of)
    if node.windows < 1:
        of.refuse("no window at all says nothing", node, "say how many: `in the next 3 windows`")
        return None
    return EarnBack(ends=ends, windows=node.windows) if ends is not None else None


def _claim(node: syntax.Claimed, of: Credited) -> Within | None:
    """The deadline of the claim; what is claimed is read from facts of a kind of its own."""
    _kind(CLAIM_KIND, ("obligation", "occasion"), node, of)
    if node.of is None and of.windows is None:
        of.refuse(
            "a duty that facts trigger has no window", node, "say from which instant: `of i.resolved_at`"
        )
        return None
    if node.of is not None and of.windows is not None:
        of.refuse("the credit is for a window", node, "count from its end: `of window end`")
        return None
    if isinstance(of.windows, TermWindow) and of.frame.term.through is None:
        of.refuse(
            "the window is the whole term, which has no end",
            node,
            "give the agreement a last day, or measure in months",
        )
        return None
    start = WindowEnd() if node.of is None else resolve_instant(node.of, of.scope)
    return resolve_within(node.limit, start, of.scope)


def _kind(name: str, fields: Sequence[str], node: Node, of: Credited) -> None:
    """The kind of fact that a condition reads is there, with the fields that are read of it."""
    findings = of.frame.findings
    kind = of.scope.names.kinds.find(Name(text=name, span=node.span), findings)
    for field in fields if kind is not None else ():
        if kind is not None and kind.field_named(field) is None:
            findings.error(
                "unknown-field",
                f"this is read from facts of kind `{name}`, which has no field `{field}`",
                node.span,
                f"needs `{field}`",
                also=((kind.span, "declared here"),),
                help=f"declare `{field} text`, or take the kind of the standard library",
            )


def _never_with(items: Sequence[Node], of: Credited) -> tuple[str, ...]:
    """The ids of the promises whose credits exclude this one."""
    found: list[str] = []
    for name in (name for item in items if isinstance(item, syntax.NeverWith) for name in item.promises):
        if name.text == of.name:
            of.frame.findings.error(
                "never-with-itself",
                f"the credits of `{name.text}` are never paid with themselves",
                name.span,
                "the promise that they are of",
                help="name the other promise, for which the larger credit alone is paid",
            )
        elif name.text in of.frame.credited:
            found.append(of.frame.promises[f"{of.frame.agreement}.{name.text}"])
        else:
            of.frame.findings.error(
                "unknown-name",
                f"no promise with credits is named `{name.text}` in this agreement",
                name.span,
                "has no credits",
                help=did_you_mean(name.text, of.frame.credited),
            )
    return tuple(dict.fromkeys(found))
