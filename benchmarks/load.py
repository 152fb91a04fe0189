"""A server under load: feeds at a steady rate, subscribers who are told of every verdict that changes.

    .venv/bin/python -m benchmarks.load [--minutes 30] [--rate 200] [--short] [--database-megabytes N]
        [--postgres URL]

`troth serve` runs as a process of its own over an archive of DuckDB, or of PostgreSQL; what it was fed and
what it told are held against what is in the archive when it has stopped.
"""

import asyncio
import os
import re
import signal
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, quantiles
from tempfile import TemporaryDirectory
from time import monotonic

from api.command.clock import now
from api.graphql.opaque import seal
from api.graphql.verdict_news import CURSOR
from benchmarks.load_clients import Heard, Place, Sent, feed, listen_by_websocket, listen_to_events
from benchmarks.load_policy import policy, today
from engine.model.tenancy import Published, Request
from engine.source import Source
from engine.store.open_archive import open_archive
from engine.tenant.tenant import Tenant

SAMPLED = 5.0
"""Seconds between two looks at the server's memory and processor."""
LAST_NEWS = 60.0
"""Seconds in which all that was fed has been judged and told, after the last feed."""
STILL = 1.0
"""Where nobody was told anything for so many seconds all were told all: a server that stops tells no more."""
MINUTE = 60.0
UNLIMITED = ("--requests-per-minute", "0", "--points-per-minute", "0")
"""All feeders are one principal here: what the server bears is asked, not what one principal may ask for."""
PAGE = os.sysconf("SC_PAGE_SIZE")
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How much is asked of a server, and where its archive lies."""

    archive: str
    rate: float
    seconds: float
    feeders: int
    subscribers: int
    megabytes: int | None = None
    """How much memory its database may hold, where it is not what a server lets it hold anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What the server took by a second of the test: bytes of memory, seconds of processor, bytes of file."""

    at: float
    memory: int
    processor: float
    file: int


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What came of it."""

    load: Load
    sent: Sent
    heard: list[Heard]
    samples: list[Sample] = field(default_factory=list[Sample])
    fed_for: float = 0
    broken: list[BaseException] = field(default_factory=list[BaseException])
    """How subscribers were cut off, but by a server that stops."""
    exit_code: int | None = None
    kept: dict[int, int] = field(default_factory=dict[int, int])
    """How many versions each entry of the ledger that is a feed brought, as the archive has it."""
    changes: list[bytes] = field(default_factory=list[bytes])
    """The cursor of every change of a verdict, as the archive has them."""

    def lags(self) -> dict[str, tuple[float, float]]:
        """When each major incident was sent, and seconds until a subscriber was told of its duty."""
        found: dict[str, tuple[float, float]] = {}
        for at, event in self.heard[0].told or ():
            key = event["trigger"] and event["trigger"]["key"]
            if key in self.sent.majors and key not in found:
                found[key] = self.sent.majors[key] - self.sent.began, at - self.sent.majors[key]
        return found

    def wrong(self) -> list[str]:
        """What is not as it must be, but for speed and memory."""
        found: list[str] = []
        if self.sent.refused:
            found.append(f"{len(self.sent.refused)} feeds were refused: {self.sent.refused[0]!r}")
        if self.kept != self.sent.entries:
            found.append(f"{len(self.sent.entries)} feeds were answered, {len(self.kept)} are kept")
        if short := [each for each in self.heard if each.cursors != self.changes]:
            words = f"the first {len(short[0].cursors)} changes of {len(self.changes)}, or in another order"
            found.append(f"{len(short)} subscribers were not told all, one of them {words}")
        if self.broken:
            found.append(f"{len(self.broken)} subscribers were cut off: {self.broken[0]!r}")
        if missing := self.sent.majors.keys() - self.lags().keys():
            found.append(f"nobody was told of {len(missing)} major incidents")
        if self.exit_code != 0:
            found.append(f"the server stopped with {self.exit_code}")
        return found


@contextmanager
def serving(archive: str, megabytes: int | None) -> Iterator[tuple[subprocess.Popen[str], Place]]:
    """A server over an archive, and where it listens."""
    command = [
        sys.executable,
        "-m",
        "api.command.main",
        "serve",
        "--archive",
        archive,
        "--open",
        "--actor",
        "load",
    ]
    if megabytes is not None:
        command += ["--database-megabytes", str(megabytes)]
    with subprocess.Popen(
        [*command, "--port", "0", "--log-level", "warning", *UNLIMITED], stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stderr is not None
        try:
            for line in server.stderr:
                if found := re.search(r"http://([\d.]+):(\d+)/", line):
                    yield server, Place(host=found[1], port=int(found[2]))
                    break
            else:
                raise RuntimeError("the server did not start")
        finally:
            server.kill()


async def run(load: Load) -> Outcome:
    """Publish, serve, feed and listen, stop, and look at what is kept."""
    with Tenant(open_archive(load.archive, now)) as tenant:
        sources = [Source(name="desk.sla", text=policy(today()))]
        published = tenant.publish(sources, Request(actor="load", key="policies"))
        assert isinstance(published, Published), published
    heard = [Heard(told=None if number else []) for number in range(load.subscribers)]
    outcome = Outcome(load=load, sent=Sent(began=0), heard=heard)
    with serving(load.archive, load.megabytes) as (server, place):
        listeners = [
            asyncio.create_task((listen_to_events if number % 2 else listen_by_websocket)(place, each))
            for number, each in enumerate(heard)
        ]
        began = outcome.sent.began = monotonic() + 0.5
        watching = asyncio.create_task(_watch(outcome, server.pid))
        feeds = round(load.rate * load.seconds)
        await asyncio.gather(
            *(
                feed(place, outcome.sent, number=each, of=load.feeders, rate=load.rate, feeds=feeds)
                for each in range(load.feeders)
            )
        )
        outcome.fed_for = monotonic() - began
        last = monotonic() + LAST_NEWS
        while outcome.sent.majors.keys() - outcome.lags().keys() and monotonic() < last:
            await asyncio.sleep(0.2)
        told: list[int] = []
        while told != (now_told := [len(each.cursors) for each in heard]) and monotonic() < last:
            told = now_told
            await asyncio.sleep(STILL)
        watching.cancel()
        server.send_signal(signal.SIGTERM)
        ended = await asyncio.gather(*listeners, return_exceptions=True)
        outcome.broken = [each for each in ended if each is not None]
        outcome.exit_code = await asyncio.to_thread(server.wait, 60)
    _look(outcome)
    return outcome


async def _watch(outcome: Outcome, pid: int) -> None:
    path = Path(outcome.load.archive)
    while True:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        files = (each.stat().st_size for each in (path, Path(f"{path}.wal")) if each.exists())
        sample = Sample(
            at=monotonic() - outcome.sent.began,
            memory=pages * PAGE,
            processor=sum(map(int, ticks)) / TICK,
            file=sum(files),
        )
        outcome.samples.append(sample)
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{sample.at:6.0f} s  {sample.memory / 1e6:,.0f} MB ")
        await asyncio.sleep(SAMPLED)


def _look(outcome: Outcome) -> None:
    """Read what is kept."""
    with Tenant(open_archive(outcome.load.archive, now)) as tenant:
        by_entry = "SELECT entry, count(*) FROM fact_version GROUP BY entry"
        outcome.kept = dict(tenant.read(lambda reading: reading.run(by_entry)))
        place = -1
        while found := tenant.changes(place, 1_000):
            for each in found:
                cursor = seal((CURSOR, each.as_of, each.known_at, *each.identity))
                outcome.changes.append(cursor.encode())
            place = found[-1].seq


def table(outcome: Outcome) -> Iterator[str]:
    """What happened, minute by minute, and in all."""
    load, sent, lags = outcome.load, outcome.sent, [*outcome.lags().values()]
    yield (
        f"{load.rate:g} feeds a second of 10 facts for {load.seconds:g} s, {load.feeders} connections,"
        f" {load.subscribers} subscribers, {os.cpu_count()} cores"
    )
    yield "minute  feeds/s   p50 ms   p99 ms  lag p50 s  lag max s  memory MB  cores  archive MB"
    for minute in range(int(outcome.fed_for // MINUTE) + 1):
        begin, end = minute * MINUTE, (minute + 1) * MINUTE
        times = [took for at, took in sent.latencies if begin <= at + took < end]
        late = [lag for at, lag in lags if begin <= at < end]
        samples = [each for each in outcome.samples if begin <= each.at < end]
        if not times or len(samples) < 2:
            continue
        long = min(end, outcome.fed_for) - begin
        cores = (samples[-1].processor - samples[0].processor) / (samples[-1].at - samples[0].at)
        yield (
            f"{minute + 1:6}  {len(times) / long:7.1f}  {_part(times, 50):7.0f}  {_part(times, 99):7.0f}"
            f"  {_part(late, 50) / 1000:9.2f}  {max(late, default=0):9.2f}"
            f"  {fmean(each.memory for each in samples) / 1e6:9.0f}  {cores:5.2f}"
            f"  {samples[-1].file / 1e6:10.0f}"
        )
    thirds = [_memory(outcome, each) for each in range(3)]
    in_time = sum(lag <= 2 for _, lag in lags)
    yield f"{len(sent.entries):,} feeds answered and kept, {len(sent.refused):,} refused"
    yield f"{len(outcome.changes):,} changes of verdicts, told to each of {len(outcome.heard)} subscribers"
    yield f"{in_time:,} of {len(lags):,} duties were told within 2 s of the feed that made them"
    yield (
        f"memory {thirds[0]:,.0f}, {thirds[1]:,.0f}, {thirds[2]:,.0f} MB in the three thirds:"
        f" the last is {thirds[2] / thirds[1] - 1:+.1%} of the second"
    )
    yield from outcome.wrong() or ["nothing was lost, doubled or out of order; the server stopped cleanly"]


def _part(times: Sequence[float], percent: int) -> float:
    """A percentile in thousandths."""
    return 1000 * (quantiles(times, n=100)[percent - 1] if len(times) > 1 else sum(times))


def _memory(outcome: Outcome, third: int) -> float:
    long = outcome.fed_for / 3
    there = [each.memory for each in outcome.samples if third * long <= each.at < (third + 1) * long]
    return fmean(there or [each.memory for each in outcome.samples]) / 1e6


def main() -> None:
    """Run it as the command says."""
    parser = ArgumentParser(description="A server under load.")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--feeders", type=int, default=64)
    parser.add_argument("--subscribers", type=int, default=50)
    parser.add_argument("--short", action="store_true", help="20 seconds")
    parser.add_argument("--database-megabytes", type=int, help="as `troth serve` has it (default: as there)")
    parser.add_argument("--postgres", metavar="URL", help="an archive that has nothing yet")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        load = Load(
            archive=options.postgres or f"{folder}/archive.duckdb",
            rate=options.rate,
            seconds=20 if options.short else options.minutes * MINUTE,
            feeders=options.feeders,
            subscribers=options.subscribers,
            megabytes=options.database_megabytes,
        )
        outcome = asyncio.run(run(load))
        for line in table(outcome):
            sys.stdout.write(f"{line}\n")
    sys.exit(bool(outcome.wrong()))


if __name__ == "__main__":
    main()
