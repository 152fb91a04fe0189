"""What only seems to be left unsaid, because the line that says it could not be read."""

from collections.abc import Iterable, Iterator, Sequence

from engine.diagnostic import Diagnostic
from engine.dsl import syntax
from engine.source import Span

ABSENCES = frozenset(
    {
        "citation-missing",
        "class-missing",
        "matrix-incomplete",
        "not-said",
        "source-missing",
        "unaccepted",
        "convention-missing",
    }
)
"""The findings that say that something is missing."""

USES = frozenset({"unused-name"})
"""The findings that a use anywhere would have prevented."""


def without_false_absences(
    found: Iterable[Diagnostic], policies: Sequence[syntax.Policy], unread: Sequence[Span]
) -> tuple[Diagnostic, ...]:
    """The findings that stand, given the places that could not be read.

    A finding that something is missing falls where the smallest block around it holds such a place; one that
    nothing uses a name falls altogether.
    """
    if not unread:
        return tuple(found)
    blocks = [span for policy in policies for span in _blocks(policy)]
    broken = [block for block in blocks if any(_holds(block, place) for place in unread)]
    return tuple(each for each in found if not _is_doubtful(each, blocks, broken))


def _is_doubtful(finding: Diagnostic, blocks: Sequence[Span], broken: Sequence[Span]) -> bool:
    if finding.code in USES:
        return True
    place = finding.primary
    if finding.code not in ABSENCES or place is None:
        return False
    around = min(
        (block for block in blocks if _holds(block, place)),
        key=lambda block: block.end - block.start,
        default=None,
    )
    return around is not None and around in broken


def _blocks(policy: syntax.Policy) -> Iterator[Span]:
    for block in policy.blocks:
        yield block.span
        if isinstance(block, syntax.Agreement):
            yield from (item.span for item in block.items)


def _holds(block: Span, place: Span) -> bool:
    return block.source == place.source and block.start <= place.start <= block.end
