"""Both ways of working out credits agree on every amount, state and date, whatever the verdicts."""

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings

from engine.definition.book import Book
from engine.definition.credits import credits as defined
from engine.model.reaction import Credit, CreditState
from engine.rules.reactions.credit import credits as folded
from tests.differential.credit_worlds import ALL_KINDS, CreditWorld, credit_worlds
from tests.differential.stores import stored


def test_the_folds_agree() -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=max(60, settings().max_examples // 5))
    @given(credit_worlds())
    def agree(world: CreditWorld) -> None:
        with stored(world.facts, ALL_KINDS) as store:
            ours = folded(world.snapshot, world.verdicts, store, as_of=world.as_of, known_at=None)
        book = Book(kinds=world.snapshot.kinds, facts=world.facts, as_of=world.as_of)
        theirs = defined(world.snapshot, world.verdicts, book)
        assert [_said(each) for each in ours] == [_said(each) for each in theirs]
        seen["cut"] += any(each.whole_window != each.identity[2] for each in world.verdicts)
        for credit in theirs:
            seen[credit.state.value] += 1
            seen["points"] += credit.points is not None
            seen["amount"] += bool(credit.amount and credit.amount.amount)
            seen["unknown"] += credit.amount is None and credit.points is None
            seen["for each"] += "(region" in credit.subject and bool(credit.amount)
            seen["remedy"] += credit.remedy is not None

    agree()
    missing = {
        "final", "provisional", "claimable", "claimed", "lapsed", "earned back",
        "points", "amount", "unknown", "remedy", "cut", "for each",
    } - {what for what, count in seen.items() if count}  # fmt: skip
    assert not missing, f"never seen: {missing}"
    assert sum(seen[state.value] for state in CreditState) >= 200, "too little was compared"


def _said(credit: Credit) -> Credit:
    """All but the words of the arithmetic, which each tells its own way."""
    return replace(credit, arithmetic=())
