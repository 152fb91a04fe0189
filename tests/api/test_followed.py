"""Escalations and credits as lists: filtered, in pages, and with sums that hide nothing."""

from dataclasses import replace
from decimal import Decimal

import pytest

from api.graphql.opaque import global_id
from api.view import Revision
from engine.model.quantity import DAY, Money
from engine.model.reaction import Credit, CreditState, EscalationState, EscalationStep
from tests.api.served import AS_OF, REACTIONS, VERDICTS, ask, client, month, refused, restore, view

(CREDIT,) = [each for each in REACTIONS if isinstance(each, Credit)]
(STEP,) = [each for each in REACTIONS if isinstance(each, EscalationStep)]


def usd(amount: str) -> Money:
    """An amount."""
    return Money(amount=Decimal(amount), currency="USD")


CREDITS = (
    CREDIT,
    replace(CREDIT, occasion=month(0), amount=usd("0.10"), state=CreditState.PROVISIONAL),
    replace(CREDIT, occasion=month(2), amount=usd("0.20"), state=CreditState.PROVISIONAL),
    replace(CREDIT, subject="b", amount=Money(amount=Decimal("7.5"), currency="EUR")),
    replace(CREDIT, subject="c", amount=None, state=CreditState.PROVISIONAL),
    replace(CREDIT, subject="d", amount=None, points=3),
    replace(CREDIT, obligation="acme_sla.restore", occasion=restore(1).occasion, amount=usd("1.00")),
)
STEPS = tuple(
    replace(
        STEP,
        occasion=restore(number % 3).occasion,
        level=number,
        at=AS_OF + number * DAY,
        state=EscalationState.REACHED if number < 5 else EscalationState.DUE_NEXT,
    )
    for number in range(9)
)
DOOR = client(
    replace(
        view(),
        revision=Revision(as_of=AS_OF, known_at=None, verdicts=VERDICTS, reactions=(*CREDITS, *STEPS)),
    )
)
SLA, RESTORE = global_id("Agreement", "acme_sla"), global_id("Obligation", "acme_sla.restore")


def test_credits_and_what_they_come_to() -> None:
    found = ask(
        DOOR,
        """{ credits { totalCount asOf policyVersion unknown sums { state amount count }
        nodes { amount points state subject obligationName obligation { title } window { label }
                trigger { key } arithmetic { nodes { text } } } } }""",
    )["credits"]
    assert (found["totalCount"], found["unknown"]) == (7, 1)
    assert found["sums"] == [
        {"state": "FINAL", "amount": "EUR 7.5", "count": 1},
        {"state": "FINAL", "amount": "USD 121.00", "count": 2},
        {"state": "PROVISIONAL", "amount": "USD 0.30", "count": 2},
    ]
    first = found["nodes"][0]
    assert (first["obligationName"], first["window"], first["trigger"]) == (
        "acme_sla.restore",
        None,
        {"key": "i001"},
    )
    assert first["arithmetic"]["nodes"] == [{"text": "10% of USD 1,200.00 = USD 120.00"}]


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"agreement": SLA}, 7),
        ({"agreement": global_id("Agreement", "other")}, 0),
        ({"obligation": RESTORE}, 1),
        ({"state": ["PROVISIONAL"]}, 3),
        ({"period": {"start": "2025-01-10T00:00:00Z", "end": "2025-01-11T00:00:00Z"}}, 1),
        ({"period": {"start": "2025-02-03T00:00:00Z", "end": "2025-02-04T00:00:00Z"}}, 5),
    ],
)
def test_credits_are_found(asked: dict[str, object], count: int) -> None:
    query = "query ($f: CreditFilter) { credits(filter: $f, first: 1) { totalCount } }"
    assert ask(DOOR, query, f=asked)["credits"]["totalCount"] == count


@pytest.mark.parametrize(
    ("asked", "levels"),
    [
        ({}, [0, 1, 2, 3, 4, 5, 6, 7, 8]),
        ({"agreement": SLA, "state": ["DUE_NEXT"]}, [5, 6, 7, 8]),
        ({"period": {"start": "2025-03-16T00:00:00Z", "end": "2025-03-18T00:00:00Z"}}, [1, 2]),
        ({"agreement": global_id("Agreement", "other")}, []),
    ],
)
def test_escalations_in_order_of_time_page_by_page(asked: dict[str, object], levels: list[int]) -> None:
    query = """query ($f: EscalationFilter, $a: String) { escalations(filter: $f, first: 4, after: $a) {
        nodes { level role at state escalation trigger { key } agreement { name } }
        pageInfo { hasNextPage endCursor } } }"""
    told: list[int] = []
    after = None
    while True:
        page = ask(DOOR, query, f=asked, a=after)["escalations"]
        told += [each["level"] for each in page["nodes"]]
        assert all(each["agreement"] == {"name": "acme_sla"} for each in page["nodes"])
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert told == levels


def test_what_cannot_be_asked_is_refused() -> None:
    query = "query ($f: CreditFilter) { credits(filter: $f) { totalCount } }"
    backwards = {"start": "2025-02-01T00:00:00Z", "end": "2025-01-01T00:00:00Z"}
    assert refused(DOOR, query, {"f": {"period": backwards}}) == ["BAD_USER_INPUT"]
    assert refused(DOOR, query, {"f": {"agreement": RESTORE}}) == ["BAD_USER_INPUT"]
