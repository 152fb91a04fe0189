"""Two policy sets side by side as JSON: the public contract that `api/README.md` documents."""

from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from api.graph_to_json import exposure_json
from api.risk_to_json import (
    concentration_json,
    cycle_json,
    orphan_json,
    single_failure_json,
    supplier_json,
)
from api.verdict_to_json import Json, reaction_json, verdict_json
from api.viability_to_json import finding_json, prospect_json
from engine.model.change import (
    CreditTotal,
    Differences,
    FindingChange,
    PolicyChange,
    RiskChange,
    Sides,
    WordsChange,
)
from engine.model.instants import iso_text

Found = TypeVar("Found")


def policies_json(change: PolicyChange) -> dict[str, Json]:
    """What two policy sets say."""
    return {
        "version_before": change.version_before,
        "version_after": change.version_after,
        "words": [words_json(each) for each in change.words],
        "obligations": {"vanished": list(change.vanished), "appeared": list(change.appeared)},
        "prospects": [
            {
                "before": None if each.before is None else prospect_json(each.before),
                "after": None if each.after is None else prospect_json(each.after),
            }
            for each in change.prospects
        ],
        "gaps": [
            {
                "before": None if each.before is None else finding_json(each.before),
                "after": None if each.after is None else finding_json(each.after),
            }
            for each in change.gaps
        ],
        "findings": [warning_json(each) for each in change.findings],
    }


def comparison_json(found: Differences) -> dict[str, Json]:
    """What two policy sets say, and what comes of the same facts under each of them."""
    return {
        "as_of": iso_text(found.as_of),
        "known_at": None if found.known_at is None else iso_text(found.known_at),
        **policies_json(found.policies),
        "counts": {"verdicts_before": found.verdicts_before, "verdicts_after": found.verdicts_after},
        "verdicts": [
            {
                "before": None if each.before is None else verdict_json(each.before),
                "after": None if each.after is None else verdict_json(each.after),
                "differs": list(each.differs),
            }
            for each in found.verdicts
        ],
        "reactions": [
            {
                "before": None if each.before is None else reaction_json(each.before),
                "after": None if each.after is None else reaction_json(each.after),
            }
            for each in found.reactions
        ],
        "credits": [total_json(each) for each in found.credits],
        "risks": risks_json(found.risks),
        "exposures": [
            {
                "before": None if each.before is None else exposure_json(each.before),
                "after": None if each.after is None else exposure_json(each.after),
            }
            for each in found.exposures
        ],
    }


def risks_json(change: RiskChange) -> dict[str, Json]:
    """What they do not risk alike at an instant."""
    return {
        "at": iso_text(change.at),
        "single_failures": [_sides(each, single_failure_json) for each in change.single_failures],
        "suppliers": [_sides(each, supplier_json) for each in change.suppliers],
        "concentrations": [_sides(each, concentration_json) for each in change.concentrations],
        "cycles": [_sides(each, cycle_json) for each in change.cycles],
        "orphans": [_sides(each, orphan_json) for each in change.orphans],
    }


def _sides(change: Sides[Found], show: Callable[[Found], dict[str, Json]]) -> Json:
    return {
        "before": None if change.before is None else show(change.before),
        "after": None if change.after is None else show(change.after),
    }


def words_json(change: WordsChange) -> dict[str, Json]:
    """A statement that is not the same."""
    return {
        "change": change.change.value,
        "place": change.place,
        "clause": change.clause,
        "before": change.before,
        "after": change.after,
    }


def warning_json(change: FindingChange) -> dict[str, Json]:
    """A warning that comes or goes."""
    return {
        "change": change.change.value,
        "code": change.finding.code,
        "message": change.finding.message,
        "help": change.finding.help,
    }


def total_json(total: CreditTotal) -> dict[str, Json]:
    """The credits of an agreement in one currency; amounts are exact decimals."""
    return {
        "agreement": total.agreement,
        "currency": total.currency,
        "before": _amount(total.before),
        "after": _amount(total.after),
        "difference": _amount(total.difference),
        "not_computed": {"before": total.uncomputed_before, "after": total.uncomputed_after},
    }


def _amount(amount: Decimal) -> str:
    return f"{amount:f}"
