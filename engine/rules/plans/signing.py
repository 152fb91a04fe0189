"""Sign-off: which time of each target's source somebody entitled has called final (S7.1)."""

from collections.abc import Sequence

from sqlglot import exp

from engine.model.expression import Selection
from engine.model.reading import SIGN_OFF_KIND
from engine.rules.plans.asked import Asked, Tables
from engine.rules.plans.intervals_to_sql import Reading, alias_of, periods
from engine.rules.plans.plan_to_sql import Statement, column, snippet
from engine.rules.plans.watched import Islands

SIGNING = {"target": "BIGINT", "source": "VARCHAR", "role": "VARCHAR"}


def signed_islands(asked: Sequence[Asked], reading: Reading, store: Tables) -> dict[int, Islands]:
    """By number, the time signed off for the targets whose source somebody must sign off.

    `asked` and `subject` are loaded. Nobody can sign off before the time is over.
    """
    rows = [
        (number, each.target.sign_off.source, each.target.sign_off.by)
        for number, each in enumerate(asked)
        if each.target.sign_off is not None
    ]
    islands = {number: Islands() for number, _, _ in rows}
    if not rows:
        return islands
    store.load("signing", SIGNING, rows)
    signing = Selection(kind=SIGN_OFF_KIND, variable="signing")
    named = {name: column(name, alias_of(signing)) for name in ("source", "by", "signed_at")}
    own = snippet(
        "q.target = s.target AND q.source = $source AND q.role = $by AND NOT $signed_at IS NULL", **named
    )
    given = periods(signing, reading).join("signing AS q", on=own)
    statement = Statement()
    reading.add_seen(statement, [SIGN_OFF_KIND])
    statement.add("signed", "$rows", rows=given.select(exp.alias_(named["signed_at"].copy(), "signed_at")))
    query = statement.sql("SELECT target, a, b FROM signed WHERE a < b AND b <= signed_at ORDER BY a, b")
    for target, start, end in store.run(query):
        islands[target].add(start, end)
    return islands
