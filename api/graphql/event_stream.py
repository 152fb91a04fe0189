"""The answers of one operation as events over HTTP (graphql-sse, a connection for each operation)."""

import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

from graphql import GraphQLError
from starlette.responses import Response, StreamingResponse
from strawberry.http import GraphQLRequestData, process_result
from strawberry.http.streaming import SSETransport, merge_stream_with_heartbeat

from api.authentication import UnauthenticatedError
from api.graphql.errors import is_refused, retry_after
from api.graphql.guest import Guest
from api.graphql.live import Live, Stream

TRANSPORT = SSETransport()


async def event_stream(
    live: Live,
    asked: GraphQLRequestData,
    guest: Guest,
    *,
    keeps: bool,
    gone: Callable[[], Awaitable[None]],
) -> Response:
    """A `next` for each answer, then `complete`; a comment now and then shows that the stream is alive.

    A stream that ends without `complete` was broken off: the server stops, or the token has ended. Its client
    comes back.
    """
    began = await live.begin(asked, guest, keeps=keeps, gone=gone)

    async def events() -> AsyncGenerator[str]:
        if isinstance(began, Stream):
            try:
                async with aclosing(live.payloads(began)) as payloads:
                    async for payload in payloads:
                        yield TRANSPORT.encode_event("next", payload)
            except GraphQLError as error:
                yield TRANSPORT.encode_event("next", json.dumps({"errors": [error.formatted]}))
            except UnauthenticatedError:
                return
            if live.is_leaving:
                return
        else:
            payload = dict(process_result(began))
            if is_refused(began):
                payload.pop("data", None)
            yield TRANSPORT.encode_event("next", json.dumps(payload, separators=(",", ":")))
        yield TRANSPORT.encode_complete()

    merged = merge_stream_with_heartbeat(
        events,
        lambda: TRANSPORT.encode_comment("still here"),
        interval=TRANSPORT.heartbeat_interval,
        send_initial_heartbeat=TRANSPORT.send_initial_heartbeat,
    )
    wait = None if isinstance(began, Stream) else retry_after(began.errors)
    if wait is not None:
        headers = {**TRANSPORT.headers, "retry-after": str(wait)}
        return StreamingResponse(merged(), 429, headers)
    return StreamingResponse(merged(), headers=TRANSPORT.headers)
