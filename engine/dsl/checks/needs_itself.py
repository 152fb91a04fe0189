"""A service that needs itself: it could never rise again (S10)."""

from collections.abc import Iterator, Sequence

from engine.diagnostic import Diagnostic
from engine.model.service import Need, NeedsOne
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """A need of the service's own name, however deep in its choices; longer circles are allowed (S10.1)."""
    for service in snapshot.services.values():
        for need in _ones(service.needs):
            if need.name == service.name:
                yield Diagnostic(
                    code="needs-itself",
                    message=f"`{service.name}` needs itself",
                    labels=((need.span, "the service itself"),),
                    help="leave it out: a service stands by itself unless it needs something else",
                )


def _ones(needs: Sequence[Need]) -> Iterator[NeedsOne]:
    for need in needs:
        if isinstance(need, NeedsOne):
            yield need
        else:
            yield from _ones(need.members)
