"""Times beneath a promise that, one after another, are longer than the time that it gives."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.graph.viability import too_seldom
from engine.graph.viability.budget import Taken, most_carried, taken
from engine.graph.viability.ground import Ground, promise_side
from engine.graph.viability.limits import Limit, TimePromise, time_promise
from engine.graph.viability.times import Carrier, carriers_of, untold
from engine.graph.viability.wording import figure_text, limit_text, limit_unit, start_text
from engine.model.obligation import Obligation
from engine.model.viability import Figure, Finding, FindingKind, Gravity, Remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A promise of time beneath, and its limit for a class."""

    obligation: Obligation
    limit: Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A promise of time above, and the limit for a class of its cases."""

    above: Obligation
    name: str | None
    limit: Limit

    @property
    def gives(self) -> str:
        """`gives 4 hours for p1`."""
        return f"gives {limit_text(self.limit)}" + ("" if self.name is None else f" for {self.name}")


def find(ground: Ground) -> Iterator[Finding]:
    """One finding for each promise of time, and each class of its cases, that those that carry it overrun.

    Each promise bounds all that lies beneath itself, so a chain is looked at link by link: the times of those
    that carry one promise directly follow one another at worst; what gives no time itself is looked through.
    Clocks that count differently are held against one another from every start in the reference year.
    """
    for above in ground.agreement.obligations:
        carriers = list(carriers_of(ground, above))
        yield from untold(ground, above, carriers)
        promised = time_promise(above)
        if promised is None:
            continue
        timed = [each for each in carriers if each.promise is not None]
        for name, limit in _classes(promised, carriers):
            links = [
                Link(obligation=each.obligation, limit=own)
                for each in timed
                if each.promise is not None and (own := each.promise.limit(name)) is not None
            ]
            if links:
                yield from _against(ground, Asked(above=above, name=name, limit=limit), links, timed)
        yield from too_seldom.find(ground, above, promised, timed)


def _classes(promised: TimePromise, carriers: Sequence[Carrier]) -> Iterator[tuple[str | None, Limit]]:
    """Each class of cases with its limit; where one limit is for all, the classes are those beneath."""
    if None not in promised.limits:
        yield from promised.limits.items()
        return
    limits = (each.promise.limits for each in carriers if each.promise is not None)
    names = dict.fromkeys(name for each in limits for name in each if name is not None)
    yield from ((name, promised.limits[None]) for name in names or (None,))


def _against(
    ground: Ground, asked: Asked, links: Sequence[Link], timed: Sequence[Carrier]
) -> Iterator[Finding]:
    horizon, limits = ground.horizon(), [each.limit for each in links]
    is_alike = all(each.counts_like(asked.limit) for each in limits)
    if not is_alike and any(each.promise is not None and each.promise.mean for each in timed):
        yield _incomparable(ground, asked, links, "a mean on one clock says nothing of another clock")
        return
    alone = [taken(horizon, asked.limit, [each]) for each in limits]
    found = taken(horizon, asked.limit, limits) if len(limits) > 1 else alone[0]
    if found is None:
        which = next((each for each, one in zip(links, alone, strict=True) if one is None), links[0])
        yield _incomparable(
            ground, asked, [which], f"its clock does not count {limit_text(which.limit)} in a year"
        )
    elif found.is_over:
        yield _over(ground, asked, links, found, [each for each in alone if each is not None])


def _over(
    ground: Ground, asked: Asked, links: Sequence[Link], found: Taken, alone: Sequence[Taken]
) -> Finding:
    unit = limit_unit(asked.limit)
    longest = max((each.amount for each in alone), default=Fraction(0))
    when = "" if found.start is None else f" from {start_text(found.start, ground.agreement.zone)} on"
    return Finding(
        kind=FindingKind.TIME_OVER_BUDGET,
        gravity=Gravity.BROKEN if any(each.is_over for each in alone) else Gravity.EXPOSED,
        agreement=ground.agreement.name,
        message=f"`{asked.above.terms.id}` {asked.gives}, "
        f"what carries it takes {figure_text(found.amount, unit)}{when}",
        above=promise_side(asked.above.terms, asked.gives),
        beneath=tuple(
            promise_side(each.obligation.terms, f"may take {limit_text(each.limit)}") for each in links
        ),
        figures=(
            Figure(name="given", value=asked.limit.amount, unit=unit),
            Figure(name="taken", value=found.amount, unit=unit),
            *([Figure(name="longest", value=longest, unit=unit)] if longest else []),
        ),
        remedies=tuple(_remedies(ground, asked, links, found)),
        since=ground.day,
    )


def _remedies(ground: Ground, asked: Asked, links: Sequence[Link], found: Taken) -> Iterator[Remedy]:
    """The longest that each beneath may take, the others being as they are; or what ours would have to be."""
    limits = [each.limit for each in links]
    for place, link in enumerate(links):
        left = most_carried(ground.horizon(), asked.limit, limits, place)
        if left is not None:
            unit = limit_unit(link.limit)
            yield Remedy(
                at=link.obligation.terms.id,
                words=f"take at most {figure_text(left, unit)}",
                figure=Figure(name="limit", value=left, unit=unit),
            )
    unit = limit_unit(asked.limit)
    more = "more than" if asked.limit.strict and not any(each.strict for each in limits) else "at least"
    yield Remedy(
        at=asked.above.terms.id,
        words=f"give {more} {figure_text(found.amount, unit)}",
        figure=Figure(name="limit", value=found.amount, unit=unit),
    )


def _incomparable(ground: Ground, asked: Asked, links: Sequence[Link], why: str) -> Finding:
    """What carries a promise and cannot be held against it."""
    names = " and ".join(f"`{each.obligation.terms.id}`" for each in links)
    return Finding(
        kind=FindingKind.TIME_OVER_BUDGET,
        gravity=Gravity.UNKNOWN,
        agreement=ground.agreement.name,
        message=f"`{asked.above.terms.id}` {asked.gives}, {names} cannot be held against it: {why}",
        above=promise_side(asked.above.terms, asked.gives),
        beneath=tuple(
            promise_side(each.obligation.terms, f"may take {limit_text(each.limit)}") for each in links
        ),
        figures=tuple(
            Figure(name="limit", value=each.limit.amount, unit=limit_unit(each.limit)) for each in links
        ),
        remedies=tuple(
            Remedy(at=each.obligation.terms.id, words="give a time that is counted as the one above is")
            for each in links
        ),
        since=ground.day,
    )
