"""Subscriptions under way: each event is answered on the worker, once for all that ask the same."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Hashable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Protocol, TypeAlias

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

from api.graphql.documents import DOCUMENTS
from api.graphql.errors import Code, coded, refusal
from api.graphql.guest import Guest
from api.graphql.payloads import Payloads
from api.graphql.schema import SCHEMA
from api.graphql.served import Door, Served
from api.news import Feed, News
from engine.model.principal import Principal

MOST_STREAMS = 200
"""Subscriptions of one principal at a time."""
ASKED_AGAIN = 15.0
"""Seconds after which the token of whoever listens is looked at again."""
AT_ONCE = 50
"""Events that are answered in one go: other questions wait no longer for the worker."""

_Begun: TypeAlias = dict[Hashable, tuple[asyncio.Future[list[str | None]], int]]
"""Answers that are being made, several at a time, and which of these each is."""


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
        text = asked.query or ""
        known = DOCUMENTS.find(text)
        document = parse(text) if known is None else known.document
        variables = asked.variables or {}
        used = {name: variables.get(name) for name in _variables_of_answers(document)}
        sees = (sorted(guest.principal.roles), sorted(guest.principal.parties))
        words = json.dumps([asked.query, asked.operation_name, used, *sees], sort_keys=True, default=repr)
        # Answers are held under it: a long document is not held with each of them.
        alike = (id(guest.door), sha256(words.encode()).digest())
        return cls(document=document, asked=asked, guest=guest, feed=feed, alike=alike)


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
        self._payloads = Payloads()
        self._under_way: _Begun = {}

    async def begin(
        self,
        asked: GraphQLRequestData,
        guest: Guest,
        *,
        keeps: bool = True,
        gone: Callable[[], Awaitable[None]] | None = None,
    ) -> AnsweredOnce | Stream:
        """Run an operation that may be a subscription: its answer, or the stream to take answers from. `gone`
        returns when nobody waits for the answer any more; without it that cancels.

        Raises UnauthenticatedError once the token lets nobody in.
        """
        await guest.still()
        if self.is_leaving:
            return AnsweredOnce(data=None, errors=[refusal(Code.UNAVAILABLE, "the server stops")])
        context = self._doors.served(guest)
        context.gone = gone
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
            self._news[id(door)] = News(tenant, self._forget)
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

    def _forget(self) -> None:
        """Hold no answer that was made before now, nor one that is being made."""
        self._payloads.clear()
        self._under_way.clear()

    async def _answered(self, stream: Stream, batch: Sequence[tuple[Hashable, Any]]) -> list[str | None]:
        names = [(stream.alike, name) for name, _ in batch]
        held = {name: self._payloads[name] for name in names if name in self._payloads}
        missing = [
            place for place, name in enumerate(names) if name not in held and name not in self._under_way
        ]
        if missing:
            events = [batch[place][1] for place in missing]
            running = asyncio.get_running_loop().run_in_executor(
                stream.guest.door.worker, lambda: self._execute(stream, events)
            )
            begun: _Begun = {names[place]: (running, number) for number, place in enumerate(missing)}
            self._under_way |= begun
            running.add_done_callback(lambda answers: self._hold(answers, begun))
        awaited = {name: self._under_way[name] for name in names if name not in held}
        # Whoever stops waiting stops nobody else from waiting for the same answers.
        for name, (running, number) in awaited.items():
            held[name] = (await asyncio.shield(running))[number]
        return [held[name] for name in names]

    def _hold(
        self,
        answers: asyncio.Future[list[str | None]],
        begun: _Begun,
    ) -> None:
        """Hold the answers that were made, unless they were forgotten meanwhile."""
        is_made = not answers.cancelled() and answers.exception() is None
        for name, place in begun.items():
            if self._under_way.get(name) is place:
                del self._under_way[name]
                if is_made:
                    self._payloads.hold(name, answers.result()[place[1]])

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
