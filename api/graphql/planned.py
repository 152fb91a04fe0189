"""The executor of the schema: plans for operations of plain fields, graphql-core for all others."""

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeAlias, cast

from graphql import DocumentNode, GraphQLError, Visitor, visit
from graphql.language import DirectiveNode, VariableNode
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from api.graphql.document_to_plan import Plan, planned
from api.graphql.served import Served

MOST_DOCUMENTS = 128
MOST_PLANS = 8
"""Of one operation: by what its variables skip."""

PER_CHARACTER = 100
PER_FIELD = 1_200
MOST_BYTES = 64_000_000
"""What all that is kept may weigh: about so many bytes for each character of a document, parsed, and for each
field of a plan."""

Asked: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A document and the plans of its operations; None where there is no plan."""

    document: DocumentNode
    skipping: tuple[str, ...]
    plans: "OrderedDict[Asked, Plan | None]" = field(default_factory=OrderedDict[Asked, "Plan | None"])

    @property
    def weight(self) -> int:
        """About how many bytes it takes."""
        where = self.document.loc
        characters = 0 if where is None else len(where.source.body)
        fields = sum(each.size for each in self.plans.values() if each is not None)
        return PER_CHARACTER * characters + PER_FIELD * fields


class Plans:
    """The plans of persisted documents, and of those that were asked last, by the parsed document; any thread
    asks."""

    def __init__(self, most: int = MOST_DOCUMENTS, most_bytes: int = MOST_BYTES) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._kept: OrderedDict[int, Kept] = OrderedDict()
        self._persisted: dict[int, Kept] = {}
        self._weight = 0
        self._lock = Lock()
        self.made = 0
        """How many plans were made, and not found."""

    def __len__(self) -> int:
        """How many documents have plans here that may go."""
        return len(self._kept)

    def persist(self, document: DocumentNode) -> None:
        """Keep the plans of a document for good, each once it was made."""
        with self._lock:
            self._persisted.setdefault(id(document), Kept(document=document, skipping=_skipping(document)))

    def of(self, document: DocumentNode, executor: "PlanExecutor") -> Plan | None:
        """The plan of an operation, made at the first time."""
        with self._lock:
            kept = self._persisted.get(id(document)) or self._kept.get(id(document))
            if kept is None:
                # Kept with its document, so that no other one can come to bear its id.
                kept = Kept(document=document, skipping=_skipping(document))
            elif id(document) in self._kept:
                self._kept.move_to_end(id(document))
            given = executor.variable_values.coerced
            asked = (id(executor.operation), *(given.get(name) for name in kept.skipping))
            if asked not in kept.plans:
                self._let_go(kept)
                found = kept.plans[asked] = planned(executor)
                self.made += found is not None
                alike = [each for each in kept.plans if each[0] == asked[0]]
                if len(alike) > MOST_PLANS:
                    del kept.plans[alike[0]]
                if id(document) not in self._persisted:
                    self._keep(kept)
            return kept.plans[asked]

    def _keep(self, kept: Kept) -> None:
        """Keep a document, and let go of those asked longest ago."""
        if kept.weight > self._most_bytes // 4:
            return  # one heavy document should not drive out all others
        self._kept[id(kept.document)] = kept
        self._weight += kept.weight
        while len(self._kept) > self._most or self._weight > self._most_bytes:
            self._let_go(next(iter(self._kept.values())))

    def _let_go(self, kept: Kept) -> None:
        if self._kept.pop(id(kept.document), None) is not None:
            self._weight -= kept.weight


PLANS = Plans()


class PlanExecutor(StrawberryGraphQLCoreExecutionContext):
    """Executes an operation by its plan if there is one; else, as a whole, as graphql-core does.

    An operation has a plan if it is a query or a mutation that introspects nothing, all of whose fields are
    attributes or synchronous resolvers without extensions, and whose arguments can be read.
    """

    document: DocumentNode

    @classmethod
    def build(cls, schema: Any, document: DocumentNode, *args: Any, **named: Any) -> Any:
        """The executor of a document, which it remembers."""
        base: Any = super()
        executor = base.build(schema, document, *args, **named)
        if isinstance(executor, PlanExecutor):
            executor.document = document
        return executor

    def execute_operation(self, serially: bool | None = None) -> Any:
        """The answer, by the plan of the operation where there is one."""
        middlewares = () if self.middleware_manager is None else self.middleware_manager.middlewares
        if middlewares or self.abort_signal is not None:
            return super().execute_operation(serially)
        plan = PLANS.of(self.document, self)
        try:
            run = None if plan is None else plan.bound(self)
        except Exception:  # noqa: BLE001
            # An argument that cannot be read is an error at each object: graphql-core says it.
            run = None
        if plan is None or run is None:
            return super().execute_operation(serially)

        def answer() -> Any:
            try:
                data = cast("dict[str, Any]", plan.fields(run, self.root_value, None))
            except GraphQLError as error:
                self.collected_errors.add(error, None)
                return self.build_response(None)
            return self.build_response(data)

        if isinstance(self.context_value, Served) and self.context_value.may_leave:
            self.context_value.answer = answer
        return answer()


def _skipping(document: DocumentNode) -> tuple[str, ...]:
    """The variables that decide what a document skips or includes."""

    class Finding(Visitor):
        def __init__(self) -> None:
            super().__init__()
            self.names: set[str] = set()

        def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
            for each in node.arguments or ():
                if isinstance(each.value, VariableNode):
                    self.names.add(each.value.name.value)

    finding = Finding()
    visit(document, finding)
    return tuple(sorted(finding.names))
