"""What no database keeps as it is, and what would be lost, is refused by both alike, with its place."""

import pytest

from engine.model.tenancy import FactBatch, Refused, Request
from engine.source import Source
from tests.tenant.shop import POLICY
from tests.tenant.test_tenant import Opened, asked, clock, feed, opened, outage, publish

__all__ = ["clock", "opened"]

START = "2025-02-01T00:00:00Z"


def fault(told: object) -> tuple[str, int | None, str | None]:
    """The only fault of a refusal."""
    assert isinstance(told, Refused), told
    (found,) = told.faults
    assert found.message.isprintable()
    return found.code, found.row, found.field


def test_rows_that_would_be_lost_or_break_a_database(opened: Opened) -> None:
    tenant = opened()
    publish(tenant)
    for value in (1.5, 1_738_368_000, b"2025"):
        assert fault(feed(tenant, "f", {**outage("o-1", START), "end": value})) == ("bad-value", 1, "end")
    for key in ("a\0b", "a\ud800b", "é" * 501):
        row = outage(key, START)
        assert fault(feed(tenant, "f", outage("o-1", START), row)) == ("bad-value", 2, "id")
    assert not isinstance(feed(tenant, "f", outage("é" * 500, START)), Refused)


def test_keys_that_no_fact_has(opened: Opened) -> None:
    tenant = opened()
    publish(tenant)
    for key in ("a\0b", "a\ud800b"):
        assert fault(tenant.retract("outage", [key], asked("r"))) == ("unknown-fact", 1, "id")


def test_who_asks_and_by_which_key(opened: Opened) -> None:
    tenant = opened()
    publish(tenant)
    batch = FactBatch(kind="outage", rows=[outage("o-1", START)])
    for actor, key, code in (
        ("a\0", "1", "not-text"),
        ("a\ud800", "1", "not-text"),
        ("ann", "\ud800", "not-text"),
        ("", "1", "actor"),
        ("a" * 201, "1", "actor"),
        ("ann", "", "idempotency-key"),
    ):
        assert fault(tenant.feed(batch, Request(actor=actor, key=key))) == (code, None, None)
    longest = Request(actor="\x01" * 200, key="\x02" * 200)
    assert not isinstance(tenant.feed(batch, longest), Refused), "both fit into an index, however written"


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ([], "no-policies"),
        ([("s.sla", POLICY + "# \ud800\n")], "not-text"),
        ([("s\0.sla", POLICY)], "not-text"),
        ([("s.sla", POLICY), ("s.sla", "use standard\n")], "duplicate-file"),
    ],
)
def test_files_that_are_no_policy_set(opened: Opened, files: list[tuple[str, str]], code: str) -> None:
    told = opened().publish([Source(name=name, text=text) for name, text in files], asked("p"))
    assert fault(told) == (code, None, None)
