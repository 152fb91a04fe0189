"""Facts whose authors did not hold the role then, as warnings that name who did (S4.8)."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from engine.diagnostic import Diagnostic, Level
from engine.facts.spelling import shown
from engine.model.acting import Held, Unheld
from engine.model.instants import iso_text
from engine.model.quantity import Instant

LISTED = 20
"""So many facts of a kind are told of one by one; of the others, their number."""


def unheld_to_warnings(found: Sequence[Unheld]) -> Iterator[Diagnostic]:
    """A warning for each fact, up to a number of each kind."""
    for kind, those in groupby(found, lambda each: each.kind):
        together = [*those]
        yield from (_warning(each) for each in together[:LISTED])
        if len(together) > LISTED:
            more = len(together) - LISTED
            words = f"{more:,} more facts of `{kind}` are by persons who did not hold the role then"
            yield Diagnostic(code="role-not-held", level=Level.WARNING, message=words)


def _warning(each: Unheld) -> Diagnostic:
    roles = " or ".join(f"`{role}`" for role in each.roles)
    then = f"at {iso_text(each.at)}"
    if each.person is None:
        why = f"does not say by whom, and {roles} was asked"
    elif each.person in each.roles:
        why = f"names the role {roles}, and it is a person who does that"
    else:
        why = f"is by {shown(each.person)}, who did not hold {roles} {then}"
    return Diagnostic(
        code="role-not-held",
        level=Level.WARNING,
        message=f"the {each.kind} {shown(each.key)} {each.does} and {why}: it counts for nothing",
        help=_holders(each.holders, roles, each.at),
    )


def _holders(holders: Sequence[Held], roles: str, at: Instant) -> str:
    """Who held the role then; else the nearest holder; else what to feed."""
    if not holders:
        return f"no fact of `holder` says who held {roles}: feed who did, from when until when"
    if any(each.start <= at and (each.end is None or at < each.end) for each in holders):
        return f"held then by {', '.join(_named(each) for each in holders)}"
    (nearest,) = holders
    if at < nearest.start:
        when = f"from {iso_text(nearest.start)} on"
    else:
        when = f"until {iso_text(at if nearest.end is None else nearest.end)}"
    return f"nobody held it then; the nearest is {_named(nearest)}, {when}"


def _named(holder: Held) -> str:
    return f"{shown(holder.person)} (`holder` {shown(holder.key)})"
