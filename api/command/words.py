"""Numbers, times and verdicts in the words of a service level manager; nothing is rounded across a bound."""

from fractions import Fraction
from zoneinfo import ZoneInfo

from engine.model.decimals import decimal_text, exact_text, number_text
from engine.model.dependency import Exposure
from engine.model.instants import iso_text, moment_of
from engine.model.obligation import Citation
from engine.model.quantity import SECOND, Bound, Dimension, Instant, Money, Unit
from engine.model.verdict import Due, Exact, Flag, InWindow, Measured, Occasion, Range, State, Verdict
from engine.model.viability import Figure, Finding, Prospect

MOST_PLACES = 12
_SECOND = Fraction(SECOND)


def number_words(value: Fraction, *, size: Fraction, bound: Bound | None, fewest: int = 3) -> str:
    """A decimal that stays on its side of the bound, and is not 0, 100% or the bound unless it is exactly so.

    >>> number_words(Fraction(99999999, 10**8), size=Fraction(1, 100), bound=None)
    '99.999999'
    """
    landmarks = {Fraction(0), Fraction(1)} | ({bound.value} if bound else set[Fraction]())
    text = ""
    for places in range(fewest, MOST_PLACES + 1, 3):
        text = decimal_text(value, places=places, bound=bound, size=size)
        if Fraction(text) * size == value or Fraction(text) * size not in landmarks:
            break
    whole, point, digits = text.partition(".")
    digits = digits.rstrip("0")
    grouped = f"{int(whole):,}" if whole.lstrip("-").strip("0") else whole
    return f"{grouped}.{digits}" if point and digits else grouped


def length_words(length: Fraction, bound: Bound | None = None) -> str:
    """A length of time in hours, minutes and seconds.

    >>> length_words(Fraction(95_400_000_000))
    '26 h 30 min'
    """
    seconds = abs(length) / SECOND
    if length.denominator != 1:  # a mean; a counted length is whole microseconds and is shown as it is
        seconds = Fraction(number_words(abs(length), size=_SECOND, bound=bound).replace(",", ""))
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{hours:,} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes)
    parts += [f"{exact_text(seconds)} s"] * bool(seconds or not parts)
    return ("-" if length < 0 else "") + " ".join(parts)


def quantity_words(value: Fraction, unit: Unit, bound: Bound | None = None) -> str:
    """A value with its unit."""
    match unit.dimension:
        case Dimension.RATIO:
            return f"{number_words(value, size=Fraction(1, 100), bound=bound)}%"
        case Dimension.TIME:
            return length_words(value, bound)
        case Dimension.CALENDAR_DAYS | Dimension.BUSINESS_DAYS:
            name = unit.name.removesuffix("s") if value == 1 else unit.name
            return f"{number_words(value, size=Fraction(1), bound=bound)} {name}"
        case Dimension.MONEY:
            whole, _, digits = number_words(value, size=Fraction(1), bound=bound).partition(".")
            return f"{unit.name} {whole}.{digits:0<2}"
        case Dimension.COUNT | Dimension.NUMBER:
            return number_words(value, size=Fraction(1), bound=bound)


def money_words(amount: Money) -> str:
    """An amount as it is."""
    return f"{amount.currency} {amount.amount:,}"


def measured_words(measured: Measured, bound: Bound | None) -> str:
    """What was measured, or both ends of what it may still become (S5.7)."""
    match measured:
        case Exact(value=value, unit=unit):
            return quantity_words(value, unit, bound)
        case Range(low=low, high=high, unit=unit):
            return f"between {quantity_words(low, unit, bound)} and {quantity_words(high, unit, bound)}"


def bound_words(bound: Bound) -> str:
    """The bound in the author's own unit."""
    ends = [bound.value] if bound.upper is None else [bound.value, bound.upper]
    return f"{bound.comparison.value} {' and '.join(_end_words(end, bound.unit) for end in ends)}"


def _end_words(end: Fraction, unit: Unit) -> str:
    if unit.dimension is not Dimension.TIME:
        return quantity_words(end, unit)
    count = end / unit.size
    return f"{exact_text(count)} {unit.name.removesuffix('s') if count == 1 else unit.name}"


def shortfall_words(verdict: Verdict) -> str | None:
    """By how much the value misses its bound, if it does."""
    margin, bound = verdict.margin, verdict.bound
    if margin is None or bound is None or margin >= 0:
        return None
    assert isinstance(verdict.measured, Exact)
    word = "short" if bound.side(verdict.measured.value) < 0 else "over"
    if bound.unit.dimension is Dimension.RATIO:
        return f"{word} by {number_words(-margin, size=Fraction(1, 100), bound=None)} points"
    return f"{word} by {quantity_words(-margin, bound.unit)}"


def instant_words(instant: Instant, zone: str) -> str:
    """Civil time in a zone; the offset only where that civil time occurs twice.

    >>> instant_words(0, "Europe/Berlin")
    '1970-01-01 01:00'
    """
    moment, where = moment_of(instant), ""
    try:
        moment = moment.astimezone(ZoneInfo(zone))
    except OverflowError:  # the first and the last day that there is
        where = " UTC"
    text = f"{moment.year:04}-{moment:%m-%d %H:%M}"
    if moment.second or moment.microsecond:
        text += f":{moment:%S}" + (f".{moment.microsecond:06}" if moment.microsecond else "")
    earlier, later = (moment.replace(fold=fold).utcoffset() for fold in (0, 1))
    return text + (where if earlier == later else f"{moment:%z}")


def due_words(due: Due, zone: str) -> str:
    """The deadline as a day where it is one, else as a time, with a later last moment (S4.1, S4.2)."""
    if due.date is not None and not due.inclusive and _ends_its_day(due, zone):
        return f"through {due.date.isoformat()}"
    text = ("by " if due.inclusive else "before ") + instant_words(due.at, zone)
    if due.last_moment is not None:
        text += f" (last moment {instant_words(due.last_moment, zone)})"
    return text


def _ends_its_day(due: Due, zone: str) -> bool:
    """Whether the deadline ends with its day in this zone; else only its instant tells."""
    last, first = instant_words(due.at - 1, zone), instant_words(due.at, zone)
    return due.date is not None and last[:10] == due.date.isoformat() < first[:10]


def occasion_words(occasion: Occasion, zone: str) -> str:
    """The window's label, or the trigger with its time."""
    if isinstance(occasion, InWindow):
        return occasion.label
    return f"{occasion.kind} {occasion.key} of {instant_words(occasion.at, zone)}"


def late_words(verdict: Verdict) -> str | None:
    """How late, on the clock of the limit (S4.7)."""
    if verdict.late_by is None or verdict.late_unit is None:
        return None
    return f"late by {quantity_words(verdict.late_by, verdict.late_unit)}"


def clause_words(clause: Citation) -> str:
    """Document, section and the words themselves, where any are cited."""
    place = f"{clause.document} {clause.section}"
    return f"{place} “{clause.words}”" if clause.words else place


def counts_words(verdict: Verdict) -> str:
    """The lengths and numbers behind a figure, those that are not nothing and not said by it."""
    said: list[str] = []
    for name, count in verdict.counts.items():
        length = length_words(Fraction(count))
        match name:
            case "records" | "buckets":
                said.append(plural(count, name.removesuffix("s")))
            case "open" | "misses" | "excepted" | "empty":
                said += [f"{count:,} {name.replace('misses', 'missed')}"] * bool(count)
            case "oldest_open":
                said.append(f"the oldest for {length}")
            case "denominator":
                said += [f"out of {length}"] * (count != verdict.counts.get("agreed"))
            case "counted" | "allowed":
                said += [f"{name} {length}"] * (verdict.late_by is None)
            case _:
                said += [f"{name} {length}"] * bool(count)
    return ", ".join(said)


def state_words(verdict: Verdict) -> str:
    """The state as one reads it aloud."""
    at_risk = Flag.AT_RISK in verdict.flags and verdict.state in (State.PENDING, State.MET)
    return verdict.state.value.lower().replace("_", " ") + (" and at risk" if at_risk else "")


def plural(count: int, noun: str) -> str:
    """`1 verdict`, `2 verdicts`.

    >>> plural(2, "verdict"), plural(1, "policy")
    ('2 verdicts', '1 policy')
    """
    if count == 1:
        return f"{count} {noun}"
    return f"{count:,} {noun[:-1]}ies" if noun.endswith("y") else f"{count:,} {noun}s"


def unpromised_words(prospect: Prospect) -> str | None:
    """Which parts are taken never to fail; none where all are promised, or nothing is."""
    unpromised = [each.name for each in prospect.beneath if each.availability is None]
    if not unpromised or prospect.bound is None:
        return None
    return f"taken never to fail, because nobody promises them: {', '.join(unpromised)}"


def exposure_words(exposure: Exposure) -> str:
    """The most that is at risk under an agreement, or why none is known."""
    if exposure.amount is not None:
        return f"at most {money_words(exposure.amount)}"
    return f"{exposure.currency} without end" if exposure.unbounded else f"{exposure.currency}, not known"


def finding_words(finding: Finding) -> str:
    """How grave it is, what is too weak beneath, and for what: `broken[above-ceiling]: …`."""
    return f"{finding.gravity.value}[{finding.kind.value}]: {finding.message}"


def finding_figures_words(finding: Finding) -> str:
    """The figures of a finding: `promised 99%, at worst 98%`."""
    return ", ".join(map(_figure, finding.figures))


def _figure(figure: Figure) -> str:
    number = number_text(figure.value, figure.unit.size)
    return f"{figure.name} {number}{'' if figure.unit.name == '%' else ' '}{figure.unit.name}"


def day_words(at: Instant) -> str:
    """An instant; a day where it is the beginning of one in UTC."""
    return iso_text(at).removesuffix("T00:00:00Z")
