"""Something that one document leaves to another, and that no promise of the other gives."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import warning
from engine.dsl.checks.sections import lies_in
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each reference to a section that no obligation cites."""
    cited = {
        (citation.document, citation.section)
        for obligation in snapshot.obligations()
        for citation in obligation.terms.cites
    }
    for document in snapshot.documents.values():
        for reference in document.refers:
            given = (
                lies_in(section, reference.to_section)
                for name, section in cited
                if name == reference.document
            )
            if not any(given):
                yield warning(
                    "reference-without-promise",
                    f"`{document.name}` {reference.section} leaves something to `{reference.document}` "
                    f"{reference.to_section}, and nothing there promises it",
                    reference.span,
                    "never given",
                    "ask the parties for the number, and encode it; until then nobody is bound",
                )
