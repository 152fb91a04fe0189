"""Viability on small policies, counted by hand: what is found, with which numbers, and what is not."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from pyrsistent import pmap

from engine import pipeline
from engine.diagnostic import Diagnostic, Level
from engine.graph.viability.windows import Days, days_of, divides, stretched
from engine.model.agreement import AgreementKind
from engine.model.period import CalendarWindows, CycleWindows, RollingWindows, TermWindow, Windows, WindowUnit
from engine.model.quantity import HOUR
from engine.model.service import Service
from engine.model.snapshot import Snapshot
from engine.model.viability import Finding, FindingKind, Gravity, Prospect, Viability
from engine.source import Source
from tests.hosting import agreement, hosting, instant, one, party, service, some, uptime

HEAD = """use standard
document msa "Master agreement"
party acme "Acme"
party bolt "Bolt"
party host "Northwind" is supplier
calendar office_hours { zone Europe/Berlin  open monday to friday from 08:00 to 18:00 }
calendar long_days { zone Europe/Berlin  open monday to friday from 06:00 to 22:00 }
"""
NEEDS = """
service servers "Servers" { provider host  hours always }
service shop "Web shop" { provider acme  hours always  needs servers }
"""
YEAR = "in force from 2025-01-01 through 2025-12-31"


def deal(name: str, parties: str, covers: str, body: str, *, force: str = YEAR) -> str:
    kind = "uc" if name.endswith("uc") else "sla"
    return f"""
agreement {name} is {kind} {{
  between {parties}
  covers {covers}
  {force}
  terms accepted on 2024-12-20
  zone Europe/Berlin
  conventions standard {{ sources are assumed watched }}
  {body}
}}
"""


def sla(body: str, *, force: str = YEAR) -> str:
    return deal("shop_sla", "acme as provider and bolt as customer", "shop", body, force=force)


def uc(body: str, *, force: str = YEAR, name: str = "host_uc") -> str:
    return deal(
        name, "host as provider and acme as customer", "servers", f"underpins shop_sla\n{body}", force=force
    )


def target(of: str, bound: str, *, during: str = "always", more: str = "") -> str:
    return f"""
  target availability of {of} {{
    cites msa "1" "{bound}"
    obliges {"acme" if of == "shop" else "host"}
    measures uptime from outage o
    during {during}
    requires at least {bound}
    {more}
  }}
"""


def duty(name: str, limit: str, more: str = "") -> str:
    return f"""
  duty {name} {{
    cites msa "2" "in time"
    obliges {"acme" if name == "restore" else "host"}
    when incident i
    must restoration r where r.incident is i.id within {limit}
    {more}
  }}
"""


MONTHLY = target("shop", "99.5% in each calendar month")
BELOW = target("servers", "99.9% in each calendar month")


def seen(text: str, *, as_of: str | None = None) -> list[Finding]:
    checked = pipeline.check([Source(name="a.sla", text=HEAD + text)])
    assert checked.snapshot is not None, [
        each.message for each in checked.diagnostics if each.level is Level.ERROR
    ]
    return found_in(checked.snapshot, as_of)


def found_in(snapshot: Snapshot, as_of: str | None = None) -> list[Finding]:
    found = pipeline.viability(snapshot, as_of=None if as_of is None else instant(as_of))
    assert isinstance(found, Viability)
    return list(found.findings)


def figures(finding: Finding) -> dict[str, Fraction]:
    return {each.name: each.value / each.unit.size for each in finding.figures}


# Times


def times(above: str, below: str, as_of: str | None = None) -> list[Finding]:
    text = NEEDS + sla(duty("restore", above)) + uc(duty("repair", below, "carries shop_sla.restore"))
    return seen(text, as_of=as_of)


@pytest.mark.parametrize(
    ("above", "below", "taken"),
    [
        ("4 hours of i.reported_at", "4 hours of i.reported_at", None),
        ("4 hours of i.reported_at", "5 hours of i.reported_at", 5),
        # Elapsed time takes no more of office hours.
        ("4 hours on office_hours of i.reported_at", "4 hours of i.reported_at", None),
        # Long days run whenever the office is open.
        ("4 hours on office_hours of i.reported_at", "4 hours on long_days of i.reported_at", None),
        # From Friday at 18:00 until Monday at 18:00, where the clock stands still until Tuesday;
        # and the weekend in October on which clocks go back is an hour longer.
        ("100 hours of i.reported_at", "10 hours on office_hours of i.reported_at", None),
        ("80 hours of i.reported_at", "10 hours on office_hours of i.reported_at", 87),
        # One calendar day ends at the end of the next day: at most two days, one of them 25 hours long.
        ("49 hours of i.reported_at", "1 calendar days of i.reported_at", None),
        ("24 hours of i.reported_at", "1 calendar days of i.reported_at", 49),
        ("2 calendar days of i.reported_at", "3 calendar days of i.reported_at", 3),
        # Friday to the end of Monday.
        ("90 hours of i.reported_at", "1 business days on office_hours of i.reported_at", 97),
        ("97 hours of i.reported_at", "1 business days on office_hours of i.reported_at", None),
    ],
)
def test_times_on_other_clocks_count_at_their_worst(above: str, below: str, taken: int | None) -> None:
    found = times(above, below)
    assert [figures(each)["taken"] for each in found] == ([] if taken is None else [taken])
    for each in found:
        assert (each.kind, each.gravity) == (FindingKind.TIME_OVER_BUDGET, Gravity.BROKEN)


def test_times_by_class_are_held_against_their_own() -> None:
    above = "by i.priority { p1 4 hours  p2 8 hours  p3 3 business days on office_hours } of i.reported_at"
    below = "by i.priority { p1 5 hours  p2 6 hours  p3 2 business days on office_hours } of i.reported_at"
    matrix = """
priority of incident {
  columns urgency low, medium, high
  row impact low: p3, p3, p2
  row impact medium: p3, p2, p1
  row impact high: p2, p1, p1
}
"""
    carried = sla(duty("restore", above)) + uc(duty("repair", below, "carries shop_sla.restore"))
    (finding,) = seen(matrix + NEEDS + carried)
    assert finding.message == "`shop_sla.restore` gives 4 hours for p1, what carries it takes 5 hours"


def test_one_after_another_is_only_exposed() -> None:
    below = duty("repair", "3 hours of i.reported_at", "carries shop_sla.restore") + duty(
        "hand_over", "2 hours of i.reported_at", "carries shop_sla.restore"
    )
    (finding,) = seen(NEEDS + sla(duty("restore", "4 hours of i.reported_at")) + uc(below))
    assert finding.gravity is Gravity.EXPOSED
    assert figures(finding) == {"given": 4, "taken": 5, "longest": 3}
    assert [(each.at, each.words) for each in finding.remedies] == [
        ("host_uc.repair", "take at most 2 hours"),
        ("host_uc.hand_over", "take at most 1 hours"),
        ("shop_sla.restore", "give at least 5 hours"),
    ]


def test_a_clock_that_never_counts_so_much_is_said() -> None:
    """Office hours are 2,610 in the year."""
    found = times("9000 hours of i.reported_at", "2700 hours on office_hours of i.reported_at")
    assert [each.gravity for each in found] == [Gravity.UNKNOWN]
    assert figures(found[0]) == {"limit": 2700}


def test_a_share_of_the_cases_beneath_adds_its_misses() -> None:
    measure = """
  measure response_time {
    of incident i answered by response r where r.incident is i.id
    counts minutes from i.reported_at to r.at
    belongs to the window of i.reported_at
  }
  target quick {
    cites msa "3" "in time"
    obliges PARTY
    requires share of response_time within 30 minutes at least 95% in each calendar month
    CARRIES
  }
"""
    above = sla(measure.replace("CARRIES", "").replace("PARTY", "acme"))
    below = uc(
        measure.replace("CARRIES", "carries shop_sla.quick").replace("95%", "90%").replace("PARTY", "host")
    )
    (finding,) = seen(NEEDS + above + below)
    assert figures(finding) == {"promised": 95, "kept": 90}
    assert finding.remedies[0].words == "keep it in at least 95% of the cases"


# Windows


MONTH, QUARTER, CALENDAR_YEAR = (
    CalendarWindows(unit=unit) for unit in (WindowUnit.MONTH, WindowUnit.QUARTER, WindowUnit.YEAR)
)
WEEK, DAY = CalendarWindows(unit=WindowUnit.WEEK), CalendarWindows(unit=WindowUnit.DAY)
FISCAL = CycleWindows(months=12, anchor=date(2025, 4, 1))
BILLING = CycleWindows(months=1, anchor=date(2025, 1, 15))


@pytest.mark.parametrize(
    ("below", "above", "whole"),
    [
        (MONTH, MONTH, True),
        (MONTH, CALENDAR_YEAR, True),
        (MONTH, FISCAL, True),
        (QUARTER, FISCAL, True),
        (CALENDAR_YEAR, FISCAL, False),
        (CALENDAR_YEAR, MONTH, False),
        (BILLING, MONTH, False),
        (DAY, RollingWindows(days=30), True),
        (WEEK, MONTH, False),
        (MONTH, TermWindow(), True),
        (RollingWindows(days=30), MONTH, False),
    ],
)
def test_windows_that_divide_others(below: Windows, above: Windows, whole: bool) -> None:
    assert divides(below, above) is whole


@pytest.mark.parametrize(
    ("below", "above", "days"),
    [
        # A February of 28 days lies in a year of 365.
        (CALENDAR_YEAR, MONTH, Fraction(365, 28)),
        # February 2025 meets the billing months from 15 January and from 15 February: 31 and 28 days.
        (BILLING, MONTH, Fraction(59, 28)),
        # One day of a week at each end: a month of 30 days that begins on a Sunday meets six weeks.
        (WEEK, MONTH, Fraction(42, 30)),
        # From April 2024 to March 2025 are 365 days, of which 2024 has 366 and 2025 has 365.
        (CALENDAR_YEAR, FISCAL, Fraction(365 + 366, 365)),
        # 31 days take two times 30; 28 take one, and 30 one.
        (RollingWindows(days=30), MONTH, Fraction(60, 31)),
        # 30 days may begin on 31 January and end on 1 March.
        (MONTH, RollingWindows(days=30), Fraction(31 + 28 + 31, 30)),
        (RollingWindows(months=1), MONTH, Fraction(2 * 31, 28)),
    ],
)
def test_how_many_days_of_windows_below_one_above_may_meet(
    below: Windows, above: Windows, days: Fraction
) -> None:
    lengths = [days_of(each, UC) for each in (below, above)]
    assert lengths[0] is not None and lengths[1] is not None
    assert stretched(below, lengths[0], above, lengths[1]) == days


@pytest.mark.parametrize(
    ("zone", "bound", "worst"),
    [
        ("Europe/Paris", "99.5%", None),
        # Half a percent of 28 days, and of the month before what falls into two hours.
        ("UTC", "99.5%", Fraction(1, 200) + Fraction(2, 28 * 24)),
        # 0.01% of 31 days are less than two hours.
        ("UTC", "99.99%", None),
        ("UTC", "99.76%", Fraction(24, 10_000) + Fraction(24, 10_000) * Fraction(31, 28)),
    ],
)
def test_months_of_other_zones_are_other_windows(zone: str, bound: str, worst: Fraction | None) -> None:
    below = uc(target("servers", f"{bound} in each calendar month")).replace(
        "zone Europe/Berlin", f"zone {zone}"
    )
    findings = seen(NEEDS + sla(MONTHLY) + below)
    assert [100 * (1 - figures(each)["at worst"] / 100) for each in findings] == (
        [] if worst is None else [100 * worst]
    )
    for each in findings:
        assert each.message == (
            f"`host_uc.availability` is measured in each calendar month of {zone}, "
            "`shop_sla.availability` in each calendar month of Europe/Berlin"
        )


def test_days_of_windows() -> None:
    assert days_of(QUARTER, UC) == Days(fewest=Fraction(90), most=Fraction(92))
    assert days_of(CALENDAR_YEAR, UC) == Days(fewest=Fraction(365), most=Fraction(366))
    assert days_of(TermWindow(), UC) == Days(fewest=Fraction(365), most=Fraction(365))


def test_what_a_year_allows_may_fall_into_february() -> None:
    (finding,) = seen(NEEDS + sla(MONTHLY) + uc(target("servers", "99.9% in each calendar year")))
    assert finding.kind is FindingKind.WINDOW_WEAKER
    assert figures(finding)["at worst"] == 100 - Fraction(1, 10) * Fraction(365, 28)


# Terms


def test_contracts_that_follow_one_another_leave_nothing_out() -> None:
    first = uc(BELOW, force="in force from 2025-01-01 through 2025-06-30")
    second = uc(BELOW, force="in force from 2025-07-01 through 2025-12-31", name="next_uc")
    assert seen(NEEDS + sla(MONTHLY) + first + second) == []
    (finding,) = seen(NEEDS + sla(MONTHLY) + first + second.replace("2025-07-01", "2025-08-01"))
    assert finding.message == "`host_uc` does not underpin `shop_sla` from 2025-07-01 through 2025-07-31"
    assert figures(finding) == {"uncovered": 31}
    assert finding.last_day == date(2025, 6, 30)
    assert finding.remedies[0].day == date(2025, 7, 31)


AMENDED = """
agreement shop_sla is sla amends shop_sla {
  version "2"
  in force from 2025-07-01 through 2025-12-31
  accepted by "Amendment 1" on 2025-06-01
}
"""


def test_the_terms_of_all_versions_are_looked_at_whichever_is_in_force() -> None:
    first = sla(f'version "1" {MONTHLY}')
    short = NEEDS + first + AMENDED + uc(BELOW, force="in force from 2025-01-01 through 2025-09-30")
    for as_of in (None, "2025-03-01T00:00:00Z", "2025-08-01T00:00:00Z"):
        (finding,) = seen(short, as_of=as_of)
        assert finding.message == "`host_uc` does not underpin `shop_sla` to the end"
        assert figures(finding) == {"uncovered": 92}


def test_days_that_are_over_are_past_mending() -> None:
    late = NEEDS + sla(MONTHLY) + uc(BELOW, force="in force from 2025-03-01 through 2025-12-31")
    (finding,) = seen(late)
    assert finding.message.endswith("from the beginning")
    assert [each.kind for each in seen(late, as_of="2025-06-01T00:00:00Z")] == []


RENEWS = "renews for 12 months unless notice n where n.agreement is"


@pytest.mark.parametrize(("days", "found"), [(30, True), (89, True), (90, False), (120, False)])
def test_a_notice_must_leave_time_for_our_own(days: int, found: bool) -> None:
    above = sla(MONTHLY, force=f"{YEAR}\nnotice 90 calendar days before the end\n{RENEWS} shop_sla")
    below = uc(BELOW, force=f"{YEAR}\nnotice {days} calendar days before the end\n{RENEWS} host_uc")
    findings = seen(NEEDS + above + below)
    assert [each.kind for each in findings] == [FindingKind.NOTICE_TOO_SHORT] * found
    for each in findings:
        assert each.remedies[0].words == "notice of at least 90 calendar days before the end"
        # 90 clear days before 31 December are through 1 October.
        assert each.last_day == date(2025, 10, 1)


# Excuses


EXCLUSION = """
  exclusion repairs {
    cites msa "4" "announced"
    when maintenance m from m.start until m.end where m.notified_at is at least 48 hours before m.start
    CAPPED
  }
"""


@pytest.mark.parametrize(
    ("ours", "theirs", "says"),
    [
        ("", "", None),
        ("", "capped at 4 hours in each calendar month", None),
        ("capped at 4 hours in each calendar month", "capped at 4 hours in each calendar month", None),
        (
            "capped at 4 hours in each calendar month",
            "capped at 10 hours in each calendar month",
            "cap exclusion `repairs` at 4 hours in each calendar month",
        ),
        (
            "capped at 4 hours in each calendar month",
            "",
            "cap exclusion `repairs` at 4 hours in each calendar month",
        ),
    ],
)
def test_caps_of_excuses(ours: str, theirs: str, says: str | None) -> None:
    above = EXCLUSION.replace("CAPPED", ours) + MONTHLY.replace("during", "excludes repairs\nduring")
    below = EXCLUSION.replace("CAPPED", theirs) + BELOW.replace("during", "excludes repairs\nduring")
    below = below.replace("maintenance m", "maintenance x").replace("m.", "x.")
    findings = seen(NEEDS + sla(above) + uc(below))
    assert [each.remedies[0].words for each in findings] == ([] if says is None else [says])


@pytest.mark.parametrize(
    ("ours", "theirs", "is_found"),
    [
        ("{n48}", "{n72}", False),
        ("{n48} and {kind}", "{kind} and {n48}", False),
        ("{n48}", "{kind} and {n48}", False),
        ("{kind} and {n48}", "{n48}", True),
        ("{kind} or {other}", "{kind}", False),
        ("({kind} or {other}) and {n48}", "{n72} and {other}", False),
        ("{kind} or {other}", "{n48}", True),
        ("{kind}", "{kind} or {other}", True),
    ],
)
def test_conditions_of_excuses_that_are_said_differently(ours: str, theirs: str, is_found: bool) -> None:
    words = {
        "n48": "m.notified_at is at least 48 hours before m.start",
        "n72": "m.notified_at is at least 72 hours before m.start",
        "kind": 'm.id is "planned"',
        "other": 'm.id is "urgent"',
    }
    said = "m.notified_at is at least 48 hours before m.start"
    above, below = (
        EXCLUSION.replace("CAPPED", "").replace(said, text.format(**words)) + promise
        for text, promise in ((ours, MONTHLY), (theirs, BELOW))
    )
    above, below = (each.replace("during", "excludes repairs\nduring") for each in (above, below))
    kinds = [each.kind for each in seen(NEEDS + sla(above) + uc(below))]
    assert kinds == [FindingKind.EXCUSED_BENEATH] * is_found


def test_what_is_excused_beneath_and_not_above() -> None:
    below = EXCLUSION.replace("CAPPED", "") + BELOW.replace("during", "excludes repairs\nduring")
    (finding,) = seen(NEEDS + sla(MONTHLY) + uc(below))
    assert finding.kind is FindingKind.EXCUSED_BENEATH
    assert finding.message.endswith("`shop_sla.availability` is excused not at all")


# Needs and hours


def test_a_service_of_somebody_else_that_is_covered_needs_a_contract_too() -> None:
    direct = deal("shop_sla", "acme as provider and bolt as customer", "shop, servers", MONTHLY)
    found = [each.message for each in seen(NEEDS + direct)]
    assert found == ["`shop_sla` covers `servers`, which no contract of `host` with `acme` covers"]


def test_hours_that_a_contract_leaves_out() -> None:
    (finding, *_) = seen(
        NEEDS
        + sla(target("shop", "99.5% in each calendar month", during="long_days"))
        + uc(target("servers", "99.9% in each calendar month", during="office_hours"))
    )
    assert finding.kind is FindingKind.HOURS_UNCOVERED
    # 261 days of 2025, six hours each, in two pieces.
    assert figures(finding) == {"uncovered in the year": 261 * 6, "agreed in the year": 261 * 16}
    assert finding.gap_count == 2 * 261
    first = finding.gaps[0]
    assert (first.end - first.start, first.start) == (2 * HOUR, instant("2025-01-01T05:00:00Z"))


# Models that no policy text could bring


UC = agreement(
    "host_uc",
    AgreementKind.UC,
    "northwind",
    "acme",
    covers=("host_a", "host_b"),
    obligations=(
        uptime("host_uc.a", "host_a", Fraction(99, 100)),
        uptime("host_uc.b", "host_b", Fraction(98, 100)),
    ),
)
SLA = agreement(
    "shop_sla",
    AgreementKind.SLA,
    "acme",
    "bolt",
    covers=("shop",),
    obligations=(uptime("shop_sla.up", "shop", Fraction(995, 1000)),),
)
HOSTS = (service("host_a", "northwind"), service("host_b", "northwind"))


def snapshot(*services: Service, parties: tuple[str, ...] = ("acme", "bolt", "northwind")) -> Snapshot:
    return replace(
        hosting(),
        services=pmap({each.name: each for each in (*HOSTS, *services)}),
        agreements=pmap({"shop_sla": SLA, "host_uc": UC}),
        parties=pmap({name: party(name) for name in parties}),
        components=pmap({}),
    )


def best(*services: Service) -> Prospect:
    found = pipeline.viability(
        snapshot(*services), agreement="shop_sla", as_of=instant("2025-06-01T00:00:00Z")
    )
    assert isinstance(found, Viability)
    return found.prospects[0]


def test_redundancy_is_as_good_as_its_best_leg_at_worst() -> None:
    prospect = best(service("shop", "acme", some(1, one("host_a"), one("host_b"))))
    assert prospect.bound == Fraction(99, 100)
    assert prospect.expected == 1 - Fraction(1, 100) * Fraction(2, 100)


@pytest.mark.parametrize(
    ("needed", "bound"), [(0, 1), (1, Fraction(99, 100)), (2, Fraction(97, 100)), (3, 0)]
)
def test_a_group_of_none_always_stands_and_one_of_too_many_never(needed: int, bound: Fraction) -> None:
    prospect = best(service("shop", "acme", some(needed, one("host_a"), one("host_b"))))
    assert prospect.bound == bound
    assert prospect.expected is not None and prospect.expected >= bound


def test_circles_and_self_loops_stand_where_nothing_outside_fails() -> None:
    prospect = best(
        service("shop", "acme", one("web"), one("shop")),
        service("web", "acme", one("shop"), one("host_a")),
    )
    assert prospect.bound == prospect.expected == Fraction(99, 100)


def test_a_need_for_a_party() -> None:
    findings = found_in(snapshot(service("shop", "acme", one("carto")), parties=("acme", "bolt", "carto")))
    assert [each.message for each in findings] == [
        "`shop` needs `carto`, which no contract of `carto` with `acme` covers"
    ]


def test_a_need_that_nobody_declared_never_fails() -> None:
    prospect = best(service("shop", "acme", one("nothing"), one("host_a")))
    assert prospect.bound == Fraction(99, 100)
    assert [each.name for each in prospect.beneath] == ["host_a", "nothing"]


def test_our_own_promise_counts_where_nothing_beneath_is_promised() -> None:
    own = replace(SLA, obligations=(*SLA.obligations, uptime("shop_sla.web", "web", Fraction(97, 100))))
    services = (service("shop", "acme", one("web"), one("host_a")), service("web", "acme", one("rack")))
    set_of = replace(snapshot(*services), agreements=pmap({"shop_sla": own, "host_uc": UC}))
    found = pipeline.viability(set_of, agreement="shop_sla")
    assert isinstance(found, Viability)
    assert found.prospects[0].bound == Fraction(96, 100)


def test_a_long_chain_of_services() -> None:
    count = 5_000
    chain = [service(f"s{each}", "acme", one(f"s{each + 1}")) for each in range(count)]
    prospect = best(service("shop", "acme", one("s0")), *chain, service(f"s{count}", "acme", one("host_b")))
    assert prospect.bound == prospect.expected == Fraction(98, 100)


def test_an_agreement_that_is_not_there() -> None:
    found = pipeline.viability(snapshot(), agreement="shop_sl")
    assert isinstance(found, Diagnostic)
    assert (found.code, found.help) == ("unknown-name", "did you mean `shop_sla`?")


def test_nothing_is_found_of_an_agreement_that_is_not_in_force() -> None:
    assert found_in(snapshot(service("shop", "acme", one("host_b"))), "2026-06-01T00:00:00Z") == []
    (finding,) = found_in(snapshot(service("shop", "acme", one("host_b"))), "2025-06-01T00:00:00Z")
    assert finding.kind is FindingKind.ABOVE_CEILING and finding.since == date(2025, 6, 1)


def test_one_time_for_all_is_held_against_each_class_beneath() -> None:
    matrix = """
priority of incident {
  columns urgency low, medium, high
  row impact low: p3, p3, p2
  row impact medium: p3, p2, p1
  row impact high: p2, p1, p1
}
"""
    below = "by i.priority { p1 2 hours  p2 4 hours  p3 6 hours } of i.reported_at"
    above = sla(duty("restore", "4 hours of i.reported_at"))
    (finding,) = seen(matrix + NEEDS + above + uc(duty("repair", below, "carries shop_sla.restore")))
    assert finding.message == "`shop_sla.restore` gives 4 hours for p3, what carries it takes 6 hours"


def test_what_a_longer_term_allows_may_fall_into_a_shorter_one() -> None:
    """Half of a percent of three years is one and a half of one of them."""
    years = "in force from 2025-01-01 through 2027-12-31"
    above, below = target("shop", "99% over the term"), target("servers", "99.5% over the term")
    (finding,) = seen(NEEDS + sla(above) + uc(below, force=years))
    assert finding.kind is FindingKind.WINDOW_WEAKER
    assert figures(finding)["at worst"] == 100 - Fraction(1, 2) * Fraction(1095, 365)
    assert seen(NEEDS + sla(above) + uc(below)) == []


def test_two_promises_about_one_service_are_two_prospects() -> None:
    yearly = target("shop", "99.9% in each calendar year").replace("availability", "yearly")
    checked = pipeline.check([Source(name="a.sla", text=HEAD + NEEDS + sla(MONTHLY + yearly) + uc(BELOW))])
    assert checked.snapshot is not None
    found = pipeline.viability(checked.snapshot, agreement="shop_sla")
    assert isinstance(found, Viability)
    assert [each.promise for each in found.prospects] == ["shop_sla.availability", "shop_sla.yearly"]
