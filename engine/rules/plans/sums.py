"""Facts of a selection, summed or counted over stretches of time: what credits are a share of (S8.4)."""

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction

from sqlglot import exp

from engine.model.expression import Expression, Selection
from engine.model.fact import Lasts
from engine.model.partition import Combination
from engine.model.quantity import Instant
from engine.model.snapshot import Snapshot
from engine.rules.plans.asked import Tables
from engine.rules.plans.civil_time import LAST
from engine.rules.plans.clock_reach import load_clocks
from engine.rules.plans.clock_tables import ClockTables
from engine.rules.plans.expression_to_sql import FactRow, Scaled, Scope, fields_of, holds, possible, scaled
from engine.rules.plans.kind_to_sql import seen
from engine.rules.plans.lookup import LookupByTarget
from engine.rules.plans.parts import fields_of_parts
from engine.rules.plans.plan_to_sql import Statement, number, text

Stretch = tuple[Instant, Instant]
"""[since, until)."""

READ = """
  SELECT $key AS named, $began_at AS began_at, $ended_at AS ended_at, $holds AS holds, $amount AS amount
  FROM seen AS f
  WHERE $possible AND $about
"""

# An instant lies in a stretch; a period meets it, also one that began before.
SUMS = """
  SELECT s.number, COUNT(f.named) AS facts,
    COUNT(f.named) FILTER (WHERE f.holds IS NULL OR f.amount IS NULL) AS doubtful,
    COALESCE(SUM(f.amount), 0) AS total
  FROM stretch AS s
  LEFT JOIN read AS f
    ON f.began_at < s.until AND (f.began_at >= s.since OR COALESCE(f.ended_at > s.since, FALSE))
  GROUP BY s.number
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summed:
    """What is summed: an amount of the facts about the subjects; without an amount each counts one. Of a
    target `for each` value, those that bear the combination's values (S6.6).

    A period counts in each stretch that it meets, an amount in the one that holds the fact's instant.
    """

    facts: Selection
    amount: Expression | None
    subjects: tuple[str, ...]
    zone: str
    combination: Combination = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """So many facts of a stretch, how many of them may or may not count or have no amount, and their sum."""

    facts: int
    doubtful: int
    total: Fraction


def sums(
    snapshot: Snapshot,
    summed: Summed,
    stretches: Collection[Stretch],
    store: Tables,
    *,
    as_of: Instant,
    known_at: Instant | None,
) -> dict[Stretch, Sum]:
    """The sum of each stretch, by one statement."""
    asked = sorted(set(stretches))
    kind, tables = snapshot.kinds[summed.facts.kind], ClockTables()
    row = FactRow(kind=kind, alias="f")
    columns = {"target": "BIGINT", "subject": "VARCHAR"}
    store.load("subject", columns, [(0, each) for each in summed.subjects])
    target = number(0) if summed.subjects else None
    lookup = LookupByTarget(kinds=snapshot.kinds, as_of=as_of, known_at=known_at, target=target)
    scope = Scope(rows={summed.facts.variable: row}, zone=summed.zone, tables=tables, lookup=lookup)
    read = (summed.facts.where, *(() if summed.amount is None else (summed.amount,)))
    fields = {field.field for each in read for field in fields_of(each)}
    fields |= {kind.about} if kind.about is not None else set()
    own = fields_of_parts(kind, [field for field, _ in summed.combination])
    fields |= set(own)
    ended_at: exp.Expr = exp.null()
    if isinstance(kind.timing, Lasts) and summed.amount is None:
        fields.add(kind.timing.end)
        ended_at = exp.func("COALESCE", row.field(kind.timing.end), number(LAST))
    amount = Scaled(node=number(1)) if summed.amount is None else scaled(summed.amount, scope)
    subjects = [text(each) for each in summed.subjects]
    statement = Statement()
    statement.add("seen", "$facts", facts=seen(kind, fields, as_of, known_at))
    statement.add(
        "read",
        READ,
        key=row.key,
        began_at=row.instant,
        ended_at=ended_at,
        holds=holds(summed.facts.where, scope),
        amount=amount.node,
        possible=possible(summed.facts.where, scope, snapshot.kinds),
        about=exp.and_(
            row.field(kind.about).isin(*subjects) if subjects and kind.about else exp.true(),
            *(row.field(field).eq(text(value)) for field, value in summed.combination if field in own),
        ),
    )
    sql = statement.sql(SUMS)
    columns = {"number": "BIGINT", "since": "BIGINT", "until": "BIGINT"}
    store.load("stretch", columns, [(place, *each) for place, each in enumerate(asked)])
    load_clocks(store, tables, [kind], as_of, (), [])
    return {
        asked[place]: Sum(facts=facts, doubtful=doubtful, total=total * amount.scale)
        for place, facts, doubtful, total in store.run(sql)
    }
