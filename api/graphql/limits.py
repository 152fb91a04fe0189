"""What a document may cost, found before it is run in one pass that looks at each fragment once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, cast

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    Lexer,
    OperationDefinitionNode,
    SelectionSetNode,
    Source,
    TokenKind,
    VariableNode,
    Visitor,
    get_named_type,
    is_introspection_type,
    visit,
)
from strawberry.extensions import SchemaExtension

from api.graphql.documents import DOCUMENTS
from api.graphql.errors import Code, refusal
from api.graphql.pages import LARGEST, USUAL
from api.graphql.served import Served

MOST_TOKENS = 2_000
SIZES = ("first", "last")
"""The arguments that say how large a page is."""
DEEPEST_NESTING = 50
INTROSPECTED = 10
"""How long a list in an introspection is taken to be."""

OPENING = frozenset({TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L})
CLOSING = frozenset({TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a selection amounts to when every fragment in it is spread out."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    cost: int = 0

    def beside(self, other: "Cost") -> "Cost":
        """Both, one beside the other."""
        return Cost(
            depth=max(self.depth, other.depth),
            fields=self.fields + other.fields,
            aliases=self.aliases + other.aliases,
            directives=self.directives + other.directives,
            cost=self.cost + other.cost,
        )


MOST = Cost(depth=24, fields=1_000, aliases=100, directives=50, cost=250_000)
"""The most that is answered. The full introspection query has a depth of 15."""


DEAR = {
    ("Query", "whatIf"): 80_000,
    ("Query", "evaluateDraft"): 80_000,
    ("Query", "graphFile"): 8_000,
    ("Query", "risk"): 8_000,
    ("Query", "situation"): 8_000,
    ("Query", "viability"): 8_000,
    ("Query", "facts"): 800,
    ("Query", "verdictHistory"): 800,
    ("FactConnection", "totalCount"): 8_000,
    ("Fact", "versions"): 10,
    ("Ledger", "inclusion"): 100,
    ("Ledger", "consistency"): 100,
    ("LedgerEntryConnection", "totalCount"): 800,
    ("Mutation", "publishPolicies"): 80_000,
    ("Mutation", "eraseFacts"): 80_000,
    ("Mutation", "placeHold"): 100,
    ("Mutation", "liftHold"): 100,
    ("Mutation", "ingestFacts"): 8_000,
    ("Mutation", "correctFact"): 8_000,
    ("Mutation", "retractFact"): 8_000,
}
"""Fields, by type, that judge or check every promise anew, of which a document may ask for three, or that go
through the whole graph or all outages, count entries or keep facts, of which it may ask for thirty. A proof
or a hold is read and written in little more than nothing."""


class Limits(SchemaExtension):
    """Refuses a document before it is parsed, validated or run."""

    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        known = DOCUMENTS.find(context.query or "")
        if known is None:
            scan(context.query or "")
        else:
            context.graphql_document = known.document
        yield

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        document = context.graphql_document
        known, rules = DOCUMENTS.find(context.query or ""), tuple(context.validation_rules)
        if known is not None and (known.document is not document or known.rules != rules):
            known = None
        if known is not None:
            context.pre_execution_errors = []
        cost = None if known is None else known.cost
        if document is not None and cost is None:
            schema: GraphQLSchema = context.schema._schema  # pyright: ignore[reportPrivateUsage]
            cost = measure(schema, document, context.variables or {}).cost
        if cost is not None and isinstance(context.context, Served):
            context.context.pay(cost)
        if document is not None:
            # Without a name the first operation would be run, where none of several may be.
            named = context._provided_operation_name is not None  # pyright: ignore[reportPrivateUsage]
            if (
                not named
                and sum(isinstance(each, OperationDefinitionNode) for each in document.definitions) > 1
            ):
                raise refusal(Code.BAD_USER_INPUT, "`operationName` must name one of the operations")
        yield
        is_new = known is None and not context.pre_execution_errors
        if is_new and document is not None and context.query is not None:
            DOCUMENTS.keep(context.query, document, rules, cost=None if varies(document) else cost)
        for error in context.pre_execution_errors or ():
            error.extensions = {"code": Code.GRAPHQL_VALIDATION_FAILED.value, **(error.extensions or {})}


def varies(document: DocumentNode) -> bool:
    """Whether the cost of a document hangs on its variables: on how many they ask for."""

    class Finding(Visitor):
        found = False

        def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
            if node.name.value in SIZES and isinstance(node.value, VariableNode):
                self.found = True

    finding = Finding()
    visit(document, finding)
    return finding.found


def scan(text: str) -> None:
    """Refuse a text of too many tokens, or nested deeper than a recursive parser should follow."""
    lexer = Lexer(Source(text))
    depth = 0
    for _ in range(MOST_TOKENS):
        try:
            kind = lexer.advance().kind
        except GraphQLError:
            return  # the parser says it better
        if kind is TokenKind.EOF:
            return
        depth += (kind in OPENING) - (kind in CLOSING)
        if depth > DEEPEST_NESTING:
            raise refusal(Code.LIMIT_EXCEEDED, f"the document is nested deeper than {DEEPEST_NESTING}")
    raise refusal(Code.LIMIT_EXCEEDED, f"the document has more than {MOST_TOKENS} tokens")


def measure(schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> Cost:
    """What a document amounts to; refuses one that is over a limit. It need not be valid."""
    fragments = {
        each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
    }
    pass_ = _Pass(schema=schema, fragments=fragments, variables=variables)
    total = Cost()
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            root = schema.get_root_type(definition.operation)
            total = total.beside(pass_.selection(definition.selection_set, root, 0))
            total = total.beside(Cost(directives=len(definition.directives or ())))
    for limit in fields(Cost):
        most = getattr(MOST, limit.name)
        if getattr(total, limit.name) > most:
            raise refusal(Code.LIMIT_EXCEEDED, f"the {limit.name} of the document would be over {most}")
    return total


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pass:
    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    known: dict[str, Cost] = field(default_factory=dict[str, Cost])

    def selection(
        self, selection: SelectionSetNode | None, parent: GraphQLNamedType | None, nesting: int
    ) -> Cost:
        """The cost of a selection on a type; an unknown type costs as if it had no lists."""
        if nesting > 2 * DEEPEST_NESTING:
            raise refusal(Code.LIMIT_EXCEEDED, "the document's fragments are nested too deeply")
        total = Cost()
        for each in selection.selections if selection else ():
            if isinstance(each, FieldNode):
                found = self.field(each, parent, nesting + 1)
            elif isinstance(each, FragmentSpreadNode):
                found = self.fragment(each.name.value, nesting + 1)
            else:
                assert isinstance(each, InlineFragmentNode)
                on = each.type_condition
                narrowed = self.schema.get_type(on.name.value) if on else parent
                found = self.selection(each.selection_set, narrowed, nesting + 1)
            total = total.beside(found).beside(Cost(directives=len(each.directives or ())))
        return total

    def fragment(self, name: str, nesting: int) -> Cost:
        """The cost of a fragment, found once; one that spreads itself is left to the validation."""
        if name not in self.known:
            self.known[name] = Cost()
            fragment = self.fragments.get(name)
            if fragment is not None:
                on = self.schema.get_type(fragment.type_condition.name.value)
                self.known[name] = self.selection(fragment.selection_set, on, nesting)
        return self.known[name]

    def field(self, node: FieldNode, parent: GraphQLNamedType | None, nesting: int) -> Cost:
        """The cost of a field: one, and its selection as many times as its list is long."""
        found = self.definition(node, parent)
        named = cast("GraphQLNamedType", get_named_type(found.type)) if found else None
        times = 1
        if found and "first" in found.args:
            times = self.page_size(node)
        elif named is not None and is_introspection_type(named) and str(found.type).startswith("["):
            times = INTROSPECTED
        dear = 0 if parent is None else DEAR.get((parent.name, node.name.value), 0)
        inner = self.selection(node.selection_set, named, nesting)
        return Cost(
            depth=1 + inner.depth,
            fields=1 + inner.fields,
            aliases=(node.alias is not None) + inner.aliases,
            directives=inner.directives,
            cost=1 + dear + times * inner.cost,
        )

    def definition(self, node: FieldNode, parent: GraphQLNamedType | None) -> Any:
        """The declared field, if the type is known and has it."""
        if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
            return self.schema.get_field(parent, node.name.value)
        return None

    def page_size(self, node: FieldNode) -> int:
        """How many a connection is asked for: at most the largest page, which a wrong number counts as."""
        for argument in node.arguments or ():
            if argument.name.value in SIZES:
                value = argument.value
                asked: object = None
                if isinstance(value, IntValueNode):
                    asked = int(value.value[:9])
                elif isinstance(value, VariableNode):
                    asked = self.variables.get(value.name.value, LARGEST)
                if asked is not None:
                    return min(asked, LARGEST) if isinstance(asked, int) and asked > 0 else LARGEST
        return USUAL
