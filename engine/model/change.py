"""What changes when policies change: before and after, in verdicts, in what follows, in money, in words."""

from dataclasses import dataclass
from decimal import Context, Decimal, Inexact
from typing import Generic, TypeVar

from engine.diagnostic import Diagnostic
from engine.model.agreement import Change
from engine.model.dependency import Exposure
from engine.model.quantity import Instant
from engine.model.reaction import Reaction
from engine.model.risk import Concentration, Cycle, Orphan, SingleFailure, SupplierRank
from engine.model.verdict import Verdict
from engine.model.viability import Finding, Prospect

EXACT = Context(prec=400, traps=[Inexact])
"""Money is added up exactly: a sum longer than this would be told, not rounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictChange:
    """One verdict before and after, absent where there is none then. `differs` names its fields that are not
    the same, `state` first; all that the verdict rests on but does not say is left out of that."""

    before: Verdict | None
    after: Verdict | None
    differs: tuple[str, ...]

    @property
    def verdict(self) -> Verdict:
        """The verdict as it is after, else as it was."""
        found = self.after or self.before
        assert found is not None
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionChange:
    """Something that followed, or was due, before and after; absent where it is not so then."""

    before: Reaction | None
    after: Reaction | None

    @property
    def reaction(self) -> Reaction:
        """The reaction as it is after, else as it was."""
        found = self.after or self.before
        assert found is not None
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditTotal:
    """The credits of one agreement in one currency that are owed or may still be, before and after. Those
    whose amount cannot be computed are counted apart and are in no total."""

    agreement: str
    currency: str
    before: Decimal
    after: Decimal
    uncomputed_before: int = 0
    uncomputed_after: int = 0

    @property
    def difference(self) -> Decimal:
        """How much more is owed after."""
        return EXACT.subtract(self.after, self.before)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureChange:
    """The most that an agreement's credits could come to, for the windows at `as of`, before and after;
    absent where it has none then."""

    before: Exposure | None
    after: Exposure | None

    @property
    def exposure(self) -> Exposure:
        """The exposure as it is after, else as it was."""
        found = self.after or self.before
        assert found is not None
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsChange:
    """A statement, member or block of the policies that is not the same. `place` says where it stands, as in
    `agreement acme_sla, target availability`; `clause` which words of which document that encodes, if any."""

    change: Change
    place: str
    clause: str | None
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingChange:
    """Something that `check` warns of after and not before, or before and not after."""

    change: Change
    finding: Diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class GapChange:
    """A promise that what is beneath does not carry, before and after; absent where it does then."""

    before: Finding | None
    after: Finding | None

    @property
    def finding(self) -> Finding:
        """The finding as it is after, else as it was."""
        found = self.after or self.before
        assert found is not None
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ProspectChange:
    """The best that could be promised, before and after; absent where nothing could be then."""

    before: Prospect | None
    after: Prospect | None

    @property
    def prospect(self) -> Prospect:
        """The prospect as it is after, else as it was."""
        found = self.after or self.before
        assert found is not None
        return found


Each = TypeVar("Each")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides(Generic[Each]):
    """Something before and after; absent where it is not so then."""

    before: Each | None
    after: Each | None

    @property
    def found(self) -> Each:
        """As it is after, else as it was."""
        found = self.before if self.after is None else self.after
        assert found is not None
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskChange:
    """What two policy sets do not risk alike at an instant (S10.5): each list has what comes or changes in
    the order of the risks after, then what goes in the order of those before."""

    at: Instant
    single_failures: tuple[Sides[SingleFailure], ...] = ()
    suppliers: tuple[Sides[SupplierRank], ...] = ()
    concentrations: tuple[Sides[Concentration], ...] = ()
    cycles: tuple[Sides[Cycle], ...] = ()
    orphans: tuple[Sides[Orphan], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChange:
    """Two policy sets side by side, without any facts: in words, in promises, in what could be promised at
    best, in what is too weak beneath (`gaps`), and in whatever else `check` warns of (`findings`)."""

    version_before: str
    version_after: str
    words: tuple[WordsChange, ...]
    vanished: tuple[str, ...]
    appeared: tuple[str, ...]
    prospects: tuple[ProspectChange, ...]
    gaps: tuple[GapChange, ...]
    findings: tuple[FindingChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """Two evaluations of the same facts at the same instants, by two policy sets (S10.4). Of what is the same
    in both nothing is listed; credit totals are there for every agreement that has any."""

    as_of: Instant
    known_at: Instant | None
    policies: PolicyChange
    verdicts: tuple[VerdictChange, ...]
    verdicts_before: int
    verdicts_after: int
    reactions: tuple[ReactionChange, ...]
    credits: tuple[CreditTotal, ...]
    risks: RiskChange
    exposures: tuple[ExposureChange, ...] = ()
