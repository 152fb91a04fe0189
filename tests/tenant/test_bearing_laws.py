"""Open windows bear news that cannot change them: what is kept is what a whole evaluation says."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given, seed, settings
from hypothesis import strategies as st

from engine.model.instants import parse_instant
from engine.model.quantity import HOUR, MINUTE, Instant
from engine.model.tenancy import FactBatch, Fed, Published, Request
from engine.model.verdict import Flag, State
from engine.source import Source
from engine.store.duckdb_archive import DuckDbArchive
from engine.tenant.tenant import Tenant
from tests.differential.starts import IS_LONG

TARGET = """
  target %s of shop "Up" {
    cites words "1" "up"
    obliges acme
    source "Probe" by acme
    measures uptime from outage o
    during hours of shop
    requires at least %s%% in each calendar month
    %s
  }
"""

POLICY = (
    """
use standard
document words "Words" { version "1" }
party acme "Acme"
party bolt "Bolt"
service shop "Shop" { provider acme  hours always }
fact request "A request" { key id  about service  at opened_at }
fact reply "An answer" { key id  at at  request reference to request }
agreement a is sla "A" {
  between acme as provider and bolt as customer
  covers shop
  in force from 2025-02-01 through 2025-12-31
  zone UTC
  conventions standard { sources are assumed watched }
  measure reply_time "Time to the reply" {
    of request i answered by reply r where r.request is i.id
    counts minutes from i.opened_at to r.at
    belongs to the window of i.opened_at
  }
  target replied "Most in time" {
    cites words "2" "most"
    obliges acme
    source "Desk" by acme
    requires share of reply_time within 4 hours at least 80% in each calendar month
  }
"""
    + "".join(TARGET % each for each in (("well", "99", ""), ("mostly", "95", "warns below 97%")))
    + "}"
)

MARCH = parse_instant("2025-03-20T00:00:00Z") or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """So long after the one before, an outage of one of a few keys is told, retracted, or a request is."""

    after: int
    key: str
    start: int
    length: int
    what: str


STEPS = st.builds(
    Step,
    after=st.sampled_from((1, 1000, MINUTE, 5 * HOUR, 100 * HOUR)),
    key=st.sampled_from("abcd"),
    start=st.integers(0, 30 * 24 * HOUR),
    length=st.sampled_from((0, 1, MINUTE, 20 * MINUTE, HOUR, 3 * HOUR, 20 * HOUR)),
    what=st.sampled_from(("outage", "outage", "outage", "retract", "request", "reply")),
)

Said = dict[tuple[str, str, str], tuple[State, tuple[Flag, ...]]]


def kept(tenant: Tenant) -> Said:
    """What the tenant has told last of each verdict."""
    last: Said = {}
    for each in tenant.changes(first=10_000):
        if each.verdict is None:
            last.pop(each.identity, None)
        else:
            last[each.identity] = each.verdict.state, each.verdict.flags
    return last


def tell(tenant: Tenant, step: Step, number: int, now: Instant) -> None:
    """One step's news."""
    request, start = Request(actor="probe", key=f"s{number}"), now - step.start
    rows = {
        "outage": {"id": step.key, "service": "shop", "start": start, "end": min(start + step.length, now)},
        "request": {"id": step.key, "service": "shop", "opened_at": start},
        "reply": {"id": step.key, "request": step.key, "at": start + step.length},
    }
    if step.what == "retract":
        tenant.retract("outage", [step.key], request)
    else:
        batch = FactBatch(kind=step.what, rows=[spoken(rows[step.what])], corrections=True)
        assert isinstance(tenant.feed(batch, request), Fed)


def spoken(row: dict[str, str | int]) -> dict[str, object]:
    """A row with its instants as they are fed."""
    return {name: told(each) if isinstance(each, int) else each for name, each in row.items()}


def told(at: Instant) -> str:
    """An instant as it is fed."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)).isoformat()


def bears(steps: list[Step]) -> None:
    """The law."""
    now = MARCH
    with Tenant(DuckDbArchive(None, lambda: now)) as tenant:
        request = Request(actor="ann", key="p")
        assert isinstance(tenant.publish([Source(name="a.sla", text=POLICY)], request), Published)
        tenant.catch_up(now)
        for number, step in enumerate(steps):
            now += step.after
            tell(tenant, step, number, now)
            now += 10
            tenant.catch_up(now)
            whole = tenant.evaluate(as_of=now, known_at=now).verdicts
            assert kept(tenant) == {each.identity: (each.state, each.flags) for each in whole}, number


def test_what_is_kept_is_what_a_whole_evaluation_says() -> None:
    run = settings(max_examples=300 if IS_LONG else 2, deadline=None)(
        given(st.lists(STEPS, min_size=4, max_size=12 if IS_LONG else 4))(bears)
    )
    (run if IS_LONG else seed(3)(run))()
