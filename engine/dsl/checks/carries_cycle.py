"""Promises that carry one another in a circle: each would be kept only because it is kept."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each circle, at its first promise by name."""
    terms = {each.terms.id: each.terms for each in snapshot.obligations()}
    done: set[str] = set()
    for start in sorted(terms):
        path: dict[str, None] = {}
        stack: list[tuple[str, bool]] = [(start, True)]
        while stack:
            id, enters = stack.pop()
            if not enters:
                path.pop(id)
                done.add(id)
            elif id in path:
                circle = [*list(path)[list(path).index(id) :], id]
                yield Diagnostic(
                    code="carries-cycle",
                    message=f"`{id}` carries itself",
                    labels=((terms[id].span, " → ".join(circle)),),
                    help="a promise carries those above it: leave out one of the lines",
                )
            elif id not in done and id in terms:
                path[id] = None
                stack.append((id, False))
                stack.extend((each, True) for each in terms[id].carries)
