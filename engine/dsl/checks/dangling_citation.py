"""A citation of a section that its document has not."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import warning
from engine.dsl.checks.sections import lies_in
from engine.model.obligation import Citation
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each citation of, and reference to, a document that says which sections it has."""
    for citation in _citations(snapshot):
        document = snapshot.documents.get(citation.document)
        if document is None or not document.sections:
            continue
        if not any(lies_in(citation.section, section) for section in document.sections):
            first, last = document.sections[0], document.sections[-1]
            yield warning(
                "dangling-citation",
                f"`{document.name}` has no section {citation.section}",
                citation.span,
                "leads nowhere",
                f"the document has {first} to {last}: cite the section that is meant",
                (document.span, "its sections are declared here"),
            )


def _citations(snapshot: Snapshot) -> Iterator[Citation]:
    for name in sorted(snapshot.agreements):
        yield from snapshot.agreements[name].cites
        yield from (cited for acting in snapshot.agreements[name].acting for cited in acting.cites)
        yield from (cited for feeder in snapshot.agreements[name].feeders for cited in feeder.cites)
        for obligation in snapshot.agreements[name].obligations:
            yield from obligation.terms.cites
