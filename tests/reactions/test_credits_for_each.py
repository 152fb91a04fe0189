"""Credits of a target `for each` region, worked out on paper and given by both evaluators (S6.6, S8.4)."""

from dataclasses import replace
from fractions import Fraction
from functools import cache

from engine import definition, pipeline
from engine.facts.facts_to_store import hold
from engine.model.fact import Fact, FactValue
from engine.model.instants import parse_instant
from engine.model.quantity import HOUR, Instant
from engine.model.reaction import Credit
from engine.model.snapshot import Snapshot
from engine.source import Source

POLICY = """
use standard
document msa "Master agreement"
party acme
party bolt
service shop { provider acme  hours always }
fact fault { key id  about service  lasts start until end  region one of (eu, us) }
fact charged { key id  about service  at at  region one of (eu, us)  amount money USD }
fact flat_fee { key id  about service  at at  amount money USD }
fact machine { key id  about service  lasts since until until  region one of (eu, us) }

agreement deal is sla "Web shop" {
  between acme as provider and bolt as customer
  covers shop
  in force from 2025-01-01 through 2025-12-31
  terms accepted on 2024-12-20
  zone UTC
  conventions standard { sources are assumed watched  money rounds half even }
  MORE
  target availability of shop for each region {
    cites msa "2" "99 %"
    obliges acme
    measures uptime from fault
    during always
    requires at least 99% in each calendar month
    credits { CREDITS }
  }
}
"""
ALL = "2025-03-01T00:00:00Z"


def at(text: str) -> Instant:
    instant = parse_instant(text)
    assert instant is not None
    return instant


@cache
def policy(credits: str, more: str = "") -> Snapshot:
    text = POLICY.replace("CREDITS", credits).replace("MORE", more)
    checked = pipeline.check([Source(name="a.sla", text=text)])
    assert checked.snapshot is not None, [each.message for each in checked.diagnostics]
    return checked.snapshot


def fact(snapshot: Snapshot, kind: str, key: str, **values: FactValue) -> Fact:
    fields = {field.name: values.get(field.name) for field in snapshot.kinds[kind].fields}
    return Fact(
        kind=kind,
        key=key,
        values={**fields, "id": key, **({"service": "shop"} if "service" in fields else {})},
    )


def day_off(snapshot: Snapshot, region: str, day: str) -> Fact:
    """A day off: 3.2 % of January, 3.6 % of February."""
    start = at(f"{day}T00:00:00Z")
    return fact(snapshot, "fault", f"{region} {day}", start=start, end=start + 24 * HOUR, region=region)


def money(snapshot: Snapshot, kind: str, key: str, day: str, amount: str, region: str | None = None) -> Fact:
    return fact(snapshot, kind, key, at=at(f"{day}T12:00:00Z"), amount=Fraction(amount), region=region)


def charges(snapshot: Snapshot) -> list[Fact]:
    """USD 1,000 in Europe and USD 70 in America, in January."""
    return [
        money(snapshot, "charged", "c1", "2025-01-31", "1000", "eu"),
        money(snapshot, "charged", "c2", "2025-01-31", "70", "us"),
    ]


def credits(snapshot: Snapshot, *given: Fact) -> dict[tuple[str, str], tuple[str, int | None]]:
    """Amount, state and points by region and window."""
    facts = {kind: tuple(each for each in given if each.kind == kind) for kind in snapshot.kinds}
    with pipeline.open_store() as store:
        hold(snapshot.kinds, facts, store)
        found = pipeline.evaluate(snapshot, store, as_of=at(ALL))
    defined = definition.react(snapshot, facts, found.verdicts, at(ALL))
    ours = [replace(each, arithmetic=()) for each in found.reactions if isinstance(each, Credit)]
    theirs = [replace(each, arithmetic=()) for each in defined if isinstance(each, Credit)]
    assert ours == theirs
    return {
        (each.subject.removeprefix("shop "), each.occasion.label): (  # type: ignore[union-attr]
            f"{each.amount and each.amount.amount} {each.state.value}",
            each.points,
        )
        for each in ours
    }


BOTH = ("2025-01-05", "eu"), ("2025-01-05", "us")
"""A day off in January in each region."""


def faults(snapshot: Snapshot, *which: tuple[str, str]) -> list[Fact]:
    return [day_off(snapshot, region, day) for day, region in which]


def amounts(found: dict[tuple[str, str], tuple[str, int | None]]) -> dict[tuple[str, str], str]:
    return {key: said for key, (said, _) in found.items()}


EU, US = ("(region eu)", "2025-01"), ("(region us)", "2025-01")
SUM = "base sum of c.amount of charged c  pays 10% below 99%"


def test_a_base_is_the_sum_of_the_charges_of_its_own_region() -> None:
    policies = policy(SUM)
    given = faults(policies, *BOTH)
    given += charges(policies)
    given += [money(policies, "charged", "c3", "2025-01-30", "5", "us")]
    # USD 1,000 of Europe, USD 75 of America: a tenth of each.
    assert amounts(credits(policies, *given)) == {EU: "100.00 final", US: "7.50 final"}


def test_a_region_without_a_charge_has_no_known_base() -> None:
    policies = policy(SUM)
    given = [*faults(policies, *BOTH), money(policies, "charged", "c1", "2025-01-31", "1000", "eu")]
    assert amounts(credits(policies, *given)) == {EU: "100.00 final", US: "None provisional"}


def test_charges_that_bear_no_region_are_the_base_of_each() -> None:
    policies = policy("base sum of f.amount of flat_fee f  pays 10% below 99%")
    given = [*faults(policies, *BOTH), money(policies, "flat_fee", "f1", "2025-01-31", "300")]
    assert amounts(credits(policies, *given)) == {EU: "30.00 final", US: "30.00 final"}


def test_an_amount_for_each_machine_counts_those_of_the_region() -> None:
    policies = policy("base USD 10 times count of machine m in the window  pays 50% on breach")
    given = faults(policies, *BOTH)
    for key, region, since in (
        ("m1", "eu", "2024-12-01"),
        ("m2", "eu", "2025-01-20"),
        ("m3", "us", "2025-02-02"),
    ):
        given.append(fact(policies, "machine", key, since=at(f"{since}T00:00:00Z"), region=region))
    # Two European machines in January, and none in America: half of USD 20 and of nothing.
    assert amounts(credits(policies, *given)) == {EU: "10.00 final", US: "0.00 final"}


def test_the_fee_of_the_agreement_is_the_base_of_each() -> None:
    policies = policy("base fee of the window  pays 10% below 99%", "fee USD 500 in each calendar month")
    assert amounts(credits(policies, *faults(policies, *BOTH))) == {EU: "50.00 final", US: "50.00 final"}
    policies = policy("base fee of the window  pays 10% below 99%", "fee sum of c.amount of charged c")
    given = [*faults(policies, *BOTH), *charges(policies)]
    assert amounts(credits(policies, *given)) == {EU: "100.00 final", US: "7.00 final"}


def test_a_cap_is_spent_by_all_regions_in_order_of_their_names() -> None:
    # USD 100 each and USD 150 in the month: Europe first, and half of America's is left.
    policies = policy("base USD 1000  pays 10% below 99%", "caps credits at USD 150 in each calendar month")
    assert amounts(credits(policies, *faults(policies, *BOTH))) == {EU: "100.00 final", US: "50.00 final"}
    # A fee summed from charges caps by those of all regions: 10% of USD 1,070.
    policies = policy(
        "base USD 1000  pays 10% below 99%",
        "fee sum of c.amount of charged c\n  caps credits at 10% of fee in each calendar month",
    )
    given = [*faults(policies, *BOTH), *charges(policies)]
    assert amounts(credits(policies, *given)) == {EU: "100.00 final", US: "7.00 final"}


def test_points_double_where_the_same_region_was_breached_before() -> None:
    policies = policy("points 2 on breach  points double when repeated")
    found = credits(
        policies, *faults(policies, ("2025-01-05", "eu"), ("2025-02-05", "eu"), ("2025-02-05", "us"))
    )
    assert {key: points for key, (_, points) in found.items()} == {
        EU: 2,
        ("(region eu)", "2025-02"): 4,
        ("(region us)", "2025-02"): 2,
    }


def test_a_region_earns_back_its_own_credit() -> None:
    policies = policy(
        "base USD 1000  pays 10% below 99%  earned back when at or above 99.9% in the next 1 windows"
    )
    given = faults(policies, *BOTH, ("2025-02-05", "us"))
    found = amounts(credits(policies, *given))
    assert (found[EU], found[US]) == ("100.00 earned back", "100.00 final")


def test_a_claim_is_of_one_region_or_of_each() -> None:
    policies = policy("base USD 1000  pays 10% below 99%  claimed within 20 calendar days of window end")

    def claim(subject: str | None) -> Fact:
        when = at("2025-02-10T00:00:00Z")
        said = {"obligation": "availability", "occasion": "2025-01", "subject": subject}
        return fact(policies, "claim", "c", made_at=when, **said)

    given = faults(policies, *BOTH)
    assert amounts(credits(policies, *given, claim(None))) == {EU: "100.00 claimed", US: "100.00 claimed"}
    assert amounts(credits(policies, *given, claim("shop (region us)"))) == {
        EU: "100.00 lapsed",
        US: "100.00 claimed",
    }
