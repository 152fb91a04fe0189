"""A verdict is read back from what is kept of it as it was, whatever it says, also by an older Troth."""

import json
from dataclasses import fields
from fractions import Fraction

from hypothesis import strategies as st

from engine import definition
from engine.model.canonical_json import LARGEST, canonical_json
from engine.model.quantity import HOURS, Bound, Comparison, Rounding, RoundingMode
from engine.model.verdict import (
    Due,
    Evidence,
    Exact,
    Flag,
    InWindow,
    OnTriggerFact,
    Part,
    Range,
    State,
    Verdict,
    WindowPart,
)
from engine.tenant.verdict_to_content import content_of, verdict_of
from tests.differential.starts import IS_LONG, tried
from tests.differential.test_evaluators_agree import SHAPES, worlds
from tests.differential.worlds import World
from tests.hosting import SPAN, Citation

EXAMPLES = 2000 if IS_LONG else 30


def test_what_random_worlds_come_to_is_read_back() -> None:
    said: set[str] = set()

    def back(world: World) -> None:
        for verdict in definition.evaluate(world.snapshot, world.facts, world.as_of):
            content = content_of(verdict)
            assert verdict_of(json.loads(canonical_json(content))) == verdict
            said.update(content)

    tried(st.sampled_from(sorted(SHAPES)).flatmap(worlds), EXAMPLES, back)
    assert {"measured", "bound", "due", "counts", "parts"} <= said


def everything() -> Verdict:
    """A verdict that says all that one can say, and more than one does."""
    bound = Bound(
        comparison=Comparison.BETWEEN,
        value=Fraction(1, 3),
        upper=Fraction(10**40, 7),
        unit=HOURS,
        rounding=Rounding(mode=RoundingMode.HALF_EVEN, decimals=2, before_comparing=True),
    )
    measured = Range(low=Fraction(-1, 3), high=Fraction(2, 3), unit=HOURS)
    return Verdict(
        obligation="a.b",
        subject="s (region eu)",
        occasion=InWindow(start=-(2**62), end=2**62, label="“term” \u2028"),
        state=State.BREACHED,
        flags=(Flag.CLIPPED, Flag.DISPUTED),
        measured=measured,
        bound=bound,
        due=Due(at=2**60, inclusive=False, last_moment=2**61),
        fulfilled_at=5,
        fulfilled_by="ticket:5",
        late_by=Fraction(22, 7),
        late_unit=HOURS,
        excused_by="x",
        judged_by="ann",
        parts=(Part(name="n", text="t", at=1), Part(name="n", text="")),
        counts={"bad": LARGEST + 1, "agreed": 0},
        missing=("m",),
        evidence=Evidence(facts=3, ids=("a:1",), digest="d"),
        clause=(
            Citation(document="d", section="1", words="", span=SPAN, page=4, digest="e"),
            Citation(document="", section="", words="w", span=SPAN),
        ),
        window_parts=(
            WindowPart(
                mode="m", length=2**60, bound=bound, measured=Exact(value=Fraction(1), unit=HOURS), state=None
            ),
            WindowPart(mode=None, length=None, bound=bound, measured=measured, state=State.MET),
        ),
        version="2",
        combination=(("region", "eu"),),
    )


def test_all_that_a_verdict_can_say_is_read_back() -> None:
    verdict = everything()
    content = content_of(verdict)
    assert verdict_of(json.loads(canonical_json(content))) == verdict
    assert content.keys() == {each.name for each in fields(Verdict)}


def test_what_a_later_version_adds_is_passed_over_and_what_says_nothing_is_left_out() -> None:
    plain = Verdict(
        obligation="a.b", subject="s", occasion=OnTriggerFact(kind="k", key="1", at=7), state=State.PENDING
    )
    content = content_of(plain)
    assert content.keys() == {"obligation", "subject", "occasion", "state"}
    later = json.loads(canonical_json(content)) | {"confidence": {"low": "1/3"}}
    later["occasion"]["of"] = "later"
    assert verdict_of(later) == plain
