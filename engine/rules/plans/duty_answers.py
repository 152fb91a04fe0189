"""What follows an occasion: its fulfilment, the changes of its class, the pauses of its clock (S3.3, S4)."""

from sqlglot import exp

from engine.model.exclusion import NamedPeriod, UntilNext
from engine.model.expression import Selection
from engine.model.obligation import OnChange, Reclassification, Recovered
from engine.rules.plans.duty_occasions import (
    absent_start_node,
    called,
    moded_class,
    start_node,
    unclassed,
    waited,
)
from engine.rules.plans.duty_writing import DutyWriting
from engine.rules.plans.expression_to_sql import class_text, holds, possible, unknowns, value
from engine.rules.plans.intervals_to_sql import intervals
from engine.rules.plans.kind_to_sql import UNTIL_NEXT
from engine.rules.plans.plan_to_sql import column, number, snippet, union

RECOVERED = """
  SELECT o.id, $at AS answered_at, 0 AS branch, o.named AS answer_key
  FROM held AS o
  WHERE $at <= $as_of
"""

MATCH = """
  SELECT o.id, $at AS answered_at, $branch AS branch, $key AS answer_key
  FROM held AS o
  JOIN $facts AS r ON $match
  WHERE $early AND $at <= $as_of AND o.start IS NOT NULL AND $about
"""

EARLY = {True: "TRUE", False: "$at >= o.since", None: "(o.looks_back OR $at >= o.since)"}
"""From when on a fact can fulfil: always, from the start on, or as the limit says (S4.5)."""

ANSWER = """
  SELECT id, answered_at, branch, answer_key
  FROM ($matches)
  QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY answered_at, branch, answer_key) = 1
"""

CHANGE = """
  SELECT o.id, $at AS changed_at, $key AS change_key, $new_class AS class,
    $unclassed AS unclassed
  FROM held AS o
  JOIN $facts AS r ON $match
  LEFT JOIN answer AS a ON a.id = o.id
  WHERE $at > CASE WHEN o.looks_back THEN o.began_at ELSE o.since END AND $at <= $as_of
    AND (a.answered_at IS NULL OR $at < a.answered_at) AND $about
"""

REGIME = """
  SELECT *, LEAD(changed_at) OVER (PARTITION BY id ORDER BY n) AS next_at
  FROM (
    SELECT id, 0 AS n, CAST(NULL AS BIGINT) AS changed_at, class, unclassed
    FROM called
    UNION ALL
    SELECT id, ROW_NUMBER() OVER (PARTITION BY id ORDER BY changed_at, change_key), changed_at, class,
      unclassed
    FROM change
  )
"""

OWING = """
  SELECT o.*, 0 AS n, CAST(NULL AS BIGINT) AS next_at, a.answered_at, a.branch, a.answer_key,
    COALESCE(a.answered_at, $as_of) AS until
  FROM held AS o
  LEFT JOIN answer AS a ON a.id = o.id
"""

RESTARTED = """
  CASE WHEN $restarts AND r.n > 0 AND l.shape IN ('elapsed', 'clock', 'days') THEN r.changed_at
    ELSE $start END
"""

OWING_BY_REGIME = """
  SELECT o.* EXCLUDE (class), r.class, r.n, r.next_at, l.limit_no, l.shape, l.source, l.length, l.is_strict,
    l.cal, l.is_months, l.ends, l.closing_cal, l.rolls, l.looks_back,
    $start AS start,
    CASE WHEN l.limit_no IS NULL THEN r.unclassed ELSE $absent END AS lacking,
    a.answered_at, a.branch, a.answer_key, COALESCE(a.answered_at, $as_of) AS until
  FROM regime AS r
  JOIN $called AS o ON o.id = r.id
  LEFT JOIN answer AS a ON a.id = r.id
  LEFT JOIN allowance AS l ON l.target = o.target AND l.class = r.class
"""

# Where a mode begins, the first declared one that holds then gives its length (S6.5).
MODE_REGIME = """
  SELECT *, LEAD(changed_at) OVER (PARTITION BY id ORDER BY n) AS next_at
  FROM (
    SELECT id, ROW_NUMBER() OVER (PARTITION BY id ORDER BY changed_at NULLS FIRST) - 1 AS n, changed_at, class
    FROM (
      SELECT m.id, m.changed_at, $given AS class
      FROM mode_given AS m
      JOIN called AS o ON o.id = m.id
      QUALIFY m.changed_at IS NULL
        OR m.place IS DISTINCT FROM LAG(m.place) OVER (PARTITION BY m.id ORDER BY m.changed_at NULLS FIRST)
    )
  )
"""

MODE_GIVEN = """
  SELECT id, CAST(NULL AS BIGINT) AS changed_at, place FROM moded
  UNION ALL
  SELECT h.id, m.a AS changed_at, MIN(e.place) AS place
  FROM held AS h
  JOIN every_mode AS m ON m.target = h.target AND m.holds AND m.a > h.since
  JOIN every_mode AS e ON e.target = h.target AND e.holds AND e.a <= m.a AND (e.b IS NULL OR m.a < e.b)
  LEFT JOIN answer AS a ON a.id = h.id
  WHERE m.a <= $as_of AND (a.answered_at IS NULL OR m.a < a.answered_at)
  GROUP BY h.id, m.a
"""

OWING_BY_MODE = """
  SELECT o.* EXCLUDE (
      class, limit_no, shape, length, is_strict, cal, is_months, ends, closing_cal, rolls, lacking
    ),
    CASE WHEN l.limit_no IS NULL THEN o.unclassed ELSE o.lacking END AS lacking, r.class, r.n, r.next_at,
    l.limit_no, l.shape, l.length, l.is_strict, l.cal, l.is_months, l.ends, l.closing_cal, l.rolls,
    a.answered_at, a.branch, a.answer_key, COALESCE(a.answered_at, $as_of) AS until
  FROM mode_regime AS r
  JOIN held AS o ON o.id = r.id
  LEFT JOIN answer AS a ON a.id = r.id
  LEFT JOIN allowance AS l ON l.target = o.target AND l.class IS NOT DISTINCT FROM r.class
"""

OWN_PAUSE = """
  SELECT o.id, $a AS a, COALESCE($b, $as_of) AS b, $holds AS holds, $missing AS missing
  FROM called AS o
  JOIN $facts AS r ON $possible
  WHERE $of AND $a IS NOT NULL AND $about
"""

COMMON_PAUSE = """
  SELECT o.id, i.a, COALESCE(i.b, $as_of) AS b, i.holds, i.missing
  FROM called AS o
  JOIN ($intervals) AS i ON i.target = o.target
  WHERE i.holds IS NOT FALSE
"""


def add_answers(writing: DutyWriting) -> None:
    """`answer`: the earliest proven match of any branch, ties by branch and key. `perhaps`: the occasions
    with a match that is unproven."""
    statement, fulfilments = writing.statement, writing.shape.fulfilments
    if isinstance(fulfilments, Recovered):
        recovered = value(fulfilments.at, writing.scope())
        statement.add("answer", RECOVERED, at=recovered, as_of=writing.as_of)
        return
    if not fulfilments:
        # Nothing ends an escalation that says no `stops`.
        statement.add("answer", RECOVERED, at=snippet("CAST(NULL AS BIGINT)"), as_of=writing.as_of)
        return
    for branch, selection in enumerate(fulfilments):
        _add_match(writing, f"match_{branch}", selection, branch, proven=True)
    statement.add("answer", ANSWER, matches=union(f"match_{branch}" for branch in range(len(fulfilments))))
    doubtful = [each for each in fulfilments if writing.is_unknowable(each.where)]
    for branch, selection in enumerate(doubtful):
        _add_match(writing, f"perhaps_{branch}", selection, branch, proven=False)
    if doubtful:
        perhaps = union(f"perhaps_{branch}" for branch in range(len(doubtful)))
        statement.add(
            "perhaps", "SELECT p.id, MIN(p.answered_at) AS perhaps_at FROM ($p) AS p GROUP BY p.id", p=perhaps
        )


def add_owing(writing: DutyWriting) -> None:
    """`owing`: one row for each deadline, numbered `n`, and the instant until which its clock runs; a changed
    class opens the next one (S4.9), and so may a mode (S6.5)."""
    change = writing.shape.reclassification
    if writing.shape.takes_lengths:
        writing.statement.add("mode_given", MODE_GIVEN, as_of=writing.as_of)
        given = moded_class(writing, column("place", "m"), column("class", "o"))
        writing.statement.add("mode_regime", MODE_REGIME, given=given)
        writing.statement.add("owing", OWING_BY_MODE, as_of=writing.as_of)
        return
    if change is None:
        writing.statement.add("owing", OWING, as_of=writing.as_of)
        return
    _add_change(writing, "change", change, proven=True)
    if writing.is_unknowable(change.changes.where):
        _add_change(writing, "perhaps_changed", change, proven=False)
    writing.statement.add("regime", REGIME)
    writing.statement.add(
        "owing",
        OWING_BY_REGIME,
        start=waited(
            writing,
            snippet(
                RESTARTED,
                restarts=exp.true() if change.effect is OnChange.RESTARTS else exp.false(),
                start=start_node(writing),
            ),
        ),
        called=called(writing),
        absent=absent_start_node(writing),
        as_of=writing.as_of,
    )


def add_pauses(writing: DutyWriting) -> None:
    """`pause`: when the clock of an occasion stands still, proven; `perhaps_pause`: unproven (S3.3, S7.3)."""
    statement, pauses = writing.statement, writing.shape.pauses
    for place, pause in enumerate(pauses):
        query = _own_pause(writing, pause) if writing.is_own(pause) else _common_pause(writing, pause)
        statement.add(f"pause_{place}", "$query", query=query)
    if pauses:
        statement.add("every_pause", "$every", every=union(f"pause_{place}" for place in range(len(pauses))))
        statement.add("pause", "SELECT id, a, b FROM every_pause WHERE holds")
        statement.add("perhaps_pause", "SELECT id, a, b, missing FROM every_pause WHERE holds IS NULL")


def _add_match(writing: DutyWriting, name: str, selection: Selection, branch: int, *, proven: bool) -> None:
    scope = writing.scope((selection, "r"))
    row = scope.fact(selection.variable)
    writing.statement.add(
        name,
        MATCH,
        at=row.instant,
        key=row.key,
        branch=number(branch),
        facts=writing.facts(selection.kind),
        match=writing.matches(selection.where, scope, proven=proven),
        early=snippet(EARLY[writing.shape.looks_back], at=row.instant),
        as_of=writing.as_of,
        about=writing.about(row),
    )


def _add_change(writing: DutyWriting, name: str, change: Reclassification, *, proven: bool) -> None:
    scope = writing.scope((change.changes, "r"))
    row = scope.fact(change.changes.variable)
    writing.statement.add(
        name,
        CHANGE,
        at=row.instant,
        key=row.key,
        new_class=class_text(change.new_class, scope),
        unclassed=unclassed(change.new_class, scope),
        facts=writing.facts(change.changes.kind),
        match=writing.matches(change.changes.where, scope, proven=proven),
        as_of=writing.as_of,
        about=writing.about(row),
    )


def _common_pause(writing: DutyWriting, pause: NamedPeriod) -> exp.Expr:
    return snippet(COMMON_PAUSE, intervals=intervals(pause, writing.reading), as_of=writing.as_of)


def _own_pause(writing: DutyWriting, pause: NamedPeriod) -> exp.Expr:
    made, of = pause.intervals, pause.of
    assert of is not None
    scope = writing.scope((made.facts, "r"))
    until = made.until
    return snippet(
        OWN_PAUSE,
        a=value(made.start, scope),
        b=column(UNTIL_NEXT + until.same, "r") if isinstance(until, UntilNext) else value(until, scope),
        holds=holds(made.facts.where, scope),
        missing=unknowns(made.facts.where, scope),
        facts=writing.facts(made.facts.kind),
        possible=possible(made.facts.where, scope, writing.reading.kinds),
        of=holds(of.where, scope),
        as_of=writing.as_of,
        about=writing.about(scope.fact(made.facts.variable)),
    )
