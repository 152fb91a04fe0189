"""However a tenant is fed, corrected, published to, left alone and restarted: what is kept of its verdicts is
what an evaluation from scratch says, and time changes none of them before the tenant would wake."""

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from engine.ledger.verify import verify
from engine.model.instants import iso_text
from engine.model.quantity import DAY, HOUR, MINUTE, Instant
from engine.model.tenancy import FactBatch, Published, Request, Row
from engine.model.verdict import Verdict
from engine.source import Source
from engine.store.open_archive import open_archive
from engine.tenant.history import is_settled, mark_of
from engine.tenant.tenant import Tenant
from tests.differential.starts import IS_LONG
from tests.tenant.shop import FEBRUARY, POLICY, Clock

PROMISES = """
  duty acknowledge "Acknowledge incidents" {
    cites order "2" "in time"
    obliges acme
    when incident i
    must response r where r.incident is i.id within 4 hours of i.reported_at
    warns 1 hours before
  }

  measure resolution "Time to resolve" {
    cites order "3" "in time"
    of incident i
    counts hours from i.reported_at to i.resolved_at
  }

  target quick of shop "Incidents are resolved in time" {
    cites order "3" "in time"
    obliges acme
    source "Desk" by acme
    requires share of resolution within 24 hours at least 60% in each calendar month
  }

  duty explain "Explain breaches" {
    cites order "4" "in writing"
    obliges acme
    when breach b where b.obligation is up
    must report r where r.period is b.window within 5 calendar days of b.at
  }
}
"""
RICH = POLICY.rstrip().removesuffix("}") + PROMISES
POLICIES = (RICH, RICH.replace("99%", "97%"), RICH.replace("4 hours", "40 hours"), POLICY)


def instant(hours: int) -> str:
    """So many hours after the first of February."""
    return iso_text(BEGIN + hours * HOUR)


BEGIN: Instant = FEBRUARY - 9 * DAY

HOURS = st.integers(0, 1_200)
OUTAGES = st.builds(
    lambda key, start, length: {
        "id": key,
        "service": "shop",
        "start": instant(start),
        "end": None if length is None else instant(start + length),
    },
    st.sampled_from(["o-1", "o-2"]),
    HOURS,
    st.none() | st.integers(0, 20),
)
INCIDENTS = st.builds(
    lambda key, at, took: {
        "id": key,
        "service": "shop",
        "reported_at": instant(at),
        "resolved_at": None if took is None else instant(at + took),
    },
    st.sampled_from(["i-1", "i-2", "i-3"]),
    HOURS,
    st.none() | st.integers(0, 60),
)
RESPONSES = st.builds(
    lambda key, at, of: {"id": key, "at": instant(at), "incident": of},
    st.sampled_from(["r-1", "r-2"]),
    HOURS,
    st.sampled_from(["i-1", "i-2", "i-3"]),
)
REPORTS = st.builds(
    lambda at: {"id": "p-1", "at": instant(at), "agreement": "shop_sla", "period": "2025-02"}, HOURS
)


class History(RuleBasedStateMachine):
    """A tenant that catches up after each step, and the clock."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = Clock(FEBRUARY)
        self.tenant = self.opened()
        self.asked = 0

    def opened(self) -> Tenant:
        return Tenant(open_archive(str(Path(self.folder.name) / "tenant"), self.clock))

    def request(self) -> Request:
        self.asked += 1
        return Request(actor="ann", key=str(self.asked))

    @initialize()
    def begin(self) -> None:
        self.publish(RICH)

    @rule(text=st.sampled_from(POLICIES))
    def publish(self, text: str) -> None:
        published = self.tenant.publish([Source(name="shop.sla", text=text)], self.request())
        assert isinstance(published, Published), published

    def feed(self, kind: str, row: Row) -> None:
        """Keep a fact, which may be corrected by it."""
        self.tenant.feed(FactBatch(kind=kind, rows=[row], corrections=True), self.request())

    @rule(row=OUTAGES)
    def outage(self, row: Row) -> None:
        self.feed("outage", row)

    @rule(row=INCIDENTS)
    def incident(self, row: Row) -> None:
        self.feed("incident", row)

    @rule(row=RESPONSES)
    def response(self, row: Row) -> None:
        self.feed("response", row)

    @rule(row=REPORTS)
    def report(self, row: Row) -> None:
        self.feed("report", row)

    @rule(key=st.sampled_from(["outage o-1", "outage o-2", "incident i-1", "response r-1"]))
    def retract(self, key: str) -> None:
        kind, _, name = key.partition(" ")
        self.tenant.retract(kind, [name], self.request())

    @rule(hours=st.integers(-5, 200))
    def pass_time(self, hours: int) -> None:
        self.clock.now += hours * HOUR

    @rule()
    def wait_until_due(self) -> None:
        """Until the tenant would wake no verdict changes: it is the same up to the instant before."""
        wakes_at = self.tenant.wakes_at()
        if wakes_at is None:
            return
        if wakes_at > self.clock.now:
            self.clock.now = wakes_at - 1
            before = gists(self.scratch())
            assert gists(self.kept_verdicts()) == before
            self.clock.now = wakes_at

    @rule(row=st.none() | INCIDENTS | OUTAGES, minutes=st.integers(0, 5_000))
    def serve(self, row: Row | None, minutes: int) -> None:
        """What is served is whole, at every instant, whether or not something has just come."""
        if row is not None:
            self.feed("outage" if "start" in row else "incident", row)
        self.clock.now += minutes * MINUTE
        stand = self.tenant.judge(self.clock.now, whole=0)
        assert stand is not None
        assert stand.whole == self.tenant.evaluate(as_of=stand.as_of, known_at=stand.known.at)

    @rule()
    def restart(self) -> None:
        """Be it between what was fed and what is judged."""
        self.tenant.close()
        self.tenant = self.opened()

    def scratch(self) -> tuple[Verdict, ...]:
        """All verdicts by now; what was judged later than now stays so."""
        latest = self.tenant.changes(first=1, last=True)
        as_of = max(self.clock.now, *(each.as_of for each in latest), 0)
        return self.tenant.evaluate(as_of=as_of).verdicts

    def kept_verdicts(self) -> tuple[Verdict, ...]:
        """What the history comes to."""
        found: dict[tuple[str, str, str], Verdict | None] = {}
        for seq, each in enumerate(self.tenant.changes(first=100_000)):
            assert each.seq == seq
            before = found.get(each.identity)
            assert each.before == (None if before is None else before.state)
            found[each.identity] = each.verdict
        return tuple(each for _, each in sorted(found.items()) if each is not None)

    @invariant()
    def what_is_kept_is_what_is_so(self) -> None:
        self.tenant.catch_up(self.clock.now)
        stand = self.tenant.judge(self.clock.now)
        if stand is None:
            return
        as_of = max(stand.as_of, self.clock.now)
        kept, there = self.kept_verdicts(), self.tenant.evaluate(as_of=as_of).verdicts
        assert gists(kept) == gists(there)
        wholes = {mark_of(each, as_of).whole for each in kept}
        assert {mark_of(each, as_of).whole for each in there if is_settled(each, as_of)} <= wholes

    def teardown(self) -> None:
        self.tenant.close()
        archive = open_archive(str(Path(self.folder.name) / "tenant"), self.clock)
        with archive.reading() as reading:
            assert verify(reading).flaws == ()
        archive.close()
        self.folder.cleanup()


def gists(verdicts: tuple[Verdict, ...]) -> dict[tuple[str, str, str], str]:
    """What must be kept of each: state, flags and due instant."""
    return {each.identity: mark_of(each, 0).gist for each in verdicts}


def test_what_is_kept_of_verdicts_is_what_an_evaluation_from_scratch_says() -> None:
    examples, steps = (300, 30) if IS_LONG else (2, 6)
    run_state_machine_as_test(History, settings=settings(max_examples=examples, stateful_step_count=steps))
