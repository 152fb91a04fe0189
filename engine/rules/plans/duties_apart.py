"""Duties `for each` value: one for each combination, with the time in which it has occasions (S6.6)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from engine.model.partition import subject_text
from engine.rules.plans.asked import Tables
from engine.rules.plans.duty_shape import AskedDuty
from engine.rules.plans.intervals_to_sql import Reading
from engine.rules.plans.partitions import load_combinations, uses


def duties_apart(asked: AskedDuty, reading: Reading, store: Tables) -> Iterator[AskedDuty]:
    """What is asked, once for each combination of a duty `for each` value."""
    partition = asked.duty.partition
    if partition is None:
        yield asked
        return
    if partition.register is None:
        found = dict.fromkeys(partition.declared)
    else:
        subjects = asked.duty.terms.subjects
        used = uses(partition, partition.register, subjects, reading, store)
        found = {each: None if partition.of_triggers else used[each] for each in sorted(used)}
    for combination, used_at in found.items():
        terms = asked.duty.terms
        terms = replace(terms, subject=subject_text(terms.subject, combination))
        duty = replace(asked.duty, terms=terms)
        yield replace(asked, duty=duty, combination=combination, used_at=used_at)


def load_uses(store: Tables, group: Sequence[AskedDuty]) -> None:
    """`part`: the combinations of the duties; `in_use`: when they are in use, where that is not always."""
    load_combinations(store, [each.combination for each in group])
    rows = [(number, *use) for number, each in enumerate(group) for use in each.used_at or ()]
    if group[0].used_at is not None:
        store.load("in_use", dict.fromkeys(("target", "a", "b"), "BIGINT"), rows)
