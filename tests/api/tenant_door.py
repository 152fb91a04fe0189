"""A tenant behind the doors, on a clock that is set by hand."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import Any

from starlette.testclient import TestClient

from api.app import app
from api.authentication import Doorman, Open
from api.command.tenant_to_views import TenantViews
from api.drafts.drafts import Drafts
from api.graphql.endpoint import SECONDS
from engine.model.principal import LOCAL, Principal
from engine.model.quantity import HOUR, Instant
from engine.store.archive import Archive
from engine.store.duckdb_archive import DuckDbArchive
from engine.tenant.tenant import Tenant
from tests.api.draft_stub import away
from tests.tenant import shop
from tests.tenant.shop import MARCH

READINGS = """
fact reading {
  key id
  about service
  at read_at
  share number with 9 decimals
}
"""
POLICY = shop.POLICY + READINGS

ANN = replace(LOCAL, identity="ann")

PUBLISH = """mutation ($input: PublishPoliciesInput!) { publishPolicies(input: $input) {
    published { entry knownFrom publishedBy policyVersion address }
    userErrors { code message path row } } }"""
FACTS = """{
    receipt { entry knownFrom versions unchanged policyVersion } userErrors { code message path row } }"""

INGEST = f"mutation ($input: IngestFactsInput!) {{ ingestFacts(input: $input) {FACTS} }}"
CORRECT = f"mutation ($input: CorrectFactInput!) {{ correctFact(input: $input) {FACTS} }}"
RETRACT = f"mutation ($input: RetractFactInput!) {{ retractFact(input: $input) {FACTS} }}"
FEBRUARY = """query ($asOf: DateTime, $knownAt: DateTime) {
    verdicts(asOf: $asOf, knownAt: $knownAt, filter: {window:
        {start: "2025-02-01T00:00:00Z", end: "2025-03-01T00:00:00Z"}}) {
    asOf knownAt policyVersion nodes { id state policyVersion obligation { name agreement { name } } } } }"""
LONG = {
    "id": "o-1",
    "service": "shop",
    "start": "2025-02-01T00:00:00Z",
    "end": "2025-02-02T00:00:00Z",
}
SHORT = LONG | {"end": "2025-02-01T00:10:00Z"}


class TenantDoor:
    """A client of a tenant's server: each mutation is an hour after the one before."""

    def __init__(self, client: TestClient, views: TenantViews) -> None:
        self.client = client
        self.views = views
        self.now: Instant = MARCH
        self._keys = count()

    def clock(self) -> Instant:
        """What time it is."""
        return self.now

    def ask(self, query: str, **variables: object) -> Any:
        """The body of an answer."""
        return self.client.post("/graphql", json={"query": query, "variables": variables}).json()

    def send(self, mutation: str, *, once: str | None = None, **sent: object) -> Any:
        """The one payload of a mutation, an hour later."""
        self.now += HOUR
        answer = self.ask(mutation, input={"idempotencyKey": once or f"k{next(self._keys)}", **sent})
        assert "errors" not in answer, answer
        (payload,) = answer["data"].values()
        return payload

    def publish(self, text: str = POLICY, **more: Any) -> Any:
        """Publish one file."""
        return self.send(PUBLISH, files=[{"name": "shop.sla", "text": text}], **more)

    def ingest(self, *rows: object, kind: str = "outage", **more: Any) -> Any:
        """Feed rows, outages unless another kind is said."""
        return self.send(INGEST, kind=kind, rows=list(rows), **more)

    def february(self, **instants: object) -> str:
        """How February stands."""
        (node,) = self.ask(FEBRUARY, **instants)["data"]["verdicts"]["nodes"]
        return node["state"]


@contextmanager
def tenant_door(
    archive: Archive | None = None,
    *,
    asking: Principal = ANN,
    doorman: Doorman | None = None,
    wakes: bool = False,
    drafts: Drafts | None = None,
    seconds: int = SECONDS,
) -> Generator[TenantDoor]:
    """The doors of a tenant, over an archive in memory if no other is given; everybody asks as one, unless
    there is a doorman. Drafts are judged where there are any."""
    made: list[TenantDoor] = []

    def clock() -> Instant:
        return made[0].now if made else MARCH

    with Tenant(archive or DuckDbArchive(None, clock)) as tenant:
        views = TenantViews(tenant, clock)
        # Unless it wakes nothing is judged by itself: what is kept, and when, hangs on what is sent alone.
        asked = doorman or Open(free=asking)
        served = app(views, doorman=asked, wakes=wakes, drafts=drafts or away(), seconds=seconds)
        with TestClient(served, base_url="http://localhost") as client:
            made.append(TenantDoor(client, views))
            yield made[0]
        views.close()
