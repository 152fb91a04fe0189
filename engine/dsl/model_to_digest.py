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

Shared: TypeAlias = dict[int, str]


def digest(model: object) -> str:
    """The sha256, in hexadecimal, of a model noun or of nested tuples and mappings of nouns.

    What is never compared (spans) is left out; mappings count by their keys, not by their order.
    """
    return sha256(_canonical(model, {}).encode()).hexdigest()


def _canonical(value: object, shared: Shared) -> str:
    """One text for each meaning: every part bears its type, and every text its length."""
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case Enum():
            return f"{type(value).__name__}.{value.name}"
        case str():
            return f"{len(value)}:{value}"
        case int() | Fraction() | Decimal():
            # 1.5 and 1.50 are one number, whoever wrote them.
            return f"{type(value).__name__} {Fraction(value)}"
        case date():
            return value.isoformat()
        case tuple():
            parts = cast(tuple[object, ...], value)
            return f"({','.join(_canonical(part, shared) for part in parts)})"
        case frozenset():
            members = cast(frozenset[object], value)
            return f"{{{','.join(sorted(_canonical(member, shared) for member in members))}}}"
        case Mapping():
            entries = cast(Mapping[object, object], value)
            pairs = sorted((_canonical(k, shared), _canonical(v, shared)) for k, v in entries.items())
            return f"[{','.join(f'{key}={entry}' for key, entry in pairs)}]"
        case WeeklyCalendar() | CommonDaysCalendar() | CombinedCalendar():
            # One calendar stands behind many obligations, with the holidays of 71 years in it.
            if id(value) not in shared:
                shared[id(value)] = sha256(_fields(value, shared).encode()).hexdigest()
            return shared[id(value)]
        case _:
            return _fields(value, shared)


def _fields(noun: object, shared: Shared) -> str:
    names = _compared(type(noun))
    parts = ",".join(f"{name}={_canonical(getattr(noun, name), shared)}" for name in names)
    return f"{type(noun).__name__}({parts})"


@cache
def _compared(kind: type) -> tuple[str, ...]:
    if not is_dataclass(kind):
        raise TypeError(f"{kind} is no noun of the model")
    return tuple(field.name for field in fields(kind) if field.compare)
