"""Facts given by hand, as evaluators want them: every field there, apart by kind."""

from collections.abc import Iterable
from dataclasses import replace

from engine.model.fact import Fact
from engine.model.snapshot import Snapshot


def facts_by_kind(snapshot: Snapshot, given: Iterable[Fact]) -> dict[str, tuple[Fact, ...]]:
    """The facts of every kind of the policy set; a field that a fact does not say is absent."""
    facts: dict[str, tuple[Fact, ...]] = dict.fromkeys(snapshot.kinds, ())
    for each in given:
        fields = snapshot.kinds[each.kind].fields
        values = {field.name: each.values.get(field.name) for field in fields}
        facts[each.kind] += (replace(each, values=values),)
    return facts
