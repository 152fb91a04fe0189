"""Prometheus: the matrices of range queries become samples, exactly, and what is no number is told."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from engine.model.fact_import import ImportRemarkKind, Origin
from tests.facts.importers.imported import attempt, imported, rows, said

Points = Sequence[tuple[Any, ...]]


def answer(series: Mapping[str, Points], **more: Any) -> dict[str, Any]:
    """A range query's answer; a point is an instant in seconds and a value."""
    result = [
        {"metric": {"service": name} if name else {}, "values": [list(each) for each in points]}
        for name, points in series.items()
    ]
    return {"status": "success", "data": {"resultType": "matrix", "result": result}, **more}


T = 1_740_996_000
EXACT = """
name: exact
kinds: |
  fact latency "How long requests took" { key id  about service  at at  p99 number with 3 decimals }
samples:
  {kind: latency, at: at, service: service, label: service, fields: {p99: {query: p99}}}
"""


def test_requests_and_errors() -> None:
    requests = answer({"shop": [(T, "12"), (T + 60, "59.5"), (T + 120, "1.2e+03")], "Web UI": [(T, "1")]})
    errors = answer(
        {"shop": [(T, "0"), (T + 60, "0.5000000000000001"), (T + 120, "2.5")], "Web UI": [(T, "0")]}
    )
    found = imported(Origin.PROMETHEUS, {"requests.json": requests, "errors.json": errors})
    assert rows(found, "sample", "id", "service", "taken_at", "requests", "errors") == [
        ("shop/2025-03-03T10:00:00Z", "shop", "2025-03-03T10:00:00Z", "12", "0"),
        ("shop/2025-03-03T10:01:00Z", "shop", "2025-03-03T10:01:00Z", "60", "1"),
        ("shop/2025-03-03T10:02:00Z", "shop", "2025-03-03T10:02:00Z", "1200", "2"),
        ("web_ui/2025-03-03T10:00:00Z", "web_ui", "2025-03-03T10:00:00Z", "1", "0"),
    ]
    assert said(found, ImportRemarkKind.ASSUMED) == [
        "`requests` rounded half even to 0 decimals (1, shop at 2025-03-03T10:01:00Z)",
        "`errors` rounded half even to 0 decimals (2, shop at 2025-03-03T10:01:00Z)",
    ]
    assert said(found, ImportRemarkKind.INCOMPLETE) == []


def test_gaps_and_what_is_no_number() -> None:
    points = [(T, "NaN"), (T + 60, "+Inf"), (T + 120, "7"), (T + 300, "8"), (T + 360, "9")]
    errors = [(T, "0"), (T + 60, "0"), (T + 120, "0"), (T + 300, "0")]
    files = {
        "requests.json": answer({"shop": points}, warnings=["one replica did not answer"]),
        "errors.json": answer({"shop": errors}),
    }
    found = imported(Origin.PROMETHEUS, files)
    assert rows(found, "sample", "taken_at", "requests") == [
        ("2025-03-03T10:02:00Z", "7"),
        ("2025-03-03T10:05:00Z", "8"),
    ]
    assert said(found, ImportRemarkKind.INCOMPLETE) == [
        "Prometheus warns: one replica did not answer (1, requests.json)",
        "of `shop` nothing was measured for more than one step"
        " (1, 2025-03-03T10:02:00Z to 2025-03-03T10:05:00Z)",
        "`requests` is NaN, which is no number: no fact without it (1, shop at 2025-03-03T10:00:00Z)",
        "`requests` is +Inf, which is no number: no fact without it (1, shop at 2025-03-03T10:01:00Z)",
        "`errors` is no value: no fact without it (1, shop at 2025-03-03T10:06:00Z)",
    ]


def test_values_are_exact_and_not_rounded_unless_that_is_said() -> None:
    good = answer({"shop": [("1740996000.781", "0.125"), (T + 60, "1e-3")]})
    good["data"]["result"][0]["values"][0][0] = 1740996000.781
    found = imported(EXACT, {"p99.json": good})
    assert rows(found, "latency", "at", "p99") == [
        ("2025-03-03T10:00:00.781000Z", "0.125"),
        ("2025-03-03T10:01:00Z", "1e-3"),
    ]
    fine = attempt(EXACT, {"p99.json": answer({"shop": [(T, "0.30000000000000004")]})})
    assert isinstance(fine, tuple)
    assert fine[0].message == (
        "shop at 2025-03-03T10:00:00Z: `p99`: `0.30000000000000004` has more than 3 decimals"
    )
    assert fine[0].help == "say in the mapping how it `rounds`"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"p99.json": {"status": "error", "error": "bad query"}}, "no answer to a range query: bad query"),
        ({"p99.json": {"status": "success", "data": {"resultType": "vector", "result": []}}}, "no answer to"),
        ({"p98.json": answer({})}, "`p99.json`: it is not there"),
        ({"p99.json": answer({}), "x.json": answer({})}, "x: the mapping asks for no such query"),
        ({"p99.json": answer({"": [(T, "1")]})}, "it has no label `service`"),
        ({"p99.json": answer({"shop": [(T, "fast")]})}, "`fast` is no number"),
        ({"p99.json": answer({"shop": [("soon", "1")]})}, "`soon` is no instant"),
        ({"p99.json": answer({"shop": [(1e300, "1")]})}, "is no instant"),
        ({"p99.json": answer({"shop": [(1740996000.1234567, "1")]})}, "is no instant"),
        ({"p99.json": answer({"shop": [(T, 5, 6)]})}, "a value is an instant and a text"),
        ({"p99.json": "{"}, "is not JSON"),
    ],
)
def test_bad_answers_are_told(files: Mapping[str, Any], message: str) -> None:
    found = attempt(EXACT, files)
    assert isinstance(found, tuple) and message in found[0].message


def test_two_series_of_one_service_are_to_be_summed_up_by_the_query() -> None:
    twice = answer({"shop": [(T, "1")]})
    twice["data"]["result"] *= 2
    found = attempt(EXACT, {"p99.json": twice})
    assert isinstance(found, tuple) and "a second series is of `shop`, too" in found[0].message


def test_a_mapping_of_samples_is_held_against_its_kind() -> None:
    for old, new, message in (
        ("kind: latency", "kind: latncy", "there is no kind `latncy`"),
        ("at: at", "at: id", "has no field `id` that is an instant"),
        ("{p99: {query: p99}}", "{p98: {query: p99}}", "has no field `p98` that is a number"),
        ("{query: p99}", "{query: p99, rounds: up}", "`up` is none of"),
        ("label: service,", "", "`label` is missing here"),
    ):
        found = attempt(EXACT.replace(old, new), {"p99.json": answer({})})
        assert isinstance(found, tuple) and message in found[0].message, found
