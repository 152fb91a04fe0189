"""GraphQL lists of verdicts: 1,000 objects of 8 fields, by plans, by stock Strawberry, and as plain JSON.

    .venv/bin/python -m benchmarks.graphql_lists [rounds]

A page has 100 objects at most, so one document asks for ten pages, each under an alias, as it may. All three
answers come through the same ASGI application of this process, body and all; stock Strawberry parses and
validates the document each time, as it does, and plans are kept with it. The first two must be the same
bytes, and the third gives the same fields of the same objects by hand. Measured is the time of the processor,
all threads, the least of the rounds, since other work on the machine only adds to it.
"""

import asyncio
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from time import process_time
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from api.app import app
from api.graphql import limits
from api.graphql.documents import Documents
from api.graphql.opaque import global_id
from api.graphql.planned import PlanExecutor
from api.graphql.schema import SCHEMA
from api.view import ComplianceView, Revision
from engine.model.instants import iso_text
from engine.model.verdict import Verdict
from tests.api.served import AS_OF, restore, view

PAGES, SIZE = 10, 100
PLAIN = "id subject state flags asOf fulfilledAt fulfilledBy version"
ASKED = "id state obligation { name } trigger { key at } due { at } lateBy { value unit } fulfilledBy flags"


def served() -> ComplianceView:
    """As many verdicts as ten pages have."""
    verdicts = sorted((restore(number) for number in range(PAGES * SIZE)), key=lambda each: each.identity)
    revision = Revision(as_of=AS_OF, known_at=None, verdicts=tuple(verdicts), reactions=())
    return replace(view(), revision=revision)


def by_hand(of: ComplianceView) -> Starlette:
    """The same objects as a plain application would answer them."""

    def shown(verdict: Verdict) -> dict[str, Any]:
        return {
            "id": global_id("Verdict", *verdict.identity),
            "subject": verdict.subject,
            "state": verdict.state.name,
            "flags": [flag.name for flag in verdict.flags],
            "asOf": iso_text(of.revision.as_of),
            "fulfilledAt": None if verdict.fulfilled_at is None else iso_text(verdict.fulfilled_at),
            "fulfilledBy": verdict.fulfilled_by,
            "version": verdict.version,
        }

    def answer(_: Request) -> JSONResponse:
        return JSONResponse({"data": [shown(each) for each in of.revision.verdicts]})

    async def route(request: Request) -> JSONResponse:
        return answer(request)

    return Starlette(routes=[Route("/graphql", route, methods=["POST"])])


async def ask(door: Starlette, body: bytes) -> bytes:
    """The body of an answer."""
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")],
    }
    answer = bytearray()
    sent = False

    async def receive() -> Mapping[str, Any]:
        nonlocal sent
        if sent:
            await asyncio.sleep(3600)
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Mapping[str, Any]) -> None:
        answer.extend(message.get("body", b""))

    await door(scope, receive, send)  # pyright: ignore[reportArgumentType]
    return bytes(answer)


def pages(of: ComplianceView, fields: str) -> bytes:
    """A request for all pages."""
    orders = ("", *(f', after: "{cursor}"' for cursor in cursors(of)))
    asked = " ".join(
        f"p{number}: verdicts(first: {SIZE}{after}) {{ nodes {{ {fields} }} }}"
        for number, after in enumerate(orders)
    )
    return json.dumps({"query": f"{{ {asked} }}"}).encode()


def cursors(of: ComplianceView) -> Sequence[str]:
    """Where each page but the first begins."""
    found = [global_id("obligation asc", *each.identity) for each in of.revision.verdicts]
    return found[SIZE - 1 : -1 : SIZE]


async def measured(
    doors: Mapping[str, tuple[Starlette, Callable[[], None]]], body: bytes, rounds: int
) -> dict[str, float]:
    """The least seconds that one request takes at each door, which take turns."""
    least = dict.fromkeys(doors, float("inf"))
    for _ in range(rounds):
        for label, (door, choose) in doors.items():
            choose()
            began = process_time()
            await ask(door, body)
            least[label] = min(least[label], process_time() - began)
    return least


async def compared(rounds: int) -> None:
    """Print what each takes."""
    of = served()
    door, hand = app(of), by_hand(of)

    known, none = Documents(), Documents(most=0)

    def stock() -> None:
        SCHEMA.execution_context_class = StrawberryGraphQLCoreExecutionContext
        limits.DOCUMENTS = none

    def plans() -> None:
        SCHEMA.execution_context_class = PlanExecutor
        limits.DOCUMENTS = known

    print(f"{PAGES * SIZE:,} verdicts × 8 fields, {PAGES} pages by aliases; processor ms a request")
    for name, fields in (("plain fields", PLAIN), ("nested fields", ASKED)):
        body = pages(of, fields)
        answers: list[bytes] = []
        for choose in (stock, plans):
            choose()
            answers.append(await ask(door, body))
        assert answers[0] == answers[1], "not the same bytes"
        assert b'"errors"' not in answers[0], answers[0][:500]
        times = await measured(
            {"stock": (door, stock), "plans": (door, plans), "by hand": (hand, plans)}, body, rounds
        )
        ratio, left = times["stock"] / times["plans"], times["plans"] / times["by hand"]
        said = ", ".join(f"{label} {1000 * seconds:.1f}" for label, seconds in times.items())
        print(f"{name}: {said}; stock is {ratio:.1f} × plans (at least 5), plans are {left:.1f} × plain JSON")


def main() -> None:
    """Compare, in as many rounds as are asked for."""
    asyncio.run(compared(int(sys.argv[1]) if len(sys.argv) > 1 else 20))


if __name__ == "__main__":
    main()
