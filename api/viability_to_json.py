"""Viability as JSON: the public contract that `api/README.md` documents."""

from fractions import Fraction

from api.graph_to_json import place_json
from api.verdict_to_json import Json, number_json
from engine.model.instants import iso_text
from engine.model.quantity import PERCENT
from engine.model.viability import Beneath, Figure, Finding, Prospect, Remedy, Side, Viability


def viability_json(found: Viability) -> dict[str, Json]:
    """What could be promised at best, and every finding, the worst first."""
    return {
        "as_of": None if found.as_of is None else iso_text(found.as_of),
        "prospects": [prospect_json(each) for each in found.prospects],
        "findings": [finding_json(each) for each in found.findings],
    }


def prospect_json(prospect: Prospect) -> Json:
    """The best that could be promised."""
    return {
        "agreement": prospect.agreement,
        "service": prospect.service,
        "promise": prospect.promise,
        "target": _share(prospect.target),
        "bound": _share(prospect.bound),
        "expected": _share(prospect.expected),
        "unsettled": prospect.unsettled,
        "beneath": [_beneath(each) for each in prospect.beneath],
    }


def _beneath(part: Beneath) -> Json:
    return {"name": part.name, "promise": part.promise, "availability": _share(part.availability)}


def _share(share: Fraction | None) -> Json:
    return None if share is None else number_json(share, PERCENT)


def finding_json(finding: Finding) -> Json:
    """What is too weak beneath a promise, and what would mend it."""
    return {
        "kind": finding.kind.value,
        "gravity": finding.gravity.value,
        "agreement": finding.agreement,
        "message": finding.message,
        "above": _side(finding.above),
        "beneath": [_side(each) for each in finding.beneath],
        "figures": [_figure(each) for each in finding.figures],
        "remedies": [_remedy(each) for each in finding.remedies],
        "since": None if finding.since is None else finding.since.isoformat(),
        "last_day": None if finding.last_day is None else finding.last_day.isoformat(),
        "gaps": [{"start": iso_text(each.start), "end": iso_text(each.end)} for each in finding.gaps],
        "gap_count": finding.gap_count,
    }


def _side(side: Side) -> Json:
    return {"name": side.name, "says": side.says, "clause": side.clause, "place": place_json(side.span)}


def _figure(figure: Figure) -> dict[str, Json]:
    return {"name": figure.name, **number_json(figure.value, figure.unit)}


def _remedy(remedy: Remedy) -> Json:
    figure = remedy.figure
    return {
        "at": remedy.at,
        "words": remedy.words,
        "figure": None if figure is None else _figure(figure),
        "day": None if remedy.day is None else remedy.day.isoformat(),
    }
