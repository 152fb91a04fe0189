"""Documents drawn at random that ask nothing unreasonable are answered in full."""

from collections.abc import Mapping
from typing import Any

from graphql import (
    REMOVE,
    ArgumentNode,
    BooleanValueNode,
    FieldNode,
    ListValueNode,
    NameNode,
    NullValueNode,
    ObjectFieldNode,
    StringValueNode,
    ValueNode,
    Visitor,
    parse,
    print_ast,
    visit,
)
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes, queries
from starlette.testclient import TestClient

from api.graphql.opaque import global_id
from api.graphql.schema import export
from tests.api.served import VERDICTS


def text(value: str) -> ValueNode:
    """A literal text."""
    return StringValueNode(value=value)


SENSE: Mapping[str, ValueNode] = {
    "id": text(global_id("Verdict", *VERDICTS[-2].identity)),
    "verdict": text(global_id("Verdict", *VERDICTS[0].identity)),
    "agreement": text(global_id("Agreement", "acme_sla")),
    "obligation": text(global_id("Obligation", "acme_sla.uptime")),
    "service": text(global_id("Service", "shop")),
    "party": text(global_id("Party", "bolt")),
    "provider": text(global_id("Party", "acme")),
    "start": text("2025-01-01T00:00:00Z"),
    "end": text("2025-03-01T00:00:00Z"),
    "of": text("northwind"),
    "around": text("northwind"),
    "failed": ListValueNode(values=(text("northwind"), text("service:shop"))),
    "changes": ListValueNode(values=(text("drop agreement acme_sla"),)),
    "knownAt": NullValueNode(),
}
"""What an argument must be to mean something here."""


class Reasonable(Visitor):
    """Gives arguments a meaning, and takes away what only an earlier answer could know."""

    def enter_field(self, node: FieldNode, *_: Any) -> Any:
        """A picture for which it is said which verdicts count shows states; a draft is asked about alone, and
        so not here."""
        if node.name.value == "evaluateDraft":
            return FieldNode(name=NameNode(value="policyVersion"), directives=node.directives)
        if node.name.value != "graphFile":
            return None
        others = tuple(each for each in node.arguments or () if each.name.value != "states")
        states = ArgumentNode(name=NameNode(value="states"), value=BooleanValueNode(value=True))
        return FieldNode(
            alias=node.alias,
            name=node.name,
            arguments=(*others, states),
            directives=node.directives,
            selection_set=node.selection_set,
        )

    def enter_argument(self, node: ArgumentNode, *_: Any) -> Any:
        if node.name.value in ("last", "before", "after") or (
            node.name.value == "first" and isinstance(node.value, NullValueNode)
        ):
            return REMOVE
        return self.meant(ArgumentNode, node)

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> Any:
        return self.meant(ObjectFieldNode, node)

    def meant(self, kind: type[ArgumentNode | ObjectFieldNode], node: ArgumentNode | ObjectFieldNode) -> Any:
        """The same with a value that means something, unless it is null."""
        name = node.name.value
        if name not in SENSE or isinstance(node.value, NullValueNode):
            return None
        return kind(name=NameNode(value=name), value=SENSE[name])


DOCUMENTS = queries(
    export(),
    custom_scalars={
        "DateTime": st.sampled_from(["2025-02-01T00:00:00Z", "2025-03-15T00:00:00Z"]).map(nodes.String),
        "Int": st.integers(1, 100).map(nodes.Int),
    },
)


SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=200, suppress_health_check=SLOW)
@given(DOCUMENTS)
def test_a_reasonable_document_is_answered(door: TestClient, document: str) -> None:
    """Only what costs too much is refused, and nothing fails on the way to any field."""
    reasonable = print_ast(visit(parse(document), Reasonable()))
    answer = door.post("/graphql", json={"query": reasonable}).json()
    codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
    assume(codes != {"LIMIT_EXCEEDED"})
    assert "errors" not in answer, f"{answer['errors']}\n{reasonable}"
