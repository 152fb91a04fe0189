"""Whatever the files hold, an import answers: with facts that are admitted, or with what hinders them."""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import pipeline
from engine.facts.importers.import_facts import import_facts
from engine.facts.importers.yaml_to_mapping import read_mapping
from engine.facts.text_to_value import Reading, Refusal, parse
from engine.model.fact import FactKind, ReferenceType
from engine.model.fact_import import FactMapping, ImportedFacts, Origin
from engine.source import Source
from tests.facts.importers.test_glpi import LOGS, TICKETS
from tests.facts.importers.test_jira import at, issue, status
from tests.facts.importers.test_servicenow import HISTORY
from tests.facts.importers.test_servicenow import incident as servicenow_incident
from tests.facts.importers.test_statuspage import incident, update

SOUND: Mapping[Origin, Mapping[str, Any]] = {
    Origin.JIRA: {
        "i.json": {
            "total": 2,
            "issues": [
                issue(
                    "OPS-1",
                    [
                        (1, at("10:00"), ("status", "Open", "Pending"), ("priority", "High", "Medium")),
                        (2, at("11:00"), ("status", "Pending", "Resolved"), ("assignee", None, "Ada")),
                        (3, at("12:00"), ("status", "Resolved", "Open")),
                    ],
                ),
                issue("OPS-2", [], status=status("Done")),
            ],
        }
    },
    Origin.SERVICENOW: {
        "a.json": {"result": HISTORY},
        "i.json": {"result": [servicenow_incident("INC1", state="6", hold_reason="4")]},
    },
    Origin.GLPI: {"l.json": LOGS, "t.json": TICKETS},
    Origin.STATUSPAGE: {
        "i.json": {
            "incidents": [
                incident(
                    "a",
                    "10:00",
                    "13:00",
                    update("10:05", "investigating", [("api", "up", "slow"), ("web", "up", "partial")]),
                    update("10:30", "resolved", [("api", "slow", "up")]),
                ),
                incident("b", "10:00", "11:00"),
            ]
        }
    },
}
HOSTILE: tuple[Any, ...] = (
    None,
    "",
    "2025-03-30 02:30:00",
    "2025-03-01T09:00:00.000+0100",
    "0001-01-01T00:00:00.000+0100",
    "9999-12-31T23:59:59.0-2300",
    "soon",
    "Resolved",
    "12",
    "\ud800",
    "\x00",
    7,
    10**30,
    1.5,
    True,
    [],
    {},
    [[]],
    ["Open"],
    [{"name": "x"}],
    {"value": "1", "display_value": "Ünique, Näme"},
)


@cache
def shipped(origin: Origin) -> tuple[FactMapping, Mapping[str, FactKind]]:
    """A mapping with its kinds."""
    source = pipeline.shipped_mapping(origin)
    mapping = read_mapping(source)
    assert isinstance(mapping, FactMapping)
    checked = pipeline.check([Source(name="kinds", text=f"use standard\n{mapping.kinds}")])
    assert checked.snapshot is not None
    return mapping, checked.snapshot.kinds


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a document: what holds it, and under which name or number."""
    for name, each in list(value.items() if isinstance(value, dict) else enumerate(value)):
        yield value, name
        if isinstance(each, dict | list):
            yield from places(each)


def admitted(found: ImportedFacts, kinds: Mapping[str, FactKind]) -> int:
    """How many facts there are, of which every value is one of its field, and no two have one key."""
    for name, rows in found.facts.items():
        kind = kinds[name]
        assert len({row[kind.key] for row in rows}) == len(rows)
        for row in rows:
            json.dumps(row, ensure_ascii=False).encode()
            for field in kind.fields:
                if field.name in row and not isinstance(field.type, ReferenceType):
                    assert not isinstance(parse(row[field.name], Reading(type=field.type)), Refusal)
    return sum(map(len, found.facts.values()))


@pytest.mark.parametrize("origin", SOUND)
def test_an_export_with_anything_in_its_places(origin: Origin) -> None:
    mapping, kinds = shipped(origin)
    made = [0]

    @settings(max_examples=60, deadline=None)
    @given(st.data())
    def answered(data: st.DataObject) -> None:
        files = deepcopy(dict(SOUND[origin]))
        for _ in range(data.draw(st.integers(0, 3))):
            holder, name = data.draw(st.sampled_from(list(places(files))))
            if data.draw(st.integers(0, 3)) or not isinstance(holder, dict):
                holder[name] = deepcopy(data.draw(st.sampled_from(HOSTILE)))
            elif holder is not files:
                del holder[name]
        sources = [Source(name=name, text=json.dumps(each)) for name, each in files.items()]
        found = import_facts(sources, mapping, kinds, zone="Europe/Berlin", service="shop")
        if isinstance(found, ImportedFacts):
            made.append(admitted(found, kinds))
        else:
            assert found and all(each.message for each in found)

    answered()
    assert sum(1 for each in made if each > 5) > 15


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
def test_any_csv(content: bytes) -> None:
    for origin in (Origin.JIRA, Origin.GLPI):
        mapping, kinds = shipped(origin)
        head = (";" if origin is Origin.GLPI else ",").join(mapping.shapes[-1].has)
        text = content.decode("utf-8", "replace")
        for source in (text, f"{head}\n{text}"):
            found = import_facts([Source(name="a.csv", text=source)], mapping, kinds, zone="UTC", service="x")
            if isinstance(found, ImportedFacts):
                admitted(found, kinds)
