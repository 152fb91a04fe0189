"""Agreements that underpin one another in a circle: each would stand on itself."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each circle, at its first agreement by name."""
    done: set[str] = set()
    for start in sorted(snapshot.agreements):
        path: dict[str, None] = {}
        stack: list[tuple[str, bool]] = [(start, True)]
        while stack:
            name, enters = stack.pop()
            if not enters:
                path.pop(name)
                done.add(name)
            elif name in path:
                circle = [*list(path)[list(path).index(name) :], name]
                yield Diagnostic(
                    code="underpins-cycle",
                    message=f"`{name}` underpins itself",
                    labels=((snapshot.agreements[name].span, " → ".join(circle)),),
                    help="an agreement underpins those above it: leave out one of the lines",
                )
            elif name not in done and name in snapshot.agreements:
                path[name] = None
                stack.append((name, False))
                stack.extend((each, True) for each in snapshot.agreements[name].underpins)
