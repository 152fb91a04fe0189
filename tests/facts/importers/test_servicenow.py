"""ServiceNow: incidents beside their audit, raw, displayed or both, from the API or as CSV."""

from typing import Any

from engine.model.fact_import import ImportRemarkKind, Origin
from tests.facts.importers.imported import attempt, imported, rows, said

LOST, INCOMPLETE, ASSUMED = ImportRemarkKind.LOST, ImportRemarkKind.INCOMPLETE, ImportRemarkKind.ASSUMED


def incident(number: str, **fields: Any) -> dict[str, Any]:
    """An incident as the Table API gives it; its key is the number in small letters."""
    return {
        "sys_id": number.lower(),
        "number": number,
        "state": "7",
        "hold_reason": "",
        "priority": "3",
        "opened_at": "2025-03-30 00:30:00",
        "resolved_at": "",
        "closed_at": "",
        "business_service": "shop",
        "cmdb_ci": "",
        "parent_incident": "",
        "assigned_to": "",
        "assignment_group": "",
        **fields,
    }


def audit(
    number: str, field: str, old: str, new: str, at: str, checkpoint: int, **more: str
) -> dict[str, str]:
    """A row of the audit."""
    return {
        "sys_id": f"a{checkpoint}",
        "tablename": "incident",
        "documentkey": number.lower(),
        "fieldname": field,
        "oldvalue": old,
        "newvalue": new,
        "record_checkpoint": str(checkpoint),
        "sys_created_on": f"2025-03-30 {at}",
        "user": "",
        "reason": "",
        **more,
    }


HISTORY = [
    audit("INC1", "state", "1", "2", "00:40:00", 1),
    # One update: on hold, and why. Its rows stand in no order.
    audit("INC1", "hold_reason", "", "1", "00:50:00", 2),
    audit("INC1", "state", "2", "3", "00:50:00", 2),
    # A change of the reason alone.
    audit("INC1", "hold_reason", "1", "4", "01:10:00", 3),
    # Two updates in the same second, the later one first.
    audit("INC1", "state", "2", "6", "01:30:00", 5),
    audit("INC1", "state", "3", "2", "01:30:00", 4),
    audit("INC1", "assignment_group", "", "g1", "00:41:00", 1),
    audit("INC1", "work_notes", "", "called back", "00:42:00", 1),
    audit("INC9", "state", "1", "2", "00:42:00", 1),
]
EXPECTED = [
    ("2025-03-30T00:30:00Z", "new"),
    ("2025-03-30T00:40:00Z", "in progress"),
    ("2025-03-30T00:50:00Z", "waiting for customer"),
    ("2025-03-30T01:10:00Z", "waiting for supplier"),
    ("2025-03-30T01:30:00Z", "in progress"),
    ("2025-03-30T01:30:00Z", "resolved"),
]


def test_raw_values_are_utc_and_the_hold_reason_says_who_is_waited_for() -> None:
    files = {
        "audit.json": {"result": HISTORY},
        "incident.json": {"result": [incident("INC1", state="6", hold_reason="4", assignment_group="g1")]},
    }
    found = imported(Origin.SERVICENOW, files)
    assert rows(found, "status", "at", "value") == EXPECTED
    assert rows(found, "pause", "start", "end", "reason") == [
        ("2025-03-30T00:50:00Z", "2025-03-30T01:10:00Z", "waiting for customer"),
        ("2025-03-30T01:10:00Z", "2025-03-30T01:30:00Z", "waiting for supplier"),
    ]
    assert rows(found, "restoration", "at") == [("2025-03-30T01:30:00Z",)]
    assert rows(found, "reassignment", "what", "from_whom", "to_whom") == [("group", None, "g1")]
    assert said(found, INCOMPLETE) == []
    assert said(found, LOST) == [
        "changes of cases that no file holds (1, audit.json, result[8])",
        "changes of `work_notes` (1, audit.json, result[7])",
    ]


def test_raw_and_displayed_values_beside_one_another() -> None:
    def both(row: dict[str, Any]) -> dict[str, Any]:
        return {
            name: {"display_value": f"shown {each}" if each else "", "value": each}
            for name, each in row.items()
        }

    shown = both(incident("INC1", state="6", hold_reason="4", assignment_group="g1"))
    shown["business_service"] = {"display_value": "Web Shop", "value": "abc", "link": "https://example.com"}
    found = imported(
        Origin.SERVICENOW,
        {"incident.json": {"result": [shown]}, "audit.json": {"result": [both(each) for each in HISTORY]}},
    )
    assert rows(found, "incident", "id", "service", "priority") == [("INC1", "web_shop", "p3")]
    assert rows(found, "status", "at", "value") == EXPECTED
    assert said(found, ImportRemarkKind.RENAMED) == [
        "service `Web Shop` is `web_shop` (1, incident.json, result[0])"
    ]


def test_displayed_values_are_local_times_of_whoever_asked() -> None:
    row = incident("INC1", state="In Progress", priority="1 - Critical", opened_at="2025-03-30 02:30:00")
    hindered = attempt(Origin.SERVICENOW, {"incident.json": {"result": [row]}})
    assert isinstance(hindered, tuple) and "nothing says in which zone" in hindered[0].message
    gap = attempt(Origin.SERVICENOW, {"incident.json": {"result": [row]}}, zone="Europe/Berlin")
    assert isinstance(gap, tuple) and "does not exist in Europe/Berlin" in gap[0].message
    found = imported(Origin.SERVICENOW, {"incident.json": {"result": [row]}}, zone="Europe/Lisbon")
    assert rows(found, "incident", "reported_at", "priority") == [("2025-03-30T01:30:00Z", "p1")]


def test_an_audit_is_held_against_the_incidents_of_today() -> None:
    history = [
        audit("INC1", "state", "1", "2", "00:40:00", 1),
        audit("INC1", "state", "3", "6", "00:50:00", 2),
    ]
    files = {
        "audit.json": {"result": history},
        "incident.json": {"result": [incident("INC1", hold_reason="1"), incident("INC2")]},
    }
    found = imported(Origin.SERVICENOW, files)
    assert said(found, INCOMPLETE) == [
        "the history of `state` goes on from `3` where it had come to `2` (1, audit.json, result[1])",
        "the history of `state` ends with `6`, and today it is `7`: changes are missing"
        " (1, incident.json, result[0])",
    ]
    assert said(found, ASSUMED) == [
        "a case of which the history tells nothing: taken never to have changed (1, incident.json, result[1])"
    ]


def test_a_priority_without_a_word_is_left_out_and_with_it_its_change() -> None:
    history = [audit("INC1", "priority", "3", "9", "00:40:00", 1)]
    files = {
        "a.json": {"records": history},
        "i.json": {"records": [incident("INC1", state="1", priority="9")]},
    }
    found = imported(Origin.SERVICENOW, files)
    assert rows(found, "incident", "priority") == [("p3",)]
    assert rows(found, "reclassification") == []
    assert said(found, INCOMPLETE) == [
        "the mapping has no meaning for the priority `9`: it stays as it is (1, a.json, records[0])"
    ]
    assert "`priority` `9`, which the mapping has no word for (1, a.json, records[0])" in said(found, LOST)


def test_metrics_tell_how_long_a_state_lasted() -> None:
    def metric(definition: str, value: str, start: str, end: str) -> dict[str, Any]:
        return {
            "id": {"display_value": "Incident: INC1", "value": "inc1"},
            "definition": {"display_value": definition, "value": "d1"},
            "value": {"display_value": value, "value": value},
            "start": {"display_value": "whenever", "value": f"2025-03-30 {start}"},
            "end": {"display_value": "", "value": end and f"2025-03-30 {end}"},
        }

    metrics = [
        metric("Incident State Duration", "On Hold", "00:50:00", "01:30:00"),
        metric("Incident State Duration", "New", "00:30:00", "00:40:00"),
        metric("Incident State Duration", "In Progress", "00:40:00", "00:50:00"),
        metric("Incident State Duration", "Resolved", "01:30:00", ""),
        metric("First call resolution", "false", "00:30:00", ""),
    ]
    files = {
        "metrics.json": {"result": metrics},
        "incident.json": {"result": [incident("INC1", state="6", hold_reason="1")]},
    }
    found = imported(Origin.SERVICENOW, files)
    assert rows(found, "status", "at", "value") == [
        ("2025-03-30T00:30:00Z", "new"),
        ("2025-03-30T00:40:00Z", "in progress"),
        ("2025-03-30T00:50:00Z", "waiting"),
        ("2025-03-30T01:30:00Z", "resolved"),
    ]
    assert rows(found, "pause", "start", "end") == [("2025-03-30T00:50:00Z", "2025-03-30T01:30:00Z")]
    assert rows(found, "response", "at") == [("2025-03-30T00:40:00Z",)]
    assert said(found, INCOMPLETE) == []
    assert "changes of `First call resolution` (1, metrics.json, result[4])" in said(found, LOST)


def test_csv() -> None:
    incidents = (
        '"number","sys_id","opened_at","state","priority","business_service","short_description"\n'
        '"INC1","inc1","2025-10-26 02:30:00","2","1","shop","a, b"\n'
    )
    history = (
        "documentkey,fieldname,oldvalue,newvalue,sys_created_on,record_checkpoint\n"
        "inc1,state,1,2,2025-10-26 03:30:00,1\n"
    )
    files = {"incident.csv": incidents, "audit.csv": history}
    fold = attempt(Origin.SERVICENOW, files, zone="Europe/Berlin")
    assert isinstance(fold, tuple)
    assert fold[0].message == (
        "incident.csv, line 2, opened_at: `2025-10-26 02:30:00` occurs twice in Europe/Berlin;"
        " the mapping may say `twice: earlier` or `twice: later`"
    )
    found = imported(Origin.SERVICENOW, files, zone="UTC")
    assert rows(found, "response", "at") == [("2025-10-26T03:30:00Z",)]
    torn = attempt(Origin.SERVICENOW, {"incident.csv": incidents + '"INC2","x"\n'}, zone="UTC")
    assert isinstance(torn, tuple)
    assert torn[0].message == "incident.csv, line 3 has 2 fields where the header has 7"
