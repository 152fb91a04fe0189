"""Answers from the dependency graph as JSON: the public contract that `api/README.md` documents."""

from collections.abc import Mapping, Sequence
from itertools import islice

from api.verdict_to_json import Json
from engine.model.dependency import Exposure, Foundation, Hit, Hop, Impact, Node, NodeKind
from engine.model.instants import iso_text
from engine.model.quantity import Money
from engine.model.situation import DueNext, OpenOutage, Situation
from engine.source import Span

MOST_HOPS = 100
"""Hops of one path that are told; `degree` is how many there are."""


def impact_json(impact: Impact) -> dict[str, Json]:
    """What failed, what falls or is hit with it, which services lose something yet stand, whole counts, what
    limits leave out, and the money at risk."""
    return {
        "failed": [node_json(each) for each in impact.failed],
        "hits": _measured_hits(impact.hits),
        "standing": _hits(impact.standing),
        "counts": _counts(impact.counts),
        "standing_count": impact.standing_count,
        "left_out": impact.left_out,
        "not_there": [node_json(each) for each in impact.not_there],
        "money": [exposure_json(each) for each in impact.money],
    }


def situation_json(situation: Situation) -> dict[str, Json]:
    """What is out, what that takes, and what is due next."""
    return {
        "as_of": iso_text(situation.as_of),
        "known_at": None if situation.known_at is None else iso_text(situation.known_at),
        "outages": [_outage(each) for each in situation.outages],
        "impact": None if situation.impact is None else impact_json(situation.impact),
        "due": [_due(each) for each in situation.due],
    }


def foundation_json(foundation: Foundation) -> dict[str, Json]:
    """What something rests on, with whole counts."""
    return {
        "node": node_json(foundation.node),
        "is_there": foundation.is_there,
        "hits": _hits(foundation.hits),
        "counts": _counts(foundation.counts),
        "left_out": foundation.left_out,
    }


def _counts(counts: Mapping[NodeKind, int]) -> Json:
    return {kind.value: count for kind, count in counts.items()}


def node_json(node: Node) -> dict[str, Json]:
    """A node of the graph; a group with how many of its members must stand."""
    told: dict[str, Json] = {"id": node.id, "kind": node.kind.value, "name": node.name, "title": node.title}
    return told if node.needed is None else {**told, "needed": node.needed}


def _hits(hits: Sequence[Hit]) -> list[Json]:
    return [_hit(each) for each in hits]


def _measured_hits(hits: Sequence[Hit]) -> list[Json]:
    return [{**_hit(each), "for_want_of_measuring": each.for_want_of_measuring} for each in hits]


def _hit(hit: Hit) -> dict[str, Json]:
    path: list[Json] = [hop_json(each) for each in islice(hit.path, MOST_HOPS)]
    return {**node_json(hit.node), "degree": hit.degree, "path": path}


def hop_json(hop: Hop) -> dict[str, Json]:
    """One step of a path, as the edge reads."""
    return {
        "source": hop.edge.source,
        "edge": hop.edge.kind.value,
        "target": hop.edge.target,
        "clause": hop.edge.clause,
        "place": place_json(hop.edge.span),
    }


def exposure_json(exposure: Exposure) -> Json:
    """The most that the credits of an agreement could come to."""
    return {
        "agreement": exposure.agreement,
        "currency": exposure.currency,
        "amount": _money(exposure.amount),
        "unbounded": exposure.unbounded,
        "promises": [
            {
                "obligation": each.obligation,
                "amount": _money(each.amount),
                "unbounded": each.unbounded,
                "said": each.said,
            }
            for each in exposure.promises
        ],
        "said": list(exposure.said),
    }


def _money(money: Money | None) -> Json:
    return None if money is None else {"amount": str(money.amount), "currency": money.currency}


def _outage(outage: OpenOutage) -> Json:
    return {
        "fact": outage.fact,
        "subject": outage.subject,
        "since": iso_text(outage.since),
        "is_known": outage.is_known,
    }


def _due(due: DueNext) -> Json:
    return {
        "at": iso_text(due.at),
        "what": due.what.value,
        "who": due.who,
        "of": due.of,
        "subject": due.subject,
        "occasion": due.occasion,
        "is_overdue": due.is_overdue,
    }


def place_json(span: Span | None) -> Json:
    """Where something stands in the policies."""
    return None if span is None else {"source": span.source, "line": span.line, "column": span.column}
