"""What carries a promise of time, and what of it says no time that could be held against it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from engine.graph.viability.excuses import form_of
from engine.graph.viability.ground import Ground, promise_side
from engine.graph.viability.limits import TimePromise, other_limits, time_promise
from engine.model.deadline import AtLeastBefore, ByBusinessDay, ByInstant, Judged, SingleLimit, Start, Within
from engine.model.expression import FieldOf
from engine.model.obligation import Duty, Obligation, OnTrigger
from engine.model.viability import Finding, FindingKind, Gravity, Remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """An obligation that carries a promise, and the time that it gives; none where it is said otherwise."""

    obligation: Obligation
    promise: TimePromise | None


def carriers_of(ground: Ground, above: Obligation) -> Iterator[Carrier]:
    """The promises in force that carry one and say by when; those that do not are looked through."""
    seen = {above.terms.id}
    waiting = [above.terms.id]
    while waiting:
        for _, carrier in ground.carriers(waiting.pop()):
            if carrier.terms.id in seen:
                continue
            seen.add(carrier.terms.id)
            promise = time_promise(carrier)
            if promise is None and not other_limits(carrier):
                waiting.append(carrier.terms.id)
            else:
                yield Carrier(obligation=carrier, promise=promise)


def untold(ground: Ground, above: Obligation, carriers: Sequence[Carrier]) -> Iterator[Finding]:
    """Times of which nothing can be told: of another sort, of other cases, or from another instant on."""
    promised, others = time_promise(above), other_limits(above)
    if promised is None and not others:
        return
    for carrier in carriers:
        for name, limit in other_limits(carrier.obligation).items():
            ours = others.get(name, others.get(None))
            if ours is None or not _is_kept(carrier.obligation, limit, above, ours):
                says = _words(limit)
                yield _untold(ground, above, [carrier], f"it is due {says}", "give a length of time")
        if promised is None and carrier.promise is not None:
            says = _words(next(iter(others.values())))
            yield _untold(ground, above, [carrier], f"the one above is due {says}", "say the same")
    if promised is None:
        return
    timed = [each for each in carriers if each.promise is not None]
    bare = [
        name
        for name in promised.limits
        if name is not None
        and all(each.promise is not None and each.promise.limit(name) is None for each in timed)
    ]
    if timed and bare:
        names = ", ".join(bare)
        yield _untold(ground, above, timed, f"none gives a time for {names}", f"give a time for {names}")
    started = _starts(promised)
    begun = [_starts(each.promise) for each in timed if each.promise is not None]
    if begun and all(_is_later(started, each) for each in begun):
        (name,) = {each.field for each in started}
        yield _untold(
            ground, above, timed, f"none counts from `{name}` on", f"count from `{name}` on, as above"
        )


def _starts(promise: TimePromise) -> frozenset[FieldOf]:
    """The fields that times are counted from, whatever their facts are called."""
    starts: list[Start] = [each.start for each in promise.limits.values()]
    return frozenset(replace(each, variable="it") for each in starts if isinstance(each, FieldOf))


def _is_later(above: frozenset[FieldOf], below: frozenset[FieldOf]) -> bool:
    """Whether both count from one instant of the same kind of fact, and not from the same one."""
    return (
        len(above) == len(below) == 1
        and above != below
        and {x.kind for x in above} == {x.kind for x in below}
    )


def _is_kept(carrier: Obligation, limit: SingleLimit | Judged, above: Obligation, ours: object) -> bool:
    """Whether a day or an instant beneath is due no later, by its words alone."""
    if isinstance(limit, ByBusinessDay) and isinstance(ours, ByBusinessDay) and limit.number < ours.number:
        limit = replace(limit, number=ours.number)
    return _form(carrier, limit) == _form(above, ours) and not isinstance(limit, Judged)


def _form(obligation: Obligation, limit: object) -> object:
    """A limit, whatever its occasion is called."""
    names: dict[str, str] = {}
    if isinstance(obligation, Duty):
        occasion = obligation.occasion
        variable = occasion.trigger.variable if isinstance(occasion, OnTrigger) else occasion.variable
        names[variable] = "it"
    return form_of(limit, names)


def _words(limit: SingleLimit | Judged) -> str:
    """How something is due that no length of time is given for."""
    match limit:
        case Judged(words=words):
            return f'in "{words}"'
        case ByBusinessDay(number=number, calendar=calendar):
            return f"by business day {number} on `{calendar.name}`"
        case ByInstant():
            return "by an instant that a fact holds"
        case AtLeastBefore():
            return "before an instant that a fact holds"
        case Within():
            return "within a time that a fact holds"
        case _:
            assert_never(limit)


def _untold(ground: Ground, above: Obligation, carriers: Sequence[Carrier], why: str, mend: str) -> Finding:
    names = " and ".join(f"`{each.obligation.terms.id}`" for each in carriers)
    verb = "carries" if len(carriers) == 1 else "carry"
    return Finding(
        kind=FindingKind.TIME_OVER_BUDGET,
        gravity=Gravity.UNKNOWN,
        agreement=ground.agreement.name,
        message=f"{names} {verb} `{above.terms.id}` and cannot be held against it: {why}",
        above=promise_side(above.terms, "is carried"),
        beneath=tuple(promise_side(each.obligation.terms, "carries it") for each in carriers),
        figures=(),
        remedies=tuple(Remedy(at=each.obligation.terms.id, words=mend) for each in carriers),
        since=ground.day,
    )
