"""Risks as JSON: the public contract that `api/README.md` documents."""

from api.graph_to_json import exposure_json, hop_json, node_json
from api.verdict_to_json import Json
from engine.model.risk import Concentration, Culprit, Cycle, Loss, Orphan, Risk


def risk_json(risk: Risk) -> dict[str, Json]:
    """What hangs on one thing, who supplies it, what is redundant in name only, cycles and orphans."""
    return {
        "single_failures": [{**node_json(each.node), **_loss(each.loss)} for each in risk.single_failures],
        "suppliers": [
            {
                "rank": each.rank,
                **node_json(each.node),
                **_loss(each.loss),
                "money": [exposure_json(exposure) for exposure in each.money],
            }
            for each in risk.suppliers
        ],
        "concentrations": [_concentration(each) for each in risk.concentrations],
        "cycles": [_cycle(each) for each in risk.cycles],
        "orphans": [_orphan(each) for each in risk.orphans],
    }


def _loss(loss: Loss) -> dict[str, Json]:
    return {
        "services": [each.name for each in loss.services],
        "agreements": [each.name for each in loss.agreements],
        "customers": [each.name for each in loss.customers],
    }


def _concentration(found: Concentration) -> Json:
    return {
        "service": found.service.name,
        "group": found.group.id,
        "needed": found.group.needed,
        "members": [each.id for each in found.members],
        "nominal": found.nominal,
        "least": found.least,
        "most": found.most,
        "cuts": [[_culprit(each) for each in cut] for cut in found.cuts],
    }


def _culprit(culprit: Culprit) -> Json:
    legs: list[Json] = [
        {"member": each.member.id, "path": [hop_json(hop) for hop in each.path]} for each in culprit.legs
    ]
    return {**node_json(culprit.node), "legs": legs}


def _cycle(cycle: Cycle) -> Json:
    return {
        "start": cycle.start.id,
        "entangled": cycle.entangled,
        "path": [hop_json(each) for each in cycle.path],
    }


def _orphan(orphan: Orphan) -> Json:
    return {**node_json(orphan.node), "reason": orphan.kind.value}
