"""What excuses a supplier and does not excuse us."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from engine.graph.viability.excuses import Excuse, Match, compared, excuses_of
from engine.graph.viability.ground import Ground, promise_side
from engine.graph.viability.wording import duration_figure, duration_text, hours_text, in_text, windows_text
from engine.model.exclusion import AnyStretch, Cap
from engine.model.obligation import Obligation
from engine.model.quantity import HOURS
from engine.model.viability import Figure, Finding, FindingKind, Gravity, Remedy, Side


def find(ground: Ground) -> Iterator[Finding]:
    """One finding for each excuse of a promise beneath that reaches further than every one of the promise's.

    An excuse above reaches as far if it reads the same facts from the same instants on, asks for nothing more
    and no longer notice, and has no smaller cap. Whose facts they are is not asked: what is announced for the
    supplier's service is taken to be announced for ours, too.
    """
    pairs: list[tuple[Obligation, Obligation]] = [
        (pair.above.target, pair.below.target) for pair in ground.pairs
    ]
    uptimes = {(above.terms.id, below.terms.id) for above, below in pairs}
    for above in ground.agreement.obligations:
        for _, carrier in ground.carriers(above.terms.id):
            if type(carrier) is type(above) and (above.terms.id, carrier.terms.id) not in uptimes:
                pairs.append((above, carrier))
    for above, below in pairs:
        ours = tuple(excuses_of(above))
        for excuse in excuses_of(below):
            matches = [found for each in ours if (found := compared(excuse, each)) is not None]
            if not any(each.reaches for each in matches):
                yield _finding(ground, above, below, excuse, matches)


def _finding(
    ground: Ground, above: Obligation, below: Obligation, excuse: Excuse, matches: Sequence[Match]
) -> Finding:
    nearest = matches[0] if matches else None
    cap = "" if excuse.cap is None else f" up to {_cap_text(excuse.cap)}"
    said = "not at all" if nearest is None else f"by {nearest.above.text}, which asks for more"
    ours = promise_side(above.terms, f"is excused {said}")
    theirs = promise_side(below.terms, "is excused")
    figures = [] if excuse.cap is None else [_cap_figure("excused beneath", excuse.cap)]
    return Finding(
        kind=FindingKind.EXCUSED_BENEATH,
        gravity=Gravity.EXPOSED,
        agreement=ground.agreement.name,
        message=f"{excuse.text} excuses `{below.terms.id}`{cap}; `{above.terms.id}` is excused {said}",
        above=ours,
        beneath=(theirs, Side(name=excuse.name, says="excuses it", clause=excuse.clause, span=excuse.span)),
        figures=tuple(figures),
        remedies=tuple(_remedies(above, below, excuse, nearest)),
        since=ground.day,
    )


def _remedies(
    above: Obligation, below: Obligation, excuse: Excuse, nearest: Match | None
) -> Iterator[Remedy]:
    if nearest is None:
        yield Remedy(at=above.terms.id, words=f"excuse it in the same cases as {excuse.text} does")
        yield Remedy(at=below.terms.id, words=f"take out {excuse.text}")
        return
    words: list[str] = []
    figure: Figure | None = None
    if nearest.cap is not None:
        words.append(f"cap {excuse.text} at {_cap_text(nearest.cap)}")
        figure = _cap_figure("cap", nearest.cap)
    if nearest.lead is not None:
        words.append(f"ask in {excuse.text} for notice of at least {duration_text(nearest.lead)}")
        figure = duration_figure("notice", nearest.lead)
    yield Remedy(at=below.terms.id, words=", and ".join(words), figure=figure)


def _cap_text(cap: Cap) -> str:
    if isinstance(cap.windows, AnyStretch):
        within = f"in any {hours_text(Fraction(cap.windows.length))}"
    else:
        within = in_text(windows_text(cap.windows))
    return f"{hours_text(Fraction(cap.length))} {within}"


def _cap_figure(name: str, cap: Cap) -> Figure:
    return Figure(name=name, value=Fraction(cap.length), unit=HOURS)
