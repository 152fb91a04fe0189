"""Times beneath a promise that, one after another, are longer than the time that it gives."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.graph.viability.conversion import amount, at_least, at_worst, same_clock
from engine.graph.viability.ground import Ground, promise_side
from engine.graph.viability.limits import TimePromise, time_promise
from engine.graph.viability.wording import duration_figure, duration_text, figure_text
from engine.model.calendar import Elapsed
from engine.model.expression import ClockDuration, Duration
from engine.model.obligation import Obligation
from engine.model.quantity import MINUTES, PERCENT, Unit
from engine.model.viability import Figure, Finding, FindingKind, Gravity, Remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A promise of time beneath, its limit for a class, and how much it takes of the clock above."""

    obligation: Obligation
    limit: Duration
    takes: Fraction


def find(ground: Ground) -> Iterator[Finding]:
    """One finding for each promise of time, and each class of its cases, that those that carry it overrun.

    Each promise bounds all that lies beneath itself, so a chain is looked at link by link: the times of those
    that carry one promise directly are added up, because at worst one follows another; what gives no time
    itself is looked through. Clocks that count differently are converted at their worst.
    """
    for above in ground.agreement.obligations:
        promised = time_promise(above)
        if promised is None:
            continue
        carriers = list(_carriers(ground, above))
        for name, limit in _classes(promised, [promise for _, promise in carriers]):
            found = [(each, own) for each, promise in carriers if (own := promise.limit(name)) is not None]
            for each, own in found:
                if not same_clock(own, limit) and at_worst(ground, own, Elapsed()) is None:
                    yield _untold(ground, above, each, own)
            links, is_converted, unit = _links(ground, limit, found)
            if links:
                yield from _over(ground, above, _Asked(name, limit, unit, is_converted), links)
        yield from _too_seldom(ground, above, promised, carriers)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The class of cases, its limit, the unit in which times are added up, and whether any was converted."""

    name: str | None
    limit: Duration
    unit: Unit
    is_converted: bool


def _classes(promised: TimePromise, carriers: Sequence[TimePromise]) -> Iterator[tuple[str | None, Duration]]:
    """Each class of cases with its limit; where one limit is for all, the classes are those beneath."""
    if None not in promised.limits:
        yield from promised.limits.items()
        return
    names = dict.fromkeys(name for each in carriers for name in each.limits if name is not None)
    yield from ((name, promised.limits[None]) for name in names or (None,))


def _carriers(ground: Ground, above: Obligation) -> Iterator[tuple[Obligation, TimePromise]]:
    """The promises in force that carry one, and give a time themselves."""
    seen = {above.terms.id}
    waiting = [above.terms.id]
    while waiting:
        for _, carrier in ground.carriers(waiting.pop()):
            if carrier.terms.id in seen:
                continue
            seen.add(carrier.terms.id)
            promise = time_promise(carrier)
            if promise is None:
                waiting.append(carrier.terms.id)
            else:
                yield carrier, promise


def _links(
    ground: Ground, limit: Duration, found: Sequence[tuple[Obligation, Duration]]
) -> tuple[list[Link], bool, Unit]:
    """What each carrier takes of the clock above, which is elapsed time where any of them counts in days."""
    if all(same_clock(own, limit) for _, own in found):
        unit = duration_figure("", limit).unit
        return [Link(obligation=each, limit=own, takes=amount(own)) for each, own in found], False, unit
    clock = limit.clock if isinstance(limit, ClockDuration) else Elapsed()
    links: list[Link] = []
    for each, own in found:
        takes = at_worst(ground, own, clock)
        if takes is not None:
            links.append(Link(obligation=each, limit=own, takes=Fraction(takes)))
    return links, True, limit.unit if isinstance(limit, ClockDuration) else MINUTES


def _over(ground: Ground, above: Obligation, asked: _Asked, links: Sequence[Link]) -> Iterator[Finding]:
    given = Fraction(at_least(asked.limit)) if asked.is_converted else amount(asked.limit)
    total = sum((each.takes for each in links), Fraction(0))
    if total <= given:
        return
    longest = max(each.takes for each in links)
    case = "" if asked.name is None else f" for {asked.name}"
    how = ", on other clocks at their worst" if asked.is_converted else ""
    yield Finding(
        kind=FindingKind.TIME_OVER_BUDGET,
        gravity=Gravity.BROKEN if longest > given else Gravity.EXPOSED,
        agreement=ground.agreement.name,
        message=f"`{above.terms.id}` gives {duration_text(asked.limit)}{case}, "
        f"what carries it takes {figure_text(total, asked.unit)}{how}",
        above=promise_side(above.terms, f"gives {duration_text(asked.limit)}{case}"),
        beneath=tuple(
            promise_side(each.obligation.terms, f"may take {duration_text(each.limit)}") for each in links
        ),
        figures=(
            Figure(name="given", value=given, unit=asked.unit),
            Figure(name="taken", value=total, unit=asked.unit),
            Figure(name="longest", value=longest, unit=asked.unit),
        ),
        remedies=tuple(_remedies(above, asked, links, total - given)),
        since=ground.day,
    )


def _untold(ground: Ground, above: Obligation, carrier: Obligation, limit: Duration) -> Finding:
    """What carries a promise and cannot be held against it: its clock does not count so much in a year."""
    text = duration_text(limit)
    return Finding(
        kind=FindingKind.TIME_OVER_BUDGET,
        gravity=Gravity.UNKNOWN,
        agreement=ground.agreement.name,
        message=f"`{carrier.terms.id}` carries `{above.terms.id}` and may take {text}, "
        "which its clock does not count in a year",
        above=promise_side(above.terms, "is carried"),
        beneath=(promise_side(carrier.terms, f"may take {text}"),),
        figures=(duration_figure("limit", limit),),
        remedies=(Remedy(at=carrier.terms.id, words="give a time that its clock counts"),),
        since=ground.day,
    )


def _remedies(above: Obligation, asked: _Asked, links: Sequence[Link], excess: Fraction) -> Iterator[Remedy]:
    """Each time beneath shortened by what is too much, where it is long enough and counted alike; or ours."""
    for link in links:
        left = amount(link.limit) - excess
        if same_clock(link.limit, asked.limit) and left > 0:
            yield Remedy(
                at=link.obligation.terms.id,
                words=f"take at most {figure_text(left, duration_figure('', link.limit).unit)}",
                figure=Figure(name="limit", value=left, unit=duration_figure("", link.limit).unit),
            )
    total = sum((each.takes for each in links), Fraction(0))
    if asked.is_converted and not isinstance(asked.limit, ClockDuration):
        yield Remedy(at=above.terms.id, words=f"give {figure_text(excess, asked.unit)} more")
    else:
        yield Remedy(
            at=above.terms.id,
            words=f"give at least {figure_text(total, asked.unit)}",
            figure=Figure(name="limit", value=total, unit=asked.unit),
        )


def _too_seldom(
    ground: Ground,
    above: Obligation,
    promised: TimePromise,
    carriers: Sequence[tuple[Obligation, TimePromise]],
) -> Iterator[Finding]:
    """Times that are kept below in fewer cases than above: the misses of all of them add up."""
    weaker = [(each, promise) for each, promise in carriers if promise.share < 1]
    if promised.mean or not weaker:
        return
    joint = max(Fraction(0), 1 - sum((1 - promise.share for _, promise in weaker), Fraction(0)))
    if joint >= promised.share:
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
