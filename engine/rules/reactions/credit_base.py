"""The charges of a window, summed as a target would measure them."""

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from engine.model.credit import SummedBase
from engine.model.expression import FieldOf
from engine.model.fact import InstantType
from engine.model.measure import (
    Aggregate,
    Aggregated,
    EmptyWindow,
    FieldValue,
    MissingData,
    PercentileMethod,
    Records,
)
from engine.model.obligation import PartWindow, Target
from engine.model.quantity import Bound, Comparison, Dimension, Unit
from engine.model.snapshot import Snapshot
from engine.model.verdict import Exact, Verdict
from engine.rules.reactions.credit import Bases


def charges_as_targets(snapshot: Snapshot) -> Snapshot:
    """The policy set in which each summed base is a target over the windows of the one that it pays for."""
    agreements = snapshot.agreements
    for name, agreement in agreements.items():
        sums = tuple(
            _sum(snapshot, target, target.credits.base)
            for target in agreement.obligations
            if isinstance(target, Target)
            and target.credits is not None
            and isinstance(target.credits.base, SummedBase)
        )
        agreements = agreements.set(name, replace(agreement, obligations=sums))
    return replace(snapshot, agreements=agreements)


def bases(verdicts: Iterable[Verdict]) -> Bases:
    """The sum of each window; none where no charge is known."""
    return {
        (verdict.obligation, verdict.identity[2]): verdict.measured.value
        if isinstance(verdict.measured, Exact)
        else None
        for verdict in verdicts
    }


def _sum(snapshot: Snapshot, target: Target, base: SummedBase) -> Target:
    unit = Unit(name=base.currency, dimension=Dimension.MONEY)
    charged_at = FieldOf(
        variable=base.charges.variable,
        kind=base.charges.kind,
        field=snapshot.kinds[base.charges.kind].start_field,
        type=InstantType(),
    )
    records = Records(
        of=base.charges,
        answered_by=None,
        value=FieldValue(value=base.amount, unit=unit),
        belongs=charged_at,
        starts_at=charged_at,
        attributed_by_answer=False,
    )
    return Target(
        terms=replace(target.terms, reported_only=False, severity=None, carries=()),
        measure=Aggregated(
            aggregate=Aggregate.SUM, records=records, rank=Fraction(50), method=PercentileMethod.NEAREST_RANK
        ),
        bound=Bound(comparison=Comparison.AT_LEAST, value=Fraction(0), unit=unit),
        windows=target.windows,
        warns=None,
        part_windows=PartWindow.MEASURED,
        empty_windows=EmptyWindow.UNMEASURED,
        missing_data=MissingData.UNMEASURED,
        watched_source=None,
    )
