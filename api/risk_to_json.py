"""Risks as JSON: the public contract that `api/README.md` documents."""

from api.graph_to_json import exposure_json, hop_json, node_json
from api.verdict_to_json import Json
from engine.model.risk import Concentration, Culprit, Cycle, Loss, Orphan, Risk, SingleFailure, SupplierRank


def risk_json(risk: Risk) -> dict[str, Json]:
    """What hangs on one thing, who supplies it, what is redundant in name only, cycles and orphans."""
    return {
        "single_failures": [single_failure_json(each) for each in risk.single_failures],
        "suppliers": [supplier_json(each) for each in risk.suppliers],
        "concentrations": [concentration_json(each) for each in risk.concentrations],
        "cycles": [cycle_json(each) for each in risk.cycles],
        "orphans": [orphan_json(each) for each in risk.orphans],
    }


def single_failure_json(found: SingleFailure) -> dict[str, Json]:
    """A single point of failure with what it takes and the money that it puts at risk."""
    money: list[Json] = [exposure_json(each) for each in found.money]
    return {**node_json(found.node), **_loss(found.loss), "money": money}


def supplier_json(found: SupplierRank) -> dict[str, Json]:
    """A supplier with its rank, what it takes and the money that it puts at risk."""
    money: list[Json] = [exposure_json(each) for each in found.money]
    return {"rank": found.rank, **node_json(found.node), **_loss(found.loss), "money": money}


def _loss(loss: Loss) -> dict[str, Json]:
    return {
        "services": [each.name for each in loss.services],
        "agreements": [each.name for each in loss.agreements],
        "customers": [each.name for each in loss.customers],
    }


def concentration_json(found: Concentration) -> dict[str, Json]:
    """Redundancy that is not."""
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


def cycle_json(cycle: Cycle) -> dict[str, Json]:
    """A shortest way round."""
    return {
        "start": cycle.start.id,
        "entangled": cycle.entangled,
        "path": [hop_json(each) for each in cycle.path],
    }


def orphan_json(orphan: Orphan) -> dict[str, Json]:
    """What hangs on nothing, and why that is said."""
    return {**node_json(orphan.node), "reason": orphan.kind.value}
