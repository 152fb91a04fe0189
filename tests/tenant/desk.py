"""A desk for the machines: promises that persons excuse, sign off and judge, a contract beneath, what may be
said of them, and what an evaluation from scratch makes of all that was said."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from operator import itemgetter

from hypothesis import strategies as st

from engine import definition
from engine.facts.facts_to_store import hold
from engine.model.fact import Fact, FactKind, InstantType
from engine.model.instants import iso_text, parse_instant
from engine.model.quantity import DAY, HOUR, Instant
from engine.model.snapshot import Snapshot
from engine.model.tenancy import Row
from engine.model.verdict import Evidence, InWindow, Verdict
from engine.pipeline import Evaluation, check, evaluate, open_store
from engine.source import Source
from tests.tenant.shop import FEBRUARY, POLICY

PROMISES = """
  facts of judgement come from bolt

  waivers approved by service_owner

  exclusion works "Works that the owner allowed" {
    when maintenance m from m.start until m.end
    approved by service_owner
  }

  duty acknowledge "Acknowledge incidents" {
    cites order "2" "in time"
    obliges acme
    when incident i
    must response r where r.incident is i.id within 4 hours of i.reported_at
    warns 1 hours before
  }

  duty tell "Incidents are told of as soon as can be" {
    cites order "2.1" "promptly"
    obliges acme
    when incident i
    must notice n in "the shortest possible time" judged by service_owner
  }

  measure resolution "Time to resolve" {
    cites order "3" "in time"
    of incident i
    counts hours from i.reported_at to i.resolved_at
  }

  target quick of shop "Incidents are resolved in time" {
    cites order "3" "in time"
    obliges acme
    source "Desk" by acme
    requires share of resolution within 24 hours at least 60% in each calendar month
  }

  duty explain "Explain breaches" {
    cites order "4" "in writing"
    obliges acme
    when breach b where b.obligation is up
    must report r where r.period is b.window within 5 calendar days of b.at
  }
}
"""

BENEATH = """
document host_uc "Hosting contract" { version "2"  dated 2024-11-15 }

party northwind "Northwind" is supplier

service hosting "Hosting" { provider northwind  hours always }

agreement northwind_uc is uc "Hosting by Northwind" {
  between northwind as provider and acme as customer
  covers hosting
  underpins shop_sla
  cites host_uc "1" "whole contract"
  in force from 2025-01-01 through 2025-12-31
  accepted by "Signed contract" on 2024-11-30
  zone UTC
  conventions standard { sources are assumed watched }

  target servers of hosting "Servers are up" {
    cites host_uc "2" "uptime"
    obliges northwind
    measures uptime from outage o
    during hours of hosting
    source "Rack" by northwind
    requires at least 99.9% in each calendar month
    carries shop_sla.up
  }

  prohibition harm "Nobody above is harmed" {
    cites host_uc "3" "harm"
    obliges northwind
    never breach b where b.agreement is "shop_sla" in each calendar month
  }
}
"""
DESK = (
    POLICY.replace(
        '    source "Probe" by acme',
        '    excludes works\n    source "Probe" by acme, signed off by service_owner',
    )
    .rstrip()
    .removesuffix("}")
    + PROMISES
    + BENEATH
)

Identity = tuple[str, str, str]

POLICIES = (
    DESK,
    DESK.replace("99%", "97%"),
    DESK.replace("4 hours", "40 hours"),
    DESK.replace("  must report", "  must notice").replace("r where r.period is b.window", "r"),
    DESK.replace("calendar month", "calendar quarter"),
    DESK.replace("    approved by service_owner\n", ""),
    DESK.replace("b.obligation is up", "b.obligation is acknowledge"),
)
"""What may be published: bounds and lengths move, works need nobody's word, other breaches are explained."""

BEGIN: Instant = FEBRUARY - 9 * DAY
"""The first of February."""


def instant(hours: int) -> str:
    """So many hours after the first of February."""
    return iso_text(BEGIN + hours * HOUR)


HOURS = st.integers(0, 1_200)
LENGTHS = st.none() | st.integers(0, 20)
PERSONS = st.sampled_from(["ann", "bob", "cy"])
SERVICES = st.sampled_from(["shop", "shop", "hosting"])
INCIDENT_KEYS = st.sampled_from(["i-1", "i-2", "i-3"])


def _until(start: int, length: int | None) -> str | None:
    return None if length is None else instant(start + length)


def _keys(letter: str) -> st.SearchStrategy[str]:
    return st.sampled_from([f"{letter}-1", f"{letter}-2"])


OUTAGES = st.builds(
    lambda key, of, start, length: {
        "id": key,
        "service": of,
        "start": instant(start),
        "end": _until(start, length),
    },
    _keys("o"),
    SERVICES,
    HOURS,
    LENGTHS,
)
MAINTENANCE = st.builds(
    lambda key, start, length: {
        "id": key,
        "service": "shop",
        "start": instant(start),
        "end": _until(start, length),
    },
    _keys("m"),
    HOURS,
    LENGTHS,
)
INCIDENTS = st.builds(
    lambda key, at, took: {
        "id": key,
        "service": "shop",
        "reported_at": instant(at),
        "resolved_at": _until(at, took),
    },
    INCIDENT_KEYS,
    HOURS,
    st.none() | st.integers(0, 60),
)
RESPONSES = st.builds(
    lambda key, at, of: {"id": key, "at": instant(at), "incident": of}, _keys("r"), HOURS, INCIDENT_KEYS
)
REPORTS = st.builds(
    lambda at: {"id": "p-1", "at": instant(at), "agreement": "shop_sla", "period": "2025-02"}, HOURS
)
HOLDERS = st.builds(
    lambda key, person, of, start, days: {
        "id": key,
        "role": "service_owner",
        "person": person,
        "deputy_for": None if of == person else of,
        "start": instant(start),
        "end": _until(start, None if days is None else 24 * days),
    },
    st.sampled_from(["h-1", "h-2", "h-3"]),
    PERSONS,
    st.none() | PERSONS,
    st.integers(-300, 800),
    st.none() | st.integers(1, 40),
)
"""Who holds the role of the owner, and who stands in for whom, from when until when."""

APPROVALS = st.builds(
    lambda key, at, of, by: {"id": key, "at": instant(at), "approves": of, "by": by},
    _keys("a"),
    HOURS,
    _keys("m"),
    PERSONS,
)
WAIVERS = st.builds(
    lambda of, start, days, by, at: {
        "id": "w-1",
        "agreement": "shop_sla",
        "obligation": of,
        "start": instant(start),
        "end": instant(start + 24 * days),
        "approved_by": by,
        "approved_at": instant(at),
    },
    st.sampled_from(["shop_sla.up", "shop_sla.acknowledge", "shop_sla.quick"]),
    HOURS,
    st.integers(1, 40),
    PERSONS,
    HOURS,
)
SIGN_OFFS = st.builds(
    lambda month, by, at: {
        "id": f"s-{month}",
        "source": "Probe",
        "start": f"2025-0{month}-01T00:00:00Z",
        "end": f"2025-0{month + 1}-01T00:00:00Z",
        "by": by,
        "signed_at": instant(at),
    },
    st.integers(1, 3),
    PERSONS | st.just("service_owner"),
    st.integers(0, 1_800),
)
JUDGEMENTS = st.builds(
    lambda key, at, of, by, met: {
        "id": key,
        "judged_at": instant(at),
        "promise": "shop_sla.tell",
        "case": of,
        "role": "service_owner",
        "by": by,
        "met": met,
    },
    _keys("j"),
    HOURS,
    INCIDENT_KEYS,
    st.none() | PERSONS,
    st.booleans(),
)

ROWS: Mapping[str, st.SearchStrategy[Row]] = {
    "outage": OUTAGES,
    "maintenance": MAINTENANCE,
    "incident": INCIDENTS,
    "response": RESPONSES,
    "report": REPORTS,
}
"""What is told of what happened, by kind."""

ACTS: Mapping[str, st.SearchStrategy[Row]] = {
    "holder": HOLDERS,
    "approval": APPROVALS,
    "waiver": WAIVERS,
    "sign_off": SIGN_OFFS,
    "judgement": JUDGEMENTS,
}
"""What persons do for a role, whether or not it was theirs, and whose it was, by kind."""


def drawn(rows: Mapping[str, st.SearchStrategy[Row]]) -> st.SearchStrategy[tuple[str, Row]]:
    """A kind, and a fact of it."""
    return st.one_of(*(st.tuples(st.just(kind), each) for kind, each in rows.items()))


def read(kind: FactKind, row: Row) -> Fact:
    """A fact that was fed, as a value."""
    values = {
        each.name: parse_instant(str(row[each.name]))
        if isinstance(each.type, InstantType) and row.get(each.name) is not None
        else row.get(each.name)
        for each in kind.fields
    }
    return Fact(kind=kind.name, key=str(row[kind.key]), values=values)  # type: ignore[arg-type]


@dataclass(slots=True)
class Told:
    """All that was published and told, each with the instant since when it is known; of `erased` versions the
    tenant no longer knows what they said."""

    policies: list[tuple[Instant, Snapshot]] = field(default_factory=list[tuple[Instant, Snapshot]])
    versions: list[tuple[Instant, str, str, Row | None]] = field(
        default_factory=list[tuple[Instant, str, str, Row | None]]
    )
    erased: set[int] = field(default_factory=set[int])

    def publish(self, at: Instant, text: str) -> Snapshot:
        """Policies are in use since an instant."""
        snapshot = check([Source(name="shop.sla", text=text)]).snapshot
        assert snapshot is not None
        self.policies.append((at, snapshot))
        return snapshot

    def tell(self, at: Instant, kind: str, key: str, row: Row | None) -> None:
        """A fact is known since an instant, or known to be none."""
        self.versions.append((at, kind, key, row))

    def known(self, at: Instant | None = None, *, erased: bool = False) -> dict[tuple[str, str], Row]:
        """The facts as they were known at an instant, or are now; with those `erased` as if none were."""
        found: dict[tuple[str, str], Row] = {}
        for place, (known_from, kind, key, row) in enumerate(self.versions):
            if at is None or known_from <= at:
                found.pop((kind, key), None)
                if row is not None and (erased or place not in self.erased):
                    found[kind, key] = row
        return found

    def snapshot(self, at: Instant | None = None) -> Snapshot:
        """The policies in use at an instant, or now."""
        return [each for since, each in self.policies if at is None or since <= at][-1]

    @property
    def last(self) -> Instant:
        """When something was told or published last."""
        return max(each[0] for each in (*self.policies, *self.versions))

    def facts(self, known_at: Instant | None = None, *, erased: bool = False) -> dict[str, list[Fact]]:
        """The facts as values, by kind, as `known`."""
        kinds = self.snapshot(known_at).kinds
        facts: dict[str, list[Fact]] = {kind: [] for kind in kinds}
        for (kind, _), row in sorted(self.known(known_at, erased=erased).items(), key=itemgetter(0)):
            facts[kind].append(read(kinds[kind], row))
        return facts

    def judged(
        self, as_of: Instant, known_at: Instant | None = None, *, erased: bool = False
    ) -> Mapping[Identity, Verdict]:
        """Every promise by definition, from nothing but what was told, as `known`; without the evidence of
        windows, which plans alone give."""
        snapshot = self.snapshot(known_at)
        found = definition.evaluate(snapshot, self.facts(known_at, erased=erased), as_of)
        return by_identity(bare(each) for each in found)

    def evaluated(self, as_of: Instant) -> Evaluation:
        """The same by plans, over tables of its own: with all evidence, and what follows."""
        snapshot = self.snapshot()
        with open_store() as store:
            hold(snapshot.kinds, self.facts(), store)
            return evaluate(snapshot, store, as_of=as_of)


def bare(verdict: Verdict) -> Verdict:
    """A verdict as the definition gives it, too."""
    if isinstance(verdict.occasion, InWindow):
        return replace(verdict, evidence=Evidence(facts=0))
    return verdict


def by_identity(verdicts: Iterable[Verdict]) -> dict[Identity, Verdict]:
    """Verdicts by what they are of, each once."""
    found: dict[Identity, Verdict] = {}
    for each in verdicts:
        assert each.identity not in found, "two of the same"
        found[each.identity] = each
    return found
