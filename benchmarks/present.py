"""What a tenant says right after a feed: ten incidents come to many, and the next request asks how it stands.

    .venv/bin/python -m benchmarks.present [incidents …]

The policies are those of the example of hosting: a duty to restore and one to acknowledge, shares of each
month, escalations. Nine of ten incidents have a response, and nine of ten a restoration. What is told are
seconds of processors: others may have kept them busy.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

from api.command.tenant_to_views import TenantViews
from engine.model.instants import iso_text, parse_instant
from engine.model.quantity import MINUTE, Instant
from engine.model.tenancy import FactBatch, Fed, Published, Request, Row
from engine.source import Source
from engine.store.open_archive import open_archive
from engine.tenant.tenant import Tenant

HOSTING = Path("policies/examples/hosting/hosting.sla")
BEGINS: Instant = parse_instant("2025-01-02T00:00:00Z") or 0
ENDS: Instant = parse_instant("2025-12-20T00:00:00Z") or 0
ROUNDS = 5
FED = 10
BATCH = 10_000


class Clock:
    """A clock that is set by hand."""

    def __init__(self, now: Instant) -> None:
        self.now = now

    def __call__(self) -> Instant:
        return self.now


def incident(name: str, at: Instant) -> Row:
    """An incident, acknowledged at once."""
    return {
        "id": name,
        "service": "shop",
        "reported_at": iso_text(at),
        "impact": "high",
        "urgency": "medium",
        "major": at // MINUTE % 7 == 0,
        "acknowledged_at": iso_text(at + MINUTE),
    }


def answered(name: str, at: Instant) -> Row:
    """A response or a restoration of an incident."""
    return {"id": f"of-{name}", "incident": name, "at": iso_text(at)}


def facts(incidents: int) -> Iterator[tuple[str, Iterable[Row]]]:
    """Those of a year, by kind."""
    apart = (ENDS - BEGINS) // incidents
    there = [(f"i{number}", BEGINS + number * apart) for number in range(incidents)]
    yield "incident", (incident(*each) for each in there)
    late = ((place, name, at) for place, (name, at) in enumerate(there))
    yield "response", (answered(name, at + (place % 12) * MINUTE) for place, name, at in late if place % 10)
    late = ((place, name, at) for place, (name, at) in enumerate(there))
    yield "restoration", (answered(name, at + 90 * MINUTE) for place, name, at in late if place % 10 != 1)


def seconds(work: Callable[[], object]) -> float:
    """Of processors."""
    began = process_time()
    work()
    return process_time() - began


def feed(tenant: Tenant, kind: str, rows: list[Row], key: str) -> None:
    """Keep facts."""
    fed = tenant.feed(FactBatch(kind=kind, rows=rows), Request(actor="bench", key=key))
    assert isinstance(fed, Fed), fed


def measured(incidents: int, folder: str) -> str:
    """A line of the table."""
    clock = Clock(ENDS)
    with Tenant(open_archive(str(Path(folder) / f"of-{incidents}"), clock)) as tenant:
        policies = [Source(name=HOSTING.name, text=HOSTING.read_text("utf-8"))]
        assert isinstance(tenant.publish(policies, Request(actor="bench", key="publish")), Published)
        for kind, rows in facts(incidents):
            rest = iter(rows)
            while batch := list(islice(rest, BATCH)):
                feed(tenant, kind, batch, f"{kind} {batch[0]['id']}")
        views = TenantViews(tenant, clock)
        whole = seconds(views.present)
        kept: list[float] = []
        asked: list[float] = []
        for number in range(ROUNDS):
            clock.now += 10 * MINUTE
            names = [f"new-{number}-{place}" for place in range(FED)]
            feed(tenant, "incident", [incident(each, clock.now - 5 * MINUTE) for each in names], f"n{number}")
            asked.append(seconds(views.present))
            kept.append(seconds(lambda: tenant.catch_up(clock.now)))
        verdicts = len(views.present().revision.verdicts)
        known = tenant.evaluate(as_of=views.present().revision.as_of)
        assert known.verdicts == views.present().revision.verdicts, "it is what a whole evaluation says"
        assert known.reactions == views.present().revision.reactions
    return (
        f"{incidents:>10,} incidents, {verdicts:,} verdicts   all judged {whole:6.2f} s"
        f"   asked after {FED} came {median(asked):6.2f} s   changes kept {median(kept):6.2f} s"
    )


def main() -> None:
    """Print a line for each size."""
    with TemporaryDirectory() as folder:
        for incidents in map(int, sys.argv[1:] or ("20000", "100000")):
            print(measured(incidents, folder), flush=True)


if __name__ == "__main__":
    main()
