"""Statuspage: what was down, and how badly, as the updates say of each component."""

from collections.abc import Sequence
from typing import Any

from engine.model.fact_import import ImportRemarkKind, Origin
from tests.facts.importers.imported import attempt, imported, rows, said

LOST, INCOMPLETE, ASSUMED = ImportRemarkKind.LOST, ImportRemarkKind.INCOMPLETE, ImportRemarkKind.ASSUMED
NAMES = {
    "up": "operational",
    "slow": "degraded_performance",
    "partial": "partial_outage",
    "major": "major_outage",
    "work": "under_maintenance",
}

Moves = Sequence[tuple[str, str, str]]


def update(time: str, status: str, moves: Moves | None = ()) -> dict[str, Any]:
    """An update; a move is a component with what it was and became."""
    return {
        "id": f"u{time}",
        "status": status,
        "body": "text",
        "created_at": f"2025-05-01T{time}:59.123Z",
        "display_at": f"2025-05-01T{time}:00.000Z",
        "affected_components": None
        if moves is None
        else [
            {"code": name[0], "name": name, "old_status": NAMES[old], "new_status": NAMES[new]}
            for name, old, new in moves
        ],
    }


def incident(id: str, start: str, end: str | None, *updates: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """An incident as the page gives it: the newest update first."""
    return {
        "id": id,
        "name": f"Trouble {id}",
        "status": updates[-1]["status"] if updates else "resolved",
        "impact": "minor",
        "created_at": f"2025-05-01T{start}:00Z",
        "started_at": f"2025-05-01T{start}:00Z",
        "resolved_at": end and f"2025-05-01T{end}:00Z",
        "components": [{"id": "a", "name": "api", "status": "operational"}],
        "incident_updates": list(reversed(updates)),
        **fields,
    }


def outages(
    *incidents: dict[str, Any],
) -> tuple[list[tuple[str | None, ...]], dict[ImportRemarkKind, list[str]]]:
    """Subject, start, end and level of each outage, and the remarks."""
    found = imported(Origin.STATUSPAGE, {"i.json": {"page": {}, "incidents": list(incidents)}})
    brief = [
        (service, start and start[11:16], end and end[11:16], level)
        for service, start, end, level in rows(found, "outage", "service", "start", "end", "level")
    ]
    return brief, {kind: said(found, kind) for kind in ImportRemarkKind}


def test_two_components_at_once_within_the_incident() -> None:
    found, remarks = outages(
        incident(
            "a",
            "10:00",
            "13:00",
            update("10:05", "investigating", [("api", "up", "slow"), ("web", "up", "partial")]),
            update("10:30", "identified", [("api", "slow", "major"), ("web", "partial", "partial")]),
            update("11:00", "monitoring", [("web", "partial", "up"), ("api", "major", "slow")]),
            update("13:00", "resolved", [("api", "slow", "up")]),
        )
    )
    assert found == [
        ("api", "10:05", "10:30", "degraded"),
        ("api", "10:30", "11:00", "major"),
        ("api", "11:00", "13:00", "degraded"),
        ("web", "10:05", "11:00", "partial"),
    ]
    assert remarks[INCOMPLETE] == remarks[ASSUMED] == []


def test_what_one_incident_took_down_another_restores() -> None:
    one = incident("a", "10:00", "12:00", update("10:00", "investigating", [("api", "up", "partial")]))
    two = incident(
        "b",
        "11:00",
        None,
        update("11:00", "investigating", [("api", "partial", "major")]),
        update("11:30", "monitoring", [("api", "major", "up")]),
    )
    found, remarks = outages(two, one)
    assert found == [("api", "10:00", "11:00", "partial"), ("api", "11:00", "11:30", "major")]
    assert remarks[INCOMPLETE] == remarks[ASSUMED] == []


def test_never_resolved_never_restored_and_not_told_from_when() -> None:
    found, remarks = outages(
        incident("open", "14:00", None, update("14:00", "investigating", [("web", "up", "major")])),
        incident("done", "12:00", "13:00", update("12:10", "investigating", [("api", "up", "slow")])),
        incident("old", "09:00", "10:00", update("10:00", "resolved", [("db", "partial", "up")])),
    )
    assert found == [("web", "14:00", None, "major"), ("api", "12:10", "13:00", "degraded")]
    assert remarks[ASSUMED] == [
        "`api` is `degraded` to the last: taken to have ended with its case"
        " (1, i.json, incidents[1].incident_updates[0])"
    ]
    assert remarks[INCOMPLETE] == [
        "`db` was `partial` before the first change that the files tell of: since when is not known"
        " (1, i.json, incidents[2].incident_updates[0])"
    ]


def test_an_incident_whose_updates_name_no_component() -> None:
    found, remarks = outages(
        incident("a", "10:00", "11:00", update("10:00", "investigating", None), impact="critical"),
        incident("b", "12:00", None, update("12:00", "investigating", None), components=[]),
        incident("c", "13:00", "14:00", update("13:00", "investigating", None), impact="none"),
    )
    assert found == [("api", "10:00", "11:00", "major")]
    assert remarks[ASSUMED] == [
        "a `outage` for each of `components`: no change of any component is told (1, i.json, incidents[0])"
    ]
    assert remarks[LOST][0] == (
        "a case without any `components`: it makes no `outage` (1, i.json, incidents[1])"
    )


def test_maintenance_is_no_outage() -> None:
    told = incident(
        "m",
        "08:00",
        "10:00",
        update("09:00", "in_progress", [("api", "up", "work")]),
        update("10:00", "completed", [("api", "work", "up")]),
        impact="maintenance",
    )
    planned = incident(
        "n",
        "08:00",
        None,
        update("08:00", "scheduled", None),
        impact="maintenance",
        scheduled_for="2025-05-03T10:00:00.000+02:00",
        scheduled_until="2025-05-03T12:00:00.000+02:00",
    )
    found = imported(Origin.STATUSPAGE, {"m.json": {"scheduled_maintenances": [told, planned]}})
    assert rows(found, "outage") == []
    assert rows(found, "maintenance", "service", "start", "end", "notified_at") == [
        ("api", "2025-05-01T09:00:00Z", "2025-05-01T10:00:00Z", "2025-05-01T08:00:00Z"),
        ("api", "2025-05-03T08:00:00Z", "2025-05-03T10:00:00Z", "2025-05-01T08:00:00Z"),
    ]


def test_an_unknown_status_is_told_and_makes_no_outage() -> None:
    odd = update("10:00", "investigating", [("api", "up", "slow")])
    odd["affected_components"][0]["new_status"] = "on_fire"
    found, remarks = outages(incident("a", "10:00", None, odd))
    assert found == []
    assert remarks[INCOMPLETE] == [
        "the mapping has no meaning for the component `on_fire`: it stays as it is"
        " (1, i.json, incidents[0].incident_updates[0])"
    ]


def test_a_page_that_is_full_may_hold_back_older_ones() -> None:
    found, remarks = outages(*(incident(f"i{each}", "10:00", "11:00") for each in range(50)))
    assert len(found) == 50
    assert remarks[INCOMPLETE] == [
        "the file holds 50 rows, the most that the source gives: older ones may be missing (1, i.json)"
    ]


def test_a_broken_update_is_told_with_its_place() -> None:
    broken = incident("a", "10:00", None, update("10:00", "investigating"))
    broken["incident_updates"][0]["display_at"] = "10 o'clock"
    found = attempt(Origin.STATUSPAGE, {"i.json": {"incidents": [broken]}})
    assert isinstance(found, tuple)
    assert found[0].message == (
        "i.json, incidents[0].incident_updates[0], display_at: `10 o'clock` is no instant; write one as"
        " 2025-03-31T10:00:00Z"
    )
