"""Uptime targets of one shape, measured by one statement from outages, exclusions and observations (S5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlglot import exp

from engine.model.exclusion import Intervals
from engine.model.expression import Selection
from engine.model.measure import CapSpending, OutageAttribution, ShortOutages, Uptime
from engine.model.period import Window
from engine.model.quantity import Microseconds
from engine.model.reading import OBSERVATION_KIND
from engine.model.verdict import Evidence
from engine.rules.plans.asked import Asked, Tables, load_subjects
from engine.rules.plans.axes import AXIS_COLUMNS, CELL_COLUMNS, Axes, AxisKey
from engine.rules.plans.evidence import NO_FACTS, evidence_of
from engine.rules.plans.expression_to_sql import may_be_unknown
from engine.rules.plans.intervals_to_sql import Reading, intervals, names_in, periods, together
from engine.rules.plans.plan_to_sql import Statement, number, snippet
from engine.rules.plans.watched import observations, watched

ASKED: dict[str, str] = {
    **dict.fromkeys(
        ("target", "axis", "starts_at", "ends_at", "as_of", "least_whole", "least_piece", "cap"), "BIGINT"
    ),
    "spends_announced": "BOOLEAN",
    "source": "VARCHAR",
    "takes_unproven": "BOOLEAN",
}
SPAN: dict[str, str] = dict.fromkeys(
    ("target", "win", "starts_at", "ends_at", "first_cell", "last_cell"), "BIGINT"
)

NOTHING = "SELECT target, starts_at AS a, starts_at AS b FROM asked WHERE FALSE"

OUTAGES, LASTING, REMAINING = (exp.to_table(name) for name in ("outage", "lasting", "remaining"))

OUTAGE = """
  SELECT r.target, r.a, coalesce(r.b, $as_of) AS b, r.b IS NULL AS is_open
  FROM ($rows) AS r JOIN asked AS q ON q.target = r.target
  WHERE coalesce(r.holds, q.takes_unproven)
"""

FINAL = """
  SELECT w.target, w.win,
    sum(c.cb - c.ca) AS agreed,
    sum(coalesce(l.x, 0)) AS excluded,
    sum(coalesce(b.bad, 0)) AS bad,
    sum(CASE WHEN c.is_past THEN c.cb - c.ca - coalesce(l.xw, 0) ELSE 0 END) AS unwatched,
    sum(CASE WHEN c.is_past THEN c.cb - c.ca - coalesce(l.xow, 0) ELSE 0 END) AS unknown,
    sum(CASE WHEN c.is_past THEN 0 ELSE c.cb - c.ca - coalesce(l.xo, 0) END) AS ahead,
    max(CASE WHEN d.target IS NULL THEN 0 ELSE 1 END) AS dropped
  FROM (
    SELECT s.target, s.win, q.axis, unnest(range(s.first_cell, s.last_cell + 1)) AS cell
    FROM span AS s JOIN asked AS q ON q.target = s.target
  ) AS w
  JOIN cell AS c ON c.axis = w.axis AND c.cell = w.cell
  LEFT JOIN length AS l ON l.target = w.target AND l.cell = w.cell
  LEFT JOIN attributed AS b ON b.target = w.target AND b.cell = w.cell
  LEFT JOIN dropped AS d ON d.target = w.target
  GROUP BY w.target, w.win
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class UptimeShape:
    """What targets must have in common to be measured by one statement; everything else is a column."""

    outages: Selection
    excludes: tuple[tuple[Intervals, bool], ...]
    zone: str
    is_narrow: bool
    is_watched: bool
    is_merged: bool
    is_whole: bool


class Figures(NamedTuple):
    """The lengths of one window in counted microseconds.

    `unknown` is unwatched and not known to be bad; `ahead` is not yet past, and neither excluded nor bad.
    `dropped` is 1 where an outage was too short so far but may have been longer than is known.
    """

    agreed: Microseconds
    excluded: Microseconds
    bad: Microseconds
    unwatched: Microseconds
    unknown: Microseconds
    ahead: Microseconds
    dropped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unproven:
    """An outage or an exclusion whose condition is unknown, and the fields that would say (S7.2, S7.3)."""

    is_outage: bool
    a: int
    b: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UptimeRow:
    """What the facts say of one window: with the proven outages, and with the possible ones too (S7.2).

    `target` is the number of the target in the tables.
    """

    asked: Asked
    measure: Uptime
    target: int
    window: Window
    best: Figures
    worst: Figures
    unproven: tuple[Unproven, ...]
    evidence: Evidence


def uptime_shape(asked: Asked) -> UptimeShape:
    """The shape of a target: least lengths and attribution at the end need whole outages (S5.3, S5.5)."""
    measure = _measure(asked)
    is_whole = measure.attribution is OutageAttribution.WHOLE_AT_END
    return UptimeShape(
        outages=measure.outages,
        excludes=tuple((each.intervals, each.cap is not None) for each in measure.excludes),
        zone=asked.agreement.zone,
        is_narrow=bool(asked.target.terms.subjects),
        is_watched=asked.target.watched_source is not None,
        is_merged=measure.least > 0 or is_whole,
        is_whole=is_whole,
    )


def measure_uptime(
    asked: Sequence[Asked], reading: Reading, store: Tables, also_read: Sequence[Selection]
) -> list[UptimeRow]:
    """A row for each window of targets of one shape; their modes are what is `also_read`."""
    shape, measure = uptime_shape(asked[0]), _measure(asked[0])
    query, doubtful = _statement(measure, shape, reading), _doubtful(measure, reading)
    read = [measure.outages, *(each.intervals.facts for each in measure.excludes)]
    reading.load_clocks(store, [*read, *also_read])
    proven = [(each, False) for each in asked]
    _load(store, reading, proven)
    unproven = {} if doubtful is None else _unproven(doubtful, store)
    also = [each for each in range(len(asked)) if any(one.is_outage for one in unproven.get(each, ()))]
    if also:
        _load(store, reading, [*proven, *((asked[each], True) for each in also)])
    possible = {target: len(asked) + place for place, target in enumerate(also)}
    figures = {(target, win): Figures(*lengths) for target, win, *lengths in store.run(query)}
    evidence = evidence_of(_read(measure, shape, reading), reading, store, query)
    return [
        UptimeRow(
            asked=each,
            measure=_measure(each),
            target=target,
            window=window,
            best=figures[target, win],
            worst=figures[possible.get(target, target), win],
            unproven=tuple(
                one for one in unproven.get(target, ()) if one.a < window.end and one.b > window.start
            ),
            evidence=evidence.get((target, win), Evidence(facts=0, digest=NO_FACTS, query=query)),
        )
        for target, each in enumerate(asked)
        for win, window in enumerate(each.windows)
    ]


def _measure(asked: Asked) -> Uptime:
    assert isinstance(asked.target.measure, Uptime)
    return asked.target.measure


def _load(store: Tables, reading: Reading, asked: Sequence[tuple[Asked, bool]]) -> None:
    """`asked`, `subject`, `axis`, `cell` and `span`."""
    axes = Axes(reading.as_of)
    numbers = [
        axes.add(
            AxisKey(_measure(each).hours, each.target.windows, each.agreement.zone),
            (edge for window in each.windows for edge in (window.start, window.end)),
        )
        for each, _ in asked
    ]
    tables = axes.tables()
    store.load("axis", AXIS_COLUMNS, tables.axis)
    store.load("cell", CELL_COLUMNS, tables.cell)
    store.load(
        "asked",
        ASKED,
        [
            (
                target,
                numbers[target],
                each.starts_at,
                each.ends_at,
                reading.as_of,
                *_least(_measure(each)),
                next((one.cap.length for one in _measure(each).excludes if one.cap is not None), None),
                _measure(each).cap_spending is CapSpending.ANNOUNCED_TIME,
                each.target.watched_source,
                takes_unproven,
            )
            for target, (each, takes_unproven) in enumerate(asked)
        ],
    )
    store.load(
        "span",
        SPAN,
        [
            (target, win, window.start, window.end, *tables.run(numbers[target], window.start, window.end))
            for target, (each, _) in enumerate(asked)
            for win, window in enumerate(each.windows)
        ],
    )
    load_subjects(store, ((target, each) for target, (each, _) in enumerate(asked)))


def _least(measure: Uptime) -> tuple[Microseconds, Microseconds]:
    """The least length of a whole outage, and of what exclusions leave of one (S5.3)."""
    if measure.short_outages is ShortOutages.BEFORE_EXCLUSIONS:
        return measure.least, 0
    return 0, measure.least


def _statement(measure: Uptime, shape: UptimeShape, reading: Reading) -> str:
    """From the facts to the figures of every window, step by step."""
    statement, as_of = Statement(), number(reading.as_of)
    kinds = {measure.outages.kind, *(each.intervals.facts.kind for each in measure.excludes)}
    reading.add_seen(statement, kinds | ({OBSERVATION_KIND} if shape.is_watched else set[str]()))
    statement.add("outage", OUTAGE, rows=periods(measure.outages, reading), as_of=as_of)
    statement.add("exclusion", "$rows", rows=_exclusions(measure, reading))
    statement.add("watched", "$rows", rows=watched(reading) if shape.is_watched else snippet(NOTHING))
    if shape.is_merged:
        statement.chain("uptime_lasting")
    if any(is_capped for _, is_capped in shape.excludes):
        statement.add("spender", "SELECT target, a, b FROM $t", t=LASTING if shape.is_merged else OUTAGES)
        statement.chain("uptime_caps")
    else:
        statement.add("granted", "SELECT target, a, b FROM exclusion")
    if shape.is_merged:
        statement.chain("uptime_remaining")
    else:
        statement.add("dropped", "SELECT target FROM asked WHERE FALSE")
    statement.add("bad", "SELECT target, a, b FROM $t", t=REMAINING if shape.is_merged else OUTAGES)
    statement.chain("uptime_counted")
    if shape.is_whole:
        statement.chain("uptime_whole")
    else:
        statement.add("attributed", "SELECT target, cell, xo - x AS bad FROM length")
    return statement.sql(FINAL)


def _read(measure: Uptime, shape: UptimeShape, reading: Reading) -> list[tuple[str, exp.Expr]]:
    """Everything that the figures rest on, by the kind that is read (S7.4)."""
    read: list[tuple[str, exp.Expr]] = [(measure.outages.kind, periods(measure.outages, reading))]
    read += [(each.intervals.facts.kind, intervals(each, reading)) for each in measure.excludes]
    return [*read, (OBSERVATION_KIND, observations(reading))] if shape.is_watched else read


def _exclusions(measure: Uptime, reading: Reading) -> exp.Expr:
    """exclusion(target, is_capped, a, b): only what is proven excludes (S7.3)."""
    selects = [
        snippet(
            "SELECT r.target, $is_capped AS is_capped, r.a, coalesce(r.b, $as_of) AS b"
            " FROM ($rows) AS r WHERE r.holds",
            is_capped=exp.convert(each.cap is not None),
            as_of=number(reading.as_of),
            rows=intervals(each, reading),
        )
        for each in measure.excludes
    ]
    return (
        together(selects)
        if selects
        else snippet("SELECT *, FALSE AS is_capped FROM ($n) AS r", n=snippet(NOTHING))
    )


def _doubtful(measure: Uptime, reading: Reading) -> str | None:
    """What is possible but not proven; nothing where no condition can be unknown (S7.2)."""
    sources: list[tuple[bool, Selection, exp.Expr]] = [
        (True, measure.outages, periods(measure.outages, reading)),
        *((False, each.intervals.facts, intervals(each, reading)) for each in measure.excludes),
    ]
    doubtful = [each for each in sources if may_be_unknown(each[1].where, reading.kinds)]
    if not doubtful:
        return None
    statement = Statement()
    reading.add_seen(statement, {each.kind for _, each, _ in doubtful})
    selects = [
        snippet(
            "SELECT r.target, $is_outage AS is_outage, r.a, coalesce(r.b, $as_of) AS b, r.missing"
            " FROM ($rows) AS r WHERE r.holds IS NULL",
            is_outage=exp.convert(is_outage),
            as_of=number(reading.as_of),
            rows=rows,
        )
        for is_outage, _, rows in doubtful
    ]
    statement.add("doubtful", "$rows", rows=together(selects))
    return statement.sql("SELECT target, is_outage, a, b, missing FROM doubtful")


def _unproven(query: str, store: Tables) -> dict[int, list[Unproven]]:
    found: dict[int, list[Unproven]] = {}
    for target, is_outage, a, b, missing in store.run(query):
        one = Unproven(is_outage=is_outage, a=a, b=b, missing=names_in(missing))
        found.setdefault(target, []).append(one)
    return found
