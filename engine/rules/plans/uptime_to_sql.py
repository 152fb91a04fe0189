"""Uptime as SQL: from outages, exclusions and observations to the figures of windows, step by step (S5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from sqlglot import exp

from engine.model.approval import Approval
from engine.model.exclusion import Exclusion, Intervals
from engine.model.expression import Expression, Selection
from engine.model.measure import Deployed, MissingData, OutageAttribution, Samples, Standing, Uptime, While
from engine.model.reading import OBSERVATION_KIND, interval_selections
from engine.rules.plans.asked import Asked
from engine.rules.plans.evidence import hashed
from engine.rules.plans.expression_to_sql import Scaled, Scope, may_be_unknown, scaled
from engine.rules.plans.intervals_to_sql import Reading, intervals, periods, together
from engine.rules.plans.narrowed_to_sql import add_outside, complement, narrowing_rows
from engine.rules.plans.plan_to_sql import Statement, number, snippet
from engine.rules.plans.rolling_caps import SPENDS
from engine.rules.plans.samples_to_sql import add_samples
from engine.rules.plans.watched import observations

OUTAGE = """
  SELECT r.target, r.a, coalesce(r.b, $as_of) AS b, r.b IS NULL AS is_open
  FROM read_outage AS r JOIN asked AS q ON q.target = r.target
  WHERE coalesce(r.holds, q.takes_unproven)
"""

COVERED = "SELECT target, a, coalesce(b, $as_of) AS b FROM read_outage WHERE holds"
UNCOVERED = "SELECT target, a, b, FALSE AS is_open FROM ($gaps) AS g"

OF_PART = """
  SELECT r.target, r.part, r.a, coalesce(r.b, $as_of) AS b, r.b IS NULL AS is_open
  FROM read_outage AS r JOIN asked AS q ON q.target = r.target
  WHERE coalesce(r.holds, q.takes_unproven)
"""

WEIGHED = """
  SELECT r.target, r.a, coalesce(r.b, $as_of) AS b, r.b IS NULL AS is_open, r.weight
  FROM read_outage AS r JOIN asked AS q ON q.target = r.target
  WHERE coalesce(r.holds, q.takes_unproven)
"""

OUTSIDE = "SELECT target, 0 AS place, a, b FROM outside"

EXCLUSION = """
  SELECT target, $place AS place, a, coalesce(b, $as_of) AS b FROM $read WHERE holds
"""

NO_EXCLUSION = "SELECT target, 0 AS place, starts_at AS a, starts_at AS b FROM asked WHERE FALSE"
WATCHED = "SELECT target, a, coalesce(b, $as_of) AS b FROM read_observation"
NOTHING = "SELECT target, starts_at AS a, starts_at AS b FROM asked WHERE FALSE"
NO_WINDOWS = "SELECT target, 0 AS win FROM asked WHERE FALSE"
CAPPED_AHEAD = """
  SELECT DISTINCT s.target, s.win
  FROM capped AS c
  JOIN asked AS q ON q.target = c.target
  JOIN span AS s ON s.target = c.target AND c.a < s.ends_at AND greatest(s.starts_at, q.as_of) < c.b
  WHERE q.as_of < s.ends_at
"""
WALKED = """
  SELECT target, place, a, b FROM exclusion WHERE a < b
  UNION ALL
  SELECT DISTINCT o.target, $spends AS place, o.a, o.b
  FROM spender AS o
  JOIN exclusion AS x ON x.target = o.target AND x.place > 0 AND x.a < o.b AND o.a < x.b
  WHERE o.a < o.b AND x.a < x.b
"""
CAPPED = "SELECT target, place, a, b FROM exclusion WHERE place > 0 AND a < b"
ROLLED = """
  SELECT target, a, b FROM exclusion WHERE place = 0
  UNION ALL
  SELECT target, a, b FROM rolled
"""
NOT_FORGIVEN = "SELECT target, 0 AS win, 0 AS us, 0 AS weighted FROM asked WHERE FALSE"
NOT_WEIGHTED = "SELECT target, 0 AS cell, 0 AS weighted FROM asked WHERE FALSE"
NOT_DEPLOYED = "SELECT target, 0 AS cell, 0 AS whole, 0 AS unknown FROM asked WHERE FALSE"
DEPLOYMENT = "SELECT target, a, coalesce(b, $as_of) AS b, weight FROM read_deployed WHERE holds"
SAME = "SELECT target, a, b FROM $of"
OUTAGES, LASTING, REMAINING = (exp.to_table(name) for name in ("outage", "lasting", "remaining"))

TOUCHED = """
  SELECT s.target, s.win, count(*) AS facts, bit_xor(r.hash) AS hashes
  FROM ($read) AS r JOIN span AS s ON s.target = r.target AND r.a < s.ends_at AND r.b >= s.starts_at
  GROUP BY s.target, s.win
"""

UNPROVEN = """
  SELECT target, $is_outage AS is_outage, a, coalesce(b, $as_of) AS b, missing FROM $read WHERE holds IS NULL
"""

FIGURES = """
  SELECT w.target, w.win,
    sum(c.cb - c.ca - coalesce(l.o, 0)) AS agreed,
    sum(coalesce(l.x - l.o, 0)) AS excluded,
    sum(coalesce(b.bad, 0)) - coalesce(max(f.us), 0) AS bad,
    $unwatched AS unwatched,
    sum(CASE WHEN c.is_past THEN c.cb - c.ca - coalesce(l.xow, 0) ELSE 0 END) AS unknown,
    sum(CASE WHEN c.is_past THEN 0 ELSE c.cb - c.ca - coalesce(l.xo, 0) END) AS ahead,
    max(CASE WHEN d.target IS NULL THEN 0 ELSE 1 END) AS dropped,
    max(CASE WHEN k.target IS NULL THEN 0 ELSE 1 END) AS capped_ahead,
    sum(coalesce(v.weighted, 0)) - coalesce(max(f.weighted), 0) AS weighted,
    sum(coalesce(p.whole, 0)) AS deployed,
    sum(coalesce(p.unknown, 0)) AS unknown_deployed,
    coalesce(max(t.facts), 0) AS facts,
    CAST(coalesce(max(t.hashes), 0) AS VARCHAR) AS hashes
  FROM (
    SELECT s.target, s.win, q.axis, unnest(range(s.first_cell, s.last_cell + 1)) AS cell
    FROM span AS s JOIN asked AS q ON q.target = s.target
  ) AS w
  JOIN cell AS c ON c.axis = w.axis AND c.cell = w.cell
  LEFT JOIN length AS l ON l.target = w.target AND l.cell = w.cell
  LEFT JOIN attributed AS b ON b.target = w.target AND b.cell = w.cell
  LEFT JOIN dropped AS d ON d.target = w.target AND d.win = w.win
  LEFT JOIN capped_ahead AS k ON k.target = w.target AND k.win = w.win
  LEFT JOIN weighted AS v ON v.target = w.target AND v.cell = w.cell
  LEFT JOIN deployed AS p ON p.target = w.target AND p.cell = w.cell
  LEFT JOIN forgiven AS f ON f.target = w.target AND f.win = w.win
  LEFT JOIN touched AS t ON t.target = w.target AND t.win = w.win
  GROUP BY w.target, w.win
"""


UNWATCHED = "sum(CASE WHEN c.is_past THEN c.cb - c.ca - coalesce(l.xw, 0) ELSE 0 END)"
UNSAMPLED = "sum(coalesce(l.xw - l.x, 0))"
"""What is in layer 3: watched time, or the time without samples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UptimeShape:
    """What targets must have in common to be measured by one statement; everything else is a column.

    Each exclusion has its place among the capped ones, from 1 on, or 0.
    """

    outages: Selection
    samples: Samples | None
    at_once: str | None
    covering: bool
    only_while: tuple[While, ...]
    is_forgiving: bool
    weight: Expression | None
    deployed: Deployed | None
    excludes: tuple[tuple[Intervals, Approval | None, int], ...]
    has_rolling_cap: bool
    zone: str
    is_narrow: bool
    is_watched: bool
    is_merged: bool
    is_whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UptimeStatements:
    """`figures` measures; `unproven` asks what is possible but not proven, where that can be (S7.2); `walked`
    asks for the exclusions and what spends their caps, where any cap rolls, before `rolled` is loaded."""

    figures: str
    unproven: str | None
    walked: str | None


def uptime_shape(asked: Asked, measure: Uptime) -> UptimeShape:
    """The shape of a target: least lengths and attribution at the end need whole outages (S5.3, S5.5)."""
    is_whole = measure.attribution is OutageAttribution.WHOLE_AT_END
    return UptimeShape(
        outages=measure.outages,
        samples=measure.samples,
        at_once=None if measure.at_once is None else measure.at_once.field,
        covering=measure.covering,
        only_while=measure.only_while,
        is_forgiving=measure.forgiven is not None,
        weight=measure.weight,
        deployed=measure.deployed,
        excludes=tuple((each.intervals, each.approval, place) for each, place in cap_places(measure)),
        has_rolling_cap=has_rolling_cap(measure),
        zone=asked.agreement.zone,
        is_narrow=bool(asked.target.terms.subjects),
        is_watched=asked.target.watched_source is not None,
        is_merged=measure.least > 0
        or measure.whole > 0
        or measure.forgiven is not None
        or measure.weight is not None
        or is_whole,
        is_whole=is_whole,
    )


def cap_places(measure: Uptime) -> Iterator[tuple[Exclusion, int]]:
    """The exclusions in order of declaration, each with its place among the capped ones, from 1 on, or 0."""
    capped = 0
    for each in measure.excludes:
        capped += each.cap is not None
        yield each, capped if each.cap is not None else 0


def has_rolling_cap(measure: Uptime) -> bool:
    """Whether any cap rolls: then all of them are walked."""
    return any(each.cap is not None and each.cap.rolls for each in measure.excludes)


def plan(measure: Uptime, shape: UptimeShape, reading: Reading) -> UptimeStatements:
    """The statements that measure targets of one shape."""
    statement = Statement()
    read = _read(statement, measure, shape, reading)
    unproven = _unproven(measure, shape, reading)
    doubtful = None
    if unproven:
        doubtful = statement.sql("SELECT * FROM ($rows) AS r", rows=together(unproven))
    walked = _add_steps(statement, measure, shape, reading)
    statement.add("touched", TOUCHED, read=together([hashed(name, reading.as_of) for name in read]))
    unwatched = snippet(UNWATCHED if shape.samples is None else UNSAMPLED)
    figures = statement.sql(FIGURES, unwatched=unwatched)
    return UptimeStatements(figures=figures, unproven=doubtful, walked=walked)


def _read(statement: Statement, measure: Uptime, shape: UptimeShape, reading: Reading) -> list[str]:
    """What the figures rest on: read_outage, read_exclusion_0, …, read_observation (see `periods`)."""
    rows: dict[str, exp.Expr] = {}
    if measure.samples is None:
        rows["read_outage"] = _outages(measure, reading)
    for place, each in enumerate(measure.excludes):
        rows[_exclusion(place)] = intervals(each, reading)
    rows |= narrowing_rows(measure.only_while, reading)
    if measure.deployed is not None:
        facts = measure.deployed.facts
        level = deployed_weight(measure.deployed.weight, reading.scope(facts))
        rows["read_deployed"] = periods(facts, reading).select(exp.alias_(level.node, "weight"))
    if shape.is_watched:
        rows["read_observation"] = observations(reading)
    reading.add_seen(statement, {each.kind for each in read_by(measure, is_watched=shape.is_watched)})
    for name, query in rows.items():
        statement.add(name, "$rows", rows=query, keep=False)
    if measure.samples is None:
        return list(rows)
    statement.add("read_outage", "$rows", rows=add_samples(statement, measure, measure.samples, reading))
    return ["read_sample", *rows]


def read_by(measure: Uptime, *, is_watched: bool) -> Iterator[Selection]:
    """Every selection that is read."""
    yield measure.outages
    if measure.deployed is not None:
        yield measure.deployed.facts
    for source in (*measure.excludes, *measure.only_while):
        if isinstance(source, Standing):
            yield source.facts
        else:
            yield from interval_selections(source)
    if is_watched:
        yield Selection(kind=OBSERVATION_KIND, variable="watching")


def _outages(measure: Uptime, reading: Reading) -> exp.Select:
    """The outages, with their weights, or with the value of which those of several must overlap."""
    rows = periods(measure.outages, reading)
    scope = reading.scope(measure.outages)
    if measure.weight is not None:
        return rows.select(exp.alias_(weight_of(measure, measure.weight, scope).node, "weight"))
    if measure.at_once is None:
        return rows
    row = scope.fact(measure.outages.variable)
    return rows.select(exp.alias_(row.field(measure.at_once.field), "part"))


def weight(of: Expression, scope: Scope) -> Scaled:
    """A weight between 0 and 1, at a scale of which 1 is a multiple."""
    found = scaled(of, scope)
    assert found.divisor is None, "a weight is no quotient"
    scale = Fraction(1, found.scale.denominator)
    node = snippet(
        "LEAST(GREATEST(CAST($w AS HUGEINT), 0), $one)",
        w=found.at_scale(scale),
        one=number(scale.denominator),
    )
    return Scaled(node=node, scale=scale)


def deployed_weight(of: Expression, scope: Scope) -> Scaled:
    """A weight of at least nothing, at its own scale."""
    found = scaled(of, scope)
    assert found.divisor is None, "a weight is no quotient"
    return Scaled(node=snippet("GREATEST(CAST($w AS HUGEINT), 0)", w=found.node), scale=found.scale)


def weight_of(measure: Uptime, of: Expression, scope: Scope) -> Scaled:
    """The weight of an outage: between 0 and 1, or a part of what is deployed."""
    return weight(of, scope) if measure.deployed is None else deployed_weight(of, scope)


def _add_steps(statement: Statement, measure: Uptime, shape: UptimeShape, reading: Reading) -> str | None:
    """From the facts read to the lengths of every cell; where a cap rolls, the statement to be walked
    first."""
    as_of, walked = number(reading.as_of), None
    if measure.covering:
        statement.add("covered", COVERED, as_of=as_of)
        statement.add("outage", UNCOVERED, gaps=complement("covered"))
    elif measure.weight is not None:
        statement.add("outage", WEIGHED, as_of=as_of)
    elif measure.at_once is None:
        statement.add("outage", OUTAGE, as_of=as_of)
    else:
        statement.add("of_part", OF_PART, as_of=as_of)
        statement.chain("uptime_at_once")
    if measure.only_while:
        add_outside(statement, measure.only_while, reading)
    else:
        statement.add("outside", NOTHING)
    excluded = [
        snippet(EXCLUSION, read=exp.to_table(_exclusion(number_)), place=number(place), as_of=as_of)
        for number_, (_, _, place) in enumerate(shape.excludes)
    ]
    if measure.only_while:
        # What `while` leaves out is gone before anything is excluded, and spends no cap.
        excluded.append(snippet(OUTSIDE))
    statement.add("exclusion", "$rows", rows=together(excluded or [snippet(NO_EXCLUSION)]))
    if shape.samples is not None:
        statement.add("watched", "SELECT target, a, b FROM unsampled")
    else:
        statement.add("watched", WATCHED if shape.is_watched else NOTHING, as_of=as_of)
    if shape.is_merged:
        statement.chain("uptime_lasting")
    caps = max((place for _, _, place in shape.excludes), default=0)
    if caps:
        statement.add("spender", SAME, of=LASTING if shape.is_merged else OUTAGES)
        if shape.has_rolling_cap:
            walked = statement.sql(WALKED, spends=number(SPENDS))
            statement.add("capped", CAPPED)
            statement.add("granted", ROLLED)
        else:
            pool = number(0) if caps > 1 else exp.column("win", "c")
            statement.chain("uptime_caps", pool=pool)
            statement.chain("uptime_caps_together" if caps > 1 else "uptime_cap_alone")
            statement.chain("uptime_granted")
        statement.add("capped_ahead", CAPPED_AHEAD)
    else:
        statement.add("capped_ahead", NO_WINDOWS)
        statement.add("granted", "SELECT target, a, b FROM exclusion")
    if shape.is_merged:
        statement.chain("uptime_remaining", is_anywhere=exp.convert(caps > 0))
    else:
        statement.add("dropped", NO_WINDOWS)
    statement.add("bad", SAME, of=REMAINING if shape.is_merged else OUTAGES)
    statement.chain("uptime_counted")
    has_layer = shape.is_watched or shape.samples is not None
    statement.chain("uptime_watched_lengths" if has_layer else "uptime_lengths")
    if measure.weight is not None:
        level = "max(o.weight)" if measure.deployed is None else "sum(o.weight)"
        statement.chain("uptime_weighted", level=snippet(level))
    else:
        statement.add("weighted", NOT_WEIGHTED)
        if shape.is_forgiving:
            statement.add("weighted_piece", "SELECT *, 1 AS weight FROM remaining")
    if measure.deployed is None:
        statement.add("deployed", NOT_DEPLOYED)
    else:
        statement.add("deployment", DEPLOYMENT, as_of=as_of)
        statement.chain("uptime_deployed")
    if shape.is_forgiving:
        statement.chain("uptime_forgiven")
    else:
        statement.add("forgiven", NOT_FORGIVEN)
    if shape.is_whole:
        statement.chain("uptime_whole")
    else:
        statement.add("attributed", "SELECT target, cell, xo - x AS bad FROM length")
    return walked


def _unproven(measure: Uptime, shape: UptimeShape, reading: Reading) -> list[exp.Expr]:
    """The outages and exclusions whose condition can be unknown, and the buckets that have no sample."""
    samples = shape.samples
    outage = measure.outages.where if samples is None else samples.is_bad
    doubtful = {"read_outage": (outage, samples is not None and samples.missing is MissingData.UNMEASURED)}
    for place, each in enumerate(measure.excludes):
        doubtful[_exclusion(place)] = (each.intervals.facts.where, each.approval is not None)
    return [
        snippet(
            UNPROVEN,
            is_outage=exp.convert(name == "read_outage"),
            read=exp.to_table(name),
            as_of=number(reading.as_of),
        )
        for name, (condition, may_lack) in doubtful.items()
        if may_lack or may_be_unknown(condition, reading.kinds)
    ]


def _exclusion(place: int) -> str:
    return f"read_exclusion_{place}"
