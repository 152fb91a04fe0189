"""The figures that a worked example may expect of a verdict: a figure that none has would never be found."""

from collections.abc import Iterable, Iterator, Sequence

from engine.dsl import fact_kinds as syntax
from engine.dsl.expressions import Duration, Name, Node
from engine.dsl.findings import Findings
from engine.dsl.names import nearest
from engine.model.deadline import ByClass, Limit, Within
from engine.model.expression import ClockDuration
from engine.model.measure import Aggregated, Uptime, is_share
from engine.model.obligation import Duty, Obligation, OnTrigger, RecoveryPoint, Target
from engine.model.quantity import Bound, Dimension, Unit
from engine.model.reading import credits_of
from engine.model.verdict import LENGTHS

POINTS = "points"
ON_A_CLOCK = ("counted", "paused", "allowed")


def figures_are_there(node: syntax.Expect, versions: Sequence[Obligation], findings: Findings) -> bool:
    """Whether the verdicts of a promise, in whichever version, have what an example expects of them."""
    choices = tuple(dict.fromkeys(name for each in versions for name in _counts(each)))
    sound = _occasion(node, versions, findings)
    for detail in node.details:
        match detail:
            case syntax.ExpectedCount(name=name):
                sound = _count(detail, name, choices, findings) and sound
            case syntax.ExpectedDue() | syntax.ExpectedLate():
                if not any(isinstance(each, Duty) for each in versions):
                    what = "due at any instant" if isinstance(detail, syntax.ExpectedDue) else "ever late"
                    sound = _refuse(
                        f"no verdict of `{versions[0].terms.id}` is {what}", detail, choices, findings
                    )
            case syntax.ExpectedCredit(amount=amount):
                credits = [terms for each in versions if (terms := credits_of(each)) is not None]
                if not any(terms.currency == amount.currency for terms in credits):
                    paid = sorted({terms.currency for terms in credits if terms.currency is not None})
                    message = f"no verdict of `{versions[0].terms.id}` is worth a credit in {amount.currency}"
                    sound = _refuse(message, detail, [f"credit {each} …" for each in paid], findings)
            case _:
                pass
    return sound


def _occasion(node: syntax.Expect, versions: Sequence[Obligation], findings: Findings) -> bool:
    """Whether a promise has occasions of the sort that is named: triggers by `for`, windows by `in`."""
    said = node.trigger or node.window
    if said is None or any(is_triggered(each) == (node.trigger is not None) for each in versions):
        return True
    id, by_trigger = versions[0].terms.id, node.trigger is not None
    findings.error(
        "occasion-differs",
        f"`{id}` is judged in windows" if by_trigger else f"`{id}` is judged for each trigger",
        said.span,
        "asks for a trigger" if by_trigger else "asks for a window",
        help=f'say the {"window: `in" if by_trigger else "trigger: `for"} "{said.value}"`',
    )
    return False


def is_triggered(obligation: Obligation) -> bool:
    """Whether its occasions are facts, and not windows."""
    match obligation:
        case Duty(occasion=occasion):
            return isinstance(occasion, OnTrigger)
        case RecoveryPoint():
            return True
        case Target():
            return False


def unit_is_measured(
    measured: Bound, versions: Sequence[Obligation], place: Node, findings: Findings
) -> bool:
    """Whether a promise is measured in a unit that an example expects its measured value in."""
    units = [unit for each in versions for unit in _measured_in(each)]
    if any(_alike(measured.unit, unit) for unit in units):
        return True
    shown = ", ".join(f"`{each.name}`" for each in dict.fromkeys(units))
    findings.error(
        "no-such-figure",
        f"`{versions[0].terms.id}` is not measured in {measured.unit.name}",
        place.span,
        f"measured in {shown.replace('`', '')}" if shown else "nothing is measured",
        help=f"say it in {shown}" if shown else "say when it is `due`, or leave the measured value out",
    )
    return False


def _alike(one: Unit, other: Unit) -> bool:
    plain = (Dimension.COUNT, Dimension.NUMBER)
    if one.dimension in plain or one.dimension is Dimension.MONEY:
        same = one.dimension is Dimension.MONEY and one.name == other.name
        return same or (one.dimension in plain and other.dimension in plain)
    return one.dimension is other.dimension


def _measured_in(obligation: Obligation) -> Iterator[Unit]:
    match obligation:
        case Target(bound=bound) | RecoveryPoint(bound=bound):
            yield bound.unit
        case Duty():
            yield from (each.unit for each in _clocks(obligation))


def _clocks(duty: Duty) -> Iterator[ClockDuration]:
    """The lengths on a clock that a duty may have, under a mode, too."""
    limits: list[Limit] = []
    for each in (*(given.limit for given in duty.mode_limits), duty.limit):
        limits += each.limits.values() if isinstance(each, ByClass) else [each]
    for limit in limits:
        if isinstance(limit, Within) and isinstance(limit.duration, ClockDuration):
            yield limit.duration


def _counts(obligation: Obligation) -> Iterator[str]:
    match obligation:
        case Target(measure=Uptime(weight=weight)):
            yield from ("agreed", "excluded", "bad", "unwatched", "denominator")
            yield from () if weight is None else ("weighted",)
        case Target(measure=Aggregated(buckets=buckets)) if buckets is not None:
            yield from ("buckets", "empty")
        case Target(measure=measure):
            yield from ("records", "open", "oldest_open")
            yield from ("excepted",) if obligation.permissions or obligation.exclusions else ()
            yield from ("misses",) if not isinstance(measure, Uptime) and is_share(measure) else ()
        case Duty():
            yield from ON_A_CLOCK if any(_clocks(obligation)) else ()
        case RecoveryPoint():
            pass
    credits = credits_of(obligation)
    if credits is not None and credits.points:
        yield POINTS


def _count(node: syntax.ExpectedCount, name: Name, choices: Sequence[str], findings: Findings) -> bool:
    if name.text not in choices:
        near = nearest(name.text, choices)
        return _refuse(f"no verdict here has a figure `{name.text}`", name, choices, findings, near)
    is_length = isinstance(node.value, Duration)
    if is_length == (name.text in LENGTHS):
        return True
    wanted = "a length of time" if name.text in LENGTHS else "a plain number"
    findings.error(
        "no-such-figure",
        f"`{name.text}` is {wanted}",
        node.value.span,
        f"not {wanted}",
        help=f"say it so: `{name.text} {'90 minutes' if name.text in LENGTHS else '3'}`",
    )
    return False


def _refuse(
    message: str, place: Node, choices: Iterable[str], findings: Findings, near: str | None = None
) -> bool:
    shown = ", ".join(f"`{each}`" for each in choices)
    known = f"its verdicts have {shown}" if shown else "its verdicts have nothing but a state"
    findings.error(
        "no-such-figure",
        message,
        place.span,
        "never there",
        help=f"did you mean `{near}`? {known}" if near is not None else known,
    )
    return False
