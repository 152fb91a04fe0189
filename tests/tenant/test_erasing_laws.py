"""However facts of a tenant are held, erased and let go in time among all that happens: what is held stays,
and what is judged is what it would be had nothing been erased, or says that it rests on what was."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

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
from engine.model.fact import At
from engine.model.instants import parse_instant
from engine.model.quantity import DAY, HOUR, Instant
from engine.model.tenancy import Refused, Row
from engine.model.verdict import OnTriggerFact, State, Verdict
from engine.pipeline import Evaluation, evaluate, open_store
from engine.rules.withheld import is_withheld
from engine.tenant.history import Mark
from tests.differential.starts import IS_LONG
from tests.tenant.desk import BEGIN, Identity, bare, by_identity, instant
from tests.tenant.test_history_laws import History

SCOPES = st.one_of(
    st.builds(
        lambda kind, keys: HoldScope(kinds=(kind,), keys=tuple(keys)),
        st.sampled_from(["outage", "incident", "approval", "holder"]),
        st.lists(st.sampled_from(["o-1", "i-1", "a-1", "h-1"]), unique=True),
    ),
    st.builds(
        lambda who: HoldScope(where=FieldValue(field="by", value=who)), st.sampled_from(["ann", "bob"])
    ),
    st.builds(
        lambda since, hours: HoldScope(
            since=BEGIN + since * HOUR, until=None if hours is None else BEGIN + (since + hours) * HOUR
        ),
        st.integers(0, 1_200),
        st.none() | st.integers(1, 300),
    ),
)

RULES = st.builds(
    lambda kind, after, days: RetentionRule(kind=kind, after=after, ground="law 7", days=days),
    st.sampled_from(["outage", "incident", "approval", "holder", "judgement"]),
    st.sampled_from([*KeptSince]),
    st.integers(1, 30),
)


class Erasing(History):
    """The same of a tenant whose facts are held, and erased."""

    def __init__(self) -> None:
        super().__init__()
        self.holds: list[Hold] = []
        self.nameless: set[int] = set()

    @rule(scope=SCOPES)
    def place(self, scope: HoldScope) -> None:
        hold = self.tenant.place_hold(scope, "claim 7", self.request())
        assert isinstance(hold, Hold), hold
        self.holds.append(hold)

    @precondition(lambda self: self.holds)
    @rule(data=st.data())
    def lift(self, data: st.DataObject) -> None:
        hold = data.draw(st.sampled_from(self.holds))
        assert isinstance(self.tenant.lift_hold(hold.seq, "settled", self.request()), Hold)
        self.holds.remove(hold)

    @precondition(lambda self: self.told.versions)
    @rule(data=st.data(), with_keys=st.booleans())
    def erase_some(self, data: st.DataObject, with_keys: bool) -> None:
        """A fact or two of a kind, be they erased before, retracted or held."""
        kind = data.draw(st.sampled_from(sorted({each[1] for each in self.told.versions})))
        keys = sorted({each[2] for each in self.told.versions if each[1] == kind})
        self.erase(
            kind, data.draw(st.lists(st.sampled_from(keys), min_size=1, max_size=2, unique=True)), with_keys
        )

    @rule(retention=RULES)
    def let_go(self, retention: RetentionRule) -> None:
        """What a rule no longer keeps, unless it is held."""
        (due,) = self.tenant.due_to_go((retention,), self.clock.now)
        over = self.over(retention)
        held = {key for key in over if self.is_held(retention.kind, key)}
        assert (due.keys, {*due.held}, due.unread) == (tuple(sorted(over - held)), held, 0)
        if due.keys:
            self.erase(retention.kind, due.keys, retention.with_keys)

    def erase(self, kind: str, keys: Sequence[str], with_keys: bool) -> None:
        order = ErasureOrder(
            selection=Selection(kind=kind, keys=tuple(keys)),
            reason="asked for by letter",
            ground="law 7",
            with_keys=with_keys,
        )
        said = self.tenant.erase(order, self.request())
        named = {key: self.versions(kind, key) for key in keys}
        if not all(named.values()) or any(self.is_held(kind, key) for key in keys):
            assert isinstance(said, Refused)
            return
        assert isinstance(said, Erased)
        gone = {
            place
            for places in named.values()
            for place in places
            if place not in self.told.erased and (with_keys or self.told.versions[place][3] is not None)
        }
        of = {key for key, places in named.items() if with_keys or gone & {*places}}
        assert (said.facts, said.versions, said.is_scrubbed) == (len(of), len(gone), True)
        self.told.erased |= gone
        if with_keys:
            self.nameless |= {place for places in named.values() for place in places}
        self.forget(kind, keys, with_keys)

    def forget(self, kind: str, keys: Sequence[str], with_keys: bool) -> None:
        """What was kept of verdicts stays, but for the words of those that name what was erased."""
        kept = [*self.tenant.changes(first=100_000)]
        for was, now in zip(self.kept, kept, strict=True):
            names = [each for each in keys if each in repr(was)]
            assert was == now or (names and now.verdict is None)
            assert (was.seq, was.state, was.before, was.cause) == (now.seq, now.state, now.before, now.cause)
            occasion = was.verdict and was.verdict.occasion
            if isinstance(occasion, OnTriggerFact) and occasion.kind == kind and occasion.key in keys:
                assert now.verdict is None
            assert not (with_keys and any(each in repr(now) for each in keys))
        self.kept = kept
        marks: dict[tuple[str, str, str], Mark] = {}
        for each in kept:
            if each.state is None:
                marks.pop(each.identity, None)
            elif each.verdict is None:
                marks[each.identity] = Mark(each.state, "", "")
            else:
                marks[each.identity] = self.marks.get(each.identity, Mark(each.state, "", ""))
        self.marks = marks

    def versions(self, kind: str, key: str) -> list[int]:
        """The places of the versions of a fact that are still called so."""
        return [
            place
            for place, each in enumerate(self.told.versions)
            if each[1:3] == (kind, key) and place not in self.nameless
        ]

    def contents(self, kind: str, key: str) -> list[Row]:
        """What is still known that it said."""
        return [
            row
            for place in self.versions(kind, key)
            if place not in self.told.erased and (row := self.told.versions[place][3]) is not None
        ]

    def is_held(self, kind: str, key: str) -> bool:
        """Whether a hold that stands covers the fact."""
        return any(
            kind in (hold.scope.kinds or (kind,))
            and key in (hold.scope.keys or (key,))
            and any(self.covers(hold.scope, kind, row) for row in self.contents(kind, key))
            for hold in self.holds
        )

    def covers(self, scope: HoldScope, kind: str, row: Row) -> bool:
        """Whether what a version said lies in what is held."""
        if scope.where is not None and row.get(scope.where.field) != scope.where.value:
            return False
        start, end = self.time(kind, row)
        return (scope.until is None or start < scope.until) and (
            scope.since is None or end is None or end >= scope.since
        )

    def time(self, kind: str, row: Row) -> tuple[Instant, Instant | None]:
        """When a fact begins and ends, or is."""
        of = self.told.snapshot().kinds[kind]
        start = parse_instant(str(row[of.start_field]))
        assert start is not None
        if isinstance(of.timing, At):
            return start, start
        end = row[of.timing.end]
        return start, None if end is None else parse_instant(str(end))

    def over(self, retention: RetentionRule) -> set[str]:
        """The facts that a rule no longer keeps."""
        found: set[str] = set()
        for key in {each[2] for each in self.told.versions if each[1] == retention.kind}:
            left = [
                each
                for place in self.versions(retention.kind, key)
                if place not in self.told.erased
                for each in (self.told.versions[place],)
            ]
            rows = [row for *_, row in left if row is not None]
            if not rows:
                continue
            start, end = self.time(retention.kind, rows[-1])
            match retention.after:
                case KeptSince.RECORDED:
                    last = left[-1][0]
                case KeptSince.START:
                    last = start
                case KeptSince.END if end is not None:
                    last = end - 1 if end > start else end
                case _ if left[-1][3] is None:
                    last = left[-1][0]
                case _:
                    continue
            if last // DAY + retention.days < self.clock.now // DAY:
                found.add(key)
        return found

    def scratch(self, as_of: Instant) -> Mapping[Identity, Verdict]:
        """All verdicts by now, in tables that are made anew; each as if nothing had been erased, or it says
        so."""
        whole = self.told.judged(as_of, erased=True)
        if not self.told.erased:
            return whole
        found = by_identity(bare(each) for each in self.anew(as_of).verdicts)
        for identity, each in found.items():
            assert is_withheld(each) or each == whole.get(identity)
        assert all(self.is_of_erased(whole[each]) for each in whole.keys() - found.keys())
        return found

    def anew(self, as_of: Instant) -> Evaluation:
        """The same by plans, in tables that are made anew."""
        standing = self.tenant.standing()
        assert standing is not None
        with open_store() as store:
            held = self.tenant.hold(standing.published, store)
            return evaluate(held.snapshot, held.store, as_of=as_of, known_at=standing.recorded_at)

    def is_of_erased(self, verdict: Verdict) -> bool:
        """Whether the fact that gave rise to it was erased, or followed from a verdict that is withheld."""
        occasion = verdict.occasion
        erased = {self.told.versions[place][1:3] for place in self.told.erased}
        return isinstance(occasion, OnTriggerFact) and (
            occasion.kind == "breach" or (occasion.kind, occasion.key) in erased
        )


OWNER = {"id": "h-1", "role": "service_owner", "person": "ann", "start": instant(-30), "end": instant(20)}
ALLOWED = {"id": "a-1", "at": instant(5), "approves": "m-1", "by": "ann"}


@pytest.mark.parametrize(("kind", "row"), [("holder", OWNER), ("approval", ALLOWED)])
def test_what_counts_for_a_later_window_is_missed_by_it(kind: str, row: Row) -> None:
    machine = Erasing()
    machine.begin()
    time = {"service": "shop", "start": instant(700), "end": instant(730)}
    machine.clock.now = BEGIN + 1_500 * HOUR
    machine.feed("outage", {"id": "o-1", **time})
    machine.feed("maintenance", {"id": "m-1", **time})
    machine.feed("holder", OWNER)
    machine.feed("approval", ALLOWED)
    march = ("shop_sla.up", "shop", "2025-03")
    assert machine.scratch(machine.as_of())[march].state is State.MET
    machine.what_is_kept_is_what_is_so()
    machine.erase(kind, [str(row["id"])], False)
    machine.what_is_kept_is_what_is_so()
    assert is_withheld(machine.scratch(machine.as_of())[march])
    machine.teardown()


def test_what_is_erased_is_missed_by_all_that_rests_on_it_and_by_nothing_else() -> None:
    examples, steps = (300, 30) if IS_LONG else (1, 6)
    run_state_machine_as_test(Erasing, settings=settings(max_examples=examples, stateful_step_count=steps))
