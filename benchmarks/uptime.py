"""W3: uptime of 1,000 services per month, outages less maintenance in service hours, against SQL by hand.

    .venv/bin/python -m benchmarks.uptime [outages]

Both read the same store and give the same figures; the plan also gives evidence for every window.
"""

import sys
from dataclasses import replace
from datetime import date, datetime
from time import perf_counter
from zoneinfo import ZoneInfo

from engine.model.calendar import LocalSpan, WeeklyCalendar
from engine.model.instants import instant_of
from engine.model.quantity import HOUR
from engine.rules.plans.calendar_to_clock import slots
from engine.rules.plans.targets import judge_targets
from engine.store.database import Store
from tests.definition.policies import KINDS, Policy, terms, uptime

SERVICES = 1_000
ZONE = "Europe/Berlin"
YEAR = 2025

BY_HAND = """
  WITH held AS (
    SELECT service, start AS a, "end" AS b, 0 AS layer FROM fact_outage WHERE known_until IS NULL
    UNION ALL
    SELECT service, start, "end", 1 FROM fact_maintenance WHERE known_until IS NULL
  ),
  cut AS (
    SELECT h.service, m.month, h.layer, greatest(h.a, m.a) AS a, least(h.b, m.b) AS b
    FROM held AS h JOIN month AS m ON m.a < h.b AND h.a < m.b
  ),
  begun AS (
    SELECT c.service, c.month, c.layer, c.b, k.before_us + least(c.a, k.close_at) - k.slot_from AS ca
    FROM cut AS c JOIN clock_by_hand AS k
      ON k.utc_day = c.a // 86400000000 + 719528 AND c.a >= k.slot_from AND c.a < k.slot_to
  ),
  counted AS (
    SELECT c.service, c.month, c.layer, c.ca, k.before_us + least(c.b, k.close_at) - k.slot_from AS cb
    FROM begun AS c JOIN clock_by_hand AS k
      ON k.utc_day = c.b // 86400000000 + 719528 AND c.b >= k.slot_from AND c.b < k.slot_to
  ),
  excluded AS (
    SELECT service, month, sum(greatest(0, cb - greatest(ca, coalesce(reach, ca)))) AS x
    FROM (
      SELECT *, max(cb) OVER (
        PARTITION BY service, month ORDER BY ca, cb ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
      ) AS reach
      FROM counted WHERE layer = 1
    ) GROUP BY service, month
  ),
  either AS (
    SELECT service, month, sum(greatest(0, cb - greatest(ca, coalesce(reach, ca)))) AS u
    FROM (
      SELECT *, max(cb) OVER (
        PARTITION BY service, month ORDER BY ca, cb ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
      ) AS reach
      FROM counted
    ) GROUP BY service, month
  )
  SELECT u.service, u.month, coalesce(x.x, 0), u.u - coalesce(x.x, 0)
  FROM either AS u LEFT JOIN excluded AS x ON x.service = u.service AND x.month = u.month
"""


def facts(store: Store, outages: int) -> None:
    """Outages of a minute to an hour, one maintenance of an hour to three for every twenty of them."""
    for kind in KINDS.values():
        store.create(kind)
    start = instant_of(datetime(YEAR, 1, 1, tzinfo=ZoneInfo(ZONE)))
    store.run(
        f"""
        INSERT INTO fact_outage (id, service, start, "end", known_from)
        SELECT 'o' || i, 'service-' || hash(i) % {SERVICES}, a, a + (60 + hash(3 * i) % 3600) * 1000000, 0
        FROM (SELECT i, {start} + hash(7 * i + 1) % 31400000 * 1000000 AS a FROM range({outages}) AS r(i))
        """  # noqa: S608
    )
    store.run(
        f"""
        INSERT INTO fact_maintenance (id, service, start, "end", known_from)
        SELECT 'm' || i, 'service-' || i % {SERVICES}, a, a + (3600 + hash(5 * i) % 7200) * 1000000, 0
        FROM (SELECT i, {start} + hash(11 * i + 1) % 31400000 * 1000000 AS a
              FROM range({outages // 20}) AS r(i))
        """  # noqa: S608
    )


def main(outages: int) -> None:
    """Run both twice and print the table."""
    week = (LocalSpan(start=8 * HOUR, end=18 * HOUR),)
    hours = WeeklyCalendar(name="hours", zone=ZONE, week=(week,) * 5 + ((),) * 2)
    promise = uptime("99", hours=hours)
    targets = [
        replace(promise, terms=terms(id=f"a.s{n}", subject=f"service-{n}", subjects=(f"service-{n}",)))
        for n in range(SERVICES)
    ]
    policy = Policy(KINDS, promise, first=date(YEAR, 1, 1), through=date(YEAR, 12, 31))
    months = [instant_of(datetime(YEAR + n // 12, n % 12 + 1, 1, tzinfo=ZoneInfo(ZONE))) for n in range(13)]
    with Store.open(None) as store:
        store.run("SET threads = 2")
        facts(store, outages)
        names = ("utc_day", "slot_from", "slot_to", "close_at", "before_us")
        store.load("clock_by_hand", dict.fromkeys(names, "BIGINT"), slots(hours, months[0], months[-1]))
        store.load(
            "month",
            {"month": "BIGINT", "a": "BIGINT", "b": "BIGINT"},
            [(n, months[n], months[n + 1]) for n in range(12)],
        )
        for _ in range(2):
            began = perf_counter()
            by_hand = {(service, month): found for service, month, *found in store.run(BY_HAND)}
            hand = perf_counter() - began
            began = perf_counter()
            judged = judge_targets(
                policy.snapshot, targets, store, as_of=months[-1], known_at=None, progress=lambda *_: None
            )
            plan = perf_counter() - began
            print(
                f"{outages:>12,} outages   by hand {hand:6.2f} s   plan, evidence, verdicts {plan:6.2f} s"
                f"   ratio {plan / hand:4.2f}"
            )
        for verdict in judged.verdicts:
            month = int(verdict.identity[2][-2:]) - 1
            counts = verdict.counts
            assert [counts["excluded"], counts["bad"]] == by_hand[verdict.subject, month], verdict.identity


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
