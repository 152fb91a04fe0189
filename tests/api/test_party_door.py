"""A customer or a supplier feeds over HTTP what the policies say comes from its parties, and nothing else."""

import pytest

from engine.model.principal import ApiRole, Principal
from engine.model.tenancy import Published, Request
from engine.source import Source
from engine.store.duckdb_archive import DuckDbArchive
from engine.tenant.speaking import fed_for
from engine.tenant.tenant import Tenant
from tests.api.tenant_door import LONG, POLICY, tenant_door
from tests.tenant.shop import MARCH

SAYS = POLICY.replace("  zone UTC\n", "  zone UTC\n  facts of outage come from acme\n", 1)


@pytest.mark.parametrize(
    ("role", "parties", "code"),
    [
        (ApiRole.SUPPLIER, {"acme"}, None),
        (ApiRole.CUSTOMER, {"bolt"}, "not-from-party"),
        (ApiRole.CUSTOMER, set[str](), "not-from-party"),
        (ApiRole.APPLICATION, {"bolt"}, "not-from-party"),
        (ApiRole.APPLICATION, {"acme"}, None),
        (ApiRole.APPLICATION, set[str](), None),
    ],
)
def test_what_a_token_feeds_comes_from_its_parties(
    role: ApiRole, parties: set[str], code: str | None
) -> None:
    archive = DuckDbArchive(None, lambda: MARCH)
    # Whoever feeds need not be allowed to publish.
    made = Tenant(archive).publish([Source(name="shop.sla", text=SAYS)], Request(actor="gov", key="p"))
    assert isinstance(made, Published), made
    asking = Principal(identity="ann", roles=frozenset({role}), parties=frozenset(parties))
    with tenant_door(archive, asking=asking) as door:
        payload = door.ingest(LONG)
        assert [each["code"] for each in payload["userErrors"]] == ([] if code is None else [code])
        with archive.reading() as reading:
            rows = reading.run("SELECT actor, body FROM entry WHERE kind = 'feed'")
        fed = [(actor, set(fed_for(body))) for actor, body in rows]
        assert fed == ([("ann", parties)] if code is None else [])
