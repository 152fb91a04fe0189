"""Viability as GraphQL answers: what could be promised at best, and what beneath does not carry it."""

from fractions import Fraction

import strawberry

from api.graphql.nouns import Info
from api.graphql.pages import USUAL, Connection, Paging, connect
from api.graphql.scalars import Date, DateTime
from api.graphql.values import Place, Quantity
from engine.model import viability
from engine.model.period import Period
from engine.model.quantity import PERCENT
from engine.model.viability import FindingKind, Gravity

strawberry.enum(FindingKind, name="FindingKind")
strawberry.enum(
    Gravity,
    name="FindingGravity",
    description="BROKEN: with every word kept beneath, the promise can be broken. EXPOSED: it can, if "
    "somebody uses a right that they have. UNKNOWN: nothing beneath can be held against it.",
)


def _share(share: Fraction | None) -> Quantity | None:
    return None if share is None else Quantity.of(share, PERCENT)


@strawberry.type(description="A part that a service stands on, and the availability promised of it.")
class BeneathPart:
    name: str
    promise: str | None = strawberry.field(description="`agreement.obligation`; absent: nobody promises it.")
    availability: Quantity | None


@strawberry.type(description="The best availability that an agreement could promise of a service.")
class Prospect:
    agreement: str
    service: str
    promise: str | None
    target: Quantity | None = strawberry.field(description="What is promised, if anything is.")
    bound: Quantity | None = strawberry.field(description="Holds whatever is down when.")
    expected: Quantity | None = strawberry.field(
        description="If parts fail independently; each shared one counts once."
    )
    unsettled: str | None = strawberry.field(description="Why there is no expected value.")
    model: strawberry.Private[viability.Prospect]

    @strawberry.field
    def beneath(self, first: int = USUAL, after: str | None = None) -> Connection[BeneathPart]:
        return connect(
            self.model.beneath,
            Paging(first=first, after=after),
            lambda part: BeneathPart(
                name=part.name, promise=part.promise, availability=_share(part.availability)
            ),
        )

    @classmethod
    def of(cls, prospect: viability.Prospect) -> "Prospect":
        """What could be promised."""
        return cls(
            agreement=prospect.agreement,
            service=prospect.service,
            promise=prospect.promise,
            target=_share(prospect.target),
            bound=_share(prospect.bound),
            expected=_share(prospect.expected),
            unsettled=prospect.unsettled,
            model=prospect,
        )


@strawberry.type(description="One side of a finding: who says what there, and where.")
class FindingSide:
    name: str
    says: str
    clause: str | None
    place: Place | None

    @classmethod
    def of(cls, side: viability.Side) -> "FindingSide":
        """A side."""
        place = Place.of(side.span) if side.span else None
        return cls(name=side.name, says=side.says, clause=side.clause, place=place)


@strawberry.type(description="A number of a finding.")
class Figure:
    name: str
    quantity: Quantity

    @classmethod
    def of(cls, figure: viability.Figure) -> "Figure":
        """A number."""
        return cls(name=figure.name, quantity=Quantity.of(figure.value, figure.unit))


@strawberry.type(description="One change that by itself makes the finding go.")
class Remedy:
    at: str = strawberry.field(description="The promise, agreement or service that it is made at.")
    words: str
    figure: Figure | None = strawberry.field(description="The number that has to stand there.")
    day: Date | None = strawberry.field(description="The day that has to stand there.")

    @classmethod
    def of(cls, remedy: viability.Remedy) -> "Remedy":
        """A change."""
        return cls(
            at=remedy.at,
            words=remedy.words,
            figure=Figure.of(remedy.figure) if remedy.figure else None,
            day=Date(remedy.day) if remedy.day else None,
        )


@strawberry.type(description="A stretch of time, half-open.")
class Stretch:
    start: DateTime
    end: DateTime

    @classmethod
    def of(cls, period: Period) -> "Stretch":
        """A period."""
        return cls(start=DateTime(period.start), end=DateTime(period.end))


@strawberry.type(description="A promise that what is beneath it does not carry.")
class Finding:
    kind: FindingKind
    gravity: Gravity
    agreement: str
    message: str
    above: FindingSide
    since: Date | None = strawberry.field(description="The first day on which it is so.")
    last_day: Date | None = strawberry.field(description="The last on which something can be done.")
    model: strawberry.Private[viability.Finding]

    @strawberry.field
    def beneath(self, first: int = USUAL, after: str | None = None) -> Connection[FindingSide]:
        return connect(self.model.beneath, Paging(first=first, after=after), FindingSide.of)

    @strawberry.field
    def figures(self, first: int = USUAL, after: str | None = None) -> Connection[Figure]:
        return connect(self.model.figures, Paging(first=first, after=after), Figure.of)

    @strawberry.field
    def remedies(self, first: int = USUAL, after: str | None = None) -> Connection[Remedy]:
        return connect(self.model.remedies, Paging(first=first, after=after), Remedy.of)

    @strawberry.field(description="Time that nothing beneath covers: the first stretches of it.")
    def gaps(self, first: int = USUAL, after: str | None = None) -> Connection[Stretch]:
        return connect(self.model.gaps, Paging(first=first, after=after), Stretch.of)

    @strawberry.field(description="How many stretches there are in the whole reference year.")
    def gap_count(self) -> int:
        return self.model.gap_count

    @classmethod
    def of(cls, finding: viability.Finding) -> "Finding":
        """A finding."""
        return cls(
            kind=finding.kind,
            gravity=finding.gravity,
            agreement=finding.agreement,
            message=finding.message,
            above=FindingSide.of(finding.above),
            since=Date(finding.since) if finding.since else None,
            last_day=Date(finding.last_day) if finding.last_day else None,
            model=finding,
        )


@strawberry.type(description="How many findings of a kind there are.")
class FindingCount:
    kind: FindingKind
    count: int


@strawberry.type(description="What agreements could promise, and what beneath them does not carry it.")
class Viability:
    as_of: DateTime | None = strawberry.field(description="Absent: whole terms are looked at.")
    policy_version: str
    model: strawberry.Private[viability.Viability]

    @strawberry.field
    def prospects(self, info: Info, first: int = USUAL, after: str | None = None) -> Connection[Prospect]:
        info.context.check_deadline()
        return connect(self.model.prospects, Paging(first=first, after=after), Prospect.of)

    @strawberry.field(description="The worst first.")
    def findings(
        self,
        info: Info,
        first: int = USUAL,
        after: str | None = None,
        kinds: list[FindingKind] | None = None,
        gravities: list[Gravity] | None = None,
    ) -> Connection[Finding]:
        info.context.check_deadline()
        chosen = tuple(
            each
            for each in self.model.findings
            if (kinds is None or each.kind in kinds) and (gravities is None or each.gravity in gravities)
        )
        return connect(chosen, Paging(first=first, after=after), Finding.of)

    @strawberry.field(description="The findings counted, without any of them.")
    def counts(self) -> list[FindingCount]:
        found = [each.kind for each in self.model.findings]
        return [FindingCount(kind=kind, count=found.count(kind)) for kind in FindingKind if kind in found]
