"""Who acts for a side, when policies change: suppliers and promises dropped, statements said anew."""

import pytest

from engine.model.agreement import Change
from engine.source import Source
from engine.whatif.words import words_changes
from tests.whatif.asking import after, ask, checked

ACTING = """  provider acts through tern, northwind
  provider acts through clerk for restore, intake { cites paper "9" "may engage" }
"""
POLICY = f"""use standard
document paper "Paper" {{ version "1" }}
party acme "Acme"
party bolt "Bolt"
party tern "Tern"
party northwind "Northwind"
party clerk "Clerk"
party agency "Agency"
service shop "Shop" {{ provider acme  hours always }}
agreement deal is sla "Shop" {{
  between acme as provider and bolt as customer
  covers shop
  cites paper "1" "shop"
  in force from 2025-01-01 through 2025-12-31
  accepted by "order" on 2024-12-01
  zone UTC
  conventions standard {{ sources are assumed watched }}
{ACTING}
  duty restore {{
    cites paper "3" "one day"
    obliges acme
    when incident i
    must restoration r where r.incident is i.id within 4 hours of i.reported_at
  }}
  duty intake {{
    cites paper "3" "one day"
    obliges acme
    when incident i
    must response r where r.incident is i.id within 1 hours of i.reported_at
  }}
}}
agreement tern_uc is uc "Tern" {{
  between tern as provider and acme as customer
  covers shop
  cites paper "5" "shop"
  in force from 2025-01-01 through 2025-12-31
  accepted by "order" on 2024-12-01
  zone UTC
  conventions standard {{ sources are assumed watched }}
}}
"""
TERN_UC = POLICY[POLICY.index("agreement tern_uc") :]
RESTORE = POLICY[POLICY.index("  duty restore") : POLICY.index("  duty intake")]
CLERK = ACTING.splitlines(keepends=True)[1]


@pytest.mark.parametrize(
    ("change", "edits"),
    [
        ("drop supplier northwind", [("tern, northwind", "tern")]),
        ("drop supplier clerk", [(CLERK, "")]),
        ("drop supplier tern", [("tern, northwind", "northwind"), (TERN_UC, "")]),
        ("drop duty restore from deal", [(RESTORE, ""), ("for restore, intake", "for intake")]),
        (
            "drop duty restore from deal\ndrop duty intake from deal",
            [
                (POLICY[POLICY.index("  duty restore") : POLICY.index("}\nagreement tern_uc")], ""),
                (CLERK, ""),
            ],
        ),
        ("amend deal { provider acts through agency }", [(ACTING, "  provider acts through agency\n")]),
        (
            "amend deal { customer acts through agency }",
            [(CLERK, f"{CLERK}  customer acts through agency\n")],
        ),
    ],
)
def test_a_change_is_the_edit_that_somebody_would_make(change: str, edits: list[tuple[str, str]]) -> None:
    text = POLICY
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    asked = after(change, of=checked(POLICY))
    assert asked.version == checked(text).snapshot.version != checked(POLICY).snapshot.version  # type: ignore[union-attr]


def test_who_provides_nothing_and_acts_for_nobody_cannot_be_dropped() -> None:
    found = ask("drop supplier bolt", of=checked(POLICY)).diagnostics
    (mistake,) = (each for each in found if each.code == "nothing-changed")
    assert mistake.message == (
        "`bolt` is the provider of no agreement, acts for nobody, and carries nothing "
        "that others could carry without it"
    )


@pytest.mark.parametrize(
    ("old", "new", "change", "before", "now"),
    [
        (
            "tern, northwind",
            "tern",
            Change.CHANGED,
            "provider acts through tern, northwind",
            "provider acts through tern",
        ),
        (CLERK, "", Change.REMOVED, CLERK.strip(), None),
        (
            CLERK,
            CLERK + "  customer acts through agency for intake\n",
            Change.ADDED,
            None,
            "customer acts through agency for intake",
        ),
    ],
)
def test_a_difference_in_words(
    old: str, new: str, change: Change, before: str | None, now: str | None
) -> None:
    """Statement by statement, each with the clause that it cites or that of its agreement."""
    changed = POLICY.replace(old, new)
    (word,) = words_changes([Source(name="p.sla", text=POLICY)], [Source(name="p.sla", text=changed)])
    assert (word.change, word.before, word.after) == (change, before, now)
    assert word.clause == ("paper 9" if old == CLERK and not new else "paper 1")
    assert word.place.startswith("agreement deal")
