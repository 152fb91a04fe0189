"""Values inside the answers: quantities, bounds, deadlines, places, citations."""

from fractions import Fraction

import strawberry

from api.graphql.scalars import Date, DateTime, Decimal
from api.verdict_to_json import PLACES
from engine.model import obligation, verdict
from engine.model.decimals import decimal_text
from engine.model.period import Term
from engine.model.quantity import Bound, Comparison, Unit
from engine.source import Span

strawberry.enum(Comparison, name="BoundComparison")


@strawberry.type(description="An exact number in a unit.")
class Quantity:
    value: Decimal = strawberry.field(description="Nine decimals, never rounded across the bound.")
    exact: str = strawberry.field(description="The number itself, `n/d` in lowest terms.")
    unit: str

    @classmethod
    def of(cls, value: Fraction, unit: Unit, bound: Bound | None = None) -> "Quantity":
        """The number, given in the base of its dimension, as it reads in its unit."""
        shown = value / unit.size
        return cls(
            value=Decimal(decimal_text(value, places=PLACES, bound=bound, size=unit.size)),
            exact=f"{shown.numerator}/{shown.denominator}",
            unit=unit.name,
        )


@strawberry.type(description="What was measured: one number, or the two ends between which it must lie.")
class Measured:
    exact: Quantity | None = strawberry.field(description="Absent while later or unknown facts move it.")
    low: Quantity
    high: Quantity

    @classmethod
    def of(cls, measured: verdict.Measured, bound: Bound | None) -> "Measured":
        """The measured value, shown beside the bound it is held against."""
        match measured:
            case verdict.Exact(value=value, unit=unit):
                shown = Quantity.of(value, unit, bound)
                return cls(exact=shown, low=shown, high=shown)
            case verdict.Range(low=low, high=high, unit=unit):
                return cls(exact=None, low=Quantity.of(low, unit, bound), high=Quantity.of(high, unit, bound))


@strawberry.type(name="Bound", description="The bound that a measured value must keep.")
class AnsweredBound:
    comparison: Comparison
    limit: Quantity
    upper: Quantity | None = strawberry.field(description="The other end of `between`; null elsewhere.")

    @classmethod
    def of(cls, bound: Bound) -> "AnsweredBound":
        """The bound in its unit."""
        upper = None if bound.upper is None else Quantity.of(bound.upper, bound.unit)
        return cls(comparison=bound.comparison, limit=Quantity.of(bound.value, bound.unit), upper=upper)


@strawberry.type(description="When a deadline ends.")
class Due:
    at: DateTime
    inclusive: bool = strawberry.field(description="Whether `at` itself is still in time.")
    date: Date | None = strawberry.field(description="The last civil day of a deadline in days.")
    last_moment: DateTime | None = strawberry.field(
        description="The last instant in time, where the clock stands still after `at`."
    )

    @classmethod
    def of(cls, due: verdict.Due) -> "Due":
        """The deadline of a verdict."""
        return cls(
            at=DateTime(due.at),
            inclusive=due.inclusive,
            date=Date(due.date) if due.date else None,
            last_moment=DateTime(due.last_moment) if due.last_moment is not None else None,
        )


@strawberry.type(description="A place in a policy's text; lines and columns count from 1.")
class Place:
    source: str
    line: int
    column: int
    end_line: int
    end_column: int

    @classmethod
    def of(cls, span: Span) -> "Place":
        """The place of a span."""
        return cls(
            source=span.source,
            line=span.line,
            column=span.column,
            end_line=span.end_line,
            end_column=span.end_column,
        )


@strawberry.type(description="The contract's own words that a promise encodes.")
class Citation:
    document: str
    section: str
    words: str
    place: Place

    @classmethod
    def of(cls, citation: obligation.Citation) -> "Citation":
        """A citation and where the policy makes it."""
        return cls(
            document=citation.document,
            section=citation.section,
            words=citation.words,
            place=Place.of(citation.span),
        )


@strawberry.type(name="Term", description="The civil days, both included, in which an agreement is in force.")
class AnsweredTerm:
    start: Date
    through: Date | None = strawberry.field(description="Absent: no end was agreed.")

    @classmethod
    def of(cls, term: Term) -> "AnsweredTerm":
        """The term of an agreement or of an edge."""
        return cls(start=Date(term.start), through=Date(term.through) if term.through else None)


@strawberry.type(description="Names a fact as `kind:key`, or one of its fields as `kind:key.field`.")
class FactReference:
    reference: str
