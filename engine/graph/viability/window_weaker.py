"""A promise measured over longer or other windows than the one that stands on it."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from engine.graph.viability.ground import Ground, Pair, promise_side
from engine.graph.viability.windows import days_of, divides, most_touched
from engine.graph.viability.wording import in_text, raised_text, share_text, windows_text
from engine.model.period import TermWindow
from engine.model.quantity import PERCENT
from engine.model.viability import Figure, Finding, FindingKind, Gravity, Remedy


def find(ground: Ground) -> Iterator[Finding]:
    """One finding for each promise beneath whose allowance, spent in one window above, breaks the one above.

    A year at 99.9% allows 8.76 hours, and they may all fall in one month. What holds in each window below
    holds above only where the windows below divide those above; otherwise one window above meets so many of
    them, and at worst all that they allow. Days, months and years are as long as they may be; service hours
    and zones are taken to be the same.
    """
    for pair in ground.pairs:
        worst = worst_share(pair)
        if worst is not None and worst[0] < pair.above.least:
            yield _finding(ground, pair, *worst)


def worst_share(pair: Pair) -> tuple[Fraction, Fraction] | None:
    """The availability of a window above if a window's allowance below falls into it, and what one unit of
    allowance below takes from it above; none where windows below divide those above."""
    below, above = pair.below.target.windows, pair.above.target.windows
    lower, upper = days_of(below, pair.below.agreement), days_of(above, pair.above.agreement)
    if upper is None or (divides(below, above) and not _of_another_term(pair)):
        return None
    if lower is None:
        return Fraction(0), Fraction(0)
    factor = most_touched(below, lower, above, upper) * lower.most / upper.fewest
    return max(Fraction(0), 1 - (1 - pair.below.least) * factor), factor


def _of_another_term(pair: Pair) -> bool:
    """Whether both are measured over terms, and the one beneath does not lie in the one above."""
    if (
        not isinstance(pair.below.target.windows, TermWindow)
        or pair.below.target.windows != pair.above.target.windows
    ):
        return False
    below, above = pair.below.agreement, pair.above.agreement
    return below.term.start < above.term.start or (below.ends or date.max) > (above.ends or date.max)


def _finding(ground: Ground, pair: Pair, worst: Fraction, factor: Fraction) -> Finding:
    above, below = pair.above, pair.below
    windows, theirs = windows_text(above.target.windows), windows_text(below.target.windows)
    message = f"`{below.id}` is measured {in_text(theirs)}, `{above.id}` {in_text(windows)}"
    remedies: list[Remedy] = []
    if _of_another_term(pair):
        message = f"`{below.id}` is measured over another term than `{above.id}`"
    else:
        remedies.append(Remedy(at=below.id, words=f"at least {share_text(above.least)} {in_text(windows)}"))
    if factor:
        needed = 1 - (1 - above.least) / factor
        figure = Figure(name="promised", value=needed, unit=PERCENT)
        remedies.append(
            Remedy(at=below.id, words=f"at least {raised_text(needed)} {in_text(theirs)}", figure=figure)
        )
    return Finding(
        kind=FindingKind.WINDOW_WEAKER,
        gravity=Gravity.BROKEN if pair.in_series else Gravity.EXPOSED,
        agreement=ground.agreement.name,
        message=message,
        above=promise_side(above.target.terms, f"promises {share_text(above.least)} {in_text(windows)}"),
        beneath=(promise_side(below.target.terms, f"promises {share_text(below.least)} {in_text(theirs)}"),),
        figures=(
            Figure(name="promised", value=above.least, unit=PERCENT),
            Figure(name="at worst", value=worst, unit=PERCENT),
        ),
        remedies=tuple(remedies),
        since=ground.day,
    )
