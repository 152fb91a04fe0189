"""The waivers of promises, one statement for all of them (S4.8)."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.model.approval import HOLDER_KIND, WAIVER_KIND, Approvals
from engine.model.fact import Lasts
from engine.model.obligation import Duty, Target
from engine.model.quantity import Instant
from engine.model.snapshot import Snapshot
from engine.rules.plans.acting import add_may_act, could_act
from engine.rules.plans.asked import Tables
from engine.rules.plans.expression_to_sql import FactRow
from engine.rules.plans.kind_to_sql import seen
from engine.rules.plans.plan_to_sql import Statement, column

WAIVED = {
    **dict.fromkeys(("promise", "version", "agreement", "obligation", "role"), "VARCHAR"),
    "must_come_before": "BOOLEAN",
}

WAIVERS = """
  SELECT q.promise, q.version, concat('waiver:', $key) AS fact, $a AS a, $b AS b,
    (NOT q.must_come_before OR $at < $a) AND EXISTS (SELECT 1 FROM may_act AS h WHERE $could_act)
      AS is_approved, q.role
  FROM waived AS q
  JOIN waivers AS w ON $agreement = q.agreement
    AND $obligation IN (q.obligation, concat(q.agreement, '.', q.obligation))
  ORDER BY q.promise, q.version, a, $key
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """One waiver of a promise by its fact's name, proven if approved; while open it reaches to `as of`."""

    name: str
    a: Instant
    b: Instant
    is_open: bool
    is_proven: bool
    missing: tuple[str, ...]

    def ends(self, end: Instant) -> bool:
        """Whether the last moment of a window lies in it; while it is open, it is not known to end before."""
        return self.a < end and (self.is_open or end <= self.b)

    def holds(self, at: Instant) -> bool:
        """Whether an instant lies in it."""
        return self.a <= at and (at < self.b or (self.is_open and at == self.b))


def waived_as(promise: Target | Duty) -> tuple[str, str]:
    """The promise and the version of its agreement, each of which may say who approves waivers."""
    return promise.terms.id, promise.terms.agreement


def waivers_by_promise(
    snapshot: Snapshot,
    promises: Sequence[Target | Duty],
    store: Tables,
    as_of: Instant,
    known_at: Instant | None,
) -> dict[tuple[str, str], list[Waiver]]:
    """By `waived_as`, the waivers of each promise that can be waived, in order of start and key."""
    asked = [
        (
            *waived_as(each),
            *name.split(".", 1),
            each.waivers.role,
            each.waivers.timing is Approvals.BEFORE,
        )
        for each in promises
        if each.waivers is not None
        for name in (each.terms.id, *each.terms.other_names)
    ]
    found: dict[tuple[str, str], list[Waiver]] = {}
    if asked:
        store.load("waived", WAIVED, asked)
        for promise, version, fact, a, b, is_approved, role in store.run(
            _statement(snapshot, as_of, known_at)
        ):
            missing = () if is_approved else (f"{fact} approved by {role}",)
            one = Waiver(
                name=fact,
                a=a,
                b=as_of if b is None else b,
                is_open=b is None,
                is_proven=bool(is_approved),
                missing=missing,
            )
            found.setdefault((promise, version), []).append(one)
    return found


def _statement(snapshot: Snapshot, as_of: Instant, known_at: Instant | None) -> str:
    waiver, holder = snapshot.kinds[WAIVER_KIND], snapshot.kinds[HOLDER_KIND]
    assert isinstance(waiver.timing, Lasts)
    statement = Statement()
    for name, kind in (("waivers", waiver), (f"seen_{HOLDER_KIND}", holder)):
        fields = [each.name for each in kind.fields]
        statement.add(name, "$facts", facts=seen(kind, fields, as_of, known_at))
    add_may_act(statement, holder)
    row = FactRow(kind=waiver, alias="w")
    return statement.sql(
        WAIVERS,
        key=row.key,
        a=row.instant,
        b=row.field(waiver.timing.end),
        at=row.field("approved_at"),
        agreement=row.field("agreement"),
        obligation=row.field("obligation"),
        could_act=could_act(column("role", "q"), row.field("approved_by"), row.field("approved_at")),
    )
