"""A promise of uptime that is carried by one beneath it that promises less."""

from collections.abc import Iterator

from engine.graph.viability.contracts import UptimePromise
from engine.graph.viability.ground import Ground, promise_side
from engine.graph.viability.wording import share_text
from engine.model.quantity import PERCENT
from engine.model.viability import Figure, Finding, FindingKind, Gravity, Remedy


def find(ground: Ground) -> Iterator[Finding]:
    """One finding for each promise in force that carries one of the agreement's and promises less.

    Not where it is of a part that the promise's services stand on: the ceiling of all of these says more, and
    a part of a group may well promise less.
    """
    for pair in ground.pairs:
        if not pair.is_part and pair.below.least < pair.above.least:
            yield _finding(ground, pair.above, pair.below)


def _finding(ground: Ground, above: UptimePromise, below: UptimePromise) -> Finding:
    promised, needed = share_text(below.least), share_text(above.least)
    return Finding(
        kind=FindingKind.UNDERPINNING_WEAKER,
        gravity=Gravity.BROKEN,
        agreement=ground.agreement.name,
        message=f"`{below.id}` promises {promised} and carries {needed}",
        above=promise_side(above.target.terms, f"promises {needed}"),
        beneath=(promise_side(below.target.terms, f"promises {promised}"),),
        figures=(
            Figure(name="promised", value=above.least, unit=PERCENT),
            Figure(name="beneath", value=below.least, unit=PERCENT),
        ),
        remedies=(
            Remedy(
                at=below.id,
                words=f"have at least {needed} promised",
                figure=Figure(name="promised", value=above.least, unit=PERCENT),
            ),
            Remedy(
                at=above.id,
                words=f"promise at most {promised}",
                figure=Figure(name="promised", value=below.least, unit=PERCENT),
            ),
        ),
        since=ground.day,
    )
