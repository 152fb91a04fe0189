"""A tenant of two customers and a supplier, who ask with tokens of their own."""

import json
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from starlette.testclient import TestClient

from api.app import app
from api.command.tenant_to_views import TenantViews
from api.tokens.issuer import Issuer
from api.tokens.tokens import Tokens, token_digest
from engine.model.principal import ApiRole, Principal
from engine.model.quantity import Instant
from engine.model.tenancy import FactBatch, Refused, Request, Row
from engine.source import Source
from engine.store.archive import Archive, Clock
from engine.store.duckdb_archive import DuckDbArchive
from engine.tenant.tenant import Tenant
from tests.api.draft_stub import away
from tests.hosting import instant

NOW = instant("2025-03-10T00:00:00Z")

HEAD = """
use standard

document bolt_order "Order of Bolt" { version "1"  dated 2024-12-01 }
document corp_order "Order of Corp" { version "1"  dated 2024-12-01  prevails over bolt_order }
document host_uc "Hosting contract" { version "2"  dated 2024-11-15 }

party acme "Acme"
party bolt "Bolt"
party corp "Corp"
party northwind "Northwind" is supplier
role keeper "Keeper" of acme
role corp_manager "Manager of Corp" of corp

component corp_vault "Vault of Corp"

service hosting "Hosting" { provider northwind  hours always }
service shop "Shop" { provider acme  owner keeper  hours always  needs hosting  buyer corp }
service corp_portal "Portal of Corp" { provider acme  hours always  needs shop and corp_vault }

fact ticket {
  key id
  about service
  at opened_at
  closed_at instant optional
  buyer one of (bolt, corp)
}

fact handover {
  key id
  about service
  at at
  ticket reference to ticket
}
"""
"""What is common, and what is only the other customer's."""


def agreement(name: str, customer: str, covers: str) -> str:
    """An SLA of a customer: uptime, and tickets that are handed over."""
    return f"""
agreement {name} is sla "Services for {customer}" {{
  between acme as provider and {customer} as customer
  covers {covers}
  cites {customer}_order "1" "service levels"
  in force from 2025-01-01 through 2025-12-31
  accepted by "Order 1" on 2024-12-20
  zone UTC
  owned by keeper
  conventions standard {{ sources are assumed watched }}

  target up of shop "The shop is up" {{
    cites {customer}_order "1.1" "uptime"
    obliges acme
    measures uptime from outage o
    during hours of shop
    requires at least 99% in each calendar month
  }}

  target {customer}_covered of {covers.rpartition(" ")[2]} "What is covered is up" {{
    cites {customer}_order "1.3" "uptime"
    obliges acme
    measures uptime from outage o
    during hours of {covers.rpartition(" ")[2]}
    requires at least 99.99% in each calendar month
  }}

  duty handed "Tickets are handed over" {{
    cites {customer}_order "1.2" "tickets"
    obliges acme
    when ticket t where t.buyer is {customer}
    must handover h where h.ticket is t.id within 4 hours of t.opened_at
  }}
}}
"""


UC = """
agreement northwind_uc is uc "Hosting by Northwind" {
  between northwind as provider and acme as customer
  covers hosting
  underpins bolt_sla, corp_sla
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
    requires at least 99.9% in each calendar month
    carries bolt_sla.up, corp_sla.up
  }

  prohibition harm "Nobody above is harmed" {
    cites host_uc "3" "harm"
    obliges northwind
    never breach b where b.agreement is "corp_sla" or b.obligation is "bolt_sla.up" in each calendar month
  }

  duty apology "Each harm is explained" {
    cites host_uc "4" "harm"
    obliges northwind
    when breach b where b.obligation is "corp_sla.up" and b.subject is present
    must handover h within 24 hours of b.at
  }
}
"""
POLICY = (
    HEAD + agreement("bolt_sla", "bolt", "shop") + agreement("corp_sla", "corp", "shop, corp_portal") + UC
)

ALONE = "\n".join(
    line
    for line in HEAD.replace("  buyer corp }", " }").replace("(bolt, corp)", "(bolt)").splitlines()
    if "corp" not in line
) + agreement("bolt_sla", "bolt", "shop")
"""The same where the other customer, and the supplier, never were."""

FACTS: dict[str, list[Row]] = {
    "outage": [
        {"id": "o-1", "service": "shop", "start": "2025-02-01T00:00:00Z", "end": "2025-02-02T00:00:00Z"},
        {"id": "o-2", "service": "shop", "start": "2025-03-09T00:00:00Z"},
        {"id": "corp-o", "service": "corp_portal", "start": "2025-03-09T00:00:00Z"},
    ],
    "ticket": [
        {"id": "b-1", "service": "shop", "opened_at": "2025-02-01T00:00:00Z", "buyer": "bolt"},
        {"id": "corp-1", "service": "shop", "opened_at": "2025-02-01T00:00:00Z", "buyer": "corp"},
    ],
    "handover": [{"id": "h-1", "service": "shop", "at": "2025-02-01T01:00:00Z", "ticket": "b-1"}],
}

ALONE_FACTS = {kind: [each for each in rows if "corp" not in str(each)] for kind, rows in FACTS.items()}

ASKING = {
    "bolt": Principal(identity="ann@bolt", roles=frozenset({ApiRole.CUSTOMER}), parties=frozenset({"bolt"})),
    "corp": Principal(identity="cy@corp", roles=frozenset({ApiRole.CUSTOMER}), parties=frozenset({"corp"})),
    "northwind": Principal(
        identity="nell", roles=frozenset({ApiRole.SUPPLIER}), parties=frozenset({"northwind"})
    ),
    "nobody": Principal(identity="noah", roles=frozenset({ApiRole.CUSTOMER})),
    **{
        role.value: Principal(identity=role.value, roles=frozenset({role}))
        for role in (ApiRole.GOVERNANCE, ApiRole.APPLICATION, ApiRole.AUDITOR)
    },
}
"""Who asks, by a token of the same name."""


class Market:
    """A client of a tenant's server, as any of those who ask."""

    def __init__(self, client: TestClient, tenant: Tenant) -> None:
        self.client = client
        self.tenant = tenant

    def ask(self, who: str, query: str, **variables: object) -> Any:
        """The body of an answer."""
        return self.text(who, query, **variables).json()

    def text(self, who: str, query: str, **variables: object) -> Any:
        """The answer as it came."""
        return self.client.post(
            "/graphql",
            json={"query": query, "variables": variables},
            headers={"Authorization": f"Bearer {who}"},
        )


@contextmanager
def market(
    policy: str = POLICY, facts: dict[str, list[Row]] | None = None, *, issuers: Sequence[Issuer] = ()
) -> Generator[Market]:
    """The tenant, published and fed, behind its doors."""

    def clock() -> Instant:
        return NOW

    tokens = Tokens(
        clock=clock, fixed={token_digest(name): each for name, each in ASKING.items()}, issuers=issuers
    )
    with Tenant(DuckDbArchive(None, clock)) as tenant:
        _open(tenant, "market.sla", policy, FACTS if facts is None else facts)
        views = TenantViews(tenant, clock)
        with TestClient(app(views, doorman=tokens, drafts=away()), base_url="http://localhost") as client:
            yield Market(client, tenant)
        views.close()


MARKS = {"bolt": "vole", "corp": "crow", "acme": "zebu", "northwind": "yak"}
"""What stands in the names, words, facts and files of one tenant, and what stands there in the other."""


def other(text: str) -> str:
    """What one tenant says, as the other says it."""
    for mark, instead in MARKS.items():
        text = text.replace(mark, instead).replace(mark.title(), instead.title())
    return text


@contextmanager
def fair(archives: Callable[[str, Clock], Archive], asking: Mapping[str, Principal]) -> Generator[TestClient]:
    """Two tenants, `one` and `two`, of which nothing is called alike but what both need, and who asks by a
    token of the same name."""

    def clock() -> Instant:
        return NOW

    tokens = Tokens(clock=clock, fixed={token_digest(name): each for name, each in asking.items()})
    with Tenant(archives("one", clock)) as one, Tenant(archives("two", clock)) as two:
        _open(one, "acme.sla", POLICY, FACTS)
        _open(two, "zebu.sla", other(POLICY), json.loads(other(json.dumps(FACTS))))
        views = {"one": TenantViews(one, clock), "two": TenantViews(two, clock)}
        with TestClient(app(views, doorman=tokens, drafts=away()), base_url="http://localhost") as client:
            yield client
        for each in views.values():
            each.close()


def _open(tenant: Tenant, file: str, policy: str, facts: Mapping[str, list[Row]]) -> None:
    _kept(tenant.publish([Source(name=file, text=policy)], Request(actor="ann", key="p")))
    for kind, rows in facts.items():
        _kept(tenant.feed(FactBatch(kind=kind, rows=rows), Request(actor="ann", key=kind)))


def _kept(found: object) -> None:
    assert not isinstance(found, Refused), found


def names(nodes: Sequence[Any]) -> list[str]:
    """The names of what is listed."""
    return [each["name"] for each in nodes]
