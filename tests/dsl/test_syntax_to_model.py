"""A policy set as a whole: what counts, what is found, what leaves its version alone."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.diagnostic import Level
from engine.dsl.syntax import Policy
from engine.dsl.syntax_to_model import resolve
from engine.dsl.text_to_syntax import parse
from engine.model.calendar import CommonDaysCalendar, LocalSpan, WeeklyCalendar
from engine.model.fact import InstantType, ReferenceType, TextType
from engine.model.feed import Column, LocalTime
from engine.model.quantity import HOUR
from engine.model.service import NeedsOne, NeedsSome
from engine.source import Source
from tests.dsl.resolving import agreement, duty, errors, resolved, standard

POLICIES = Path(__file__).parents[2] / "policies"
FOLDERS = sorted(
    {path.parent for path in POLICIES.rglob("*.sla")} - {POLICIES / "standard", POLICIES / "public"}
)
# Each public agreement is a policy set of its own.
SHIPPED = [sorted(folder.glob("*.sla")) for folder in FOLDERS]
SHIPPED += [[file] for file in sorted((POLICIES / "public").glob("*.sla"))]
DUTY = duty("when incident i must response r where r.incident is i.id within 4 hours of i.at")


@pytest.mark.parametrize("files", SHIPPED, ids=lambda files: files[0].stem)
def test_what_ships_is_sound(files: list[Path]) -> None:
    snapshot, found = resolved(*(path.read_text("utf-8") for path in files))
    assert [each.message for each in found if each.level is Level.ERROR] == []
    assert snapshot is not None


def test_the_standard_library_is_sound_by_itself() -> None:
    snapshot, found = resolve(standard(), ())
    assert not found
    assert snapshot is not None and {"outage", "observation", "step", "incident"} <= set(snapshot.kinds)


def test_five_independent_mistakes_are_five_findings() -> None:
    text = """
party acme "Acme" is suplier
component db_1
service shop { provider acmee  needs 3 of (db_1, db_2) }
calendar office { zone Europ/Berlin  open monday from 09:00 to 17:00  closed on holidays of XX }
"""
    assert sorted(errors(text)) == [
        "needs-count",
        "unknown-name",
        "unknown-name",
        "unknown-region",
        "unknown-value",
        "unknown-zone",
    ]


def test_independent_mistakes_of_one_agreement_are_all_found() -> None:
    text = agreement("""
cites nodocument "1"
owned by nobody
target up of shop {
  cites msa "2" "99.5 %"
  obliges bolt
  measures uptime from outage o
  during hours of shop
  source "Probe" by acme
  requires at least 101% in each calendar month
}
""")
    mended = ["bound-out-of-reach", "unknown-name", "unknown-name"]
    assert sorted(errors(text)) == mended
    text = text.replace("from 2025-01-01", "from 2026-01-01").replace(
        "Europe/Berlin\n  conv", "Europ\n  conv"
    )
    assert sorted(errors(text)) == sorted([*mended, "ends-before-start", "unknown-zone"])
    text = text.replace("and bolt as", "and blot as")
    assert sorted(errors(text)) == sorted([*mended, "ends-before-start", "unknown-name", "unknown-zone"])


def test_order_and_files_do_not_matter() -> None:
    text = agreement(DUTY)
    blocks = ["\n".join(["", *lines]) for lines in _blocks(text)]
    one, _ = resolved(text)
    other, _ = resolved(*reversed(blocks))
    assert one is not None and other is not None
    assert one.version == other.version


def _blocks(text: str) -> list[list[str]]:
    """The top-level blocks of a text whose blocks begin at the left edge."""
    blocks: list[list[str]] = []
    for line in text.splitlines():
        if line and not line[0].isspace() and line[0] != "}":
            blocks.append([])
        if blocks:
            blocks[-1].append(line)
    return blocks


def test_comments_and_layout_leave_the_version_alone_and_meaning_does_not() -> None:
    def version(text: str) -> str:
        snapshot, _ = resolved(text)
        assert snapshot is not None
        return snapshot.version

    text = agreement(DUTY)
    assert version(text) == version("# a comment\n" + text.replace("  ", "      "))
    assert version(text) != version(text.replace("4 hours", "5 hours"))
    assert version(text) != version(text.replace('"Acme"', '"Acme Ltd"'))


def test_a_policys_own_kind_takes_the_place_of_the_standard_one() -> None:
    own = "fact incident { key number_of  at began_at }\n"
    snapshot, found = resolved(own + "use standard")
    assert snapshot is not None and not found
    assert [field.name for field in snapshot.kinds["incident"].fields] == ["number_of", "began_at"]


def test_without_use_standard_there_is_no_library() -> None:
    snapshot, _ = resolved('party acme "Acme"')
    assert snapshot is not None and not snapshot.kinds


def test_two_declarations_of_one_name_point_at_both_files() -> None:
    _, found = resolved('party acme "Acme"', 'party acme "Other"')
    (finding,) = (each for each in found if each.code == "duplicate-name")
    assert [span.source for span, _ in finding.labels] == ["1.sla", "0.sla"]


def test_what_could_not_be_read_is_not_called_unknown_or_missing() -> None:
    text = 'party acme "Acme" {\nservice shop { provider acme }\ncalendar office { zone }'
    policy, mistakes = parse(Source(name="a.sla", text=text))
    places = [each.primary for each in mistakes if each.primary is not None]
    snapshot, found = resolve([policy], standard(), places)
    assert mistakes and snapshot is not None
    assert [each.code for each in found] == []


def test_a_convention_is_asked_for_once_with_its_choices() -> None:
    body = DUTY.replace("4 hours", "4 calendar days")
    text = agreement(body + body.replace("duty it", "duty other"), conventions="conventions { }")
    found = [each for each in resolved(text)[1] if each.level is Level.ERROR]
    assert [each.code for each in found] == ["convention-missing"]
    assert "`days end at midnight` or `days end at close of business`" in (found[0].help or "")


def test_a_convention_that_nothing_needs_is_not_asked_for() -> None:
    assert errors(agreement(DUTY, conventions="conventions { }")) == []


def test_the_words_of_a_convention_are_kept() -> None:
    snapshot, _ = resolved(agreement(DUTY, conventions="conventions { percentiles use nearest rank }"))
    assert snapshot is not None
    (said,) = snapshot.agreements["deal"].conventions
    assert (said.subject, said.choice) == ("percentiles", "use nearest rank")


# --- calendars, kinds, feeds, services ----------------------------------------------------------


def test_a_weekly_calendar() -> None:
    snapshot, _ = resolved(
        """
calendar shifts {
  zone Europe/Berlin
  open friday to monday from 13:00 to 24:00
  open monday from 08:00 to 13:00
  open every day from 20:00 to 22:00
  closed on 2025-06-06
  closed on holidays of DE-HE
}
"""
    )
    assert snapshot is not None
    made = snapshot.calendars["shifts"]
    assert isinstance(made, WeeklyCalendar)
    evening = (LocalSpan(start=20 * HOUR, end=22 * HOUR),)
    late = (LocalSpan(start=13 * HOUR, end=24 * HOUR),)
    assert made.week == (
        (LocalSpan(start=8 * HOUR, end=24 * HOUR),),
        evening,
        evening,
        evening,
        late,
        late,
        late,
    )
    assert {"2025-06-06", "2025-06-19", "2025-12-25"} <= {day.isoformat() for day in made.closed}
    assert [source.region for source in made.holidays] == ["DE-HE"]


def test_common_days_are_of_calendars_declared_in_any_order() -> None:
    snapshot, _ = resolved(
        """
calendar common { zone Europe/Berlin  open on days open in all of (a, b) from 00:00 to 24:00 }
calendar a { zone Europe/Berlin  open monday to friday from 09:00 to 17:00 }
calendar b { zone America/New_York  open tuesday to saturday from 09:00 to 17:00 }
"""
    )
    assert snapshot is not None
    made = snapshot.calendars["common"]
    assert isinstance(made, CommonDaysCalendar)
    assert [member.name for member in made.members] == ["a", "b"]
    assert made.spans == (LocalSpan(start=0, end=24 * HOUR),)


def test_common_days_need_calendars_with_days() -> None:
    text = """
calendar all_days { zone UTC  open on days open in all of (a, mixed) from 00:00 to 24:00 }
calendar a { zone UTC  open every day from 09:00 to 17:00 }
calendar mixed is either of (a)
"""
    assert errors(text) == ["calendar-without-days"]


def test_the_fields_of_a_kind() -> None:
    snapshot, _ = resolved(
        "fact visit { key id  about shop  lasts start until end planned  note text optional }"
    )
    assert snapshot is not None
    kind = snapshot.kinds["visit"]
    assert [(field.name, field.type, field.optional, field.planned) for field in kind.fields] == [
        ("id", TextType(), False, False),
        ("shop", ReferenceType(to="service"), False, False),
        ("start", InstantType(), False, True),
        ("end", InstantType(), True, True),
        ("note", TextType(), True, False),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("fact a { key id  at at  at other }", "said-twice"),
        ("fact a { key id  at at  lasts start until end }", "said-twice"),
        ("fact a { key id  at at  id number }", "type-mismatch"),
        ("fact a { key id  at moment  moment date }", "type-mismatch"),
        ("fact a { key id  at at  note text  note text }", "duplicate-name"),
        ("fact a { key id  at at  note text planned }", "type-mismatch"),
        ("fact a { key id  at at  what one of (x, y, x) }", "duplicate-name"),
        ("fact a { key id  at at  other reference to b }", "unknown-name"),
        ("fact a { at at }", "not-said"),
    ],
)
def test_a_kind_is_refused(text: str, code: str) -> None:
    assert errors(text) == [code]


FEED_KIND = "fact visit { key id  at at  mood one of (good, bad)  note text optional }\n"


def test_a_feed() -> None:
    snapshot, _ = resolved(
        FEED_KIND
        + """
feed visits of visit {
  file "visits.csv"
  zone Europe/Berlin
  later
  column mood from "Mood" { "Very good" is good }
  constant note "fed"
  ignores "Other"
  corrections by key
  read with 3 decimals
}
"""
    )
    assert snapshot is not None
    feed = snapshot.feeds["visits"]
    assert feed.columns == (Column(field="mood", source="Mood", values={"Very good": "good"}),)
    assert (feed.constants, feed.ignores) == ((("note", "fed"),), ("Other",))
    assert (feed.zone, feed.local_time, feed.decimals) == ("Europe/Berlin", LocalTime.LATER, 3)
    assert feed.corrections and not feed.ignores_others


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('column mod from "Mood"', "unknown-field"),
        ('column mood from "Mood" { "x" is fine }', "unknown-value"),
        ("constant mood fine", "unknown-value"),
        ('column mood from "A"  constant mood good', "duplicate-name"),
        ("zone Europe/Berln", "unknown-zone"),
    ],
)
def test_a_feed_is_refused(line: str, code: str) -> None:
    assert errors(FEED_KIND + f'feed visits of visit {{ file "v.csv"  {line} }}') == [code]


def test_needs_are_nested() -> None:
    snapshot, _ = resolved(
        """
party acme
component a
component b
component c
service shop { provider acme  needs a and 1 of (b, (a and c), acme) }
"""
    )
    assert snapshot is not None
    first, second = snapshot.services["shop"].needs
    assert isinstance(first, NeedsOne) and first.name == "a"
    assert isinstance(second, NeedsSome) and second.count == 1
    one, both, party = second.members
    assert isinstance(one, NeedsOne) and isinstance(party, NeedsOne)
    assert isinstance(both, NeedsSome) and (both.count, len(both.members)) == (2, 2)


def test_a_promise_is_carried_by_its_id() -> None:
    upper = agreement(DUTY)
    lower = upper[upper.index("agreement deal") :].replace(
        "agreement deal is sla", "agreement beneath is ola"
    )
    lower = lower.replace("obliges acme", "obliges acme\n  carries deal.it")
    snapshot, found = resolved(upper, lower)
    assert snapshot is not None, [each.message for each in found]
    promise = snapshot.obligation("beneath.it")
    assert promise is not None and promise.terms.carries == ("deal.it",)
    assert "unknown-name" in errors(upper.replace("obliges acme", "obliges acme\n  carries deal.nothing"))


def test_what_no_person_writes_is_refused_and_not_fallen_over() -> None:
    chain = ["calendar c_0 { zone UTC  open every day from 09:00 to 17:00 }"]
    chain += [f"calendar c_{number} is either of (c_{number - 1})" for number in range(1, 3000)]
    assert set(errors("\n".join(reversed(chain)))) == {"nesting-too-deep"}
    long_sum = " + ".join(["f.share"] * 5000)
    body = f"when fee f where {long_sum} is above 5 must response r within 1 hour of f.at"
    assert errors(agreement(duty(body))) == ["nesting-too-deep"]


@pytest.mark.parametrize(
    ("deadline", "code"),
    [
        ("by business day 32 on office of m", "length-too-long"),
        ("by business day 0 on office of m", "length-not-whole"),
        ("by business day 3 on long_day of m", "calendar-without-days"),
        ("within 367000 calendar days of the end of m", "length-too-long"),
        ("before 9999-12-31 00:00", "date-out-of-reach"),
        ("before 0001-01-01 00:00", "date-out-of-reach"),
    ],
)
def test_what_lies_too_far_is_refused(deadline: str, code: str) -> None:
    assert errors(agreement(duty(f"every calendar month m must report r {deadline}"))) == [code]


# --- no text makes it fall ----------------------------------------------------------------------


@cache
def shipped_syntax() -> tuple[Policy, ...]:
    """Every policy that ships, and one with every construct."""
    files = [*sorted(POLICIES.rglob("*.sla")), Path(__file__).parent / "every_construct.sla"]
    return tuple(parse(Source(name=file.name, text=file.read_text("utf-8")))[0] for file in files)


@given(st.data())
@settings(max_examples=50)
def test_no_mutilated_policy_raises(data: st.DataObject) -> None:
    policy = data.draw(st.sampled_from(shipped_syntax()))
    gone = data.draw(st.sets(st.integers(0, len(policy.blocks) - 1), max_size=3))
    blocks = [block for number, block in enumerate(policy.blocks) if number not in gone]
    for number, block in enumerate(blocks):
        items = getattr(block, "items", ())
        if len(items) > 1 and data.draw(st.booleans()):
            lost = data.draw(st.integers(0, len(items) - 1))
            blocks[number] = replace(block, items=(*items[:lost], *items[lost + 1 :]))
    snapshot, found = resolve([replace(policy, blocks=tuple(blocks))], standard())
    assert (snapshot is None) is any(each.level is Level.ERROR for each in found)
    assert all(each.labels and each.message for each in found)
