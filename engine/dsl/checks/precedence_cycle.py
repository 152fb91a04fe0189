"""Documents that prevail over one another in a circle: none of them would prevail."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.model.party import Document
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each circle, at its first document by name."""
    told: set[str] = set()
    for name in sorted(snapshot.documents):
        circle = _circle(snapshot, snapshot.documents[name])
        if circle and told.isdisjoint(circle):
            told.update(circle)
            yield Diagnostic(
                code="precedence-cycle",
                message=f"`{name}` prevails over itself",
                labels=((snapshot.documents[name].span, " → ".join((*circle, name))),),
                help="take one `prevails over` out of the circle",
            )


def _circle(snapshot: Snapshot, start: Document) -> tuple[str, ...]:
    """A way from a document back to itself, which it begins; nothing if there is none."""
    ways: list[tuple[str, ...]] = [(start.name,)]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for below in snapshot.documents[way[-1]].prevails_over:
            if below == start.name:
                return way
            if below in snapshot.documents and below not in seen:
                seen.add(below)
                ways.append((*way, below))
    return ()
