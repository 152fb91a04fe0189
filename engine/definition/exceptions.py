"""What a prohibition's `unless` excepts: records that a permission or an exclusion takes out (S4.8, S7.3)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.definition.book import Reading
from engine.definition.conditions import truth, unknowns
from engine.definition.periods import Spell, spells_of
from engine.definition.records import Member
from engine.model.exclusion import Permission
from engine.model.obligation import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Exceptions:
    """What may except a record, in order: permissions, then exclusions with the time that they take out."""

    permissions: tuple[Permission, ...]
    exclusions: tuple[tuple[Spell, ...], ...]
    reading: Reading
    zone: str

    @property
    def are_said(self) -> bool:
        """Whether there are any."""
        return bool(self.permissions or self.exclusions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Excepted:
    """A record of a window, and the first exception that takes it out: a permission, or a spell."""

    member: Member
    rank: int
    by: Permission | Spell

    @property
    def name(self) -> str:
        """What the policy calls the exception."""
        return self.by.name if isinstance(self.by, Permission) else self.by.source


def exceptions_of(target: Target, reading: Reading, zone: str) -> Exceptions:
    """The exceptions of a target, their time read once for all its windows."""
    return Exceptions(
        permissions=target.permissions,
        exclusions=tuple(tuple(spells_of(each, reading, zone)) for each in target.exclusions),
        reading=reading,
        zone=zone,
    )


def excepted_of(members: Sequence[Member], exceptions: Exceptions) -> list[Excepted]:
    """The records that a proven exception takes out."""
    found: list[Excepted] = []
    for member in members:
        for rank, asked in enumerate(asked_of(member, exceptions)):
            if asked.by is not None:
                found.append(Excepted(member=member, rank=rank, by=asked.by))
                break
    return found


def doubts_of(members: Sequence[Member], exceptions: Exceptions) -> tuple[str, ...]:
    """What would have to be known for an exception to take out one of these records, which none does."""
    asked = (each for member in members for each in asked_of(member, exceptions))
    return tuple(sorted({name for each in asked for name in each.missing}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What proves that an exception takes a record out, if anything, and what is missing for it."""

    by: Permission | Spell | None
    missing: tuple[str, ...]


def asked_of(member: Member, exceptions: Exceptions) -> Iterator[Asked]:
    """Each exception in order, asked of a record."""
    fact, at = member.record.match.fact, member.record.proven.belongs_at
    zone, reading = exceptions.zone, exceptions.reading
    for permission in exceptions.permissions:
        where, bound = permission.when.where, {permission.when.variable: fact}
        holds = truth(where, bound, zone, reading)
        missing = unknowns(where, bound, zone, reading) if holds is None else ()
        yield Asked(by=permission if holds else None, missing=tuple(missing))
    for spells in exceptions.exclusions:
        holding = [each for each in spells if at is not None and each.holds(at)]
        proven = next((each for each in holding if each.proven), None)
        missing = (name for each in holding if not each.proven for name in each.missing)
        yield Asked(by=proven, missing=tuple(missing))
