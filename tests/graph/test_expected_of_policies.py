"""From the words of a policy to the expected availability: what all states of the parts, counted one by
one, come to (S10.2).

The estate is drawn here and its value computed from what was drawn; of the engine only its door is used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import product
from random import Random

import pytest

from engine import pipeline
from engine.model.viability import Viability
from engine.source import Source

POLICIES = 40
MOST_PARTS = 8
SHARED = ("99.95", "95.5", "60")
"""What is promised of two services at once; never as much as of one, so that there is a best."""
SHARES = ("100", "99.99", "99.9", "99.5", "97.25", "90", "50", "12.5")
HOUSE = "acme"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """So many of the members must stand; two that are both needed are written with `and`."""

    count: int
    members: tuple[Wanted, ...]


Wanted = str | Group


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What one supplier promises a customer, in percent, for 2025 or for 2024 only: of one service, or of
    several at once, which then are down together."""

    name: str
    parts: tuple[str, ...]
    customer: str
    percent: str
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Estate:
    """`needs` of the provider's own services, the one that is sold first; each leg needs only what comes
    after it. `bare` are components, `beneath` what suppliers' services need in turn."""

    needs: Mapping[str, tuple[Wanted, ...]]
    parts: tuple[str, ...]
    bare: tuple[str, ...]
    beneath: Mapping[str, str]
    contracts: tuple[Contract, ...]


def leaves(wanted: Wanted) -> Iterator[str]:
    if isinstance(wanted, str):
        yield wanted
        return
    for member in wanted.members:
        yield from leaves(member)


def draw_need(chosen: Random, names: Sequence[str], deep: int = 0) -> Wanted:
    """A name, or a group of distinct names and groups that may share them."""
    if len(names) < 2 or chosen.random() < (0.35, 0.5, 0.8, 1)[deep]:
        return chosen.choice(names)
    members: list[Wanted] = []
    for _ in range(chosen.randint(2, 4)):
        member = draw_need(chosen, names, deep + 1)
        if member not in members:
            members.append(member)
    if len(members) == 1:
        return members[0]
    return Group(count=chosen.randint(1, len(members)), members=tuple(members))


def draw_contracts(chosen: Random, part: str) -> Iterator[Contract]:
    """None, one, or several, of which the best that is in force counts."""
    for number in range(chosen.choice((0, 1, 1, 1, 2))):
        yield Contract(
            name=f"{part}_uc{number}",
            parts=(part,),
            customer=chosen.choice((HOUSE, HOUSE, HOUSE, "other")),
            percent=chosen.choice(SHARES),
            is_over=chosen.random() < 0.15,
        )


def draw_joint_contract(chosen: Random, parts: Sequence[str]) -> Iterator[Contract]:
    """In some estates one promise over two services."""
    if chosen.random() < 0.5:
        two = tuple(chosen.sample(parts, 2))
        yield Contract(
            name="both_uc", parts=two, customer=HOUSE, percent=chosen.choice(SHARED), is_over=False
        )


@cache
def estate(seed: int) -> Estate:
    chosen = Random(seed)
    parts = tuple(f"part{each}" for each in range(chosen.randint(2, MOST_PARTS)))
    bare = ("rack", "cable")
    own = ("shop", *(f"leg{each}" for each in range(chosen.randint(1, 3))))
    needs = {
        name: tuple(
            dict.fromkeys(
                draw_need(chosen, (*own[place + 1 :], *parts, *own[place + 1 :], bare[place % 2]))
                for _ in range(chosen.randint(1, 3))
            )
        )
        for place, name in enumerate(own)
    }
    return Estate(
        needs=needs,
        parts=parts,
        bare=bare,
        beneath={part: "rack" for part in parts if chosen.random() < 0.25},
        contracts=(
            *(each for part in parts for each in draw_contracts(chosen, part)),
            *draw_joint_contract(chosen, parts),
        ),
    )


# in words


def need_words(wanted: Wanted) -> str:
    if isinstance(wanted, str):
        return wanted
    members = [need_words(each) for each in wanted.members]
    if wanted.count == len(members) == 2:
        return " and ".join(members)
    return f"{wanted.count} of ({', '.join(members)})"


def target_words(services: Sequence[str], percent: str, obliged: str) -> str:
    """A promise of one service, or else of all that its agreement covers."""
    of = f" of {services[0]}" if len(services) == 1 else ""
    return f"""  target up{of} "Up" {{
    cites paper "1" "up"
    obliges {obliged}
    measures uptime from outage o
    during always
    source "Probe" by {obliged}
    requires at least {percent}% in each calendar month
  }}
"""


def agreement_words(name: str, kind: str, sides: tuple[str, str], year: int, covered: str, rest: str) -> str:
    return f"""agreement {name} is {kind} "A contract" {{
  between {sides[0]} as provider and {sides[1]} as customer
  covers {covered}
  cites paper "0" "whole"
  in force from {year}-01-01 through {year}-12-31
  accepted by "Order" on 2023-12-01
  zone UTC
  conventions standard {{ sources are assumed watched }}
{rest}}}
"""


def words(drawn: Estate) -> str:
    text = ["use standard", 'document paper "Paper" { version "1"  dated 2023-12-01 }']
    text += [f'party {name} "{name}"' for name in (HOUSE, "buyer", "other")]
    text += [f'component {name} "{name}" {{ kind "thing" }}' for name in drawn.bare]
    for part in drawn.parts:
        needs = f"  needs {drawn.beneath[part]}" if part in drawn.beneath else ""
        text.append(f'party {part}_firm "{part}" is supplier')
        text.append(f'service {part} "{part}" {{ provider {part}_firm  hours always{needs} }}')
    for name, needs in drawn.needs.items():
        said = " and ".join(need_words(each) for each in needs)
        text.append(f'service {name} "{name}" {{ provider {HOUSE}  hours always  needs {said} }}')
    sold = target_words(["shop"], "10", HOUSE)
    text.append(agreement_words("sold", "sla", (HOUSE, "buyer"), 2025, "shop", sold))
    for each in drawn.contracts:
        firm = f"{each.parts[0]}_firm"
        up = target_words(each.parts, each.percent, firm)
        year = 2024 if each.is_over else 2025
        text.append(agreement_words(each.name, "uc", (firm, each.customer), year, ", ".join(each.parts), up))
    return "\n".join(text)


# by counting


def promised(drawn: Estate) -> dict[str, Contract]:
    """What is promised of each part: the best that is owed to the house, or else promised to somebody."""
    found: dict[str, Contract] = {}
    for part in drawn.parts:
        there = [each for each in drawn.contracts if part in each.parts and not each.is_over]
        owed = [each for each in there if each.customer == HOUSE] or there
        if owed:
            found[part] = max(owed, key=lambda each: Fraction(each.percent))
    return found


def stands(drawn: Estate, wanted: Wanted, down: frozenset[str]) -> bool:
    if isinstance(wanted, Group):
        return sum(stands(drawn, each, down) for each in wanted.members) >= wanted.count
    if wanted in drawn.needs:
        return all(stands(drawn, each, down) for each in drawn.needs[wanted])
    return wanted not in down


def reached(drawn: Estate) -> list[str]:
    """What the sold service stands on, its own legs laid open, as often as it is written."""
    found: list[str] = []
    waiting = ["shop"]
    while waiting:
        name = waiting.pop()
        for each in (leaf for need in drawn.needs.get(name, ()) for leaf in leaves(need)):
            found.append(each)
            waiting.append(each)
    return found


def counted(drawn: Estate) -> Fraction | None:
    """Every state of the promises with its own chance; nothing where nothing is promised."""
    by_part = {part: each for part, each in promised(drawn).items() if part in reached(drawn)}
    contracts = sorted(set(by_part.values()), key=lambda each: each.name)
    if not contracts:
        return None
    total = Fraction(0)
    for state in product((True, False), repeat=len(contracts)):
        weight = Fraction(1)
        for each, is_kept in zip(contracts, state, strict=True):
            share = Fraction(each.percent) / 100
            weight *= share if is_kept else 1 - share
        broken = {each for each, is_kept in zip(contracts, state, strict=True) if not is_kept}
        down = frozenset(part for part, each in by_part.items() if each in broken)
        total += weight * stands(drawn, "shop", down)
    return total


@pytest.mark.parametrize("seed", range(POLICIES))
def test_the_expected_value_of_a_policy_is_every_state_of_its_parts(seed: int) -> None:
    drawn = estate(seed)
    checked = pipeline.check([Source(name="drawn.sla", text=words(drawn))])
    assert checked.snapshot is not None, checked.diagnostics
    found = pipeline.viability(checked.snapshot, agreement="sold")
    assert isinstance(found, Viability)
    assert [(each.promise, each.expected) for each in found.prospects] == [("sold.up", counted(drawn))]


def test_the_drawn_policies_hold_what_could_go_wrong() -> None:
    """Nested groups, parts of two legs, parts without a contract, parts never down or often."""
    seen: Counter[str] = Counter()
    values = [counted(estate(seed)) for seed in range(POLICIES)]
    for drawn in map(estate, range(POLICIES)):
        written = reached(drawn)
        best = {part: each for part, each in promised(drawn).items() if part in written}
        shares = {part: Fraction(each.percent) / 100 for part, each in best.items()}
        groups = [each for needs in drawn.needs.values() for each in needs if isinstance(each, Group)]
        there = [each for each in drawn.contracts if written.count(each.parts[0])]
        seen["nested"] += any(isinstance(member, Group) for each in groups for member in each.members)
        legs = [
            {leaf for need in needs for leaf in leaves(need)}
            for name, needs in drawn.needs.items()
            if name in written
        ]
        seen["shared"] += any(sum(part in leg for leg in legs) > 1 for part in shares)
        seen["bare"] += any(part in written for part in drawn.parts if part not in shares)
        seen["over"] += any(each.is_over for each in there)
        seen["to others"] += any(each.customer == "other" for each in there)
        seen["down together"] += len(best) > len(set(best.values()))
        seen["never down"] += 1 in shares.values()
        seen["often down"] += any(share <= Fraction(1, 2) for share in shares.values())
    assert len(seen) == 8 and min(seen.values()) >= POLICIES // 5, seen
    assert len(set(values)) > POLICIES // 2
    assert any(len(promised(each)) > MOST_PARTS - 3 for each in map(estate, range(POLICIES)))
