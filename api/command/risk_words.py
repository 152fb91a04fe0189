"""Risks in words, a line each."""

from collections.abc import Iterator, Sequence

from api.command.hop_to_words import node_words
from api.command.words import exposure_words, plural
from engine.model.dependency import Exposure, Node, NodeKind
from engine.model.risk import Concentration, Culprit, Cycle, Loss, Orphan, SingleFailure, SupplierRank

NAMES_SHOWN = 6

AGREEMENTS_SHOWN = 6


def failure_words(found: SingleFailure) -> str:
    """A single point of failure and what it takes."""
    return f"{node_words(found.node)} takes {_loss_words(found.loss)}"


def supplier_words(found: SupplierRank) -> str:
    """A supplier behind its rank, and what it takes."""
    return f"{found.rank}. {found.node.name}: {_loss_words(found.loss)}"


def exposures_words(money: Sequence[Exposure]) -> Iterator[str]:
    """What is at risk under the first agreements, and under how many more something is."""
    shown = [each for each, _ in zip(money, range(AGREEMENTS_SHOWN), strict=False)]
    for each in shown:
        yield f"at risk under {each.agreement}: {exposure_words(each)}"
    if (more := len(money) - len(shown)) > 0:
        yield f"at risk under {more:,} more, which --format json has"


def _loss_words(loss: Loss) -> str:
    """What is lost, kind by kind, with the first names of each."""
    parts = [
        f"{plural(len(nodes), noun)} ({_names(nodes)})"
        for nodes, noun in (
            (loss.services, "service"),
            (loss.agreements, "agreement"),
            (loss.customers, "customer"),
        )
        if len(nodes)
    ]
    return ", ".join(parts) or "nothing that a customer has"


def _names(nodes: Sequence[Node]) -> str:
    shown = [node.name for node, _ in zip(nodes, range(NAMES_SHOWN), strict=False)]
    more = len(nodes) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")


def concentration_words(found: Concentration) -> str:
    """What a group needs, how many failures it seems to take, and how many it does."""
    members = ", ".join(member_words(each) for each in found.members)
    fewest = f"{found.most}" if found.least == found.most else f"{found.least} to {found.most}"
    return (
        f"{found.service.name} needs {found.group.needed} of ({members}): it seems to take "
        f"{plural(found.nominal, 'failure')}, and takes {fewest}"
    )


def cut_words(cut: Sequence[Culprit]) -> str:
    """What fells a group together."""
    return " and ".join(node_words(each.node) for each in cut)


def member_words(node: Node) -> str:
    """A member of a group: its name, or that it is a group itself."""
    return f"{node.needed} of …" if node.kind is NodeKind.GROUP else node.name


def cycle_words(cycle: Cycle) -> str:
    """A way round, and how many others lie on ways around."""
    ways = [cycle.start, *(hop.node for hop in cycle.path)]
    drawn = " → ".join(node.name for node in ways if node.kind is not NodeKind.GROUP)
    around = len({node.id for node in ways if node.kind is not NodeKind.GROUP})
    more = cycle.entangled - around
    return drawn + (f"; {plural(more, 'other')} on ways around" if more else "")


def orphan_words(found: Orphan) -> str:
    """What hangs on nothing, and why that is said."""
    return f"{node_words(found.node)}: {found.kind.value}"
