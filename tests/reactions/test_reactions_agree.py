"""What follows from the shipped facts: both ways of working it out agree, whatever the hour."""

import atexit
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from engine import definition, pipeline
from engine.model.instants import parse_instant
from engine.model.reaction import BreachSeverity, Credit, EscalationState, EscalationStep, Reaction
from engine.model.snapshot import Snapshot
from engine.store.database import Store
from tests.policies.test_shipped import POLICIES, SETS, snapshot_of

FOLDERS = {"vlei": POLICIES / "vlei", "hosting": POLICIES / "examples" / "hosting"}
HOURS = (
    "2025-01-10T00:00:00Z",
    "2025-02-10T09:20:00Z",
    "2025-02-10T10:10:00Z",
    "2025-03-30T01:30:00Z",
    "2025-04-10T12:00:00Z",
)


def reactions_at(folder: Path, name: str, hour: str) -> tuple[tuple[Reaction, ...], tuple[Reaction, ...]]:
    """By the plans, and by definition; the words of a credit's arithmetic may differ."""
    as_of = parse_instant(hour)
    assert as_of is not None
    snapshot, store = fed(folder, name)
    with store.trial():
        planned = pipeline.evaluate(snapshot, store, as_of=as_of)
        facts = {kind.name: store.facts(kind, None) for kind in snapshot.kinds.values()}
    defined = definition.react(snapshot, facts, planned.verdicts, as_of)
    return _bare(planned.reactions), _bare(defined)


@cache
def fed(folder: Path, name: str) -> tuple[Snapshot, Store]:
    """A policy set and its facts, read once for every hour."""
    snapshot, store = snapshot_of(SETS[name]), pipeline.open_store()
    admission = pipeline.admit_facts(snapshot, folder / "facts", store)
    assert not admission.refused
    return snapshot, store


# A connection that outlives the interpreter is complained about.
atexit.register(fed.cache_clear)


@pytest.mark.parametrize("hour", HOURS)
@pytest.mark.parametrize("name", FOLDERS)
def test_both_evaluators_say_the_same_follows(name: str, hour: str) -> None:
    planned, defined = reactions_at(FOLDERS[name], name, hour)
    assert planned == defined


def test_each_kind_of_reaction_is_seen() -> None:
    reactions, _ = reactions_at(FOLDERS["hosting"], "hosting", "2025-04-10T12:00:00Z")
    kinds = Counter(type(each) for each in reactions)
    assert all(kinds[kind] for kind in (BreachSeverity, Credit, EscalationStep))


def test_a_level_is_reached_stopped_or_due_next() -> None:
    # The incident of 09:04 was acknowledged at 09:32: level 1 at 09:19 was reached, level 2 at 10:04 was not.
    def states(hour: str) -> list[EscalationState]:
        reactions, _ = reactions_at(FOLDERS["hosting"], "hosting", hour)
        return [each.state for each in reactions if isinstance(each, EscalationStep)]

    reached, stopped, next_one = EscalationState.REACHED, EscalationState.STOPPED, EscalationState.DUE_NEXT
    assert states("2025-02-10T09:20:00Z") == [reached, next_one, next_one]
    assert states("2025-02-10T10:10:00Z") == [reached, stopped, stopped]


def _bare(reactions: tuple[Reaction, ...]) -> tuple[Reaction, ...]:
    return tuple(replace(each, arithmetic=()) if isinstance(each, Credit) else each for each in reactions)
