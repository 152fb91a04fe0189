"""A party feeds what policies say comes from it, takes back nothing of others, may dispute (S2.5, S7.1)."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from engine.ledger.verify import verify
from engine.model.canonical_json import Json
from engine.model.quantity import HOUR
from engine.model.tenancy import FactBatch, Fault, Fed, Published, Refused, Request, Row
from engine.model.verdict import Flag, State
from engine.source import Source
from engine.store.open_archive import open_archive
from engine.tenant.speaking import fed_for
from engine.tenant.tenant import Tenant
from tests.postgres import PostgresServer
from tests.tenant.shop import FEBRUARY, Clock

POLICY = """
use standard
document order "Order form"
party acme "Acme"
party bolt "Bolt"
party nord "Nord"
role head of acme
service shop "Shop" { provider acme  hours always }
service desk "Desk" { provider acme  hours always }
fact figure "What the other party measured" {
  key id
  about service
  lasts start until end
  percent number with 1 decimals
  settled_at instant optional
}
agreement shop_sla is sla "Shop" {
  version "1"
  between acme as provider and bolt as customer
  covers shop
  in force from 2025-01-01 through 2025-12-31
  accepted by "Order 1" on 2024-12-20
  zone UTC
  conventions standard { sources are assumed watched  approvals may come late }
  facts of outage come from acme { cites order "4" "Acme measures" }
  facts of figure, notice come from bolt
  facts of approval come from acme
  exclusion work { cites order "5" "work"  when maintenance m from m.start until m.end  approved by head }
  target up of shop {
    cites order "1" "99 %"
    obliges acme
    measures uptime from outage o
    during always
    source "Probe" by acme
    excludes work
    countered by figure f with f.percent * 1%, settled at f.settled_at
    requires at least 99% in each calendar month
  }
}
agreement shop_sla is sla amends shop_sla {
  version "2"
  in force from 2025-02-01 through 2025-12-31
  facts of outage come from bolt, acme
  facts of figure, notice come from bolt
}
agreement desk_sla is sla "Desk" {
  between acme as provider and nord as customer
  covers desk
  in force from 2025-01-01 through 2025-12-31
  accepted by "Order 2" on 2024-12-20
  zone UTC
  conventions standard { sources are assumed watched }
  facts of figure, outage come from nord { cites order "9" "Nord measures" }
  target desk_up of desk {
    cites order "8" "99 %"
    obliges acme
    measures uptime from outage o
    during always
    source "Probe" by acme
    requires at least 99% in each calendar month
  }
}
"""

_tenants = count()


@pytest.fixture
def clock() -> Clock:
    return Clock(FEBRUARY)


@pytest.fixture(params=["duckdb", "postgres"])
def tenant(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Tenant]:
    location, name = str(tmp_path / "tenant.duckdb"), "main"
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres")
        location, name = server.url, f"speaking{next(_tenants)}"
    with Tenant(open_archive(location, clock, tenant=name)) as tenant:
        done = tenant.publish([Source(name="shop.sla", text=POLICY)], Request(actor="gov", key="p"))
        assert isinstance(done, Published), done
        yield tenant


def asked(*parties: str, key: str = "") -> Request:
    """A request in the name of some parties, under a key of its own."""
    return Request(
        actor="ann", key=key or f"k{next(_tenants)}", parties=frozenset(parties) if parties else None
    )


def outage(key: str, start: str = "2025-02-03", hours: int = 1, service: str = "shop") -> Row:
    return {"id": key, "service": service, "start": f"{start}T00:00:00Z", "end": f"{start}T{hours:02}:00:00Z"}


def fed(tenant: Tenant, kind: str, *rows: Row, by: Request, corrections: bool = False) -> Fed | Refused:
    return tenant.feed(FactBatch(kind=kind, rows=rows, corrections=corrections), by)


def faults(answer: Fed | Refused) -> list[tuple[str, int | None, str | None, str | None]]:
    assert isinstance(answer, Refused), answer
    return [(each.code, each.row, each.field, each.party) for each in answer.faults]


def bodies(tenant: Tenant) -> list[tuple[str, str, str]]:
    """The kind, the subject and the body of every entry since the policies."""
    with tenant._archive.reading() as reading:
        return reading.run("SELECT kind, subject, body FROM entry WHERE seq > 0 ORDER BY seq")


def test_a_party_feeds_what_comes_from_it_and_the_ledger_says_for_whom(tenant: Tenant) -> None:
    assert isinstance(fed(tenant, "outage", outage("o1"), by=asked("acme")), Fed)
    assert isinstance(fed(tenant, "outage", outage("o2"), by=asked()), Fed)
    assert isinstance(fed(tenant, "outage", outage("o3"), by=asked("acme", "bolt")), Fed)
    entries = [
        (kind, subject, fed_for(body)) for kind, subject, body in bodies(tenant) if subject == "outage"
    ]
    assert entries == [
        ("feed", "outage", ("acme",)),
        ("feed", "outage", ()),
        ("feed", "outage", ("acme", "bolt")),
    ]


def test_what_no_policy_lets_a_party_feed_is_refused_with_kind_party_and_clause(tenant: Tenant) -> None:
    answer = fed(tenant, "figure", _figure("f1", 98), by=asked("acme"))
    assert isinstance(answer, Refused)
    lines = [n for n, line in enumerate(POLICY.splitlines(), start=1) if "facts of figure" in line]
    bolt, later, nord = (f"shop.sla:{line}:37" for line in lines)
    assert answer.faults == (
        Fault(
            code="not-from-party",
            message="no policy says that facts of `figure` come from `acme`: in `desk_sla` and `shop_sla`"
            f' they come from `nord` (order "9", {nord}); from `bolt` ({bolt}); from `bolt` ({later})',
            kind="figure",
            party="acme",
            clause=f'order "9", {nord}; {bolt}; {later}',
        ),
    )


@pytest.mark.parametrize(
    ("kind", "row", "code", "message"),
    [
        # A kind that only agreements of others name is as unknown as one that there is not.
        (
            "approval",
            {"id": "a1"},
            "not-from-party",
            "no policy says that facts of `approval` come from `nord`",
        ),
        (
            "approvals",
            {"id": "a1"},
            "not-from-party",
            "no policy says that facts of `approvals` come from `nord`",
        ),
        # So is what is called so, and what is nearly called so.
        ("outage", outage("o", service="shop"), "unknown-reference", "no service is named `shop`"),
        ("outage", outage("o", service="shopp"), "unknown-reference", "no service is named `shopp`"),
        (
            "outage",
            outage("o", service="dusk"),
            "unknown-reference",
            "no service is named `dusk`; did you mean `desk`?",
        ),
    ],
)
def test_of_agreements_of_others_a_refusal_tells_nothing(
    tenant: Tenant, kind: str, row: Row, code: str, message: str
) -> None:
    answer = fed(tenant, kind, row, by=asked("nord"))
    assert isinstance(answer, Refused)
    assert [(each.code, each.message) for each in answer.faults] == [(code, message)]


def test_a_party_that_does_not_feed_a_kind_is_not_told_of_its_fields(tenant: Tenant) -> None:
    """What it would have to say is no matter before it may say anything."""
    answer = fed(tenant, "figure", {"id": "f1", "start": "x", "colour": "red"}, by=asked("acme"))
    assert isinstance(answer, Refused)
    assert [each.code for each in answer.faults] == ["not-from-party"]


def test_a_kind_that_others_name_is_none_to_retract_of(tenant: Tenant) -> None:
    for kind in ("approval", "approvals"):
        answer = tenant.retract(kind, ["a1"], asked("nord"))
        assert isinstance(answer, Refused)
        assert [each.code for each in answer.faults] == ["not-from-party"]


def test_it_feeds_only_what_concerns_an_agreement_that_says_so(tenant: Tenant) -> None:
    rows = (_figure("f1", 98), _figure("f2", 98, service="desk"))
    answer = fed(tenant, "figure", *rows, by=asked("bolt"))
    desk = fed(tenant, "outage", outage("o1", service="desk"), by=asked("acme"))
    assert faults(desk) == [("not-from-party", 1, "service", "acme")]
    assert isinstance(desk, Refused)
    assert "for `shop_sla`, to which `desk` does not belong (" in desk.faults[0].message
    # What no agreement of its own names is as unknown as what there is not.
    assert faults(answer) == [("unknown-reference", 2, "service", None)]
    # One batch is of one party.
    together = fed(tenant, "figure", *rows, by=asked("bolt", "nord"))
    assert faults(together) == [("not-from-party", None, None, None)]
    notices: tuple[Row, ...] = tuple(
        {"id": f"n{n}", "given_at": "2025-02-03T00:00:00Z", **said}
        for n, said in enumerate(
            (
                {},
                {"agreement": "shop_sla"},
                {"agreement": "desk_sla"},
                {"obligation": "shop_sla.up"},
                {"obligation": "desk_sla.desk_up"},
            )
        )
    )
    assert faults(fed(tenant, "notice", *notices, by=asked("bolt"))) == [
        ("unknown-reference", 3, "agreement", None),
        ("unknown-reference", 5, "obligation", None),
    ]


def test_the_version_in_force_at_the_fact_decides(tenant: Tenant) -> None:
    in_january, in_february = outage("o1", "2025-01-31"), outage("o2", "2025-02-01")
    assert isinstance(fed(tenant, "outage", in_february, by=asked("bolt")), Fed)
    assert faults(fed(tenant, "outage", in_january, by=asked("bolt"))) == [
        ("not-from-party", 1, "start", "bolt")
    ]
    assert isinstance(fed(tenant, "outage", in_january, by=asked("acme")), Fed)
    # Before the first version began it is that one that decides.
    assert isinstance(fed(tenant, "outage", outage("o3", "2024-12-31"), by=asked("acme")), Fed)


def test_nobody_corrects_or_takes_back_what_came_from_another(tenant: Tenant) -> None:
    assert isinstance(fed(tenant, "outage", outage("o1"), by=asked("acme")), Fed)
    assert isinstance(fed(tenant, "outage", outage("o2"), by=asked()), Fed)
    longer = [outage(key, hours=5) for key in ("o1", "o2")]
    refused = fed(tenant, "outage", *longer, by=asked("bolt"), corrections=True)
    assert faults(refused) == [("duplicate-key", 1, "id", "bolt"), ("duplicate-key", 2, "id", "bolt")]
    for key in ("o1", "o2", "o9"):
        # As if it were not there.
        answer = tenant.retract("outage", [key], asked("bolt"))
        assert isinstance(answer, Refused)
        assert [each.message for each in answer.faults] == [f"there is no `outage` `{key}`"]
    assert isinstance(fed(tenant, "outage", longer[0], by=asked("acme"), corrections=True), Fed)
    assert isinstance(tenant.retract("outage", ["o1"], asked("acme")), Fed)
    # Nor is its key free for another once it is taken back.
    assert faults(fed(tenant, "outage", longer[0], by=asked("bolt"))) == [("duplicate-key", 1, "id", "bolt")]
    assert isinstance(tenant.retract("outage", ["o2"], asked()), Fed)


def test_who_speaks_for_no_party_that_he_may_name_feeds_nothing(tenant: Tenant) -> None:
    nobody = Request(actor="ann", key="n", parties=frozenset())
    assert faults(fed(tenant, "outage", outage("o1"), by=nobody)) == [("not-from-party", None, None, None)]
    assert faults(fed(tenant, "outage", outage("o1"), by=asked("eve"))) == [
        ("not-from-party", None, None, "eve")
    ]


def test_the_other_party_stands_beside_with_its_figure_and_a_dispute_marks_the_verdict(
    tenant: Tenant,
) -> None:
    assert isinstance(fed(tenant, "outage", outage("o1", "2025-01-03"), by=asked("acme")), Fed)
    assert isinstance(fed(tenant, "figure", _figure("f1", 98), by=asked("bolt")), Fed)
    (verdict,) = (
        each
        for each in tenant.evaluate(as_of=FEBRUARY).verdicts
        if each.identity == ("shop_sla.up", "shop", "2025-01")
    )
    assert verdict.state is State.MET
    assert Flag.DISPUTED in verdict.flags
    assert [(each.name, each.text) for each in verdict.parts] == [("countered by", "figure:f1")]
    settled = {**_figure("f1", 98), "settled_at": "2025-02-05T00:00:00Z"}
    assert isinstance(fed(tenant, "figure", settled, by=asked("bolt"), corrections=True), Fed)
    (verdict,) = (
        each
        for each in tenant.evaluate(as_of=FEBRUARY).verdicts
        if each.identity == ("shop_sla.up", "shop", "2025-01")
    )
    assert Flag.DISPUTED not in verdict.flags


def test_what_people_do_for_roles_is_recorded_as_approvals_that_can_be_verified(tenant: Tenant) -> None:
    approval: Row = {"id": "a1", "at": "2025-01-31T00:00:00Z", "approves": "m1", "by": "ann"}
    assert isinstance(fed(tenant, "approval", approval, by=asked("acme")), Fed)
    holder: Row = {"id": "h1", "role": "head", "person": "ann", "start": "2025-01-01T00:00:00Z"}
    assert isinstance(fed(tenant, "holder", holder, by=asked()), Fed)
    assert isinstance(tenant.retract("approval", ["a1"], asked("acme")), Fed)
    assert [(kind, subject, fed_for(body)) for kind, subject, body in bodies(tenant)] == [
        ("approve", "approval", ("acme",)),
        ("feed", "holder", ()),
        ("retract", "approval", ("acme",)),
    ]
    with tenant._archive.reading() as reading:
        assert verify(reading).found == 0


def test_an_appointment_that_is_told_afterwards_counts_from_when_it_was_told(
    tenant: Tenant, clock: Clock
) -> None:
    # 8 of 744 hours are more than 1%; with the work excluded there are none.
    work: Row = outage("m1", "2025-01-03", hours=8)
    assert isinstance(fed(tenant, "outage", outage("o1", "2025-01-03", hours=8), by=asked("acme")), Fed)
    assert isinstance(fed(tenant, "maintenance", work, by=asked()), Fed)
    approval: Row = {"id": "a1", "at": "2025-01-02T00:00:00Z", "approves": "m1", "by": "bob"}
    approved = fed(tenant, "approval", approval, by=asked("acme"))
    assert isinstance(approved, Fed)
    clock.now += HOUR
    holders: list[Row] = [
        {"id": "h1", "role": "head", "person": "ann", "start": "2024-12-01T00:00:00Z"},
        {"id": "h2", "role": "head", "person": "bob", "deputy_for": "ann", "start": "2025-01-01T00:00:00Z"},
    ]
    assert isinstance(fed(tenant, "holder", *holders, by=asked()), Fed)
    found: list[tuple[State, tuple[str, ...], list[str]]] = []
    for known_at in (approved.known_from, clock.now):
        evaluation = tenant.evaluate(as_of=FEBRUARY, known_at=known_at)
        (verdict,) = (
            each for each in evaluation.verdicts if each.identity == ("shop_sla.up", "shop", "2025-01")
        )
        found.append((verdict.state, verdict.missing, [each.code for each in evaluation.warnings]))
    assert found == [
        (State.BREACHED, ("maintenance:m1 approved by head",), ["role-not-held"]),
        (State.MET, (), []),
    ]


def test_the_same_request_is_answered_alike(tenant: Tenant) -> None:
    first = fed(tenant, "outage", outage("o1"), by=asked("acme", key="same"))
    again = fed(tenant, "outage", outage("o1"), by=asked("acme", key="same"))
    assert isinstance(first, Fed)
    assert again == first


def _figure(key: str, percent: int, service: str = "shop") -> dict[str, Json]:
    return {
        "id": key,
        "service": service,
        "start": "2025-01-01T00:00:00Z",
        "end": "2025-02-01T00:00:00Z",
        "percent": str(percent),
    }
