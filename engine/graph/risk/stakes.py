"""The money that each failure alone puts at risk under SLAs: the promises that it hits, as bits."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import cast, overload

from engine.graph.dependency_graph import GraphAt
from engine.graph.graph_to_arcs import Arcs, Numbers, arcs_beside_sources
from engine.graph.money.at_risk import Paying
from engine.graph.risk.carrying import carried
from engine.graph.risk.toppling import Toppling
from engine.model.dependency import Exposure, NodeKind


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stakes:
    """The paying promises of SLAs, a bit for each, those of one agreement side by side; and which of them
    each node hits when it fails alone (by its place in the view)."""

    paying: Paying
    promises: tuple[str, ...]
    agreements: tuple[str, ...]
    """The agreement of each promise."""
    whole: Mapping[str, int]
    """The bits of all the promises of an agreement."""
    hit: Sequence[int]

    def of(self, number: int) -> "Stake":
        """What is at risk when a node fails alone."""
        return Stake(stakes=self, bits=self.hit[number])

    def exposures(self, bits: int) -> Iterator[Exposure]:
        """The money under each agreement of which a bit is set, in the order of their names."""
        while bits:
            lowest = (bits & -bits).bit_length() - 1
            name = self.agreements[lowest]
            mine = bits & self.whole[name]
            yield from self.paying.exposures(name, tuple(self.named(mine)))
            bits ^= mine

    def named(self, bits: int) -> Iterator[str]:
        """The promises whose bit is set, in order."""
        while bits:
            lowest = bits & -bits
            yield self.promises[lowest.bit_length() - 1]
            bits ^= lowest


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stake(Sequence[Exposure]):
    """Exposures that are worked out when they are read: thousands of failures share the same promises."""

    stakes: Stakes = field(repr=False)
    bits: int

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @overload
    def __getitem__(self, index: int) -> Exposure: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Exposure]: ...
    def __getitem__(self, index: int | slice) -> Exposure | Sequence[Exposure]:
        return tuple(self)[index]

    def __iter__(self) -> Iterator[Exposure]:
        return self.stakes.exposures(self.bits)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(cast("Sequence[object]", other))

    def __hash__(self) -> int:
        return hash(self.bits)


def worth(money: Sequence[Exposure]) -> tuple[int, Fraction]:
    """How much is at risk, where it is all in one currency: what has no end is worth more than any amount,
    and what is not known counts as nothing."""
    known = (Fraction(each.amount.amount) for each in money if each.amount is not None)
    return sum(each.unbounded for each in money), sum(known, Fraction())


def stakes(view: GraphAt, toppling: Toppling, paying: Paying) -> Stakes:
    """What each failure alone puts at risk, in one pass over the graph."""
    promises = tuple(promise for name in paying.agreements for promise in paying.promises(name))
    bit = {promise: 1 << place for place, promise in enumerate(promises)}
    agreements = tuple(name for name in paying.agreements for _ in paying.promises(name))
    whole = dict.fromkeys(agreements, 0)
    for promise, agreement in zip(promises, agreements, strict=True):
        whole[agreement] |= bit[promise]
    return Stakes(
        paying=paying,
        promises=promises,
        agreements=agreements,
        whole=whole,
        hit=_hit(view, toppling, bit) if bit else [0] * len(toppling.ids),
    )


def _hit(view: GraphAt, toppling: Toppling, bit: Mapping[str, int]) -> list[int]:
    """The promises that each node hits when it fails alone, as `impact` says which are hit and not only
    unmeasured.

    What is only hit passes that on to what it serves; what falls takes others with it, hits, and passes on.
    """
    arcs = view.once(arcs_beside_sources)
    number = arcs.columns.number
    own = [bit.get(node.name, 0) if node.kind is NodeKind.OBLIGATION else 0 for node in arcs.columns.nodes]
    passed = carried(own, _pairs(arcs, arcs.passes_start, arcs.end))
    for source, target in _pairs(arcs, arcs.fails_end, arcs.end):
        own[source] |= passed[target]
    place = [number[id] for id in toppling.ids]
    falls = list(_pairs(arcs, arcs.start, arcs.plain_end))
    falls += ((place[low], place[high]) for low, above in enumerate(toppling.takes) for high in above)
    taken = carried(own, falls)
    return [taken[each] for each in place]


def _pairs(arcs: Arcs, starts: Numbers, ends: Numbers) -> Iterator[tuple[int, int]]:
    """The arcs of a part of every node's row."""
    target: list[int] = arcs.target.tolist()
    rows: Iterator[tuple[int, int]] = zip(starts.tolist(), ends.tolist(), strict=True)
    for source, (start, end) in enumerate(rows):
        for arc in range(start, end):
            yield source, target[arc]
