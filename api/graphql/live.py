"""Subscriptions under way: each event is answered on the worker, once for all that ask the same."""

import asyncio
import json
from collections import Counter, OrderedDict
from collections.abc import AsyncGenerator, Generator, Hashable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    execute,  # pyright: ignore[reportUnknownVariableType]
    parse,
    visit,
)
from strawberry.http import GraphQLRequestData
from strawberry.types.execution import ExecutionResult as AnsweredOnce

from api.graphql.errors import Code, coded, refusal
from api.graphql.guest import Guest
from api.graphql.schema import SCHEMA
from api.graphql.served import Door, Served
from api.news import Feed, News
from engine.model.principal import Principal

MOST_STREAMS = 200
"""Subscriptions of one principal at a time."""
KEPT_PAYLOADS = 1_000
"""Answers to single events that are held for others who ask the same."""
ASKED_AGAIN = 15.0
"""Seconds after which the token of whoever listens is looked at again."""
AT_ONCE = 50
"""Events that are answered in one go: other questions wait no longer for the worker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """A subscription that was found sound: what it is told of, and the document that answers each event.

    Two that are `alike` are answered alike.
    """

    document: DocumentNode
    asked: GraphQLRequestData
    guest: Guest
    feed: Feed[Any]
    alike: Hashable

    @classmethod
    def of(cls, asked: GraphQLRequestData, guest: Guest, feed: Feed[Any]) -> "Stream":
        """A subscription that was run once, and said what it asks for."""
        document = parse(asked.query or "")
        variables = asked.variables or {}
        used = {name: variables.get(name) for name in _variables_of_answers(document)}
        words = (asked.query, asked.operation_name, json.dumps(used, sort_keys=True, default=repr))
        sees = (id(guest.door), guest.principal.roles, guest.principal.parties)
        return cls(document=document, asked=asked, guest=guest, feed=feed, alike=(*words, *sees))


class Doors(Protocol):
    """What answers."""

    def served(self, guest: Guest) -> Served:
        """What a guest is answered from, and until when."""
        ...

    async def answered(
        self, asked: GraphQLRequestData, context: Served, *, keeps: bool = True
    ) -> AnsweredOnce:
        """Run a document, one that keeps something only if it may."""
        ...


class Connection(Protocol):
    """A connection that stays open for streams."""

    async def leave(self) -> None:
        """Close it, since the server stops."""
        ...


class Live:
    """What the streams of one endpoint share, on the thread of the event loop."""

    def __init__(self, doors: Doors) -> None:
        self.connections: set[Connection] = set()
        self.is_leaving = False
        self._doors = doors
        self._news: dict[int, News] = {}
        self._streams: Counter[str] = Counter()
        self._payloads: OrderedDict[Hashable, tuple[asyncio.Future[list[str | None]], int]] = OrderedDict()

    async def begin(
        self, asked: GraphQLRequestData, guest: Guest, *, keeps: bool = True
    ) -> AnsweredOnce | Stream:
        """Run an operation that may be a subscription: its answer, or the stream to take answers from.

        Raises UnauthenticatedError once the token lets nobody in.
        """
        await guest.still()
        if self.is_leaving:
            return AnsweredOnce(data=None, errors=[refusal(Code.UNAVAILABLE, "the server stops")])
        context = self._doors.served(guest)
        context.news = self._news_of(guest.door)
        answer = await self._doors.answered(asked, context, keeps=keeps)
        return answer if context.feed is None else Stream.of(asked, guest, context.feed)

    async def leave(self) -> None:
        """End every stream, since the server stops: who listened goes on elsewhere after its last cursor."""
        self.is_leaving = True
        for each in tuple(self.connections):
            await each.leave()
        for news in self._news.values():
            news.close()

    async def payloads(self, stream: Stream) -> AsyncGenerator[str]:
        """The answer to each event as JSON, as fast as they are taken; they end with whoever takes them.

        Raises UnauthenticatedError once the token lets nobody in.
        """
        loop = asyncio.get_running_loop()
        with self._counted(stream.guest.principal):
            until = loop.time() + ASKED_AGAIN
            while (batch := await stream.feed.next(until)) is not None:
                if loop.time() >= until:
                    await stream.guest.still()
                    until = loop.time() + ASKED_AGAIN
                for start in range(0, len(batch), AT_ONCE):
                    for payload in await self._answered(stream, batch[start : start + AT_ONCE]):
                        if payload is not None:
                            yield payload

    def _news_of(self, door: Door) -> News | None:
        """The news of a tenant, once for all."""
        tenant = door.views.keeper
        if tenant is not None and id(door) not in self._news:
            self._news[id(door)] = News(tenant, self._payloads.clear)
        return self._news.get(id(door))

    @contextmanager
    def _counted(self, principal: Principal) -> Generator[None]:
        name = principal.account
        if self._streams[name] >= MOST_STREAMS:
            words = f"one may have at most {MOST_STREAMS} subscriptions at a time"
            raise refusal(Code.LIMIT_EXCEEDED, words)
        self._streams[name] += 1
        try:
            yield
        finally:
            self._streams[name] -= 1
            if not self._streams[name]:
                del self._streams[name]

    async def _answered(self, stream: Stream, batch: Sequence[tuple[Hashable, Any]]) -> list[str | None]:
        names = [(stream.alike, name) for name, _ in batch]
        missing = [place for place, name in enumerate(names) if name not in self._payloads]
        if missing:
            events = [batch[place][1] for place in missing]
            running = asyncio.get_running_loop().run_in_executor(
                stream.guest.door.worker, lambda: self._execute(stream, events)
            )
            for number, place in enumerate(missing):
                self._payloads[names[place]] = (running, number)
            running.add_done_callback(self._forget_failed)
        found = [self._payloads[name] for name in names]
        while len(self._payloads) > KEPT_PAYLOADS:
            self._payloads.popitem(last=False)
        # Whoever stops waiting stops nobody else from waiting for the same answers.
        return [(await asyncio.shield(running))[number] for running, number in found]

    def _forget_failed(self, answers: asyncio.Future[list[str | None]]) -> None:
        if answers.cancelled() or answers.exception() is not None:
            for name in [name for name, (held, _) in self._payloads.items() if held is answers]:
                del self._payloads[name]

    def _execute(self, stream: Stream, events: Sequence[Any]) -> list[str | None]:
        """On the worker: the answers to events, all from one view."""
        served = self._doors.served(stream.guest)
        return [self._payload(stream, served, told) for told in events]

    def _payload(self, stream: Stream, served: Served, told: Any) -> str | None:
        """The answer to an event; none where it is hidden."""
        served.told = told
        result = execute(
            SCHEMA._schema,  # pyright: ignore[reportPrivateUsage]
            stream.document,
            context_value=served,
            variable_values=stream.asked.variables,
            operation_name=stream.asked.operation_name,
        )
        assert isinstance(result, ExecutionResult), "no resolver of ours is asynchronous"
        if served.is_hidden:
            return None
        payload: dict[str, object] = {"data": result.data}
        if result.errors:
            payload["errors"] = [error.formatted for error in coded(result.errors)]
        return json.dumps(payload, separators=(",", ":"))


class _Variables(Visitor):
    """The variables that are used somewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        """One of them."""
        self.found.add(node.name.value)


def _variables_of_answers(document: DocumentNode) -> frozenset[str]:
    """The variables on which the answer to an event may depend: not those that say what is asked for.

    >>> asked = parse("subscription ($a: String, $b: Int) { x(after: $a) { y(n: $b) } }")
    >>> sorted(_variables_of_answers(asked))
    ['b']
    """
    visitor = _Variables()
    for each in document.definitions:
        if isinstance(each, OperationDefinitionNode):
            for chosen in each.selection_set.selections:
                is_field = isinstance(chosen, FieldNode)
                for part in (*(chosen.directives or ()), chosen.selection_set) if is_field else (chosen,):
                    if part is not None:
                        visit(part, visitor)
        else:
            visit(each, visitor)
    return frozenset(visitor.found)
