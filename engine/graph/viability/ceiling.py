"""The availability that holds whatever is down when: the contractual bound of a structure (S10.2)."""

from collections.abc import Sequence
from fractions import Fraction

from engine.graph.viability.structure import Gate, Part, Structure


def ceiling(structure: Structure) -> Fraction:
    """The share of time in which a structure stands at least, if its parts keep what is promised of them.

    In series what each part may be down adds up, max(0, 1 − Σ(1 − aᵢ)), each shared part once: at worst no
    two are down together. A group of which m must fall falls at worst for the least of (the sum of all but
    the r longest downtimes) / (m − r), r < m: the sharp bound for m events of given length. A part that all
    stand on anyway is taken to be up where it appears again in a group. Where groups share parts among
    themselves the bound still holds, yet a better one may. The members of a circle stand if nothing outside
    it fails. Parts that nobody promises are taken never to fail.
    """
    flat = _Flat(structure)
    always, groups = flat.series(structure.root)
    down: dict[int, Fraction] = {}
    for node in structure.reached:
        found = structure.nodes[node]
        if isinstance(found, Gate) and not found.needs_all:
            worst = [flat.worst(member, node, always, down) for member in found.members]
            down[node] = most_down(worst, len(worst) - found.needed + 1)
    total = sum((_down(structure, part) for part in always), Fraction(0))
    return max(Fraction(0), 1 - total - sum((down[group] for group in groups), Fraction(0)))


def most_down(downtimes: Sequence[Fraction], at_once: int) -> Fraction:
    """The longest share of time in which `at_once` of these may be down together, whenever each is."""
    if at_once <= 0:
        return Fraction(1)
    if at_once > len(downtimes):
        return Fraction(0)
    rising = sorted(downtimes)
    left, best = sum(rising, Fraction(0)), Fraction(1)
    for dropped in range(at_once):
        best = min(best, left / (at_once - dropped))
        left -= rising[-1 - dropped]
    return best


def _down(structure: Structure, part: int) -> Fraction:
    found = structure.nodes[part]
    share = found.availability if isinstance(found, Part) else None
    return Fraction(0) if share is None else max(Fraction(0), 1 - share)


def series_parts(structure: Structure) -> list[Part]:
    """The parts that all must stand, in order of their names."""
    parts, _ = _Flat(structure).series(structure.root)
    found = (structure.nodes[each] for each in parts)
    return sorted((each for each in found if isinstance(each, Part)), key=lambda each: each.name)


class _Flat:
    """A structure's series laid flat: which parts and groups must all stand for a node to stand."""

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.circle = {
            node: number for number, component in enumerate(structure.components) for node in component
        }

    def series(self, node: int) -> tuple[dict[int, None], dict[int, None]]:
        """The parts and the groups that must all stand, in the order in which they are met."""
        parts: dict[int, None] = {}
        groups: dict[int, None] = {}
        seen = {node}
        waiting = [node]
        while waiting:
            each = waiting.pop()
            found = self.structure.nodes[each]
            if isinstance(found, Part):
                parts[each] = None
                continue
            more = [*self.structure.components[self.circle[each]]]
            if found.needs_all:
                more += found.members
            else:
                groups[each] = None
            for other in more:
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)
        return parts, groups

    def worst(self, member: int, group: int, always: dict[int, None], down: dict[int, Fraction]) -> Fraction:
        """How long a member of a group may be down while all of `always` is up."""
        if self.circle[member] == self.circle[group]:
            return Fraction(0)
        parts, groups = self.series(member)
        total = sum((_down(self.structure, part) for part in parts if part not in always), Fraction(0))
        return min(Fraction(1), total + sum((down[each] for each in groups), Fraction(0)))
