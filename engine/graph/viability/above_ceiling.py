"""A target of uptime that is higher than what lies beneath it can promise together."""

from collections.abc import Iterator
from fractions import Fraction

from engine.graph.viability.ceiling import ceiling, series_parts
from engine.graph.viability.chance import chance
from engine.graph.viability.contracts import UptimePromise
from engine.graph.viability.ground import Ground, promise_side
from engine.graph.viability.structure import Structure, beneath
from engine.graph.viability.wording import lowered_text, raised_text, share_text
from engine.model.quantity import PERCENT
from engine.model.viability import Figure, Finding, FindingKind, Gravity, Remedy


def find(ground: Ground) -> Iterator[Finding]:
    """One finding for each target above the contractual bound of what its services stand on."""
    for promise in ground.uptimes:
        structure = ground.beneath(promise.target.terms.subjects)
        if not structure.is_promised:
            continue
        bound = structure.known(ceiling)
        if promise.least > bound:
            yield _finding(ground, promise, structure, bound)


def _finding(ground: Ground, promise: UptimePromise, structure: Structure, bound: Fraction) -> Finding:
    parts = [part.promise for part in structure.known(beneath) if part.promise is not None]
    figures = [
        Figure(name="promised", value=promise.least, unit=PERCENT),
        Figure(name="bound", value=bound, unit=PERCENT),
    ]
    likely = structure.known(chance)
    if isinstance(likely, Fraction):
        figures.append(Figure(name="expected", value=likely, unit=PERCENT))
    return Finding(
        kind=FindingKind.ABOVE_CEILING,
        gravity=Gravity.BROKEN,
        agreement=ground.agreement.name,
        message=f"`{promise.id}` promises {share_text(promise.least)}, "
        f"what it needs reaches {share_text(bound)}",
        above=promise_side(promise.target.terms, f"promises {share_text(promise.least)}"),
        beneath=tuple(
            promise_side(each.target.terms, f"promises {share_text(each.least)}") for each in parts
        ),
        figures=tuple(figures),
        remedies=(*_raised(structure, promise.least - bound), _lowered(promise, bound)),
        since=ground.day,
    )


def _lowered(promise: UptimePromise, bound: Fraction) -> Remedy:
    return Remedy(
        at=promise.id,
        words=f"promise at most {lowered_text(bound)}",
        figure=Figure(name="promised", value=bound, unit=PERCENT),
    )


def _raised(structure: Structure, lacking: Fraction) -> Iterator[Remedy]:
    """What each part in series would have to promise, the others being as they are."""
    for promise in (part.promise for part in structure.known(series_parts)):
        if promise is not None and promise.least + lacking <= 1:
            needed = promise.least + lacking
            yield Remedy(
                at=promise.id,
                words=f"have at least {raised_text(needed)} promised",
                figure=Figure(name="promised", value=needed, unit=PERCENT),
            )
