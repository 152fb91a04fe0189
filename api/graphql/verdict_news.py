"""A change of a verdict as who waits for it is told, and where to go on after it."""

from collections.abc import Callable

import strawberry
from strawberry import ID

from api.graphql.compliance import VerdictFilter, tests_of
from api.graphql.errors import bad_input
from api.graphql.nouns import Info, Obligation, Service
from api.graphql.opaque import global_id, named, seal, unseal
from api.graphql.scalars import DateTime
from api.graphql.values import AnsweredBound, Due, Measured
from api.graphql.verdicts import Trigger, Window, trigger_of, window_of
from api.news import News
from engine.model.history import Cause, VerdictChange
from engine.model.quantity import Instant
from engine.model.verdict import Flag, InWindow, OnTriggerFact, State, Verdict
from engine.tenant.tenant import Tenant

strawberry.enum(Cause, name="ChangeCause")

CURSOR = "changed"
AT_ONCE = 500


@strawberry.type(description="A verdict became another.")
class VerdictNews:
    """Told of each event: what takes work is a method, done only where it is asked for."""

    cursor: str
    verdict: ID = strawberry.field(
        description="The id of what it became, with its instants: `verdict(id)` has everything of it."
    )
    as_of: DateTime
    known_at: DateTime
    cause: Cause = strawberry.field(description="What made it another: other policies, facts, or only time.")
    obligation_name: str
    subject: str
    before: State | None = strawberry.field(description="Null where there was no such verdict.")
    state: State | None = strawberry.field(description="Null where there is no such verdict any more.")
    model: strawberry.Private[Verdict | None]

    @strawberry.field(description="Null where the policies in use have no such obligation.")
    def obligation(self, info: Info) -> Obligation | None:
        found = info.context.view.snapshot.obligation(self.obligation_name)
        return None if found is None else Obligation.of(found)

    @strawberry.field(description="The service that is its subject, where one is.")
    def service(self, info: Info) -> Service | None:
        found = None if self.model is None else info.context.view.snapshot.services.get(self.model.about)
        return None if found is None else Service.of(found)

    @strawberry.field
    def flags(self) -> list[Flag]:
        return [] if self.model is None else list(self.model.flags)

    @strawberry.field
    def window(self) -> Window | None:
        occasion = None if self.model is None else self.model.occasion
        return window_of(occasion) if isinstance(occasion, InWindow) else None

    @strawberry.field
    def trigger(self) -> Trigger | None:
        occasion = None if self.model is None else self.model.occasion
        return trigger_of(occasion) if isinstance(occasion, OnTriggerFact) else None

    @strawberry.field
    def measured(self) -> Measured | None:
        model = self.model
        return None if model is None or model.measured is None else Measured.of(model.measured, model.bound)

    @strawberry.field
    def bound(self) -> AnsweredBound | None:
        model = self.model
        return None if model is None or model.bound is None else AnsweredBound.of(model.bound)

    @strawberry.field
    def due(self) -> Due | None:
        return None if self.model is None or self.model.due is None else Due.of(self.model.due)

    @strawberry.field
    def fulfilled_at(self) -> DateTime | None:
        at = None if self.model is None else self.model.fulfilled_at
        return None if at is None else DateTime(at)

    @classmethod
    def seen(cls, told: VerdictChange, info: Info) -> "VerdictNews | None":
        """A change, as who asks sees it; none where its promise is hidden from them."""
        if not _is_shown(told, info):
            return None
        obligation, subject, _ = told.identity
        return cls(
            # What stands in a cursor stands in the event: it tells nothing of what was hidden between two.
            cursor=seal((CURSOR, told.as_of, told.known_at, *told.identity)),
            verdict=global_id("Verdict", *told.identity, told.as_of, told.known_at),
            as_of=DateTime(told.as_of),
            known_at=DateTime(told.known_at),
            cause=told.cause,
            obligation_name=obligation,
            subject=subject,
            before=told.before,
            state=told.state,
            model=_model(told, info),
        )


def history(identity: tuple[str, str, str], tenant: Tenant, info: Info) -> list[VerdictNews]:
    """How a verdict became what it is, as who asks sees it, the first change first."""
    found: list[VerdictNews] = []
    place = -1
    while changes := tenant.changes(place, AT_ONCE, identity=identity):
        info.context.check_deadline()
        seen = (VerdictNews.seen(each, info) for each in changes)
        found += [each for each in seen if each is not None]
        place = changes[-1].seq
    return found


def _is_shown(told: VerdictChange, info: Info) -> bool:
    """Whether who asks sees what changed."""
    is_there = told.verdict is None or _model(told, info) is not None
    return is_there and (_sees_all(info) or info.context.view.sees(told.identity))


def _model(told: VerdictChange, info: Info) -> Verdict | None:
    """What the verdict became, as who asks sees it."""
    if told.verdict is None or _sees_all(info):
        return told.verdict
    return info.context.view.shown(told.verdict)


def _sees_all(info: Info) -> bool:
    """Whether who asks sees everything, for which no view is made: that judges all anew."""
    return not info.context.principal.is_narrowed


def let_through(asked: VerdictFilter) -> Callable[[VerdictChange], bool]:
    """Which changes a filter lets through: by its states also what had one of them before. Of a verdict that
    there is no more only its promise, its subject and its state before are known."""
    states = None if asked.state is None else frozenset(asked.state)
    agreement = None if asked.agreement is None else named(asked.agreement, "Agreement") + "."
    obligation = None if asked.obligation is None else named(asked.obligation, "Obligation")
    service = None if asked.service is None else named(asked.service, "Service")
    rest = tests_of(VerdictFilter(flag=asked.flag, window=asked.window))

    def lets(told: VerdictChange) -> bool:
        promise, subject, _ = told.identity
        return (
            (states is None or told.before in states or told.state in states)
            and (agreement is None or promise.startswith(agreement))
            and (obligation is None or promise == obligation)
            and (service is None or subject == service or subject.startswith(f"{service} ("))
            and (told.verdict is None or all(test(told.verdict) for test in rest))
        )

    return lets


def place_in(news: News, after: str | None, since: Instant | None, info: Info) -> int:
    """The number of the change after which to go on.

    Who sees a part goes on after the cursor of a change that is not shown, or not any more, with those of the
    instant of the cursor: some are told again, and nobody learns whether there was such a change.
    """
    if after is None:
        return news.changes.end(since)
    match unseal(after, "cursor"):
        case (kind, int(as_of), int(known_at), str(obligation), str(subject), str(occasion)) if (
            kind == CURSOR
        ):
            place, identity = -1, (obligation, subject, occasion)
            while found := news.tenant.changes(place, AT_ONCE, identity=identity):
                for each in found:
                    if (each.as_of, each.known_at) == (as_of, known_at) and _is_shown(each, info):
                        return each.seq
                place = found[-1].seq
            if info.context.principal.is_narrowed:
                return news.changes.end(as_of - 1)
        case _:
            pass
    raise bad_input("this cursor belongs to another subscription")
