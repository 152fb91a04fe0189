"""However a tenant is fed, corrected, excused, published to, left alone and restarted: what is kept of its
verdicts is at each step what an evaluation from scratch says, and nothing else is; time changes none of them
before the tenant would wake; a party sees its part of what there is."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from engine.ledger.verify import verify
from engine.model.history import VerdictChange
from engine.model.principal import ApiRole, Principal
from engine.model.quantity import HOUR, MINUTE, Instant
from engine.model.tenancy import FactBatch, Fed, Published, Refused, Request, Row
from engine.model.verdict import Verdict
from engine.pipeline import Evaluation, sight
from engine.source import Source
from engine.store.open_archive import open_archive
from engine.tenant.history import Mark, mark_of
from engine.tenant.tenant import Tenant
from tests.differential.starts import IS_LONG
from tests.tenant.desk import ACTS, DESK, POLICIES, ROWS, Identity, Told, bare, by_identity, drawn
from tests.tenant.shop import FEBRUARY, Clock

SEEING = {
    "shop_sla": Principal(
        identity="ann@bolt", roles=frozenset({ApiRole.CUSTOMER}), parties=frozenset({"bolt"})
    ),
    "northwind_uc": Principal(
        identity="nell", roles=frozenset({ApiRole.SUPPLIER}), parties=frozenset({"northwind"})
    ),
}
"""Who sees one agreement and nothing else, by its name."""


class History(RuleBasedStateMachine):
    """A tenant that catches up after each step, and the clock; beside it all that it was told, and what
    evaluations from scratch would have kept."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = Clock(FEBRUARY)
        self.tenant = self.opened()
        self.told = Told()
        self.marks: dict[Identity, Mark] = {}
        self.kept: list[VerdictChange] = []
        self.asked = 0

    def opened(self) -> Tenant:
        return Tenant(open_archive(str(Path(self.folder.name) / "tenant"), self.clock))

    def request(self) -> Request:
        self.asked += 1
        return Request(actor="ann", key=str(self.asked))

    @initialize()
    def begin(self) -> None:
        self.publish(DESK)

    @rule(text=st.sampled_from(POLICIES))
    def publish(self, text: str) -> None:
        published = self.tenant.publish([Source(name="shop.sla", text=text)], self.request())
        assert isinstance(published, Published), published
        snapshot = self.told.publish(published.published_at, text)
        assert published.version == snapshot.version

    def feed(self, kind: str, *rows: Row) -> None:
        """Keep facts, which may be corrected by it."""
        known = self.told.known()
        fed = self.tenant.feed(FactBatch(kind=kind, rows=rows, corrections=True), self.request())
        assert isinstance(fed, Fed), fed
        new = [each for each in rows if known.get((kind, str(each["id"]))) != each]
        assert (fed.versions, fed.unchanged) == (len(new), len(rows) - len(new))
        for each in new:
            self.told.tell(fed.known_from, kind, str(each["id"]), each)

    @rule(fact=drawn(ROWS))
    def happen(self, fact: tuple[str, Row]) -> None:
        self.feed(*fact)

    @rule(fact=drawn(ACTS))
    def act(self, fact: tuple[str, Row]) -> None:
        """Somebody acts for a role, or is said to hold it or to stand in."""
        self.feed(*fact)

    @rule(outages=st.lists(ROWS["outage"], unique_by=lambda each: str(each["id"])))
    def happen_together(self, outages: list[Row]) -> None:
        self.feed("outage", *outages)

    @rule(data=st.data())
    def retract(self, data: st.DataObject) -> None:
        known = sorted(self.told.known())
        if known:
            kind, key = data.draw(st.sampled_from(known))
            fed = self.tenant.retract(kind, [key], self.request())
            assert isinstance(fed, Fed), fed
            self.told.tell(fed.known_from, kind, key, None)
        assert isinstance(self.tenant.retract("outage", ["none"], self.request()), Refused)

    @rule(hours=st.integers(-5, 200))
    def pass_time(self, hours: int) -> None:
        self.clock.now += hours * HOUR

    @rule()
    def wait_until_due(self) -> None:
        """Until the tenant would wake no verdict changes: it is the same up to the instant before."""
        wakes_at = self.tenant.wakes_at()
        if wakes_at is not None and wakes_at > self.clock.now:
            self.clock.now = wakes_at - 1
            as_of = self.as_of()
            assert self.differing(self.scratch(as_of), as_of) == set()
            self.clock.now = wakes_at

    @rule(fact=st.none() | drawn(ROWS) | drawn(ACTS), minutes=st.integers(0, 5_000))
    def serve(self, fact: tuple[str, Row] | None, minutes: int) -> None:
        """What is served is whole, at every instant, whether or not something has just come."""
        if fact is not None:
            self.feed(*fact)
        self.clock.now += minutes * MINUTE
        stand = self.tenant.judge(self.clock.now, whole=0)
        assert stand is not None
        assert stand.whole is not None
        assert stand.whole == self.tenant.evaluate(as_of=stand.as_of, known_at=stand.known.at)
        assert by_identity(bare(each) for each in stand.whole.verdicts) == self.scratch(stand.as_of)
        scratch = self.anew(stand.as_of)
        assert (stand.whole.verdicts, stand.whole.reactions) == (scratch.verdicts, scratch.reactions)
        # The evidence of what is settled is kept, too, and nothing of it twice.
        self.what_is_kept_is_what_is_so()
        kept = {each.identity: mark_of(each.verdict, each.as_of) for each in self.kept if each.verdict}
        for each in scratch.verdicts:
            assert is_same(kept[each.identity], mark_of(each, stand.as_of))

    @rule()
    def restart(self) -> None:
        """Be it between what was fed and what is judged."""
        self.tenant.close()
        self.tenant = self.opened()

    @rule(data=st.data())
    def look_back(self, data: st.DataObject) -> None:
        """What was kept is what the two instants say that it names, for ever."""
        if self.kept and not self.told.erased:
            change = data.draw(st.sampled_from(self.kept))
            again = self.tenant.evaluate(as_of=change.as_of, known_at=change.known_at)
            found = by_identity(again.verdicts)
            assert found.get(change.identity) == change.verdict
            scratch = self.told.judged(change.as_of, change.known_at)
            assert {identity: bare(each) for identity, each in found.items()} == scratch

    @rule(who=st.sampled_from(sorted(SEEING)))
    def look_as_a_party(self, who: str) -> None:
        """It sees the verdicts of its own agreement as they are, and nothing of what it is no party to."""
        found = self.tenant.evaluate(as_of=self.as_of())
        seen = sight(self.told.snapshot(), SEEING[who]).verdicts(found.verdicts)
        own = [each for each in found.verdicts if each.obligation.startswith(who)]
        assert [_figures(each) for each in seen] == [_figures(each) for each in own]
        hidden = {*SEEING} - {who}
        assert not any(each in repr(seen) for each in hidden)

    def as_of(self) -> Instant:
        """As of when it is judged: what was judged later than now stays so."""
        stand = self.tenant.judge(self.clock.now)
        assert stand is not None
        return max(stand.as_of, self.clock.now)

    def scratch(self, as_of: Instant) -> Mapping[Identity, Verdict]:
        """All verdicts by now, by definition, from nothing but what was told."""
        return self.told.judged(as_of)

    def anew(self, as_of: Instant) -> Evaluation:
        """The same by plans, from nothing but what was told."""
        return self.told.evaluated(as_of)

    @invariant()
    def what_is_kept_is_what_is_so(self) -> None:
        """Kept is each verdict that an evaluation from scratch says otherwise than the one a step before,
        as it says it, and no other, unless its evidence is another."""
        if not self.told.policies:
            return
        changes = self.tenant.catch_up(self.clock.now)
        as_of = self.as_of()
        assert {each.as_of for each in changes} <= {as_of}
        assert all(each.known_at >= self.told.last for each in changes)
        self.take(changes, self.scratch(as_of), as_of)
        assert self.tenant.changes(first=100_000) == tuple(self.kept)
        assert [each.seq for each in self.kept] == [*range(len(self.kept))]

    def take(
        self, changes: Sequence[VerdictChange], scratch: Mapping[Identity, Verdict], as_of: Instant
    ) -> None:
        """These changes were kept as of an instant, by when an evaluation from scratch says so."""
        differing = self.differing(scratch, as_of)
        assert differing <= {each.identity for each in changes}
        assert len({each.identity for each in changes}) == len(changes)
        latest = {each.identity: each for each in self.kept}
        for each in changes:
            was, verdict = latest.get(each.identity), each.verdict
            assert each.before == (was and was.state)
            assert scratch.get(each.identity) == (None if verdict is None else bare(verdict))
            if each.identity not in differing:
                assert verdict is not None
                assert was is not None
                assert was.verdict is not None
                assert verdict.evidence != was.verdict.evidence
        self.kept += changes
        for identity in differing:
            if identity in scratch:
                self.marks[identity] = mark_of(scratch[identity], as_of)
            else:
                del self.marks[identity]

    def differing(self, verdicts: Mapping[Identity, Verdict], as_of: Instant) -> set[Identity]:
        """What is not as it was kept, whatever its evidence."""
        marks = {identity: mark_of(each, as_of) for identity, each in verdicts.items()}
        return {
            identity
            for identity in self.marks.keys() | marks.keys()
            if not is_same(self.marks.get(identity), marks.get(identity))
        }

    def teardown(self) -> None:
        self.tenant.close()
        archive = open_archive(str(Path(self.folder.name) / "tenant"), self.clock)
        with archive.reading() as reading:
            assert verify(reading).flaws == ()
        archive.close()
        self.folder.cleanup()


def is_same(was: Mark | None, now: Mark | None) -> bool:
    """Whether there is nothing to keep: state, flags, due instant are the same, and all that is settled."""
    if was is None or now is None:
        return was is now
    return was.whole == now.whole if now.whole else was.gist == now.gist


def _figures(verdict: Verdict) -> tuple[object, ...]:
    return verdict.identity, verdict.state, verdict.flags, verdict.measured, verdict.due, verdict.counts


def gists(verdicts: tuple[Verdict, ...]) -> dict[Identity, str]:
    """What must be kept of each: state, flags and due instant."""
    return {each.identity: mark_of(each, 0).gist for each in verdicts}


def test_what_is_kept_of_verdicts_is_what_an_evaluation_from_scratch_says() -> None:
    examples, steps = (300, 30) if IS_LONG else (1, 6)
    run_state_machine_as_test(History, settings=settings(max_examples=examples, stateful_step_count=steps))
