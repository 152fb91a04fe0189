"""Reactions: severities of breaches, escalations of incidents, and credits in tiers (S8)."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from engine.definition.book import Book, Reading
from engine.definition.calendars import runs_out
from engine.definition.conditions import instant_of, matching, number_of
from engine.definition.windows import term_of
from engine.definition.wording import bound_text, share_text, value_text
from engine.model.agreement import Agreement
from engine.model.credit import Credits, FixedBase, MoneyRounding, SummedBase
from engine.model.decimals import amount_text
from engine.model.obligation import Target
from engine.model.quantity import Instant, Money
from engine.model.reaction import BreachSeverity, Credit, EscalationState, EscalationStep
from engine.model.severity import Escalation
from engine.model.snapshot import Snapshot
from engine.model.verdict import Exact, InWindow, OnTriggerFact, State, Verdict


def key_of(step: EscalationStep) -> str:
    """The trigger's key."""
    return step.occasion.key if isinstance(step.occasion, OnTriggerFact) else step.occasion.label


# Severities


def severities(snapshot: Snapshot, verdicts: Sequence[Verdict]) -> Iterator[BreachSeverity]:
    """A breach has the severity of its promise; what is only reported has no consequence (S8.1, S6.4)."""
    for verdict in verdicts:
        promise = snapshot.obligation(verdict.obligation)
        if verdict.state is not State.BREACHED or promise is None or promise.terms.reported_only:
            continue
        if (severity := promise.terms.severity) is not None:
            yield BreachSeverity(
                obligation=verdict.obligation,
                subject=verdict.subject,
                occasion=verdict.occasion,
                severity=severity.name,
                at=breached_at(verdict),
            )


def breached_at(verdict: Verdict) -> Instant:
    """A breach dates from its due instant or its window's end; where neither is, from its trigger (S8.1)."""
    if verdict.due is not None:
        return verdict.due.at
    return verdict.occasion.end if isinstance(verdict.occasion, InWindow) else verdict.occasion.at


# Escalations


def steps_of(escalation: Escalation, agreement: Agreement, reading: Reading) -> Iterator[EscalationStep]:
    """Level k is reached at start + D_k on its clock unless stopped before (S8.2)."""
    begins, ends = term_of(agreement)
    trigger = escalation.trigger
    for match in matching(trigger, reading, {}, agreement.zone):
        bound = {trigger.variable: match.fact}
        start = instant_of(escalation.start, bound)
        if not match.proven or start is None or not begins <= match.at < ends or match.at > reading.as_of:
            continue
        stopped = None if escalation.stops_at is None else instant_of(escalation.stops_at, bound)
        for level in sorted(escalation.levels, key=lambda level: level.number):
            reached = runs_out(level.after.clock, start, level.after.length)
            if reached is None:
                continue
            yield EscalationStep(
                escalation=escalation.id,
                occasion=OnTriggerFact(kind=match.fact.kind, key=match.fact.key, at=match.at),
                level=level.number,
                role=level.role,
                at=reached[0],
                state=state_of_level(reached[0], stopped, reading.as_of),
            )


def state_of_level(at: Instant, stopped: Instant | None, as_of: Instant) -> EscalationState:
    """Where a level stands: a stop at the very instant comes too late (S8.2)."""
    if stopped is not None and stopped < at:
        return EscalationState.STOPPED
    return EscalationState.REACHED if at <= as_of else EscalationState.DUE_NEXT


# Credits


def credits(snapshot: Snapshot, verdicts: Sequence[Verdict], book: Book) -> Iterator[Credit]:
    """What each measured window is worth; nothing, if it met its bound and lies in no band (S8.4)."""
    for verdict in verdicts:
        promise = snapshot.obligation(verdict.obligation)
        if not isinstance(promise, Target) or promise.credits is None or promise.terms.reported_only:
            continue
        if verdict.state not in (State.MET, State.BREACHED) or not isinstance(verdict.occasion, InWindow):
            continue
        found = credit_of(promise, promise.credits, verdict, verdict.occasion, snapshot, book)
        if found is not None:
            amount, arithmetic = found
            yield Credit(
                obligation=verdict.obligation,
                subject=verdict.subject,
                occasion=verdict.occasion,
                amount=amount,
                arithmetic=arithmetic,
            )


def credit_of(
    promise: Target, terms: Credits, verdict: Verdict, window: InWindow, snapshot: Snapshot, book: Book
) -> tuple[Money | None, tuple[str, ...]] | None:
    """The amount and each step to it; a value in a gap pays nothing and says so (S8.4)."""
    is_breach = verdict.state is State.BREACHED
    if not isinstance(verdict.measured, Exact):
        return (None, ("the final value of the window is not known yet",)) if is_breach else None
    value = verdict.measured.value
    shown = value_text(value, verdict.measured.unit)
    if verdict.rounded is not None:
        shown += f", rounded {value_text(verdict.rounded, verdict.measured.unit)},"
    currency = terms.base.amount.currency if isinstance(terms.base, FixedBase) else terms.base.currency
    band = next((each for each in terms.bands if all(end.holds(value) for end in each.ends)), None)
    if band is None:
        nothing = Money(amount=Decimal(0), currency=currency)
        return (nothing, (f"{shown} lies in no band: nothing is paid",)) if is_breach else None
    ends = " and ".join(bound_text(end) for end in band.ends)
    steps = [f"{shown} is {ends}: {share_text(band.share)} of the base is paid"]
    base = base_of(promise, terms, window, snapshot, book)
    if base is None:
        return None, (*steps, "the base is not known: no charge of the window with an amount was found")
    owed = base * band.share
    steps.append(
        f"{share_text(band.share)} × {currency} {amount_text(base)} = {currency} {amount_text(owed)}"
    )
    if terms.at_most is not None and owed > base * terms.at_most:
        owed = base * terms.at_most
        steps.append(f"at most {share_text(terms.at_most)} of the base: {currency} {amount_text(owed)}")
    paid = rounded(owed, terms)
    if Fraction(paid) != owed:
        steps.append(f"rounded {terms.rounding.value}: {currency} {paid}")
    return Money(amount=paid, currency=currency), tuple(steps)


def base_of(
    promise: Target, terms: Credits, window: InWindow, snapshot: Snapshot, book: Book
) -> Fraction | None:
    """The fixed base, or the sum of the charges in the window; none where none is known."""
    if isinstance(terms.base, FixedBase):
        return Fraction(terms.base.amount.amount)
    return summed(
        terms.base, window, book.reading(promise.terms.subjects), snapshot.agreements[promise.terms.agreement]
    )


def summed(base: SummedBase, window: InWindow, reading: Reading, agreement: Agreement) -> Fraction | None:
    """The sum; none if there is no charge, or one of them may or may not count or has no amount."""
    amounts = [
        number_of(base.amount, {base.charges.variable: match.fact}) if match.proven else None
        for match in matching(base.charges, reading, {}, agreement.zone)
        if window.start <= match.at < window.end
    ]
    known = [each for each in amounts if each is not None]
    return sum(known, Fraction(0)) if known and len(known) == len(amounts) else None


def rounded(amount: Fraction, terms: Credits) -> Decimal:
    """Rounded once, at the end, to the currency's minor unit (S1.3)."""
    digits = amount * 10**terms.decimals
    below = digits.numerator // digits.denominator
    rest = digits - below
    goes_up = rest > Fraction(1, 2) or (
        rest == Fraction(1, 2) and (terms.rounding is MoneyRounding.HALF_UP or below % 2 == 1)
    )
    return Decimal(below + goes_up).scaleb(-terms.decimals)
