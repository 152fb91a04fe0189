"""`for each`: one verdict for each combination of values, and bounds that hang on them (S6.6)."""

from dataclasses import dataclass
from typing import TypeAlias

from engine.model.expression import Selection
from engine.model.quantity import Bound

Combination: TypeAlias = tuple[tuple[str, str], ...]
"""The value of each field, in the order in which the policy names the fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """`for each region, class`: the fields, and whose values count.

    `declared` are all combinations of the values that the policy declares; with a `register` it is empty, and
    the combinations are those of its facts that are in use in the window. A fact of a kind that has one of
    the fields is read for the combination whose value it bears; a kind that has none is read for all.
    Of a duty, a register is asked at the instant of the trigger. With `of_triggers` it is the trigger's own
    kind, and every occasion has the combination that it bears.
    """

    fields: tuple[str, ...]
    declared: tuple[Combination, ...]
    register: Selection | None
    of_triggers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundTable:
    """`requires by class { … }`: the bound that the value of a field of the combination chooses."""

    field: str
    bounds: tuple[tuple[str, Bound], ...]

    def bound_of(self, combination: Combination) -> Bound:
        """The bound of one combination; there is a row for each declared value."""
        value = dict(combination)[self.field]
        return dict(self.bounds)[value]


def subject_text(subject: str, combination: Combination) -> str:
    """The subject of a verdict with its combination (S7.4).

    >>> subject_text("s3", (("region", "eu"), ("class", "standard")))
    's3 (region eu, class standard)'
    """
    said = ", ".join(f"{field} {value}" for field, value in combination)
    return f"{subject} ({said})" if said else subject
