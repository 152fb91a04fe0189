"""What there is changed: contracts end, suppliers, members and needs go, others come."""

import re

import pytest

from tests.whatif.asking import ROOT, after, ask, base, base_version, by_hand, checked, refusals, text_of

TEXT = text_of(base())


def block(first: str) -> str:
    """A top-level block of the hosting policy, from its first words to its last brace."""
    begin = TEXT.index(first)
    return TEXT[begin : TEXT.index("\n}\n", begin) + 3]


def member(first: str) -> str:
    """A member of an agreement of the hosting policy."""
    begin = TEXT.index(f"  {first}")
    return TEXT[begin : TEXT.index("\n  }\n", begin) + 5]


NORTHWIND, TERN = block("agreement northwind_uc"), block("agreement tern_uc")
UPTIME = 'target shop_availability of shop "The shop is up"'

SAME: list[tuple[str, list[tuple[str, str]]]] = [
    (
        "end northwind_uc on 2025-06-30",
        [(NORTHWIND, NORTHWIND.replace("through 2026-12-31", "through 2025-06-30"))],
    ),
    ("drop agreement northwind_uc", [(NORTHWIND, "")]),
    ("drop supplier northwind", [(NORTHWIND, "")]),
    ("drop supplier tern\ndrop agreement northwind_uc", [(NORTHWIND, ""), (TERN, "")]),
    (
        "drop exclusion announced_maintenance from acme_sla",
        [(member("exclusion announced_maintenance"), ""), ("    excludes announced_maintenance\n", "")],
    ),
    ("drop target slow_responses from acme_sla", [(member("target slow_responses"), "")]),
    (
        "drop duty restore from acme_sla",
        [
            (member("duty restore"), ""),
            (block('example "restored on the last minute"'), ""),
            ("operations for first_response, restore", "operations for first_response"),
        ],
    ),
    (
        "drop target shop_availability from acme_sla",
        [
            (member("target shop_availability"), ""),
            (block('example "a shop that was down'), ""),
            (NORTHWIND, NORTHWIND.replace("    carries acme_sla.shop_availability\n", "")),
            (TERN, TERN.replace("    carries acme_sla.shop_availability\n", "")),
        ],
    ),
    ("drop escalation major_incident from acme_sla", [(member("escalation major_incident"), "")]),
    (
        "drop need card_payments from shop",
        [("needs hosting and card_payments and on_call", "needs hosting and on_call")],
    ),
    (
        "drop need hosting from reports",
        [("  hours office_hours\n  needs hosting\n", "  hours office_hours\n")],
    ),
    ("drop need rack_b from hosting", [("needs 1 of (rack_a, rack_b)", "needs 1 of (rack_a)")]),
    (
        "drop need hosting from shop\ndrop need on_call from shop",
        [("needs hosting and card_payments and on_call", "needs card_payments")],
    ),
    (
        'add component rack_c "Rack in hall C"\nadd need rack_c to hosting beside rack_a',
        [
            ("needs 1 of (rack_a, rack_b)", "needs 1 of (rack_a, rack_b, rack_c)"),
            ('{ kind "rack" }\n\nservice', '{ kind "rack" }\ncomponent rack_c "Rack in hall C"\n\nservice'),
        ],
    ),
    (
        "add need tern to shop beside card_payments",
        [
            (
                "needs hosting and card_payments and on_call",
                "needs hosting and 1 of (card_payments, tern) and on_call",
            )
        ],
    ),
    (
        "add need on_call to reports",
        [("  hours office_hours\n  needs hosting\n", "  hours office_hours\n  needs hosting and on_call\n")],
    ),
    (
        "replace calendar office_hours { zone Europe/Berlin  open every day from 07:00 to 20:00 }",
        [
            (
                block("calendar office_hours"),
                "calendar office_hours {\n  zone Europe/Berlin\n  open every day from 07:00 to 20:00\n}\n",
            )
        ],
    ),
    (
        "amend acme_sla {\n  notice 30 calendar days before the end\n"
        "  target shop_availability { warns below 99.8%  reported only }\n}",
        [
            ("notice 90 calendar", "notice 30 calendar"),
            ("warns below 99.7%", "warns below 99.8% reported only"),
        ],
    ),
    (
        'amend acme_sla { target shop_availability "Up" { excludes announced_maintenance } }',
        [(UPTIME, 'target shop_availability of shop "Up"')],
    ),
    (
        "amend acme_sla { conventions { sources are assumed watched  notice counts full days } }",
        [
            (
                "notice 90 calendar days before the end\n"
                "  conventions standard { sources are assumed watched }",
                "notice 90 calendar days before the end\n"
                "  conventions standard { sources are assumed watched  notice counts full days }",
            )
        ],
    ),
    (
        "amend acme_sla { without target slow_responses  without escalation major_incident }",
        [(member("target slow_responses"), ""), (member("escalation major_incident"), "")],
    ),
    (
        "amend tern_uc { waivers approved by service_owner }",
        [(TERN, TERN.replace("  zone UTC\n", "  zone UTC\n  waivers approved by service_owner\n"))],
    ),
]


@pytest.mark.parametrize(("change", "edits"), SAME)
def test_a_change_is_the_edit_that_somebody_would_make(change: str, edits: list[tuple[str, str]]) -> None:
    assert after(change).version == by_hand(*edits).version != base_version()


def test_lines_that_a_change_does_not_touch_stay_where_they_are() -> None:
    found = text_of(ask("drop exclusion announced_maintenance from acme_sla"))
    assert found.splitlines().index('service reports "Sales reports" {') == TEXT.splitlines().index(
        'service reports "Sales reports" {'
    )
    assert len(found.splitlines()) == len(TEXT.splitlines())


REFUSED = [
    ("end northwind on 2025-06-30", ("unknown-name", "1:5", "`northwind_uc`")),
    ("end northwind_uc on 2024-12-31", ("nothing-changed", "1:21", "drop agreement northwind_uc")),
    ("end northwind_uc on 2025-02-30", ("not-a-date", "1:21", "")),
    ("drop agreement acme", ("unknown-name", "1:16", "`acme_sla`")),
    ("drop supplier northwynd", ("unknown-name", "1:15", "`northwind`")),
    ("drop supplier bolt", ("nothing-changed", "1:15", "known here")),
    ("drop exclusion maintenance from acme_sla", ("unknown-name", "1:16", "`announced_maintenance`")),
    ("drop duty slow_responses from acme_sla", ("unknown-name", "1:11", "`slow_responses`")),
    ("drop need hostin from shop", ("unknown-name", "1:11", "`hosting`")),
    ("drop need rack_a from card_payments", ("unknown-name", "1:11", "it needs nothing")),
    ("add need rack_d to hosting beside rack_a", ("unknown-name", "1:10", "`rack_b`")),
    ("add need rack_a to hosting beside rack_c", ("unknown-name", "1:35", "`rack_b`")),
    ("add component rack_a", ("duplicate-name", "1:15", "rename")),
    ("replace calendar nights { zone UTC }", ("unknown-name", "1:9", "known here")),
    ("add fact fault { key id }", ("nothing-changed", "1:5", "troth diff")),
    ("amend acme { covers shop }", ("unknown-name", "1:7", "`acme_sla`")),
    ("amend acme_sla { covers shp, reports }", ("unknown-name", "1:25", "`shop`")),
    ("amend acme_sla {\n  targt shop_availability { reported only }\n}", ("syntax", "2:3", "`target`")),
]


@pytest.mark.parametrize(("change", "expected"), REFUSED)
def test_a_mistake_is_shown_where_it_stands_in_the_change(
    change: str, expected: tuple[str, str, str]
) -> None:
    code, place, help = expected
    found, *_ = refusals(change)
    assert found[:2] == (code, f"change 1:{place}")
    assert help in found[2]


def test_what_still_names_what_is_gone_is_shown_in_the_policy() -> None:
    (found,) = refusals("drop measure response_time from acme_sla\ndrop target slow_responses from acme_sla")
    line = TEXT.splitlines().index(
        "    requires share of response_time within 30 minutes at least 90% in each calendar month"
    )
    assert found[:2] == ("unknown-name", f"policy.sla:{line + 1}:23")


RENEWS = '  renews for 12 months when notice n where n.id is "x"\n'
NIGHT = '  exclusion night "Nights" { cites paper "2" when maintenance m from m.start until m.end }\n'

VERSIONS = """
use standard
document paper "Paper" { version "1" }
party acme "Acme"
party bolt "Bolt"
service shop "Shop" { provider acme  hours always }
agreement shop_sla is sla "First" {
  version "1"
  between acme as provider and bolt as customer
  covers shop
  cites paper "1" "all"
  zone UTC
  in force from 2025-01-01 through 2025-12-31
  renews for 12 months when notice n where n.id is "x"
  accepted by "order" on 2024-12-01
  conventions standard { sources are assumed watched }
  exclusion night "Nights" { cites paper "2" when maintenance m from m.start until m.end }
  target up of shop {
    cites paper "3" "99 %"
    obliges acme
    measures uptime from outage o
    during always
    excludes night
    requires at least 99% in each calendar month
  }
}
agreement shop_sla is sla "Second" amends shop_sla {
  version "2"
  in force from 2025-07-01 through 2026-12-31
  accepted by "order" on 2025-06-01
}
"""


@pytest.mark.parametrize(
    ("change", "edits"),
    [
        (
            "end shop_sla on 2025-05-31",
            [
                ("through 2025-12-31", "through 2025-05-31"),
                (RENEWS, ""),
                (VERSIONS[VERSIONS.index('agreement shop_sla is sla "Second"') :], ""),
            ],
        ),
        (
            "end shop_sla on 2026-06-30",
            [
                ("through 2026-12-31", "through 2026-06-30"),
                (RENEWS, ""),
            ],
        ),
        ("change shop_sla.up to at least 98%", [("at least 99% in", "at least 98% in")]),
        (
            "drop exclusion night from shop_sla",
            [
                (NIGHT, ""),
                ("    excludes night\n", ""),
            ],
        ),
        (
            "amend shop_sla { covers shop  target up { reported only } }",
            [("excludes night\n", "excludes night reported only\n")],
        ),
    ],
)
def test_a_change_holds_for_every_version_that_says_it(change: str, edits: list[tuple[str, str]]) -> None:
    versions = checked(VERSIONS)
    assert after(change, of=versions).version == by_hand(*edits, of=versions).version


README = (ROOT / "engine" / "dsl" / "README.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```changes\n(.*?)^```$", README, re.M | re.S)


@pytest.mark.parametrize("changes", [*EXAMPLES, "".join(EXAMPLES)])
def test_the_examples_of_the_reference_hold_for_the_hosting_policy(changes: str) -> None:
    assert after(changes).version != base_version()
