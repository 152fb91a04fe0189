"""Webhooks are registered by who may, over GraphQL and by command; the secret is told then alone."""

import json
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from api.command.main import main
from api.command.secret_files import keep_secret
from api.webhooks.signing import WebhookKey
from engine.model.quantity import HOUR
from engine.model.tenancy import Request
from engine.model.webhook import Told, Topic, Webhook, WebhookOrder
from tests.api.market import market
from tests.api.tenant_door import tenant_door
from tests.api.webhooks.receiver import receiver

REGISTER = """mutation ($input: RegisterWebhookInput!) { registerWebhook(input: $input) {
    webhook { webhook url topics registeredBy } secret userErrors { code message path } } }"""
REMOVE = """mutation ($input: RemoveWebhookInput!) { removeWebhook(input: $input) {
    webhook { webhook } secret userErrors { code path } } }"""
WEBHOOKS = """query ($removed: Boolean! = false) { webhooks(removed: $removed) { nodes {
    webhook registeredBy url ahead seesAs removedBy events { totalCount nodes { id } } } } }"""
ORDER = WebhookOrder(url="https://example.com/in", topics=frozenset({Topic.BREACHED}), ahead=HOUR)
REDELIVER = """mutation ($input: RedeliverWebhookInput!) { redeliverWebhook(input: $input) {
    waits userErrors { code } } }"""
INPUT: dict[str, Any] = {"idempotencyKey": "a", "url": "https://example.com/in", "topics": ["BREACHED"]}


def test_it_is_registered_over_graphql_and_its_secret_told_then_alone(tmp_path: Path) -> None:
    with tenant_door() as door:
        door.publish()
        assert (
            door.ask(REGISTER, input=INPUT)["data"]["registerWebhook"]["userErrors"][0]["code"]
            == "no-webhook-key"
        )
        (served,) = [
            route.endpoint.tenants.doors["main"]
            for route in door.client.app.routes  # type: ignore[attr-defined]
            if route.path == "/graphql" and hasattr(route.endpoint, "tenants") and hasattr(route, "methods")
        ]
        object.__setattr__(served, "webhook_key", WebhookKey(path=tmp_path / "key", keep=keep_secret))
        said = door.ask(REGISTER, input=INPUT)["data"]["registerWebhook"]
        assert said["userErrors"] == [] and said["secret"].startswith("whsec_")
        assert said["webhook"] == {
            "webhook": 0,
            "url": "https://example.com/in",
            "topics": ["BREACHED"],
            "registeredBy": "ann",
        }
        wrong = door.ask(REGISTER, input=INPUT | {"idempotencyKey": "b", "services": ["shp"]})
        (error,) = wrong["data"]["registerWebhook"]["userErrors"]
        assert (error["code"], error["path"]) == ("unknown-name", ["input", "services"])
        assert "did you mean `shop`?" in error["message"]
        one = {
            "webhook": 0,
            "registeredBy": "ann",
            "url": "https://example.com/in",
            "ahead": "PT24H",
            "seesAs": [],
            "removedBy": None,
            "events": {"totalCount": 0, "nodes": []},
        }
        assert door.ask(WEBHOOKS)["data"]["webhooks"]["nodes"] == [one]
        none = door.ask(REDELIVER, input={"webhook": 0, "event": 3})["data"]["redeliverWebhook"]
        assert none == {"waits": False, "userErrors": [{"code": "unknown-event"}]}
        ended = door.ask(REMOVE, input={"idempotencyKey": "c", "webhook": 0})["data"]["removeWebhook"]
        assert ended == {"webhook": {"webhook": 0}, "secret": None, "userErrors": []}
        assert door.ask(WEBHOOKS)["data"]["webhooks"]["nodes"] == []
        (gone,) = door.ask(WEBHOOKS, removed=True)["data"]["webhooks"]["nodes"]
        assert gone == one | {"removedBy": "ann"}


def test_what_a_webhook_was_told_and_what_it_was_not_is_listed() -> None:
    """Each event with how it stands, a page at a time, without what it says."""
    with tenant_door() as door:
        door.publish()
        telling = door.views.keeper.telling
        made = telling.register(ORDER, "k", Request(actor="ann", key="w"))
        assert isinstance(made, Webhook)
        told = [Told(topic=Topic.BREACHED, about=(str(n),), occasion="", data={"n": n}) for n in range(3)]
        place = telling.place(0)
        assert place is not None and telling.claim(0, "s")
        telling.keep(made, told, through=place[0], after=place[0], server="s")
        first, second, _ = telling.events(0)
        telling.delivered(first)
        telling.failed(second, "410 Gone", lambda _: 0, is_final=True)
        query = """query ($s: WebhookDelivery, $n: Int!, $a: String) { webhooks { nodes {
            events(state: $s, first: $n, after: $a) { totalCount pageInfo { hasNextPage endCursor }
            nodes { event state tries reason nextAt } } } } }"""

        def listed(**asked: object) -> Any:
            (node,) = door.ask(query, **asked)["data"]["webhooks"]["nodes"]
            return node["events"]

        page = listed(n=2)
        assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (3, True)
        assert [each["state"] for each in page["nodes"]] == ["DELIVERED", "DEAD"]
        (last,) = listed(n=2, a=page["pageInfo"]["endCursor"])["nodes"]
        assert (last["event"], last["state"], last["nextAt"] is None) == (2, "WAITING", False)
        (dead,) = listed(n=9, s="DEAD")["nodes"]
        assert dead == {"event": 1, "state": "DEAD", "tries": 1, "reason": "410 Gone", "nextAt": None}
        wrong = door.ask(query, n=2, a="nonsense")
        assert wrong["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


def test_only_governance_registers() -> None:
    with market() as doors:
        for who in ("application", "auditor", "bolt", "northwind"):
            (error,) = doors.ask(who, REGISTER, input=INPUT)["errors"]
            assert error["extensions"]["code"] == "FORBIDDEN"


def test_it_is_registered_tested_listed_and_removed_by_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = str(tmp_path / "a.duckdb")
    at = ["--archive", archive, "--actor", "ann"]
    policies = Path(__file__).parents[3] / "policies" / "examples" / "hosting"
    assert main(["publish", str(policies), *at]) == 0
    capsys.readouterr()
    with receiver() as machine:
        assert main(["webhook", "add", machine.url, "--topic", "breached", *at]) == 0
        assert capsys.readouterr().out.startswith("whsec_")
        assert main(["webhook", "test", "0", "--webhook-allow", str(ip_network("127.0.0.0/8")), *at]) == 0
        assert machine.got[0].said["type"] == "test"
        assert main(["webhook", "test", "0", *at]) == 1
        assert "it is no https address" in capsys.readouterr().err
    assert main(["webhook", "test", "0", "--redeliver", "0", *at]) == 2
    assert main(["webhook", "list", archive, "--format", "json"]) == 0
    (listed,) = json.loads(capsys.readouterr().out)["webhooks"]
    assert (listed["topics"], listed["registered_by"], listed["events"]) == (["breached"], "ann", [])
    assert main(["webhook", "remove", "0", *at]) == 0
    assert main(["webhook", "list", archive]) == 0
    assert "there is no webhook" in capsys.readouterr().out
    assert main(["webhook", "remove", "0", *at]) == 2
