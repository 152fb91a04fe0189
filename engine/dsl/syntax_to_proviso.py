"""Provisos of a bound: how many records it takes to measure, and how many misses are allowed (S6.2)."""

from collections.abc import Sequence

from engine.dsl.frame import Frame
from engine.dsl.promises import AllowedMisses, LeastRecords
from engine.dsl.syntax_to_duration import counts_something
from engine.model.measure import Aggregate, Aggregated, Measure, Uptime, is_share


def resolve_provisos(
    nodes: Sequence[LeastRecords | AllowedMisses], measure: Measure, frame: Frame
) -> tuple[int, int]:
    """The least number of records, and the number of misses allowed; 0 where nothing is said."""
    findings = frame.findings
    least = findings.at_most_one(nodes, LeastRecords, "the least number of records")
    misses = findings.at_most_one(nodes, AllowedMisses, "how many misses are allowed")
    for said in (each for each in (least, misses) if each is not None):
        counts_something(said.count, said.span, findings)
    is_counted = isinstance(measure, Aggregated) and (
        measure.aggregate is Aggregate.COUNT or measure.buckets is not None
    )
    if least is not None and (isinstance(measure, Uptime) or is_counted):
        findings.error(
            "proviso-without-meaning",
            "a least number of records has a meaning only where records have values",
            least.span,
            "nothing is too little here",
            help="leave it out: a count of few records is few, and uptime is measured over time",
        )
    if misses is not None and (isinstance(measure, Uptime) or not is_share(measure)):
        findings.error(
            "proviso-without-meaning",
            "misses are allowed only of a share of records",
            misses.span,
            "nothing is missed here",
            help="measure a share: `measures share of ticket t that …`, or `share of … within …`",
        )
    return least.count if least is not None else 0, misses.count if misses is not None else 0
