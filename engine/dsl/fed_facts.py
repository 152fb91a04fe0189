"""Facts that must be fed: what folds over verdicts does not wait for what follows from others (S9)."""

from engine.dsl.frame import Frame
from engine.model.expression import Selection
from engine.model.reading import looked_up
from engine.source import Span


def are_fed(selection: Selection, what: str, help: str, place: Span, frame: Frame) -> bool:
    """Whether a selection, and all that it looks up, is of facts that are fed; if not, `what` is refused."""
    kinds = frame.scope.names.kinds.nouns
    read = (selection, *looked_up(selection.where))
    if not any(each.kind in kinds and kinds[each.kind].derived for each in read):
        return True
    frame.findings.unsupported(f"{what} that hangs on what follows from verdicts", place, help=help)
    return False
