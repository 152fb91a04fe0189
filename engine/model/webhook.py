"""Webhooks: which machine is told what of a tenant, and what became of each event that is told."""

from dataclasses import dataclass
from enum import StrEnum

from engine.model.canonical_json import Json
from engine.model.principal import ApiRole, Principal
from engine.model.quantity import Instant, Microseconds


class Topic(StrEnum):
    """What is told: something comes due soon, a promise is at risk, it is breached, a level of an escalation
    is reached; TEST is told by whoever looks whether it arrives."""

    DUE_SOON = "due_soon"
    AT_RISK = "at_risk"
    BREACHED = "breached"
    ESCALATED = "escalated"
    TEST = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookOrder:
    """What is to be told, and to whom: an https address.

    Without `agreements` or `services` (names) events of all are told. What comes due is told `ahead` of it.
    With `roles` and `parties` only what a principal of these sees is told; without roles, everything.
    """

    url: str
    topics: frozenset[Topic]
    ahead: Microseconds
    agreements: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    roles: frozenset[ApiRole] = frozenset()
    parties: frozenset[str] = frozenset()

    @property
    def seer(self) -> Principal:
        """As whom it sees the tenant."""
        roles = self.roles or frozenset({ApiRole.AUDITOR})
        return Principal(identity="webhook", roles=roles, parties=self.parties)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEnd:
    """A webhook was removed."""

    entry: int
    removed_at: Instant
    removed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """The `seq`-th webhook of a tenant, counted from 0. Its secret is made of the `salt` with the key that
    `signer` names, which is not in the archive."""

    seq: int
    entry: int
    registered_at: Instant
    registered_by: str
    order: WebhookOrder
    salt: str
    signer: str
    end: WebhookEnd | None = None


class Delivery(StrEnum):
    """Where an event stands: it was there BEFORE the webhook, so nobody tells it; it is WAITING to be
    delivered, or was; nobody took it (DEAD) or its facts were ERASED before anybody did."""

    BEFORE = "before"
    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"
    ERASED = "erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event before it is kept: what it is about decides its id."""

    topic: Topic
    about: tuple[str, ...]
    occasion: str
    data: dict[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEvent:
    """The `seq`-th event of a webhook, counted from 0, under an id of its own; `body` is the JSON that is
    sent, empty once it was. It is tried next at `next_at`; `reason` says why the last try failed."""

    webhook: int
    seq: int
    id: str
    made_at: Instant
    topic: Topic
    body: str
    state: Delivery
    tries: int
    next_at: Instant
    ended_at: Instant | None
    reason: str | None
