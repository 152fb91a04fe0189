"""The doors as clients in JavaScript find them: the audits of GraphQL over HTTP."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from api.app import app
from tests.api.javascript import javascript, reports
from tests.api.live_server import live_server
from tests.api.served import view

AUDITS = 61


@pytest.fixture(scope="module")
def node(lacks: Callable[[str], NoReturn]) -> Path:
    """A node with the packages of the tests."""
    return javascript(lacks)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server over the hosting policy."""
    with live_server(app(view())) as found:
        yield found


def test_every_audit_of_graphql_over_http_holds(node: Path, address: str) -> None:
    found = reports(node, "audits.mjs", f"{address}/graphql")
    assert {name: why for name, why in found.items() if why is not None} == {}
    assert len(found) == AUDITS
