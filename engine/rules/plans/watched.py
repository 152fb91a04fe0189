"""What the source of each target says that it watched (S6.7)."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from engine.model.expression import Selection
from engine.model.quantity import Instant
from engine.model.reading import OBSERVATION_KIND
from engine.rules.plans.asked import Asked, Tables
from engine.rules.plans.intervals_to_sql import Reading, alias_of, periods
from engine.rules.plans.plan_to_sql import Statement, column, number, snippet


@dataclass(slots=True)
class Islands:
    """Watched time, merged; grows by intervals in order of their start."""

    starts: list[Instant] = field(default_factory=list[Instant])
    ends: list[Instant] = field(default_factory=list[Instant])

    def add(self, start: Instant, end: Instant) -> None:
        """One interval more; touching ones become one."""
        if self.ends and start <= self.ends[-1]:
            self.ends[-1] = max(self.ends[-1], end)
        else:
            self.starts.append(start)
            self.ends.append(end)

    def covers(self, start: Instant, end: Instant) -> bool:
        """Whether all of [start, end) was watched."""
        place = bisect_right(self.starts, start) - 1
        return start >= end or (place >= 0 and self.ends[place] >= end)


def watched_islands(asked: Sequence[Asked], reading: Reading, store: Tables) -> dict[int, Islands]:
    """By number, the watched time of the targets whose source is watched where it is observed."""
    islands = {
        target: Islands() for target, each in enumerate(asked) if each.target.watched_source is not None
    }
    if islands:
        statement = Statement()
        reading.add_seen(statement, [OBSERVATION_KIND])
        statement.add("watched", "$rows", rows=watched(reading))
        for target, start, end in store.run(statement.sql("SELECT target, a, b FROM watched ORDER BY a, b")):
            islands[target].add(start, end)
    return islands


def watched(reading: Reading) -> exp.Expr:
    """watched(target, a, b), up to `as of`."""
    return snippet(
        "SELECT target, a, coalesce(b, $as_of) AS b FROM ($rows) AS r",
        rows=observations(reading),
        as_of=number(reading.as_of),
    )


def observations(reading: Reading) -> exp.Select:
    """The observations by the source of each target, as `periods` gives them."""
    watching = Selection(kind=OBSERVATION_KIND, variable="watching")
    by = snippet("q.target = s.target AND q.source = $s", s=column("source", alias_of(watching)))
    return periods(watching, reading).join("asked AS q", on=by)
