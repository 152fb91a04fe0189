"""GLPI: tickets and their logs, whose times are local to the server, and the CSV export of a search."""

from engine.model.fact_import import ImportRemarkKind, Origin
from tests.facts.importers.imported import attempt, imported, rows, said

TICKETS = [
    {
        "id": 7,
        "name": "Mail is down",
        "date": "2025-10-26 01:50:00",
        "status": 6,
        "priority": 5,
        "itilcategories_id": "mail",
        "solvedate": "2025-10-26 04:00:00",
        "closedate": None,
        "users_id_recipient": 0,
    }
]


def log(id: int, option: int, old: str, new: str, at: str, ticket: int = 7) -> dict[str, object]:
    return {
        "id": id,
        "itemtype": "Ticket",
        "items_id": ticket,
        "itemtype_link": "",
        "linked_action": 0,
        "user_name": "",
        "date_mod": f"2025-10-26 {at}",
        "id_search_option": option,
        "old_value": old,
        "new_value": new,
    }


LOGS = [
    log(4, 12, "4", "5", "04:00:00"),
    log(1, 12, "1", "2", "01:55:00"),
    log(3, 3, "3", "5", "01:58:00"),
    # A user who was deleted since; GLPI leaves the number.
    log(2, 5, "", "(42)", "01:55:00"),
    log(5, 12, "5", "6", "05:00:00"),
    log(9, 12, "2", "4", "01:59:00"),
]


def test_tickets_with_their_logs() -> None:
    found = imported(Origin.GLPI, {"logs.json": LOGS, "tickets.json": TICKETS}, zone="Europe/Paris")
    assert rows(found, "incident", "id", "service", "reported_at", "priority", "resolved_at") == [
        ("7", "mail", "2025-10-25T23:50:00Z", "p3", "2025-10-26T03:00:00Z")
    ]
    assert rows(found, "pause", "start", "end") == [("2025-10-25T23:59:00Z", "2025-10-26T03:00:00Z")]
    assert rows(found, "reclassification", "at", "priority") == [("2025-10-25T23:58:00Z", "p1")]
    assert rows(found, "restoration", "at") == [("2025-10-26T03:00:00Z",)]
    assert rows(found, "reassignment", "from_whom", "to_whom") == [(None, "(42)")]
    assert said(found, ImportRemarkKind.INCOMPLETE) == []
    assert said(found, ImportRemarkKind.LOST) == [
        "fields that the mapping does not read: `name`, `users_id_recipient` (1, tickets.json)"
    ]


def test_no_zone_is_guessed_and_no_hour_that_occurs_twice() -> None:
    found = attempt(Origin.GLPI, {"logs.json": LOGS, "tickets.json": TICKETS})
    assert isinstance(found, tuple) and found[0].help is not None and "--zone" in found[0].help
    twice = [*LOGS, log(8, 12, "6", "2", "02:30:00")]
    found = attempt(Origin.GLPI, {"logs.json": twice, "tickets.json": TICKETS}, zone="Europe/Paris")
    assert isinstance(found, tuple) and len(found) == 1
    assert found[0].message.startswith("logs.json, [6], date_mod: `2025-10-26 02:30:00` occurs twice")


def test_many_mistakes_are_counted() -> None:
    bad = [{**TICKETS[0], "id": number, "date": "soon"} for number in range(30)]
    found = attempt(Origin.GLPI, {"tickets.json": bad}, zone="UTC")
    assert isinstance(found, tuple) and len(found) == 21
    assert found[-1].message == "10 more values cannot be read"


def test_the_csv_export_ends_its_lines_with_the_delimiter() -> None:
    text = (
        '\ufeff"ID";"Title";"Status";"Opening date";"Priority";"Category";\r\n'
        '"7";"Mail; again";"Pending";"2025-03-04 10:00";"Very high";"Mail > Server";\r\n'
    )
    found = imported(Origin.GLPI, {"glpi.csv": text}, zone="Europe/Paris")
    assert rows(found, "incident", "id", "service", "priority", "reported_at") == [
        ("7", "mail_server", "p1", "2025-03-04T09:00:00Z")
    ]
    assert set(found.facts) == {"incident"}
