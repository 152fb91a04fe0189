"""Entries of exports: each says which file left, under policies that were there, of what was known."""

import pytest

from engine.ledger.log import append
from engine.model.canonical_json import Json
from engine.model.ledger import Deed, EntryKind
from engine.model.tenancy import Published, Request
from engine.source import Source
from engine.store.archive import Archive
from engine.tenant.publishing import publish
from tests.ledger.acme import named, verified
from tests.ledger.test_records import POLICY

SOUND = {"sha256": "0" * 64, "known_at": "2025-04-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("said", "flaws"),
    [
        ({}, []),
        ({"known_at": None}, []),
        ({"sha256": "0" * 63}, [("unreadable", 1, 1)]),
        ({"sha256": None}, [("unreadable", 1, 1)]),
        ({"policy_version": "another"}, [("without record", 1, 1)]),
        ({"policy_version": None}, [("without record", 1, 1)]),
        ({"known_at": "2199-01-01T00:00:00Z"}, [("earlier", 1, 1)]),
    ],
)
def test_an_export_that_cannot_have_been_is_named(
    archive: Archive, said: dict[str, Json], flaws: list[tuple[str, int, int]]
) -> None:
    done = publish(archive, [Source(name="acme.sla", text=POLICY)], Request(actor="gov", key="p"))
    assert isinstance(done, Published), done
    body: dict[str, Json] = {**SOUND, "policy_version": done.version, **said}
    with archive.writing() as writing:
        append(writing, [Deed(kind=EntryKind.EXPORT, actor="app", subject="verdicts", body=body)])
    assert named(verified(archive).flaws) == flaws
