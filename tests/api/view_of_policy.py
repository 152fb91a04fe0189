"""The text of a policy, without facts, as a view that the doors can be opened on."""

from collections.abc import Generator
from contextlib import contextmanager

from api.command.tenant_to_views import TenantViews
from api.view import ComplianceView
from engine.model.quantity import Instant
from engine.model.tenancy import Published, Request
from engine.source import Source
from engine.store.duckdb_archive import DuckDbArchive
from engine.tenant.tenant import Tenant
from tests.hosting import instant

NOW = instant("2025-03-10T00:00:00Z")


@contextmanager
def view_of(text: str) -> Generator[ComplianceView]:
    """The view of a policy that is published in a tenant of its own."""

    def clock() -> Instant:
        return NOW

    with Tenant(DuckDbArchive(None, clock)) as tenant:
        found = tenant.publish([Source(name="shop.sla", text=text)], Request(actor="ann", key="p"))
        assert isinstance(found, Published), found
        views = TenantViews(tenant, clock)
        yield views.present()
        views.close()
