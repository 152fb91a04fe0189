"""A verdict is provisional until the data of all its window is signed off (S7.1)."""

import pytest

from engine import definition
from engine.model.fact import Fact
from engine.model.instants import parse_instant
from engine.model.verdict import Flag
from engine.pipeline import silent
from engine.rules.evaluate import evaluate
from tests.differential.stores import stored
from tests.dsl.resolving import agreement, resolved, target

BODY = """
measures uptime from outage
during always
source "Probe" by acme, signed off by duty_manager
requires at least 99% in each calendar quarter
"""
JAN, FEB, MARCH, APRIL = (
    f"2025-{month}-01T00:00:00{zone}"
    for month, zone in (("01", "+01:00"), ("02", "+01:00"), ("03", "+01:00"), ("04", "+02:00"))
)


def signed(key: str, start: str, end: str, at: str, by: str = "duty_manager", source: str = "Probe") -> Fact:
    """A sign-off of one stretch of time."""
    times = {name: parse_instant(text) for name, text in (("start", start), ("end", end), ("signed_at", at))}
    return Fact(kind="sign_off", key=key, values={"id": key, "source": source, "by": by, **times})


@pytest.mark.parametrize(
    ("facts", "is_provisional"),
    [
        ([], True),
        ([signed("a", JAN, APRIL, APRIL)], False),
        ([signed("a", JAN, MARCH, MARCH)], True),
        (
            [signed("a", JAN, FEB, FEB), signed("b", MARCH, APRIL, APRIL), signed("c", FEB, MARCH, APRIL)],
            False,
        ),
        ([signed("a", JAN, APRIL, MARCH)], True),
        ([signed("a", JAN, APRIL, APRIL, by="clerk")], True),
        ([signed("a", JAN, APRIL, APRIL, source="Other")], True),
        ([signed("a", JAN, APRIL, "2025-05-02T00:00:00Z")], True),
    ],
)
def test_a_quarter_is_final_once_all_of_it_is_signed_off(facts: list[Fact], is_provisional: bool) -> None:
    snapshot, found = resolved(agreement(target(BODY)))
    assert snapshot is not None, found
    as_of = parse_instant("2025-05-01T00:00:00Z")
    assert as_of is not None
    by_kind = {"sign_off": tuple(facts)}
    defined = definition.evaluate(snapshot, by_kind, as_of)
    with stored(by_kind, snapshot.kinds) as store:
        planned = evaluate(
            snapshot, store, as_of=as_of, known_at=None, obligations=None, progress=silent
        ).verdicts
    for verdicts in (defined, planned):
        flags = {each.identity[2]: each.flags for each in verdicts}
        assert (Flag.PROVISIONAL in flags["2025-Q1"]) is is_provisional
        assert Flag.PROVISIONAL in flags["2025-Q2"]
