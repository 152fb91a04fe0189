"""A promise that cites two clauses of different figures, and promises the one that does not prevail."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.figure_differs import figures_cited, figures_promised
from engine.dsl.checks.finding import warning
from engine.dsl.checks.parts import obligations
from engine.model.obligation import Citation
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each clause not promised whose document prevails over that of one promised."""
    for _, obligation in obligations(snapshot):
        own = set(figures_promised(obligation))
        sorts = {sort for sort, _ in own}
        cited = [
            (citation, figures)
            for citation in obligation.terms.cites
            if (figures := {each for each in figures_cited(citation.words) if each[0] in sorts})
        ]
        for above, _ in ((each, figures) for each, figures in cited if not figures & own):
            below = next(
                (
                    each
                    for each, figures in cited
                    if figures & own
                    and _prevails(snapshot, above.document, each.document)
                    and not _prevails(snapshot, each.document, above.document)
                ),
                None,
            )
            if below is not None:
                yield _finding(obligation.terms.id, above, below)


def _finding(promise: str, above: Citation, below: Citation) -> Diagnostic:
    return warning(
        "does-not-prevail",
        f"`{promise}` promises what `{below.document}` says, over which `{above.document}` prevails",
        below.span,
        f'"{below.words}" is promised',
        "promise the figure of the document that prevails; the other clause may stay cited beside it",
        (above.span, f'"{above.words}" prevails'),
    )


def _prevails(snapshot: Snapshot, above: str, below: str) -> bool:
    """Whether one document prevails over another, by way of others too."""
    reached, left = set[str](), [above]
    while left:
        document = snapshot.documents.get(left.pop())
        for each in document.prevails_over if document is not None else ():
            if each not in reached:
                reached.add(each)
                left.append(each)
    return below in reached
