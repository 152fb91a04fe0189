"""The expected availability if parts fail independently: exact, by decision diagrams (S10.2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from engine.graph.viability.structure import Gate, Part, Structure

MOST_PARTS = 1_000
MOST_STEPS = 50_000
"""Beyond so many promised parts, or so much work for those that are shared, there is no answer."""

NEVER, ALWAYS = 0, 1


class TooManySharedPartsError(Exception):
    """The exact value would take longer than anybody waits."""


def chance(structure: Structure) -> Fraction | str:
    """The share of time in which a structure stands if its parts are down independently of one another.

    Every state of the parts counts with its own chance, and a part that several others stand on counts once.
    Members of a circle stand if nothing outside it fails (S10.1). Parts that nobody promises never fail.
    Where the parts or their sharing are too many: why there is no value.
    """
    promised = [number for number, part in structure.parts if part.promise is not None]
    if len(promised) > MOST_PARTS:
        return f"too many parts: {len(promised):,}, at most {MOST_PARTS:,}"
    places = _places(structure)
    ordered = sorted(promised, key=lambda each: places[each])
    diagrams = _Diagrams(level={part: level for level, part in enumerate(ordered)})
    try:
        root = diagrams.of(structure)
    except TooManySharedPartsError:
        return "too many shared parts"
    shares = [
        part.availability for part in (structure.nodes[each] for each in ordered) if isinstance(part, Part)
    ]
    return diagrams.weight(root, {level: share for level, share in enumerate(shares) if share is not None})


def _places(structure: Structure) -> Mapping[int, int]:
    """Where each node comes in a walk from the top, depth first: what stands together lies together."""
    places: dict[int, int] = {}
    waiting = [structure.root]
    while waiting:
        node = waiting.pop()
        if node not in places:
            places[node] = len(places)
            waiting += reversed(structure.members(node))
    return places


@dataclass(frozen=True, slots=True, kw_only=True)
class _Diagrams:
    """Reduced, ordered decision diagrams: a node asks one part and goes on with `down` or `up`.

    Nodes are (level of the part, diagram if it is down, diagram if it is up), and beneath one another: what a
    node goes on with has a smaller number. `chosen` remembers what was worked out.
    """

    level: Mapping[int, int]
    nodes: list[tuple[int, int, int]] = field(default_factory=lambda: [(-1, 0, 0), (-1, 1, 1)])
    numbers: dict[tuple[int, int, int], int] = field(default_factory=dict[tuple[int, int, int], int])
    chosen: dict[tuple[int, int, int], int] = field(default_factory=dict[tuple[int, int, int], int])

    def of(self, structure: Structure) -> int:
        """The diagram of the root, by the greatest fixpoint of standing where there are circles."""
        standing = dict.fromkeys(structure.reached, ALWAYS)
        for component in structure.components:
            if len(component) == 1 and component[0] not in structure.members(component[0]):
                standing[component[0]] = self.standing(structure, component[0], standing)
                continue
            while True:
                found = {node: self.standing(structure, node, standing) for node in component}
                if all(standing[node] == each for node, each in found.items()):
                    break
                standing.update(found)
        return standing[structure.root]

    def standing(self, structure: Structure, node: int, standing: Mapping[int, int]) -> int:
        """When a node stands, given when its members do."""
        found = structure.nodes[node]
        if isinstance(found, Part):
            return ALWAYS if found.promise is None else self.node(self.level[node], NEVER, ALWAYS)
        return self.at_least(found, standing)

    def at_least(self, gate: Gate, standing: Mapping[int, int]) -> int:
        """When so many of a gate's members stand: counted from the last member to the first."""
        if gate.needed <= 0:
            return ALWAYS
        if gate.needed > len(gate.members):
            return NEVER
        if len(gate.members) == 1:
            return standing[gate.members[0]]
        # counted[j]: at least j of the members so far stand.
        counted = [ALWAYS] + [NEVER] * gate.needed
        members = sorted((standing[each] for each in gate.members), key=lambda each: self.first(each))
        for place, member in reversed(list(enumerate(members))):
            lowest = max(1, gate.needed - place)
            for wanted in range(min(gate.needed, len(members) - place), lowest - 1, -1):
                counted[wanted] = self.choice(member, counted[wanted - 1], counted[wanted])
        return counted[gate.needed]

    def first(self, number: int) -> int:
        """The level that a diagram asks first; what asks nothing comes last."""
        level = self.nodes[number][0]
        return level if level >= 0 else len(self.level)

    def node(self, level: int, down: int, up: int) -> int:
        """The number of a node, the same for the same three."""
        if down == up:
            return down
        key = (level, down, up)
        if key not in self.numbers:
            if len(self.nodes) > MOST_STEPS:
                raise TooManySharedPartsError
            self.numbers[key] = len(self.nodes)
            self.nodes.append(key)
        return self.numbers[key]

    def choice(self, condition: int, up: int, down: int) -> int:
        """`up` where the condition stands, else `down`; an own stack takes the place of recursion."""
        asked = (condition, up, down)
        waiting = [asked]
        while waiting:
            here = waiting[-1]
            if here in self.chosen or self.settled(here) is not None:
                waiting.pop()
                continue
            level = min(self.first(each) for each in here)
            below = [tuple(self.branch(each, level, side) for each in here) for side in (1, 2)]
            answers = [self.answered((one[0], one[1], one[2])) for one in below]
            open_ones = [
                (one[0], one[1], one[2]) for one, answer in zip(below, answers, strict=True) if answer is None
            ]
            if open_ones:
                waiting += open_ones
                continue
            if len(self.chosen) > MOST_STEPS:
                raise TooManySharedPartsError
            fallen, stands = (each for each in answers if each is not None)
            self.chosen[here] = self.node(level, fallen, stands)
            waiting.pop()
        found = self.answered(asked)
        assert found is not None
        return found

    def answered(self, asked: tuple[int, int, int]) -> int | None:
        """The choice where it is trivial or was made before."""
        settled = self.settled(asked)
        return self.chosen.get(asked) if settled is None else settled

    @staticmethod
    def settled(asked: tuple[int, int, int]) -> int | None:
        """The choice where it is trivial."""
        condition, up, down = asked
        if condition == ALWAYS or up == down:
            return up
        if condition == NEVER:
            return down
        return condition if (up, down) == (ALWAYS, NEVER) else None

    def branch(self, number: int, level: int, side: int) -> int:
        """What becomes of a diagram once the part at a level is down (1) or up (2)."""
        return self.nodes[number][side] if self.nodes[number][0] == level else number

    def weight(self, root: int, shares: Mapping[int, Fraction]) -> Fraction:
        """The chance of a diagram; what lies beneath a node has a smaller number than the node."""
        weights = [Fraction(0), Fraction(1)]
        for level, down, up in self.nodes[2 : root + 1]:
            share = min(Fraction(1), max(Fraction(0), shares[level]))
            weights.append(share * weights[up] + (1 - share) * weights[down])
        return weights[root]
