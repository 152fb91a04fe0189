"""Samples as SQL: added up in buckets, whose sums are bad or not, and the time without any (S5.2)."""

from sqlglot import exp

from engine.model.measure import MissingData, Samples, Uptime
from engine.model.quantity import DAY, Instant
from engine.rules.plans.civil_time import DAYS_FROM_YEAR_ZERO
from engine.rules.plans.expression_to_sql import FactRow, Scope, fields_of, holds, unknowns
from engine.rules.plans.intervals_to_sql import Reading
from engine.rules.plans.narrowed_to_sql import complement
from engine.rules.plans.plan_to_sql import Statement, column, number, snippet, text

START = "(($at + $shift) // $length * $length - $shift)"

UNSAMPLED = """
  SELECT g.target, greatest(g.a, s.slot_from) AS a, least(g.b, s.close_at) AS b
  FROM ($between) AS g
  JOIN asked AS q ON q.target = g.target
  JOIN axis AS s ON s.axis = q.axis AND g.a < s.close_at AND s.slot_from < g.b
"""


def whole_buckets(as_of: Instant, samples: Samples | None) -> Instant:
    """As of the end of the last bucket that is over: a later one may still turn (S5.2)."""
    return as_of if samples is None else as_of // samples.length * samples.length


def add_samples(statement: Statement, measure: Uptime, samples: Samples, reading: Reading) -> exp.Expr:
    """read_sample, bucket and unsampled; gives the rows of read_outage: bad buckets, and missing ones."""
    kind = reading.kinds[measure.outages.kind]
    length = number(samples.length)
    fields = sorted({each.field for each in fields_of(samples.is_bad)})
    scope = reading.scope(measure.outages)
    row = scope.fact(measure.outages.variable)
    shift = number(DAYS_FROM_YEAR_ZERO * DAY)
    known = [snippet("CAST($v AS VARCHAR)", v=row.field(each)) for each in fields]
    statement.add(
        "read_sample",
        "SELECT *, a + $length AS b FROM ($rows) AS r",
        keep=False,
        length=length,
        rows=reading.facts(measure.outages)
        .select(
            "s.target",
            exp.alias_(exp.func("CONCAT_WS", text("|"), text(kind.name), row.key, *known), "fact"),
            exp.alias_(row.key, "key"),
            exp.alias_(snippet(START, at=row.instant, shift=shift, length=length), "a"),
            exp.alias_(exp.true(), "holds"),
            *(exp.alias_(row.field(each), f"of_{each}", quoted=True) for each in fields),
        )
        .where(
            snippet("$at < $as_of", at=row.instant, as_of=number(reading.as_of)),
            holds(measure.outages.where, scope),
        ),
    )
    sums = [exp.alias_(snippet("sum($v)", v=column(f"of_{each}", "r")), each, quoted=True) for each in fields]
    keys = exp.alias_(snippet("min(r.key)"), kind.key, quoted=True)
    buckets = exp.select("r.target", "r.a", "r.b", keys, *sums).from_("read_sample AS r")
    statement.add("bucket", "$rows", rows=buckets.group_by("r.target", "r.a", "r.b"))
    total = Scope(
        rows={measure.outages.variable: FactRow(kind=kind, alias="k")},
        zone=reading.zone,
        tables=reading.tables,
        lookup=reading.lookup(column("target", "k")),
    )
    bad = snippet(
        "SELECT * FROM (SELECT k.target, CONCAT($kind, $key) AS fact, k.a, k.b, $holds AS holds,"
        " $missing AS missing FROM bucket AS k) AS f WHERE NOT holds IS FALSE",
        kind=text(f"{kind.name}:"),
        key=column(kind.key, "k"),
        holds=holds(samples.is_bad, total),
        missing=unknowns(samples.is_bad, total),
    )
    if samples.missing is None:
        statement.add("unsampled", "SELECT target, starts_at AS a, starts_at AS b FROM asked WHERE FALSE")
        return bad
    statement.add("unsampled", UNSAMPLED, between=complement("bucket"))
    is_down = samples.missing is MissingData.COUNTS_AS_DOWN
    missing = snippet(
        "SELECT target, $fact, a, b, CAST($holds AS BOOLEAN), $missing FROM unsampled WHERE a < b",
        fact=text(f"{kind.name}:missing"),
        holds=exp.true() if is_down else exp.null(),
        missing=text("" if is_down else f"\n{kind.name}:missing"),
    )
    return exp.union(bad, missing, distinct=False, copy=False)
