"""What a promise may stand on: only what lies beneath it, and never on what stands on it."""

from fractions import Fraction

import pytest

from engine import pipeline
from engine.model.viability import FindingKind, Prospect, Viability
from engine.source import Source
from tests.graph.test_viability_findings import (
    BELOW,
    HEAD,
    MONTHLY,
    NEEDS,
    deal,
    figures,
    seen,
    sla,
    target,
    uc,
)

OWN = """
party operations "Operations" is internal
service on_call "On call" { provider operations  hours always }
service shop "Web shop" { provider acme  hours always  needs on_call }
"""


def prospects(text: str, agreement: str) -> list[Prospect]:
    checked = pipeline.check([Source(name="a.sla", text=HEAD + text)])
    assert checked.snapshot is not None, [each.message for each in checked.diagnostics]
    found = pipeline.viability(checked.snapshot, agreement=agreement)
    assert isinstance(found, Viability)
    return list(found.prospects)


def ola(covers: str, body: str) -> str:
    return deal("inner_ola", "operations as provider and acme as customer", covers, body).replace(
        "is sla", "is ola"
    )


def care(bound: str, more: str = "") -> str:
    return (
        target("shop", bound, more=more)
        .replace("availability of", "care of")
        .replace("obliges acme", "obliges operations")
    )


def test_what_carries_a_promise_does_not_stand_on_it() -> None:
    """The promise of the shop to the customer is worth nothing to whom it hangs on."""
    carried = (
        OWN + sla(MONTHLY) + ola("shop", care("99% in each calendar month", "carries shop_sla.availability"))
    )
    (below,) = prospects(carried, "inner_ola")
    assert (below.bound, [each.promise for each in below.beneath]) == (None, [None])
    (above,) = prospects(carried, "shop_sla")
    assert above.bound == above.expected == Fraction(99, 100)
    assert [each.promise for each in above.beneath] == [None, "inner_ola.care"]


def test_nor_where_nobody_says_that_it_carries_it() -> None:
    (below,) = prospects(OWN + sla(MONTHLY) + ola("shop", care("99% in each calendar month")), "inner_ola")
    assert below.bound is None


def test_nor_on_the_promise_of_an_agreement_that_it_underpins() -> None:
    text = OWN + sla(MONTHLY) + ola("shop", "underpins shop_sla\n" + care("99% in each calendar month"))
    (below,) = prospects(text, "inner_ola")
    assert below.bound is None


def test_a_promise_of_another_than_the_provider_is_no_floor() -> None:
    """What we sell on of somebody else's does not bind them; their promise to another does."""
    sold_on = deal(
        "other_sla",
        "acme as provider and bolt as customer",
        "servers",
        target("servers", "99.9% in each calendar month").replace("obliges host", "obliges acme"),
    )
    (shop,) = prospects(NEEDS + sla(MONTHLY) + sold_on, "shop_sla")
    assert shop.bound is None
    theirs = sold_on.replace("acme as provider", "host as provider").replace("obliges acme", "obliges host")
    (shop,) = prospects(NEEDS + sla(MONTHLY) + theirs, "shop_sla")
    assert shop.bound == Fraction(999, 1000)


def test_what_the_customer_owes_is_no_promise_of_the_suppliers() -> None:
    (shop,) = prospects(NEEDS + sla(MONTHLY) + uc(BELOW.replace("obliges host", "obliges acme")), "shop_sla")
    assert shop.bound is None


FIRST_ONLY = """
service reports "Reports" { provider acme  hours always }
"""
WITHOUT_SHOP = """
agreement shop_sla is sla amends shop_sla {
  version "2"
  in force from 2025-07-01 through 2025-12-31
  accepted by "Amendment 1" on 2025-06-01
  covers reports
  without target availability
}
"""


@pytest.mark.parametrize("as_of", [None, "2025-02-01T00:00:00Z"])
def test_what_only_an_earlier_version_needs_must_last_as_long_as_that(as_of: str | None) -> None:
    """From July on nothing needs servers; their contract ends in April."""

    def servers(last: str) -> str:
        said = uc(BELOW, force=f"in force from 2025-01-01 through {last}")
        return said.replace("underpins shop_sla", "")

    first = sla(f'version "1" {MONTHLY}')
    text = NEEDS + FIRST_ONLY + first + WITHOUT_SHOP
    findings = seen(text + servers("2025-04-30"), as_of=as_of)
    (finding,) = [each for each in findings if each.kind is FindingKind.UC_ENDS_EARLY]
    assert figures(finding) == {"uncovered": 61}
    (bare,) = seen(text, as_of=as_of)
    assert bare.kind is FindingKind.NEED_WITHOUT_CONTRACT
    assert seen(text, as_of="2025-08-01T00:00:00Z") == []
    lasting = seen(text + servers("2025-06-30"), as_of=as_of)
    assert FindingKind.UC_ENDS_EARLY not in [each.kind for each in lasting]
