"""`troth risk`: what hangs on one thing, what is redundant in name only, what hangs on nothing."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from api.command.console import Console
from api.command.exits import Exit
from api.command.hop_to_words import hop_place, hop_words
from api.command.options import take_day, take_format, take_policies
from api.command.risk_words import (
    concentration_words,
    cut_words,
    cycle_words,
    exposures_words,
    failure_words,
    member_words,
    orphan_words,
    supplier_words,
)
from api.command.tree import Branch, markdown_lines, text_lines
from api.command.words import day_words
from api.command.workspace import asked_instant, sound_policies
from api.risk_to_json import risk_json
from engine import pipeline
from engine.model.dependency import Exposure, Hop
from engine.model.instants import iso_text
from engine.model.risk import Concentration, Culprit, Cycle, Orphan, Risk, SingleFailure, SupplierRank

Found = TypeVar("Found")

SHOWN = 20
"""Entries of one section; JSON has them all."""

DESCRIPTION = """Show what a policy set risks: the single points of failure, the suppliers by what hangs on
them, redundancy that is not, cycles, and what hangs on nothing.

Contracts hold within their terms: --as-of says which day it is; without it, it is the day on which the newest
agreement came into force."""
EXAMPLE = "troth risk policies/examples/hosting --as-of 2025-06-01"


def arguments(parser: ArgumentParser) -> None:
    """POLICIES, and when."""
    take_policies(parser)
    take_day(parser)
    take_format(parser)


def run(options: Namespace, console: Console) -> Exit:
    """Assess, and show the gravest first."""
    snapshot, _ = sound_policies(options.policies, console)
    if snapshot is None:
        return Exit.NOT_EVALUATED
    at = asked_instant(options, snapshot)
    found = pipeline.risk(snapshot, pipeline.graph(snapshot), at=at)
    if options.format == "json":
        answer = {"as_of": iso_text(at), "policy_version": snapshot.version, **risk_json(found)}
        console.print_data(json.dumps(answer, ensure_ascii=False, indent=2))
        return Exit.KEPT
    title = f"Risk on {day_words(at)}"
    markdown = options.format == "markdown"
    console.print(f"# {title}" if markdown else console.paint("heading", title))
    for heading, branches in _sections(found):
        console.print()
        console.print(f"## {heading}\n" if markdown else console.paint("heading", heading))
        for line in markdown_lines(branches) if markdown else text_lines(branches, console.paint):
            console.print(line)
    return Exit.KEPT


def _sections(risk: Risk) -> Iterator[tuple[str, Sequence[Branch]]]:
    """Each list that holds anything, under its heading, and last the headings that hold nothing."""
    sections = (
        _section("Single points of failure", risk.single_failures, _single_failure),
        _section("Suppliers by what hangs on them", risk.suppliers, _supplier),
        _section("Redundancy that is not", risk.concentrations, _concentration),
        _section("Cycles", risk.cycles, _cycle),
        _section("What hangs on nothing", risk.orphans, _orphan),
    )
    yield from (section for section in sections if section[1])
    missing = [heading for heading, branches in sections if not branches]
    if missing:
        yield "Not found", [Branch(text=each) for each in missing]


def _section(
    heading: str, found: Sequence[Found], show: Callable[[Found], Branch]
) -> tuple[str, Sequence[Branch]]:
    """The first entries of a list, and how many more there are."""
    more = len(found) - SHOWN
    rest = [Branch(text=f"and {more:,} more; --format json has them all")] if more > 0 else []
    return heading, [*(show(each) for each in found[:SHOWN]), *rest]


def _single_failure(found: SingleFailure) -> Branch:
    return Branch(text=failure_words(found), branches=_money(found.money))


def _supplier(found: SupplierRank) -> Branch:
    return Branch(text=supplier_words(found), branches=_money(found.money))


def _money(money: Sequence[Exposure]) -> tuple[Branch, ...]:
    return tuple(Branch(text=each) for each in exposures_words(money))


def _orphan(found: Orphan) -> Branch:
    return Branch(text=orphan_words(found))


def _concentration(found: Concentration) -> Branch:
    return Branch(
        text=concentration_words(found),
        branches=tuple(
            Branch(
                text=cut_words(cut),
                branches=tuple(branch for each in cut for branch in _legs(each)),
            )
            for cut in found.cuts[:SHOWN]
        ),
    )


def _legs(culprit: Culprit) -> Iterator[Branch]:
    for leg in culprit.legs:
        yield Branch(text=f"{culprit.node.name} takes {member_words(leg.member)}", branches=_hops(leg.path))


def _hops(path: Sequence[Hop]) -> tuple[Branch, ...]:
    return tuple(Branch(text=hop_words(hop), note=hop_place(hop)) for hop in path)


def _cycle(found: Cycle) -> Branch:
    return Branch(text=cycle_words(found), branches=_hops(found.path))
