"""Bound 2: 1,000 tickets fed into a store that holds many, and only what they touch judged anew.

    .venv/bin/python -m benchmarks.touched [tickets …]

Every ticket is a trigger of a duty with a deadline by priority, and a record of the monthly share of its
service, of which there are 100. Beside it stands the whole evaluation (of the duty only up to 100,000
tickets: it would hold 10,000,000 verdicts), and SQL by hand that works out the same for what is touched.
In brackets is the time of processors: others may have kept them busy.
"""

import sys
from collections.abc import Callable, Iterable, Sequence
from statistics import median
from time import perf_counter, process_time
from typing import NamedTuple, TypeVar

import pyarrow

from engine import pipeline
from engine.model.fact_version import FactVersion
from engine.model.instants import parse_instant
from engine.model.quantity import HOUR, MINUTE
from engine.model.snapshot import Snapshot
from engine.model.touched import Touched
from engine.source import Source
from engine.store.database import POSITION, Store

Found = TypeVar("Found")

SERVICES = 100
TOLD = 1_000
MOST_DUTIES = 100_000

POLICY = """
use standard
document words "Words" {{ version "1" }}
party acme "Acme"
party bolt "Bolt"
{services}
fact request "A request" {{
  key id
  about service
  at opened_at
  priority one of (p1, p2, p3, p4)
}}
fact reply "An answer to it" {{
  key id
  at at
  request reference to request
}}
agreement desk is sla "Desk" {{
  between acme as provider and bolt as customer
  covers {names}
  in force from 2024-01-01 through 2025-12-31
  zone Europe/Berlin
  conventions standard {{ sources are assumed watched }}
  measure reply_time "Time to the reply" {{
    of request i answered by reply r where r.request is i.id
    counts minutes from i.opened_at to r.at
    belongs to the window of i.opened_at
  }}
  duty reply_in_time "Each request has a reply in time" {{
    cites words "1" "in time"
    obliges acme
    when request t
    must reply r where r.request is t.id
        within by t.priority {{
          p1 1 hour
          p2 4 hours
          p3 24 hours
          p4 72 hours
        }} of t.opened_at
  }}
{targets}
}}
"""

TARGET = """
  target share_{name} of {name} "Most within four hours" {{
    cites words "2" "most"
    obliges acme
    source "Desk" by acme
    requires share of reply_time within 4 hours at least 80% in each calendar month
  }}
"""

BEGINS = parse_instant("2024-01-01T00:00:00Z") or 0
ENDS = parse_instant("2025-12-20T00:00:00Z") or 0

SHARES_BY_HAND = """
  SELECT q.service, count(*) FILTER (r.answered IS NOT NULL OR {as_of} - q.opened_at > {limit}) AS counted,
    count(*) FILTER (coalesce(r.answered, {as_of}) - q.opened_at > {limit}) AS missed
  FROM (
    SELECT id, service, opened_at FROM fact_request
    WHERE opened_at >= {start} AND opened_at < {as_of} AND known_until IS NULL
  ) AS q
  LEFT JOIN (
    SELECT request, min("at") AS answered FROM fact_reply
    WHERE "at" >= {start} AND known_until IS NULL GROUP BY request
  ) AS r ON r.request = q.id
  GROUP BY q.service
"""

DUTIES_BY_HAND = """
  SELECT q.id, q.opened_at, min(r."at")
  FROM (
    SELECT id, opened_at FROM fact_request
    WHERE known_until IS NULL AND id IN (SELECT unnest(?::VARCHAR[]))
  ) AS q
  LEFT JOIN (
    SELECT request, "at" FROM fact_reply
    WHERE known_until IS NULL AND request IN (SELECT unnest(?::VARCHAR[]))
  ) AS r ON r.request = q.id
  GROUP BY ALL
"""


def policies() -> Snapshot:
    """The policy set."""
    names = [f"s{number}" for number in range(SERVICES)]
    text = POLICY.format(
        services="\n".join(f'service {name} "{name}" {{ provider acme }}' for name in names),
        names=", ".join(names),
        targets="".join(TARGET.format(name=name) for name in names),
    )
    checked = pipeline.check([Source(name="desk.sla", text=text)])
    assert checked.snapshot is not None, checked.diagnostics
    return checked.snapshot


def facts(snapshot: Snapshot, store: Store, tickets: int) -> None:
    """Tickets in the order of two years, known at once; nine of ten have a reply within eight hours."""
    for kind in snapshot.kinds.values():
        store.create(kind)
    apart = (ENDS - BEGINS) // tickets
    store.run(
        f"""
        INSERT INTO fact_request (id, service, opened_at, priority, known_from)
        SELECT 't' || i, 's' || hash(i) % {SERVICES}, {BEGINS} + i * {apart},
          'p' || 1 + hash(3 * i) % 4, {BEGINS} + i * {apart}
        FROM range({tickets}) AS r(i)
        """  # noqa: S608
    )
    store.run(
        f"""
        INSERT INTO fact_reply (id, "at", request, known_from)
        SELECT 'r' || i, answered, 't' || i, answered
        FROM (SELECT i, {BEGINS} + i * {apart} + hash(7 * i) % {8 * HOUR} AS answered
              FROM range({tickets}) AS r(i))
        WHERE hash(5 * i) % 10 > 0
        """  # noqa: S608
    )


def arrived(run: int) -> pyarrow.Table:
    """A thousand tickets of the last day."""
    at = [ENDS + run * HOUR + each * MINUTE // 20 for each in range(TOLD)]
    return pyarrow.table(
        {
            "id": [f"new-{run}-{each}" for each in range(TOLD)],
            "service": [f"s{each % SERVICES}" for each in range(TOLD)],
            "opened_at": at,
            "priority": [f"p{1 + each % 4}" for each in range(TOLD)],
            "known_from": at,
            POSITION: list(range(TOLD)),
        }
    )


class Took(NamedTuple):
    """Seconds, and seconds of processors."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        """Both."""
        return f"{self.wall:7.3f} s ({self.cpu:6.3f})"


def timed(work: Callable[[], Found]) -> tuple[Took, Found]:
    """How long it took, and what came of it."""
    began, cpu = perf_counter(), process_time()
    found = work()
    return Took(perf_counter() - began, process_time() - cpu), found


def added(took: Iterable[Took]) -> Took:
    """One after the other."""
    wall, cpu = zip(*took, strict=True)
    return Took(sum(wall), sum(cpu))


def versions(table: pyarrow.Table) -> Sequence[FactVersion]:
    """What an archive says of the tickets that came."""
    columns = table.to_pydict()
    return [
        FactVersion(
            seq=seq,
            entry=0,
            kind="request",
            key=key,
            content=None,
            digest="",
            known_from=known_from,
            is_retraction=False,
        )
        for seq, (key, known_from) in enumerate(zip(columns["id"], columns["known_from"], strict=True))
    ]


def fed(
    snapshot: Snapshot, store: Store, table: pyarrow.Table, as_of: int, figures: dict[str, list[Took]]
) -> Touched:
    """Feed the tickets, judge what they touch; how long each step took."""
    keys = table.to_pydict()["id"]
    kept, _ = timed(lambda: store.append(snapshot.kinds["request"], table, corrections=True))
    found, touched = timed(lambda: pipeline.touched(snapshot, store, versions(table), as_of=as_of))
    judged, anew = timed(lambda: pipeline.evaluate(snapshot, store, as_of=as_of, touched=touched))
    assert len(anew.verdicts) == TOLD + SERVICES
    start = parse_instant("2025-11-30T23:00:00Z")
    text = SHARES_BY_HAND.format(start=start, as_of=as_of, limit=4 * HOUR)
    shares, _ = timed(lambda: store.run(text))
    duties, _ = timed(lambda: store.run(DUTIES_BY_HAND, (keys, keys)))
    for name, took in (
        ("kept", kept),
        ("found", found),
        ("judged", judged),
        ("by hand", added((shares, duties))),
    ):
        figures.setdefault(name, []).append(took)
    return touched


def measured(snapshot: Snapshot, tickets: int) -> str:
    """A line of the table."""
    with Store.open(None) as store:
        store.run("SET threads = 2")
        facts(snapshot, store, tickets)
        figures: dict[str, list[Took]] = {}
        as_of = ENDS
        touched = Touched(promises={})
        for run in range(3):
            as_of = ENDS + (run + 1) * HOUR
            touched = fed(snapshot, store, arrived(run), as_of, figures)
        targets = [each.terms.id for each in snapshot.obligations() if "share" in each.terms.id]
        whole, found = timed(lambda: pipeline.evaluate(snapshot, store, as_of=as_of, obligations=targets))
        both = ""
        were = [each for each in found.verdicts if touched.is_of(each)]
        if tickets <= MOST_DUTIES:
            duties, others = timed(
                lambda: pipeline.evaluate(snapshot, store, as_of=as_of, obligations=["desk.reply_in_time"])
            )
            whole, both = added((whole, duties)), " with the duty"
            were += [each for each in others.verdicts if touched.is_of(each)]
        anew = pipeline.evaluate(snapshot, store, as_of=as_of, touched=touched)
        judged_anew = {each.identity: each for each in anew.verdicts}
        assert all(judged_anew[each.identity] == each for each in were), "what is touched is judged as ever"
    kept, read, judged, hand = (
        Took(*map(median, zip(*figures[name], strict=True)))
        for name in ("kept", "found", "judged", "by hand")
    )
    again = added((read, judged))
    return (
        f"{tickets:>12,} tickets   kept {kept}   touched found {read}   judged {judged}   together"
        f" {added((kept, again))}   by hand {hand}   whole evaluation{both} {whole},"
        f" {whole.cpu / again.cpu:.0f} times as much"
    )


def main() -> None:
    """Print a line for each size."""
    snapshot = policies()
    for tickets in map(int, sys.argv[1:] or ("100000", "1000000")):
        print(measured(snapshot, tickets), flush=True)


if __name__ == "__main__":
    main()
