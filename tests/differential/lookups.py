"""Random `there is` conditions over the kinds of the random worlds (S7.2)."""

from collections.abc import Iterable
from functools import cache

from hypothesis import strategies as st

from engine.model.expression import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    FieldOf,
    InForce,
    Literal,
    Not,
    Present,
    Relation,
    Selection,
    ThereIs,
    UntilNext,
)
from tests.differential.kinds import KINDS

STATUS, OUTAGE, REPLY, MAINTENANCE = "status", "outage", "reply", "maintenance"


@cache
def lookups(owner: str) -> st.SearchStrategy[Condition]:
    """Whether there is a fact beside the ticket `owner`: of its own, of its service, in force or just so."""
    found = st.one_of(_statuses(owner), _outages(owner), _replies(owner), _maintenances(owner))
    return st.one_of(found, found, found.map(lambda of: Not(of=of)))


def _field(variable: str, kind: str, name: str) -> FieldOf:
    found = KINDS[kind].field_named(name)
    assert found is not None
    return FieldOf(variable=variable, kind=kind, field=name, type=found.type)


def _same(left: FieldOf, right: FieldOf) -> Condition:
    return Compare(relation=Relation.IS, left=left, right=right)


def _value(left: FieldOf, value: str | bool) -> Condition:
    return Compare(relation=Relation.IS, left=left, right=Literal(value=value, type=left.type))


def _all(of: Iterable[Condition]) -> Condition:
    parts = tuple(of)
    return parts[0] if len(parts) == 1 else AllOf(of=parts)


@cache
def _moments(owner: str) -> st.SearchStrategy[FieldOf]:
    names = st.sampled_from(("opened_at", "opened_at", "classified_at", "wanted_by"))
    return names.map(lambda name: _field(owner, "ticket", name))


@cache
@st.composite
def _statuses(draw: st.DrawFn, owner: str) -> Condition:
    """The status of the ticket at an instant, the last one before the next."""
    own = _same(_field("there_s", STATUS, "ticket"), _field(owner, "ticket", "id"))
    value = _value(_field("there_s", STATUS, "value"), draw(st.sampled_from(("waiting", "working"))))
    inner = draw(st.sampled_from(((own,), (own, value), (own, value), (value,), (own, Not(of=value)))))
    in_force = None
    if draw(st.integers(0, 3)):
        in_force = InForce(at=draw(_moments(owner)), until=UntilNext(same="ticket"))
    return ThereIs(facts=Selection(kind=STATUS, variable="there_s", where=_all(inner)), in_force=in_force)


@cache
@st.composite
def _outages(draw: st.DrawFn, owner: str) -> Condition:
    """An outage at an instant, perhaps of the same service, perhaps with a maintenance beside it."""
    parts: list[Condition] = []
    if draw(st.booleans()):
        parts.append(_same(_field("there_o", OUTAGE, "service"), _field(owner, "ticket", "service")))
    if draw(st.booleans()):
        parts.append(_value(_field("there_o", OUTAGE, "cause"), draw(st.sampled_from(("ours", "theirs")))))
    if draw(st.integers(0, 3)) == 0:
        during = InForce(at=_field("there_o", OUTAGE, "start"), until=_field("there_x", MAINTENANCE, "end"))
        beside = _same(_field("there_x", MAINTENANCE, "service"), _field("there_o", OUTAGE, "service"))
        parts.append(
            ThereIs(facts=Selection(kind=MAINTENANCE, variable="there_x", where=beside), in_force=during)
        )
    in_force = None
    if draw(st.booleans()):
        in_force = InForce(at=draw(_moments(owner)), until=_field("there_o", OUTAGE, "end"))
    where = _all(parts) if parts else AllOf(of=())
    return ThereIs(facts=Selection(kind=OUTAGE, variable="there_o", where=where), in_force=in_force)


@cache
@st.composite
def _replies(draw: st.DrawFn, owner: str) -> Condition:
    """A reply to the ticket, or any reply after it."""
    own = _same(_field("there_r", REPLY, "ticket"), _field(owner, "ticket", "id"))
    helpful = _field("there_r", REPLY, "helpful")
    later = Compare(
        relation=Relation.ABOVE,
        left=_field("there_r", REPLY, "at"),
        right=_field(owner, "ticket", draw(st.sampled_from(("opened_at", "classified_at")))),
    )
    kind = draw(st.sampled_from(("own", "helpful", "either", "later")))
    match kind:
        case "own":
            where = own
        case "helpful":
            where = AllOf(of=(own, _value(helpful, True)))
        case "either":
            where = AnyOf(of=(own, Present(value=helpful)))
        case _:
            where = later
    return ThereIs(facts=Selection(kind=REPLY, variable="there_r", where=where))


@cache
@st.composite
def _maintenances(draw: st.DrawFn, owner: str) -> Condition:
    """A maintenance in force, by its own period or until the next of its service."""
    until = draw(st.sampled_from((UntilNext(same="service"), _field("there_m", MAINTENANCE, "end"))))
    return ThereIs(
        facts=Selection(
            kind=MAINTENANCE,
            variable="there_m",
            where=_same(_field("there_m", MAINTENANCE, "service"), _field(owner, "ticket", "service")),
        ),
        in_force=InForce(at=draw(_moments(owner)), until=until),
    )
