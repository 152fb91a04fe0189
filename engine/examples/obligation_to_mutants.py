"""A promise with one of its branches taken out, for each branch: what no example notices is untried."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Final, TypeVar, cast

from engine.definition.explain_condition import comparison_text, duration_text, there_is_text
from engine.definition.wording import bound_text, length_text, share_text
from engine.model.approval import Approval, Waivers
from engine.model.credit import Band
from engine.model.deadline import ByClass, Limit, Within
from engine.model.exclusion import Cap, Exclusion, Mode, NamedPeriod, Permission
from engine.model.expression import (
    ALWAYS_TRUE,
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Expression,
    FieldOf,
    Not,
    Notice,
    OneOf,
    Present,
    Relation,
    Selection,
    ThereIs,
    WindowLabel,
)
from engine.model.measure import Uptime
from engine.model.obligation import Obligation, Reclassification
from engine.model.quantity import Money

Noun = TypeVar("Noun")

SKIPPED: Final = frozenset({"terms", "span", "bound", "windows"})
"""Fields in which no branch lies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """The promise without one branch, and the branch in the policy's words."""

    branch: str
    obligation: Obligation


def mutants(obligation: Obligation, zone: str) -> Iterator[Mutant]:
    """One for each condition, alternative, class, period, excuse, step and band that the promise has."""
    seen: set[str] = set()
    for branch, mutated in _mutated(obligation, zone):
        if branch not in seen:
            seen.add(branch)
            yield Mutant(branch=branch, obligation=mutated)


def _mutated(noun: Noun, zone: str) -> Iterator[tuple[str, Noun]]:
    """The noun with one branch fewer, wherever in it that branch is."""
    match noun:
        case Selection(where=where):
            for branch, condition in _weakened(where, zone):
                yield f"`{branch}`", cast(Noun, replace(noun, where=condition))
            return
        case ByClass(limits=limits):
            for name in limits:
                others = {each: limit for each, limit in limits.items() if each != name}
                yield (
                    f"class `{name}` ({_limit_text(limits[name])})",
                    cast(Noun, replace(noun, limits=others)),
                )
            return
        case Uptime(least=least) if least > 0:
            yield f"lasting at least {length_text(least)}", cast(Noun, replace(noun, least=0))
        case _:
            pass
    if not is_dataclass(noun) or isinstance(noun, type):
        return
    for each in fields(noun):
        if each.name in SKIPPED:
            continue
        value = getattr(noun, each.name)
        for branch, mutated in _without(each.name, value, zone):
            yield branch, cast(Noun, replace(cast(Any, noun), **{each.name: mutated}))


def _without(name: str, value: object, zone: str) -> Iterator[tuple[str, object]]:
    """A field's value with one branch fewer."""
    match value:
        case tuple():
            parts = cast(tuple[object, ...], value)
            for place, part in enumerate(parts):
                branch = _part_text(name, part, len(parts))
                if branch is not None:
                    yield branch, parts[:place] + parts[place + 1 :]
                for inner, mutated in _mutated(part, zone):
                    yield f"{inner}{_inside(part)}", (*parts[:place], mutated, *parts[place + 1 :])
        case Cap(length=length):
            yield f"the cap of {length_text(length)}", None
        case Approval(role=role):
            yield f"the approval by `{role}`", None
        case Waivers(role=role):
            yield f"waivers approved by `{role}`", None
        case Reclassification(changes=changes):
            yield f"the change of class by `{changes.kind}`", None
        case NamedPeriod(name=period) | Mode(name=period) | Exclusion(name=period) if name == "only_while":
            yield f"while `{period}`", None
        case _ if is_dataclass(value) and not isinstance(value, type):
            yield from _mutated(value, zone)
        case _:
            return


def _part_text(name: str, part: object, of: int) -> str | None:
    """The branch that a part of a tuple is; none if it is no branch of its own."""
    match part:
        case Exclusion(name=own):
            return f"exclusion `{own}`"
        case NamedPeriod(name=own):
            return f"pause `{own}`"
        case Permission(name=own):
            return f"permission `{own}`"
        case Mode(name=own):
            return f"mode `{own}`"
        case Selection(kind=kind) if of > 1:
            return f"alternative `{kind}`"
        case Band(worth=worth, ends=ends) if of > 1:
            paid = f"{worth.currency} {worth.amount}" if isinstance(worth, Money) else share_text(worth)
            return f"pays {paid} {' and '.join(bound_text(end) for end in ends)}"
        case str() if name == "steps":
            return f"step `{part}`"
        case _:
            return None


def _inside(part: object) -> str:
    match part:
        case Exclusion(name=own) | NamedPeriod(name=own) | Permission(name=own) | Mode(name=own):
            return f" in `{own}`"
        case _:
            return ""


def _weakened(condition: Condition, zone: str) -> Iterator[tuple[str, Condition]]:
    """The condition without one of its comparisons; what joins two facts is no branch."""
    match condition:
        case AllOf(of=of):
            yield from _members(of, lambda rest: AllOf(of=rest), zone)
        case AnyOf(of=of):
            yield from _members(of, lambda rest: AnyOf(of=rest), zone)
        case Not(of=Compare() | OneOf() | Present() | Notice() as of):
            yield comparison_text(of, zone, negated=True), ALWAYS_TRUE
        case Not(of=ThereIs() as of):
            yield there_is_text(of, zone, negated=True), ALWAYS_TRUE
            for branch, weaker in _weakened_lookup(of, zone):
                yield branch, Not(of=weaker)
        case Not(of=of):
            for branch, weaker in _weakened(of, zone):
                yield branch, Not(of=weaker)
        case ThereIs():
            yield there_is_text(condition, zone), ALWAYS_TRUE
            yield from _weakened_lookup(condition, zone)
        case Compare(relation=Relation.IS, left=left, right=right) if _joins(left, right):
            return
        case Compare() | OneOf() | Present() | Notice():
            yield comparison_text(condition, zone), ALWAYS_TRUE


def _weakened_lookup(condition: ThereIs, zone: str) -> Iterator[tuple[str, Condition]]:
    """What is looked up, without one of its comparisons."""
    for branch, weaker in _weakened(condition.facts.where, zone):
        yield branch, replace(condition, facts=replace(condition.facts, where=weaker))


def _joins(left: Expression, right: Expression) -> bool:
    """Whether a comparison only finds what belongs together: two facts, or a fact and its window."""
    if isinstance(left, WindowLabel) or isinstance(right, WindowLabel):
        return True
    return isinstance(left, FieldOf) and isinstance(right, FieldOf) and left.variable != right.variable


def _members(
    of: tuple[Condition, ...], joined: Callable[[tuple[Condition, ...]], Condition], zone: str
) -> Iterator[tuple[str, Condition]]:
    for place, each in enumerate(of):
        before, after = of[:place], of[place + 1 :]
        for branch, weaker in _weakened(each, zone):
            rest = (*before, *after) if weaker == ALWAYS_TRUE else (*before, weaker, *after)
            yield branch, joined(rest)


def _limit_text(limit: Limit) -> str:
    return duration_text(limit.duration) if isinstance(limit, Within) else "its limit"
