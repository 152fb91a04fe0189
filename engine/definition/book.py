"""The facts as they read at `as of`, and the part of them that one promise reads (S2.5, S2.7)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from engine.model.expression import AllOf, Compare, Condition, FieldOf, Relation
from engine.model.fact import Fact, FactKind, FactValue, Field, InstantType, Lasts
from engine.model.partition import Combination
from engine.model.quantity import Instant


def id_of(fact: Fact) -> str:
    """`kind:key`, the name of a fact in evidence."""
    return f"{fact.kind}:{fact.key}"


def seen(fact: Fact, kind: FactKind, as_of: Instant) -> Fact | None:
    """The fact as it reads at `as of`; None where it is unseen (S2.5).

    Unseen: its instant or start is later. A later end, or a later instant in any field, reads as absent.
    A field declared `planned` may lie ahead. Matrix fields follow from the fields that are fed.
    """
    values: dict[str, FactValue] = dict(fact.values)
    for each in kind.fields:
        value = values.setdefault(each.name, None)
        if isinstance(each.type, InstantType) and not each.planned and isinstance(value, int):
            values[each.name] = value if value <= as_of else None
    if values[kind.start_field] is None:
        return None
    for matrix in kind.matrices:
        cell = values[matrix.row_field], values[matrix.column_field]
        values[matrix.field] = matrix.cells.get((str(cell[0]), str(cell[1])))
    return Fact(kind=fact.kind, key=fact.key, values=values, recorded_at=fact.recorded_at)


@dataclass(slots=True, kw_only=True)
class Book:
    """Every fact that is seen at `as of`."""

    kinds: Mapping[str, FactKind]
    facts: Mapping[str, Sequence[Fact]]
    as_of: Instant
    visible: dict[str, list[Fact]] = field(default_factory=dict[str, list[Fact]])
    readings: dict[tuple[frozenset[str], Combination], "Reading"] = field(
        default_factory=dict[tuple[frozenset[str], Combination], "Reading"]
    )

    def kind(self, name: str) -> list[Fact]:
        """The facts of a kind that are seen, in order of instant or start, then key."""
        if name not in self.visible:
            kind = self.kinds.get(name)
            fed = () if kind is None else self.facts.get(name, ())
            known = [fact for each in fed if kind and (fact := seen(each, kind, self.as_of))]
            self.visible[name] = sorted(known, key=lambda each: (self.at(each), each.key))
        return self.visible[name]

    def at(self, fact: Fact) -> Instant:
        """The fact's instant, or the start of its period."""
        value = fact.values[self.kinds[fact.kind].start_field]
        assert isinstance(value, int), f"{id_of(fact)} is seen without its instant"
        return value

    def lasts(self, kind: str) -> bool:
        """Whether facts of a kind last, and do not just happen."""
        return isinstance(self.kinds[kind].timing, Lasts)

    def ended_at(self, fact: Fact) -> Instant | None:
        """The end of a period, absent while it is open or for a kind that has only an instant."""
        timing = self.kinds[fact.kind].timing
        value = fact.values[timing.end] if isinstance(timing, Lasts) else None
        return value if isinstance(value, int) else None

    def reading(self, subjects: Iterable[str], combination: Combination = ()) -> "Reading":
        """What a promise about `subjects` reads, for one combination of values."""
        about = frozenset(subjects)
        reading = Reading(book=self, subjects=about, combination=combination)
        return self.readings.setdefault((about, combination), reading)


@dataclass(slots=True, kw_only=True)
class Reading:
    """The facts whose `about` is one of the subjects; a kind without `about` is read whole (S2.7).

    Of a kind that has a field of the combination, those that bear its value (S6.6).
    """

    book: Book
    subjects: frozenset[str]
    combination: Combination = ()
    read: dict[str, list[Fact]] = field(default_factory=dict[str, list[Fact]])
    by_value: dict[tuple[str, str], dict[FactValue, list[Fact]]] = field(
        default_factory=dict[tuple[str, str], dict[FactValue, list[Fact]]]
    )

    @property
    def as_of(self) -> Instant:
        """What time it is."""
        return self.book.as_of

    def kind(self, name: str) -> list[Fact]:
        """The facts of a kind that are read, in order of instant or start, then key."""
        if name not in self.read:
            kind = self.book.kinds.get(name)
            about = None if kind is None or not self.subjects else kind.about
            fields = [] if kind is None else [*kind.fields, *kind.matrices]
            named = {each.name if isinstance(each, Field) else each.field for each in fields}
            wanted = [(field, value) for field, value in self.combination if field in named]
            self.read[name] = [
                each
                for each in self.book.kind(name)
                if (about is None or each.values[about] in self.subjects)
                and all(each.values[field] == value for field, value in wanted)
            ]
        return self.read[name]

    def with_value(self, kind: str, named: str, value: FactValue) -> list[Fact]:
        """The facts of a kind whose field has the value or is absent, in their order."""
        index = self.by_value.get((kind, named))
        if index is None:
            index = self.by_value[kind, named] = {}
            for each in self.kind(kind):
                index.setdefault(each.values[named], []).append(each)
        found = [*index.get(value, ()), *(index.get(None, ()) if value is not None else ())]
        return sorted(found, key=lambda each: (self.book.at(each), each.key))

    def next_at(self, fact: Fact, same: str) -> Instant | None:
        """The instant of the next fact of the kind whose field is the same, in order of (instant, key)."""
        value = fact.values[same]
        if value is None:
            return None
        alike = [each for each in self.with_value(fact.kind, same, value) if each.values[same] == value]
        later = alike[[each.key for each in alike].index(fact.key) + 1 :]
        return self.book.at(later[0]) if later else None

    def candidates(self, kind: str, variable: str, where: Condition, bound: "Bindings") -> list[Fact]:
        """The facts of a kind that may satisfy a condition; the others make one of its equalities false."""
        for own, other in equalities(where):
            fact = bound.get(other.variable)
            if own.variable == variable != other.variable and isinstance(fact, Fact):
                key = fact.values[other.field]
                return self.kind(kind) if key is None else self.with_value(kind, own.field, key)
        return self.kind(kind)


Bindings = Mapping[str, Fact | str]
"""What the variables of a condition stand for: facts, or the label of an occasion window."""


def equalities(condition: Condition) -> Iterator[tuple[FieldOf, FieldOf]]:
    """The equalities of two fields, read both ways, that a condition cannot do without."""
    match condition:
        case Compare(relation=Relation.IS, left=FieldOf() as left, right=FieldOf() as right):
            yield left, right
            yield right, left
        case AllOf(of=all_of):
            for each in all_of:
                yield from equalities(each)
        case _:
            pass
