"""Credits: what each verdict is worth, what keeps it from being paid, the caps, and the rounding (S8.4)."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction
from itertools import groupby, pairwise

from engine.model.obligation import Duty, Obligation, Target
from engine.model.quantity import Instant, Money
from engine.model.reaction import Credit, CreditState
from engine.model.reading import credits_of
from engine.model.snapshot import Snapshot
from engine.model.verdict import Flag, InWindow, State, Verdict
from engine.rules.plans.sums import Stretch, Sum, Summed, sums
from engine.rules.reactions.credit_base import Bases
from engine.rules.reactions.credit_cap import apply_caps, pay_the_larger
from engine.rules.reactions.credit_claim import Claims, claim, claims, remedy
from engine.rules.reactions.credit_earn_back import EarningBack
from engine.rules.reactions.credit_worth import Draft, is_credited, needs_base, price
from engine.rules.reactions.run import calendar_of
from engine.store.database import Store

Identity = tuple[str, str, str]


def credits(
    snapshot: Snapshot,
    verdicts: Sequence[Verdict],
    store: Store,
    *,
    as_of: Instant,
    known_at: Instant | None,
) -> tuple[Credit, ...]:
    """The credits that follow from the verdicts, in their order; of an obligation all verdicts are given."""
    drafts = [draft for draft in _drafts(snapshot, verdicts) if is_credited(draft)]
    if not drafts:
        return ()

    def run(summed: Summed, stretches: Collection[Stretch]) -> dict[Stretch, Sum]:
        return sums(snapshot, summed, stretches, store, as_of=as_of, known_at=known_at)

    bases = Bases(snapshot=snapshot, run=run)
    _price(drafts, verdicts, bases, snapshot)
    judged = {verdict.identity: verdict for verdict in verdicts}
    made = claims(snapshot, store, as_of=as_of, known_at=known_at)
    earning = EarningBack(snapshot=snapshot, drafts=drafts, verdicts=judged, as_of=as_of)
    for draft in drafts:
        _stand(draft, earning, made)
    pay_the_larger(drafts)
    apply_caps(drafts, bases)
    return tuple(_credit(draft) for draft in drafts)


def _drafts(snapshot: Snapshot, verdicts: Sequence[Verdict]) -> Iterator[Draft]:
    promises: dict[tuple[str, str | None], Obligation | None] = {}
    for verdict in verdicts:
        by = verdict.obligation, verdict.version
        if by not in promises:
            promises[by] = snapshot.obligation_of(verdict)
        promise = promises[by]
        terms = credits_of(promise)
        if not isinstance(promise, Target | Duty) or terms is None or Flag.REPORTED_ONLY in verdict.flags:
            continue
        if verdict.state in (State.MET, State.BREACHED):
            agreement = snapshot.agreements[promise.terms.agreement]
            yield Draft(promise=promise, agreement=agreement, terms=terms, verdict=verdict)


def _price(drafts: Sequence[Draft], verdicts: Sequence[Verdict], bases: Bases, snapshot: Snapshot) -> None:
    repeats = _repeats(verdicts, snapshot)
    for draft in drafts:
        if draft.terms.base is not None and needs_base(draft):
            bases.want(draft.promise, draft.terms.base, draft.verdict, draft.agreement)
    for draft in drafts:
        base = None
        if draft.terms.base is not None and needs_base(draft):
            base = bases.base(draft.promise, draft.terms.base, draft.verdict, draft.agreement)
        price(draft, base, draft.verdict.identity in repeats)


def _repeats(verdicts: Sequence[Verdict], snapshot: Snapshot) -> set[Identity]:
    """The windows right after one in which the same promise to the same subject was broken, with all the
    parts into which versions cut either (S2.6)."""
    lines: dict[tuple[str, str], list[tuple[InWindow, Verdict]]] = defaultdict(list)
    for verdict in verdicts:
        if isinstance(verdict.occasion, InWindow):
            lines[verdict.obligation, verdict.subject].append((verdict.occasion, verdict))
    found: set[Identity] = set()
    for line in lines.values():
        line.sort(key=lambda each: (each[0].start, each[0].end))
        windows = groupby(line, key=lambda each: each[1].whole_window)
        for earlier, later in pairwise([tuple(parts) for _, parts in windows]):
            if any(each.state is State.BREACHED for _, each in earlier):
                _, end = calendar_of(*earlier[-1], snapshot)
                start, _ = calendar_of(*later[0], snapshot)
                if start <= end:
                    found.update(each.identity for _, each in later)
    return found


def _stand(draft: Draft, earning: EarningBack, made: Claims) -> None:
    """Put a draft into its state: chosen away, lapsed, earned back, open, claimed, claimable or final."""
    if draft.is_known and not draft.owed and not draft.points:
        return
    draft.remedy = remedy(draft, made)
    if draft.remedy is not None:
        draft.lines.append(f"`{draft.remedy}` was chosen instead of the credit")
        draft.owed = None if draft.owed is None else Fraction(0)
        return
    claim_state, claim_due = claim(draft, made)
    earned_state, earned_due = earning.stage(draft)
    if claim_state is CreditState.LAPSED:
        draft.state = CreditState.LAPSED
    elif earned_state is CreditState.EARNED_BACK:
        draft.state = CreditState.EARNED_BACK
    else:
        is_open = earned_state is CreditState.PROVISIONAL or not draft.is_known
        draft.state = CreditState.PROVISIONAL if is_open else claim_state
        draft.due = (*claim_due, *earned_due)


def _credit(draft: Draft) -> Credit:
    terms, amount = draft.terms, None
    if draft.owed is not None and terms.currency is not None:
        amount = Money(amount=terms.rounded(draft.owed), currency=terms.currency)
        if Fraction(amount.amount) != draft.owed:
            draft.lines.append(f"rounded {terms.rounding.value} to {amount.amount}")
    return Credit(
        obligation=draft.verdict.obligation,
        subject=draft.verdict.subject,
        occasion=draft.verdict.occasion,
        amount=amount,
        arithmetic=tuple(draft.lines),
        points=draft.points,
        state=draft.state,
        due=draft.due,
        remedy=draft.remedy,
    )
