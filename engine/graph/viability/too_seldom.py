"""Times that are kept beneath in fewer cases than above, on average only, or over longer windows."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from engine.graph.viability.ground import Ground, promise_side
from engine.graph.viability.limits import TimePromise
from engine.graph.viability.times import Carrier
from engine.graph.viability.windows import divides
from engine.graph.viability.wording import figure_text, in_text, windows_text
from engine.model.obligation import Obligation
from engine.model.quantity import PERCENT
from engine.model.viability import Figure, Finding, FindingKind, Gravity, Remedy

Timed = Sequence[tuple[Obligation, TimePromise]]


def find(
    ground: Ground, above: Obligation, promised: TimePromise, carriers: Sequence[Carrier]
) -> Iterator[Finding]:
    """What carries a time in too few cases: the misses of all add up, and a mean says nothing of any case."""
    timed = [(each.obligation, each.promise) for each in carriers if each.promise is not None]
    if promised.mean:
        unbounded = [(each, one) for each, one in timed if one.share < 1 and not one.mean]
        if unbounded:
            yield _unbounded(ground, above, unbounded)
    else:
        means = [(each, one) for each, one in timed if one.mean]
        if means:
            yield _mean(ground, above, means)
        yield from _too_few(ground, above, promised, [each for each in timed if not each[1].mean])
    yield from _longer_windows(ground, above, promised, timed)


def _longer_windows(
    ground: Ground, above: Obligation, promised: TimePromise, timed: Timed
) -> Iterator[Finding]:
    """Shares and means over windows that do not divide those above: all misses may fall into one of these."""
    windows = promised.windows
    for each, one in timed:
        if windows is None or one.windows is None or divides(one.windows, windows):
            continue
        ours, theirs = in_text(windows_text(windows)), in_text(windows_text(one.windows))
        yield Finding(
            kind=FindingKind.WINDOW_WEAKER,
            gravity=Gravity.BROKEN,
            agreement=ground.agreement.name,
            message=f"`{each.terms.id}` is measured {theirs}, `{above.terms.id}` {ours}",
            above=promise_side(above.terms, f"is measured {ours}"),
            beneath=(promise_side(each.terms, f"is measured {theirs}"),),
            figures=(),
            remedies=(Remedy(at=each.terms.id, words=f"the same {ours}"),),
            since=ground.day,
        )


def _mean(ground: Ground, above: Obligation, means: Timed) -> Finding:
    """A mean beneath, where cases are promised above."""
    names = " and ".join(f"`{each.terms.id}`" for each, _ in means)
    return _finding(
        ground,
        above,
        means,
        f"{names} gives a mean",
        "gives a mean",
        "give a time for each case, or for a share",
    )


def _unbounded(ground: Ground, above: Obligation, shares: Timed) -> Finding:
    """A share of the cases beneath, where a mean is promised above: the others may take for ever."""
    names = " and ".join(f"`{each.terms.id}`" for each, _ in shares)
    return _finding(
        ground,
        above,
        shares,
        f"{names} gives no time for some of the cases, of which one may spoil the mean",
        "gives a time for a share of the cases",
        "give a mean too, or a time for each case",
    )


def _finding(ground: Ground, above: Obligation, timed: Timed, why: str, says: str, mend: str) -> Finding:
    is_mean = mend.startswith("give a mean")
    return Finding(
        kind=FindingKind.TIME_OVER_BUDGET,
        gravity=Gravity.BROKEN,
        agreement=ground.agreement.name,
        message=f"`{above.terms.id}` gives {'a mean' if is_mean else 'its time for cases'}, {why}",
        above=promise_side(above.terms, "gives a mean" if is_mean else "gives a time for cases"),
        beneath=tuple(promise_side(each.terms, says) for each, _ in timed),
        figures=(),
        remedies=tuple(Remedy(at=each.terms.id, words=mend) for each, _ in timed),
        since=ground.day,
    )


def _too_few(ground: Ground, above: Obligation, promised: TimePromise, timed: Timed) -> Iterator[Finding]:
    """The misses of all of them add up."""
    weaker = [(each, promise) for each, promise in timed if promise.share < 1]
    joint = max(Fraction(0), 1 - sum((1 - promise.share for _, promise in weaker), Fraction(0)))
    if not weaker or joint >= promised.share:
        return
    needed, kept = (figure_text(share, PERCENT) for share in (promised.share, joint))
    yield Finding(
        kind=FindingKind.TIME_OVER_BUDGET,
        gravity=Gravity.BROKEN,
        agreement=ground.agreement.name,
        message=f"`{above.terms.id}` gives its time in {needed} of the cases, "
        f"what carries it keeps its own in {kept}",
        above=promise_side(above.terms, f"in {needed} of the cases"),
        beneath=tuple(
            promise_side(each.terms, f"in {figure_text(promise.share, PERCENT)} of the cases")
            for each, promise in weaker
        ),
        figures=(
            Figure(name="promised", value=promised.share, unit=PERCENT),
            Figure(name="kept", value=joint, unit=PERCENT),
        ),
        remedies=tuple(
            Remedy(
                at=each.terms.id,
                words=f"keep it in at least {figure_text(share, PERCENT)} of the cases",
                figure=Figure(name="promised", value=share, unit=PERCENT),
            )
            for each, promise in weaker
            if (share := promise.share + promised.share - joint) <= 1
        ),
        since=ground.day,
    )
