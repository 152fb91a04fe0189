"""The frame of an agreement: what its promises share and may refer to."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from engine.dsl.consequences import ModeDuty, ModeTarget
from engine.dsl.expressions import Name, Node
from engine.dsl.findings import Findings
from engine.dsl.names import Table, did_you_mean
from engine.dsl.scope import Scope
from engine.dsl.statement import Convention
from engine.model.credit_base import FixedFee, SummedFee
from engine.model.exclusion import Exclusion, Mode, NamedPeriod, Permission
from engine.model.expression import Expression, Selection
from engine.model.measure import RecordValue
from engine.model.period import Term
from engine.source import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredRecords:
    """A named measure before it is known to which window its records belong.

    `start` and `end` are what the conventions call the records' start and end; `belongs` is what the measure
    itself says. `answer` is the short name of the answering fact.
    """

    of: Selection
    answered_by: Selection | None
    answer: str | None
    value: RecordValue
    start: Expression
    end: Expression
    belongs: Expression | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """An agreement from inside. `excusing` names the modes that apply to each promise, `replacing` those that
    give it another bound or length; `promises` are the ids of all promises of the policy set, by what they
    are called, `own` the ids of those that this version has; `credited` are the names of those with credits.
    `agreement` is the name that its versions share, `key` the one of this version in the model. `terms` are
    the term and, where it renews, what it may become."""

    agreement: str
    key: str
    provider: Name | None
    customer: Name | None
    term: Term
    covers: tuple[str, ...]
    scope: Scope
    measures: Table[MeasuredRecords]
    periods: Table[NamedPeriod]
    exclusions: Table[Exclusion]
    permissions: Table[Permission]
    modes: Table[Mode]
    excusing: Mapping[str, tuple[Name, ...]]
    promises: Mapping[str, str]
    own: frozenset[str] = frozenset()
    fee: FixedFee | SummedFee | None = None
    credited: frozenset[str] = frozenset()
    terms: tuple[Term, ...] = ()
    replacing: Mapping[str, tuple[tuple[Name, ModeTarget | ModeDuty], ...]] = field(
        default_factory=dict[str, tuple[tuple[Name, ModeTarget | ModeDuty], ...]]
    )

    @property
    def findings(self) -> Findings:
        """Where mistakes are recorded."""
        return self.scope.findings

    def promise_id(self, name: Name) -> str | None:
        """The id of the promise that this version of the agreement calls so; None where it has none of that
        name, though another version may."""
        id = self.promises.get(f"{self.agreement}.{name.text}")
        return id if id in self.own else None

    def refuse(self, name: Name, sort: str, known: Iterable[str]) -> None:
        """Record that this version has no promise of that name; `known` are the ids of those it may mean."""
        among = set(known)
        of_another = f"{self.agreement}.{name.text}" in self.promises
        of = f"this version of `{self.agreement}`" if of_another else "this agreement"
        names = [called.partition(".")[2] for called, id in self.promises.items() if id in among]
        self.findings.error(
            "unknown-name",
            f"no {sort} of {of} is named `{name.text}`",
            name.span,
            f"not a {sort}",
            help=did_you_mean(name.text, names),
        )

    def unused(self) -> Iterator[tuple[str, str, Span]]:
        """The sort, name and place of each member that no other one uses."""
        for table in (self.measures, self.periods, self.exclusions, self.permissions):
            yield from ((table.sort, name, place) for name, place in table.unused())

    def used(self) -> Iterator[Span]:
        """The places of the members that another one uses; an amended agreement shares them with its base."""
        for table in (self.measures, self.periods, self.exclusions, self.permissions):
            yield from (place for name, place in table.declared.items() if name in table.used)

    def overridden(self, items: Iterable[Node]) -> "Frame":
        """This frame under the conventions that one promise says for itself."""
        own = [item for item in items if isinstance(item, Convention)]
        if not own:
            return self
        conventions = self.scope.conventions.overridden(own)
        return replace(self, scope=self.scope.with_conventions(conventions))
