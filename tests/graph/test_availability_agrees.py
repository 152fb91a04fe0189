"""The expected availability is that of every state counted, and the bound holds whatever is down when."""

import random
from collections.abc import Iterator, Sequence
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.graph.viability.ceiling import ceiling, most_down
from engine.graph.viability.chance import MOST_PARTS, chance
from engine.graph.viability.contracts import UptimePromise, uptime_promise
from engine.graph.viability.structure import Gate, Node, Part, Structure
from engine.model.agreement import AgreementKind
from tests.hosting import agreement, uptime

UC = agreement("host_uc", AgreementKind.UC, "northwind", "acme")
PARTS = 16


def promise(share: Fraction) -> UptimePromise:
    found = uptime_promise(UC, uptime("host_uc.up", "host", share))
    assert found is not None
    return found


def part(name: str, thousandths: int | None) -> Part:
    """With no promise: no contract is there for it."""
    return Part(name=name, promise=None if thousandths is None else promise(Fraction(thousandths, 1000)))


@st.composite
def structures(draw: st.DrawFn, *, circles: bool = True) -> Structure:
    """Nested groups over shared parts; gates may stand on gates above them."""
    chosen = draw(st.randoms(use_true_random=False))
    count, gates = chosen.randint(1, PARTS), chosen.randint(1, 10)
    nodes: list[Node] = [
        part(f"p{each}", chosen.choice((0, 500, 900, 990, 999, 1000, None))) for each in range(count)
    ]
    for place in range(gates):
        below = count + (gates if circles and chosen.random() < Fraction(1, 3) else place)
        members = tuple(chosen.randrange(below) for _ in range(chosen.randint(1, 5)))
        needed = len(members) if chosen.random() < Fraction(1, 3) else chosen.randint(0, len(members) + 1)
        nodes.append(Gate(needed=needed, members=members))
    return Structure(nodes=nodes, root=len(nodes) - 1)


def standing_states(structure: Structure) -> Iterator[bool]:
    """For each state of the parts, whether the root stands: failure spreads only from what has failed.

    A node is the number whose bits are the states in which it stands.
    """
    parts = [each for each, node in enumerate(structure.nodes) if isinstance(node, Part)]
    states = 1 << len(parts)
    everywhere = (1 << states) - 1
    stands = [everywhere] * len(structure.nodes)
    for place, number in enumerate(parts):
        block = ((1 << (1 << place)) - 1) << (1 << place)
        period = 1 << (place + 1)
        stands[number] = sum(block << shift for shift in range(0, states, period))
    while True:
        before = list(stands)
        for number, node in enumerate(structure.nodes):
            if isinstance(node, Gate):
                stands[number] = at_least(node.needed, [stands[each] for each in node.members], everywhere)
        if stands == before:
            break
    return (bool(stands[structure.root] >> state & 1) for state in range(states))


def at_least(needed: int, members: Sequence[int], everywhere: int) -> int:
    exactly = [everywhere] + [0] * len(members)
    for member in members:
        for count in range(len(members), -1, -1):
            fewer = exactly[count - 1] & member if count else 0
            exactly[count] = (exactly[count] & ~member) | fewer
    found = 0
    for count in range(max(0, needed), len(members) + 1):
        found |= exactly[count]
    return found


def enumerated(structure: Structure) -> Fraction:
    weights = [1]
    shares = [node.availability for node in structure.nodes if isinstance(node, Part)]
    for share in shares:
        up = int((share if share is not None else 1) * 1000)
        weights = [weight * (1000 - up) for weight in weights] + [weight * up for weight in weights]
    stood = sum(weight for weight, stands in zip(weights, standing_states(structure), strict=True) if stands)
    return Fraction(stood, 1000 ** len(shares))


@given(structures())
@settings(max_examples=60, deadline=None)
def test_the_expected_value_is_every_state_counted(structure: Structure) -> None:
    assert chance(structure) == enumerated(structure)


@given(structures())
@settings(max_examples=60, deadline=None)
def test_the_bound_is_never_above_the_expected_value(structure: Structure) -> None:
    expected = chance(structure)
    assert isinstance(expected, Fraction)
    assert 0 <= ceiling(structure) <= expected <= 1


@given(structures(), st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_the_bound_holds_however_downtimes_fall(structure: Structure, seed: int) -> None:
    """A year of 40 stretches in which each part is down for its share, at random or one after another."""
    chosen, stretches = random.Random(seed), 40
    parts = [(each, node) for each, node in enumerate(structure.nodes) if isinstance(node, Part)]
    down: list[set[int]] = []
    cursor = 0
    for _, each in parts:
        share = each.availability
        length = 0 if share is None else int((1 - share) * stretches)
        if chosen.random() < Fraction(1, 2):
            down.append({(cursor + step) % stretches for step in range(length)})
            cursor += length
        else:
            down.append(set(chosen.sample(range(stretches), length)))
    stands = list(standing_states(structure))
    up = 0
    for stretch in range(stretches):
        up += stands[sum(1 << place for place, when in enumerate(down) if stretch not in when)]
    assert ceiling(structure) <= Fraction(up, stretches)


def test_in_series_downtimes_add_up() -> None:
    nodes = [part("a", 999), part("b", 998), Gate(needed=2, members=(0, 1))]
    structure = Structure(nodes=nodes, root=2)
    assert ceiling(structure) == Fraction(997, 1000)
    assert chance(structure) == Fraction(999, 1000) * Fraction(998, 1000)


def test_the_bound_is_never_below_nothing() -> None:
    nodes = [part("a", 300), part("b", 300), Gate(needed=2, members=(0, 1))]
    assert ceiling(Structure(nodes=nodes, root=2)) == 0


@pytest.mark.parametrize(
    ("at_once", "longest"),
    [(0, "1"), (1, "6/10"), (2, "3/10"), (3, "1/10"), (4, "0")],
)
def test_a_group_falls_for_the_longest_time_that_any_timetable_gives(at_once: int, longest: str) -> None:
    """Down for 1, 2 and 3 tenths. Two at once: 3 tenths, the third always with one of the others."""
    assert most_down([Fraction(each, 10) for each in (1, 2, 3)], at_once) == Fraction(longest)


def test_a_shared_part_counts_once() -> None:
    """Two services on one database: what the database may be down is lost once."""
    nodes: list[Node] = [part("db", 990), part("a", 995), part("b", 995)]
    nodes += [Gate(needed=2, members=(0, 1)), Gate(needed=2, members=(0, 2)), Gate(needed=2, members=(3, 4))]
    structure = Structure(nodes=nodes, root=5)
    assert ceiling(structure) == Fraction(980, 1000)
    assert chance(structure) == Fraction(99, 100) * Fraction(995, 1000) ** 2


def test_redundancy_on_one_part_is_none() -> None:
    nodes: list[Node] = [part("db", 990), Gate(needed=1, members=(0, 0)), Gate(needed=2, members=(1, 0))]
    structure = Structure(nodes=nodes, root=2)
    assert ceiling(structure) == chance(structure) == Fraction(99, 100)


def test_a_long_chain_needs_no_recursion() -> None:
    nodes: list[Node] = [part("end", 999)]
    nodes += [Gate(needed=1, members=(each,)) for each in range(100_000)]
    structure = Structure(nodes=nodes, root=100_000)
    assert ceiling(structure) == chance(structure) == Fraction(999, 1000)


def test_too_many_parts_are_said() -> None:
    nodes: list[Node] = [part(f"p{each}", 999) for each in range(MOST_PARTS + 1)]
    structure = Structure(
        nodes=[*nodes, Gate(needed=len(nodes), members=tuple(range(len(nodes))))], root=len(nodes)
    )
    assert chance(structure) == "too many parts: 1,001, at most 1,000"
    assert ceiling(structure) == 0


def test_too_much_sharing_is_said() -> None:
    """Random triples over many parts, all of them needed: no order of the parts keeps the diagram small."""
    chosen = random.Random(7)
    nodes: list[Node] = [part(f"p{each}", 999) for each in range(120)]
    nodes += [Gate(needed=1, members=tuple(chosen.sample(range(120), 3))) for _ in range(150)]
    nodes.append(Gate(needed=150, members=tuple(range(120, 270))))
    structure = Structure(nodes=nodes, root=len(nodes) - 1)
    assert chance(structure) == "too many shared parts"
