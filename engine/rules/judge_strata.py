"""Stratum by stratum: verdicts, what follows from them, and the verdicts that read it (S9)."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable

from engine.model.quantity import Instant
from engine.model.reaction import Reaction
from engine.model.snapshot import Snapshot
from engine.model.touched import Touched
from engine.model.verdict import Verdict
from engine.rules.evaluate import Progress, evaluate
from engine.rules.plans.judged import Judged
from engine.rules.reactions.facts_that_follow import drop_derived, load_derived
from engine.rules.reactions.follow_up import matches_breaches
from engine.rules.reactions.react import react
from engine.rules.renewal import renewed
from engine.rules.strata import followed_below, strata
from engine.store.database import Store

Decide = Callable[[Judged], tuple[Verdict, ...]]
"""Gives the verdicts with those decided that a plan has left undecided."""


def judge(
    snapshot: Snapshot,
    store: Store,
    *,
    as_of: Instant,
    known_at: Instant | None,
    obligations: Collection[str] | None,
    decide: Decide,
    progress: Progress,
    touched: Touched | None = None,
    beside: Iterable[Verdict] | None = None,
) -> tuple[tuple[Verdict, ...], tuple[Reaction, ...]]:
    """The verdicts asked for, in order of identity, and everything that follows from them (S7.4, S8).

    What follows lies in the store's tables of the derived kinds only as long as this takes. Where only
    what is `touched` is asked for, nothing is said of what follows: that hangs on all verdicts. Given are
    then those `beside` it, which stand as they are: what is said is whole, and only what is touched judged.
    """
    snapshot = renewed(snapshot, store, as_of=as_of, known_at=known_at)
    is_whole = touched is None or beside is not None
    stand: dict[str, list[Verdict]] = defaultdict(list)
    for each in beside or ():
        stand[each.obligation].append(each)
    if touched is not None and not is_whole:
        asked_for = touched.promises.keys()
        obligations = [each for each in asked_for if obligations is None or each in obligations]
    levels = strata(snapshot, obligations, escalates=is_whole)
    # What follows from a promise hangs on all its verdicts.
    only = touched if is_whole or len(levels) <= 1 else None
    verdicts: tuple[Verdict, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    try:
        for number, level in enumerate(levels):
            if number:
                known = followed_below(snapshot, levels, number)
                if matches_breaches(known):
                    load_derived(snapshot, verdicts, reactions, store)
                reactions = react(known, verdicts, store, as_of=as_of, known_at=known_at)
                load_derived(snapshot, verdicts, reactions, store)
            judged = evaluate(
                snapshot,
                store,
                as_of=as_of,
                known_at=known_at,
                obligations=level.obligations if only is None else level.obligations & only.promises.keys(),
                progress=progress,
                touched=only,
            )
            decided = decide(judged if only is None else judged.kept(only.is_of))
            stood = (each for id in level.obligations for each in stand.get(id, ()))
            verdicts += tuple(sorted((*decided, *stood), key=lambda verdict: verdict.identity))
        progress("following up", 0, 1)
        if is_whole and matches_breaches(snapshot):
            # Nothing but breaches is read of the highest level: whatever reads more would be above it.
            load_derived(snapshot, verdicts, reactions, store)
        asked = [each for each in verdicts if obligations is None or each.obligation in obligations]
        verdicts = tuple(sorted(asked, key=lambda verdict: verdict.identity))
        if touched is not None and not is_whole:
            return tuple(each for each in verdicts if touched.is_of(each)), ()
        reactions = react(snapshot, verdicts, store, as_of=as_of, known_at=known_at)
        progress("following up", 1, 1)
    finally:
        if len(levels) > 1 or matches_breaches(snapshot):
            drop_derived(snapshot, store)
    return verdicts, reactions
