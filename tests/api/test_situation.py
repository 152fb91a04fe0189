"""Who is affected right now, on the example that ships: the command and GraphQL say the same."""

import json
from argparse import Namespace
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from api.command import impact
from api.command.console import terminal
from api.command.main import main
from api.command.workspace import Workspace, workspace
from api.command.workspace_to_view import compliance_view
from engine import pipeline
from tests.api.served import ask, client, refused
from tests.hosting import instant

HOSTING = Path(__file__).parents[2] / "policies" / "examples" / "hosting"
POLICY = """
use standard
document msa "Contract"
party acme  party bolt  party north
component rack_a  component rack_b
service leg_a { provider north  needs rack_a }
service leg_b { provider acme  needs rack_b }
service shop { provider acme  needs 1 of (leg_a, leg_b) }
fact trouble {
  key id
  about thing
  lasts start until end
  thing text
  grave yes/no optional
}
agreement deal is sla {
  between acme as provider and bolt as customer
  covers shop, leg_a, leg_b
  cites msa "1" "all"
  in force from 2025-01-01 through 2025-12-31
  accepted by "paper" on 2024-12-20
  zone UTC
  conventions standard { sources are assumed watched }
  exclusion announced { cites msa "2" "planned"  when maintenance m from m.start until m.end }
  target up {
    cites msa "3" "99 %"
    obliges acme
    measures uptime from trouble t where t.grave is yes
    during always
    excludes announced
    requires at least 99% in each calendar month
  }
  duty answer {
    cites msa "4" "in an hour"
    obliges acme
    when incident i
    must response r where r.incident is i.id within 1 hour of i.reported_at
  }
  duty restore {
    cites msa "5" "in two hours"
    obliges acme
    when incident i
    must restoration r where r.incident is i.id within 2 hours of i.reported_at
  }
}
"""
TROUBLE = """id,thing,start,end,grave,recorded_at
t-1,shop,2025-03-01T08:00:00Z,2025-03-01T12:00:00Z,yes,2025-03-01T08:05:00Z
t-2,leg_a,2025-03-02T10:00:00Z,2025-03-02T14:00:00Z,yes,2025-03-02T10:05:00Z
t-3,leg_b,2025-03-02T11:00:00Z,2025-03-02T13:00:00Z,yes,2025-03-02T11:05:00Z
t-4,warehouse,2025-03-03T09:00:00Z,2025-03-03T10:00:00Z,yes,2025-03-03T09:05:00Z
t-5,shop,2025-03-04T09:00:00Z,2025-03-04T10:00:00Z,no,2025-03-04T09:05:00Z
t-6,shop,2025-03-05T09:00:00Z,2025-03-05T10:00:00Z,,2025-03-05T09:05:00Z
t-7,rack_b,2025-03-06T09:00:00Z,2025-03-06T10:00:00Z,yes,2025-03-06T09:05:00Z
"""
FACTS = {
    "trouble": TROUBLE,
    "maintenance": """id,service,start,end,notified_at,recorded_at
m-1,shop,2025-03-07T09:00:00Z,2025-03-07T10:00:00Z,2025-03-01T00:00:00Z,2025-03-01T00:00:00Z
""",
    "incident": """id,service,reported_at,impact,urgency,major,parent,acknowledged_at,recorded_at
i-1,shop,2025-03-01T08:10:00Z,high,high,yes,,,2025-03-01T08:10:00Z
""",
    "response": "id,incident,at,recorded_at\n",
    "restoration": "id,incident,at,recorded_at\n",
}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small policy and its facts, every one with the instant at which it was recorded."""
    folder = tmp_path_factory.mktemp("live")
    (folder / "deal.sla").write_text(POLICY, "utf-8")
    for kind, text in FACTS.items():
        (folder / f"{kind}.csv").write_text(text, "utf-8")
    return folder


def by_command(
    policies: Path, facts: Path, as_of: str, *more: str, capsys: pytest.CaptureFixture[str]
) -> dict[str, Any]:
    words = ["impact", str(policies), "--facts", str(facts), "--as-of", as_of, "--format", "json", *more]
    assert main(words) == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


QUERY = """query ($asOf: DateTime, $knownAt: DateTime, $failed: [String!], $maxDegree: Int,
    $kinds: [GraphNodeKind!]) {
  situation(asOf: $asOf, knownAt: $knownAt, failed: $failed, maxDegree: $maxDegree, kinds: $kinds) {
    situation { asOf knownAt policyVersion
      outages(first: 100) { nodes { fact subject since isKnown } }
      impact {
        failed(first: 100) { nodes { graphId } } hits(first: 100) { nodes { degree node { graphId } } }
        standing(first: 100) { nodes { node { graphId } } } standingCount leftOut counts { kind count }
      }
      due(first: 100) { nodes { at what who of subject occasion isOverdue } }
    }
    userErrors { code message help path }
  } }"""


def by_query(policies: Path, facts: Path, served: str, **asked: object) -> dict[str, Any]:
    """The question over GraphQL, where it may be another instant that is served."""
    options = Namespace(policies=[policies], facts=facts, all_or_nothing=False, known_at=None)
    with workspace(options, terminal(colour=False)) as ready:
        assert ready is not None
        return of_workspace(ready, served, **asked)


def of_workspace(ready: Workspace, served: str, **asked: object) -> dict[str, Any]:
    with client(compliance_view(ready, as_of=instant(served), known_at=None)) as door:
        answer: dict[str, Any] = ask(door, QUERY, **asked)["situation"]
    return answer


def in_the_words_of_the_command(found: Mapping[str, Any]) -> dict[str, Any]:
    """An answer of GraphQL as the command writes it, as far as it was asked for."""
    impact = found["impact"]
    return {
        "policy_version": found["policyVersion"],
        "as_of": found["asOf"],
        "known_at": found["knownAt"],
        "outages": [
            {**{name: each[name] for name in ("fact", "subject", "since")}, "is_known": each["isKnown"]}
            for each in found["outages"]["nodes"]
        ],
        "impact": impact
        and {
            "failed": [each["graphId"] for each in impact["failed"]["nodes"]],
            "hits": [(each["node"]["graphId"], each["degree"]) for each in impact["hits"]["nodes"]],
            "standing": [each["node"]["graphId"] for each in impact["standing"]["nodes"]],
            "standing_count": impact["standingCount"],
            "left_out": impact["leftOut"],
            "counts": {each["kind"].lower(): each["count"] for each in impact["counts"]},
        },
        "due": [
            {
                **{name: each[name] for name in ("at", "who", "of", "subject", "occasion")},
                "what": each["what"].lower().replace("_", " "),
                "is_overdue": each["isOverdue"],
            }
            for each in found["due"]["nodes"]
        ],
    }


def shortened(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The command's answer, as much of it as the query asks for."""
    impact = answer["impact"]
    return {
        **answer,
        "impact": impact
        and {
            "failed": [each["id"] for each in impact["failed"]],
            "hits": [(each["id"], each["degree"]) for each in impact["hits"]],
            "standing": [each["id"] for each in impact["standing"]],
            **{name: impact[name] for name in ("standing_count", "left_out", "counts")},
        },
    }


def both(
    live: Path, as_of: str, known_at: str | None = None, *, capsys: pytest.CaptureFixture[str]
) -> dict[str, Any]:
    """The answer of the command, which GraphQL gives, too."""
    more = () if known_at is None else ("--known-at", known_at)
    told = by_command(live, live, as_of, *more, capsys=capsys)
    answer = by_query(live, live, "2025-02-01T00:00:00Z", asOf=as_of, knownAt=known_at)
    assert answer["userErrors"] == []
    assert in_the_words_of_the_command(answer["situation"]) == shortened(told)
    return told


def ids(answer: Mapping[str, Any], list: str) -> Sequence[str]:
    return [each["id"] for each in answer["impact"][list]]


def test_the_example_that_ships(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The servers are out: the shop is, too, and who is told next of the incident stands in the answer.

    Both doors are opened on one workspace, which is judged once.
    """
    facts = tmp_path / "facts"
    copytree(HOSTING / "facts", facts)
    with (facts / "outage.csv").open("a") as file:
        file.write("o-201,hosting,2025-02-10T13:00:00Z,\n")
    as_of = "2025-02-10T13:10:00Z"
    options = Namespace(policies=[HOSTING], facts=facts, all_or_nothing=False, known_at=None)
    with workspace(options, terminal(colour=False)) as ready:
        assert ready is not None
        judged = pipeline.evaluate(ready.snapshot, ready.store, as_of=instant(as_of))
        monkeypatch.setattr(impact, "workspace", lambda *_: nullcontext(ready))
        monkeypatch.setattr(pipeline, "evaluate", lambda *_, **_said: judged)
        told = by_command(HOSTING, facts, as_of, capsys=capsys)
        answer = of_workspace(ready, as_of)
    assert in_the_words_of_the_command(answer["situation"]) == shortened(told)
    assert [each["fact"] for each in told["outages"]] == ["outage:o-103", "outage:o-201"]
    assert ids(told, "failed") == ["service:hosting", "service:shop"]
    assert {"service:reports", "agreement:northwind_uc", "party:bolt"} <= set(ids(told, "hits"))
    first = told["due"][0]
    assert (first["what"], first["of"], first["occasion"], first["at"], first["is_overdue"]) == (
        "deadline",
        "acme_sla.restore",
        "i-2",
        "2025-02-10T13:04:00Z",
        True,
    )
    assert [each["at"] for each in told["due"]] == sorted(each["at"] for each in told["due"])


@pytest.mark.parametrize(
    ("as_of", "known_at", "out"),
    [
        ("2025-03-01T07:59:59Z", None, []),
        ("2025-03-01T08:00:00Z", None, ["trouble:t-1"]),
        ("2025-03-01T11:59:59Z", None, ["trouble:t-1"]),
        ("2025-03-01T12:00:00Z", None, []),
        ("2025-03-01T09:00:00Z", "2025-03-01T08:04:59Z", []),
        ("2025-03-01T09:00:00Z", "2025-03-01T08:05:00Z", ["trouble:t-1"]),
    ],
)
def test_an_outage_before_while_and_after_it_lasts_and_before_it_was_known(
    as_of: str, known_at: str | None, out: list[str], live: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = both(live, as_of, known_at, capsys=capsys)
    assert [each["fact"] for each in answer["outages"]] == out
    assert answer["known_at"] == known_at
    if out:
        assert ids(answer, "failed") == ["service:shop"] and "party:bolt" in ids(answer, "hits")
    else:
        assert answer["impact"] is None and answer["due"] == []


@pytest.mark.parametrize(
    ("as_of", "failed", "lost", "standing"),
    [
        ("2025-03-02T10:30:00Z", ["leg_a"], False, ["service:shop"]),
        ("2025-03-02T11:30:00Z", ["leg_a", "leg_b"], True, []),
        ("2025-03-02T13:30:00Z", ["leg_a"], False, ["service:shop"]),
    ],
)
def test_one_leg_of_a_group_is_out_and_then_another_beside_it(
    as_of: str,
    failed: list[str],
    lost: bool,
    standing: list[str],
    live: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Two outages overlap for two hours, in which one of two no longer stands."""
    answer = both(live, as_of, capsys=capsys)
    assert ids(answer, "failed") == [f"service:{each}" for each in failed]
    assert ids(answer, "standing") == standing
    assert ("service:shop" in ids(answer, "hits")) is lost


def test_an_outage_of_what_no_policy_names(live: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = both(live, "2025-03-03T09:30:00Z", capsys=capsys)
    assert [(each["subject"], each["is_known"]) for each in answer["outages"]] == [("warehouse", False)]
    assert answer["impact"] is None


@pytest.mark.parametrize(
    ("as_of", "out"),
    [
        ("2025-03-04T09:30:00Z", []),
        ("2025-03-05T09:30:00Z", ["trouble:t-6"]),
        ("2025-03-06T09:30:00Z", ["trouble:t-7"]),
    ],
)
def test_out_is_what_a_promise_may_take_for_bad_time(
    as_of: str, out: list[str], live: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a condition leaves out is not; what it does not know may be (S7.2); where no promise is about the
    subject, any promise that reads the kind decides."""
    answer = both(live, as_of, capsys=capsys)
    assert [each["fact"] for each in answer["outages"]] == out


def test_planned_maintenance_is_no_outage(live: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No promise takes it for bad time (S5.4)."""
    answer = both(live, "2025-03-07T09:30:00Z", capsys=capsys)
    assert answer["outages"] == [] and answer["impact"] is None


def test_what_is_due_is_sorted_and_what_is_late_is_marked(
    live: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The response is late and not there; the restoration has another hour."""
    answer = both(live, "2025-03-01T09:20:00Z", capsys=capsys)
    assert [
        (each["what"], each["who"], each["of"], each["at"], each["is_overdue"]) for each in answer["due"]
    ] == [
        ("deadline", "acme", "deal.answer", "2025-03-01T09:10:00Z", True),
        ("deadline", "acme", "deal.restore", "2025-03-01T10:10:00Z", False),
    ]


def test_what_is_named_fails_besides(live: Path, capsys: pytest.CaptureFixture[str]) -> None:
    as_of, limits = "2025-03-02T10:30:00Z", ("--most-degree", "1", "--kind", "service")
    told = by_command(live, live, as_of, "rack_b", *limits, capsys=capsys)
    asked = {"failed": ["rack_b"], "maxDegree": 1, "kinds": ["SERVICE"]}
    answer = by_query(live, live, as_of, **asked)["situation"]
    assert in_the_words_of_the_command(answer) == shortened(told)
    assert ids(told, "failed") == ["component:rack_b", "service:leg_a"]
    assert ids(told, "hits") == ["service:leg_b"]
    assert told["impact"]["left_out"] > 0


def test_mistakes_are_data() -> None:
    with client() as door:
        answer = ask(door, QUERY, failed=["northwnd"])["situation"]
    assert answer["situation"] is None
    assert [(each["code"], each["help"], each["path"]) for each in answer["userErrors"]] == [
        ("unknown-name", "did you mean `northwind`?", ["failed"])
    ]


def test_too_many_names_and_instants_that_cannot_be_asked() -> None:
    with client() as door:
        assert refused(door, QUERY, {"failed": ["db"] * 101}) == ["BAD_USER_INPUT"]
        assert refused(door, QUERY, {"knownAt": "2025-01-01T00:00:00Z"}) == ["BAD_USER_INPUT"]
        assert ask(door, QUERY)["situation"]["situation"]["impact"] is None
