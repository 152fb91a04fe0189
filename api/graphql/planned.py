"""The executor of the schema: plans for operations of plain fields, graphql-core for all others."""

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeAlias, cast

from graphql import DocumentNode, GraphQLError, Visitor, visit
from graphql.language import DirectiveNode, VariableNode
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from api.graphql.document_to_plan import Plan, planned

MOST_DOCUMENTS = 128
MOST_PLANS = 8
"""Of one document: of its operations, by what their variables skip."""

Asked: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A document and the plans of its operations; None where there is no plan."""

    document: DocumentNode
    skipping: tuple[str, ...]
    plans: "OrderedDict[Asked, Plan | None]" = field(default_factory=OrderedDict[Asked, "Plan | None"])


class Plans:
    """The plans of the documents that were asked last, by the parsed document; any thread asks."""

    def __init__(self, most: int = MOST_DOCUMENTS) -> None:
        self._most = most
        self._kept: OrderedDict[int, Kept] = OrderedDict()
        self._lock = Lock()
        self.made = 0
        """How many plans were made, and not found."""

    def __len__(self) -> int:
        """How many documents have plans here."""
        return len(self._kept)

    def of(self, document: DocumentNode, executor: "PlanExecutor") -> Plan | None:
        """The plan of an operation, made at the first time."""
        with self._lock:
            kept = self._kept.pop(id(document), None)
            if kept is None:
                # Kept with its document, so that no other one can come to bear its id.
                kept = Kept(document=document, skipping=_skipping(document))
            self._kept[id(document)] = kept
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
            given = executor.variable_values.coerced
            asked = (id(executor.operation), *(given.get(name) for name in kept.skipping))
            if asked not in kept.plans:
                found = kept.plans[asked] = planned(executor)
                self.made += found is not None
                while len(kept.plans) > MOST_PLANS:
                    kept.plans.popitem(last=False)
            return kept.plans[asked]


PLANS = Plans()


class PlanExecutor(StrawberryGraphQLCoreExecutionContext):
    """Executes an operation by its plan if there is one; else, as a whole, as graphql-core does.

    An operation has a plan if it is a query that introspects nothing, all of whose fields are attributes or
    synchronous resolvers without extensions, and whose arguments can be read.
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
        try:
            data = cast("dict[str, Any]", plan.fields(run, self.root_value, None))
        except GraphQLError as error:
            self.collected_errors.add(error, None)
            return self.build_response(None)
        return self.build_response(data)


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
