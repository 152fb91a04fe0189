"""Imports: what a file holds becomes a policy that `check` passes, and the rest is said with its place."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import pipeline
from engine.diagnostic import Diagnostic, Level
from engine.model.dependency import EdgeKind
from engine.model.imported import EdgeColumns, Imported, ImportFormat, RemarkKind
from engine.model.picture import Format
from engine.model.service import NeedsOne, NeedsSome
from engine.model.snapshot import Snapshot
from engine.source import Source
from tests.hosting import SPAN, hosting, instant

CATALOG = Path(__file__).parents[2] / "policies/examples/backstage/catalog-info.yaml"
USUAL = EdgeColumns()


def imported(text: str, format: ImportFormat, columns: EdgeColumns = USUAL) -> Imported:
    """What an import gives, which must be sound and laid out."""
    found = pipeline.import_graph(Source(name="file", text=text), format, columns)
    assert isinstance(found, Imported), found
    return found


def resolved(found: Imported) -> Snapshot:
    """The policy set of an import."""
    source = Source(name="imported.sla", text=found.text)
    checked = pipeline.check([source])
    assert checked.snapshot is not None, checked.diagnostics
    assert {each.code for each in checked.diagnostics if each.level is not Level.ADVICE} <= {"unused-name"}
    assert pipeline.format_policy(source) == found.text
    return checked.snapshot


def said(found: Imported, kind: RemarkKind) -> list[tuple[int | None, str]]:
    return [(each.line, each.text) for each in found.remarks if each.kind is kind]


def test_a_backstage_catalog() -> None:
    found = imported(CATALOG.read_text("utf-8"), ImportFormat.BACKSTAGE)
    policy = resolved(found)
    assert sorted(policy.parties) == ["payments", "web_team"]
    assert {name: each.kind for name, each in policy.components.items()} == {
        "cdn": "cdn",
        "orders_db": "database",
    }
    needs = {
        name: [each.name for each in service.needs if isinstance(each, NeedsOne)]
        for name, service in policy.services.items()
    }
    assert needs == {
        "web_shop": ["storefront", "orders", "orders_api"],
        "storefront": ["cdn", "orders_api"],
        "orders": ["orders_db", "payments_api"],
        "orders_api": ["orders"],
        "payments_api": [],
    }
    assert policy.services["payments_api"].provider == "payments"
    lost = said(found, RemarkKind.LOST)
    missing = "dependsOn of component `orders`: `component:default/ledger` is not in the file"
    assert (56, missing) in lost
    assert (96, "the owner of resource `cdn`") in lost
    assert (12, "of group `payments`: children") in lost
    assert (2, "party `web-team` is `web_team`") in said(found, RemarkKind.RENAMED)
    assert len(said(found, RemarkKind.ASSUMED)) == 3


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("kind: Location\nmetadata: {name: x}", RemarkKind.LOST, "location `x`"),
        ("a: 1", RemarkKind.LOST, "a document without `kind` or `metadata.name`"),
        ("- 1", RemarkKind.LOST, "a document without `kind` or `metadata.name`"),
        (
            "kind: Component\nmetadata: {name: 12}\nspec: {owner: user:jane}",
            RemarkKind.ASSUMED,
            "user `jane` is a party: it is not in the file",
        ),
        (
            "kind: API\nmetadata: {name: a}\nspec: {}",
            RemarkKind.ASSUMED,
            "service `a` says nobody who provides it",
        ),
        (
            "kind: Component\nmetadata: {name: service}\nspec: {dependsOn: [{a: b}]}",
            RemarkKind.LOST,
            "dependsOn of component `service`: no reference",
        ),
        (
            "kind: Component\nmetadata: {name: a}\nspec: {dependsOn: [component:A]}",
            RemarkKind.LOST,
            "`a` needs itself",
        ),
    ],
)
def test_odd_catalogs(text: str, kind: RemarkKind, words: str) -> None:
    found = imported(text, ImportFormat.BACKSTAGE)
    resolved(found)
    assert words in [text for _, text in said(found, kind)]


BOMB = "a: &a [x, x]\n" + "".join(
    f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "format", "code"),
    [
        ("a: [", ImportFormat.BACKSTAGE, "not-yaml"),
        ("[" * 1100, ImportFormat.BACKSTAGE, "not-yaml"),
        ("<a", ImportFormat.GRAPHML, "not-graphml"),
        ("<a/>", ImportFormat.GRAPHML, "not-graphml"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><graphml/>', ImportFormat.GRAPHML, "not-graphml"),
        ("from,to\na,b", ImportFormat.CSV, "no-such-column"),
        ("", ImportFormat.CSV, "no-such-column"),
        ('source,target\n"a,b', ImportFormat.CSV, "not-csv"),
    ],
)
def test_what_cannot_be_read(text: str, format: ImportFormat, code: str) -> None:
    found = pipeline.import_graph(Source(name="file", text=text), format, USUAL)
    assert isinstance(found, Diagnostic) and found.code == code


def test_aliases_and_tags_of_yaml_do_nothing() -> None:
    """No object is made, and what is said many times over is not unfolded."""
    text = f"{BOMB}kind: Component\nmetadata: {{name: !!python/object/apply:os.getcwd []}}\n"
    assert [words for _, words in said(imported(text, ImportFormat.BACKSTAGE), RemarkKind.LOST)] == [
        "a document without `kind` or `metadata.name`"
    ]


def test_what_troth_exports_comes_back() -> None:
    """Services, components, providers and nested groups; all else of the graph is named."""
    policy = hosting()
    text = pipeline.export(
        policy, pipeline.graph(policy), at=instant("2025-06-01T00:00:00Z"), format=Format.GRAPHML
    )
    assert isinstance(text, str)
    found = imported(text, ImportFormat.GRAPHML)
    back = resolved(found)
    assert sorted(back.services) == sorted(policy.services)
    assert {name: each.title for name, each in back.services.items()} == {
        name: each.title for name, each in policy.services.items()
    }
    assert {name: each.provider for name, each in back.services.items()} == {
        name: each.provider for name, each in policy.services.items()
    }
    assert back.services["shop"].needs == policy.services["shop"].needs
    lost = [text for _, text in said(found, RemarkKind.LOST)]
    assert "agreement `agreement:acme_sla`" in lost
    kinds = {each.value for each in EdgeKind} - {EdgeKind.NEEDS.value}
    assert all(any(f"` {kind} `" in text for kind in kinds) for text in lost if "` " in text)


def test_edges_in_columns() -> None:
    """Columns are declared; rows that say nothing, too much or twice are named with their lines."""
    text = "to,from,by,weight\nDB,Web-Shop,Acme,3\nDB,API 2,,1\n,Web-Shop,Bolt,\nDB,,,\nDB\nweb shop,DB,,\n"
    found = imported(text, ImportFormat.CSV, EdgeColumns(source="from", target="to", provider="by"))
    policy = resolved(found)
    assert sorted(policy.services) == ["api_2", "db", "web_shop", "web_shop_2"]
    assert policy.services["web_shop"].provider == "acme"
    assert policy.services["db"].provider == "unknown_provider"
    assert said(found, RemarkKind.LOST) == [
        (1, "the column `weight`"),
        (4, "`Web-Shop` is provided by `Bolt`, too"),
        (5, "a row that names no source"),
        (6, "a row of 1 fields where the header has 4"),
    ]
    assert (7, "service `web shop` is `web_shop_2`") in said(found, RemarkKind.RENAMED)


def test_a_provider_and_a_service_of_one_name() -> None:
    rows = "source,target,by\nparty:acme,db,acme\ndb,,party:acme\n"
    policy = resolved(imported(rows, ImportFormat.CSV, EdgeColumns(provider="by")))
    assert {name: each.provider for name, each in policy.services.items()} == {
        "party_acme_2": "acme",
        "db": "party_acme",
    }
    assert policy.services["party_acme_2"].needs[0] == NeedsOne(name="db", span=SPAN)


def test_defaults_directions_and_twins_of_graphml() -> None:
    """A default holds where nothing else is said; no direction, nodes within nodes and twins are told."""
    found = imported(
        """<graphml><key id="k" for="node" attr.name="kind"><default>component</default></key>
        <key id="t" attr.name="title"><default>Untitled</default></key>
        <graph edgedefault="undirected">
          <node id="shop"><data key="k">service</data><data key="t">Shop</data>
            <graph><node id="disk"/></graph></node>
          <node id="shop"/>
          <edge source="shop" target="disk"/><edge directed="true" source="shop" target="shop"/>
        </graph></graphml>""",
        ImportFormat.GRAPHML,
    )
    policy = resolved(found)
    assert {name: each.title for name, each in policy.components.items()} == {"disk": "Untitled"}
    assert {name: each.title for name, each in policy.services.items()} == {"shop": "Shop"}
    assert said(found, RemarkKind.LOST) == [
        (None, "what lies within `shop`: the nodes are carried over, not that they lie there"),
        (None, "a second node `shop`"),
        (None, "`shop` needs itself"),
    ]
    assert (None, "`shop` needs `disk`: the file says no direction") in said(found, RemarkKind.ASSUMED)


def test_a_group_within_itself_ends() -> None:
    """A group that needs itself, or more members than it has, is no need, and is named."""
    nodes = "".join(
        f'<node id="{id}"><data key="k">{kind}</data><data key="n">{needed}</data></node>'
        for id, kind, needed in (("s", "service", ""), ("g", "group", "1"), ("h", "group", "9"))
    )
    edges = "".join(
        f'<edge source="{a}" target="{b}"/>' for a, b in (("s", "g"), ("g", "g"), ("s", "h"), ("h", "s"))
    )
    keys = '<key id="k" attr.name="kind"/><key id="n" attr.name="needed"/>'
    found = imported(f"<graphml>{keys}<graph>{nodes}{edges}</graph></graphml>", ImportFormat.GRAPHML)
    assert resolved(found).services["s"].needs == ()
    lost = [text for _, text in said(found, RemarkKind.LOST)]
    assert "a group that `s` needs asks for 9 of 1" in lost and "`s` needs `g`, which is not there" in lost


names = st.text(max_size=12).filter(lambda text: not re.search("[\ud800-\udfff\x00]", text))


@settings(max_examples=6, deadline=None)
@given(st.lists(st.tuples(names, names), max_size=6))
def test_any_names_make_a_sound_policy(rows: list[tuple[str, str]]) -> None:
    """Words of the language, signs, scripts and nothing at all: names are valid, and none occurs twice."""
    import csv
    from io import StringIO

    out = StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([("source", "target"), *rows, ("service", "needs")])
    policy = resolved(imported(out.getvalue(), ImportFormat.CSV))
    wanted = {name.strip() for row in rows for name in row if row[0].strip()} - {""}
    assert len(policy.services) == len(wanted | {"service", "needs"})
    assert all(isinstance(each, NeedsOne | NeedsSome) for s in policy.services.values() for each in s.needs)
