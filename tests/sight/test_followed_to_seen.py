"""What is told of what followed: verdicts of others not at all, and their names nowhere."""

import pytest

from engine import pipeline
from engine.model.explanation import Explanation, Line
from engine.model.principal import ApiRole, Principal
from engine.model.verdict import InWindow, OnTriggerFact, State, Verdict
from engine.sight.followed_to_seen import HIDDEN, Sight
from engine.source import Source
from tests.api.market import POLICY

NORTHWIND = Principal(identity="x", roles=frozenset({ApiRole.SUPPLIER}), parties=frozenset({"northwind"}))
BOLT = Principal(identity="x", roles=frozenset({ApiRole.CUSTOMER}), parties=frozenset({"bolt"}))
FEBRUARY = InWindow(start=0, end=1, label="2025-02")


@pytest.fixture(scope="module")
def supplier() -> Sight:
    """What the supplier sees, one of whose promises reads the breaches of others."""
    checked = pipeline.check([Source(name="market.sla", text=POLICY)])
    assert checked.snapshot is not None, checked.diagnostics
    return pipeline.sight(checked.snapshot, NORTHWIND)


def explained(of: Verdict, *texts: str) -> Explanation:
    """A verdict with lines beneath a line."""
    lines = (Line(text="", lines=tuple(Line(text=text) for text in texts)),)
    return Explanation(verdict=of, clause=(), lines=lines, why_not=(), recomputed=True)


def verdict(obligation: str, subject: str, occasion: InWindow | OnTriggerFact = FEBRUARY) -> Verdict:
    return Verdict(obligation=obligation, subject=subject, occasion=occasion, state=State.MET)


def test_a_verdict_of_another_is_none(supplier: Sight) -> None:
    own, other = verdict("northwind_uc.servers", "hosting"), verdict("bolt_sla.up", "shop")
    assert supplier.verdicts((own, other)) == (own,)
    assert supplier.verdict(other) is None


def test_what_is_owed_for_a_breach_of_another_is_left_out(supplier: Sight) -> None:
    breach = OnTriggerFact(kind="breach", key="corp_sla.up/shop/2025-02", at=0)
    assert supplier.verdict(verdict("northwind_uc.apology", "northwind_uc", breach)) is None
    own = OnTriggerFact(kind="breach", key="northwind_uc.servers/hosting/2025-02", at=0)
    assert supplier.verdict(verdict("northwind_uc.apology", "northwind_uc", own)) is not None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("breach:corp_sla.up/shop/2025-02", f"breach:{HIDDEN}"),
        # A subject and a key of another may hold anything.
        ("breach:corp_sla.up/shop (region eu)/2025-02", f"breach:{HIDDEN}"),
        ("breach:corp_sla@2.handed/corp_sla/key, with; much", f"breach:{HIDDEN}"),
        (
            "breach:corp_sla.handed/corp_sla/corp 1 at Sat 2025-02-01 04:00 (2025-02-01T04:00:00Z)",
            f"breach:{HIDDEN} at Sat 2025-02-01 04:00 (2025-02-01T04:00:00Z)",
        ),
        ('b.obligation is "corp_sla.up": yes', f'b.obligation is "{HIDDEN}": yes'),
        ('b.subject is "corp_portal": no', f'b.subject is "{HIDDEN}": no'),
        ('b.subject is "shop (region eu)": no', f'b.subject is "{HIDDEN}": no'),
        ('l.role is "corp_manager"', f'l.role is "{HIDDEN}"'),
        # What is one's own, or only looks alike, stays.
        ("breach:northwind_uc.servers/hosting/2025-02", "breach:northwind_uc.servers/hosting/2025-02"),
        ('b.subject is "hosting"', 'b.subject is "hosting"'),
        ("the shop is closed", "the shop is closed"),
        ("my_corp_sla, corp_sla_too and x.corp_sla", "my_corp_sla, corp_sla_too and x.corp_sla"),
    ],
)
def test_names_of_others_are_not_shown_where_a_promise_reads_them(
    supplier: Sight, text: str, told: str
) -> None:
    explanation = explained(verdict("northwind_uc.harm", "northwind_uc"), text)
    assert supplier.explanation(explanation).lines[0].lines[0].text == told


def test_where_nothing_of_others_is_read_words_stay_as_they_are() -> None:
    whole = pipeline.check([Source(name="market.sla", text=POLICY)]).snapshot
    assert whole is not None
    explanation = explained(verdict("bolt_sla.up", "shop"), "corp_sla")
    assert pipeline.sight(whole, BOLT).explanation(explanation) is explanation
