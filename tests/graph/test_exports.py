"""Exports are read back by what reads them, whatever the titles hold; pictures fit, fold and never change."""

import json
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.diagnostic import Diagnostic
from engine.graph.exports.boxes_to_fewer import MOST, fold
from engine.graph.exports.columns_to_places import BEND, UNIT, place
from engine.graph.exports.export import export
from engine.graph.exports.legend import in_rows
from engine.graph.exports.portion_to_boxes import lay
from engine.graph.exports.shapes import sign
from engine.graph.exports.text_to_width import fitted, width
from engine.graph.exports.verdicts_to_health import health
from engine.graph.exports.view_to_portion import take
from engine.graph.model_to_graph import build
from engine.model.agreement import AgreementKind
from engine.model.dependency import NodeKind
from engine.model.picture import Format, Health, Mark
from engine.model.snapshot import Snapshot
from engine.model.verdict import Flag, InWindow, OnTriggerFact, State, Verdict
from tests.golden import Golden
from tests.hosting import agreement, hosting, instant, one, party, service, snapshot, some

AT = instant("2025-06-01T00:00:00Z")
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    'a "quoted" \\ title\\',
    "</title><script>alert(1)</script>",
    "&amp; & &#34; #quot; #34;",
    "end; subgraph x --> y",
    "`x` %% {curly} [square] (round) <br/>|pipe|",
    "tab\tand\nnew\rline \x00\x07\ufffe\ud800",
    "דברים \u202e turned 長い長い長い長い長い長い長い長い題名 🙂",
)


def titled(title: str) -> Snapshot:
    """The house, with a title that somebody means ill with."""
    policy = hosting()
    return replace(
        policy,
        services=policy.services.set("shop", replace(policy.services["shop"], title=title)),
        parties=policy.parties.set("bolt", replace(policy.parties["bolt"], title=title)),
    )


def written(policy: Snapshot, format: Format, **more: object) -> str:
    """The export of a policy."""
    text = export(policy, build(policy), at=AT, format=format, **more)  # type: ignore[arg-type]
    assert isinstance(text, str)
    return text


titles = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60))


@settings(max_examples=8, deadline=None)
@given(titles)
@example(HOSTILE[5])
def test_graphml_is_read_back_by_networkx(title: str) -> None:
    policy = titled(title)
    view = build(policy).at(AT)
    read = nx.parse_graphml(written(policy, Format.GRAPHML))
    assert set(read.nodes) == set(view.nodes)
    assert read.number_of_edges() == sum(1 for _ in view.edges())
    shown = read.nodes["service:shop"]["title"] if title else ""
    assert [each for each in shown if each.isalnum()] == [each for each in title if each.isalnum()]
    assert read.nodes["group:shop/2"]["needed"] == 1


QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
BARE = re.compile(r"[\w#]+|->|[\[\]{}=,;]|\s+")


def dot_tokens(text: str) -> list[str]:
    """The tokens of DOT, by its own rules of quoting; whatever is none fails."""
    tokens, here = list[str](), 0
    while here < len(text):
        found = QUOTED.match(text, here) or BARE.match(text, here)
        assert found, text[here : here + 40]
        tokens.append(found[0])
        here = found.end()
    return [each for each in tokens if not each.isspace()]


@settings(max_examples=8, deadline=None)
@given(titles)
@example(HOSTILE[0])
def test_dot_keeps_its_quotes(title: str) -> None:
    """Every statement is a node or an edge of the graph, whatever the title says."""
    policy = titled(title)
    view = build(policy).at(AT)
    tokens = dot_tokens(written(policy, Format.DOT))
    assert tokens.count("->") == sum(1 for _ in view.edges())
    statements = [tokens[place + 1] for place, each in enumerate(tokens) if each in (";", "{")]
    assert {f'"{id}"' for id in view.nodes if '"' not in id} <= set(statements)
    assert tokens.count("shape") == len(view.nodes)
    assert tokens[-1] == "}" and tokens.count("}") == 1


OPEN = r"(\(\[|\[/|\[\(|\[\[|\[\\|\[|>|\(|\{\{|\{)"
CLOSE = r"(\]\)|\\\]|\)\]|\]\]|/\]|\]|\)|\}\}|\})"
STATEMENTS = (
    rf'  n\d+{OPEN}"[^"\n]*"{CLOSE}(:::[a-z_]+)?\n',
    r'  n\d+ -->\|"[a-z ]+"\| n\d+\n',
    r"  classDef [a-z_]+ [a-z0-9:#, -]+\n",
    r"%% [0-9a-f]+ [0-9TZ:.-]+\n",
    r"flowchart LR\n",
)
FLOWCHART = re.compile("|".join(STATEMENTS))
SAFE = re.compile(r"(\w| |[.,:/()\-+=!?']|#\d+;)*", re.UNICODE)


@settings(max_examples=8, deadline=None)
@given(titles)
@example(HOSTILE[4])
def test_mermaid_holds_nothing_but_its_own_markup(title: str) -> None:
    policy = titled(title)
    text = written(policy, Format.MERMAID, failed=["northwind"])
    for line in text.splitlines(keepends=True):
        assert FLOWCHART.fullmatch(line), line
        for quoted in re.findall(r'"([^"]*)"', line):
            assert SAFE.fullmatch(quoted), quoted
    assert text.count("-->") == sum(1 for _ in build(policy).at(AT).edges())


@settings(max_examples=6, deadline=None)
@given(titles)
def test_cytoscape_has_its_shape(title: str) -> None:
    read = json.loads(written(titled(title), Format.CYTOSCAPE))
    assert list(read) == [
        "format_version",
        "generated_by",
        "target_cytoscapejs_version",
        "data",
        "elements",
    ]
    ids = {each["data"]["id"] for each in read["elements"]["nodes"]}
    assert len(ids) == len(read["elements"]["nodes"])
    for edge in read["elements"]["edges"]:
        assert {edge["data"]["source"], edge["data"]["target"]} <= ids
        assert isinstance(edge["data"]["interaction"], str)
    names = {each["data"]["id"]: each["data"]["title"] for each in read["elements"]["nodes"]}
    assert names["service:shop"] == title


@settings(max_examples=8, deadline=None)
@given(titles)
@example(HOSTILE[1])
def test_a_picture_is_sound_and_asks_for_nothing(title: str) -> None:
    """It is XML without scripts, links or addresses; its words are told to who cannot see it."""
    text = written(titled(title), Format.SVG, failed=["northwind"])
    root = ElementTree.fromstring(text)
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags == {"svg", "title", "desc", "style", "rect", "text", "g", "path"}
    names = {name for element in root.iter() for name in element.attrib}
    assert not {name for name in names if name.startswith("on") or "href" in name or name == "style"}
    assert "url(" not in text and "@import" not in text
    assert text.count("http") == 1 or "http" in title
    assert root.attrib["role"] == "img"
    assert (root.findtext(f"{SVG}title") or "").startswith("What rests on what")
    assert "Fails: northwind." in (root.findtext(f"{SVG}desc") or "")
    for box in root.iterfind(f".//{SVG}g[@class='boxes']/{SVG}g"):
        assert box.findtext(f"{SVG}title")


def test_the_picture_of_the_house(golden: Golden) -> None:
    """State by colour, by line and by badge; the same bytes on every run."""
    text = written(hosting(), Format.SVG, failed=["northwind"])
    assert text == written(hosting(), Format.SVG, failed=["northwind"])
    golden.text(Path(__file__).parent / "hosting.svg", text)


@pytest.mark.parametrize("text", ["short", "W" * 40, "長" * 40, "a fairly long title of a service"])
def test_text_fits(text: str) -> None:
    for room in (20, 80, 198):
        assert width(fitted(text, 13, room), 13) <= room


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=30), st.data())
def test_nothing_overlaps(columns: list[int], data: st.DataObject) -> None:
    """In each column boxes are a row apart, and lines pass between them; asked again, it is the same."""
    pairs = [(a, b) for a in range(len(columns)) for b in range(len(columns)) if columns[a] < columns[b]]
    lines = data.draw(st.lists(st.sampled_from(pairs), max_size=40)) if pairs else []
    found = place(columns, lines)
    assert found == place(columns, lines)
    rooms = [(column, at, UNIT) for column, at in zip(columns, found.boxes, strict=True)]
    for (source, target), bends in found.bends.items():
        passed = range(columns[source] + 1, columns[target])
        rooms += [(column, at, BEND) for column, at in zip(passed, bends, strict=True)]
    rooms.sort()
    for (column, above, room), (other, below, its_room) in pairwise(rooms):
        assert column != other or below - above >= (room + its_room) // 2


def many(count: int) -> Snapshot:
    """So many services beneath one another in rows of ten, with a customer for each tenth, and a cycle."""
    names = [f"s{number:04}" for number in range(count)]
    needs = {
        name: (
            one(names[(number * 7 + 11) % count]),
            some(1, one(names[(number + 10) % count]), one(names[(number + 13) % count])),
        )
        if number + 13 < count
        else ()
        for number, name in enumerate(names)
    }
    slas = [
        agreement(f"sla_{name}", AgreementKind.SLA, "us", f"c{number}", covers=(name,))
        for number, name in enumerate(names[::10])
    ]
    return snapshot(
        parties={name: party(name) for name in ("us", *(f"c{number}" for number in range(len(slas))))},
        services={name: service(name, "us", *needs[name]) for name in names},
        agreements={each.name: each for each in slas},
    )


@pytest.mark.parametrize("count", [40, 300])
def test_what_is_folded_says_for_how_many_it_stands(count: int) -> None:
    policy = many(count)
    view = build(policy).at(AT)
    failed = {"service:s0005": Mark.FAILS}
    portion = take(view, at=AT, policy_version="0", marks=failed)
    whole = lay(policy, portion)
    shown = fold(whole)
    assert len(shown.boxes) <= MOST < max(len(whole.boxes), MOST + 1)
    drawn = sorted(node.id for box in shown.boxes for node in box.nodes)
    assert drawn == sorted(node.id for box in whole.boxes for node in box.nodes)
    assert [box.nodes[0].name for box in shown.boxes if box.mark is Mark.FAILS] == ["s0005"]
    text = written(policy, Format.SVG)
    assert ("stands for several" in text) is (len(whole.boxes) > MOST)
    counts = re.findall(r">(\d+) (services|customers|agreements|groups)<", text)
    assert len(counts) == sum(
        1 for box in fold(lay(policy, take(view, at=AT, policy_version="0"))).boxes if len(box.nodes) > 1
    )


OUTAGE = OnTriggerFact(kind="incident", key="i-1", at=instant("2025-05-10T08:00:00Z"))


def verdict(state: State, obligation: str = "acme_sla.restore", *flags: Flag, **more: Any) -> Verdict:
    """A verdict about the shop, on an incident unless another occasion is said."""
    return Verdict(
        obligation=obligation, subject="shop", flags=flags, state=state, **{"occasion": OUTAGE, **more}
    )


STATES = [
    (State.BREACHED, (), Health.BREACHED),
    (State.PENDING, (Flag.AT_RISK,), Health.AT_RISK),
    (State.UNMEASURED, (), Health.UNMEASURED),
    (State.EXCUSED, (), Health.EXCUSED),
    (State.MET, (), Health.MET),
    (State.PENDING, (), Health.PENDING),
]


def test_the_worst_state_shows() -> None:
    """Of a promise, its agreement and its service; what is only reported and what does not apply says
    nothing; a window counts that reaches beyond `since`, and so does a trigger from then on."""
    policy = hosting()
    worse = [verdict(state, "acme_sla.restore", *flags) for state, flags, _ in STATES]
    for number, (_, _, expected) in enumerate(STATES):
        found = health(policy, [*worse[number:], verdict(State.NOT_APPLICABLE)])
        ids = ("obligation:acme_sla.restore", "agreement:acme_sla", "service:shop")
        assert found == dict.fromkeys(ids, expected)
    assert health(policy, [verdict(State.BREACHED, "acme_sla.restore", Flag.REPORTED_ONLY)]) == {}
    window = InWindow(start=OUTAGE.at, end=OUTAGE.at + 10, label="2025-05")
    late = verdict(State.BREACHED, "acme_sla.uptime", occasion=window)
    assert "agreement:acme_sla" in health(policy, [late], since=OUTAGE.at + 9)
    assert health(policy, [late], since=OUTAGE.at + 10) == {}
    assert health(policy, worse, since=OUTAGE.at)["agreement:acme_sla"] is Health.BREACHED
    assert health(policy, worse, since=OUTAGE.at + 1) == {}


@pytest.mark.parametrize(("state", "flags", "shown"), STATES)
def test_states_show_in_every_format(state: State, flags: tuple[Flag, ...], shown: Health) -> None:
    """By colour, by shape and in words, beside what a failure does and what takes others alone."""
    policy = hosting()
    more: dict[str, Any] = {
        "verdicts": [verdict(state, "acme_sla.restore", *flags)],
        "failed": ["db"],
        "risks": True,
    }
    said = f"lost with it, {shown.value}, single point of failure"
    dot = written(policy, Format.DOT, **more)
    (line,) = [each for each in dot.splitlines() if each.startswith('  "service:shop" [')]
    assert f'xlabel="{said}"' in line and "filled" in line and "fillcolor" in line
    dot_tokens(dot)
    mermaid = written(policy, Format.MERMAID, **more)
    assert f"Shop ({said})" in mermaid
    assert all(FLOWCHART.fullmatch(each) for each in mermaid.splitlines(keepends=True))
    assert f"classDef lost_and_{shown.name.lower()} " in mermaid
    read = nx.parse_graphml(written(policy, Format.GRAPHML, **more))
    assert read.nodes["service:shop"]["health"] == shown.value
    assert read.nodes["service:shop"]["single"] == "single point of failure"
    root = ElementTree.fromstring(written(policy, Format.SVG, **more))
    (box,) = [
        each
        for each in root.iterfind(f".//{SVG}g[@class='boxes']/{SVG}g")
        if (each.findtext(f"{SVG}title") or "").startswith("Shop:")
    ]
    assert box.attrib["class"] == f"box service {shown.name.lower()} lost single"
    drawn = [each.attrib["class"] for each in box.iterfind(f"{SVG}path")]
    assert drawn == ["shape", "badge", "health", "glyph", "sole", "digit"]
    told = root.findtext(f"{SVG}desc") or ""
    assert f"{shown.value.capitalize()}: " in told and "Single point of failure: " in told
    notes = [each.text for each in root.iterfind(f".//{SVG}g[@class='legend']/{SVG}text")]
    assert {"lost with it", shown.value, "single point of failure"} <= set(notes)


def test_signs_differ_in_shape() -> None:
    """Without any colour each state has a figure of its own."""
    assert len({sign(each, 0, 0) for each in Health}) == len(Health)


def test_a_long_legend_is_broken() -> None:
    rows = in_rows([(each.name.lower(), each.value) for each in (*Mark, *Health)], 640)
    assert len(rows) > 1
    assert [len(row) > 0 for row in rows] == [True] * len(rows)


def test_around_a_node() -> None:
    """One edge around the database: the shop; of some kinds only; a name that nobody bears."""
    read = json.loads(written(hosting(), Format.CYTOSCAPE, around="db", depth=1))
    assert [each["data"]["id"] for each in read["elements"]["nodes"]] == ["component:db", "service:shop"]
    assert read["data"]["left_out"] > 10
    read = json.loads(written(hosting(), Format.CYTOSCAPE, kinds=[NodeKind.PARTY]))
    assert {each["data"]["kind"] for each in read["elements"]["nodes"]} == {"party"}
    policy = hosting()
    for wrong in ({"around": "dbb"}, {"failed": ["northwnd"]}):
        found = export(policy, build(policy), at=AT, format=Format.DOT, **wrong)  # type: ignore[arg-type]
        assert isinstance(found, Diagnostic) and found.code == "unknown-name"
    found = export(
        policy, build(policy), at=instant("2024-01-01T00:00:00Z"), format=Format.DOT, around="acme_sla"
    )
    assert isinstance(found, Diagnostic) and found.code == "not-there"


def test_an_empty_graph() -> None:
    """Nothing at all is still a file of each format."""
    for format in Format:
        assert written(snapshot(), format)
