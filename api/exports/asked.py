"""What an export is asked for: the parameters of its address, as a filter of verdicts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeVar

from starlette.datastructures import QueryParams

from api.graphql.compliance import PeriodInput, VerdictFilter
from api.graphql.errors import bad_input
from api.graphql.opaque import global_id
from api.graphql.scalars import DateTime, read_date_time
from engine.model.canonical_json import Json
from engine.model.quantity import Instant
from engine.model.snapshot import Snapshot
from engine.model.verdict import Flag, State

Member = TypeVar("Member", bound=Enum)

ONCE = ("asOf", "knownAt", "agreement", "obligation", "service", "windowStart", "windowEnd")
SEVERAL = ("state", "flag")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The verdicts that are asked for; names are those of the policies. `given` is how it was asked."""

    as_of: Instant | None = None
    known_at: Instant | None = None
    agreement: str | None = None
    obligation: str | None = None
    service: str | None = None
    states: tuple[State, ...] = ()
    flags: tuple[Flag, ...] = ()
    window: tuple[Instant, Instant] | None = None
    given: dict[str, Json] = field(default_factory=dict[str, Json])

    def filter(self, snapshot: Snapshot) -> VerdictFilter:
        """The same as a filter; what the policies do not name, or not to who asks, is a bad input."""
        names: tuple[tuple[str, str | None, Callable[[str], object]], ...] = (
            ("agreement", self.agreement, snapshot.agreements.get),
            ("obligation", self.obligation, snapshot.obligation),
            ("service", self.service, snapshot.services.get),
        )
        for kind, name, find in names:
            if name is not None and find(name) is None:
                raise bad_input(f"the policies that answer have no {kind} of the name in `{kind}`")
        window = None
        if self.window is not None:
            start, end = self.window
            window = PeriodInput(start=DateTime(start), end=DateTime(end))
        return VerdictFilter(
            state=list(self.states) or None,
            flag=list(self.flags) or None,
            agreement=None if self.agreement is None else global_id("Agreement", self.agreement),
            obligation=None if self.obligation is None else global_id("Obligation", self.obligation),
            service=None if self.service is None else global_id("Service", self.service),
            window=window,
        )


def asked(parameters: QueryParams) -> Asked:
    """The parameters; one that there is not, that is said twice or cannot be read is a bad input."""
    for name in parameters:
        if name not in (*ONCE, *SEVERAL):
            known = ", ".join(f"`{each}`" for each in (*ONCE, *SEVERAL))
            raise bad_input(f"an export has no parameter of that name; it has {known}")
        if name in ONCE and len(parameters.getlist(name)) > 1:
            raise bad_input(f"`{name}` is said once")
    if ("windowStart" in parameters) != ("windowEnd" in parameters):
        raise bad_input("say `windowStart` and `windowEnd`, or neither")
    start, end = _instant(parameters, "windowStart"), _instant(parameters, "windowEnd")
    given: dict[str, Json] = {name: list(parameters.getlist(name)) for name in sorted(set(parameters))}
    return Asked(
        as_of=_instant(parameters, "asOf"),
        known_at=_instant(parameters, "knownAt"),
        agreement=parameters.get("agreement"),
        obligation=parameters.get("obligation"),
        service=parameters.get("service"),
        states=_members(parameters, "state", State),
        flags=_members(parameters, "flag", Flag),
        window=None if start is None or end is None else (start, end),
        given=given,
    )


def _instant(parameters: QueryParams, name: str) -> Instant | None:
    text = parameters.get(name)
    return None if text is None else read_date_time(text)


def _members(parameters: QueryParams, name: str, kind: type[Member]) -> tuple[Member, ...]:
    found: list[Member] = []
    for text in parameters.getlist(name):
        if text not in kind.__members__:
            raise bad_input(f"`{name}` is one of {', '.join(kind.__members__)}")
        found.append(kind[text])
    return tuple(found)
