"""The doors as clients in JavaScript find them: the audits of GraphQL over HTTP, and subscriptions."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from api.app import app
from api.graphql.persisted import Persisted, persisted
from engine.source import Source
from tests.api.javascript import HERE, javascript, reports
from tests.api.live_server import live_server
from tests.api.tenant_door import POLICY, tenant_door

AUDITS = 61
CHECKS = 43
SCRIPT = (HERE / "clients.mjs").read_text("utf-8")
PERSISTED = re.findall(r"""^const (?:ASK|ALL) = ['"](.*)['"];$""", SCRIPT, re.MULTILINE)
"""What the script of the clients asks by their ids, too."""


@pytest.fixture(scope="module")
def node(lacks: Callable[[str], NoReturn]) -> Path:
    """A node with the packages of the tests."""
    return javascript(lacks)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server over a tenant that has published three times."""
    with tenant_door() as door:
        for bound in ("99%", "98%", "97%"):
            door.publish(POLICY.replace("99%", bound))
        documents = persisted([Source(name=each, text=each) for each in PERSISTED])
        assert isinstance(documents, Persisted)
        with live_server(app(door.views, persisted=documents)) as found:
            yield f"{found}/graphql"


def test_every_audit_of_graphql_over_http_holds(node: Path, address: str) -> None:
    found = reports(node, "audits.mjs", address)
    assert {name: why for name, why in found.items() if why is not None} == {}
    assert len(found) == AUDITS


def test_subscriptions_as_their_clients_know_them(node: Path, address: str) -> None:
    found = reports(node, "clients.mjs", address)
    assert {name: why for name, why in found.items() if why is not None} == {}
    assert len(found) == CHECKS
