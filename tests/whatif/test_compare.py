"""Two evaluations side by side: with the differences, what was before is what is after."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.diagnostic import Diagnostic, Level
from engine.model.agreement import Change
from engine.model.change import FindingChange, GapChange
from engine.model.quantity import Money
from engine.model.reaction import Credit, Reaction
from engine.model.verdict import Evidence, State, Verdict
from engine.model.viability import Finding, FindingKind, Gravity, Side, Viability
from engine.source import Source
from engine.whatif.compare import (
    BENEATH,
    credit_totals,
    finding_changes,
    gap_changes,
    reaction_changes,
    verdict_changes,
)
from tests.api.served import REACTIONS, SNAPSHOT, VERDICTS

BASE = VERDICTS[-8:]


@st.composite
def others(draw: st.DrawFn) -> tuple[Verdict, ...]:
    """The verdicts of another policy set over the same facts."""
    kept = draw(st.lists(st.sampled_from(BASE), unique_by=lambda each: each.identity))
    return tuple(
        replace(each, state=draw(st.sampled_from(State)), evidence=Evidence(facts=draw(st.integers(0, 9))))
        if draw(st.booleans())
        else each
        for each in kept
    )


@st.composite
def followed(draw: st.DrawFn) -> tuple[Reaction, ...]:
    """What follows under another policy set: less of it, or other amounts."""
    found: list[Reaction] = []
    for each in draw(st.lists(st.sampled_from(REACTIONS), unique=True)):
        if isinstance(each, Credit):
            amount = Money(amount=Decimal(draw(st.integers(0, 50_000))).scaleb(-2), currency="USD")
            each = replace(each, amount=draw(st.sampled_from([each.amount, amount, None])))
        found.append(each)
    return tuple(found)


def said(verdict: Verdict) -> dict[str, object]:
    """What a verdict says, without what it rests on."""
    return {name: getattr(verdict, name) for name in Verdict.__slots__ if name not in BENEATH}


@settings(max_examples=40)
@given(others(), others())
def test_every_verdict_that_differs_is_listed_and_no_other(
    before: tuple[Verdict, ...], after: tuple[Verdict, ...]
) -> None:
    old, new = ({each.identity: said(each) for each in side} for side in (before, after))
    listed = {each.verdict.identity: each for each in verdict_changes(before, after)}
    assert listed.keys() == {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
    for key, each in listed.items():
        assert (each.before and said(each.before)) == old.get(key)
        assert (each.after and said(each.after)) == new.get(key)
        if each.before and each.after:
            assert all(old[key][name] != new[key][name] for name in each.differs)


@settings(max_examples=40)
@given(followed(), followed())
def test_money_adds_up(before: tuple[Reaction, ...], after: tuple[Reaction, ...]) -> None:
    changes = reaction_changes(before, after)
    assert len(changes) == len([each for each in changes if each.before != each.after])
    gone, come = ([getattr(each, side) for each in changes] for side in ("before", "after"))
    assert {each for each in before if each not in gone} == {each for each in after if each not in come}
    totals = credit_totals((SNAPSHOT, before), (SNAPSHOT, after))
    for total in totals:
        assert total.difference == amount(after) - amount(before)
        assert (total.before, total.after) == (amount(before), amount(after))
    assert bool(totals) == (any(isinstance(each, Credit) and each.amount for each in (*before, *after)))


def amount(reactions: tuple[Reaction, ...]) -> Decimal:
    """What is owed."""
    credits = [each for each in reactions if isinstance(each, Credit) and each.amount is not None]
    return sum((each.amount.amount for each in credits if each.amount is not None), Decimal(0))


def test_nothing_differs_from_itself() -> None:
    assert verdict_changes(VERDICTS, VERDICTS) == ()
    assert reaction_changes(REACTIONS, REACTIONS) == ()


def test_of_two_gaps_between_the_same_promises_one_may_go() -> None:
    side = Side(name="shop_sla.restore", says="is carried")
    gaps = [
        Finding(
            kind=FindingKind.TIME_OVER_BUDGET,
            gravity=Gravity.BROKEN,
            agreement="shop_sla",
            message=f"for {name}",
            above=side,
            beneath=(side,),
            figures=(),
            remedies=(),
        )
        for name in ("p1", "p2")
    ]
    old, new = (Viability(as_of=None, prospects=(), findings=found) for found in (gaps, gaps[1:]))
    assert gap_changes(old, new) == (GapChange(before=gaps[0], after=None),)
    assert gap_changes(new, old) == (GapChange(before=None, after=gaps[0]),)


def test_two_warnings_of_one_text_are_two() -> None:
    text = Source(name="a.sla", text="first second third")
    first, second, third = (
        Diagnostic(
            code="vague-words", level=Level.WARNING, message="`soon` is vague", labels=((span, "here"),)
        )
        for span in (text.span(0, 5), text.span(6, 12), text.span(13, 18))
    )
    assert finding_changes([first, second], [second]) == (
        FindingChange(change=Change.REMOVED, finding=first),
    )
    assert finding_changes([second], [first, second]) == (FindingChange(change=Change.ADDED, finding=first),)
    # The same one, elsewhere.
    assert finding_changes([first], [third]) == ()
