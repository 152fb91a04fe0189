"""What entries record is there as it was recorded: policy sets, their files, and facts."""

from itertools import count

import pytest

from engine.ledger.records import content_digest, members
from engine.model.tenancy import FactBatch, Fed, Published, Request, Row
from engine.source import Source
from engine.store.archive import Archive
from engine.store.duckdb_archive import DuckDbArchive
from engine.tenant.tenant import Tenant
from tests.ledger.acme import FIRST_AT, Rows, dumped, named, restored, tamper, verified

POLICY = """use standard

party acme "Acme"

service shop "Shop" {
  provider acme
  hours always
}
"""


def outage(id: str, start: str) -> Row:
    """A fact as it arrives."""
    return {"id": id, "service": "shop", "start": start, "end": "2025-04-03T00:00:00Z"}


def told(archive: Archive) -> None:
    """Publish twice, feed two facts, correct one and retract it: entries 0 to 4."""
    tenant = Tenant(archive)
    for number, text in enumerate((POLICY, f'{POLICY}\nparty bolt "Bolt"\n')):
        done = tenant.publish([Source(name="acme.sla", text=text)], Request(actor="gov", key=f"p{number}"))
        assert isinstance(done, Published), done
    for number, rows in enumerate(
        (
            [outage("o-1", "2025-04-01T00:00:00Z"), outage("o-2", "2025-04-02T00:00:00Z")],
            [outage("o-1", "2025-04-01T01:00:00Z")],
        )
    ):
        batch = FactBatch(kind="outage", rows=rows, corrections=bool(number))
        fed = tenant.feed(batch, Request(actor="app", key=f"f{number}"))
        assert isinstance(fed, Fed), fed
    assert isinstance(tenant.retract("outage", ["o-1"], Request(actor="app", key="r")), Fed)


@pytest.fixture(scope="module")
def told_rows() -> Rows:
    """What lies in an archive afterwards."""
    ticks = count(FIRST_AT, 1_000_000)
    archive = DuckDbArchive(None, lambda: next(ticks))
    told(archive)
    rows = dumped(archive)
    archive.close()
    return rows


@pytest.fixture
def informed(archive: Archive, told_rows: Rows) -> Archive:
    """The archive of a tenant that was told this."""
    restored(archive, told_rows)
    return archive


def test_what_a_tenant_was_told_is_as_it_was_recorded(informed: Archive) -> None:
    found = verified(informed)
    assert (found.flaws, found.entries, found.versions, found.erased) == ((), 5, 4, 0)


@pytest.mark.parametrize(
    ("bend", "flaw", "what"),
    [
        ("UPDATE policy_file SET content = content || ' ' WHERE place = 0", ("altered", 0, 0), "files"),
        ("UPDATE policy_file SET name = 'x'", ("altered", 0, 0), "files"),
        ("DELETE FROM policy_file", ("without record", 0, 0), "files that it records are not there"),
        ("DELETE FROM policy_set WHERE seq = 1", ("without record", 1, 1), "is not there"),
        ("DELETE FROM policy_set WHERE seq = 1", ("without entry", None, None), "no policy set is made of"),
        ("UPDATE policy_set SET entry = 9 WHERE seq = 1", ("without entry", 9, 9), "is not there"),
        ("UPDATE policy_set SET entry = 2 WHERE seq = 1", ("without entry", 2, 2), "something else"),
        ("UPDATE policy_set SET entry = 0", ("without entry", 0, 0), "something else"),
        ("UPDATE policy_set SET published_by = 'eve' WHERE seq = 1", ("altered", 1, 1), "its publisher"),
        ("UPDATE policy_set SET published_at = 1 WHERE seq = 1", ("altered", 1, 1), "its instant"),
        ("UPDATE policy_set SET version = 'x' WHERE seq = 1", ("altered", 1, 1), "its version"),
        ("UPDATE policy_set SET reader = NULL WHERE seq = 1", ("altered", 1, 1), "its reader"),
        ("UPDATE frozen_piece SET content = content || ' '", ("altered", 0, 0), "not there as it was frozen"),
        ("DELETE FROM frozen_piece", ("altered", 0, 0), "not there as it was frozen"),
        ("DELETE FROM policy_piece WHERE place = 0", ("altered", 1, 1), "what they rest on"),
        ("UPDATE policy_piece SET place = -place", ("altered", 0, 0), "what they rest on"),
        ("DELETE FROM policy_set", ("without entry", None, None), "no policy set rests on"),
        (
            f"INSERT INTO frozen_piece VALUES ('{content_digest('x')}', 'x')",  # noqa: S608
            ("without entry", None, None),
            "that no policies rest on",
        ),
        ("DELETE FROM fact_version WHERE entry = 4", ("without record", 4, 4), "1 fact version"),
    ],
)
def test_what_is_not_as_it_was_recorded_is_named(
    informed: Archive, bend: str, flaw: tuple[str, int | None, int | None], what: str
) -> None:
    tamper(informed, bend)
    found = verified(informed)
    assert flaw in named(found.flaws)
    assert [each for each in found.flaws if what in each.what]


@pytest.mark.parametrize("body", ["", "[]", "nothing", "[" * 100_000])
def test_a_body_that_is_no_object_has_no_members(body: str) -> None:
    assert members(body) == {}
