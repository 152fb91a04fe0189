"""One cell's text to the value that its column holds, exactly, or to the reason why not (S1.1, S2.1)."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import assert_never
from zoneinfo import ZoneInfo

from engine.facts.local_time import Unclear, microseconds_of, resolve_local
from engine.facts.spelling import meant, shown
from engine.model.fact import (
    DateType,
    DurationType,
    FieldType,
    InstantType,
    MoneyType,
    NumberType,
    OneOfType,
    ReferenceType,
    TextType,
    YesNoType,
)
from engine.model.feed import LocalTime
from engine.model.instants import EARLIEST, LATEST
from engine.model.quantity import HOUR, MINUTE, SECOND, Instant, Microseconds
from engine.store.encoding import Encoded, encode

LARGEST = 2**63 - 1
"""What a column of integers can hold, either side of 0."""

INSTANT = re.compile(
    r"(?P<local>\d{4}-\d\d-\d\d[Tt ](?:[01]\d|2[0-3]):\d\d(?::\d\d)?)(?:[.,](?P<fraction>\d+))?"
    r"(?P<offset>[Zz]|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII,
)
NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
MONEY = re.compile(r"(?:(?P<currency>[A-Z]{3}) )?(?P<amount>.*)", re.ASCII | re.DOTALL)
DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
ISO_DURATION = re.compile(
    r"P(?P<days>[\d.YMWD]*)(?:T(?=.)(?:(?P<hours>\d+(?:\.\d+)?)H)?(?:(?P<minutes>\d+(?:\.\d+)?)M)?"
    r"(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?",
    re.ASCII,
)
WORDED_DURATION = re.compile(
    r"(?! )(?:(?P<hours>\d+(?:\.\d+)?) hours?)?(?:(?:^| )(?P<minutes>\d+(?:\.\d+)?) minutes?)?"
    r"(?:(?:^| )(?P<seconds>\d+(?:\.\d+)?) seconds?)?",
    re.ASCII,
)
YES = frozenset({"yes", "true"})
NO = frozenset({"no", "false"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a value is not admitted: a slug, and a reason that shows the value."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a column is read. `zone` is that of local times; `decimals` is the most that a float may show;
    `among` are the names that a reference may bear, where they are declared ones. `words` are the source's
    own for values of ours: turned into them before a text is read, and shown where one is refused."""

    type: FieldType
    zone: ZoneInfo | None = None
    local_time: LocalTime = LocalTime.REFUSE
    decimals: int | None = None
    among: Collection[str] | None = None
    words: Mapping[str, str] = field(default_factory=dict[str, str], hash=False)

    @property
    def places(self) -> int:
        """How many decimals a number may have: those of its type, or fewer where a float shows fewer."""
        assert isinstance(self.type, NumberType | MoneyType)
        return self.type.decimals if self.decimals is None else min(self.decimals, self.type.decimals)


def parse(text: str, reading: Reading) -> Encoded | Refusal:
    """The encoded value of a text, or why it has none. Nothing is trimmed, guessed or rounded."""
    match reading.type:
        case TextType():
            return text
        case NumberType():
            return _number(text, text, reading)
        case MoneyType(currency=currency):
            found = MONEY.fullmatch(text)
            assert found is not None, "the amount may be any text"
            if found["currency"] not in (None, currency):
                return bad(f"{shown(text)} is not in {currency}")
            return _number(text, found["amount"], reading)
        case DurationType():
            return _duration(text)
        case InstantType():
            return _instant(text, reading)
        case DateType():
            return _date(text)
        case YesNoType():
            word = text.lower()
            return word in YES if word in YES | NO else bad(f"{shown(text)} is neither yes nor no")
        case OneOfType(values=values):
            if text in values:
                return text
            known = [*reading.words, *(value for value in values if value not in reading.words.values())]
            return bad(f"{shown(text)} is none of {_listed(known)}", text, known)
        case ReferenceType(to=to):
            if reading.among is None or text in reading.among:
                return text
            hint = meant(text, reading.among)
            reason = f"no {to} is named {shown(text)}" + (f"; {hint}" if hint else "")
            return Refusal(code="unknown-reference", reason=reason)
        case _:
            assert_never(reading.type)


def in_reach(instant: Instant, text: str) -> Instant | Refusal:
    """The instant, unless no clock is known for it; `text` is how it was written."""
    if instant < EARLIEST:
        return bad(f"{shown(text)} lies before 1970")
    if instant >= LATEST:
        return bad(f"{shown(text)} lies after 2199; an end that is still open is left empty")
    return instant


def local_instant(local: Microseconds, text: str, reading: Reading) -> Instant | Refusal:
    """The instant of a local time in the feed's zone; `text` is how it was written (S2.1)."""
    if reading.zone is None:
        return bad(f"{shown(text)} has no offset from UTC, and no feed names its zone")
    # The outermost days of the calendar have no neighbours to hold an offset against.
    if not EARLIEST <= local < LATEST:
        return in_reach(local, text)
    found = resolve_local(local, reading.zone, reading.local_time)
    if isinstance(found, Unclear):
        return Refusal(code="unclear-local-time", reason=f"{shown(text)} {found.why}")
    return in_reach(found, text)


def _instant(text: str, reading: Reading) -> Instant | Refusal:
    found = INSTANT.fullmatch(text)
    if found is None:
        example = "2025-03-31T10:00:00Z" if reading.zone is None else "2025-03-31 10:00"
        return bad(f"{shown(text)} is no instant; write one as {example}")
    fraction = (found["fraction"] or "").rstrip("0")
    if len(fraction) > 6:
        return bad(f"{shown(text)} has a part of a microsecond")
    try:
        local = datetime.fromisoformat(found["local"])
    except ValueError:
        return bad(f"{shown(text)} names no day or time that there is")
    microseconds = microseconds_of(local) + int(fraction.ljust(6, "0"))
    offset = found["offset"]
    if offset is None:
        return local_instant(microseconds, text, reading)
    if offset in "Zz":
        return in_reach(microseconds, text)
    hours, minutes = int(offset[1:3]), int(offset[3:].removeprefix(":") or 0)
    if hours > 23 or minutes > 59:
        return bad(f"{shown(text)} has no offset that there is")
    ahead = hours * HOUR + minutes * MINUTE
    return in_reach(microseconds - (ahead if offset[0] == "+" else -ahead), text)


def _number(text: str, digits: str, reading: Reading) -> int | Refusal:
    if not NUMBER.fullmatch(digits):
        return bad(f"{shown(text)} is no number")
    number = Decimal(digits)
    if number and number.adjusted() > 18:
        return bad(f"{shown(text)} is too large")
    # Trailing zeros are taken off by hand: Decimal's own normalize would round.
    _, places, exponent = number.as_tuple()
    assert isinstance(exponent, int), "the digits spell a finite number"
    zeros = len(places) - len("".join(map(str, places)).rstrip("0"))
    if number and -(exponent + zeros) > reading.places:
        return bad(f"{shown(text)} has more than {reading.places} decimals")
    scaled = encode(Fraction(number or 0), reading.type)
    assert isinstance(scaled, int)
    return scaled if abs(scaled) <= LARGEST else bad(f"{shown(text)} is too large")


def _duration(text: str) -> Microseconds | Refusal:
    found = ISO_DURATION.fullmatch(text) or (WORDED_DURATION.fullmatch(text) if text else None)
    if found is None or text == "P":
        return bad(f"{shown(text)} is no duration; write one as PT4H30M or as 4 hours 30 minutes")
    if found.re is ISO_DURATION and found["days"]:
        return bad(f"{shown(text)} counts days, which are not all of one length; write hours")
    length = sum(
        Fraction(found[name] or 0) * size
        for name, size in (("hours", HOUR), ("minutes", MINUTE), ("seconds", SECOND))
    )
    length = Fraction(length)
    if length.denominator != 1:
        return bad(f"{shown(text)} has a part of a microsecond")
    return length.numerator if length <= LARGEST else bad(f"{shown(text)} is too large")


def _date(text: str) -> Encoded | Refusal:
    if not DATE.fullmatch(text):
        return bad(f"{shown(text)} is no date; write one as 2025-03-31")
    try:
        return encode(date.fromisoformat(text), DateType())
    except ValueError:
        return bad(f"{shown(text)} names no day that there is")


def bad(reason: str, found: str = "", known: Collection[str] = ()) -> Refusal:
    """A value that is there and cannot be read, with the known name that it may have meant."""
    hint = meant(found, known)
    return Refusal(code="bad-value", reason=f"{reason}; {hint}" if hint else reason)


def _listed(values: Collection[str]) -> str:
    return ", ".join(f"`{value}`" for value in values)
