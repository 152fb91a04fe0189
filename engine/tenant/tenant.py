"""A tenant that is open: policies are published to it, facts fed, and its promises judged."""

from collections import OrderedDict
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from threading import Lock, RLock
from types import TracebackType
from typing import Self, TypeVar

from engine.ledger.head_to_note import SignedHead
from engine.ledger.keys import SigningKey
from engine.ledger.log import last_head, sign_head, size_of
from engine.model.erasure import Due, Erased, ErasureOrder, Hold, HoldScope, RetentionRule
from engine.model.exporting import Export
from engine.model.history import VerdictChange
from engine.model.ledger import Entry, EntryKind
from engine.model.quantity import Instant, Microseconds
from engine.model.snapshot import Snapshot
from engine.model.tenancy import FactBatch, Fault, Fed, Published, Refused, Request
from engine.pipeline import Checked, Evaluation, evaluate, open_store
from engine.source import Source
from engine.store.archive import Archive, ArchiveError, Reading
from engine.store.database import Store
from engine.tenant import holding, retention
from engine.tenant.archive_to_backup import back_up
from engine.tenant.erased import is_unscrubbed, last_erasure, scrub
from engine.tenant.erasing import erase
from engine.tenant.exporting import record_export
from engine.tenant.feeding import SupersededError, keep, retract
from engine.tenant.fitting import Feeding, prepared
from engine.tenant.history import OvertakenError, kept_changes, last_change
from engine.tenant.judging import NO_NEWS, Held, Judging, Known, Stand
from engine.tenant.published_to_snapshot import checked_again, policy_set
from engine.tenant.publishing import in_use, publish, published_sets
from engine.tenant.replica import Replica
from engine.tenant.telling import Telling
from engine.tenant.together import Together
from engine.tenant.used import Used

T = TypeVar("T")

UNPUBLISHED = Refused(
    faults=(Fault(code="no-policies", message="no policies have been published yet; publish them first"),)
)


MOST_BATCHES = 64
"""How many batches are kept in one transaction."""

PATIENCE = 0.05
"""For so many seconds a transaction waits for others, where several feed at a time."""

LAST = "SELECT seq, recorded_at FROM entry WHERE recorded_at <= ? ORDER BY seq DESC LIMIT 1"
END: Instant = 2**63 - 1

KEPT_CHECKED = 8
"""Policy sets that were checked last are kept so; checking a large one takes seconds."""


Answer = TypeVar("Answer")

NEWS = sorted({each.value for each in EntryKind} - NO_NEWS)
"""Entries of these kinds are judged."""

UNJUDGED = "SELECT min(recorded_at) FROM entry WHERE seq > ? AND kind IN (SELECT unnest(?::TEXT[]))"


class NothingPublishedError(LookupError):
    """There were no policies by the instant that was asked about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a tenant has come: its last entry, and the policies in use with it."""

    entry: int
    recorded_at: Instant
    published: Published


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much a tenant keeps, and what of it waits: `unjudged_since` is when the first was recorded that
    verdicts do not know yet, None where they know all, or nothing `is_judged` here yet."""

    entries: int
    last_entry_at: Instant | None
    fact_versions: int
    is_judged: bool
    unjudged_since: Instant | None
    deliveries_waiting: int


class Tenant:
    """One tenant over its archive, which it closes with itself. Threads may share it."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._lock = RLock()
        self._used = Used()
        self._feedings = Together[Feeding, Fed | Refused](
            self._keep_together, MOST_BATCHES, PATIENCE, "keeping"
        )
        self._checked: OrderedDict[tuple[str, str], Checked] = OrderedDict()
        self._checked_lock = Lock()
        self._judging = Judging(archive)
        self._listeners: list[Callable[[], None]] = []
        self._fact_listeners: list[Callable[[], None]] = []
        self._replica: Replica | None = Replica(archive, archive.store())
        self.telling = Telling(archive=archive, policies=self.policies, heard=lambda: self._told(None))
        with archive.reading() as reading:
            unscrubbed = is_unscrubbed(reading)
        if unscrubbed:
            self._scrub()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the archive; everything that was kept is in it."""
        try:
            self._feedings.close()
        finally:
            with self._lock:
                if self._replica is not None:
                    self._replica.store.close()
                self._archive.close()

    # Writing

    def publish(self, sources: Sequence[Source], request: Request) -> Published | Refused:
        """Put a policy set in use, if it is sound (S2.6)."""
        published = publish(self._archive, sources, request)
        self._used.forget()
        return self._told(published)

    def feed(self, batch: FactBatch, request: Request) -> Fed | Refused:
        """Keep facts, all of the batch or nothing (S2.5)."""

        def feed(snapshot: Snapshot) -> Fed | Refused:
            fit = prepared(self._archive, snapshot, batch, request)
            if not isinstance(fit, Feeding):
                return fit
            (answer,) = keep(self._archive, [fit], self._used)
            assert answer is not None, "only another than the first has to wait"
            return answer

        return self._kept(feed)

    def feeding(self, batch: FactBatch, request: Request) -> Future[Fed | Refused]:
        """The same, without waiting for it: what the answer comes by. Batches that are fed so while one
        transaction lasts are kept together in the next, each with an entry and an answer of its own.

        The answer is a SupersededError, and nothing was kept, where other policies were published meanwhile.
        """

        def begin(snapshot: Snapshot) -> Future[Fed | Refused] | Refused:
            fit = prepared(self._archive, snapshot, batch, request)
            if isinstance(fit, Feeding):
                try:
                    return self._feedings.ask(fit)
                except RuntimeError as error:
                    raise ArchiveError(f"nothing more is kept here: {error}") from error
            return _done(fit) if isinstance(fit, Fed) else fit

        found = self._with_policies(begin)
        return _done(found) if isinstance(found, Refused) else found

    def feed_with_others(self, batch: FactBatch, request: Request) -> Fed | Refused:
        """The same, waited for. Whoever is interrupted meanwhile leaves it to be kept."""
        while True:
            with suppress(SupersededError):
                return self.feeding(batch, request).result()

    def settle(self) -> None:
        """Wait until all that is being fed by now is kept or refused."""
        self._feedings.settle()

    def retract(self, kind: str, keys: Sequence[str], request: Request) -> Fed | Refused:
        """Say that there are no such facts from now on (S2.5)."""
        return self._kept(lambda snapshot: retract(self._archive, snapshot, kind, keys, request))

    def erase(self, order: ErasureOrder, request: Request) -> Erased | Refused:
        """Remove what facts say, on legal demand; their digests stay, and so does all that was judged (S2.5).

        The tables that plans read are made anew, and the files of the archive: where that cannot be done now,
        the answer says so, and it is done when the tenant is opened again, or the next erasure.
        """
        with self._lock:
            told = erase(self._archive, self.policies(), order, request)
            if not isinstance(told, Refused) and not told.is_scrubbed:
                told = replace(told, is_scrubbed=self._scrub())
        return self._told(told)

    def place_hold(self, scope: HoldScope, reason: str, request: Request) -> Hold | Refused:
        """Let nothing that the scope covers be erased, until the hold is lifted."""
        return holding.place(self._archive, scope, reason, request)

    def lift_hold(self, hold: int, reason: str, request: Request) -> Hold | Refused:
        """End a legal hold."""
        return holding.lift(self._archive, hold, reason, request)

    def record_export(self, export: Export, actor: str) -> Entry:
        """Record a file of verdicts before it is sent."""
        return record_export(self._archive, export, actor)

    def check_writable(self) -> None:
        """An UnwritableError, where what was to be kept last was not, and nothing can be now."""
        self._archive.check_writable()

    def _scrub(self) -> bool:
        """Leave nothing of what was erased in any file; whether that could be done."""
        self._held_by().forget()
        self._judging = Judging(self._archive)  # what it knows may name what was erased
        try:
            scrub(self._archive)
        except ArchiveError:
            return False
        finally:
            # Whoever took the file while it was let go of may have it still: whoever asks next is told.
            if self._replica is not None:
                self._replica.store.close()
            self._replica = None
        return True

    def _held_by(self) -> Replica:
        """The tables that plans read, made where there are none. Where the archive was opened again they are
        others, and all is judged anew, as after a restart."""
        if self._replica is not None and self._replica.store.is_closed:
            self._replica, self._judging = None, Judging(self._archive)
        if self._replica is None:
            self._replica = Replica(self._archive, self._archive.store())
        return self._replica

    def _keep_together(self, feedings: Sequence[Feeding]) -> Sequence[Fed | Refused | SupersededError | None]:
        try:
            answers = keep(self._archive, feedings, self._used)
        except SupersededError as error:
            self._used.forget()
            stale = feedings[0].snapshot.version
            return [error if each.snapshot.version == stale else None for each in feedings]
        self._tell_of_facts()
        return answers

    def _kept(self, keep: Callable[[Snapshot], Fed | Refused]) -> Fed | Refused:
        """Keep facts as the policies in use admit them; anew, where others were published meanwhile."""
        while True:
            try:
                answer = self._with_policies(keep)
            except SupersededError:
                self._used.forget()
            else:
                self._tell_of_facts()
                return answer

    def _with_policies(self, ask: Callable[[Snapshot], Answer | Refused]) -> Answer | Refused:
        """What is answered under the policies in use. They are looked up only where they are not known, or
        refuse something: nothing is kept unless whoever keeps it finds them in use."""
        used = self._used.last
        is_looked_up = used is None
        while True:
            if is_looked_up:
                with self._archive.reading() as reading:
                    used = in_use(reading)
            if used is None:
                return UNPUBLISHED
            snapshot = self._again(used).snapshot
            assert snapshot is not None, "only what is sound is published"
            answer = ask(snapshot)
            if is_looked_up or not isinstance(answer, Refused):
                return answer
            is_looked_up = True

    def _tell_of_facts(self) -> None:
        for listener in tuple(self._fact_listeners):
            listener()

    def _told(self, answer: Answer) -> Answer:
        """The answer to what was kept, once all who listen have been told."""
        for listener in tuple(self._listeners):
            listener()
        return answer

    def listen(self, listener: Callable[[], None], *, to_facts: bool = True) -> Callable[[], None]:
        """Call a function, which must be quick and never raises, from any thread, whenever something may have
        been kept; not `to_facts`, when that was anything but facts, which come often and change no verdict
        until they are judged. What is given ends that."""
        self._listeners.append(listener)
        if to_facts:
            self._fact_listeners.append(listener)

        def stop() -> None:
            self._listeners.remove(listener)
            if to_facts:
                self._fact_listeners.remove(listener)

        return stop

    # Judging

    def judge(self, now: Instant, *, whole: Microseconds | None = None) -> Stand | None:
        """How the tenant stands, judged anew where something came, or came due, since it was judged last;
        None where nothing was published yet. It is as of the last instant at which something was judged anew;
        wanted `whole`, with every figure and all that follows, no further back than so long.

        One thread at a time asks for it, and for what the tenant holds. Raises UnusablePoliciesError where
        the policies in use cannot be used as they were published.
        """
        with self._lock:
            standing = self.standing()
            if standing is None:
                return None
            self._held_by()
            stand = self._judging.stand
            if stand is not None and stand.known.entry == standing.entry:
                return self._judging.judge(stand.known, now, whole=whole)
            known = Known(
                held=self.hold(standing.published),
                published=standing.published,
                entry=standing.entry,
                at=standing.recorded_at,
            )
            return self._judging.judge(known, now, whole=whole)

    def catch_up(self, now: Instant) -> tuple[VerdictChange, ...]:
        """Judge what came, or came due, since it was judged last, and keep what changed, with an entry of the
        ledger. What comes meanwhile is judged the next time. Raises as `judge` does."""
        changes: tuple[VerdictChange, ...] | None = None
        with self._lock:
            while changes is None and self.judge(now) is not None:
                with suppress(OvertakenError):
                    changes = self._judging.keep()
        return self._told(changes) if changes else ()

    def wakes_at(self) -> Instant | None:
        """The instant before which no verdict changes unless something is published or fed; None where none
        ever does, or nothing was judged yet. Asked by one thread at a time, as `judge`."""
        with self._lock:
            return self._judging.wakes_at()

    def changes(
        self,
        after: int = -1,
        first: int = 100,
        *,
        before: int | None = None,
        last: bool = False,
        identity: tuple[str, str, str] | None = None,
    ) -> tuple[VerdictChange, ...]:
        """At most `first` changes of verdicts with a number above `after`, and below `before`, in order; with
        `last` those that came last. With an `identity` only those of one verdict."""
        with self._archive.reading() as reading:
            return kept_changes(
                reading, after=after, first=first, before=before, last=last, identity=identity
            )

    def last_change(self, as_of: Instant | None = None) -> int:
        """The number of the last change of a verdict, or of the last that was judged as of no later than an
        instant; -1 where there is none."""
        with self._archive.reading() as reading:
            return last_change(reading, as_of)

    # Reading

    def policies(self, known_at: Instant | None = None) -> Snapshot | None:
        """The policies in use, those that were by an instant; None where there were none.

        Raises UnusablePoliciesError where they cannot be used as they were published.
        """
        with self._archive.reading() as reading:
            published = in_use(reading, known_at)
        return None if published is None else self._again(published).snapshot

    def known_version_at(self, known_at: Instant) -> str | None:
        """The version of the policies that were in use at an instant; None where it would have to be read."""
        used = self._used.at(known_at)
        return None if used is None else used.version

    def version_at(self, known_at: Instant) -> str:
        """The version of the policies that were in use at an instant, some time after the first."""
        known = self.known_version_at(known_at)
        if known is not None:
            return known
        with self._archive.reading() as reading:
            used = in_use(reading, known_at)
        assert used is not None, "some were in use by then"
        return used.version

    def standing(self, known_at: Instant | None = None) -> Standing | None:
        """The last entry by an instant, or by now, and the policies in use then, if there were any."""
        with self._archive.reading() as reading:
            published = in_use(reading, known_at)
            if published is None:
                return None
            ((entry, recorded_at),) = reading.run(LAST, (END if known_at is None else known_at,))
            return Standing(entry=entry, recorded_at=recorded_at, published=published)

    def extent(self) -> Extent:
        """How much is kept, in few reads. Any thread asks."""
        stand = self._judging.stand
        with self._archive.reading() as reading:
            last = reading.run(LAST, (END,))
            ((versions,),) = reading.run("SELECT max(seq) FROM fact_version")
            ((waiting,),) = reading.run("SELECT count(*) FROM webhook_event WHERE state = 'waiting'")
            unjudged = None if stand is None else reading.run(UNJUDGED, (stand.known.entry, NEWS))[0][0]
        return Extent(
            entries=last[0][0] + 1 if last else 0,
            last_entry_at=last[0][1] if last else None,
            fact_versions=0 if versions is None else versions + 1,
            is_judged=stand is not None,
            unjudged_since=unjudged,
            deliveries_waiting=waiting,
        )

    @contextmanager
    def backing_up(self, name: str, made_at: Instant) -> Generator[Iterator[bytes]]:
        """All that is kept, as one state, in the pieces of a back-up that calls the tenant by this name."""
        with self._archive.reading() as reading:
            yield back_up(reading, tenant=name, made_at=made_at)

    def hold(self, published: Published, apart: Store | None = None) -> Held:
        """Every fact there is by now, as a policy set admits it: in the tenant's own tables, in which only
        one set has its facts at a time, or, for an earlier one, in a store `apart`, which stays the caller's.

        One thread at a time reads what it gives, and none while another asks for it again. Raises
        UnusablePoliciesError where the policies cannot be used as they were published.
        """
        checked = self._again(published)
        with self._lock:
            replica = self._held_by() if apart is None else Replica(self._archive, apart)
            assert checked.snapshot is not None, "only what is sound is published"
            unheld = replica.catch_up(checked.snapshot)
            return Held(checked=checked, store=replica.store, unheld=unheld)

    def read(self, ask: Callable[[Reading], T]) -> T:
        """What is read of one state of the archive."""
        with self._archive.reading() as reading:
            return ask(reading)

    def sign_head(self, key: SigningKey, actor: str) -> SignedHead | None:
        """Sign the ledger as it stands, and keep the head; nothing, where it has not grown since the last.

        Raises a LedgerError where it does not begin with what was signed before, or is not the key's.
        """
        with self._archive.reading() as reading:
            last = last_head(reading)
            if last is not None and last.origin == key.name and last.head.size == size_of(reading):
                return None
        with self._archive.writing() as writing:
            return sign_head(writing, key, actor)

    def last_erasure(self) -> int:
        """The entry of the last erasure that touched facts, -1 where there is none."""
        with self._archive.reading() as reading:
            return last_erasure(reading)

    def holds(self) -> tuple[Hold, ...]:
        """Every legal hold that was placed, in order."""
        with self._archive.reading() as reading:
            return holding.holds(reading)

    def due_to_go(self, rules: tuple[RetentionRule, ...], now: Instant) -> tuple[Due, ...]:
        """The facts whose time is over by rules of retention."""
        snapshot = self.policies()
        with self._archive.reading() as reading:
            return retention.due(reading, snapshot, rules, now)

    def published(self, after: int = -1) -> tuple[Published, ...]:
        """Every policy set that was published, in order; with `after` those after the one so numbered."""
        with self._archive.reading() as reading:
            return published_sets(reading, after)

    def _again(self, published: Published) -> Checked:
        """A policy set as it was published, checked once."""
        name = published.address, published.version
        if (known := self._known(name)) is not None:
            return known
        with self._archive.reading() as reading:
            kept = policy_set(reading, published)
        # Whoever holds the lock may need a connection: nobody waits for the lock with one in hand.
        with self._lock:
            if (known := self._known(name)) is not None:
                return known
            checked = checked_again(kept)
            with self._checked_lock:
                self._checked[name] = checked
                while len(self._checked) > KEPT_CHECKED:
                    self._checked.popitem(last=False)
            return checked

    def _known(self, name: tuple[str, str]) -> Checked | None:
        """A policy set that is checked already. Whoever feeds does not wait here for whoever judges."""
        with self._checked_lock:
            if name in self._checked:
                self._checked.move_to_end(name)
            return self._checked.get(name)

    def evaluate(self, *, as_of: Instant, known_at: Instant | None = None) -> Evaluation:
        """Judge every promise of the policies in use by `known_at`, from the facts that were known by then.

        Raises NothingPublishedError where there were no policies.
        """
        snapshot = self.policies(known_at)
        if snapshot is None:
            raise NothingPublishedError("no policies had been published")
        with self._lock:
            if snapshot is self.policies():
                replica = self._held_by()
                replica.catch_up(snapshot)
                return evaluate(snapshot, replica.store, as_of=as_of, known_at=known_at)
            # Earlier policies may have admitted other facts: they get tables of their own.
            with open_store() as store:
                Replica(self._archive, store).catch_up(snapshot)
                return evaluate(snapshot, store, as_of=as_of, known_at=known_at)


def _done(answer: Answer) -> Future[Answer]:
    """What an answer comes by that is there."""
    future: Future[Answer] = Future()
    future.set_result(answer)
    return future
