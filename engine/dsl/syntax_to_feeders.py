"""Which parties may feed facts of which kinds: whoever measures, and whoever measures against them (S2.5)."""

from collections.abc import Iterable

from engine.dsl import agreement as syntax
from engine.dsl.expressions import Name, Node
from engine.dsl.frame import Frame
from engine.dsl.syntax_to_terms import resolve_citations
from engine.model.agreement import Feeder
from engine.source import Span


def resolve_feeders(items: Iterable[Node], frame: Frame) -> tuple[Feeder, ...]:
    """Each party with each kind that it may feed, in the order in which they are named."""
    names, findings = frame.scope.names, frame.findings
    found: list[Feeder] = []
    first: dict[tuple[str, str], Span] = {}
    for item in items:
        if not isinstance(item, syntax.ComesFrom):
            continue
        cites = resolve_citations(item.items, names, findings)
        kinds = [each for each in item.kinds if _is_fed(each, frame)]
        for party in (each for each in item.parties if names.parties.knows(each, findings)):
            for kind in kinds:
                said = first.setdefault((kind.text, party.text), party.span)
                if said is not party.span:
                    what = f"that facts of `{kind.text}` come from `{party.text}`"
                    findings.said_twice(what, said, party.span)
                    continue
                found.append(Feeder(kind=kind.text, party=party.text, cites=cites, span=party.span))
    return tuple(found)


def _is_fed(name: Name, frame: Frame) -> bool:
    """Whether facts of a kind come from anywhere but verdicts."""
    kind = frame.scope.names.kinds.find(name, frame.findings)
    if kind is None:
        return False
    if kind.derived:
        frame.findings.error(
            "fed-though-derived",
            f"facts of `{name.text}` follow from verdicts, and come from no party",
            name.span,
            "never fed",
            also=((kind.span, "derived, says its declaration"),),
            help="name the kinds that it follows from",
        )
    return not kind.derived
