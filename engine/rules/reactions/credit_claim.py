"""Claims and choices: by when a credit must be claimed, whether it was, what was chosen instead (S8.4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from engine.model.credit import CHOICE_KIND, CLAIM_KIND
from engine.model.fact import Fact
from engine.model.instants import iso_text
from engine.model.obligation import Duty, Obligation, OnTrigger, OnWindow, Reach, Target
from engine.model.quantity import Instant
from engine.model.reaction import CreditDue, CreditState, CreditStep
from engine.model.reading import credits_of
from engine.model.snapshot import Snapshot
from engine.model.verdict import Due
from engine.rules.evaluate import evaluate
from engine.rules.promises_by_name import promises_by_name
from engine.rules.reactions.credit_worth import Draft
from engine.store.database import Store

Identity = tuple[str, str, str]
Credited = tuple[str, str]
"""The id of an obligation and the label or key of one of its occasions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """When claims are due, by whole window and version of the agreement, and the claims and choices that were
    made by `as of`, in order of time, of the promises that they mean."""

    as_of: Instant
    due: Mapping[tuple[Identity, str | None], Due]
    made: Mapping[Credited, list[tuple[Instant, Fact]]]
    chosen: Mapping[Credited, list[tuple[Instant, Fact]]]


def claims(snapshot: Snapshot, store: Store, *, as_of: Instant, known_at: Instant | None) -> Claims:
    """All that the facts say of claims, where any credit must be claimed or may be chosen away."""
    terms = [found for each in snapshot.obligations() if (found := credits_of(each)) is not None]
    is_claimed = any(each.claimed is not None for each in terms)
    is_chosen = any(each.choice is not None for each in terms)

    def made(kind: str, is_needed: bool) -> dict[Credited, list[tuple[Instant, Fact]]]:
        return _made(snapshot, kind, store, as_of, known_at) if is_needed else {}

    return Claims(
        as_of=as_of,
        due=_dues(snapshot, store, as_of, known_at) if is_claimed else {},
        made=made(CLAIM_KIND, is_claimed),
        chosen=made(CHOICE_KIND, is_chosen),
    )


def remedy(draft: Draft, claims: Claims) -> str | None:
    """What was chosen instead of the credit: the last choice counts, if it is one of those on offer."""
    choice = draft.terms.choice
    if choice is None:
        return None
    last = None
    for _, fact in _of(draft, claims.chosen):
        if fact.values["remedy"] in ("credit", *choice.instead):
            last = str(fact.values["remedy"])
    return None if last == "credit" else last


def claim(draft: Draft, claims: Claims) -> tuple[CreditState, tuple[CreditDue, ...]]:
    """CLAIMED, CLAIMABLE with what is due, LAPSED, or FINAL where no claim is needed."""
    if draft.terms.claimed is None:
        return CreditState.FINAL, ()
    # The duty to claim knows no combination: one deadline holds for each of them (S6.6).
    verdict, terms = draft.verdict, draft.promise.terms
    due = claims.due.get(((verdict.obligation, terms.subject, verdict.whole_window), verdict.version))
    for at, fact in _of(draft, claims.made):
        if due is None or _in_time(at, due):
            draft.lines.append(f"claimed at {iso_text(at)} by {fact.key}")
            return CreditState.CLAIMED, ()
    if due is None:
        return CreditState.CLAIMABLE, ()
    if not _in_time(claims.as_of, due):
        draft.lines.append(f"not claimed by {due.date or iso_text(due.at)}: lapsed")
        return CreditState.LAPSED, ()
    step = CreditDue(step=CreditStep.CLAIM, at=due.at, inclusive=due.inclusive, date=due.date)
    return CreditState.CLAIMABLE, (step,)


def _of(draft: Draft, facts: Mapping[Credited, list[tuple[Instant, Fact]]]) -> list[tuple[Instant, Fact]]:
    """The facts about one credit; one that names no subject is about each."""
    obligation, subject, occasion = draft.verdict.identity
    occasions = dict.fromkeys((occasion, draft.verdict.whole_window))
    found = [each for label in occasions for each in facts.get((obligation, label), ())]
    found.sort(key=lambda each: (each[0], each[1].key))
    return [each for each in found if each[1].values.get("subject") in (None, subject)]


def _in_time(at: Instant, due: Due) -> bool:
    if due.last_moment is not None:
        return at <= due.last_moment
    return at <= due.at if due.inclusive else at < due.at


def _made(
    snapshot: Snapshot, kind: str, store: Store, as_of: Instant, known_at: Instant | None
) -> dict[Credited, list[tuple[Instant, Fact]]]:
    made: dict[Credited, list[tuple[Instant, Fact]]] = {}
    named = promises_by_name(snapshot)
    start = snapshot.kinds[kind].start_field
    for fact in store.facts(snapshot.kinds[kind], known_at):
        at = fact.values[start]
        if isinstance(at, int) and at <= as_of:
            bearers = named.get(str(fact.values["obligation"]), ())
            if len(bearers) == 1:
                about = bearers[0], str(fact.values["occasion"])
                made.setdefault(about, []).append((at, fact))
    for facts in made.values():
        facts.sort(key=lambda each: (each[0], each[1].key))
    return made


# When a claim is due is judged as the duty to claim, which nothing fulfils: one set of clocks.


def _dues(
    snapshot: Snapshot, store: Store, as_of: Instant, known_at: Instant | None
) -> dict[tuple[Identity, str | None], Due]:
    agreements = snapshot.agreements
    for name, agreement in agreements.items():
        duties = tuple(_claiming(each) for each in agreement.obligations)
        agreements = agreements.set(name, replace(agreement, obligations=tuple(_there(duties))))
    judged = evaluate(
        replace(snapshot, agreements=agreements),
        store,
        as_of=as_of,
        known_at=known_at,
        obligations=None,
        progress=_quietly,
    )
    return {(each.identity, each.version): each.due for each in judged.verdicts if each.due is not None}


def _claiming(promise: Obligation) -> Duty | None:
    credits = credits_of(promise)
    if credits is None or credits.claimed is None or not isinstance(promise, Target | Duty):
        return None
    terms = replace(promise.terms, reported_only=False, severity=None, carries=())
    match promise:
        case Target(windows=windows):
            occasion: OnTrigger | OnWindow = OnWindow(windows=windows, variable="window")
            # Of a window that a change of versions cuts, each part is claimed by itself (S2.6).
            terms = replace(terms, reach=Reach())
        case Duty():
            occasion = promise.occasion
    return Duty(
        terms=terms,
        occasion=occasion,
        fulfilments=(),
        limit=credits.claimed,
    )


def _there(duties: Iterable[Duty | None]) -> Iterable[Duty]:
    return (each for each in duties if each is not None)


def _quietly(_what: str, _done: int, _of: int) -> None:
    """Claims are a small part of the work: its progress is not shown."""
