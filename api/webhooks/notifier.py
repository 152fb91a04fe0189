"""What tells the webhooks of a tenant: it looks what is new as soon as something is kept or comes due, keeps
that, and sends it until it is taken."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from secrets import randbelow, token_hex
from threading import Event, Lock, Thread
from time import monotonic
from typing import Protocol

from api.operation.log import tell
from api.view import ComplianceView
from api.waking import Run
from api.webhooks.sending import Network, Tried, send
from api.webhooks.signing import NoKeyError, WebhookKey, signed_headers
from api.webhooks.view_to_told import Change, changes_told, present_told
from engine.model.history import VerdictChange
from engine.model.principal import Principal
from engine.model.quantity import SECOND, Instant
from engine.model.verdict import Flag
from engine.model.webhook import Delivery, Topic, Webhook, WebhookEvent
from engine.store.archive import ArchiveError, Clock
from engine.tenant.tenant import Tenant
from engine.tenant.webhook_events import LEASE, OvertakenError, event_id

LOG = logging.getLogger("troth.webhooks")

ELSEWHERE = 1.0
"""Seconds after which is looked what other processes have kept, and whether a clock was set."""

GATHERED = 0.05
"""Seconds in which what is kept one after the other is looked at once."""

LONGEST_REST = 1.0
"""Seconds that it rests at most after it has looked, else as long as that took: others ask on the same
thread."""

AT_ONCE = 8
"""Webhooks that are sent something at the same time; each is sent one event at a time."""

MOST_CHANGES = 500

Seen = Callable[[Principal], ComplianceView]
"""The tenant as it stands, as somebody sees it; asked on the tenant's thread."""


class Tally(Protocol):
    """What counts deliveries."""

    def delivery(self, tenant: str, outcome: str) -> None:
        """One try came out so: `delivered`, `failed` or `dead`."""
        ...


class Notifier:
    """A thread that tells the webhooks of one tenant, with some that send. What goes wrong is logged, and
    tried again; what is kept waits for it, also while no server runs. `run` does something on the tenant's
    thread."""

    def __init__(
        self,
        name: str,
        tenant: Tenant,
        clock: Clock,
        *,
        run: Run,
        seen: Seen,
        key: WebhookKey,
        allowed: Sequence[Network],
        tally: Tally,
        jitter: Callable[[int], int] = randbelow,
    ) -> None:
        self._name = name
        self._tenant = tenant
        self._telling = tenant.telling
        self._clock = clock
        self._run = run
        self._seen = seen
        self._key = key
        self._allowed = tuple(allowed)
        self._tally = tally
        self._jitter = jitter
        self._server = token_hex(8)
        self._has_begun = False
        self._known: dict[int, frozenset[str]] = {}
        self._looks_at: Instant = 0
        self._looked: tuple[int, frozenset[int]] | None = None
        self._busy: set[int] = set()
        self._lock = Lock()
        self._heard, self._ended = Event(), Event()
        self._news = True
        self._pool = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="webhook")
        self._thread = Thread(target=self._keep_on, name="notifier", daemon=True)
        self._stop_listening = tenant.listen(self._hear, to_facts=False)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, once what is being sent is taken or not: nothing more is sent."""
        if not self._ended.is_set():
            self._stop_listening()
            self._ended.set()
            self._heard.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._pool.shutdown(wait=True)
        try:
            if self._known:
                self._telling.release(self._server)
        except ArchiveError as error:
            LOG.warning("another server serves the webhooks only in a while: %s", error)

    def _hear(self) -> None:
        self._news = True
        self._heard.set()

    def _keep_on(self) -> None:
        while not self._ended.is_set():
            self._heard.clear()
            began, wait = monotonic(), ELSEWHERE
            try:
                wait = self._once()
            except ArchiveError as error:
                self._news = True
                LOG.error("webhooks could not be told; it is tried again in %g s: %s", ELSEWHERE, error)
                self._ended.wait(ELSEWHERE)
            except Exception:
                self._news = True
                LOG.exception("webhooks could not be told; it is tried again in %g s", ELSEWHERE)
                self._ended.wait(ELSEWHERE)
            self._ended.wait(min(max(GATHERED, monotonic() - began), LONGEST_REST))
            self._heard.wait(wait)

    def _once(self) -> float:
        """Look, keep and send what there is; seconds until it is looked again."""
        webhooks = {each.seq: each for each in self._telling.webhooks() if each.end is None}
        if not self._has_begun:
            self._telling.begin()
            self._has_begun = True
        if not webhooks:
            return ELSEWHERE
        self._look([each for each in webhooks.values() if self._is_mine(each)])
        now, wait = self._clock(), ELSEWHERE
        # Asked before what waits is read: who is not busy then has told what became of what it sent.
        with self._lock:
            busy = frozenset(self._busy)
        for event in self._telling.next_events():
            if event.webhook not in webhooks or event.webhook in busy:
                continue
            # What was never tried is due: instants of the archive may be ahead of a clock that stood still.
            if event.tries and event.next_at > now:
                wait = min(wait, (event.next_at - now) / SECOND)
            elif self._is_mine(webhooks[event.webhook]) and not self._ended.is_set():
                with self._lock:
                    self._busy.add(event.webhook)
                self._pool.submit(self._deliver, webhooks[event.webhook], event)
        return min(wait, max((self._looks_at - now) / SECOND, 0)) if self._looks_at else wait

    def _is_mine(self, webhook: Webhook) -> bool:
        """Whether this server serves a webhook: it says so again before another may think otherwise."""
        place = self._telling.place(webhook.seq)
        if place is None:
            return False
        _, server, until = place
        if server == self._server and until - self._clock() > LEASE // 2:
            return True
        # The first look tells what was before, so nobody claims what was never looked at.
        return server == "" or self._telling.claim(webhook.seq, self._server)

    def _look(self, webhooks: Sequence[Webhook]) -> None:
        """Keep what is new for these webhooks: after something was kept here or elsewhere, or came due."""
        now = self._clock()
        standing = self._tenant.standing()
        state = (-1 if standing is None else standing.entry, frozenset(each.seq for each in webhooks))
        is_due = bool(self._looks_at) and now >= self._looks_at
        if standing is None or (not self._news and not is_due and state == self._looked):
            return
        self._news = False
        turns: list[Instant] = []
        for webhook in webhooks:
            try:
                while self._look_for(webhook, turns) == MOST_CHANGES:
                    pass
            except OvertakenError:
                continue
        self._looks_at, self._looked = min(turns, default=0), state

    def _look_for(self, webhook: Webhook, turns: list[Instant]) -> int:
        """Keep what is new for one; how many changes of verdicts were looked at."""
        place = self._telling.place(webhook.seq)
        if place is None:
            return 0
        after, server, _ = place
        found = self._tenant.changes(after, MOST_CHANGES)
        views: list[ComplianceView] = []
        self._run(lambda: views.append(self._seen(webhook.order.seer)))
        (view,) = views
        changes = [self._with_before(each) for each in found]
        told = changes_told(view, self._name, webhook.order, changes)
        present, turn = present_told(view, self._name, webhook.order)
        if turn is not None:
            turns.append(turn)
        ids = frozenset(event_id(webhook, each) for each in present)
        if found or server == "" or not ids <= self._known.get(webhook.seq, frozenset()):
            self._telling.keep(
                webhook,
                [*told, *present],
                through=found[-1].seq if found else after,
                after=after,
                server=self._server,
                silently=frozenset({Topic.ESCALATED}) if server == "" else frozenset(),
            )
        self._known[webhook.seq] = ids
        return len(found)

    def _with_before(self, change: VerdictChange) -> Change:
        """A change with the one before it, where what was before matters."""
        if change.verdict is None or Flag.AT_RISK not in change.verdict.flags:
            return Change(now=change, before=None)
        found = self._tenant.changes(before=change.seq, last=True, first=1, identity=change.identity)
        return Change(now=change, before=found[0] if found else None)

    def _deliver(self, webhook: Webhook, event: WebhookEvent) -> None:
        """Try one event once."""
        try:
            tried = self._try(webhook, event)
            if tried.failure is None:
                self._telling.delivered(event)
                outcome = Delivery.DELIVERED
            else:
                outcome = self._telling.failed(event, tried.failure, self._jitter, is_final=tried.is_final)
            came = "failed" if outcome is Delivery.WAITING else outcome.value
            self._tally.delivery(self._name, came)
            level = {"delivered": logging.DEBUG, "failed": logging.INFO}.get(came, logging.WARNING)
            tell(
                *(LOG, level, f"webhook {came}"),
                tenant=self._name,
                webhook=webhook.seq,
                number=event.seq,
                tries=event.tries + 1,
                reason=tried.failure,
            )
        except ArchiveError as error:
            LOG.error("what came of a try could not be kept; it is tried again: %s", error)
            self._ended.wait(ELSEWHERE)
        except Exception:
            LOG.exception("what came of a try could not be kept; it is tried again")
            self._ended.wait(ELSEWHERE)
        finally:
            with self._lock:
                self._busy.discard(webhook.seq)
            self._heard.set()

    def _try(self, webhook: Webhook, event: WebhookEvent) -> Tried:
        body = event.body.encode()
        try:
            secret = self._key.secret(webhook)
        except NoKeyError as error:
            return Tried(failure=str(error))
        headers = signed_headers(secret, event.id, self._clock() // SECOND, body)
        return send(webhook.order.url, body, headers, self._allowed)
