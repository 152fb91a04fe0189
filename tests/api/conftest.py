"""What the tests of the doors share."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from tests.api.served import client


@pytest.fixture(scope="session")
def door() -> Iterator[TestClient]:
    """The application over the hosting policy."""
    with client() as opened:
        yield opened
