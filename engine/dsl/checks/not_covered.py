"""A promise about a service that its agreement does not cover (S2.7)."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic, Level
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each such promise; what an agreement covers is what the other side relies on."""
    for name in sorted(snapshot.agreements):
        agreement = snapshot.agreements[name]
        identity = agreement.identity
        for terms in (obligation.terms for obligation in agreement.obligations):
            if terms.subject != identity and terms.subject not in agreement.covers:
                yield Diagnostic(
                    code="not-covered",
                    level=Level.WARNING,
                    message=f"`{terms.id}` is about `{terms.subject}`, which `{name}` does not cover",
                    labels=(
                        (terms.span, f"about `{terms.subject}`"),
                        (agreement.span, "covers other services"),
                    ),
                    help=f"add it to `covers`, if `{name}` is about it",
                )
