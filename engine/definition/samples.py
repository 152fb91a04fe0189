"""Samples as intervals: the samples of a bucket are added up, and a bad sum makes the bucket bad (S5.2)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.definition.book import Book, Reading
from engine.definition.calendars import open_time
from engine.definition.conditions import matching, truth, unknowns
from engine.definition.intervals import Stretch, merged, without
from engine.definition.periods import Spell
from engine.definition.windows import term_of
from engine.model.agreement import Agreement
from engine.model.fact import Fact, FactKind, FactValue, NumberType
from engine.model.measure import MissingData, Samples, Uptime
from engine.model.quantity import Instant, Microseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """What the samples say: bad buckets, proven or not, and the time of the hours that has none."""

    bad: list[Spell]
    gaps: list[Stretch]
    facts: int


def bucket_of(at: Instant, length: Microseconds) -> Instant:
    """The start of the bucket that holds an instant."""
    return at // length * length


def in_whole_buckets(reading: Reading, length: Microseconds) -> Reading:
    """What is read as of the end of the last bucket that is over: a later one may still turn."""
    book = reading.book
    over = Book(kinds=book.kinds, facts=book.facts, as_of=bucket_of(book.as_of, length))
    return over.reading(reading.subjects, reading.combination)


def read_samples(measure: Uptime, samples: Samples, agreement: Agreement, reading: Reading) -> Sampled:
    """Every bucket that may be bad, and what no sample covers, up to the last bucket that is over."""
    zone, kind = agreement.zone, reading.book.kinds[measure.outages.kind]
    buckets: dict[Instant, list[Fact]] = {}
    for match in matching(measure.outages, reading, {}, zone):
        buckets.setdefault(bucket_of(match.at, samples.length), []).append(match.fact)
    buckets = {start: facts for start, facts in buckets.items() if start < reading.as_of}
    bad: list[Spell] = []
    for start, facts in sorted(buckets.items()):
        total = added_up(kind, facts)
        bound = {measure.outages.variable: total}
        holds = truth(samples.is_bad, bound, zone, reading)
        if holds is not False:
            bad.append(
                Spell(
                    source=kind.name,
                    fact=total,
                    start=start,
                    end=start + samples.length,
                    proven=holds is True,
                    missing=tuple(sorted(set(unknowns(samples.is_bad, bound, zone, reading)))),
                )
            )
    gaps = gaps_between(sorted(buckets), measure, samples, agreement, reading.as_of)
    if samples.missing is not None:
        bad += missing_buckets(kind, gaps, samples.missing)
    return Sampled(bad=bad, gaps=gaps, facts=sum(len(facts) for facts in buckets.values()))


def added_up(kind: FactKind, facts: Sequence[Fact]) -> Fact:
    """One fact for a bucket: its numbers are sums, and it bears the first key of its samples."""
    values: dict[str, FactValue] = dict(facts[0].values)
    for field in kind.fields:
        if isinstance(field.type, NumberType):
            values[field.name] = sum((Fraction(fact.values[field.name]) for fact in facts), Fraction(0))  # type: ignore[arg-type]
    key = min(fact.key for fact in facts)
    return Fact(kind=kind.name, key=key, values={**values, kind.key: key}, recorded_at=None)


def gaps_between(
    starts: Sequence[Instant], measure: Uptime, samples: Samples, agreement: Agreement, as_of: Instant
) -> list[Stretch]:
    """The service hours of the term up to `as of` in which no bucket has a sample."""
    if samples.missing is None:
        return []
    start, end = term_of(agreement)
    sampled = merged((each, each + samples.length) for each in starts)
    gaps = without([(start, min(as_of, end))] if start < as_of else [], sampled)
    return [piece for a, b in gaps for piece in open_time(measure.hours, a, b)]


def is_missing(spell: Spell) -> bool:
    """Whether it is the time without samples."""
    return not spell.fact.values


def missing_buckets(kind: FactKind, gaps: Sequence[Stretch], missing: MissingData) -> Iterator[Spell]:
    """Time without samples: down, or perhaps down (S5.2, S7.2)."""
    is_down = missing is MissingData.COUNTS_AS_DOWN
    nothing = Fact(kind=kind.name, key="missing", values={}, recorded_at=None)
    for start, end in gaps:
        yield Spell(
            source=kind.name,
            fact=nothing,
            start=start,
            end=end,
            proven=is_down,
            missing=() if is_down else (f"{kind.name}:missing",),
        )
