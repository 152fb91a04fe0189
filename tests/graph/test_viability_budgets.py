"""Times above and beneath that are said in different ways: what does not carry, and what cannot be told."""

import pytest

from engine.model.viability import Finding, FindingKind, Gravity
from tests.graph.test_viability_findings import NEEDS, duty, figures, seen, sla, times, uc

OFFICE = "on office_hours"


def measured(of: str, bound: str, *, counts: str = "hours", more: str = "") -> str:
    """`response_time` and a target about it."""
    return f"""
  measure response_time {{
    of incident i answered by response r where r.incident is i.id
    counts {counts} from i.reported_at to r.at
    belongs to the window of i.reported_at
  }}
  target quick {{
    cites msa "3" "in time"
    obliges {of}
    requires {bound}
    {more}
  }}
"""


def answers(above: str, below: str, counts: str = "hours", theirs: str | None = None) -> list[Finding]:
    carried = measured("host", below, counts=theirs or counts, more="carries shop_sla.quick")
    return seen(NEEDS + sla(measured("acme", above, counts=counts)) + uc(carried))


@pytest.mark.parametrize(
    ("above", "below", "found"),
    [
        ("4 hours", "4 hours", None),
        ("less than", "4 hours", Gravity.BROKEN),
        ("less than", "less than", None),
        ("4 hours", "less than", None),
    ],
)
def test_less_than_is_not_reached_by_as_much(above: str, below: str, found: Gravity | None) -> None:
    said = {
        "4 hours": "within 4 hours of i.reported_at",
        "less than": "in less than 4 hours of i.reported_at",
    }
    upper, lower = (
        duty(name, "4 hours of i.reported_at", more).replace("within 4 hours of i.reported_at", said[which])
        for name, which, more in (("restore", above, ""), ("repair", below, "carries shop_sla.restore"))
    )
    findings = seen(NEEDS + sla(upper) + uc(lower))
    assert [each.gravity for each in findings] == ([] if found is None else [found])
    for each in findings:
        assert [remedy.words for remedy in each.remedies][-1] == "give more than 4 hours"


def test_business_days_hold_hours_of_the_same_calendar_over_any_weekend() -> None:
    """Ten hours of office are a working day; two of them end later, whenever they begin."""
    assert times(f"2 business days {OFFICE} of i.reported_at", f"10 hours {OFFICE} of i.reported_at") == []
    (finding,) = times(f"1 business days {OFFICE} of i.reported_at", f"21 hours {OFFICE} of i.reported_at")
    assert figures(finding) == {"given": 1, "taken": 3, "longest": 3}
    assert finding.gravity is Gravity.BROKEN


def test_a_wait_over_new_year_is_a_wait() -> None:
    """From 23 December the office is closed for 15 days: the year in which it begins does not end it."""
    holidays = "calendar winter { zone Europe/Berlin  open monday to friday from 08:00 to 18:00\n"
    holidays += "closed on " + ", ".join(
        [f"2025-12-{day}" for day in range(24, 32)] + [f"2026-01-{day:02}" for day in range(1, 7)]
    )
    text = holidays + " }" + NEEDS
    text += sla(duty("restore", "200 hours of i.reported_at"))
    text += uc(duty("repair", "4 hours on winter of i.reported_at", "carries shop_sla.restore"))
    (finding,) = seen(text)
    # From Tuesday 23 December at 14:00 until Wednesday 7 January at 8:00, when four hours still are over.
    assert figures(finding)["taken"] == 14 * 24 + 18
    assert "from 2025-12-23 14:00 on" in finding.message


@pytest.mark.parametrize(
    ("ours", "theirs", "is_found"),
    [
        ("at midnight", "at midnight", False),
        ("at midnight", "at the same time of day", False),
        ("at the same time of day", "at midnight", True),
    ],
)
def test_how_days_end_counts(ours: str, theirs: str, is_found: bool) -> None:
    def said(how: str) -> str:
        return f"days end {how}"

    upper = sla(duty("restore", "2 calendar days of i.reported_at"))
    lower = uc(duty("repair", "2 calendar days of i.reported_at", "carries shop_sla.restore"))
    conventions = "conventions standard { sources are assumed watched"
    text = upper.replace(conventions, f"{conventions}\n{said(ours)}")
    text += lower.replace(conventions, f"{conventions}\n{said(theirs)}")
    findings = seen(NEEDS + text)
    assert [each.kind for each in findings] == [FindingKind.TIME_OVER_BUDGET] * is_found
    for each in findings:
        # From a day's first instant to the end of the second day after it; one less is in time.
        assert figures(each)["taken"] == 3
        assert [remedy.words for remedy in each.remedies] == [
            "take at most 1 calendar days",
            "give at least 3 calendar days",
        ]


def test_two_suppliers_one_after_another_on_their_own_clocks() -> None:
    hand_over = duty("hand_over", f"2 hours {OFFICE} of i.reported_at", "carries shop_sla.restore")
    repair = duty("repair", "4 hours of i.reported_at", "carries shop_sla.restore")
    above = sla(duty("restore", "68 hours of i.reported_at"))
    (finding,) = seen(NEEDS + above + uc(repair + hand_over))
    # From Friday at 18:00 until Monday at 10:00 is 64 hours, at the end of October 65; 4 more are 69.
    assert finding.gravity is Gravity.EXPOSED
    assert figures(finding) == {"given": 68, "taken": 69, "longest": 65}
    assert [each.words for each in finding.remedies] == [
        "take at most 3 hours",
        "take at most 1 hours",
        "give at least 69 hours",
    ]
    assert seen(NEEDS + above.replace("68 hours", "69 hours") + uc(repair + hand_over)) == []


# Shares and means


def test_a_mean_of_half_days_is_kept_exactly() -> None:
    assert (
        answers(
            "average response_time at most 2 calendar days in each calendar month",
            "average response_time at most 2 calendar days in each calendar month",
            "calendar days",
        )
        == []
    )
    (finding,) = answers(
        "average response_time at most 2 calendar days in each calendar month",
        "average response_time at most 2.5 calendar days in each calendar month",
        "calendar days",
    )
    assert figures(finding)["taken"] == 5 / 2


def test_a_mean_beneath_carries_no_case() -> None:
    below = measured(
        "host",
        "average response_time at most 1 hours in each calendar month",
        more="carries shop_sla.restore",
    )
    (finding,) = seen(NEEDS + sla(duty("restore", "4 hours of i.reported_at")) + uc(below))
    assert (finding.kind, finding.gravity) == (FindingKind.TIME_OVER_BUDGET, Gravity.BROKEN)
    assert finding.message == "`shop_sla.restore` gives its time for cases, `host_uc.quick` gives a mean"


def test_each_case_beneath_carries_a_mean_and_a_share_of_them_does_not() -> None:
    mean = "average response_time at most 4 hours in each calendar month"
    assert answers(mean, "highest response_time at most 4 hours in each calendar month") == []
    (finding,) = answers(mean, "share of response_time within 4 hours at least 95% in each calendar month")
    assert (finding.kind, finding.gravity) == (FindingKind.TIME_OVER_BUDGET, Gravity.BROKEN)


def test_a_mean_on_another_clock_cannot_be_told() -> None:
    (finding,) = answers(
        "average response_time at most 30 hours in each calendar month",
        "average response_time at most 4 hours in each calendar month",
        "hours",
        f"hours {OFFICE}",
    )
    assert finding.gravity is Gravity.UNKNOWN
    assert "cannot be held against it" in finding.message


def test_shares_over_longer_windows_may_all_be_missed_in_one_of_ours() -> None:
    share = "share of response_time within 4 hours at least 95% in each calendar"
    assert answers(f"{share} quarter", f"{share} month") == []
    (finding,) = answers(f"{share} month", f"{share} quarter")
    assert (finding.kind, finding.gravity) == (FindingKind.WINDOW_WEAKER, Gravity.BROKEN)


# What cannot be told


def untold(above: str, below: str) -> list[str]:
    findings = times(above, below)
    assert [each.gravity for each in findings] in ([], [Gravity.UNKNOWN])
    return [each.message for each in findings]


def test_what_counts_from_later_on_cannot_be_told() -> None:
    (said,) = untold("4 hours of i.reported_at", "4 hours of i.closed_at")
    assert said.endswith("none counts from `reported_at` on")


def test_a_class_of_cases_that_nothing_gives_a_time_for_is_said() -> None:
    matrix = """
priority of incident {
  columns urgency low, medium, high
  row impact low: p3, p3, p2
  row impact medium: p3, p2, p1
  row impact high: p2, p1, p1
}
"""
    above = "by i.priority { p1 4 hours  p2 8 hours  p3 24 hours } of i.reported_at"
    below = "by i.urgency { low 4 hours  medium 8 hours  high 2 hours } of i.reported_at"
    carried = sla(duty("restore", above)) + uc(duty("repair", below, "carries shop_sla.restore"))
    (finding,) = seen(matrix + NEEDS + carried)
    assert finding.gravity is Gravity.UNKNOWN
    assert finding.message.endswith("none gives a time for p1, p2, p3")


def test_words_that_nothing_measures_carry_no_time() -> None:
    vague = duty("repair", "1 hours", "carries shop_sla.restore").replace(
        "within 1 hours", 'in "the shortest possible time" judged by service_manager'
    )
    text = 'role service_manager "Service manager" of acme\n' + NEEDS
    (finding,) = [
        each
        for each in seen(text + sla(duty("restore", "4 hours of i.reported_at")) + uc(vague))
        if each.kind is FindingKind.TIME_OVER_BUDGET
    ]
    assert finding.gravity is Gravity.UNKNOWN
    assert finding.message.endswith('it is due in "the shortest possible time"')
