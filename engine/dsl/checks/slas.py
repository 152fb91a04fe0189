"""The service level agreements, which ISO/IEC 20000-1, 8.3.2, wants to have eight things each."""

from collections.abc import Callable, Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import advice
from engine.model.agreement import Agreement, AgreementKind
from engine.model.snapshot import Snapshot


def lacking(
    snapshot: Snapshot, code: str, what: str, help: str, has: Callable[[Agreement], bool]
) -> Iterator[Diagnostic]:
    """One piece of advice for each service level agreement that has not got it."""
    for name in sorted(snapshot.agreements):
        agreement = snapshot.agreements[name]
        if agreement.kind is AgreementKind.SLA and not has(agreement):
            yield advice(code, f"`{name}` says nothing of {what}", agreement.span, "not said", help)
