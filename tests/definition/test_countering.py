"""A verdict is disputed while the other party's figure lies on the other side of its bound (S7.1)."""

from collections.abc import Iterator
from fractions import Fraction

import pytest

from engine import definition
from engine.model.fact import Fact, FactValue
from engine.model.instants import parse_instant
from engine.model.quantity import HOUR, MINUTE, SECOND, Instant
from engine.model.snapshot import Snapshot
from engine.model.verdict import Flag, Part, State, Verdict
from engine.pipeline import silent
from engine.rules.evaluate import evaluate
from tests.differential.stores import stored
from tests.dsl.resolving import agreement, errors, resolved, target

CLAIMED = """
fact claimed {
  key id
  about service
  lasts start until end
  percent number with 3 decimals optional
  cost money USD optional
  origin text optional
  settled_at instant optional
}
"""
BODY = """
measures uptime from outage
during always
source "Probe" by acme
countered by claimed c where c.origin is "us" with c.percent * 1%, settled at c.settled_at
requires at least 99% in each calendar month
"""


def at(text: str) -> Instant:
    """An instant."""
    instant = parse_instant(text)
    assert instant is not None
    return instant


JAN, FEB, MARCH = (at(f"2025-{month}-01T00:00:00+01:00") for month in ("01", "02", "03"))
AS_OF = at("2025-03-10T00:00:00Z")
ALLOWED = 7 * HOUR + 26 * MINUTE + 24 * SECOND
"""1% of the 44,640 minutes of January: so long a time down is 99% exactly."""


def down(length: int) -> Fact:
    """An outage in January."""
    values: dict[str, FactValue] = {"id": "o", "service": "shop", "start": JAN, "end": JAN + length}
    return Fact(kind="outage", key="o", values=values)


def claimed(percent: str | None = "98.999", **others: FactValue) -> Fact:
    """A figure for January, if no more is said."""
    values: dict[str, FactValue] = {"id": "c", "service": "shop", "start": JAN, "end": FEB, "cost": None}
    values |= {"origin": "us", "settled_at": None, **others}
    values["percent"] = None if percent is None else Fraction(percent)
    return Fact(kind="claimed", key="c", values=values)


def policy(body: str = BODY) -> str:
    """An agreement with the target."""
    return CLAIMED + agreement(target(body))


def snapshot(body: str = BODY) -> Snapshot:
    """The agreement, resolved."""
    model, found = resolved(policy(body))
    assert model is not None, found
    return model


def judged(*facts: Fact, body: str = BODY) -> Iterator[tuple[Verdict, ...]]:
    """The verdicts of both evaluators."""
    model = snapshot(body)
    by_kind = {kind: tuple(each for each in facts if each.kind == kind) for kind in ("outage", "claimed")}
    yield tuple(definition.evaluate(model, by_kind, AS_OF))
    with stored(by_kind, model.kinds) as store:
        yield evaluate(model, store, as_of=AS_OF, known_at=None, obligations=None, progress=silent).verdicts


@pytest.mark.parametrize(
    ("figure", "is_disputed"),
    [
        (claimed(), True),
        (claimed("99"), False),
        (claimed("99.7"), False),
        (claimed(settled_at=MARCH), False),
        (claimed(settled_at=AS_OF), False),
        (claimed(settled_at=AS_OF + 1), True),
        (claimed(origin="them"), False),
        (claimed(origin=None), False),
        (claimed(None), False),
        (claimed(end=None), False),
        (claimed(end=MARCH), False),
        (claimed(start=JAN + 1), False),
        (claimed(service="other"), False),
    ],
)
def test_a_met_month_is_disputed_by_an_open_figure_below_the_bound(figure: Fact, is_disputed: bool) -> None:
    for verdicts in judged(down(ALLOWED), figure):
        january, february, *_ = verdicts
        assert january.state is february.state is State.MET
        assert (Flag.DISPUTED in january.flags) is is_disputed
        assert january.parts == ((Part(name="countered by", text="claimed:c"),) if is_disputed else ())
        assert Flag.DISPUTED not in february.flags


def test_a_breached_month_is_disputed_by_a_figure_that_keeps_the_bound() -> None:
    for percent, is_disputed in (("99", True), ("98.9", False)):
        for verdicts in judged(down(ALLOWED + 1), claimed(percent)):
            assert verdicts[0].state is State.BREACHED
            assert (Flag.DISPUTED in verdicts[0].flags) is is_disputed


@pytest.mark.parametrize(
    ("within", "percent", "is_disputed"),
    [
        # 99% was measured: half a point below it is 98.5%, half a percent of it is 0.495 points.
        ("0.5 points", "98.5", False),
        ("0.5 points", "98.499", True),
        ("0.5%", "98.505", False),
        ("0.5%", "98.504", True),
    ],
)
def test_figures_that_are_near_dispute_nothing(within: str, percent: str, *, is_disputed: bool) -> None:
    body = BODY.replace("* 1%,", f"* 1% within {within},")
    for verdicts in judged(down(ALLOWED), claimed(percent), body=body):
        assert verdicts[0].state is State.MET
        assert (Flag.DISPUTED in verdicts[0].flags) is is_disputed
    facts = {"claimed": (claimed(percent),), "outage": (down(ALLOWED),)}
    explained = definition.explain(snapshot(body), facts, verdicts[0], AS_OF)
    line = next(each for each in explained.lines if each.text.startswith("countered by"))
    assert line.text.endswith("not settled" if is_disputed else "near enough")


def test_a_month_that_is_not_over_is_not_disputed() -> None:
    for verdicts in judged(claimed("1", start=MARCH, end=at("2025-04-01T00:00:00+02:00"))):
        assert verdicts[-1].state is State.PENDING
        assert Flag.DISPUTED not in verdicts[-1].flags


@pytest.mark.parametrize(
    ("settled_at", "settled"), [(None, "not settled"), (MARCH, "settled")], ids=["open", "settled"]
)
def test_the_explanation_says_what_the_other_party_measured(settled_at: Instant | None, settled: str) -> None:
    facts = {"claimed": (claimed("98.5", settled_at=settled_at),), "outage": (down(ALLOWED),)}
    january = definition.evaluate(snapshot(), facts, AS_OF)[0]
    explanation = definition.explain(snapshot(), facts, january, AS_OF)
    line = next(each for each in explanation.lines if each.text.startswith("countered by"))
    assert line.text == f"countered by claimed:c: 98.5%, which does not keep at least 99%; {settled}"
    assert line.facts == ("claimed:c",)


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ("countered by claimed c with c.origin, settled at c.settled_at", ["type-mismatch"]),
        ("countered by claimed c with c.cost, settled at c.settled_at", ["type-mismatch"]),
        ("countered by claimed c with c.percent * 1%, settled at c.origin", ["type-mismatch"]),
        ("countered by claimed c with c.percent * 1%, settled at c.settled", ["unknown-field"]),
        ("countered by incident c with 1, settled at c.reported_at", ["type-mismatch"]),
        ("countered by claimd c with c.percent, settled at c.settled_at", ["unknown-name"]),
        ("countered by claimed c with c.percent, settled at c.settled_at", ["figure-without-unit"]),
        ("countered by claimed c with c.percent - 1%, settled at c.settled_at", ["figure-without-unit"]),
        ("countered by claimed c with 100% - c.percent / 100, settled at c.settled_at", []),
        ("countered by claimed c with c.percent * 1% within 0%, settled at c.settled_at", ["counts-nothing"]),
        (
            "countered by claimed c with c.percent * 1% within 100%, settled at c.settled_at",
            ["type-mismatch"],
        ),
        ("countered by claimed c with c.percent * 1% within 2 points, settled at c.settled_at", []),
        (
            "countered by claimed c with c.percent * 1% within 100 points, settled at c.settled_at",
            ["type-mismatch"],
        ),
    ],
)
def test_what_a_figure_cannot_be_is_refused(said: str, codes: list[str]) -> None:
    lines = ["countered" if line.startswith("countered") else line for line in BODY.splitlines()]
    assert errors(policy("\n".join(said if line == "countered" else line for line in lines))) == codes


def test_a_figure_is_in_the_currency_of_the_measure() -> None:
    body = """
      measures sum of f.amount from fee f
      countered by claimed c with c.cost, settled at c.settled_at
      requires at most EUR 100 in each calendar month
    """
    assert errors(policy(body)) == ["currency-mismatch"]


def test_a_figure_is_said_once_and_for_a_whole_window() -> None:
    again = "countered by claimed d with d.percent * 1%, settled at d.settled_at"
    assert errors(policy(BODY + again)) == ["said-twice"]
    mode = """
      mode disaster {
        obliges acme
        during disaster d from d.invoked_at until d.recovered_at
        target it { requires at least 95% in each calendar month }
      }
    """
    conventions = "conventions standard { sources are assumed watched  modes split the window }"
    assert errors(CLAIMED + agreement(target(BODY) + mode, conventions)) == ["not-yet-supported"]
