"""What is erased is gone from everywhere but the ledger still proves; what is held stays (S2.5)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from engine.ledger.records import Version, content_digest, recorded_unsalted
from engine.ledger.verify import verify
from engine.model.canonical_json import Json, canonical_json
from engine.model.erasure import (
    Erased,
    ErasureOrder,
    FieldValue,
    Hold,
    HoldScope,
    KeptSince,
    RetentionRule,
    Selection,
)
from engine.model.instants import parse_instant
from engine.model.ledger import Verified
from engine.model.quantity import DAY
from engine.model.tenancy import FactBatch, Fed, Published, Refused, Request, Row
from engine.source import Source
from engine.store.archive import Archive, ArchiveError, UnavailableError
from engine.store.open_archive import open_archive
from engine.tenant.retention import RetentionRulesError, retention_rules
from engine.tenant.tenant import Tenant
from tests.postgres import PostgresServer
from tests.tenant.shop import FEBRUARY, MARCH, POLICY, Clock

VISITS = "\nfact visit {\n  key id\n  about service\n  at seen_at\n  who text\n}\n"
SECRET = "Ngũgĩ-d41d8cd98f00b204"
_tenants = count()


class Place:
    """A tenant over either database, and the bytes of the files in which it lies."""

    def __init__(self, location: str, name: str, server: PostgresServer | None) -> None:
        self.clock = Clock(FEBRUARY)
        self._location, self._name, self._server = location, name, server
        self.tenant = self._opened()

    def reopen(self) -> Tenant:
        """Close it and open it again."""
        self.tenant.close()
        self.tenant = self._opened()
        return self.tenant

    def archive(self) -> Archive:
        """Its archive, by another connection."""
        return self.tenant._archive

    def verified(self) -> Verified:
        """What verifying its ledger finds."""
        with self.archive().reading() as reading:
            return verify(reading)

    def files(self) -> bytes:
        """All that lies in its files, when they hold all that was kept."""
        if self._server is None:
            with self.archive().reading() as reading:
                reading.run("SELECT 1")
            self.tenant.close()
            found = b"".join(each.read_bytes() for each in Path(self._location).parent.iterdir())
            self.tenant = self._opened()
            return found
        with self.archive().writing() as writing:
            paths = writing.run(
                "SELECT pg_relation_filepath(c.oid) FROM pg_class c WHERE relnamespace ="
                " (SELECT oid FROM pg_namespace WHERE nspname = current_schema())"
                " AND relkind IN ('r', 'i', 't')"
            )
        with self.archive()._connected() as connection:  # type: ignore[attr-defined]
            connection.execute("CHECKPOINT")
        return b"".join((self._server.data / path).read_bytes() for (path,) in paths)

    def _opened(self) -> Tenant:
        return Tenant(open_archive(self._location, self.clock, tenant=self._name))


@pytest.fixture(params=["duckdb", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A tenant with policies."""
    location, server = str(tmp_path / "tenant.duckdb"), None
    if request.param == "postgres":
        server = request.getfixturevalue("postgres")
        location = server.url
    made = Place(location, f"erasing{next(_tenants)}", server)
    published = made.tenant.publish([Source(name="shop.sla", text=POLICY + VISITS)], asked("p"))
    assert isinstance(published, Published), published
    yield made
    made.tenant.close()


def asked(key: str) -> Request:
    return Request(actor="ann", key=key)


def visit(key: str, who: str, at: str = "2025-02-01T10:00:00Z") -> dict[str, str]:
    return {"id": key, "service": "shop", "seen_at": at, "who": who}


def feed(tenant: Tenant, key: str, *rows: Row, kind: str = "visit", corrections: bool = False) -> Fed:
    fed = tenant.feed(FactBatch(kind=kind, rows=rows, corrections=corrections), asked(key))
    assert isinstance(fed, Fed), fed
    return fed


def order(
    *keys: str, kind: str = "visit", where: FieldValue | None = None, with_keys: bool = False
) -> ErasureOrder:
    return ErasureOrder(
        selection=Selection(kind=kind, keys=keys, where=where),
        reason="asked for by letter",
        ground="GDPR Art. 17(1)(b)",
        with_keys=with_keys,
    )


def erased(tenant: Tenant, key: str, what: ErasureOrder) -> Erased:
    told = tenant.erase(what, asked(key))
    assert isinstance(told, Erased), told
    return told


def codes(told: object) -> list[str]:
    assert isinstance(told, Refused), told
    return [each.code for each in told.faults]


def test_no_byte_of_the_content_is_left_and_the_ledger_still_proves(place: Place) -> None:
    tenant = place.tenant
    feed(tenant, "1", visit("v-1", "bob"), visit("v-2", f"one {SECRET}"))
    feed(tenant, "2", visit("v-2", f"two {SECRET}"), corrections=True)
    assert isinstance(tenant.retract("visit", ["v-2"], asked("3")), Fed)
    tenant.evaluate(as_of=MARCH)
    assert SECRET.encode() in place.files()
    told = erased(place.tenant, "e", order("v-2"))
    assert (told.facts, told.versions, told.is_scrubbed) == (1, 2, True)
    place.tenant.evaluate(as_of=MARCH)
    found = place.verified()
    assert (found.flaws, found.versions, found.erased) == ((), 4, 2)
    files = place.files()
    assert SECRET.encode() not in files
    assert b"bob" in files
    assert place.verified().flaws == ()


def test_keys_go_too_where_it_is_asked(place: Place) -> None:
    feed(place.tenant, "1", visit(SECRET, "bob"), visit("v-1", "ann"))
    assert isinstance(place.tenant.retract("visit", [SECRET], asked("2")), Fed)
    told = erased(place.tenant, "e", order(SECRET, with_keys=True))
    assert (told.facts, told.versions) == (1, 2)
    assert SECRET.encode() not in place.files()
    found = place.verified()
    assert (found.flaws, found.erased) == ((), 2)
    assert erased(place.tenant, "e", order(SECRET, with_keys=True)) == told, "it is asked again"
    assert codes(place.tenant.erase(order(SECRET), asked("f"))) == ["unknown-fact"]
    assert feed(place.tenant, "3", visit(SECRET, "carl")).versions == 1, "the fact may be told anew"


def test_the_keys_of_what_was_erased_may_go_later(place: Place) -> None:
    feed(place.tenant, "1", visit(SECRET, "bob"))
    erased(place.tenant, "e", order(SECRET))
    assert SECRET.encode() in place.files()
    assert erased(place.tenant, "f", order(SECRET, with_keys=True)).facts == 1
    assert SECRET.encode() not in place.files()
    assert place.verified().flaws == ()


def test_facts_are_found_by_what_a_field_says(place: Place) -> None:
    feed(place.tenant, "1", visit("v-1", 'a "b"'), visit("v-2", "ab"), visit("v-3", 'a "b"'))
    feed(place.tenant, "2", visit("v-3", "another"), corrections=True)
    who = FieldValue(field="who", value='a "b"')
    assert erased(place.tenant, "e", order(where=who)).facts == 2
    assert codes(place.tenant.erase(order(where=who), asked("f"))) == ["unknown-fact"]
    assert place.verified().erased == 3


def test_it_is_done_once_and_what_was_told_is_not_told_again_by_a_request_that_comes_late(
    place: Place,
) -> None:
    first = feed(place.tenant, "1", visit("v-1", SECRET))
    again = feed(place.tenant, "2", visit("v-1", SECRET))
    assert (first.versions, again.versions) == (1, 0)
    told = erased(place.tenant, "e", order("v-1"))
    place.clock.now += DAY
    place.reopen()
    assert erased(place.tenant, "e", order("v-1")) == told
    for key in ("1", "2"):
        batch = FactBatch(kind="visit", rows=[visit("v-1", SECRET)])
        assert codes(place.tenant.feed(batch, asked(key))) == ["idempotency-key-erased"]
    assert codes(place.tenant.erase(order("v-2"), asked("e"))) == ["idempotency-key-reused"]
    nothing = erased(place.tenant, "f", order("v-1"))
    assert (nothing.entry, nothing.facts, nothing.is_scrubbed) == (None, 0, True)
    assert place.verified().flaws == ()


def test_no_digest_is_left_by_which_it_could_be_guessed(place: Place) -> None:
    feed(place.tenant, "1", visit("v-1", SECRET))
    feed(place.tenant, "2", visit("v-1", SECRET), visit("v-2", "bob"), corrections=True)
    feed(place.tenant, "3", visit("v-3", "bob"))
    erased(place.tenant, "e", order(where=FieldValue(field="who", value=SECRET)))
    with place.archive().reading() as reading:
        left = {digest for (digest,) in reading.run("SELECT digest FROM answer")}
    bodies: list[Json] = [
        {"do": "feed", "kind": "visit", "corrections": corrections, "rows": rows}
        for corrections, rows in (
            (False, [visit("v-1", SECRET)]),
            (True, [visit("v-1", SECRET), visit("v-2", "bob")]),
            (False, [visit("v-3", "bob")]),
        )
    ]
    words = {"reason": "asked for by letter", "ground": "GDPR Art. 17(1)(b)", "with_keys": False}
    where: Json = {"field": "who", "value": SECRET}
    bodies.append({"do": "erase", "kind": "visit", "keys": [], "where": where, **words})
    digests = [content_digest(canonical_json(each)) for each in bodies]
    assert [each in left for each in digests] == [False, False, True, False]


def test_what_a_hold_covers_stays_until_it_is_lifted(place: Place) -> None:
    feed(place.tenant, "1", visit("v-1", "bob"), visit("v-2", "eve", "2025-03-01T10:00:00Z"))
    scope = HoldScope(kinds=("visit",), where=FieldValue(field="who", value="bob"))
    hold = place.tenant.place_hold(scope, "claim 7 of 2025", asked("h"))
    assert isinstance(hold, Hold)
    assert place.tenant.place_hold(scope, "claim 7 of 2025", asked("h")) == hold
    place.reopen()
    told = place.tenant.erase(order("v-2", "v-1"), asked("e"))
    assert codes(told) == ["held"]
    assert place.verified().erased == 0, "nothing of it was done"
    assert erased(place.tenant, "e2", order("v-2")).facts == 1
    lifted = place.tenant.lift_hold(hold.seq, "the claim was settled", asked("l"))
    assert isinstance(lifted, Hold)
    assert (lifted.scope, lifted.lifted and lifted.lifted.lifted_by) == (scope, "ann")
    assert codes(place.tenant.lift_hold(hold.seq, "again", asked("m"))) == ["hold-lifted"]
    assert codes(place.tenant.lift_hold(9, "no such", asked("n"))) == ["unknown-hold"]
    assert erased(place.tenant, "e3", order("v-1")).facts == 1
    assert place.verified().flaws == ()
    left = replace(scope, where=FieldValue(field="who", value=""))
    assert place.tenant.holds() == (replace(lifted, scope=left),), "what it named went with it"


@pytest.mark.parametrize(
    "scope",
    [
        HoldScope(keys=("v-0", SECRET)),
        HoldScope(kinds=("visit",), where=FieldValue(field="who", value=SECRET)),
    ],
)
def test_what_a_lifted_hold_named_goes_with_it(place: Place, scope: HoldScope) -> None:
    feed(place.tenant, "1", visit(SECRET, SECRET))
    for reason in ("case 1", "case 2"):
        assert isinstance(place.tenant.place_hold(scope, reason, asked(reason)), Hold)
    for hold in (0, 1):
        assert isinstance(place.tenant.lift_hold(hold, "over", asked(f"lift {hold}")), Hold)
    assert isinstance(place.tenant.place_hold(HoldScope(keys=("v-0",)), "case 3", asked("case 3")), Hold)
    erased(place.tenant, "e", order(SECRET, with_keys=True))
    assert SECRET.encode() not in place.files()
    named = [(each.scope.keys, each.scope.where and each.scope.where.value) for each in place.tenant.holds()]
    left = (("v-0", ""), None) if scope.keys else ((), "")
    assert named == [left, left, (("v-0",), None)]
    assert place.verified().flaws == ()
    assert codes(place.tenant.place_hold(scope, "case 1", asked("case 1"))) == ["idempotency-key-erased"]
    with place.archive().writing() as writing:
        writing.run("UPDATE hold SET salt = '', scope = '{}' WHERE seq = 2")
    assert [each.what for each in place.verified().flaws] == ["hold 2 is not as it was recorded"]


@pytest.mark.parametrize(
    ("scope", "keeps"),
    [
        (HoldScope(kinds=("outage",)), False),
        (HoldScope(kinds=("outage", "visit")), True),
        (HoldScope(keys=("v-1",)), True),
        (HoldScope(keys=("v-2",)), False),
        (HoldScope(since=parse_instant("2025-02-01T10:00:00Z")), True),
        (HoldScope(since=parse_instant("2025-02-01T10:00:01Z")), False),
        (HoldScope(until=parse_instant("2025-02-01T10:00:00Z")), False),
        (HoldScope(until=parse_instant("2025-02-01T10:00:01Z")), True),
        (HoldScope(keys=("v-1",), where=FieldValue(field="who", value="eve")), False),
        (HoldScope(keys=("v-1",), where=FieldValue(field="who", value="before")), True),
    ],
)
def test_what_a_hold_covers(tmp_path: Path, scope: HoldScope, keeps: bool) -> None:
    place = Place(str(tmp_path / "t"), "main", None)
    place.tenant.publish([Source(name="shop.sla", text=POLICY + VISITS)], asked("p"))
    feed(place.tenant, "1", visit("v-1", "before"))
    feed(place.tenant, "2", visit("v-1", "bob"), corrections=True)
    assert isinstance(place.tenant.place_hold(scope, "why", asked("h")), Hold)
    assert isinstance(place.tenant.erase(order("v-1"), asked("e")), Refused) is keeps
    place.tenant.close()


def test_what_cannot_be_written_anew_now_is_when_it_is_opened_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed(place.tenant, "1", visit("v-1", SECRET))
    place.tenant.evaluate(as_of=MARCH)
    archive = place.archive()

    def fails() -> None:
        raise ArchiveError("the disk is full")

    monkeypatch.setattr(archive, "scrub", fails)
    assert erased(place.tenant, "e", order("v-1")).is_scrubbed is False
    place.tenant.evaluate(as_of=MARCH)
    assert place.verified().flaws == ()
    place.reopen()
    assert SECRET.encode() not in place.files()
    assert erased(place.tenant, "e", order("v-1")).is_scrubbed is True


def test_a_file_that_others_take_while_it_is_written_anew_is_had_again_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was erased is erased, and answered so; until they let go of it nothing else can be asked."""
    place = Place(str(tmp_path / "t"), "main", None)
    place.tenant.publish([Source(name="shop.sla", text=POLICY + VISITS)], asked("p"))
    feed(place.tenant, "1", visit("v-1", SECRET))
    place.tenant.evaluate(as_of=MARCH)

    def taken() -> None:
        raise UnavailableError("in use by another process")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(place.archive(), "_connected", taken)
        assert erased(place.tenant, "e", order("v-1")).is_scrubbed is False
        for ask in (lambda: place.tenant.evaluate(as_of=MARCH), place.tenant.extent):
            with pytest.raises(UnavailableError, match="in use"):
                ask()
    place.tenant.evaluate(as_of=MARCH)
    assert erased(place.tenant, "e", order("v-1")).is_scrubbed is True
    assert SECRET.encode() not in place.files()
    place.tenant.close()


def test_a_kind_that_is_no_longer_declared_can_be_erased(place: Place) -> None:
    feed(place.tenant, "1", visit("v-1", SECRET))
    assert isinstance(place.tenant.publish([Source(name="shop.sla", text=POLICY)], asked("q")), Published)
    held = place.tenant.place_hold(HoldScope(since=MARCH), "nobody can tell when it was", asked("h"))
    assert isinstance(held, Hold)
    assert codes(place.tenant.erase(order("v-1"), asked("e"))) == ["held"]
    assert isinstance(place.tenant.lift_hold(held.seq, "over", asked("l")), Hold)
    assert erased(place.tenant, "e", order("v-1")).facts == 1
    assert SECRET.encode() not in place.files()


def test_what_was_kept_before_there_were_salts_is_erased_but_not_its_keys(place: Place) -> None:
    feed(place.tenant, "1", visit("v-1", SECRET))
    unsalt(place.archive())
    assert place.verified().flaws == ()
    assert codes(place.tenant.erase(order("v-1", with_keys=True), asked("e"))) == ["key-in-ledger"]
    assert erased(place.tenant, "f", order("v-1")).versions == 1
    found = place.verified()
    assert (found.flaws, found.erased) == ((), 1)
    assert SECRET.encode() not in place.files()


def unsalt(archive: Archive) -> None:
    """Let the facts of the last entry be kept as before there were salts."""
    from engine.ledger.entry_to_leaf import entry_bytes
    from engine.ledger.log import entry_of
    from engine.ledger.tree import leaf_hash

    with archive.writing() as writing:
        (row,) = writing.run(
            "SELECT seq, recorded_at, kind, actor, subject, body FROM entry ORDER BY seq DESC LIMIT 1"
        )
        versions = [
            Version(kind=kind, key=key, digest=content_digest(content or ""), retracted=content is None)
            for kind, key, content in writing.run("SELECT kind, key, content FROM fact_version ORDER BY seq")
        ]
        for number, each in enumerate(versions):
            writing.run(
                "UPDATE fact_version SET salt = NULL, digest = ? WHERE seq = ?", (each.digest, number)
            )
        body = canonical_json(recorded_unsalted(versions))
        leaf = leaf_hash(entry_bytes(entry_of((*row[:5], body))))
        # Two entries: the last completes the subtree of both.
        from engine.ledger.tree import node_hash

        first = bytes.fromhex(writing.run("SELECT leaf FROM entry WHERE seq = 0")[0][0])
        writing.run(
            "UPDATE entry SET body = ?, leaf = ?, subtrees = ? WHERE seq = ?",
            (body, leaf.hex(), node_hash(first, leaf).hex(), row[0]),
        )


@pytest.mark.parametrize(
    ("what", "code"),
    [
        (order(), "selection"),
        (order("v-1", where=FieldValue(field="who", value="x")), "selection"),
        (order("v-1", "v-1"), "duplicate-key"),
        (order("v-9"), "unknown-fact"),
        (order(""), "unknown-fact"),
        (order("v-1", kind="visits"), "unknown-fact"),
        (order("v\0"), "not-text"),
        (order(*(str(each) for each in range(10_001))), "too-many-facts"),
        (ErasureOrder(selection=Selection(kind="visit", keys=("v-1",)), reason=" ", ground="law"), "reason"),
        (ErasureOrder(selection=Selection(kind="visit", keys=("v-1",)), reason="why", ground=""), "ground"),
    ],
)
def test_what_cannot_be_erased_is_refused(tmp_path: Path, what: ErasureOrder, code: str) -> None:
    place = Place(str(tmp_path / "t"), "main", None)
    place.tenant.publish([Source(name="shop.sla", text=POLICY + VISITS)], asked("p"))
    feed(place.tenant, "1", visit("v-1", "bob"))
    assert codes(place.tenant.erase(what, asked("e"))) == [code]
    assert place.verified().erased == 0
    place.tenant.close()


# What entries record


CHANGES = """UPDATE entry SET body = replace(body, '"changes":[]', '"changes":{}') WHERE seq = 2"""


@pytest.mark.parametrize(
    ("bend", "flaw", "what"),
    [
        ("UPDATE fact_version SET erased_by = 0 WHERE seq = 0", ("without entry", 0), "something else"),
        ("UPDATE fact_version SET erased_by = 99 WHERE seq = 0", ("without entry", 99), "not there"),
        ("UPDATE fact_version SET erased_by = NULL WHERE seq = 0", ("without record", 2), "erased"),
        ("UPDATE fact_version SET content = '{}' WHERE seq = 0", ("altered", 1), "is there again"),
        (
            "UPDATE fact_version SET content = NULL, salt = NULL, erased_by = 2 WHERE seq = 1",
            ("without record", 2),
            "",
        ),
        ("UPDATE erasure SET starts = starts + 1", ("altered", 2), "the time that it touched"),
        ("DELETE FROM erasure", ("altered", 2), "the time that it touched"),
        ("INSERT INTO erasure VALUES (1, 0, 'visit', NULL, NULL, NULL)", ("without entry", 1), ""),
        ("UPDATE hold SET scope = replace(scope, 'bob', 'eve')", ("altered", 3), "hold 0"),
        ("UPDATE hold SET salt = 'x'", ("altered", 3), "hold 0"),
        ("UPDATE hold SET reason = 'another'", ("altered", 3), "hold 0"),
        ("UPDATE hold SET placed_by = 'eve'", ("altered", 3), "hold 0"),
        ("UPDATE hold SET placed_at = placed_at - 1", ("altered", 3), "hold 0"),
        ("UPDATE hold SET seq = 5", ("altered", 3), "hold 5"),
        ("UPDATE hold SET entry = 2", ("without entry", 2), "something else"),
        ("UPDATE hold SET entry = 99", ("without entry", 99), "not there"),
        (
            "INSERT INTO hold SELECT 1, entry, placed_at, placed_by, reason, scope, salt FROM hold",
            ("without entry", 3),
            "hold 1",
        ),
        ("DELETE FROM hold", ("without record", 3), "the hold"),
        ("DELETE FROM hold_lifted", ("without record", 4), "the end"),
        ("UPDATE hold_lifted SET reason = 'none'", ("altered", 4), "the end of hold 0"),
        ("UPDATE hold_lifted SET lifted_by = 'eve'", ("altered", 4), "the end of hold 0"),
        ("UPDATE hold_lifted SET entry = 3", ("without entry", 3), "something else"),
        (CHANGES.format("[[0,99999999999999999999]]"), ("without record", 2), "are gone"),
        (CHANGES.format("[[3,9],[0,1]]"), ("unreadable", 2), "its body does not say"),
        (CHANGES.format(10_000 * "1"), ("unreadable", 2), "its body does not say"),
    ],
)
def test_what_is_not_as_it_was_recorded_is_named(
    ended: Callable[[], Archive], bend: str, flaw: tuple[str, int], what: str
) -> None:
    archive = ended()
    with archive.writing() as writing:
        writing.run(bend)
        found = verify(writing)
        assert flaw in [(str(each.kind), each.first) for each in found.flaws]
        assert [each for each in found.flaws if what in each.what]
    archive.close()


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Archive]:
    """Makes an archive in which entry 2 erased version 0, entry 3 placed a hold and 4 lifted it."""
    path = tmp_path_factory.mktemp("ended") / "t"
    place = Place(str(path), "main", None)
    place.tenant.publish([Source(name="shop.sla", text=POLICY + VISITS)], asked("p"))
    feed(place.tenant, "1", visit("v-1", "bob"), visit("v-2", "eve"))
    erased(place.tenant, "e", order("v-1"))
    scope = HoldScope(where=FieldValue(field="who", value="bob"))
    assert isinstance(place.tenant.place_hold(scope, "a claim", asked("h")), Hold)
    assert isinstance(place.tenant.lift_hold(0, "settled", asked("l")), Hold)
    assert place.verified().flaws == ()
    place.tenant.close()
    whole = path.read_bytes()
    copies = count()

    def copy() -> Archive:
        copied = path.with_name(f"copy{next(copies)}")
        copied.write_bytes(whole)
        return open_archive(str(copied), lambda: MARCH)

    return copy


# Retention


RULES = """
zone = "America/New_York"

[visit]
keep = "1 month"
after = "start"
ground = "privacy notice, 4"

[outage]
keep = "10 days"
after = "end"
ground = "order form, 9"
with_keys = true
"""


def test_rules_are_read() -> None:
    visits, outages = retention_rules(RULES)
    assert visits == RetentionRule(
        kind="visit", after=KeptSince.START, ground="privacy notice, 4", months=1, zone="America/New_York"
    )
    assert (outages.days, outages.months, outages.with_keys) == (10, 0, True)
    assert retention_rules('[a]\nkeep = "7 years"\nafter = "recorded"\nground = "x"\n')[0].months == 84


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "it has no rule"),
        ("[visit", "no TOML"),
        ("visit = 7", "`visit` is no rule"),
        ('zone = "Mars/Olympus"\n[visit]', "no time zone 'Mars/Olympus'"),
        ('[visit]\nkeep = "a while"', "`keep` is a length"),
        ('[visit]\nkeep = "0 days"', "`keep` is a length"),
        ('[visit]\nkeep = "9999 years"\nafter = "end"\nground = "x"', "nothing is kept for more"),
        ('[visit]\nkeep = "1 day"\nafter = "then"', "`after` is the instant"),
        ('[visit]\nkeep = "1 day"\nafter = "end"', "`ground` says"),
        (
            '[visit]\nkeep = "1 day"\nafter = "end"\nground = "x"\nwith_keys = 1',
            "`with_keys` is true or false",
        ),
        ('[visit]\nkept = "1 day"', "there is no `kept`"),
    ],
)
def test_what_is_no_rule_is_said(text: str, says: str) -> None:
    with pytest.raises(RetentionRulesError, match=says):
        retention_rules(text)


def outage(key: str, start: str, end: str | None) -> Row:
    return {"id": key, "service": "shop", "start": start, "end": end}


def test_what_a_rule_no_longer_keeps(place: Place) -> None:
    tenant = place.tenant
    feed(
        tenant,
        "1",
        visit("v-1", "bob", "2025-01-31T23:00:00-05:00"),
        visit("v-2", "eve", "2025-02-01T12:00:00Z"),
    )
    feed(
        tenant,
        "2",
        outage("o-1", "2025-01-01T00:00:00Z", "2025-02-01T05:00:00Z"),  # midnight in New York
        outage("o-2", "2025-01-01T00:00:00Z", None),
        outage("o-3", "2025-01-01T00:00:00Z", None),
        kind="outage",
    )
    hold = tenant.place_hold(HoldScope(keys=("v-1",)), "a claim", asked("h"))
    assert isinstance(hold, Hold)
    assert isinstance(tenant.retract("outage", ["o-3"], asked("r")), Fed)
    rules = retention_rules(RULES)

    def due(text: str) -> list[tuple[tuple[str, ...], dict[str, int]]]:
        now = parse_instant(text)
        assert now is not None
        return [(each.keys, dict(each.held)) for each in tenant.due_to_go(rules, now)]

    # The outage ends with 31 January in New York: the last of ten days more is 10 February.
    assert due("2025-02-11T04:59:00Z") == [((), {}), ((), {})]
    assert due("2025-02-11T05:00:00Z") == [((), {}), (("o-1",), {})]
    # What was retracted, on 9 February there, lasts no longer.
    assert due("2025-02-20T04:59:00Z")[1] == (("o-1",), {})
    assert due("2025-02-20T05:00:00Z")[1] == (("o-1", "o-3"), {})
    # A month after 31 January ends with February.
    assert due("2025-03-01T04:59:00Z")[0] == ((), {})
    assert due("2025-03-01T05:00:00Z") == [((), {"v-1": 0}), (("o-1", "o-3"), {})]
    assert due("2025-03-02T05:00:00Z") == [(("v-2",), {"v-1": 0}), (("o-1", "o-3"), {})]
    erased(tenant, "e", order("v-2"))
    assert due("2025-03-02T05:00:00Z")[0] == ((), {"v-1": 0})
