"""A service that an agreement covers and promises nothing about."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import advice
from engine.model.obligation import Target
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each service that no target is about; one without `of` is about all of them (S2.7)."""
    for name in sorted(snapshot.agreements):
        agreement = snapshot.agreements[name]
        targets = [each for each in agreement.obligations if isinstance(each, Target)]
        about = {each for target in targets for each in target.terms.subjects}
        for service in agreement.covers:
            if targets and service not in about:
                yield advice(
                    "covered-without-promise",
                    f"`{name}` covers `{service}` and promises nothing about it",
                    agreement.span,
                    f"nothing is said of `{service}`",
                    "add a target or a duty, or do not cover it",
                )
