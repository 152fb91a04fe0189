"""Findings as diagnostics of the policies' text: the worst are warnings, the others advice."""

from collections.abc import Iterable, Iterator

from engine.diagnostic import Diagnostic, Level
from engine.model.viability import Finding, Gravity


def diagnostics(findings: Iterable[Finding]) -> Iterator[Diagnostic]:
    """One for each finding, with its sides marked and what would close it.

    What breaks a promise by its own words is warned of; what only exposes it is no mistake of the policies.
    """
    for finding in findings:
        sides = (finding.above, *finding.beneath)
        remedies = "; or ".join(f"`{each.at}`: {each.words}" for each in finding.remedies)
        yield Diagnostic(
            code=finding.kind.value,
            level=Level.WARNING if finding.gravity is Gravity.BROKEN else Level.ADVICE,
            message=finding.message,
            labels=tuple((side.span, side.says) for side in sides if side.span is not None),
            help=remedies or None,
        )
