"""A tenant over HTTP: published, fed, corrected, retracted, and asked, each answer from one revision."""

import json
from collections.abc import Iterator
from decimal import Decimal

import pytest

from engine import pipeline
from engine.model.instants import iso_text
from engine.model.quantity import HOUR, SECOND
from engine.store.open_archive import open_archive
from engine.tenant import judging
from tests.api.served import client
from tests.api.tenant_door import (
    CORRECT,
    FACTS,
    FEBRUARY,
    INGEST,
    LONG,
    POLICY,
    PUBLISH,
    RETRACT,
    SHORT,
    TenantDoor,
    tenant_door,
)
from tests.hosting import instant
from tests.postgres import PostgresServer


@pytest.fixture
def shop() -> Iterator[TenantDoor]:
    """A tenant with nothing published."""
    with tenant_door() as opened:
        yield opened


@pytest.fixture
def fed(shop: TenantDoor) -> TenantDoor:
    """A tenant with policies and an outage that breaches."""
    shop.publish()
    shop.ingest(LONG)
    return shop


def test_with_nothing_published_all_is_said_clearly(shop: TenantDoor) -> None:
    ready = shop.client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json() == {"status": "not ready", "reason": "no policies have been published yet"}
    assert shop.client.get("/healthz").status_code == 200
    answer = shop.ask("{ __typename policyVersion }")
    assert answer["data"] is None
    assert answer["errors"][0]["extensions"] == {"code": "NOTHING_PUBLISHED"}
    assert shop.ask("{ __typename }") == {"data": {"__typename": "Query"}}
    payload = shop.ingest(LONG)
    assert payload["receipt"] is None
    assert [each["code"] for each in payload["userErrors"]] == ["no-policies"]


def test_what_is_published_and_fed_is_seen_by_the_next_request(shop: TenantDoor) -> None:
    published = shop.publish()
    version = published["published"]["policyVersion"]
    assert published["userErrors"] == []
    assert (published["published"]["entry"], published["published"]["publishedBy"]) == ("0", "ann")
    assert shop.client.get("/readyz").json() == {"status": "ready"}
    assert shop.february() == "MET"
    receipt = shop.ingest(LONG)["receipt"]
    assert receipt == {
        "entry": "1",
        "knownFrom": iso_text(shop.now),
        "versions": 1,
        "unchanged": 0,
        "policyVersion": version,
    }
    assert shop.february() == "BREACHED"
    assert shop.send(CORRECT, kind="outage", row=SHORT)["receipt"]["versions"] == 1
    assert shop.february() == "MET"
    shop.send(CORRECT, kind="outage", row=LONG)
    assert shop.february() == "BREACHED"
    assert shop.send(RETRACT, kind="outage", key="o-1")["receipt"]["entry"] == "4"
    assert shop.february() == "MET"


def test_what_was_known_before_is_asked_for(fed: TenantDoor) -> None:
    before = iso_text(fed.now - 1)
    assert (fed.february(knownAt=before), fed.february()) == ("MET", "BREACHED")
    ahead = fed.ask(FEBRUARY, knownAt=iso_text(fed.now + 1))
    assert ahead["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}
    early = fed.ask(FEBRUARY, knownAt="2025-01-01T00:00:00Z")
    assert early["errors"][0]["extensions"] == {"code": "NOTHING_PUBLISHED"}
    assert "by then" in early["errors"][0]["message"]


def test_an_answer_names_all_that_it_takes_to_get_it_again(fed: TenantDoor) -> None:
    first = fed.ask(FEBRUARY)["data"]["verdicts"]
    fed.send(RETRACT, kind="outage", key="o-1")
    fed.publish(POLICY.replace("99%", "90%"))
    again = fed.ask(FEBRUARY, asOf=first["asOf"], knownAt=first["knownAt"])["data"]["verdicts"]
    for each in first["nodes"] + again["nodes"]:
        del each["id"]
    assert again == first
    assert fed.ask(FEBRUARY)["data"]["verdicts"]["policyVersion"] != first["policyVersion"]


def test_earlier_policies_answer_with_what_they_declared(fed: TenantDoor) -> None:
    then = iso_text(fed.now)
    other = POLICY.replace("target up of", "target usable of").replace("shop_sla", "other_sla")
    assert fed.publish(other)["userErrors"] == []
    (old,) = fed.ask(FEBRUARY, knownAt=then)["data"]["verdicts"]["nodes"]
    (new,) = fed.ask(FEBRUARY)["data"]["verdicts"]["nodes"]
    assert (old["obligation"]["name"], new["obligation"]["name"]) == ("shop_sla.up", "other_sla.usable")
    assert old["obligation"]["agreement"] == {"name": "shop_sla"}
    node = "query ($id: ID!) { node(id: $id) { ... on Verdict { state explain { recomputed } } } }"
    found = fed.ask(node, id=old["id"])["data"]["node"]
    assert found == {"state": "BREACHED", "explain": {"recomputed": True}}
    both = fed.ask(
        "query ($then: DateTime) { now: verdicts { policyVersion } then: verdicts(knownAt: $then) { asOf } }",
        then=then,
    )
    assert "in a request of its own" in both["errors"][0]["message"]


def test_the_same_request_is_done_once(fed: TenantDoor) -> None:
    row = LONG | {"id": "o-2"}
    first = fed.ingest(row, once="once")
    fed.send(RETRACT, kind="outage", key="o-2")
    assert fed.ingest(row, once="once") == first
    other = fed.ingest(row | {"id": "o-3"}, once="once")
    assert other["receipt"] is None
    assert [(each["code"], each["path"]) for each in other["userErrors"]] == [
        ("idempotency-key-reused", ["input", "idempotencyKey"])
    ]
    published = fed.publish(once="policies")
    assert fed.publish(once="policies") == published
    assert fed.publish(POLICY + "# other", once="policies")["published"] is None


def test_wrong_rows_keep_all_of_them_out(fed: TenantDoor) -> None:
    wrong: list[object] = [
        {"id": "o-3", "service": "shap", "start": "2025-02-30T00:00:00Z"},
        {"id": "o-4", "service": ["shop"], "start": LONG["start"]},
        {"id": "o-5", "service": "shop", "start": LONG["start"], "extra": 1},
        {"id": "o-6", "service": "shop", "start": LONG["start"], "recorded_at": LONG["start"]},
        {},
    ]
    payload = fed.ingest(LONG | {"id": "o-2"}, *wrong)
    assert payload["receipt"] is None
    found = {(each["row"], each["path"][-1]) for each in payload["userErrors"]}
    assert {(2, "service"), (2, "start"), (3, "service"), (4, "extra"), (5, "recorded_at")} <= found
    assert {row for row, _ in found} == {2, 3, 4, 5, 6}
    assert fed.ingest(LONG | {"id": "o-1", "end": None})["userErrors"][0]["code"] == "duplicate-key"
    unknown = fed.send(RETRACT, kind="outage", key="o-9")["userErrors"]
    assert [(each["code"], each["path"]) for each in unknown] == [("unknown-fact", ["input", "key"])]
    assert fed.ingest(LONG, kind="outrage")["userErrors"][0]["path"] == ["input", "kind"]


def test_no_more_errors_are_listed_than_people_read(fed: TenantDoor) -> None:
    payload = fed.ingest(*({"id": str(number)} for number in range(200)))
    assert len(payload["userErrors"]) == 101
    assert payload["userErrors"][-1]["code"] == "more-errors"
    many = fed.ingest(*({"id": str(number)} for number in range(10_001)))
    assert [each["code"] for each in many["userErrors"]] == ["batch-too-large"]


JSON = {"content-type": "application/json"}
GONE = """mutation {
    retractFact(input: {idempotencyKey: "g", kind: "outage", key: "o-1"}) { userErrors { code } } }"""
READING = '{"id": "r-%s", "service": "shop", "read_at": "2025-02-01T00:00:00Z", "share": %s}'


@pytest.mark.parametrize("place", ["variables", "document"])
@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("0.1", "0.1"),
        ("4503599627.370497001", "4503599627.370497001"),
        ("7", "7"),
        ('"0.10"', "0.1"),
        ("9007199253", "9007199253"),
    ],
)
def test_no_number_passes_through_a_float(place: str, written: str, kept: str) -> None:
    with tenant_door() as door:
        door.publish()
        row = READING % (1, written)
        if place == "variables":
            head = '{"idempotencyKey": "k", "kind": "reading", "rows": ['
            body = f'{{"query": {json.dumps(INGEST)}, "variables": {{"input": {head}{row}]}}}}}}'
        else:
            literal = row
            for name in ("id", "service", "read_at", "share"):
                literal = literal.replace(f'"{name}"', name)
            sent = f'{{idempotencyKey: "k", kind: "reading", rows: [{literal}]}}'
            body = json.dumps({"query": f"mutation {{ ingestFacts(input: {sent}) {FACTS} }}"})
        answer = door.client.post("/graphql", content=body, headers=JSON).json()
        assert answer["data"]["ingestFacts"]["userErrors"] == []
        with door.views.keeper._archive.reading() as reading:
            ((content,),) = reading.run("SELECT content FROM fact_version")
        assert json.loads(content)["share"] == f"{Decimal(kept):.9f}"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_no_json(fed: TenantDoor, number: str) -> None:
    body = json.dumps({"query": "{ asOf }", "variables": {"n": 1}}).replace("1", number)
    answer = fed.client.post("/graphql", content=body, headers=JSON)
    assert answer.status_code == 400


@pytest.mark.parametrize("bad", ["\0", "\ud800", "a\0b"])
def test_text_that_no_database_keeps_is_refused(fed: TenantDoor, bad: str) -> None:
    def send(mutation: str, **sent: object) -> list[str]:
        body = json.dumps({"query": mutation, "variables": {"input": {"idempotencyKey": "n", **sent}}})
        answer = fed.client.post("/graphql", content=body, headers=JSON)
        (payload,) = answer.json()["data"].values()
        return [each["code"] for each in payload["userErrors"]]

    assert send(INGEST, kind="outage", rows=[LONG | {"id": bad}]) == ["bad-row"]
    assert send(INGEST, kind="outage", rows=[LONG | {bad: "x"}]) == ["bad-row"]
    assert send(INGEST, kind="outage", rows=[LONG], idempotencyKey=bad) == ["idempotency-key"]
    assert send(INGEST, kind=bad, rows=[LONG]) == ["unknown-kind"]
    assert send(RETRACT, kind="outage", key=bad) == ["unknown-fact"]
    assert send(PUBLISH, files=[{"name": bad, "text": POLICY}]) == ["file-name"]
    assert send(PUBLISH, files=[{"name": "a", "text": POLICY + bad}]) == ["not-text"]


def test_unsound_policies_are_refused(fed: TenantDoor) -> None:
    payload = fed.publish("party {")
    assert payload["published"] is None
    assert payload["userErrors"][0]["message"].startswith("shop.sla:1:")
    assert fed.send(PUBLISH, files=[])["userErrors"][0]["code"] == "no-policies"
    twice = [{"name": "a", "text": POLICY}, {"name": "a", "text": ""}]
    assert fed.send(PUBLISH, files=twice)["userErrors"][0]["row"] == 2
    assert fed.february() == "BREACHED"


def test_nothing_is_kept_by_get(fed: TenantDoor) -> None:
    answer = fed.client.get("/graphql", params={"query": GONE})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.json()["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}
    assert fed.february() == "BREACHED"


def test_a_server_that_keeps_nothing_says_so() -> None:
    with client() as door:
        answer = door.post("/graphql", json={"query": GONE}).json()
    assert answer == {"data": {"retractFact": {"userErrors": [{"code": "read-only"}]}}}


def test_mutations_are_done_in_order(fed: TenantDoor) -> None:
    mutation = """mutation ($row: FactRow!) {
        a: retractFact(input: {idempotencyKey: "a", kind: "outage", key: "o-1"}) { receipt { entry } }
        b: ingestFacts(input: {idempotencyKey: "b", kind: "outage", rows: [$row]}) { receipt { entry } }
        c: retractFact(input: {idempotencyKey: "c", kind: "outage", key: "o-1"}) { receipt { entry } } }"""
    data = fed.ask(mutation, row=LONG)["data"]
    assert [each["receipt"]["entry"] for each in data.values()] == ["2", "3", "4"]


def test_nothing_is_judged_anew_while_nothing_changed(
    fed: TenantDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[object] = []
    evaluate = pipeline.evaluate

    def counted(*args: object, **named: object) -> object:
        judged.append(named)
        return evaluate(*args, **named)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(pipeline, "evaluate", counted)
    monkeypatch.setattr(judging, "evaluate", counted)
    fed.february()
    fed.now += SECOND - 1
    fed.february()
    assert len(judged) == 1
    fed.now += 1
    assert fed.ask(FEBRUARY)["data"]["verdicts"]["asOf"] == iso_text(fed.now)
    assert len(judged) == 2
    fed.february(asOf="2025-02-10T00:00:00Z")
    fed.now += HOUR
    fed.february(asOf="2025-02-10T00:00:00Z")
    assert len(judged) == 4, "the other instant was judged once, and the present one twice"
    latest = iso_text(fed.now)
    fed.now -= 2 * HOUR
    assert fed.ask(FEBRUARY)["data"]["verdicts"]["asOf"] == latest, "a clock that goes back undoes nothing"


def test_slow_judging_is_not_all_that_a_server_does(fed: TenantDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    evaluate = pipeline.evaluate

    def slowly(*args: object, **named: object) -> object:
        fed.now += 5 * SECOND
        return evaluate(*args, **named)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(pipeline, "evaluate", slowly)
    monkeypatch.setattr(judging, "evaluate", slowly)
    first = fed.ask("{ asOf }")
    assert fed.now - 5 * SECOND == instant(first["data"]["asOf"])
    fed.now += 5 * SECOND - 1
    assert fed.ask("{ asOf }") == first
    fed.now += 1
    assert fed.ask("{ asOf }") != first


def test_another_server_of_the_same_tenant_is_heard(postgres: PostgresServer) -> None:
    with tenant_door(open_archive(postgres.url, lambda: 10**15, tenant="doors")) as one:
        one.publish()
        assert one.february() == "MET"
        with tenant_door(open_archive(postgres.url, lambda: 10**15, tenant="doors")) as other:
            assert other.ingest(LONG, once="other")["receipt"]["versions"] == 1
        assert one.february() == "BREACHED"


def test_policies_that_admit_less_say_how_much(fed: TenantDoor) -> None:
    fed.ingest(json.loads(READING % (1, 1)), kind="reading")
    assert fed.ask("{ refusedRows }")["data"] == {"refusedRows": 0}
    fed.publish(POLICY.replace("share number with 9 decimals", "share yes/no"))
    assert fed.ask("{ refusedRows }")["data"] == {"refusedRows": 1}
