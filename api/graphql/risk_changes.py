"""What two policy sets do not risk alike, as GraphQL answers."""

import strawberry

from api.graphql.pages import USUAL, Connection, Paging, connect
from api.graphql.risk_answers import Concentration, Cycle, Orphan, SingleFailure, SupplierRank
from engine.model import change, risk


@strawberry.type(description="A single point of failure, before and after; null where it is none then.")
class SingleFailureChange:
    before: SingleFailure | None
    after: SingleFailure | None

    @classmethod
    def of(cls, found: change.Sides[risk.SingleFailure]) -> "SingleFailureChange":
        """Both sides."""
        before, after = (each and SingleFailure.of(each) for each in (found.before, found.after))
        return cls(before=before, after=after)


@strawberry.type(description="A supplier with its rank, before and after; null where it is none then.")
class SupplierRankChange:
    before: SupplierRank | None
    after: SupplierRank | None

    @classmethod
    def of(cls, found: change.Sides[risk.SupplierRank]) -> "SupplierRankChange":
        """Both sides."""
        before, after = (each and SupplierRank.of(each) for each in (found.before, found.after))
        return cls(before=before, after=after)


@strawberry.type(description="Redundancy that is not, before and after; null where it is none then.")
class ConcentrationChange:
    before: Concentration | None
    after: Concentration | None

    @classmethod
    def of(cls, found: change.Sides[risk.Concentration]) -> "ConcentrationChange":
        """Both sides."""
        before, after = (each and Concentration.of(each) for each in (found.before, found.after))
        return cls(before=before, after=after)


@strawberry.type(description="A cycle, before and after; null where it is none then.")
class CycleChange:
    before: Cycle | None
    after: Cycle | None

    @classmethod
    def of(cls, found: change.Sides[risk.Cycle]) -> "CycleChange":
        """Both sides."""
        before, after = (each and Cycle.of(each) for each in (found.before, found.after))
        return cls(before=before, after=after)


@strawberry.type(description="What hangs on nothing, before and after; null where it is none then.")
class OrphanChange:
    before: Orphan | None
    after: Orphan | None

    @classmethod
    def of(cls, found: change.Sides[risk.Orphan]) -> "OrphanChange":
        """Both sides."""
        before, after = (each and Orphan.of(each) for each in (found.before, found.after))
        return cls(before=before, after=after)


@strawberry.type(description="Risks that come or change, in order, then those that go; nothing that stays.")
class RiskChange:
    model: strawberry.Private[change.RiskChange]

    @strawberry.field
    def single_failures(
        self, first: int = USUAL, after: str | None = None
    ) -> Connection[SingleFailureChange]:
        paging = Paging(first=first, after=after)
        return connect(self.model.single_failures, paging, SingleFailureChange.of)

    @strawberry.field
    def suppliers(self, first: int = USUAL, after: str | None = None) -> Connection[SupplierRankChange]:
        return connect(self.model.suppliers, Paging(first=first, after=after), SupplierRankChange.of)

    @strawberry.field
    def concentrations(self, first: int = USUAL, after: str | None = None) -> Connection[ConcentrationChange]:
        return connect(self.model.concentrations, Paging(first=first, after=after), ConcentrationChange.of)

    @strawberry.field
    def cycles(self, first: int = USUAL, after: str | None = None) -> Connection[CycleChange]:
        return connect(self.model.cycles, Paging(first=first, after=after), CycleChange.of)

    @strawberry.field
    def orphans(self, first: int = USUAL, after: str | None = None) -> Connection[OrphanChange]:
        return connect(self.model.orphans, Paging(first=first, after=after), OrphanChange.of)
