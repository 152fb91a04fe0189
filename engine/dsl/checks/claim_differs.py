"""A published claim or support policy that differs from what was agreed for the same service."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import warning
from engine.dsl.checks.parts import percent_text, uptime_targets
from engine.model.snapshot import Snapshot

PUBLISHED = "published"


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each pair of uptime targets, one published without acceptance and one accepted."""
    found = list(uptime_targets(snapshot))
    for public, claim, _ in found:
        if public.accepted is None or public.accepted.how != PUBLISHED:
            continue
        for agreement, agreed, _ in found:
            is_agreed = agreement.accepted is not None and agreement.accepted.how != PUBLISHED
            same = (agreement.provider, agreed.terms.subject) == (public.provider, claim.terms.subject)
            if is_agreed and same and agreed.bound != claim.bound:
                yield warning(
                    "claim-differs",
                    f"`{claim.terms.subject}` is claimed to reach {percent_text(claim.bound)}, and "
                    f"{percent_text(agreed.bound)} is agreed",
                    claim.terms.span,
                    "what the public reads",
                    "let the claim say what is agreed, or say to whom it applies",
                    (agreed.terms.span, "what was agreed"),
                )
