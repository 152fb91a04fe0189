"""iCalendar feeds: what is due is parsed back as it was, whatever texts it bears, revision by revision."""

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from engine import pipeline
from engine.agenda.entries_to_calendar import harmless
from engine.diagnostic import Diagnostic
from engine.model.agenda import Entry, Matter
from engine.model.instants import EARLIEST, LATEST, moment_of
from engine.source import Source
from tests.hosting import instant

HOSTING = Path(__file__).parents[2] / "policies" / "examples" / "hosting"
AS_OF = instant("2025-04-01T00:00:00+00:00")
ENTRY = Entry(
    at=instant("2025-04-01T13:30:00.250000+00:00"),
    date=None,
    matter=Matter.DEADLINE,
    who="acme",
    of="acme_sla.restore",
    title="Restore",
    subject="shop",
    occasion="i-6",
    is_overdue=False,
)

texts = st.text(max_size=200) | st.text('\r\n;,:\\" \t\x00ü長𝄞é', max_size=120)
entries = st.builds(
    Entry,
    at=st.integers(EARLIEST, LATEST - 1),
    date=st.none() | st.dates(dt.date(1970, 1, 1), dt.date(2199, 12, 30)),
    matter=st.sampled_from(Matter),
    who=texts,
    of=texts,
    title=texts,
    subject=st.none() | texts,
    occasion=texts,
    is_overdue=st.booleans(),
)


def laid_out(*found: Entry, before: str | None = None, as_of: int = AS_OF) -> str:
    revised = None if before is None else Source(name="before.ics", text=before)
    text = pipeline.calendar(found, as_of, name="Acme", before=revised)
    assert isinstance(text, str), text
    return text


def events(text: str) -> list[tuple[str, int, str]]:
    """What each event says, its SEQUENCE and its STATUS."""
    return [
        (str(each["SUMMARY"]), each.sequence, str(each["STATUS"])) for each in Calendar.from_ical(text).events
    ]


@given(st.lists(entries, max_size=4, unique_by=lambda each: each.identity), texts)
@settings(max_examples=30)
def test_every_text_survives_and_no_line_is_too_long(found: list[Entry], name: str) -> None:
    text = pipeline.calendar(found, AS_OF, name=name)
    assert isinstance(text, str)
    lines = text.encode("utf-8").split(b"\r\n")
    assert lines.pop() == b""
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in lines)
    for line in lines:
        line.decode("utf-8")
    escaped = re.sub(r"([\\;,])", r"\\\1", harmless(name)).replace("\n", "\\n")
    assert f"\r\nX-WR-CALNAME:{escaped}\r\n" in text.replace("\r\n ", "")
    read = Calendar.from_ical(text).events
    assert len({each.uid for each in read}) == len(read) == len(found)
    for each, event in zip(found, read, strict=True):
        assert str(event["SUMMARY"]).endswith(harmless(f": {each.title or each.of}, {each.occasion}"))
        assert harmless(f"of: {each.of}") in str(event["DESCRIPTION"]) or not each.of
        at = each.date or moment_of(each.at).replace(microsecond=0)
        assert event.start == at
        assert moment_of(AS_OF) == event.DTSTAMP


@given(st.lists(entries, max_size=3, unique_by=lambda each: each.identity))
@settings(max_examples=30)
def test_what_did_not_change_is_no_revision(found: list[Entry]) -> None:
    first = laid_out(*found)
    assert laid_out(*found, before=first) == first
    assert laid_out(*found) == first


def test_the_lines() -> None:
    text = laid_out(ENTRY, replace(ENTRY, date=dt.date(2025, 4, 7), occasion="i-7", is_overdue=True))
    assert "DTSTART:20250401T133000Z\r\n" in text
    assert "DTSTART;VALUE=DATE:20250407\r\nDTEND;VALUE=DATE:20250408\r\n" in text
    assert text.count("DTSTAMP:20250401T000000Z\r\n") == 2
    assert "SUMMARY:Overdue: Due: Restore\\, i-7\r\n" in text


def test_revisions() -> None:
    first = laid_out(ENTRY)
    later = replace(ENTRY, at=ENTRY.at + 3_600_000_000)
    second = laid_out(later, before=first)
    assert events(second) == [("Due: Restore, i-6", 1, "CONFIRMED")]
    uid = Calendar.from_ical(first).events[0].uid
    assert uid == Calendar.from_ical(second).events[0].uid

    done = laid_out(before=second, as_of=AS_OF + 60_000_000)
    assert events(done) == [("Due: Restore, i-6", 2, "CANCELLED")]
    assert "DTSTAMP:20250401T000100Z" in done
    # Cancelled once, it stays as it is; due again, it is the next revision.
    assert events(laid_out(before=done)) == [("Due: Restore, i-6", 2, "CANCELLED")]
    assert events(laid_out(later, before=done)) == [("Due: Restore, i-6", 3, "CONFIRMED")]
    years = instant("2027-04-01T00:00:00+00:00")
    assert events(laid_out(before=done, as_of=years)) == []


def test_one_uid_in_one_space_and_another_in_another() -> None:
    here = pipeline.calendar([ENTRY], AS_OF, name="A", space="t1")
    there = pipeline.calendar([ENTRY], AS_OF, name="A", space="t2")
    again = pipeline.calendar([ENTRY], AS_OF, name="B", space="t1")
    assert isinstance(here, str) and isinstance(there, str) and isinstance(again, str)
    uids = [Calendar.from_ical(each).events[0].uid for each in (here, there, again)]
    assert uids[0] == uids[2] != uids[1]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
        "BEGIN:VEVENT\r\nEND:VEVENT\r\n",
        laid_out(ENTRY).replace("DTSTART:2", "DTSTART:x"),
    ],
)
def test_what_is_no_calendar_of_ours(text: str) -> None:
    found = pipeline.calendar([], AS_OF, name="A", before=Source(name="before.ics", text=text))
    assert isinstance(found, Diagnostic) and found.code == "not-icalendar"


POLICY = """
use standard
document d "D" { sections "1" }
party acme "Acme"
party bolt "Bolt"
role service_owner of acme
service shop { provider acme }
agreement s is sla {
  between acme as provider and bolt as customer
  covers shop
  in force from 2025-01-01 through 2025-12-31
  notice 30 calendar days before the end
  renews for 12 months unless notice n where n.agreement is s and n.kind is "end"
  reviewed every 3 months from 2025-03-31 by service_owner
  accepted by "x" on 2024-12-01
  cites d "1"
  zone Europe/Berlin
  conventions standard
}
"""


def test_reviews_and_renewals_and_whose_they_are(tmp_path: Path) -> None:
    checked = pipeline.check([Source(name="p.sla", text=POLICY)])
    assert checked.snapshot is not None, checked.diagnostics
    (tmp_path / "notice.csv").write_text("id,given_at\n")
    (tmp_path / "review.csv").write_text("id,held_at\n")
    with pipeline.open_store() as store:
        pipeline.admit_facts(checked.snapshot, tmp_path, store)
        evaluation = pipeline.evaluate(checked.snapshot, store, as_of=AS_OF)
    found = pipeline.agenda(checked.snapshot, evaluation.verdicts, evaluation.reactions, evaluation.as_of)
    said = {(each.matter, each.who, each.date, each.occasion) for each in found}
    assert {
        (Matter.RENEWAL, "acme", dt.date(2025, 11, 30), "2025-12-31"),
        (Matter.RENEWAL, "bolt", dt.date(2025, 11, 30), "2025-12-31"),
    } <= said
    reviews = [each for each in found if each.matter is Matter.REVIEW]
    assert [(each.who, each.date) for each in reviews] == [("service_owner", dt.date(2025, 6, 29))]
    assert set(pipeline.entries_of(checked.snapshot, found, ["service_owner"])) == set(reviews)
    acme = pipeline.entries_of(checked.snapshot, found, ["acme"])
    assert set(reviews) < set(acme) and {each.who for each in acme} == {"acme", "service_owner"}


def test_the_hosting_example() -> None:
    policy = HOSTING / "hosting.sla"
    checked = pipeline.check([Source(name="hosting.sla", text=policy.read_text("utf-8"))])
    assert checked.snapshot is not None
    with pipeline.open_store() as store:
        pipeline.admit_facts(checked.snapshot, HOSTING / "facts", store)
        evaluation = pipeline.evaluate(checked.snapshot, store, as_of=AS_OF)
    found = pipeline.agenda(checked.snapshot, evaluation.verdicts, evaluation.reactions, evaluation.as_of)
    assert [(each.matter, each.of, each.occasion, each.date) for each in found] == [
        (Matter.DEADLINE, "acme_sla.restore", "i-6", None),
        (Matter.DEADLINE, "acme_sla.monthly_report", "2025-03", dt.date(2025, 4, 7)),
        (Matter.DEADLINE, "acme_sla.monthly_report", "2025-04", dt.date(2025, 5, 9)),
    ]
