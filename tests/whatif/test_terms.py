"""Bounds, lengths and hours changed: the policies are then those that somebody edited so by hand."""

from fractions import Fraction

import pytest

from engine.model.obligation import Duty, Target
from tests.whatif.asking import after, ask, base, base_version, by_hand, checked, refusals, text_of

VERSION = base_version()
TARGET = "at least 99.5% in each calendar month"

SAME = [
    (
        "change acme_sla.shop_availability to at least 99.9%",
        (TARGET, "at least 99.9% in each calendar month"),
    ),
    ("change acme_sla.restore for p1 to within 2 hours", ("p1 4 hours", "p1 2 hours")),
    (
        "change acme_sla.restore for p2 to in less than 1 hour",
        ("p2 8 hours on office_hours", "p2 in less than 1 hour"),
    ),
    (
        "change operations_ola.acknowledge to within 5 minutes on office_hours",
        ("within 10 minutes of", "within 5 minutes on office_hours of"),
    ),
    (
        "change acme_sla.first_response to at least 95%",
        ("30 minutes at least 90%", "30 minutes at least 95%"),
    ),
    (
        "change acme_sla.restore for p3 to within 2 business days on office_hours",
        ("p3 3 business days on office_hours", "p3 2 business days on office_hours"),
    ),
    (
        "change acme_sla.monthly_report to by business day 8 on office_hours",
        ("by business day 5 on office_hours of", "by business day 8 on office_hours of"),
    ),
    (
        "change hours of shop to office_hours",
        ("  owner service_owner\n  hours always", "  owner service_owner\n  hours office_hours"),
    ),
    ("change hours of reports to always", ("  hours office_hours", "  hours always")),
    (
        "change hours of acme_sla.reports_availability to always",
        ("during hours of reports", "during always"),
    ),
]


@pytest.mark.parametrize(("change", "edit"), SAME)
def test_a_change_is_the_edit_that_somebody_would_make(change: str, edit: tuple[str, str]) -> None:
    assert after(change).version == by_hand(edit).version != VERSION


def test_changes_are_made_one_after_another() -> None:
    both = after("change acme_sla.shop_availability to at least 99%\nchange hours of reports to always")
    apart = after("change acme_sla.shop_availability to at least 99%", "change hours of reports to always")
    edited = by_hand(
        (TARGET, "at least 99% in each calendar month"), ("  hours office_hours", "  hours always")
    )
    assert both.version == apart.version == edited.version
    last = after(
        "change acme_sla.shop_availability to at least 99%",
        "change acme_sla.shop_availability to at least 98%",
    )
    assert last.version == by_hand((TARGET, "at least 98% in each calendar month")).version


def test_the_base_is_untouched() -> None:
    text, version = text_of(base()), VERSION
    ask("change acme_sla.shop_availability to at least 99.9%")
    assert (text_of(base()), VERSION) == (text, version)


def test_no_change_is_no_change() -> None:
    assert after("change acme_sla.shop_availability to at least 99.5%").version == VERSION
    assert after("# nothing is asked").version == VERSION


AMENDED = """
use standard
document conditions_1 "Terms" { version "1" }
party acme "Acme"
party bolt "Bolt"
party cord "Cord"
service shop "Shop" { provider acme  hours always }
template gold "Gold" {
  covers shop
  cites conditions_1 "1" "gold"
  zone UTC
  conventions standard { sources are assumed watched }
  target availability of shop {
    cites conditions_1 "2" "99 %"
    obliges provider
    measures uptime from outage o
    during hours of shop
    requires at least 99% in each calendar month
  }
}
agreement bolt_gold is sla "Gold for Bolt" amends gold {
  between acme as provider and bolt as customer
  in force from 2025-01-01
  accepted by "order" on 2024-12-01
}
agreement cord_gold is sla "Gold for Cord" amends gold {
  between acme as provider and cord as customer
  in force from 2025-01-01
  accepted by "order" on 2024-12-01
  target availability { reported only }
}
"""


@pytest.mark.parametrize(
    ("changed", "others"), [("bolt_gold", ["cord_gold"]), ("cord_gold", ["bolt_gold"]), ("gold", [])]
)
def test_what_an_agreement_takes_over_is_changed_for_it_alone(changed: str, others: list[str]) -> None:
    found = after(f"change {changed}.availability to at least 99.9%", of=checked(AMENDED))
    for name in ("bolt_gold", "cord_gold"):
        promise = found.obligation(f"{name}.availability")
        assert isinstance(promise, Target)
        assert promise.bound.value == (Fraction(99, 100) if name in others else Fraction(999, 1000))


AHEAD = """
  duty announce {
    cites conditions_1 "3" "two weeks"
    obliges provider
    when change c
    must notice n where n.id is c.id at least 14 calendar days before c.effective_at
  }
  target availability of shop {"""


@pytest.mark.parametrize("length", ["21 calendar days", "2 hours"])
def test_notice_is_so_long_before(length: str) -> None:
    of = checked(AMENDED.replace("\n  target availability of shop {", AHEAD))
    whole = after(f"change gold.announce to at least {length} before", of=of)
    assert whole.version == by_hand(("at least 14 calendar days", f"at least {length}"), of=of).version
    alone = after(f"change bolt_gold.announce to at least {length} before", of=of)
    assert of.snapshot is not None
    for snapshot, name in ((whole, "bolt_gold"), (of.snapshot, "cord_gold")):
        made, as_it_is = (each.obligation(f"{name}.announce") for each in (alone, snapshot))
        assert isinstance(made, Duty) and isinstance(as_it_is, Duty) and made.limit == as_it_is.limit


REFUSED = [
    ("change acme_sla.shop_availabilty to at least 99%", ("unknown-name", "1:17", "`shop_availability`")),
    ("change acme_slo.shop_availability to at least 99%", ("unknown-name", "1:8", "`acme_sla`")),
    ("change acme_sla to at least 99%", ("unknown-name", "1:8", "acme_sla.availability")),
    ("change acme_sla.restore to at least 99%", ("nothing-changed", "1:8", "to within …")),
    ("change acme_sla.shop_availability to within 4 hours", ("nothing-changed", "1:8", "to at least …")),
    ("change acme_sla.major_incident to within 4 hours", ("nothing-changed", "1:8", "amend acme_sla")),
    ("change acme_sla.monthly_report to within 4 hours", ("nothing-changed", "1:8", "to by business day …")),
    (
        "change acme_sla.monthly_report to at least 4 hours",
        ("nothing-changed", "1:8", "to by business day …"),
    ),
    ("change acme_sla.restore to at least 4 hours before", ("nothing-changed", "1:8", "for … to within …")),
    ("change acme_sla.restore to at most 4 hours before", ("type-mismatch", "1:28", "to at least 14")),
    (
        "change acme_sla.restore to by business day 8 on office_hours",
        ("nothing-changed", "1:8", "to within …"),
    ),
    (
        "change acme_sla.monthly_report to by business day 8 on ofice",
        ("unknown-name", "1:56", "`office_hours`"),
    ),
    (
        "change acme_sla.restore for p3 to 2 business days on office_hours",
        ("syntax", "1:35", "to within 4 hours"),
    ),
    ("set acme_sla.restore to 2 hours", ("syntax", "1:1", "`change … to …`")),
    ("change acme_sla.restore to within 4 hours", ("nothing-changed", "1:8", "for p1 to …")),
    ("change acme_sla.restore for p9 to within 4 hours", ("unknown-name", "1:29", "`p1`")),
    ("change acme_sla.shop_availability for p1 to at least 9%", ("nothing-changed", "1:35", "leave out")),
    ("change hours of shp to always", ("unknown-name", "1:17", "`shop`")),
    ("change hours of shop to ofice_hours", ("unknown-name", "1:25", "`office_hours`")),
    ("change acme_sla.shop_availability to at least 99 hours", ("bound-unit", "1:47", "")),
    ("chagne acme_sla.shop_availability to at least 99%", ("syntax", "1:1", "`change`")),
    ("change acme_sla.shop_availability at least 99%", ("syntax", "1:35", "")),
]


@pytest.mark.parametrize(("change", "expected"), REFUSED)
def test_a_mistake_is_shown_where_it_stands_in_the_change(
    change: str, expected: tuple[str, str, str]
) -> None:
    code, place, help = expected
    (found,) = refusals(change)
    assert found[:2] == (code, f"change 1:{place}")
    assert help in found[2]


def test_every_mistake_of_every_change_is_found() -> None:
    found = refusals("drp it\nchange hours of shp to always", "change acme_sla.nothing to at least 1%")
    assert [place for _, place, _ in found] == ["change 1:1:1", "change 1:2:17", "change 2:1:17"]
