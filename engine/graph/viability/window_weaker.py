"""A promise measured over longer or other windows than the one that stands on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from engine.graph.viability.ground import Ground, Pair, promise_side
from engine.graph.viability.windows import apart, days_of, divides, stretched
from engine.graph.viability.wording import in_text, raised_text, share_text, windows_text
from engine.model.period import HourWindows, TermWindow
from engine.model.quantity import DAY, HOUR, PERCENT
from engine.model.viability import Figure, Finding, FindingKind, Gravity, Remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class Worst:
    """What a window above loses at worst for each unit of allowance below, `factor`; and beyond that, where
    the zones lie apart, what the window next to it allows, yet no more than the time by which they do. No
    factor: all of it, since the window below has no end."""

    factor: Fraction | None
    apart: Fraction
    window: Fraction

    def left(self, allowance: Fraction) -> Fraction:
        """The share of time of a window above that is left."""
        if self.factor is None:
            return Fraction(0)
        edge = min(allowance * self.window, self.apart)
        return max(Fraction(0), 1 - allowance * self.factor - edge)

    def allowed(self, lost: Fraction) -> Fraction:
        """The most that may be allowed below, so that no more is lost above."""
        if self.factor is None:
            return Fraction(0)
        within = lost / (self.factor + self.window)
        return within if within * self.window <= self.apart else (lost - self.apart) / self.factor


def find(ground: Ground) -> Iterator[Finding]:
    """One finding for each promise beneath whose allowance, spent in one window above, breaks the one above.

    A year at 99.9% allows 8.76 hours, and they may all fall in one month. What holds in each window below
    holds above only where the windows below divide those above, in the same zone; otherwise one window above
    meets so many of them, and at worst all that they allow. Service hours are taken to be the same.
    """
    for pair in ground.pairs:
        worst = worst_of(ground, pair)
        if worst is not None and worst.left(1 - pair.below.least) < pair.above.least:
            yield _finding(ground, pair, worst)


def worst_of(ground: Ground, pair: Pair) -> Worst | None:
    """What a window's allowance below may take from one above; none where windows below divide those above,
    and the days of both are the same."""
    below, above = pair.below.target.windows, pair.above.target.windows
    lower, upper = days_of(below, pair.below.agreement), days_of(above, pair.above.agreement)
    if upper is None:
        return None
    zones = [each.agreement.zone for each in (pair.below, pair.above)]
    shift = Fraction(apart(zones[0], zones[1], ground.day.year))
    if isinstance(below, HourWindows):
        shift %= HOUR
    elif isinstance(below, TermWindow):
        shift = Fraction(0)
    whole = divides(below, above) and not _of_another_term(pair)
    if whole and not shift:
        return None
    if lower is None:
        return Worst(factor=None, apart=Fraction(0), window=Fraction(0))
    return Worst(
        factor=Fraction(1) if whole else stretched(below, lower, above, upper),
        apart=shift / DAY / upper.fewest,
        window=lower.most / upper.fewest,
    )


def _of_another_term(pair: Pair) -> bool:
    """Whether both are measured over terms, and the one beneath does not lie in the one above."""
    if (
        not isinstance(pair.below.target.windows, TermWindow)
        or pair.below.target.windows != pair.above.target.windows
    ):
        return False
    below, above = pair.below.agreement, pair.above.agreement
    return below.term.start < above.term.start or (below.ends or date.max) > (above.ends or date.max)


def _finding(ground: Ground, pair: Pair, worst: Worst) -> Finding:
    above, below = pair.above, pair.below
    windows, theirs = in_text(windows_text(above.target.windows)), in_text(windows_text(below.target.windows))
    if worst.apart:
        windows, theirs = f"{windows} of {above.agreement.zone}", f"{theirs} of {below.agreement.zone}"
    message = f"`{below.id}` is measured {theirs}, `{above.id}` {windows}"
    remedies: list[Remedy] = []
    if _of_another_term(pair):
        message = f"`{below.id}` is measured over another term than `{above.id}`"
    else:
        remedies.append(Remedy(at=below.id, words=f"at least {share_text(above.least)} {windows}"))
    if worst.factor is not None:
        needed = 1 - worst.allowed(1 - above.least)
        figure = Figure(name="promised", value=needed, unit=PERCENT)
        remedies.append(Remedy(at=below.id, words=f"at least {raised_text(needed)} {theirs}", figure=figure))
    return Finding(
        kind=FindingKind.WINDOW_WEAKER,
        gravity=Gravity.BROKEN if pair.in_series else Gravity.EXPOSED,
        agreement=ground.agreement.name,
        message=message,
        above=promise_side(above.target.terms, f"promises {share_text(above.least)} {windows}"),
        beneath=(promise_side(below.target.terms, f"promises {share_text(below.least)} {theirs}"),),
        figures=(
            Figure(name="promised", value=above.least, unit=PERCENT),
            Figure(name="at worst", value=worst.left(1 - below.least), unit=PERCENT),
        ),
        remedies=tuple(remedies),
        since=ground.day,
    )
