"""Words that nothing can measure, cited by a promise that is judged by numbers."""

import re
from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import warning
from engine.dsl.checks.parts import obligations
from engine.model.deadline import Judged
from engine.model.obligation import Duty, Obligation
from engine.model.snapshot import Snapshot

VAGUE = re.compile(
    r"\b(adequate|appropriate|as soon as|best[ -]effort'?s?|endeavou?rs?|in good time|normally|promptly|"
    r"reasonabl[ey]|regular(?:ly)?|shortest possible|sufficient|timely|where possible|whenever possible|"
    r"without (?:undue )?delay)\b",
    re.IGNORECASE,
)


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each citation whose words leave the measuring to whoever reads them."""
    for _, obligation in obligations(snapshot):
        terms = obligation.terms
        for citation in terms.cites:
            found = VAGUE.search(citation.words)
            if found and not terms.reported_only and not _is_judged(obligation):
                yield warning(
                    "vague-words",
                    f"`{found[0]}` says no number that `{terms.id}` could be held to",
                    citation.span,
                    "nothing can measure this",
                    "let somebody judge it, or only report it, and ask the parties for a number",
                )


def _is_judged(obligation: Obligation) -> bool:
    return isinstance(obligation, Duty) and isinstance(obligation.limit, Judged)
