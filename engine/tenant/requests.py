"""Requests asked again: the same one is answered alike and done once, another one under its key is refused.

Only what was kept has an answer to give again. A request that was refused changed nothing, and is tried anew.
"""

import json
from collections.abc import Sequence
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


ANSWERS = "SELECT key, digest, body FROM answer WHERE key IN (SELECT unnest(?::TEXT[]))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What the same request was answered before."""

    answer: dict[str, Json]


def before(reading: Reading, request: Request, body: Json) -> Before | Refused | None:
    """The answer given to the same request, the refusal of another under its key, or nothing yet."""
    return all_before(reading, [(request, body)])[0]


def all_before(reading: Reading, asked: Sequence[tuple[Request, Json]]) -> list[Before | Refused | None]:
    """What `before` says of each request, in their order."""
    faults = [_fault(request) for request, _ in asked]
    names = [_name(request) for (request, _), fault in zip(asked, faults, strict=True) if fault is None]
    rows = reading.run(ANSWERS, (names,)) if names else []
    answers = {key: (digest, answer) for key, digest, answer in rows}
    found: list[Before | Refused | None] = []
    for (request, body), fault in zip(asked, faults, strict=True):
        if fault is not None:
            found.append(Refused(faults=(fault,)))
        elif (answered := answers.get(_name(request))) is None:
            found.append(None)
        elif answered[0] == ERASED:
            words = (
                f"what was asked under the idempotency key `{request.key}` was erased with the facts that it"
                " brought; take a new key to ask for something"
            )
            found.append(Refused(faults=(Fault(code="idempotency-key-erased", message=words),)))
        elif answered[0] != _digest(body):
            words = (
                f"the idempotency key `{request.key}` stood for another request; take a new key for this one"
            )
            found.append(Refused(faults=(Fault(code="idempotency-key-reused", message=words),)))
        else:
            found.append(Before(answer=json.loads(answered[1])))
    return found


def remember(writing: Writing, request: Request, body: Json, answer: Json) -> None:
    """Keep the answer with what is kept."""
    remember_all(writing, [(request, body, answer)])


def remember_all(writing: Writing, answered: Sequence[tuple[Request, Json, Json]]) -> None:
    """Keep each answer with what is kept."""
    rows = [
        (_name(request), writing.at, _digest(body), canonical_json(answer))
        for request, body, answer in answered
    ]
    writing.insert("answer", ["key", "answered_at", "digest", "body"], rows)


def _fault(request: Request) -> Fault | None:
    """Why a request cannot be known again."""
    if not 0 < len(request.key) <= LONGEST_KEY:
        words = f"an idempotency key has 1 to {LONGEST_KEY} characters, and this one has {len(request.key)}"
        return Fault(code="idempotency-key", message=words)
    if not 0 < len(request.actor) <= LONGEST_ACTOR:
        words = f"who asks has a name of 1 to {LONGEST_ACTOR} characters, not of {len(request.actor)}"
        return Fault(code="actor", message=words)
    if not is_text(request.actor + request.key):
        words = f"the {'idempotency key' if is_text(request.actor) else 'name of who asks'} {NO_TEXT}"
        return Fault(code="not-text", message=words)
    return None


def _name(request: Request) -> str:
    """One actor's keys are not another's."""
    return canonical_json([request.actor, request.key])


def _digest(body: Json) -> str:
    return sha256(canonical_json(body).encode()).hexdigest()
