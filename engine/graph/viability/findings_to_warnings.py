"""The worst findings as warnings about the policies' text."""

from collections.abc import Iterable, Iterator

from engine.diagnostic import Diagnostic, Level
from engine.model.viability import Finding, Gravity


def warnings(findings: Iterable[Finding]) -> Iterator[Diagnostic]:
    """One warning for each finding that breaks a promise by its own words; the others are no mistakes."""
    for finding in findings:
        if finding.gravity is Gravity.BROKEN:
            yield warning(finding)


def warning(finding: Finding) -> Diagnostic:
    """A finding with both of its sides marked, and what would close it."""
    sides = (finding.above, *finding.beneath)
    remedies = "; or ".join(f"`{each.at}`: {each.words}" for each in finding.remedies)
    return Diagnostic(
        code=finding.kind.value,
        level=Level.WARNING,
        message=finding.message,
        labels=tuple((side.span, side.says) for side in sides if side.span is not None),
        help=remedies or None,
    )
