"""Sign-off: which time of each target's source somebody entitled has called final (S7.1)."""

from collections.abc import Sequence

from sqlglot import exp

from engine.model.approval import HOLDER_KIND
from engine.model.expression import Selection
from engine.model.reading import SIGN_OFF_KIND
from engine.rules.plans.acting import could_act
from engine.rules.plans.asked import Asked, Tables
from engine.rules.plans.intervals_to_sql import Reading, alias_of, periods
from engine.rules.plans.plan_to_sql import Statement, column, snippet
from engine.rules.plans.watched import Islands

SIGNING = {"target": "BIGINT", "source": "VARCHAR", "role": "VARCHAR", "persons": "BOOLEAN"}

SIGNED = """
  SELECT target, a, b FROM signed AS s
  WHERE a < b AND b <= signed_at AND (signer = s.role OR persons AND $acted)
  ORDER BY a, b
"""


def signed_islands(asked: Sequence[Asked], reading: Reading, store: Tables) -> dict[int, Islands]:
    """By number, the time signed off for the targets whose source somebody must sign off.

    `asked` and `subject` are loaded. Nobody can sign off before the time is over.
    """
    rows = [
        (number, each.target.sign_off.source, each.target.sign_off.by, each.target.sign_off.persons)
        for number, each in enumerate(asked)
        if each.target.sign_off is not None
    ]
    islands = {number: Islands() for number, *_ in rows}
    if not rows:
        return islands
    store.load("signing", SIGNING, rows)
    signing = Selection(kind=SIGN_OFF_KIND, variable="signing")
    named = {name: column(name, alias_of(signing)) for name in ("source", "by", "signed_at")}
    own = snippet(
        "q.target = s.target AND q.source = $source AND NOT $signed_at IS NULL",
        source=named["source"],
        signed_at=named["signed_at"],
    )
    given = periods(signing, reading).join("signing AS q", on=own)
    statement = Statement()
    persons = any(is_of_persons for *_, is_of_persons in rows)
    reading.add_seen(statement, [SIGN_OFF_KIND, *((HOLDER_KIND,) if persons else ())])
    columns = {"signer": named["by"], "signed_at": named["signed_at"]}
    more = [exp.alias_(each.copy(), name) for name, each in columns.items()]
    statement.add("signed", "$rows", rows=given.select(*more, "q.role", "q.persons"))
    could = could_act(*(exp.column(name, table="s") for name in ("role", "signer", "signed_at")))
    acted = snippet("EXISTS (SELECT 1 FROM may_act AS h WHERE $could)", could=could)
    query = statement.sql(SIGNED, acted=acted if persons else exp.false())
    for target, start, end in store.run(query):
        islands[target].add(start, end)
    return islands
