"""However a tenant's server is sent facts, policies, holds and erasures, asked, left alone and started anew:
what it answered is not lost, it answers as an evaluation from scratch does, each party its part of it, what
it keeps by itself is so, and its ledger only grows."""

import tempfile
from collections import deque
from collections.abc import Generator, Iterable, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from pytest import MonkeyPatch

from api import waking
from api.tokens.tokens import Tokens, token_digest
from engine.ledger.head_to_note import SignedHead
from engine.ledger.keys import SigningKey
from engine.ledger.proof_checks import is_consistent
from engine.ledger.proof_to_text import GrowthProof, parse_proof
from engine.ledger.verify import verify
from engine.model.history import VerdictChange
from engine.model.instants import parse_instant
from engine.model.principal import ApiRole, Principal
from engine.model.quantity import HOUR, Instant
from engine.model.tenancy import Row
from engine.model.verdict import Verdict
from engine.store.open_archive import open_archive
from engine.tenant.history import Mark, mark_of
from engine.tenant.tenant import Tenant
from tests.api.subscriber import subscriber
from tests.api.tenant_door import CORRECT, INGEST, PUBLISH, RETRACT, TenantDoor, tenant_door
from tests.api.test_ledger_door import ERASE, HOLD, LIFT, WHY
from tests.api.test_subscriptions import LONG_AGO
from tests.differential.starts import IS_LONG
from tests.tenant.desk import ACTS, DESK, POLICIES, ROWS, Identity, Told, bare, by_identity, drawn
from tests.tenant.shop import FEBRUARY
from tests.tenant.test_history_laws import is_same

KEY = SigningKey(name="troth.example.com/shop", seed=bytes(range(32)))

STANDS = """query ($asOf: DateTime, $knownAt: DateTime) { asOf knownAt policyVersion
    verdicts(asOf: $asOf, knownAt: $knownAt, first: 100) { asOf knownAt policyVersion totalCount
        nodes { obligation { name } subject window { label } trigger { key } state flags } } }"""
GROWTH = "query ($since: String!) { ledger { consistency(since: $since) { text userErrors { code } } } }"
CHANGES = """subscription ($after: String, $since: DateTime) { verdictChanges(after: $after, since: $since) {
    cursor asOf knownAt obligationName subject before state } }"""

SEEING = {"bolt": "shop_sla.", "northwind": "northwind_uc."}
"""Of whose promises a party sees the verdicts, by the token with which it asks."""

ASKING = {
    "ann": Principal(identity="ann", roles=frozenset({ApiRole.GOVERNANCE})),
    "bolt": Principal(identity="bo", roles=frozenset({ApiRole.CUSTOMER}), parties=frozenset({"bolt"})),
    "northwind": Principal(
        identity="nell", roles=frozenset({ApiRole.SUPPLIER}), parties=frozenset({"northwind"})
    ),
}
"""Who asks, by a token of the same name."""

PATIENCE = 20
"""Seconds in which what comes is judged."""


class Served(RuleBasedStateMachine):
    """A server that is asked over its doors and judges by itself, beside what it was told and answered."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.now: Instant = FEBRUARY
        self.told = Told()
        self.fed_by: dict[tuple[str, str], str] = {}
        self.sent: list[tuple[str, str, dict[str, Any], Any]] = []
        self.answers = deque[Any](maxlen=3)
        self.heads: list[SignedHead] = []
        self.heard: dict[str, list[Any]] = {who: [] for who in ASKING}
        self.kept: list[VerdictChange] = []
        self.open()

    def open(self) -> None:
        self.running = ExitStack()
        archive = open_archive(str(Path(self.folder.name) / "tenant"), lambda: self.now)
        tokens = Tokens(
            clock=lambda: self.now, fixed={token_digest(who): each for who, each in ASKING.items()}
        )
        self.door: TenantDoor = self.running.enter_context(tenant_door(archive, doorman=tokens, wakes=True))
        self.door.now = self.now
        self.ask_as("ann")

    def ask_as(self, who: str) -> None:
        """What is asked from now on is asked by somebody."""
        self.door.client.headers["Authorization"] = f"Bearer {who}"

    def ask(self, who: str, query: str, **variables: object) -> Any:
        """The data of an answer to somebody."""
        self.ask_as(who)
        answer = self.door.ask(query, **variables)
        self.ask_as("ann")
        assert "errors" not in answer, answer
        return answer["data"]

    @property
    def tenant(self) -> Tenant:
        return self.door.views.keeper

    def send(self, mutation: str, *, by: str = "ann", **sent: Any) -> Any:
        """A payload, remembered with what was sent under which key."""
        key = f"key {len(self.sent)}"
        self.ask_as(by)
        self.now += HOUR
        payload = self.door.send(mutation, once=key, **sent)
        self.ask_as("ann")
        if by == "ann":
            self.sent.append((key, mutation, sent, payload))
        return payload

    @initialize()
    def begin(self) -> None:
        self.publish(DESK)

    @rule(text=st.sampled_from(POLICIES))
    def publish(self, text: str) -> None:
        published = self.send(PUBLISH, files=[{"name": "shop.sla", "text": text}])["published"]
        snapshot = self.told.publish(instant_of(published["knownFrom"]), text)
        assert published["policyVersion"] == snapshot.version

    @rule(fact=drawn(ROWS), corrections=st.booleans())
    def happen(self, fact: tuple[str, Row], corrections: bool) -> None:
        self.feed(fact[0], [fact[1]], corrections)

    @rule(fact=drawn(ACTS), corrections=st.booleans())
    def act(self, fact: tuple[str, Row], corrections: bool) -> None:
        """Somebody acts for a role, or is said to hold it or to stand in."""
        self.feed(fact[0], [fact[1]], corrections)

    @rule(rows=st.lists(ROWS["outage"], min_size=1, max_size=3), corrections=st.booleans())
    def happen_together(self, rows: list[Row], corrections: bool) -> None:
        self.feed("outage", rows, corrections)

    def feed(self, kind: str, rows: list[Row], corrections: bool, *, by: str = "ann") -> None:
        known = self.told.known()
        payload = self.send(INGEST, by=by, kind=kind, rows=rows, corrections=corrections)
        receipt = payload["receipt"]
        keys = [str(each["id"]) for each in rows]
        new = [each for each in rows if known.get((kind, str(each["id"]))) != each]
        clashes = len(set(keys)) < len(keys) or (
            not corrections and any((kind, str(each["id"])) in known for each in new)
        )
        assert (receipt is None) is clashes, payload
        if receipt is not None:
            assert (receipt["versions"], receipt["unchanged"]) == (len(new), len(rows) - len(new))
            self.tell(receipt, kind, {str(each["id"]): each for each in new}, by)

    def tell(self, receipt: Any, kind: str, rows: Mapping[str, Row | None], by: str = "ann") -> None:
        for key, row in rows.items():
            self.told.tell(instant_of(receipt["knownFrom"]), kind, key, row)
            self.fed_by[kind, key] = by

    @rule(row=ACTS["judgement"], approval=ACTS["approval"], who=st.sampled_from(["bolt", "northwind"]))
    def judge_as_a_party(self, row: Row, approval: Row, who: str) -> None:
        """The customer's word on a case comes from it, but not what was said by others; approvals do not, and
        from the supplier comes nothing."""
        self.refused(INGEST, by=who, kind="approval", rows=[approval], corrections=True)
        key = str(row["id"])
        if who == "bolt" and self.fed_by.get(("judgement", key), who) == who:
            self.feed("judgement", [row], True, by=who)
        else:
            self.refused(INGEST, by=who, kind="judgement", rows=[row], corrections=True)
            self.refused(RETRACT, by=who, kind="judgement", key=key)

    def refused(self, mutation: str, *, by: str, **sent: Any) -> None:
        payload = self.send(mutation, by=by, **sent)
        assert payload["userErrors"], payload
        assert payload["receipt"] is None

    @rule(fact=drawn(ROWS) | drawn(ACTS))
    def correct(self, fact: tuple[str, Row]) -> None:
        kind, row = fact
        key = str(row["id"])
        known = self.told.known()
        receipt = self.send(CORRECT, kind=kind, row=row)["receipt"]
        assert (receipt is not None) is ((kind, key) in known)
        if receipt is not None and known[kind, key] != row:
            self.tell(receipt, kind, {key: row})

    @rule(data=st.data())
    def retract(self, data: st.DataObject) -> None:
        ever = sorted({(kind, key) for _, kind, key, _ in self.told.versions})
        kind, key = data.draw(st.sampled_from(ever)) if ever else ("outage", "o-1")
        is_known = (kind, key) in self.told.known()
        receipt = self.send(RETRACT, kind=kind, key=key)["receipt"]
        assert (receipt is not None) is is_known
        if receipt is not None:
            self.tell(receipt, kind, {key: None})

    @precondition(lambda self: self.told.versions)
    @rule(data=st.data(), lifts=st.booleans())
    def erase(self, data: st.DataObject, lifts: bool) -> None:
        """What is held is not erased; it is once the hold is lifted."""
        kind, key = data.draw(st.sampled_from(sorted({each[1:3] for each in self.told.versions})))
        placed = self.send(HOLD, kinds=[kind], keys=[key], reason="claim 7")["hold"]
        refused = self.send(ERASE, kind=kind, keys=[key], **WHY)
        of = [place for place, each in enumerate(self.told.versions) if each[1:3] == (kind, key)]
        left = {each for each in of if self.told.versions[each][3] is not None} - self.told.erased
        assert (refused["erasure"] is None) is bool(left)
        if lifts and left:
            assert self.send(LIFT, hold=placed["hold"], reason="settled")["hold"]["liftedBy"] == "ann"
            erasure = self.send(ERASE, kind=kind, keys=[key], **WHY)["erasure"]
            assert erasure["versions"] == str(len(left)), erasure
            self.told.erased |= left
            self.answers.clear()  # what was said of it cannot be computed again
            self.kept = [*self.tenant.changes(first=100_000)]

    @rule(hours=st.integers(-5, 400))
    def pass_time(self, hours: int) -> None:
        self.now = self.door.now = self.now + hours * HOUR

    @rule()
    def wait_until_due(self) -> None:
        """It wakes by itself."""
        wakes_at = self.tenant.wakes_at()
        if wakes_at is not None:
            self.now = self.door.now = max(self.now, wakes_at)

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
            found = self.ask("ann", STANDS, asOf=said["asOf"], knownAt=said["knownAt"])
            assert found["verdicts"] == said

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

    @rule(who=st.sampled_from(sorted(ASKING)))
    def listen(self, who: str) -> None:
        """Who goes on after a cursor is told all that was kept since of what it sees, each change once."""
        wanted = [each for each in self.kept if each.identity[0].startswith(SEEING.get(who, ""))]
        heard = self.heard[who]
        with subscriber(self.door.client, token=who) as listening:
            where = {"after": heard[-1]["cursor"]} if heard else {"since": LONG_AGO}
            listening.subscribe(CHANGES, **where)
            heard += listening.events(len(wanted) - len(heard))
        states = [(each["obligationName"], each["subject"], each["before"], each["state"]) for each in heard]
        assert states == [
            (each.identity[0], each.identity[1], *(s and s.name for s in (each.before, each.state)))
            for each in wanted
        ]

    @rule(who=st.sampled_from(sorted(SEEING)))
    def look_as_a_party(self, who: str) -> None:
        """It is answered the verdicts of its own agreement as they are, and nothing else."""
        said = self.ask(who, STANDS)["verdicts"]
        found = self.judged(instant_of(said["asOf"]), instant_of(said["knownAt"]))
        own = [each for each in found.values() if each.obligation.startswith(SEEING[who])]
        assert answered(said) == judged(own)

    @invariant()
    def it_answers_as_an_evaluation_from_scratch(self) -> None:
        if not self.told.policies:
            return
        said = self.ask("ann", STANDS)["verdicts"]
        assert said["policyVersion"] == self.told.snapshot().version
        as_of, known_at = instant_of(said["asOf"]), instant_of(said["knownAt"])
        assert answered(said) == judged(self.judged(as_of, known_at).values())
        self.answers.append(said)
        self.keeps_what_is_so(max(as_of, self.now))

    def judged(self, as_of: Instant, known_at: Instant) -> Mapping[Identity, Verdict]:
        """What an evaluation from scratch says: by definition of what was told, where nothing was erased."""
        if not self.told.erased:
            return self.told.judged(as_of, known_at)
        found = self.tenant.evaluate(as_of=as_of, known_at=known_at).verdicts
        return by_identity(bare(each) for each in found)

    def keeps_what_is_so(self, as_of: Instant) -> None:
        """By itself it soon has kept what is so; and whatever it kept on the way was so by what it names."""
        entry = self.tenant.standing()
        assert entry is not None
        scratch = self.judged(as_of, entry.recorded_at)
        marks = {identity: mark_of(each, as_of) for identity, each in scratch.items()}
        give_up = monotonic() + PATIENCE
        while True:
            changes = self.tenant.changes(first=100_000)
            was: dict[Identity, Mark] = {}
            for each in changes:
                if each.state is None:
                    del was[each.identity]
                elif each.verdict is None:
                    was[each.identity] = Mark(each.state, "", "")
                else:
                    was[each.identity] = mark_of(bare(each.verdict), each.as_of)
            wrong = {
                each: (was.get(each), marks.get(each))
                for each in was.keys() | marks.keys()
                if not is_same(was.get(each), marks.get(each))
            }
            if not wrong:
                break
            assert monotonic() < give_up, wrong
            sleep(0.01)
        assert changes[: len(self.kept)] == tuple(self.kept)
        instants = {(each.as_of, each.known_at) for each in changes[len(self.kept) :]}
        for those in sorted(instants):
            found = self.judged(*those)
            for each in changes[len(self.kept) :]:
                if (each.as_of, each.known_at) == those:
                    assert found.get(each.identity) == (each.verdict and bare(each.verdict))
        self.kept = [*changes]

    def teardown(self) -> None:
        assert self.tenant.read(verify).flaws == ()
        self.running.close()
        self.folder.cleanup()


def instant_of(text: str) -> Instant:
    """An instant that an answer names."""
    found = parse_instant(text)
    assert found is not None
    return found


def judged(verdicts: Iterable[Verdict]) -> list[tuple[object, ...]]:
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


def hurry() -> Generator[None]:
    """Have verdicts judged as soon as something comes."""
    with MonkeyPatch.context() as patched:
        patched.setattr(waking, "ELSEWHERE", 0.02)
        patched.setattr(waking, "GATHERED", 0.01)
        patched.setattr(waking, "SHARE", 1)
        patched.setattr(waking, "IDLE_SHARE", 1)
        yield


def test_a_server_answers_as_an_evaluation_from_scratch_and_loses_nothing() -> None:
    examples, steps = (150, 25) if IS_LONG else (1, 6)
    with contextmanager(hurry)():
        run_state_machine_as_test(Served, settings=settings(max_examples=examples, stateful_step_count=steps))
