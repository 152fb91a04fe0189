"""However a tenant's server is sent facts, policies, holds and erasures, asked, left alone and started anew:
what it answered is not lost, it answers as an evaluation from scratch does, and its ledger only grows."""

import tempfile
from collections import deque
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from engine.facts.facts_to_store import hold
from engine.ledger.head_to_note import SignedHead
from engine.ledger.keys import SigningKey
from engine.ledger.proof_checks import is_consistent
from engine.ledger.proof_to_text import GrowthProof, parse_proof
from engine.ledger.verify import verify
from engine.model.instants import parse_instant
from engine.model.quantity import HOUR, Instant
from engine.model.snapshot import Snapshot
from engine.model.tenancy import Row
from engine.model.verdict import Verdict
from engine.pipeline import check, evaluate, open_store
from engine.source import Source
from engine.store.open_archive import open_archive
from engine.tenant.tenant import Tenant
from tests.api.subscriber import subscriber
from tests.api.tenant_door import CORRECT, INGEST, PUBLISH, RETRACT, TenantDoor, tenant_door
from tests.api.test_ledger_door import ERASE, HOLD, LIFT, WHY
from tests.api.test_subscriptions import LONG_AGO
from tests.differential.starts import IS_LONG
from tests.tenant.desk import DESK, POLICIES
from tests.tenant.shop import FEBRUARY
from tests.tenant.test_history_laws import gists
from tests.tenant.test_tenant_laws import KEYS, ROWS, fact

KEY = SigningKey(name="troth.example.com/shop", seed=bytes(range(32)))

STANDS = """query ($asOf: DateTime, $knownAt: DateTime) { asOf knownAt policyVersion
    verdicts(asOf: $asOf, knownAt: $knownAt, first: 100) { asOf knownAt policyVersion totalCount
        nodes { obligation { name } subject window { label } trigger { key } state flags } } }"""
GROWTH = "query ($since: String!) { ledger { consistency(since: $since) { text userErrors { code } } } }"
CHANGES = """subscription ($after: String, $since: DateTime) { verdictChanges(after: $after, since: $since) {
    cursor asOf knownAt obligationName subject before state } }"""


class Served(RuleBasedStateMachine):
    """A server that is asked over its doors, beside what it was told and what it answered."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.now: Instant = FEBRUARY
        self.known: dict[str, Row] = {}
        self.erased: set[str] = set()
        self.snapshot: Snapshot | None = None
        self.sent: list[tuple[str, str, dict[str, Any], Any]] = []
        self.answers = deque[Any](maxlen=3)
        self.heads: list[SignedHead] = []
        self.cursor: str | None = None
        self.heard: list[Any] = []
        self.open()

    def open(self) -> None:
        self.running = ExitStack()
        archive = open_archive(str(Path(self.folder.name) / "tenant"), self.clock)
        self.door: TenantDoor = self.running.enter_context(tenant_door(archive))
        self.door.now = self.now

    def clock(self) -> Instant:
        return self.now

    @property
    def tenant(self) -> Tenant:
        return self.door.views.keeper

    def send(self, mutation: str, **sent: Any) -> Any:
        """A payload, remembered with what was sent under which key."""
        key = f"key {len(self.sent)}"
        payload = self.door.send(mutation, once=key, **sent)
        self.now = self.door.now
        self.sent.append((key, mutation, sent, payload))
        return payload

    @initialize()
    def begin(self) -> None:
        self.publish(DESK)

    @rule(text=st.sampled_from(POLICIES))
    def publish(self, text: str) -> None:
        published = self.send(PUBLISH, files=[{"name": "shop.sla", "text": text}])["published"]
        self.snapshot = check([Source(name="shop.sla", text=text)]).snapshot
        assert self.snapshot is not None
        assert published["policyVersion"] == self.snapshot.version

    @rule(rows=st.lists(ROWS, min_size=1, max_size=3), corrections=st.booleans())
    def feed(self, rows: list[Row], corrections: bool) -> None:
        receipt = self.send(INGEST, kind="outage", rows=rows, corrections=corrections)["receipt"]
        keys = [str(each["id"]) for each in rows]
        new = [each for each in rows if self.known.get(str(each["id"])) != each]
        clashes = len(set(keys)) < len(keys) or (
            not corrections and any(str(each["id"]) in self.known for each in new)
        )
        if self.erased.isdisjoint(keys):
            assert (receipt is None) is clashes
            assert clashes or receipt["versions"] == len(new)
        if receipt is not None:
            self.known |= {str(each["id"]): each for each in rows}

    @rule(row=ROWS)
    def correct(self, row: Row) -> None:
        key = str(row["id"])
        receipt = self.send(CORRECT, kind="outage", row=row)["receipt"]
        if key not in self.erased:
            assert (receipt is not None) is (key in self.known)
        if receipt is not None:
            self.known[key] = row

    @rule(key=KEYS)
    def retract(self, key: str) -> None:
        receipt = self.send(RETRACT, kind="outage", key=key)["receipt"]
        if key not in self.erased:
            assert (receipt is not None) is (key in self.known)
        if receipt is not None:
            self.known.pop(key, None)

    @rule(key=KEYS, lifts=st.booleans())
    def erase(self, key: str, lifts: bool) -> None:
        """What is held is not erased; it is once the hold is lifted."""
        placed = self.send(HOLD, keys=[key], reason="claim 7")["hold"]
        refused = self.send(ERASE, kind="outage", keys=[key], **WHY)
        assert refused["erasure"] is None
        if lifts:
            assert self.send(LIFT, hold=placed["hold"], reason="settled")["hold"]["liftedBy"] == "ann"
            if self.send(ERASE, kind="outage", keys=[key], **WHY)["erasure"] is not None:
                self.erased.add(key)
                self.answers.clear()  # what was said of it cannot be computed again

    @rule(hours=st.integers(-5, 400))
    def pass_time(self, hours: int) -> None:
        self.now = self.door.now = self.now + hours * HOUR

    @rule()
    def restart(self) -> None:
        self.running.close()
        self.open()

    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        """Under its key, with what was sent: it is answered alike, and nothing is done."""
        key, mutation, sent, payload = data.draw(st.sampled_from(self.sent))
        size = self.tenant.extent().entries
        if payload["userErrors"]:
            return
        again = self.door.ask(mutation, input={"idempotencyKey": key, **sent})["data"]
        assert [*again.values()] == [payload]
        if "reason" in sent:
            clash = self.door.ask(mutation, input={"idempotencyKey": key, **sent, "reason": "another"})
            (found,) = clash["data"].values()
            assert found["userErrors"][0]["code"].startswith("idempotency-key"), found
        assert self.tenant.extent().entries == size

    @rule()
    def ask_again(self) -> None:
        """By the instants that an answer names it is the same for ever."""
        for said in self.answers:
            answer = self.door.ask(STANDS, asOf=said["asOf"], knownAt=said["knownAt"])
            assert answer["data"]["verdicts"] == said

    @rule()
    def sign(self) -> None:
        """Each head that was signed begins with those before it."""
        head = self.tenant.sign_head(KEY, "ann")
        if head is not None:
            self.heads.append(head)
        for old in self.heads:
            found = self.door.ask(GROWTH, since=str(old.head.size))["data"]["ledger"]["consistency"]
            proof = parse_proof(found["text"])
            assert isinstance(proof, GrowthProof)
            assert is_consistent(old.head, proof.consistent, proof.head.head)

    @rule()
    def listen(self) -> None:
        """Who goes on after a cursor is told all that was kept since, each change once."""
        self.tenant.catch_up(self.now)
        kept = self.tenant.changes(first=100_000)
        missing = len(kept) - len(self.heard)
        with subscriber(self.door.client) as listening:
            where = {"since": LONG_AGO} if self.cursor is None else {"after": self.cursor}
            listening.subscribe(CHANGES, **where)
            told = listening.events(missing)
        self.heard += told
        if told:
            self.cursor = told[-1]["cursor"]
        states = [
            (each["obligationName"], each["subject"], each["before"], each["state"]) for each in self.heard
        ]
        assert states == [
            (each.identity[0], each.identity[1], *(s and s.value for s in (each.before, each.state)))
            for each in kept
        ]

    @invariant()
    def it_answers_as_an_evaluation_from_scratch(self) -> None:
        if self.snapshot is None:
            return
        answer = self.door.ask(STANDS)
        assert "errors" not in answer, answer
        said = answer["data"]["verdicts"]
        assert said["policyVersion"] == self.snapshot.version
        as_of, known_at = parse_instant(said["asOf"]), parse_instant(said["knownAt"])
        assert as_of is not None
        if self.erased:
            assert answered(said) == judged(self.tenant.evaluate(as_of=as_of, known_at=known_at).verdicts)
            return
        self.answers.append(said)
        with open_store() as store:
            facts = {"outage": [fact(each) for _, each in sorted(self.known.items())]}
            hold(self.snapshot.kinds, facts, store)
            assert answered(said) == judged(evaluate(self.snapshot, store, as_of=as_of).verdicts)

    @rule()
    def keep(self) -> None:
        """What is kept of verdicts is what is so, also after an erasure."""
        self.tenant.catch_up(self.now)
        found: dict[tuple[str, str, str], Verdict | None] = {}
        changes = self.tenant.changes(first=100_000)
        for each in changes:
            found[each.identity] = each.verdict
        as_of = max(self.now, *(each.as_of for each in changes), 0)
        kept = tuple(each for each in found.values() if each is not None)
        assert gists(kept) == gists(self.tenant.evaluate(as_of=as_of).verdicts)

    def teardown(self) -> None:
        assert self.tenant.read(verify).flaws == ()
        self.running.close()
        self.folder.cleanup()


def judged(verdicts: tuple[Verdict, ...]) -> list[tuple[object, ...]]:
    """What a list says of each verdict."""
    return sorted(
        (*each.identity, each.state.name, *sorted(flag.name for flag in each.flags)) for each in verdicts
    )


def answered(said: Any) -> list[tuple[object, ...]]:
    """The same of an answer, which is one page."""
    assert said["totalCount"] == len(said["nodes"])
    return sorted(
        (
            each["obligation"]["name"],
            each["subject"],
            each["window"]["label"] if each["window"] else each["trigger"]["key"],
            each["state"],
            *sorted(each["flags"]),
        )
        for each in said["nodes"]
    )


def test_a_server_answers_as_an_evaluation_from_scratch_and_loses_nothing() -> None:
    examples, steps = (150, 25) if IS_LONG else (1, 8)
    run_state_machine_as_test(Served, settings=settings(max_examples=examples, stateful_step_count=steps))
