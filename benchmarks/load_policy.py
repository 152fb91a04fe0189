"""What the load test promises and feeds: a desk with response times and major incidents, and services that
are up or not, of which verdicts change all the time."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from api.command.clock import now
from engine.model.quantity import SECOND

SERVICES = 20
ROWS = 10
ROUND = 20
"""Of so many feeds one brings outages, ten incidents, and nine their responses."""
MAJOR_EACH = 100
"""Each so many feeds brings one major incident, whose duty is a verdict of its own."""

POLICY = """
use standard

document order "Order form" { version "1"  dated 2025-12-01 }

party acme "Acme"
party bolt "Bolt"
role service_owner "Owner" of acme

%(services)s

agreement desk_sla is sla "Services for Bolt" {
  between acme as provider and bolt as customer
  covers %(names)s
  cites order "1" "service levels"
  in force from %(from)s through %(through)s
  accepted by "Order 1" on 2025-12-20
  zone Europe/Berlin
  owned by service_owner
  conventions standard { sources are assumed watched }

  measure response_time "Time to first response" {
    of incident i answered by response r where r.incident is i.id
    counts minutes from i.reported_at to r.at
    belongs to the window of i.reported_at
  }

  target first_response "Nine of ten within half an hour" {
    cites order "2" "90 %% within 30 minutes"
    obliges acme
    requires share of response_time within 30 minutes at least 90%% in each calendar month
  }

  duty major "Major incidents are answered in a minute" {
    cites order "3" "one minute"
    obliges acme
    when incident i where i.major is yes
    must response r where r.incident is i.id within 1 minutes of i.reported_at
  }

%(targets)s
}
"""

TARGET = """
  target up_%(name)s of %(name)s "%(name)s is up" {
    cites order "4.%(number)s" "uptime"
    obliges acme
    measures uptime from outage o
    during hours of %(name)s
    source "Probe" by acme
    requires at least %(bound)s%% in each calendar month
  }
"""


def policy(today: datetime) -> str:
    """The policies, in force since before today; the weaker an uptime, the later it is breached."""
    names = [f"service_{number}" for number in range(SERVICES)]
    services = [f'service {name} "{name}" {{ provider acme  hours always }}' for name in names]
    targets = [
        TARGET % {"name": name, "number": number, "bound": f"{99.95 - 0.45 * number:.2f}"}
        for number, name in enumerate(names)
    ]
    return POLICY % {
        "services": "\n".join(services),
        "names": ", ".join(names),
        "targets": "".join(targets),
        "from": f"{today - timedelta(days=31):%Y-%m}-01",
        "through": f"{today + timedelta(days=62):%Y-%m}-28",
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One feed: the key under which it is sent, what is sent, and the major incident in it, if any."""

    key: str
    kind: str
    rows: Sequence[Mapping[str, object]]
    major: str | None = None


def batch(number: int, at: datetime) -> Batch:
    """The feed of a number, the same but for its instants."""
    chance = Random(number)
    place = number % ROUND
    if place == 0:
        rows = [_outage(f"o{number}-{each}", chance, at) for each in range(ROWS)]
        return Batch(key=f"f{number}", kind="outage", rows=rows)
    if place <= ROUND // 2:
        major = f"i{number}-0" if number % MAJOR_EACH == 1 else None
        rows = [
            {
                "id": f"i{number}-{each}",
                "service": f"service_{chance.randrange(SERVICES)}",
                "reported_at": at.isoformat(),
                "major": "yes" if f"i{number}-{each}" == major else "no",
            }
            for each in range(ROWS)
        ]
        return Batch(key=f"f{number}", kind="incident", rows=rows, major=major)
    # The incidents of half a round before, answered at once.
    of = number - ROUND // 2
    rows = [
        {"id": f"r{of}-{each}", "incident": f"i{of}-{each}", "at": at.isoformat()} for each in range(ROWS)
    ]
    return Batch(key=f"f{number}", kind="response", rows=rows)


def _outage(key: str, chance: Random, at: datetime) -> dict[str, object]:
    """Half a minute somewhere in the last twenty days."""
    start = at - timedelta(seconds=60 + chance.randrange(20 * 86_400))
    return {
        "id": key,
        "service": f"service_{chance.randrange(SERVICES)}",
        "start": start.isoformat(),
        "end": (start + timedelta(seconds=30)).isoformat(),
    }


INGEST = """mutation ($input: IngestFactsInput!) { ingestFacts(input: $input) {
    receipt { entry versions } userErrors { code message } } }"""

CHANGES = """subscription { verdictChanges(since: "2020-01-01T00:00:00Z") {
    cursor obligationName state before trigger { key } } }"""


def body(sent: Batch) -> bytes:
    """The request that feeds it."""
    given = {"idempotencyKey": sent.key, "kind": sent.kind, "rows": sent.rows}
    return json.dumps({"query": INGEST, "variables": {"input": given}}).encode()


def today() -> datetime:
    """What time it is."""
    return datetime.fromtimestamp(now() / SECOND, UTC)
