"""However it is fed, corrected, published to, asked again and restarted, a tenant says what an evaluation
from scratch says of what had been recorded, and its ledger is whole."""

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from engine.facts.facts_to_store import hold
from engine.ledger.verify import verify
from engine.model.fact import Fact
from engine.model.instants import iso_text, parse_instant
from engine.model.quantity import HOUR, Instant
from engine.model.snapshot import Snapshot
from engine.model.tenancy import FactBatch, Fed, Published, Refused, Request, Row
from engine.pipeline import check, evaluate, open_store
from engine.source import Source
from engine.store.open_archive import open_archive
from engine.tenant.tenant import Tenant
from tests.tenant.shop import FEBRUARY, MARCH, POLICY, Clock

KEYS = st.sampled_from(["o-1", "o-2", "o-3"])
POLICIES = (POLICY, POLICY.replace("99%", "97%"), POLICY.replace("calendar month", "calendar quarter"))

BEGIN: Instant = parse_instant("2025-02-01T00:00:00Z") or 0


def row(key: str, start: int, length: int | None) -> Row:
    """An outage so many hours after the beginning of February, and so many hours long, or still open."""
    end = None if length is None else iso_text(BEGIN + (start + length) * HOUR)
    return {"id": key, "service": "shop", "start": iso_text(BEGIN + start * HOUR), "end": end}


def fact(row: Row) -> Fact:
    """The same as a value, read by hand."""
    start, end = str(row["start"]), row["end"]
    values = {
        "id": str(row["id"]),
        "service": "shop",
        "start": parse_instant(start),
        "end": None if end is None else parse_instant(str(end)),
    }
    return Fact(kind="outage", key=str(row["id"]), values=values)


ROWS = st.builds(row, KEYS, st.integers(0, 200), st.none() | st.integers(0, 20))


class Tenancy(RuleBasedStateMachine):
    """A tenant beside the list of what it was told."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = Clock(FEBRUARY)
        self.tenant = self.opened()
        self.told: list[tuple[Instant, str, Row | None]] = []
        self.published: list[tuple[Instant, Snapshot]] = []
        self.answers: list[tuple[FactBatch, Request, Fed]] = []
        self.asked = 0

    def opened(self) -> Tenant:
        return Tenant(open_archive(str(Path(self.folder.name) / "tenant"), self.clock))

    def request(self) -> Request:
        self.asked += 1
        return Request(actor="ann", key=str(self.asked))

    def known(self, at: Instant | None = None) -> dict[str, Row]:
        found: dict[str, Row] = {}
        for known_from, key, said in self.told:
            if at is None or known_from <= at:
                found.pop(key, None)
                if said is not None:
                    found[key] = said
        return found

    @initialize()
    def begin(self) -> None:
        self.publish(POLICY)

    @rule(text=st.sampled_from(POLICIES))
    def publish(self, text: str) -> None:
        sources = [Source(name="shop.sla", text=text)]
        published = self.tenant.publish(sources, self.request())
        assert isinstance(published, Published)
        snapshot = check(sources).snapshot
        assert snapshot is not None
        assert published.version == snapshot.version
        self.published.append((published.published_at, snapshot))

    @rule(rows=st.lists(ROWS, max_size=3), corrections=st.booleans())
    def feed(self, rows: list[Row], corrections: bool) -> None:
        batch, request = FactBatch(kind="outage", rows=rows, corrections=corrections), self.request()
        fed = self.tenant.feed(batch, request)
        known = self.known()
        keys = [str(each["id"]) for each in rows]
        new = [each for each in rows if known.get(str(each["id"])) != each]
        if len(set(keys)) < len(keys) or (not corrections and any(str(each["id"]) in known for each in new)):
            assert isinstance(fed, Refused)
            return
        assert isinstance(fed, Fed)
        assert (fed.versions, fed.unchanged) == (len(new), len(rows) - len(new))
        self.told += [(fed.known_from, str(each["id"]), each) for each in new]
        self.answers.append((batch, request, fed))

    @rule(keys=st.lists(KEYS, max_size=2))
    def retract(self, keys: list[str]) -> None:
        told = self.tenant.retract("outage", keys, self.request())
        if len(set(keys)) < len(keys) or not set(keys) <= set(self.known()):
            assert isinstance(told, Refused)
            return
        assert isinstance(told, Fed)
        self.told += [(told.known_from, key, None) for key in keys]

    @rule(there=ROWS, back=ROWS)
    def come_back(self, there: Row, back: Row) -> None:
        """A fact that was retracted is said anew, and what was known in between was nothing."""
        self.feed([there], True)
        self.retract([str(there["id"])])
        self.clock.now += HOUR
        self.feed([dict(back) | {"id": there["id"]}], False)
        self.judge(1)
        self.judge(2)

    @rule(data=st.data())
    def ask_again(self, data: st.DataObject) -> None:
        if self.answers:
            batch, request, fed = data.draw(st.sampled_from(self.answers))
            assert self.tenant.feed(batch, request) == fed

    @rule(hours=st.integers(-5, 50))
    def pass_time(self, hours: int) -> None:
        self.clock.now += hours * HOUR

    @rule()
    def restart(self) -> None:
        self.tenant.close()
        self.tenant = self.opened()

    @rule(back=st.none() | st.integers(0, 9))
    def judge(self, back: int | None) -> None:
        """By all that is known, or by what was known when one of the last things was told."""
        instants = sorted({each[0] for each in (*self.told, *self.published)})
        known_at = None if back is None else instants[-1 - min(back, len(instants) - 1)]
        in_use = [each for at, each in self.published if known_at is None or at <= known_at]
        if not in_use:
            return
        facts = {"outage": [fact(each) for _, each in sorted(self.known(known_at).items())]}
        with open_store() as store:
            hold(in_use[-1].kinds, facts, store)
            scratch = evaluate(in_use[-1], store, as_of=MARCH)
        said = self.tenant.evaluate(as_of=MARCH, known_at=known_at)
        assert (said.verdicts, said.reactions) == (scratch.verdicts, scratch.reactions)
        assert said.policy_version == in_use[-1].version

    def teardown(self) -> None:
        self.tenant.close()
        archive = open_archive(str(Path(self.folder.name) / "tenant"), self.clock)
        with archive.reading() as reading:
            assert verify(reading).flaws == ()
        archive.close()
        self.folder.cleanup()


def test_a_tenant_says_what_an_evaluation_from_scratch_says() -> None:
    run_state_machine_as_test(Tenancy, settings=settings(max_examples=2, stateful_step_count=12))
