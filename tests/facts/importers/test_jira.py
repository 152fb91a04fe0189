"""Jira: the history of each issue, in its changelog or beside it, and what its files lack."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from engine.diagnostic import Diagnostic
from engine.model.fact_import import ImportRemarkKind, Origin
from tests.facts.importers.imported import attempt, imported, rows, said

LOST, INCOMPLETE, ASSUMED = ImportRemarkKind.LOST, ImportRemarkKind.INCOMPLETE, ImportRemarkKind.ASSUMED


def issue(
    key: str, changes: Sequence[tuple[Any, ...]], *, total: int | None = None, **fields: Any
) -> dict[str, Any]:
    """An issue as the REST API gives it; a change is its id, its time and (field, before, after)s."""
    histories = [
        {
            "id": str(id),
            "author": None,
            "created": at,
            "items": [{"field": name, "fromString": old, "toString": new} for name, old, new in items],
        }
        for id, at, *items in changes
    ]
    return {
        "id": f"9{key[-1]}",
        "key": key,
        "fields": {
            "project": {"key": "OPS", "name": "shop"},
            "created": "2025-03-03T09:00:00.000+0100",
            "resolutiondate": None,
            "priority": {"name": "Medium"},
            "status": {"name": "Open"},
            "assignee": None,
            **fields,
        },
        "changelog": {
            "startAt": 0,
            "total": len(histories) if total is None else total,
            "histories": histories,
        },
    }


def at(time: str, day: str = "2025-03-03") -> str:
    return f"{day}T{time}:00.000+0100"


def status(name: str) -> dict[str, str]:
    return {"name": name}


def test_a_reopened_issue_out_of_order() -> None:
    changes = [
        (7, at("12:00"), ("status", "Resolved", "Reopened"), ("resolution", "Done", None)),
        (5, at("09:30"), ("status", "Open", "In Progress")),
        (9, at("15:00"), ("status", "Reopened", "Closed")),
        (6, at("11:00"), ("status", "In Progress", "Resolved")),
    ]
    found = imported(Origin.JIRA, {"i.json": {"issues": [issue("OPS-1", changes, status=status("Closed"))]}})
    assert rows(found, "status", "at", "value") == [
        ("2025-03-03T08:00:00Z", "new"),
        ("2025-03-03T08:30:00Z", "in progress"),
        ("2025-03-03T10:00:00Z", "resolved"),
        ("2025-03-03T11:00:00Z", "in progress"),
        ("2025-03-03T14:00:00Z", "closed"),
    ]
    assert rows(found, "response", "at") == [("2025-03-03T08:30:00Z",)]
    assert rows(found, "restoration", "at") == [("2025-03-03T14:00:00Z",)]
    assert rows(found, "reopening", "at") == [("2025-03-03T11:00:00Z",)]
    assert said(found, INCOMPLETE) == []
    assert said(found, LOST) == [
        "status `closed` or `resolved` that was taken back later"
        " (1, i.json, issues[0].changelog.histories[3])",
        "changes of `resolution` (1, i.json, issues[0].changelog.histories[0])",
    ]


def test_a_change_from_resolved_to_closed_is_no_second_restoration() -> None:
    changes = [
        (1, at("10:00"), ("status", "Open", "Resolved")),
        (2, at("11:00", "2025-03-10"), ("status", "Resolved", "Closed")),
    ]
    found = imported(Origin.JIRA, {"i.json": issue("OPS-1", changes, status=status("Closed"))})
    assert rows(found, "restoration", "id", "at") == [("OPS-1/2025-03-03T09:00:00Z", "2025-03-03T09:00:00Z")]


def test_changes_of_one_second_keep_their_order_in_their_keys() -> None:
    changes = [
        (11, at("10:00"), ("status", "In Progress", "Waiting for customer")),
        (10, at("10:00"), ("status", "Open", "In Progress")),
    ]
    found = imported(Origin.JIRA, {"i.json": issue("OPS-1", changes, status=status("Waiting for customer"))})
    assert rows(found, "status", "id", "value")[1:] == [
        ("OPS-1/2025-03-03T09:00:00Z", "in progress"),
        ("OPS-1/2025-03-03T09:00:00Z/02", "waiting for customer"),
    ]
    assert rows(found, "pause", "start", "end", "reason") == [
        ("2025-03-03T09:00:00Z", None, "waiting for customer")
    ]


def test_two_ways_of_waiting_are_two_pauses_and_two_names_of_one_are_one() -> None:
    changes = [
        (1, at("10:00"), ("status", "Open", "Pending")),
        (2, at("11:00"), ("status", "Pending", "On hold")),
        (3, at("12:00"), ("status", "On hold", "Waiting for customer")),
        (4, at("13:00"), ("status", "Waiting for customer", "In Progress")),
    ]
    found = imported(Origin.JIRA, {"i.json": issue("OPS-1", changes, status=status("In Progress"))})
    assert rows(found, "pause", "start", "end", "reason") == [
        ("2025-03-03T09:00:00Z", "2025-03-03T11:00:00Z", "waiting"),
        ("2025-03-03T11:00:00Z", "2025-03-03T12:00:00Z", "waiting for customer"),
    ]


def test_a_priority_is_what_the_issue_began_with() -> None:
    changes = [
        (1, at("09:10"), ("priority", "Low", "High")),
        (2, at("09:40"), ("priority", "High", "Highest")),
        (3, at("10:00"), ("assignee", None, "Ada"), ("status", "Open", "In Progress")),
        (4, at("10:30"), ("assignee", "Ada", None)),
    ]
    fields: dict[str, Any] = {"priority": {"name": "Highest"}, "status": status("In Progress")}
    found = imported(Origin.JIRA, {"i.json": issue("OPS-1", changes, **fields)})
    assert rows(found, "incident", "id", "priority") == [("OPS-1", "p4")]
    assert rows(found, "reclassification", "at", "priority") == [
        ("2025-03-03T08:10:00Z", "p2"),
        ("2025-03-03T08:40:00Z", "p1"),
    ]
    assert rows(found, "reassignment", "from_whom", "to_whom") == [(None, "Ada"), ("Ada", None)]
    assert said(found, INCOMPLETE) == []


def test_what_is_cut_off_is_told() -> None:
    changes = [(8, at("12:00"), ("status", "In Progress", "Resolved"))]
    cut = issue("OPS-1", changes, total=101, status=status("Closed"))
    found = imported(Origin.JIRA, {"i.json": {"total": 120, "isLast": False, "issues": [cut]}})
    assert said(found, INCOMPLETE) == [
        "the file holds 1 of 120 rows: fetch the other pages (1, i.json)",
        "the file is not the last page: fetch the others (1, i.json)",
        "the history of `OPS-1` is cut off: 1 of 101 entries are there (1, i.json, issues[0])",
        "the history of `status` ends with `Resolved`, and today it is `Closed`: changes are missing"
        " (1, i.json, issues[0])",
        "`priority` as it was at first: the history is cut off (1, i.json, issues[0])",
    ]
    # What it was at first is not known.
    assert rows(found, "status", "value") == [("resolved",)]
    assert rows(found, "incident", "id", "priority") == [("OPS-1", None)]


def test_a_gap_and_an_unknown_status_are_told() -> None:
    changes = [
        (1, at("10:00"), ("status", "Open", "In Progress")),
        (2, at("11:00"), ("status", "Blocked by legal", "Resolved")),
    ]
    found = imported(Origin.JIRA, {"i.json": issue("OPS-1", changes, status=status("Resolved"))})
    assert said(found, INCOMPLETE) == [
        "the history of `status` goes on from `Blocked by legal` where it had come to `In Progress`"
        " (1, i.json.changelog.histories[1])"
    ]
    own = [(1, at("10:00"), ("status", "Open", "Parked"))]
    found = imported(Origin.JIRA, {"i.json": issue("OPS-1", own, status=status("Parked"))})
    assert rows(found, "status", "value") == [("new",), ("Parked",)]
    assert said(found, INCOMPLETE) == [
        "the mapping has no meaning for the status `Parked`: it stays as it is"
        " (1, i.json.changelog.histories[0])"
    ]


def test_several_pages_and_an_issue_that_is_on_two() -> None:
    one, two = issue("OPS-1", []), issue("OPS-2", [])
    changed = issue("OPS-1", [], priority={"name": "High"})
    pages = {
        "1.json": {"total": 2, "issues": [one, two]},
        "2.json": {"total": 2, "issues": [two, changed]},
    }
    found = imported(Origin.JIRA, pages)
    assert rows(found, "incident", "id", "priority") == [("OPS-1", "p3"), ("OPS-2", "p3")]
    assert said(found, LOST)[:2] == [
        "a case that is there twice, word for word (1, 2.json, issues[0])",
        "a second `OPS-1`, which differs from the one at 1.json, issues[0] (1, 2.json, issues[1])",
    ]


def test_changelogs_fetched_apart() -> None:
    bare = issue("OPS-1", [], status=status("Resolved"))
    del bare["changelog"]
    items = [{"field": "status", "fromString": "Open", "toString": "Resolved"}]
    log = {"issueId": "91", "changeHistories": [{"id": "4", "created": 1740996000000, "items": items}]}
    stray = {"issueId": "77", "changeHistories": []}
    found = imported(
        Origin.JIRA, {"log.json": {"issueChangeLogs": [log, stray]}, "i.json": {"issues": [bare]}}
    )
    assert rows(found, "restoration", "at") == [("2025-03-03T10:00:00Z",)]
    assert "changes of cases that no file holds (1, log.json, issueChangeLogs[1])" in said(found, LOST)


def test_issues_without_any_history() -> None:
    bare = issue("OPS-1", [], status=status("Resolved"))
    del bare["changelog"]
    found = imported(Origin.JIRA, {"i.jsonl": json.dumps(bare)})
    assert set(found.facts) == {"incident"}
    assert "facts of `status`: the files hold no history (1, i.jsonl, line 1)" in said(found, INCOMPLETE)
    assert said(found, ASSUMED) == [
        "`priority` was always what it is today: the files hold no history (1, i.jsonl, line 1)"
    ]


CSV = """\ufeffIssue key,Issue id,Status,Priority,Created,Resolved,Component/s,Component/s,Summary
OPS-1,91,Done,High,30/Mar/25 1:59 AM,30/Mar/25 3:01 AM,Shop,Cards,"Two, with
a line"
OPS-2,92,Open,,01/Apr/25 12:00 AM,,,,
"""


def test_the_csv_export() -> None:
    found = imported(Origin.JIRA, {"i.csv": CSV}, zone="Europe/Berlin", service="shop")
    assert rows(found, "incident", "id", "service", "reported_at", "resolved_at", "priority") == [
        ("OPS-1", "shop", "2025-03-30T00:59:00Z", "2025-03-30T01:01:00Z", "p2"),
        ("OPS-2", "shop", "2025-03-31T22:00:00Z", None, None),
    ]
    assert "`Component/s` beyond the first of several (1, i.csv, line 3)" in said(found, LOST)
    hindered = attempt(Origin.JIRA, {"i.csv": CSV})
    assert isinstance(hindered, tuple) and len(hindered) == 2
    assert hindered[0].message == (
        "i.csv, line 3, Created: `30/Mar/25 1:59 AM` has no offset from UTC, and nothing says in which zone"
        " it is local"
    )
    gap = attempt(Origin.JIRA, {"i.csv": CSV.replace("1:59 AM", "2:59 AM")}, zone="Europe/Berlin")
    assert isinstance(gap, tuple) and "does not exist in Europe/Berlin" in gap[0].message


def test_a_case_without_its_needs_brings_nothing() -> None:
    lacking = issue("OPS-1", [(1, at("10:00"), ("status", "Open", "Resolved"))], project=None)
    found = imported(Origin.JIRA, {"i.json": {"issues": [lacking, issue("OPS-2", [])]}})
    assert rows(found, "incident", "id") == [("OPS-2",)]
    assert rows(found, "status", "incident") == [("OPS-2",)]
    assert said(found, LOST) == [
        "all of a case: a `incident` without `service`, which it needs (1, i.json, issues[0])"
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "nests too deep"),
        ('{"issues": [{"key": null, "fields": {}}]}', "it has no `key`"),
        ('{"issues": [{"key": "A", "fields": {"created": 5}}]}', "is no instant"),
        ('{"issues": [{"key": "A", "fields": {"created": NaN}}]}', "`NaN` is no number of JSON"),
        ('{"issues": [{"key": "A", "fields": {}}, {"id": "7"}]}', "`i.json`: i.json, issues[1] is unlike"),
    ],
)
def test_bad_input_is_told_with_its_place(content: str, message: str) -> None:
    found = attempt(Origin.JIRA, {"i.json": content})
    assert isinstance(found, tuple) and all(isinstance(each, Diagnostic) for each in found)
    assert message.replace("`i.json`: ", "") in found[0].message
