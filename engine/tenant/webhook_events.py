"""What webhooks are told: each event kept once, in order, until it was delivered or nobody took it."""

from collections.abc import Callable, Collection, Sequence
from hashlib import sha256
from typing import Any

from engine.model.canonical_json import canonical_json
from engine.model.instants import iso_text
from engine.model.quantity import SECOND, Instant, Microseconds
from engine.model.webhook import Delivery, Told, Topic, Webhook, WebhookEvent
from engine.store.archive import Archive, Reading, Writing
from engine.tenant.erased_changes import MADE, says_key

COLUMNS = (
    *("webhook", "seq", "id", "made_at", "topic", "occasion", "body", "state", "tries", "next_at"),
    *("ended_at", "reason"),
)
EVENTS = """
SELECT webhook, seq, id, made_at, topic, body, state, tries, next_at, ended_at, reason FROM webhook_event
"""

FIRST = "SELECT webhook, min(seq) FROM webhook_event WHERE state = 'waiting' GROUP BY webhook"

LEASE: Microseconds = 120 * SECOND
"""How long a webhook is one server's after each thing that it did for it: longer than a try may take."""

MOST_TRIES = 12
"""How often an event is tried before it is dead: over 16 to 32 hours, as the pauses are."""

FIRST_PAUSE: Microseconds = 5 * SECOND
LONGEST_PAUSE: Microseconds = 6 * 3_600 * SECOND

OCCASIONS = f"SELECT DISTINCT occasion FROM webhook_event WHERE {MADE}"  # noqa: S608 - of a fixed text

ERASED = """
UPDATE webhook_event SET id = 'erased ' || CAST(seq AS TEXT), occasion = '', body = '', state = ?
WHERE occasion IN (SELECT unnest(?::TEXT[]))
"""


class OvertakenError(Exception):
    """Another server serves the webhook now. Nothing was kept."""


def keep_events(
    archive: Archive,
    webhook: Webhook,
    told: Sequence[Told],
    *,
    through: int,
    after: int,
    server: str,
    silently: frozenset[Topic] = frozenset(),
) -> int:
    """Keep what is new of what is to be told, with the change of the verdicts `through` which it was looked
    for; how many are new. Nothing is lost or kept twice, wherever it is broken off. Of topics that are kept
    `silently` nothing is sent: that was so before.

    Raises OvertakenError where another server serves the webhook, or it was served beyond `after`.
    """
    with archive.writing() as writing:
        if _lease(writing, webhook.seq, server) != after:
            raise OvertakenError
        ids = {event_id(webhook, each): each for each in told}
        held = writing.run(
            "SELECT id FROM webhook_event WHERE webhook = ? AND id IN (SELECT unnest(?::TEXT[]))",
            (webhook.seq, list(ids)),
        )
        known = {id for (id,) in held} if ids else set[str]()
        last = writing.run("SELECT max(seq) FROM webhook_event WHERE webhook = ?", (webhook.seq,))[0][0]
        new = [(id, each) for id, each in ids.items() if id not in known]
        rows: list[tuple[str | int | None, ...]] = []
        for seq, (id, each) in enumerate(new, start=0 if last is None else last + 1):
            tells = each.topic not in silently
            body = body_of(webhook, seq, each, writing.at) if tells else ""
            state = Delivery.WAITING if tells else Delivery.BEFORE
            rows.append(
                (
                    *(webhook.seq, seq, id, writing.at, each.topic.value),
                    *(each.occasion if tells else "", body, state.value, 0, writing.at, None, None),
                )
            )
        writing.insert("webhook_event", COLUMNS, rows)
        if through != after:
            writing.run("UPDATE webhook_place SET through = ? WHERE webhook = ?", (through, webhook.seq))
        return sum(each.topic not in silently for _, each in new)


def event_id(webhook: Webhook, told: Told) -> str:
    """What an event is known by, at the tenant and at whoever is told: the same whenever it is looked for."""
    said = canonical_json([webhook.seq, webhook.salt, told.topic.value, *told.about])
    return f"evt_{sha256(said.encode()).hexdigest()[:40]}"


def body_of(webhook: Webhook, seq: int, told: Told, at: Instant) -> str:
    """The JSON that is sent."""
    data = {"webhook": webhook.seq, "number": seq, **told.data}
    return canonical_json({"type": told.topic.value, "timestamp": iso_text(at), "data": data})


def next_events(reading: Reading) -> tuple[WebhookEvent, ...]:
    """Of each webhook the first event that waits: those after it wait for it."""
    rows = reading.run(f"{EVENTS} WHERE state = 'waiting' AND (webhook, seq) IN ({FIRST}) ORDER BY webhook")
    return tuple(_event(row) for row in rows)


def events(
    reading: Reading, webhook: int, *, after: int = -1, first: int = 100, state: Delivery | None = None
) -> tuple[WebhookEvent, ...]:
    """At most so many events of a webhook with a number above `after`, those that were there before left
    out."""
    rows = reading.run(
        f"{EVENTS} WHERE webhook = ? AND seq > ? AND state <> 'before' AND (? = '' OR state = ?)"
        " ORDER BY seq LIMIT ?",
        (webhook, after, state or "", state or "", first),
    )
    return tuple(_event(row) for row in rows)


def count_events(reading: Reading, webhook: int, *, state: Delivery | None = None) -> int:
    """How many `events` gives in all."""
    where = "webhook = ? AND state <> 'before' AND (? = '' OR state = ?)"
    counted = f"SELECT count(*) FROM webhook_event WHERE {where}"  # noqa: S608 - of fixed words
    return reading.run(counted, (webhook, state or "", state or ""))[0][0]


def place_of(reading: Reading, webhook: int) -> tuple[int, str, Instant] | None:
    """Through which change a webhook was served, and by which server until when it is to be."""
    rows = reading.run("SELECT through, server, until FROM webhook_place WHERE webhook = ?", (webhook,))
    return rows[0] if rows else None


def claim(archive: Archive, webhook: int, server: str) -> bool:
    """Whether a server may serve a webhook for a while: one at a time does."""
    with archive.writing() as writing:
        try:
            _lease(writing, webhook, server)
        except OvertakenError:
            return False
        return True


def release(archive: Archive, server: str) -> None:
    """A server ends: another may serve its webhooks at once."""
    with archive.writing() as writing:
        writing.run("UPDATE webhook_place SET until = 0 WHERE server = ?", (server,))


def begin(archive: Archive) -> None:
    """A server begins: where no other can have the archive, whichever served the webhooks is no more."""
    if not archive.is_shared:
        with archive.writing() as writing:
            writing.run("UPDATE webhook_place SET until = 0 WHERE until <> 0")


def delivered(archive: Archive, event: WebhookEvent) -> None:
    """Somebody took an event: its body goes."""
    with archive.writing() as writing:
        writing.run(
            "UPDATE webhook_event SET state = ?, tries = tries + 1, ended_at = ?, body = '', occasion = '',"
            " reason = NULL WHERE webhook = ? AND seq = ? AND state = 'waiting'",
            (Delivery.DELIVERED.value, writing.at, event.webhook, event.seq),
        )


def failed(
    archive: Archive, event: WebhookEvent, reason: str, jitter: Callable[[int], int], *, is_final: bool
) -> Delivery:
    """Nobody took an event: it is tried again after a pause four times as long each time, or, after the last
    try or where that `is_final`, is dead. `jitter(n)` is a random number from 0 to below n."""
    tries = event.tries + 1
    is_dead = is_final or tries >= MOST_TRIES
    state = Delivery.DEAD if is_dead else Delivery.WAITING
    with archive.writing() as writing:
        writing.run(
            "UPDATE webhook_event SET state = ?, tries = ?, next_at = ?, ended_at = ?, reason = ?"
            " WHERE webhook = ? AND seq = ? AND state = 'waiting'",
            (
                *(state.value, tries, writing.at + pause(tries, jitter), writing.at if is_dead else None),
                *(reason, event.webhook, event.seq),
            ),
        )
    return state


def pause(tries: int, jitter: Callable[[int], int]) -> Microseconds:
    """How long is waited after so many tries: half of it for certain, the rest as chance has it, so that
    those who failed together do not come again together."""
    whole = min(FIRST_PAUSE * 4 ** (tries - 1), LONGEST_PAUSE)
    return whole // 2 + jitter(whole // 2 + 1)


def redeliver(archive: Archive, webhook: int, seq: int) -> WebhookEvent | None:
    """Try an event that nobody took again, from the beginning; None where there is none that is dead."""
    which = (webhook, seq)
    with archive.writing() as writing:
        if not writing.run(f"{EVENTS} WHERE webhook = ? AND seq = ? AND state = 'dead'", which):
            return None
        writing.run(
            "UPDATE webhook_event SET state = 'waiting', tries = 0, next_at = ?, ended_at = NULL"
            " WHERE webhook = ? AND seq = ?",
            (writing.at, *which),
        )
        return _event(writing.run(f"{EVENTS} WHERE webhook = ? AND seq = ?", which)[0])


def forget_occasions(writing: Writing, keys: Collection[str]) -> None:
    """Erase what is told of facts of these keys, or of what followed from them, with the keys."""
    occasions = [each for (each,) in writing.run(OCCASIONS) if says_key(each, keys)]
    writing.run(ERASED, (Delivery.ERASED.value, [*keys, *occasions]))


def _lease(writing: Writing, webhook: int, server: str) -> int:
    """Through which change a webhook was served that this server serves from now on."""
    place = place_of(writing, webhook)
    if place is None or (place[1] != server and place[2] > writing.at):
        raise OvertakenError
    writing.run(
        "UPDATE webhook_place SET server = ?, until = ? WHERE webhook = ?",
        (server, writing.at + LEASE, webhook),
    )
    return place[0]


def _event(row: Sequence[Any]) -> WebhookEvent:
    webhook, seq, id, made_at, topic, body, state, tries, next_at, ended_at, reason = row
    return WebhookEvent(
        webhook=webhook,
        seq=seq,
        id=id,
        made_at=made_at,
        topic=Topic(topic),
        body=body,
        state=Delivery(state),
        tries=tries,
        next_at=next_at,
        ended_at=ended_at,
        reason=reason,
    )
