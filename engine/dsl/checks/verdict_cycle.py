"""A promise that would have to be judged before itself, for it reads what follows from it (S9)."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.model.derived import (
    BREACH,
    CREDIT,
    Source,
    escalations_of,
    feeding,
    followups_of,
    has_strata,
    selections_behind,
    sources,
    verdicts_behind,
)
from engine.model.snapshot import Snapshot
from engine.source import Span


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each circle, at the first of its members that is declared."""
    if not has_strata(snapshot):
        return
    read = {source: _read(snapshot, source) for source in sources(snapshot)}
    done: set[Source] = set()
    for start in read:
        path: dict[Source, None] = {}
        stack: list[tuple[Source, bool]] = [(start, True)]
        while stack:
            source, enters = stack.pop()
            if not enters:
                path.pop(source)
                done.add(source)
            elif source in path:
                yield _finding(snapshot, [*list(path)[list(path).index(source) :], source])
            elif source not in done:
                path[source] = None
                stack.append((source, False))
                stack.extend((each, True) for each in read[source])


def _read(snapshot: Snapshot, source: Source) -> tuple[Source, ...]:
    taken = (
        each for selection in selections_behind(snapshot, source) for each in feeding(snapshot, selection)
    )
    return tuple(dict.fromkeys((*taken, *verdicts_behind(snapshot, source))))


def _finding(snapshot: Snapshot, circle: list[Source]) -> Diagnostic:
    first = circle[0]
    itself = "reads what follows from itself" if len(circle) == 2 else "follows from itself, by way of others"
    return Diagnostic(
        code="verdict-cycle",
        message=f"`{first.name}` {itself}",
        labels=((_place(snapshot, first), " → ".join(_words(each) for each in circle)),),
        help="say whose breaches or credits are meant: `where b.obligation is availability`",
    )


def _words(source: Source) -> str:
    return f"credits of {source.name}" if source.kind == CREDIT else source.name


def _place(snapshot: Snapshot, source: Source) -> Span:
    if source.kind == BREACH and (obligation := snapshot.obligation(source.name)) is not None:
        return obligation.terms.span
    levels = [*escalations_of(snapshot, source.name), *(each for each, _ in followups_of(snapshot, source))]
    return levels[-1].span if levels else snapshot.agreements[source.name.partition(".")[0]].span
