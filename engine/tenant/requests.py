"""Requests asked again: the same one is answered alike and done once, another one under its key is refused.

Only what was kept has an answer to give again. A request that was refused changed nothing, and is tried anew.
"""

import json
from dataclasses import dataclass
from hashlib import sha256

from engine.model.canonical_json import Json, canonical_json, is_text
from engine.model.tenancy import Fault, Refused, Request
from engine.store.archive import Reading, Writing

LONGEST_KEY = 200
"""Characters of an idempotency key."""

LONGEST_ACTOR = 200
"""Characters of the name of who asks."""

ERASED = ""
"""The digest of a request whose facts were erased: what it said must not be found out by guessing."""

NO_TEXT = "holds a character that is none: a NUL or half a surrogate pair"


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What the same request was answered before."""

    answer: dict[str, Json]


def before(reading: Reading, request: Request, body: Json) -> Before | Refused | None:
    """The answer given to the same request, the refusal of another under its key, or nothing yet."""
    if not 0 < len(request.key) <= LONGEST_KEY:
        words = f"an idempotency key has 1 to {LONGEST_KEY} characters, and this one has {len(request.key)}"
        return Refused(faults=(Fault(code="idempotency-key", message=words),))
    if not 0 < len(request.actor) <= LONGEST_ACTOR:
        words = f"who asks has a name of 1 to {LONGEST_ACTOR} characters, not of {len(request.actor)}"
        return Refused(faults=(Fault(code="actor", message=words),))
    if not is_text(request.actor + request.key):
        words = f"the {'idempotency key' if is_text(request.actor) else 'name of who asks'} {NO_TEXT}"
        return Refused(faults=(Fault(code="not-text", message=words),))
    found = reading.run("SELECT digest, body FROM answer WHERE key = ?", (_name(request),))
    if not found:
        return None
    digest, answer = found[0]
    if digest == ERASED:
        words = (
            f"what was asked under the idempotency key `{request.key}` was erased with the facts that it"
            " brought; take a new key to ask for something"
        )
        return Refused(faults=(Fault(code="idempotency-key-erased", message=words),))
    if digest != _digest(body):
        words = f"the idempotency key `{request.key}` stood for another request; take a new key for this one"
        return Refused(faults=(Fault(code="idempotency-key-reused", message=words),))
    return Before(answer=json.loads(answer))


def remember(writing: Writing, request: Request, body: Json, answer: Json) -> None:
    """Keep the answer with what is kept."""
    row = (_name(request), writing.at, _digest(body), canonical_json(answer))
    writing.insert("answer", ["key", "answered_at", "digest", "body"], [row])


def _name(request: Request) -> str:
    """One actor's keys are not another's."""
    return canonical_json([request.actor, request.key])


def _digest(body: Json) -> str:
    return sha256(canonical_json(body).encode()).hexdigest()
