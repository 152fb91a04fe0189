"""A stretch of a file's column to encoded values: all at once, and one by one where that fails (S1.1, S2.1).

What is done here for whole columns must give what `text_to_value` gives for each value; where it cannot tell,
it leaves the value to that.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow
import pyarrow.compute as compute

from engine.facts.local_time import local_text, plain_offset
from engine.facts.spelling import shown
from engine.facts.text_to_value import (
    LARGEST,
    NO,
    YES,
    Reading,
    Refusal,
    bad,
    in_reach,
    local_instant,
    parse,
)
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
from engine.model.instants import EARLIEST, LATEST
from engine.model.quantity import DAY
from engine.store.encoding import Encoded

_TICKS = {"s": (1_000_000, 1), "ms": (1_000, 1), "us": (1, 1), "ns": (1, 1_000)}
"""Microseconds of a tick of each unit, as numerator and denominator."""

_WITH_OFFSET = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)$"
_WITHOUT_OFFSET = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?$"
_DATE = r"^\d{4}-\d\d-\d\d$"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Encoded values (an Arrow array) and, by place, why some are null though the file has a value."""

    values: Any
    refused: Mapping[int, Refusal]


def arrow_type(type: FieldType) -> Any:
    """The Arrow type of a column of encoded values."""
    match type:
        case TextType() | OneOfType() | ReferenceType():
            return pyarrow.string()
        case YesNoType():
            return pyarrow.bool_()
        case DateType():
            return pyarrow.int32()
        case _:
            return pyarrow.int64()


def accepts(type: FieldType, arrow: Any, decimals: int | None) -> str | None:
    """Why a column of an Arrow type cannot be read as a field's type, or None where it can."""
    kinds = pyarrow.types
    if kinds.is_dictionary(arrow):
        return accepts(type, arrow.value_type, decimals)
    if kinds.is_null(arrow) or _is_text(arrow):
        return None
    match type:
        case NumberType() | MoneyType():
            if kinds.is_floating(arrow) and decimals is None:
                return "holds binary floating-point numbers, which are exact only as far as a feed says"
            fits = kinds.is_integer(arrow) or kinds.is_decimal(arrow) or kinds.is_floating(arrow)
        case TextType() | OneOfType() | ReferenceType():
            fits = kinds.is_integer(arrow)
        case DurationType():
            fits = kinds.is_duration(arrow)
        case InstantType():
            fits = kinds.is_timestamp(arrow)
        case DateType():
            fits = kinds.is_date(arrow)
        case YesNoType():
            fits = kinds.is_boolean(arrow)
    return None if fits else f"is of type {arrow}"


def encode_array(array: Any, reading: Reading) -> Column:
    """The encoded values of an Arrow array whose type is accepted."""
    kinds = pyarrow.types
    if kinds.is_dictionary(array.type):
        array = array.dictionary_decode()
    if kinds.is_timestamp(array.type) or kinds.is_duration(array.type):
        return _encode_ticks(array, reading)
    if kinds.is_boolean(array.type) and isinstance(reading.type, YesNoType):
        return Column(values=array, refused={})
    if kinds.is_date(array.type):
        return Column(values=array.cast(pyarrow.date32()).cast(pyarrow.int32()), refused={})
    # Numbers go as the shortest text that means them, so that one rule reads them all.
    texts = array.cast(pyarrow.string())
    words = reading.words
    if words:
        ours = compute.index_in(texts, pyarrow.array(list(words), pyarrow.string()))
        texts = compute.coalesce(pyarrow.array(list(words.values()), pyarrow.string()).take(ours), texts)
    return _mend(texts, _encode_texts(texts, reading), lambda text: parse(text, reading))


def _is_text(arrow: Any) -> bool:
    kinds = pyarrow.types
    return kinds.is_string(arrow) or kinds.is_large_string(arrow) or kinds.is_string_view(arrow)


def _mend(given: Any, encoded: Any, read: Callable[[Any], Encoded | Refusal]) -> Column:
    """Fill what is given but not encoded by reading each such value once."""
    lacking = compute.and_(given.is_valid(), encoded.is_null())
    if not compute.any(lacking).as_py():
        return Column(values=encoded, refused={})
    known: dict[Any, Encoded | Refusal] = {}
    values: list[Encoded] = []
    refused: dict[int, Refusal] = {}
    places = compute.indices_nonzero(lacking).to_pylist()
    for place, value in zip(places, given.filter(lacking).to_pylist(), strict=True):
        if value not in known:
            known[value] = read(value)
        found = known[value]
        if isinstance(found, Refusal):
            refused[place] = found
        values.append(None if isinstance(found, Refusal) else found)
    mended = compute.replace_with_mask(encoded, lacking, pyarrow.array(values, encoded.type))
    return Column(values=mended, refused=refused)


def _encode_texts(texts: Any, reading: Reading) -> Any:
    """Encoded values for the texts of the plainest spelling, null for all others."""
    match reading.type:
        case TextType():
            return texts
        case ReferenceType():
            return texts if reading.among is None else _only(texts, reading.among)
        case OneOfType(values=values):
            return _only(texts, values)
        case YesNoType():
            yes = compute.is_in(texts, pyarrow.array(sorted(YES)))
            return compute.if_else(compute.is_in(texts, pyarrow.array(sorted(YES | NO))), yes, None)
        case DateType():
            days = _cast(_matching(texts, _DATE), pyarrow.date32())
            return days.cast(pyarrow.int32())
        case InstantType():
            exact = _cast(_matching(texts, _WITH_OFFSET), pyarrow.timestamp("us", "UTC"))
            local = _cast(_matching(texts, _WITHOUT_OFFSET), pyarrow.timestamp("us"))
            return compute.coalesce(
                _reachable(exact.cast(pyarrow.int64())),
                _encode_local(local.cast(pyarrow.int64()), reading),
            )
        case NumberType():
            return _encode_numbers(texts, reading)
        case MoneyType(currency=currency):
            return _encode_numbers(compute.replace_substring_regex(texts, f"^{currency} ", ""), reading)
        case DurationType():
            return pyarrow.nulls(len(texts), pyarrow.int64())


def _only(texts: Any, among: Any) -> Any:
    """The texts that are among the names."""
    return compute.if_else(compute.is_in(texts, pyarrow.array(sorted(among), pyarrow.string())), texts, None)


def _matching(texts: Any, pattern: str) -> Any:
    """The texts that match a pattern."""
    return compute.if_else(compute.match_substring_regex(texts, pattern), texts, None)


def _cast(texts: Any, type: Any) -> Any:
    """The texts cast, or nulls if Arrow can make nothing of one of them."""
    try:
        return texts.cast(type)
    except pyarrow.ArrowInvalid:
        return pyarrow.nulls(len(texts), type)


def _encode_numbers(texts: Any, reading: Reading) -> Any:
    """The whole numbers of their last decimal."""
    assert isinstance(reading.type, NumberType | MoneyType)
    if reading.type.decimals > 17:
        return pyarrow.nulls(len(texts), pyarrow.int64())
    fraction = rf"(\.\d{{1,{reading.places}}})?" if reading.places else ""
    # Eighteen digits fit whatever they are; the few numbers that are longer are read one by one.
    plain = _matching(texts, rf"^[+-]?\d{{1,{18 - reading.type.decimals}}}{fraction}$")
    scaled = _cast(plain, pyarrow.decimal128(38, reading.type.decimals))
    # A decimal is stored as the very number that is wanted: the same bytes, read without their point.
    digits = pyarrow.Array.from_buffers(
        pyarrow.decimal128(38, 0), len(scaled), scaled.buffers(), offset=scaled.offset
    )
    return digits.cast(pyarrow.int64())


def _reachable(instants: Any) -> Any:
    """The instants that a clock is known for."""
    inside = compute.and_(compute.greater_equal(instants, EARLIEST), compute.less(instants, LATEST))
    return compute.if_else(inside, instants, None)


def _encode_local(local: Any, reading: Reading) -> Any:
    """Instants for the local times of days without a change of the clocks."""
    if reading.zone is None:
        return pyarrow.nulls(len(local), pyarrow.int64())
    local = _reachable(local)
    days = compute.divide(local, DAY)
    among = compute.unique(days.drop_null())
    offsets = [plain_offset(day, reading.zone) for day in among.to_pylist()]
    offset = pyarrow.array(offsets, pyarrow.int64()).take(compute.index_in(days, among))
    return _reachable(compute.subtract(local, offset))


def _encode_ticks(array: Any, reading: Reading) -> Column:
    """Microseconds for timestamps and durations of any unit; a part of a microsecond is refused."""
    unit = array.type.unit
    per, parts = _TICKS[unit]
    lasts = pyarrow.types.is_duration(array.type)
    is_local = not lasts and array.type.tz is None

    def read(tick: int) -> Encoded | Refusal:
        microseconds, rest = divmod(tick * per, parts)
        written = f"{tick} {unit}"
        if rest:
            return bad(f"{shown(written)} has a part of a microsecond")
        if lasts:
            is_length = 0 <= microseconds <= LARGEST
            return microseconds if is_length else bad(f"{shown(written)} is no length of time")
        if EARLIEST <= microseconds < LATEST:
            written = local_text(microseconds) + ("" if is_local else "Z")
        return local_instant(microseconds, written, reading) if is_local else in_reach(microseconds, written)

    ticks = array.cast(pyarrow.int64())
    # Small enough that no product here leaves 64 bits; what is larger is read one by one.
    bound = min(LARGEST, LATEST * parts) // per
    plain = compute.and_(compute.greater_equal(ticks, 0), compute.less_equal(ticks, bound))
    plain = compute.and_(plain, compute.equal(compute.multiply(compute.divide(ticks, parts), parts), ticks))
    microseconds = compute.divide(compute.multiply(compute.if_else(plain, ticks, None), per), parts)
    if not lasts:
        microseconds = _encode_local(microseconds, reading) if is_local else _reachable(microseconds)
    return _mend(ticks, microseconds, read)
