"""Deadlines that come near: each is told once it is within a length of time, and not done."""

import asyncio
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace

import strawberry
from strawberry import ID

from api.graphql.errors import bad_input
from api.graphql.nouns import Info, Obligation, Service
from api.graphql.opaque import global_id, seal, unseal
from api.graphql.scalars import DateTime
from api.graphql.served import Served
from api.graphql.values import Due
from api.graphql.verdicts import Trigger, Window, trigger_of, window_of
from api.news import News
from api.view import Revision
from engine.model.quantity import SECOND, Instant, Microseconds
from engine.model.verdict import InWindow, OnTriggerFact, State, Verdict

CURSOR = "approaching"
LOOKED_BACK = 100
"""Changes of one verdict that are looked through for since when it is pending with its deadline."""
PAUSE = 0.5
"""Seconds after which it is looked again at the earliest: what is answered may be so old."""

Place = tuple[int | str, ...]
"""When a deadline came within, and of what it is: the order in which deadlines are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A deadline that came within so long at an instant; judged as of another, by what was known then."""

    at: Instant
    within: Microseconds
    verdict: Verdict
    revision: Revision

    @property
    def place(self) -> Place:
        """Where it stands among others."""
        return (self.at, *self.verdict.identity)


@dataclass(slots=True, kw_only=True)
class Approaching:
    """The deadlines of one subscriber, each once. What is near is looked for on the tenant's thread, when a
    verdict changed or the next deadline comes near."""

    news: News
    served: Served
    within: Microseconds
    place: Place
    since: dict[tuple[Place, Instant], Instant] = field(default_factory=dict[tuple[Place, Instant], Instant])

    @classmethod
    def of(cls, news: News, served: Served, within: Microseconds, after: str | None) -> "Approaching":
        """Those after the one of a cursor, or all."""
        place: Place = (-1,)
        if after is not None:
            match unseal(after, "cursor"):
                case (kind, int(length), int(at), str(promise), str(subject), str(occasion)) if (
                    kind == CURSOR and length == within
                ):
                    place = (at, promise, subject, occasion)
                case _:
                    raise bad_input("this cursor belongs to another subscription")
        return cls(news=news, served=served, within=within, place=place)

    async def next(self, until: float) -> Sequence[tuple[Hashable, Near]] | None:
        """Those that came near, each named by its place."""
        loop, changes = asyncio.get_running_loop(), self.news.changes
        while not changes.is_over:
            growth = changes.growth
            found, rest = await loop.run_in_executor(self.served.door.worker, self._look)
            if found:
                self.place = found[-1].place
                return [((each.within, each.place), each) for each in found]
            soon = until if rest is None else min(until, loop.time() + max(rest / SECOND, PAUSE))
            await changes.grows(soon, growth)
            if loop.time() >= until:
                return ()
        return None

    def _look(self) -> tuple[list[Near], Microseconds | None]:
        """What is near and not told yet, and after how long the next comes near, if one does."""
        revision = replace(self.served, bound=None).view.revision
        now = revision.as_of
        pending = [
            (each.due.at - self.within, each)
            for each in revision.verdicts
            if each.state is State.PENDING and each.due is not None and each.due.at > now
        ]
        later = [at for at, _ in pending if at > now]
        near = [
            Near(at=max(at, self._since(each)), within=self.within, verdict=each, revision=revision)
            for at, each in pending
            if at <= now
        ]
        pending_now = {(each.verdict.identity, each.verdict.due.at) for each in near if each.verdict.due}
        self.since = {known: at for known, at in self.since.items() if known in pending_now}
        told = sorted((each for each in near if each.place > self.place), key=lambda each: each.place)
        return told, min(later) - now if later else None

    def _since(self, verdict: Verdict) -> Instant:
        """Since when it is pending with this deadline: what becomes so when it is near is news then."""
        assert verdict.due is not None, "only verdicts with a deadline are looked at"
        known = (verdict.identity, verdict.due.at)
        if known not in self.since:
            since = 0
            found = self.news.tenant.changes(first=LOOKED_BACK, last=True, identity=verdict.identity)
            for each in reversed(found):
                was = each.verdict
                if was is None or was.state is not State.PENDING or was.due is None or was.due.at != known[1]:
                    break
                since = each.as_of
            self.since[known] = since
        return self.since[known]


@strawberry.type(description="A deadline came near.")
class DeadlineNews:
    cursor: str
    at: DateTime = strawberry.field(description="When it came within the length that was asked for.")
    verdict: ID = strawberry.field(description="The id of the pending verdict, with its instants.")
    obligation_name: str
    subject: str
    due: Due
    model: strawberry.Private[Verdict]

    @strawberry.field
    def obligation(self, info: Info) -> Obligation | None:
        found = info.context.view.snapshot.obligation_of(self.model)
        return None if found is None else Obligation.of(found)

    @strawberry.field(description="The service that is its subject, where one is.")
    def service(self, info: Info) -> Service | None:
        found = info.context.view.snapshot.services.get(self.model.about)
        return None if found is None else Service.of(found)

    @strawberry.field
    def window(self) -> Window | None:
        occasion = self.model.occasion
        return window_of(occasion) if isinstance(occasion, InWindow) else None

    @strawberry.field
    def trigger(self) -> Trigger | None:
        occasion = self.model.occasion
        return trigger_of(occasion) if isinstance(occasion, OnTriggerFact) else None

    @classmethod
    def of(cls, told: Near) -> "DeadlineNews":
        """A deadline as it is told."""
        verdict, revision = told.verdict, told.revision
        assert verdict.due is not None, "only verdicts with a deadline are told"
        instants = (revision.as_of, *(() if revision.known_at is None else (revision.known_at,)))
        return cls(
            cursor=seal((CURSOR, told.within, *told.place)),
            at=DateTime(told.at),
            verdict=global_id("Verdict", *verdict.identity, *instants),
            obligation_name=verdict.obligation,
            subject=verdict.subject,
            due=Due.of(verdict.due),
            model=verdict,
        )
