"""What if equals evaluating the changed policy from scratch: random changes beside the same edits by hand."""

import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from engine import pipeline
from engine.dsl.text_to_syntax import parse
from engine.model.snapshot import Snapshot
from engine.model.verdict import Evidence, Verdict
from engine.source import Source
from tests.hosting import instant
from tests.whatif.asking import ask, checked, text_of

HOST_UC = """
agreement host_uc is uc "Hosting" {
  between host as provider and acme as customer
  covers hosting
  underpins shop_sla
  cites paper "5" "hosting"
  in force from 2025-01-01 through 2025-12-31
  accepted by "order" on 2024-12-01
  zone UTC
  conventions standard { sources are assumed watched }
  target hosting_up of hosting {
    cites paper "6" "hosting"
    obliges host
    measures uptime from outage o
    during always
    requires at least 99.9% in each calendar month
    carries shop_sla.up
  }
}
"""

EXCLUSION = """  exclusion upkeep "Upkeep" {
    cites paper "2" "upkeep"
    when maintenance m from m.start until m.end where m.notified_at is before m.start
    capped at 4 hours in each calendar month
  }
"""

DUTY = """  duty restore "Restore" {
    cites paper "4" "restore"
    obliges acme
    when incident i
    must restoration r where r.incident is i.id
        within by i.impact {
          low 8 hours on office_hours
          medium 4 hours
          high 2 hours
        } of i.reported_at
    breach is severity_2
  }
"""

CREDITS = """    credits {
      base fee of the window
      pays 10% below 99% and at or above 95%
      pays 30% below 95%
    }
"""

POLICY = f"""use standard
document paper "Paper" {{ version "1" }}
party acme "Acme"
party bolt "Bolt"
party host "Host" is supplier
calendar office_hours {{ zone UTC  open monday to friday from 08:00 to 18:00 }}
component rack_a
component rack_b
service hosting "Hosting" {{
  provider host
  hours always
  needs rack_a
}}
service shop "Shop" {{
  provider acme
  hours always
  needs hosting
}}
agreement shop_sla is sla "Shop" {{
  between acme as provider and bolt as customer
  covers shop
  cites paper "1" "shop"
  in force from 2025-01-01 through 2026-12-31
  accepted by "order" on 2024-12-01
  zone UTC
  conventions standard {{ sources are assumed watched }}
  fee EUR 1000 in each calendar month
{EXCLUSION}  target up of shop "Up" {{
    cites paper "3" "up"
    obliges acme
    measures uptime from outage o
    during hours of shop
    excludes upkeep
    requires at least 99% in each calendar month
{CREDITS}  }}
{DUTY}}}
{HOST_UC}"""

BASE = checked(POLICY)
FIRST = datetime(2025, 1, 1, tzinfo=UTC)
ISO = "%Y-%m-%dT%H:%M:%SZ"
FEW = 2
"""Each example is judged twice, and that takes its time."""

AS_OF = instant("2025-03-10T12:00:00Z")

Edit = tuple[str, str]
Asked = tuple[str, tuple[Edit, ...]]
"""A change, and the edits that somebody would make instead."""


def bound(share: str) -> Asked:
    """Another bound."""
    return f"change shop_sla.up to at least {share}%", (("at least 99% in", f"at least {share}% in"),)


def limit(minutes: int) -> Asked:
    """Another length of time for one class."""
    change = f"change shop_sla.restore for high to within {minutes} minutes"
    return change, (("high 2 hours", f"high {minutes} minutes"),)


def end(day: date) -> Asked:
    """Another last day of the contract beneath."""
    return f"end host_uc on {day}", (("through 2025-12-31", f"through {day}"),)


def cap(hours: int) -> Asked:
    """Another cap of the exclusion, as an amendment says it."""
    change = f"amend shop_sla {{ exclusion upkeep {{ capped at {hours} hours in each calendar month }} }}"
    return change, (("capped at 4 hours", f"capped at {hours} hours"),)


def payment(share: int) -> Asked:
    """Other credits, all of them said anew."""
    credits = f"credits {{ base fee of the window  pays {share}% on breach }}"
    return f"amend shop_sla {{ target up {{ {credits} }} }}", ((CREDITS, f"    {credits}\n"),)


BOUNDS = st.sampled_from(["90", "98.5", "99", "99.5", "99.99", "100"]).map(bound)
LIMITS = st.integers(1, 600).map(limit)
HOURS = st.just(
    (
        "change hours of shop to office_hours",
        (("provider acme\n  hours always", "provider acme\n  hours office_hours"),),
    )
)
NEEDS = st.just(
    ("add need rack_b to hosting beside rack_a", (("needs rack_a", "needs 1 of (rack_a, rack_b)"),))
)
BENEATH: st.SearchStrategy[Asked] = st.one_of(
    st.dates(date(2025, 1, 1), date(2025, 12, 30)).map(end),
    st.sampled_from(["drop agreement host_uc", "drop supplier host"]).map(
        lambda change: (change, ((HOST_UC, ""),))
    ),
)
EXCLUDED: st.SearchStrategy[Asked] = st.one_of(
    st.integers(1, 20).map(cap),
    st.just(("drop exclusion upkeep from shop_sla", ((EXCLUSION, ""), ("    excludes upkeep\n", "")))),
)
CREDITED = st.integers(1, 50).map(payment)

GROUPS = (BOUNDS, LIMITS, HOURS, NEEDS, BENEATH, EXCLUDED, CREDITED)
"""Changes of one group touch the same words."""


@st.composite
def asked(draw: st.DrawFn) -> list[Asked]:
    """Some changes, in any order."""
    chosen = draw(st.lists(st.sampled_from(range(len(GROUPS))), min_size=1, max_size=4, unique=True))
    return [draw(GROUPS[number]) for number in chosen]


MOMENTS = st.integers(0, 68 * 24 * 12).map(lambda count: FIRST + timedelta(minutes=5 * count))


@st.composite
def facts(draw: st.DrawFn) -> dict[str, list[str]]:
    """Rows of outages, maintenance and incidents, most of which mean something."""
    rows: dict[str, list[str]] = {
        "outage": ["id,service,start,end"],
        "maintenance": ["id,service,start,end,notified_at"],
        "incident": ["id,service,reported_at,impact"],
        "restoration": ["id,incident,at"],
    }
    for number in range(draw(st.integers(1, 5))):
        start, length = draw(MOMENTS), draw(st.integers(1, 2_000))
        service = draw(st.sampled_from(["shop", "shop", "hosting"]))
        end = start + timedelta(minutes=length)
        rows["outage"].append(f"o{number},{service},{start:{ISO}},{end:{ISO}}")
        if draw(st.booleans()):
            told = start - timedelta(hours=draw(st.integers(-1, 1)))
            rows["maintenance"].append(f"m{number},{service},{start:{ISO}},{end:{ISO}},{told:{ISO}}")
    for number in range(draw(st.integers(1, 3))):
        start = draw(MOMENTS)
        impact = draw(st.sampled_from(["high", "high", "low"]))
        rows["incident"].append(f"i{number},shop,{start:{ISO}},{impact}")
        if draw(st.booleans()):
            done = start + timedelta(minutes=draw(st.integers(0, 700)))
            rows["restoration"].append(f"r{number},i{number},{done:{ISO}}")
    return rows


def evaluated(rows: dict[str, list[str]], base: Snapshot, asked: Snapshot) -> pipeline.Evaluation:
    """A policy set over the facts that were admitted for the base."""
    with tempfile.TemporaryDirectory() as folder, pipeline.open_store() as store:
        for kind, lines in rows.items():
            (Path(folder) / f"{kind}.csv").write_text("\n".join(lines) + "\n", "utf-8")
        assert pipeline.admit_facts(base, Path(folder), store).is_whole
        return pipeline.evaluate(asked, store, as_of=AS_OF)


def bare(verdict: Verdict) -> Verdict:
    """A verdict without the query that was run for it."""
    return replace(verdict, evidence=Evidence(facts=0))


@settings(max_examples=FEW if settings().max_examples <= 100 else 500)
@given(asked(), facts())
def test_what_if_is_the_edited_policy_from_scratch(changes: list[Asked], rows: dict[str, list[str]]) -> None:
    edited = checked(by_hand(changes))
    found = ask(*(change for change, _ in changes), of=BASE)
    assert BASE.snapshot and edited.snapshot and found.snapshot
    # The facts are those of the base; from scratch they are admitted for the edited policy.
    after = evaluated(rows, BASE.snapshot, found.snapshot)
    scratch = evaluated(rows, edited.snapshot, edited.snapshot)
    assert [bare(each) for each in after.verdicts] == [bare(each) for each in scratch.verdicts]
    assert after.reactions == scratch.reactions


@settings(max_examples=12)
@given(asked())
def test_the_changed_policy_is_the_edited_one(changes: list[Asked]) -> None:
    """The same model, and the same in its canonical layout; the base is untouched."""
    edited = checked(by_hand(changes))
    found = ask(*(change for change, _ in changes), of=BASE)
    assert edited.snapshot and found.snapshot
    assert found.snapshot.version == edited.snapshot.version
    source = Source(name="policy.sla", text=text_of(found))
    layout = pipeline.format_policy(source)
    assert isinstance(layout, str)
    assert parse(Source(name="policy.sla", text=layout))[0].blocks == parse(source)[0].blocks
    assert text_of(BASE) == POLICY


def by_hand(changes: list[Asked]) -> str:
    """The policy as somebody would edit it."""
    text = POLICY
    for _, edits in changes:
        for old, new in edits:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
    return text
