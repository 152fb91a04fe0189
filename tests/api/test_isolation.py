"""What a customer is answered tells nothing of another's agreement: the hidden is as if it were not there."""

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    REMOVE,
    ArgumentNode,
    GraphQLObjectType,
    ListValueNode,
    NullValueNode,
    ObjectFieldNode,
    StringValueNode,
    Visitor,
    build_schema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    parse,
    print_ast,
    visit,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from api.graphql.opaque import global_id
from api.graphql.schema import export
from engine.model.picture import Format
from tests.api.market import ALONE, ALONE_FACTS, Market, market
from tests.api.test_random_documents import DOCUMENTS, SLOW

SECRETS = {"bolt": ("corp",), "northwind": ("corp", "bolt", "shop"), "corp": ("b-1", "h-1")}
"""What somebody must not read: in the names and words of what is another's, or in its facts' keys.

Corp reads the name of Bolt's order: its own order says that it prevails over it, but not a word more.
"""

OWN: dict[str, dict[str, list[str]]] = {
    "bolt": {
        "agreement": ["bolt_sla"],
        "obligation": ["bolt_sla.up", "bolt_sla.handed"],
        "service": ["shop"],
        "party": ["acme", "bolt"],
    },
    "northwind": {
        "agreement": ["northwind_uc"],
        "obligation": ["northwind_uc.servers", "northwind_uc.harm"],
        "service": ["hosting"],
        "party": ["acme", "northwind"],
    },
}
HIDDEN = {
    "agreement": ["corp_sla"],
    "obligation": ["corp_sla.up", "corp_sla.handed"],
    "service": ["corp_portal"],
    "party": ["corp"],
}
OTHERS = [
    "corp_vault",
    "corp_manager",
    "corp_order",
    'corp_order "1.1"',
    "ticket:corp-1",
    "outage:corp-o",
    "fact:ticket:corp-1",
    "breach:corp_sla.up",
    "verdict:corp_sla.handed/corp_sla/corp-1",
]


@pytest.fixture(scope="module")
def shop() -> Iterator[Market]:
    """The tenant."""
    with market() as opened:
        yield opened


@pytest.fixture(scope="module")
def alone() -> Iterator[Market]:
    """The tenant as if one of its customers were the only one."""
    with market(ALONE, ALONE_FACTS) as opened:
        yield opened


def told(body: str) -> str:
    """A body with what its opaque ids and cursors say, too."""
    sealed = re.findall(r'"([A-Za-z0-9_-]{12,})"', body)
    opened: list[str] = []
    for each in sealed:
        try:
            opened.append(base64.urlsafe_b64decode(each + "=" * (-len(each) % 4)).decode())
        except ValueError:
            continue
    return "\n".join((body, *opened)).lower()


def check(who: str, body: str, asked: str = "") -> None:
    """Nothing is told that is another's; what was asked may be said back."""
    for each in sorted(set(re.findall(r'"((?:[^"\\]|\\.)+)"', asked)), key=len, reverse=True):
        name = json.loads(f'"{each}"')
        for said in (f"`{name}`", f'"{name}"'):
            body = body.replace(json.dumps(said)[1:-1], "?")
    text = told(body)
    for secret in SECRETS[who]:
        found = text.find(secret)
        assert found < 0, f"{text[max(found - 200, 0) : found + 100]}\n{asked[:1000]}"


SCHEMA = build_schema(export())
MOST_FIELDS = 160


VERDICT_OF = {
    "bolt": global_id("Verdict", "bolt_sla.up", "shop", "2025-02"),
    "northwind": global_id("Verdict", "northwind_uc.harm", "northwind_uc", "2025-03"),
}
GRAPH_FORMATS = [each.name for each in Format]


def selection(kind: GraphQLObjectType, depth: int, page: int) -> str:
    """Every field of a type that needs no argument, so many levels down; lists by their nodes."""
    said: list[str] = []
    for name, field in kind.fields.items():
        below = get_named_type(field.type)
        if name in ("edges", "pageInfo") or any(is_required_argument(each) for each in field.args.values()):
            continue
        few = f"(first: {page})" if "first" in field.args else ""
        if not isinstance(below, GraphQLObjectType):
            said.append(name if is_leaf_type(below) else "")
        elif depth and (inner := selection(below, depth - 1, min(page, 3))):
            said.append(f"{name}{few} {{ {inner} }}")
    return " ".join(filter(None, said))


def whole(root: str, arguments: str = "", of: str | None = None) -> str:
    """A root field with all beneath it that the limits allow."""
    field = SCHEMA.query_type.fields[root] if SCHEMA.query_type else None
    assert field is not None
    kind = SCHEMA.type_map[of] if of else get_named_type(field.type)
    if not isinstance(kind, GraphQLObjectType):
        return f"{{ {root}{arguments} }}"
    few = "(first: 9)" if "first" in field.args and not arguments else arguments
    inner = ""
    for depth in range(9):
        more = selection(kind, depth, 5)
        if len(more.split()) > MOST_FIELDS and inner:
            break
        inner = more
    on = f"... on {of} {{ {inner} }}" if of else inner
    return f"{{ {root}{few} {{ {on} }} }}"


def calls(who: str) -> Iterator[tuple[str, str]]:
    """Every root field, with arguments of one's own where it needs some."""
    own = OWN[who]
    verdict = f'"{VERDICT_OF[who]}"'
    (service, *_), (obligation, *_), (agreement, *_) = own["service"], own["obligation"], own["agreement"]
    sealed = {kind: f'"{global_id(kind.title(), names[0])}"' for kind, names in own.items()}
    assert SCHEMA.query_type is not None
    said: dict[str, list[str]] = {
        "impact": [f'(of: ["{service}"])', '(of: ["party:acme"])'],
        "restsOn": [f'(of: "{obligation}")', f'(of: "agreement:{agreement}")'],
        "traceFrom": [f'(of: "{obligation}")', f'(of: "agreement:{agreement}")', '(of: "outage:o-1")'],
        "situation": ["", f'(failed: ["{service}"])'],
        "graphFile": [f"(format: {each}, states: true, risks: true)" for each in GRAPH_FORMATS],
        "verdict": [f"(id: {verdict})"],
        "trace": [f"(verdict: {verdict})"],
        "verdictHistory": [f"(verdict: {verdict})"],
        "diagnose": ['(text: "party a")'],
        "evaluateDraft": ['(files: [{name: "a.sla", text: "party a"}], asOf: "2025-04-01T00:00:00Z")'],
        "compliance": [
            f"(agreement: {sealed['agreement']}, "
            'period: {start: "2025-01-01T00:00:00Z", end: "2025-04-01T00:00:00Z"})'
        ],
    }
    for root in SCHEMA.query_type.fields:
        if root == "node":
            for kind, each in sealed.items():
                yield whole(root, f"(id: {each})", kind.title()), root
            yield whole(root, f"(id: {verdict})", "Verdict"), root
        elif root != "whatIf":
            for arguments in said.get(root, [""]):
                yield whole(root, arguments), root


CALLS = {who: list(calls(who)) for who in OWN}
ROOTS = sorted({root for made in CALLS.values() for _, root in made})
FORBIDDEN = {"ledger", "webhooks"}
"""What a customer and a supplier may not ask at all, beside `whatIf`."""
AWAY = {"evaluateDraft"}
"""What another process answers, which is away at these doors: it is told nothing that is kept."""

TELLING = {"agreements", "obligations", "services", "parties", "verdicts", "graphFile", "documents"}
"""What tells of another to who sees everything: otherwise nothing would be proved."""


@pytest.mark.parametrize("root", ROOTS)
def test_whatever_is_asked_is_answered_of_a_part(shop: Market, root: str) -> None:
    """Every root field, with all beneath it: the tests know of a new one before it tells anything."""
    is_telling = False
    for who in OWN:
        for query in (query for query, each in CALLS[who] if each == root):
            answer = shop.text(who, query)
            codes = [each["extensions"]["code"] for each in answer.json().get("errors", ())]
            expected = ["FORBIDDEN"] if root in FORBIDDEN else ["UNAVAILABLE"] if root in AWAY else []
            assert codes == expected, f"{answer.text[:300]}\n{query[:300]}"
            check(who, answer.text, query)
            is_telling = is_telling or (root in TELLING and "corp" in told(shop.text("auditor", query).text))
    assert is_telling == (root in TELLING)


ASKED = [
    "query ($n: String!) { impact(of: [$n]) { impact { leftOut } userErrors { code message help } } }",
    "query ($n: String!) { restsOn(of: $n) { foundation { isThere } userErrors { code message help } } }",
    "query ($n: String!) { traceFrom(of: $n) { trace { unread } userErrors { code message help } } }",
    "query ($n: String!) { graphFile(format: DOT, around: $n) { text userErrors { code message help } } }",
    "query ($n: String!) { graphFile(format: DOT, failed: [$n]) { text userErrors { code message help } } }",
    "query ($n: String!) { situation(failed: [$n]) { situation { asOf } userErrors { code message help } } }",
]


@pytest.mark.parametrize("query", ASKED, ids=range(len(ASKED)))
@pytest.mark.parametrize("name", [*(each for names in HIDDEN.values() for each in names), *OTHERS])
def test_a_hidden_name_is_as_unknown_as_any(shop: Market, alone: Market, query: str, name: str) -> None:
    """Whether it is said to be unknown, and which name is said to be near, is as where it never was."""
    hidden, absent = (each.ask("bolt", query, n=name) for each in (shop, alone))
    assert hidden == absent
    ((answer,),) = (hidden["data"].values(),)
    assert answer["userErrors"]


IDS = [
    ("Agreement", "viability(agreement: $i) { asOf }"),
    ("Agreement", "compliance(agreement: $i, period: {start: $s, end: $e}) { agreement { name } }"),
    ("Agreement", "verdicts(filter: {agreement: $i}) { totalCount nodes { id } }"),
    ("Agreement", "obligations(filter: {agreement: $i}) { totalCount nodes { id } }"),
    ("Obligation", "verdicts(filter: {obligation: $i}) { totalCount nodes { id } }"),
    ("Service", "agreements(filter: {service: $i}) { totalCount nodes { id } }"),
    ("Service", "obligations(filter: {service: $i}) { totalCount nodes { id } }"),
    ("Service", "verdicts(filter: {service: $i}) { totalCount nodes { id } }"),
    ("Party", "agreements(filter: {party: $i}) { totalCount nodes { id } }"),
    ("Party", "services(filter: {provider: $i}) { totalCount nodes { id } }"),
    *((kind, "node(id: $i) { id }") for kind in ("Agreement", "Obligation", "Service", "Party")),
]


@pytest.mark.parametrize(("kind", "field"), IDS)
def test_a_hidden_id_is_as_absent_as_any(shop: Market, kind: str, field: str) -> None:
    times = ", $s: DateTime!, $e: DateTime!" if "$s" in field else ""
    query = f"query ($i: ID!{times}) {{ {field} }}"
    period = {"s": "2025-01-01T00:00:00Z", "e": "2025-03-01T00:00:00Z"} if times else {}
    for name in HIDDEN[kind.lower()]:
        asked = [global_id(kind, each) for each in (name, name.replace("corp", "zzzz"))]
        hidden, absent = (shop.text("bolt", query, i=each, **period).text for each in asked)
        assert hidden == absent
        assert "errors" not in hidden


def test_a_hidden_verdict_is_none(shop: Market) -> None:
    every = "{ verdicts(first: 100) { nodes { id obligation { name } } } }"
    nodes = shop.ask("auditor", every)["data"]["verdicts"]["nodes"]
    seen = {each["id"] for each in shop.ask("bolt", every)["data"]["verdicts"]["nodes"]}
    query = "query ($i: ID!) { node(id: $i) { id } verdict(id: $i) { id } trace(verdict: $i) { unread } }"
    for each in nodes:
        found = shop.ask("bolt", query, i=each["id"])["data"]
        is_own = each["obligation"]["name"].startswith("bolt_sla.")
        assert is_own == (each["id"] in seen)
        assert [value is not None for value in found.values()] == [is_own] * 3


class Asked(Visitor):
    """Gives arguments names: one's own, another's, or nobody's."""

    def __init__(self, who: str, draw: Any) -> None:
        super().__init__()
        self.who = who
        self.draw = draw

    def enter_argument(self, node: ArgumentNode, *_: Any) -> Any:
        """An argument that names something."""
        return self.meant(node)

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> Any:
        """A field of a filter that names something."""
        return self.meant(node)

    def meant(self, node: Any) -> Any:
        """The same with a value that may mean something."""
        name, own = node.name.value, OWN[self.who]
        if isinstance(node.value, NullValueNode):
            return None
        if name in ("last", "before", "after"):
            return REMOVE
        kinds = {"provider": "party", "id": "agreement"}
        kind = kinds.get(name, name)
        if kind in own:
            chosen = self.draw(st.sampled_from([*own[kind], *HIDDEN[kind], "nobody"]))
            value = StringValueNode(value=global_id(kind.title(), chosen))
        elif name in ("of", "around", "failed"):
            names = [each for some in (own, HIDDEN) for listed in some.values() for each in listed]
            text = StringValueNode(value=self.draw(st.sampled_from([*names, *OTHERS, "nobody"])))
            is_list = name == "failed" or isinstance(node.value, ListValueNode)
            value = ListValueNode(values=(text,)) if is_list else text
        elif name in ("knownAt", "asOf"):
            value = NullValueNode()
        else:
            return None
        return type(node)(name=node.name, value=value)


@settings(max_examples=25, suppress_health_check=SLOW)
@given(DOCUMENTS, st.sampled_from(sorted(OWN)), st.data())
def test_a_random_document_tells_nothing_of_another(
    shop: Market, document: str, who: str, data: st.DataObject
) -> None:
    asked = print_ast(visit(parse(document), Asked(who, data.draw)))
    body = shop.text(who, asked).text
    assume("LIMIT_EXCEEDED" not in body)
    check(who, body, asked)
