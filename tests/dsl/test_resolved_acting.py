"""Third parties that act for a side of an agreement: what is meant, refused, and kept by an amendment."""

import pytest

from engine.diagnostic import Level
from engine.dsl.model_to_digest import digest
from engine.model.agreement import ActingParty, Agreement
from engine.model.snapshot import Snapshot
from tests.dsl.resolving import agreement, resolved

PARTIES = "party tern\nparty northwind\nparty clerk\n"
PROMISES = """
cites msa "1"
duty intake {
  cites msa "3" "one day"
  obliges tern
  when incident i
  must response r where r.incident is i.id within 1 hours of i.reported_at
}
duty restore {
  cites msa "3" "one day"
  obliges provider
  when incident i
  must restoration r where r.incident is i.id within 4 hours of i.reported_at
}
customer must pay {
  cites msa "4" "30 days"
  when report r
  must notice n within 30 calendar days of r.at
}
"""


def text(statements: str) -> str:
    """A policy with these statements in its agreement."""
    return agreement(statements + PROMISES) + PARTIES


def sound(*texts: str, warned: tuple[str, ...] = ()) -> Snapshot:
    """The snapshot of policies of which nothing is said about strangers but what is expected."""
    snapshot, found = resolved(*texts)
    assert snapshot is not None, [each.message for each in found]
    assert tuple(each.code for each in found if each.code.endswith("stranger")) == warned
    return snapshot


def said(made: Agreement) -> list[tuple[str, str, tuple[str, ...]]]:
    """Who acts for whom in what."""
    return [(each.party, each.side, each.obligations) for each in made.acting]


def test_who_acts_for_each_side_in_what() -> None:
    made = sound(
        text(
            'provider acts through tern, northwind { cites msa "9" "may engage third parties" }\n'
            "provider acts through clerk for restore, intake\n"
        )
    ).agreements["deal"]
    assert said(made) == [
        ("tern", "acme", ()),
        ("northwind", "acme", ()),
        ("clerk", "acme", ("deal.restore", "deal.intake")),
    ]
    assert [[cited.section for cited in each.cites] for each in made.acting] == [["9"], ["9"], []]


def test_through_whom_a_promise_is_kept_and_to_whom_it_is_owed() -> None:
    """A promise of the side is kept through who acts for it in that promise; who is bound himself is not
    among them, and what he owes is owed to the other side."""
    made = sound(
        text(
            "provider acts through tern\ncustomer acts through clerk\n"
            "provider acts through northwind for restore\n"
        )
    ).agreements["deal"]
    terms = {each.terms.id: each.terms for each in made.obligations}
    assert {id: [each.party for each in made.kept_through(each)] for id, each in terms.items()} == {
        "deal.intake": [],
        "deal.restore": ["tern", "northwind"],
        "deal.pay": ["clerk"],
    }
    assert {id: made.owed(each) for id, each in terms.items()} == {
        "deal.intake": "bolt",
        "deal.restore": "bolt",
        "deal.pay": "acme",
    }


@pytest.mark.parametrize(
    ("statement", "warned"),
    [
        ("", ("obliges-stranger",)),
        ("provider acts through tern", ()),
        ("provider acts through tern for intake", ()),
        ("provider acts through tern for restore", ("obliges-stranger",)),
        ("provider acts through northwind", ("obliges-stranger",)),
    ],
)
def test_a_promise_may_bind_who_acts_for_a_side_in_it(statement: str, warned: tuple[str, ...]) -> None:
    sound(text(statement), warned=warned)


@pytest.mark.parametrize(
    ("statement", "code", "where"),
    [
        ("provider acts through trn", "unknown-name", "trn"),
        ("provider acts through acme", "acts-for-itself", "acme"),
        ("customer acts through bolt", "acts-for-itself", "bolt"),
        ("provider acts through bolt", "acts-for-both-sides", "bolt"),
        ("provider acts through tern\ncustomer acts through tern for pay", "acts-for-both-sides", "tern"),
        ("provider acts through northwind, northwind", "said-twice", "northwind"),
        ("provider acts through tern\nprovider acts through tern for intake", "said-twice", "tern"),
        ("provider acts through tern for intake, intake", "said-twice", "intake"),
        ("provider acts through tern for restored", "unknown-name", "restored"),
        ("provider acts through tern for pay", "binds-other-side", "pay"),
        ("customer acts through clerk for restore", "binds-other-side", "restore"),
        ('provider acts through tern { cites msb "9" }', "unknown-name", "msb"),
    ],
)
def test_what_is_refused(statement: str, code: str, where: str) -> None:
    """One mistake is one finding, at the name that is mistaken."""
    policy = text(statement)
    (found,) = (each for each in resolved(policy)[1] if each.level is Level.ERROR)
    span = found.labels[0][0]
    assert (found.code, policy[span.start : span.end]) == (code, where)


def test_a_party_may_act_in_several_promises_by_several_statements() -> None:
    made = sound(
        text("provider acts through tern for intake\nprovider acts through tern for restore")
    ).agreements["deal"]
    assert said(made) == [("tern", "acme", ("deal.intake",)), ("tern", "acme", ("deal.restore",))]


def test_what_an_agreement_says_of_its_keeping_is_a_promise_like_any_other() -> None:
    made = sound(
        text(
            "reported every calendar month within 10 calendar days\n"
            "provider acts through tern\nprovider acts through northwind for reported"
        )
    ).agreements["deal"]
    assert said(made)[1] == ("northwind", "acme", ("deal.reported",))


TEMPLATE = """
template gold "Gold" {
  provider acts through northwind
  provider acts through clerk for restore
  customer acts through agency
}
"""


def test_an_amendment_replaces_those_of_its_own_side() -> None:
    """Who acts for the customer stays where only the provider's third parties are said anew (S2.6)."""
    amended = text("provider acts through tern").replace('is sla "Web shop"', 'is sla "Web shop" amends gold')
    made = sound(amended + "party agency\n", TEMPLATE).agreements["deal"]
    assert said(made) == [("agency", "bolt", ()), ("tern", "acme", ())]
    assert ("changed", "provider acts through") in [(each.change, each.member) for each in made.deltas]


def test_who_acts_is_part_of_what_the_policy_says() -> None:
    """The digest of an agreement changes with the party, the side, the promises, and the words (S2.6)."""
    statements = (
        "provider acts through northwind",
        "provider acts through clerk",
        "customer acts through northwind",
        "provider acts through northwind for restore",
        'provider acts through northwind { cites msa "9" }',
    )
    made = [sound(text(each), warned=("obliges-stranger",)) for each in statements]
    assert len({digest(each.agreements["deal"]) for each in made}) == len(statements)
    assert all(isinstance(each.agreements["deal"].acting[0], ActingParty) for each in made)
