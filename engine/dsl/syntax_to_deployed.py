"""`out of deployment d weight d.users`: the facts in whose time bad time is counted (S5.6)."""

from collections.abc import Sequence

from engine.dsl import downtime
from engine.dsl.expressions import Node
from engine.dsl.frame import Frame
from engine.dsl.syntax_to_condition import resolve_match
from engine.dsl.syntax_to_downtime import is_always_known, lasts, resolve_weight
from engine.model.measure import Deployed, Standing


def resolve_deployed(
    items: Sequence[Node], outage: downtime.MeasuresUptime, frame: Frame
) -> tuple[tuple[Standing, ...], Deployed | None]:
    """Agreed time is that in which at least one of the facts holds; weighted, they are added up."""
    findings = frame.findings
    said = next((each for each in items if isinstance(each, downtime.OutOfFacts)), None)
    if said is None:
        return (), None
    others = (each for each in items if isinstance(each, downtime.OutOf | downtime.OutOfFacts))
    for other in others:
        if other is not said:
            findings.said_twice("what bad time is held against", said.span, other.span)
    matched = resolve_match(said.match, frame.scope)
    if matched is None or not lasts(said.match.kind, "what is deployed lasts", frame):
        return (), None
    facts, scope = matched
    if not is_always_known(facts, "an `out of`", said.match.span, frame):
        return (), None
    standing = (Standing(facts=facts, count=1),)
    if said.weighted is None:
        return standing, None
    if not any(isinstance(each, downtime.WeightedBy) for each in outage.clauses):
        findings.error(
            "not-said",
            "what an outage takes of the weights is not said",
            outage.span,
            "no `weight`",
            also=((said.weighted.span, "its time is weighted"),),
            help="say it of the outages, too: `measures uptime from outage o weight o.users`",
        )
        return standing, None
    weight = resolve_weight(said.weighted, frame.scope.names.kinds.nouns[facts.kind], scope, is_share=False)
    return standing, None if weight is None else Deployed(facts=facts, weight=weight)
