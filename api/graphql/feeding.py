"""Documents that do nothing but feed: no thread waits while their facts are kept, with those of others."""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from typing import Any

from graphql import FieldNode, OperationDefinitionNode, OperationType
from strawberry.http import GraphQLRequestData
from strawberry.types.execution import ExecutionResult

from api.graphql.documents import DOCUMENTS
from api.graphql.served import Served
from engine.model.tenancy import Fed
from engine.tenant.feeding import SupersededError

FEEDING = ("ingestFacts", "correctFact")


def only_feeds(asked: GraphQLRequestData) -> bool:
    """Whether a document is known to do nothing but feed one batch: it is persisted, or was asked before."""
    known = DOCUMENTS.find(asked.query or "")
    match known and known.document.definitions:
        case [OperationDefinitionNode(operation=OperationType.MUTATION) as mutation]:
            chosen = mutation.selection_set.selections
            return len(chosen) == 1 and isinstance(chosen[0], FieldNode) and chosen[0].name.value in FEEDING
        case _:
            return False


class Arrivals:
    """What other threads answer, awaited on the thread of a loop, which is woken once for all that comes at
    once."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._arrived: deque[Callable[[], None]] = deque()
        self._is_called = False

    async def of(self, answer: Future[Any]) -> None:
        """Wait until an answer is there, or an error in its place. What nobody waits for any more is not
        done, unless it is begun."""
        waiting = self.loop.create_future()

        def take() -> None:
            if not waiting.done():
                waiting.set_result(None)

        def arrive(_: object) -> None:
            self._arrived.append(take)
            if not self._is_called:
                self._is_called = True
                with suppress(RuntimeError):  # the loop is closed: nobody waits
                    self.loop.call_soon_threadsafe(self._take_all)

        answer.add_done_callback(arrive)
        try:
            await waiting
        except asyncio.CancelledError:
            answer.cancel()
            raise

    def _take_all(self) -> None:
        self._is_called = False  # before any is taken: what arrives from now on calls again
        while self._arrived:
            self._arrived.popleft()()


async def answered_later(
    execute: Callable[[], ExecutionResult], context: Served, threads: Executor, arrivals: Arrivals
) -> ExecutionResult:
    """The answer to a document that keeps something: run once on one of the threads, and, where all it does
    is feed, again when that was kept or refused."""
    context.may_leave = True
    try:
        result = await arrivals.loop.run_in_executor(threads, execute)
        feeding = context.feeding
        if feeding is None:
            return result
        await arrivals.of(feeding)
        fault = feeding.exception()
        if isinstance(fault, SupersededError):
            # Other policies were published meanwhile: now its thread waits for it.
            context.may_leave, context.feeding = False, None
            return await arrivals.loop.run_in_executor(context.door.keepers, execute)
        kept = None if fault else feeding.result()
        if isinstance(kept, Fed) and context.keeping is not None:
            context.version = context.keeping.tenant.known_version_at(kept.known_from)
        if context.answer is None or (isinstance(kept, Fed) and context.version is None):
            return await arrivals.loop.run_in_executor(threads, execute)
        answer = context.answer()
        return ExecutionResult(data=answer.data, errors=answer.errors)
    finally:
        # Each of the two knows the other: together they would stay until they are looked for.
        context.may_leave, context.answer = False, None
