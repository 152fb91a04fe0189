"""What a client sends over HTTP, as it is read: one JSON object, or the parameters of an address."""

import json
from collections.abc import Mapping
from typing import Any, cast

from cross_web import AsyncHTTPRequestAdapter, HTTPException
from starlette.types import Message, Receive
from strawberry.http import GraphQLRequestData

from api.graphql.media_types import JSON
from api.graphql.persisted import NOT_AN_ID, Persisted, is_id
from api.graphql.scalars import Written

LARGEST_BODY = 1_000_000


def capped(receive: Receive) -> Receive:
    """A body that is refused as soon as it is too large."""
    received = 0

    async def capped() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > LARGEST_BODY:
            raise HTTPException(413, f"a request is at most {LARGEST_BODY:,} bytes")
        return message

    return capped


async def request_of(request: AsyncHTTPRequestAdapter, persisted: Persisted) -> GraphQLRequestData:
    """The document and its variables; batches and uploads are not taken.

    There is no document where one was asked for by an id that none of the persisted ones has.
    """
    if request.method == "GET":
        fields: dict[str, object] = dict(request.query_params)
        for name in ("variables", "extensions"):
            text = fields.get(name)
            fields[name] = _loaded(text) if isinstance(text, str) and text else None
    else:
        if (request.content_type or "").partition(";")[0].strip().lower() != JSON:
            raise HTTPException(415, f"the body of a request is {JSON}")
        body = _loaded(await request.get_body())
        if not isinstance(body, dict):
            raise HTTPException(400, "a request is a JSON object; batches are not taken")
        fields = cast("dict[str, object]", body)
    return GraphQLRequestData(
        query=_document(fields, persisted),
        variables=_field(fields, "variables", dict),
        operation_name=_field(fields, "operationName", str) or None,
        extensions=_field(fields, "extensions", dict),
    )


def read_json(text: str | bytes) -> object:
    """A JSON text, of which numbers are kept as they are written; a ValueError where it is none."""
    try:
        return json.loads(text, parse_float=Written, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("nested too deep") from None


def _document(fields: Mapping[str, object], persisted: Persisted) -> str | None:
    query, id = _field(fields, "query", str), _field(fields, "documentId", str)
    if id is None:
        if not query:
            raise HTTPException(400, "there is neither a `query` nor a `documentId` in the request")
        return query
    if query:
        raise HTTPException(400, "`query` and `documentId` are both in the request: send one of them")
    if not is_id(id):
        raise HTTPException(400, NOT_AN_ID)
    return persisted.text(id)


def _loaded(text: str | bytes) -> object:
    """A JSON text; one that is nested too deep or holds numbers too long is none."""
    try:
        return read_json(text)
    except ValueError:
        raise HTTPException(400, "the request is no JSON that can be read") from None


def _no_constant(word: str) -> None:
    raise ValueError(f"`{word}` is no JSON")


def _field(fields: Mapping[str, object], name: str, kind: type) -> Any:
    """A field of the request, null and absent being one."""
    value = fields.get(name)
    if value is not None and not isinstance(value, kind):
        raise HTTPException(400, f"`{name}` has the wrong form")
    return value
