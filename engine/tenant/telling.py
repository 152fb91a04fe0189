"""Telling others' machines what becomes of a tenant: its webhooks, and what each is told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.model.quantity import Instant
from engine.model.snapshot import Snapshot
from engine.model.tenancy import Refused, Request
from engine.model.webhook import Delivery, Told, Topic, Webhook, WebhookEvent, WebhookOrder
from engine.store.archive import Archive
from engine.tenant import webhook_events, webhooks


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """The webhooks of one tenant over its archive. Threads may share it.

    `policies` are those in use, and `heard` is called after what was kept.
    """

    archive: Archive
    policies: Callable[[], Snapshot | None]
    heard: Callable[[], None]

    def register(self, order: WebhookOrder, signer: str, request: Request) -> Webhook | Refused:
        """Tell a machine what is ordered from now on; `signer` names the key of which its secret is made."""
        found = webhooks.register(self.archive, self.policies(), order, signer, request)
        self.heard()
        return found

    def remove(self, webhook: int, request: Request) -> Webhook | Refused:
        """Tell a machine nothing any more."""
        found = webhooks.remove(self.archive, webhook, request)
        self.heard()
        return found

    def webhooks(self) -> tuple[Webhook, ...]:
        """Every webhook that was registered, in order."""
        with self.archive.reading() as reading:
            return webhooks.webhooks(reading)

    def events(
        self, webhook: int, *, after: int = -1, first: int = 100, state: Delivery | None = None
    ) -> tuple[WebhookEvent, ...]:
        """At most so many events of a webhook with a number above `after`, in order."""
        with self.archive.reading() as reading:
            return webhook_events.events(reading, webhook, after=after, first=first, state=state)

    def count(self, webhook: int, *, state: Delivery | None = None) -> int:
        """How many events `events` gives in all."""
        with self.archive.reading() as reading:
            return webhook_events.count_events(reading, webhook, state=state)

    def next_events(self) -> tuple[WebhookEvent, ...]:
        """Of each webhook the first event that waits."""
        with self.archive.reading() as reading:
            return webhook_events.next_events(reading)

    def place(self, webhook: int) -> tuple[int, str, Instant] | None:
        """Through which change of the verdicts a webhook was served, by which server, until when."""
        with self.archive.reading() as reading:
            return webhook_events.place_of(reading, webhook)

    def keep(
        self,
        webhook: Webhook,
        told: Sequence[Told],
        *,
        through: int,
        after: int,
        server: str,
        silently: frozenset[Topic] = frozenset(),
    ) -> int:
        """Keep what is to be told; raises OvertakenError."""
        return webhook_events.keep_events(
            self.archive, webhook, told, through=through, after=after, server=server, silently=silently
        )

    def claim(self, webhook: int, server: str) -> bool:
        """Whether a server may serve a webhook for a while."""
        return webhook_events.claim(self.archive, webhook, server)

    def begin(self) -> None:
        """A server begins, perhaps after one that was killed: it need not wait until that one's time is over
        where no other can be there."""
        webhook_events.begin(self.archive)

    def release(self, server: str) -> None:
        """A server ends: another may serve its webhooks at once."""
        webhook_events.release(self.archive, server)

    def delivered(self, event: WebhookEvent) -> None:
        """Somebody took an event."""
        webhook_events.delivered(self.archive, event)

    def failed(
        self, event: WebhookEvent, reason: str, jitter: Callable[[int], int], *, is_final: bool = False
    ) -> Delivery:
        """Nobody took an event: what becomes of it."""
        return webhook_events.failed(self.archive, event, reason, jitter, is_final=is_final)

    def redeliver(self, webhook: int, seq: int) -> WebhookEvent | None:
        """Try a dead event again; None where there is no such."""
        found = webhook_events.redeliver(self.archive, webhook, seq)
        self.heard()
        return found
