"""One clause read two ways, both of them contractual (S6.4)."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import warning
from engine.dsl.checks.parts import obligations
from engine.model.obligation import Citation, Obligation
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each further promise of the same subject that cites the very same words."""
    first: dict[tuple[str, str, Citation], Obligation] = {}
    for agreement, obligation in obligations(snapshot):
        terms = obligation.terms
        for citation in terms.cites if not terms.reported_only else ():
            other = first.setdefault((agreement.name, terms.subject, citation), obligation)
            if other is not obligation and _reads(other) != _reads(obligation):
                yield warning(
                    "two-readings",
                    f"`{terms.id}` and `{other.terms.id}` are two readings of the same words",
                    terms.span,
                    "contractual",
                    "say which of them binds: the other is `reported only`",
                    (other.terms.span, "contractual, too"),
                )


def _reads(obligation: Obligation) -> str:
    """What sort of promise it is: classes of one target, or parts of one mode, are one reading."""
    return type(getattr(obligation, "measure", obligation)).__name__
