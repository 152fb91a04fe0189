"""What a customer and a supplier see of a policy set: what is theirs, and nothing that only others name."""

import pytest

from engine import pipeline
from engine.model.principal import ApiRole, Principal
from engine.model.snapshot import Snapshot
from engine.sight.noun_to_words import words
from engine.sight.snapshot_to_seen import seen
from engine.source import Source

HEAD = """
use standard
document paper "Paper"
party acme "Acme"
party bolt "Bolt"
party corp "Corp"
party nord "Nord"
role keeper "Keeper" of acme
role corp_chief "Chief" of corp
component rack "Rack"
service hall "Hall" { provider nord  hours always  needs rack }
service desk "Desk" { provider acme  hours always  needs hall  secret_note corp }
service corp_hall "Hall of Corp" { provider acme  hours always  needs desk }
fact corp_visit { key id  about service  at at }
"""


def agreement(
    name: str,
    sides: str,
    *more: str,
    kind: str = "sla",
    of: str = "desk",
    since: str = "2025-01-01",
    is_amending: bool = False,
) -> str:
    """An agreement with one promise, `NAME.up`; more of its words, such as what it amends."""
    provider, _, customer = sides.partition("-")
    head = f"agreement {name} is {kind} " + (f"amends {name} {{" if is_amending else f'"{name} in words" {{')
    promise = f"""
  target up of {of} "Up" {{
    cites paper "1" "up"
    obliges {provider}
    measures uptime from outage o
    during hours of {of}
    requires at least 99% in each calendar month
  }}"""
    return f"""
{head}
  {" ".join(more)}
  between {provider} as provider and {customer} as customer
  covers {of}
  in force from {since} through 2025-12-31
  accepted by "Signed" on 2024-12-20
  zone UTC
  owned by keeper
  conventions standard {{ sources are assumed watched }}
  {"" if is_amending else promise}
}}
"""


def policies(*agreements: str) -> Snapshot:
    checked = pipeline.check([Source(name="sight.sla", text=HEAD + "".join(agreements))])
    assert checked.snapshot is not None, checked.diagnostics
    return checked.snapshot


def of(*parties: str, roles: str = "customer") -> Principal:
    return Principal(
        identity="x",
        roles=frozenset(ApiRole(each) for each in roles.split()),
        parties=frozenset(parties),
    )


BOLT, CORP = agreement("bolt_sla", "acme-bolt"), agreement("corp_sla", "acme-corp", of="corp_hall")
UC = agreement("nord_uc", "nord-acme", "underpins bolt_sla, corp_sla", kind="uc", of="hall")
OLA = agreement("acme_ola", "acme-bolt", kind="ola")


@pytest.mark.parametrize(
    ("who", "agreements"),
    [
        (of("bolt"), {"bolt_sla", "acme_ola"}),
        (of("corp"), {"corp_sla"}),
        # Whoever is customer of a supplier sees that contract as a customer; no provider sees an SLA.
        (of("acme"), {"nord_uc"}),
        (of("acme", roles="supplier"), {"acme_ola"}),
        (of("acme", roles="customer supplier"), {"nord_uc", "acme_ola"}),
        (of("nord", roles="supplier"), {"nord_uc"}),
        (of("nord"), set[str]()),
        (of("bolt", roles="supplier"), set[str]()),
        (of("bolt", "corp"), {"bolt_sla", "acme_ola", "corp_sla"}),
        (of("bolt", "nord", roles="customer supplier"), {"bolt_sla", "acme_ola", "nord_uc"}),
        (of(), set[str]()),
        (of("nobody"), set[str]()),
        (of("bolt", roles=""), set[str]()),
    ],
)
def test_agreements_are_seen_from_the_side_that_a_role_stands_on(
    who: Principal, agreements: set[str]
) -> None:
    assert set(seen(policies(BOLT, CORP, UC, OLA), who).agreements) == agreements


def test_a_shared_service_tells_neither_of_the_other_nor_of_what_it_needs() -> None:
    part = seen(policies(BOLT, CORP, UC), of("bolt"))
    assert set(part.services) == {"desk"}
    assert set(part.parties) == {"acme", "bolt"}
    assert set(part.roles) == {"keeper"}
    assert not part.components
    assert "corp_visit" not in part.kinds
    assert not [each for each in words(part) if "corp" in each or each in ("hall", "rack", "nord")]


@pytest.mark.parametrize("name", ["parent", "reported_at", "i", "r", "spring"])
def test_what_is_called_like_a_field_or_a_word_of_an_agreement_is_not_named_by_it(name: str) -> None:
    """The field of a fact, a variable, or words for people are not the service of that name."""
    sold = agreement(
        "bolt_sla",
        "acme-bolt",
        """duty reply "spring" {
          cites paper "spring" "spring"
          obliges acme
          when incident i where i.parent is absent
          must response r where r.incident is i.id within 10 minutes of i.reported_at
        }""",
    )
    other = f'service {name} "Of another" {{ provider nord  hours always }}'
    part = seen(policies(sold, other), of("bolt"))
    assert set(part.services) == {"desk"}
    assert "nord" not in part.parties


def test_a_supplier_sees_neither_what_its_contract_lies_beneath_nor_what_that_carries() -> None:
    part = seen(policies(BOLT, CORP, UC), of("nord", roles="supplier"))
    assert part.agreements["nord_uc"].underpins == ()
    assert set(part.services) == {"hall"}
    assert not [each for each in words(part) if "bolt" in each or "corp" in each]
    both = seen(policies(BOLT, CORP, UC), of("nord", "bolt", roles="customer supplier"))
    assert both.agreements["nord_uc"].underpins == ("bolt_sla",)
    assert not [each for each in words(both) if "corp" in each]


def versions(*customers: str) -> Snapshot:
    """One agreement whose versions are with these customers, one after the other."""
    made = [
        agreement(
            "shared",
            f"acme-{customer}",
            f'version "{number}"',
            since=f"2025-0{number}-01",
            is_amending=number > 1,
        )
        for number, customer in enumerate(customers, start=1)
    ]
    return policies(*made)


@pytest.mark.parametrize(
    ("customers", "who", "numbers"),
    [
        (("bolt", "bolt", "bolt"), "bolt", {"1", "2", "3"}),
        # Who it was with before sees no more of it, and who it is with now only what is its own.
        (("bolt", "corp"), "bolt", set[str]()),
        (("bolt", "corp"), "corp", {"2"}),
        (("corp", "bolt", "corp"), "corp", {"3"}),
        (("corp", "bolt", "corp"), "bolt", set[str]()),
        (("bolt", "corp", "corp"), "corp", {"2", "3"}),
    ],
)
def test_of_an_agreement_that_passes_on_each_sees_its_own_versions(
    customers: tuple[str, ...], who: str, numbers: set[str]
) -> None:
    part = seen(versions(*customers), of(who))
    assert {each.version for each in part.agreements.values()} == numbers
    other = {"bolt": "corp", "corp": "bolt"}[who]
    assert other not in part.parties
    earliest = min(part.agreements.values(), key=lambda each: each.version or "", default=None)
    if earliest is not None:
        assert (earliest.supersedes, earliest.amends, earliest.deltas) == (None, None, ())


def test_every_noun_of_a_part_is_that_of_the_whole_and_the_version_stays() -> None:
    whole = policies(BOLT, CORP, UC, OLA)
    for who in (of("bolt"), of("corp"), of("nord", roles="supplier")):
        part = seen(whole, who)
        assert part.version == whole.version
        for sort in ("parties", "roles", "kinds", "calendars", "components"):
            every = getattr(whole, sort)
            assert all(every[name] is noun for name, noun in getattr(part, sort).items())
        assert not part.feeds
        assert not part.examples
