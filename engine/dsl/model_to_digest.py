"""The version of a policy set: a digest of the canonical model, so that formatting keeps it (S2.6)."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import cache
from hashlib import sha256
from typing import TypeAlias, cast

from engine.model.calendar import CombinedCalendar, CommonDaysCalendar, WeeklyCalendar

CALENDARS = (WeeklyCalendar, CommonDaysCalendar, CombinedCalendar)

Written: TypeAlias = dict[int, str]
"""The text of each noun by its identity: many nouns stand in the model more than once."""


def digest(model: object) -> str:
    """The sha256, in hexadecimal, of a model noun or of nested tuples and mappings of nouns.

    What is never compared (spans) is left out; mappings count by their keys, not by their order.
    """
    return sha256(_canonical(model, {}).encode()).hexdigest()


def _canonical(value: object, written: Written) -> str:
    """One text for each meaning: every part bears its type, and every text its length."""
    kind = type(value)
    if kind is str:
        text = cast(str, value)
        return f"{len(text)}:{text}"
    if kind is tuple:
        parts = cast(tuple[object, ...], value)
        return f"({','.join([_canonical(part, written) for part in parts])})"
    if is_dataclass(kind):
        if (known := written.get(id(value))) is None:
            known = written[id(value)] = _noun(value, kind, written)
        return known
    return _plain(value, written)


def _noun(value: object, kind: type, written: Written) -> str:
    parts = [f"{name}={_canonical(getattr(value, name), written)}" for name in _compared(kind)]
    text = f"{kind.__name__}({','.join(parts)})"
    # A calendar stands behind many obligations, with the holidays of 71 years in it.
    return sha256(text.encode()).hexdigest() if isinstance(value, CALENDARS) else text


def _plain(value: object, written: Written) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case Enum():
            return f"{type(value).__name__}.{value.name}"
        case int() | Fraction() | Decimal():
            # 1.5 and 1.50 are one number, whoever wrote them.
            return f"{type(value).__name__} {Fraction(value)}"
        case date():
            return value.isoformat()
        case frozenset():
            members = cast(frozenset[object], value)
            return f"{{{','.join(sorted(_canonical(member, written) for member in members))}}}"
        case Mapping():
            entries = cast(Mapping[object, object], value)
            pairs = sorted((_canonical(k, written), _canonical(v, written)) for k, v in entries.items())
            return f"[{','.join(f'{key}={entry}' for key, entry in pairs)}]"
        case _:
            raise TypeError(f"{type(value)} is no noun of the model")


@cache
def _compared(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.compare)
