"""Versions of agreements: which takes over from which, and which occasions each of them governs (S2.6)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from engine.dsl import agreement as syntax
from engine.dsl.findings import Findings
from engine.dsl.syntax_to_amended import Amended, in_force_from
from engine.model.agreement import Agreement
from engine.model.obligation import Obligation, Reach

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One version of an agreement in the row of its versions; an agreement without versions is alone.

    `key` is its name in the model; `ends` is the last day before the next version takes over.
    """

    amended: Amended
    key: str
    version: str | None
    supersedes: str | None
    superseded_by: str | None
    ends: date | None


def in_turn(amended: Iterable[Amended], findings: Findings) -> tuple[Turn, ...]:
    """The versions of every agreement, each from its first day until the next one's."""
    by_name: dict[str, list[Amended]] = {}
    for each in amended:
        by_name.setdefault(each.block.name.text, []).append(each)
    return tuple(turn for versions in by_name.values() for turn in _turns(versions, findings))


def _turns(versions: Sequence[Amended], findings: Findings) -> list[Turn]:
    said = {id(each): _version(each, len(versions) > 1, findings) for each in versions}
    first = {id(each): in_force_from(each.block) or date.min for each in versions}
    row = sorted(versions, key=lambda each: first[id(each)])
    for before, after in pairwise(row):
        if first[id(before)] == first[id(after)]:
            findings.error(
                "versions-overlap",
                f"two versions of `{after.block.name.text}` are in force from the same day",
                after.block.name.span,
                "from the same day",
                also=((before.block.name.span, "as this one"),),
                help="a version takes over on its first day: say another one in `in force from`",
            )
    names = [f"{each.block.name.text}@{said[id(each)]}" for each in row[:-1]] + [row[-1].block.name.text]
    return [
        Turn(
            amended=each,
            key=names[place],
            version=said[id(each)],
            supersedes=names[place - 1] if place else None,
            superseded_by=names[place + 1] if place + 1 < len(row) else None,
            ends=max(first[id(row[place + 1])], first[id(each)] + ONE_DAY) - ONE_DAY
            if place + 1 < len(row)
            else None,
        )
        for place, each in enumerate(row)
    ]


def _version(each: Amended, needed: bool, findings: Findings) -> str | None:
    said = findings.at_most_one(each.block.items, syntax.AgreementVersion, "the version")
    if said is None and needed:
        findings.error(
            "not-said",
            f"there are several versions of `{each.block.name.text}`, and which this is is not said",
            each.block.name.span,
            "no `version`",
            help='say it: `version "2"`',
        )
    return None if said is None else said.text.value


def with_reaches(agreements: dict[str, Agreement]) -> None:
    """Let each version of an obligation govern what happens from its own first day until the next version's;
    the first one also what came before, the last one also what comes after (S2.6)."""
    for name in [name for name, each in agreements.items() if each.superseded_by is None]:
        row = [agreements[name]]
        while (before := row[0].supersedes) is not None and before in agreements:
            row.insert(0, agreements[before])
        if len(row) > 1:
            for place, each in enumerate(row):
                obligations = tuple(_governing(one, row, place) for one in each.obligations)
                agreements[each.name] = replace(each, obligations=obligations)


def _governing(obligation: Obligation, row: Sequence[Agreement], place: int) -> Obligation:
    id = obligation.terms.id
    having = [each.term.start for each in row if any(one.terms.id == id for one in each.obligations)]
    own = row[place].term.start
    reach = Reach(
        since=own if any(start < own for start in having) else None,
        until=min((start for start in having if start > own), default=None),
    )
    return replace(obligation, terms=replace(obligation.terms, reach=reach))
