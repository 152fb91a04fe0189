"""An operation of a parsed document as a plan, where every field of it is plain."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from operator import attrgetter
from typing import Any, TypeAlias, cast

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLError,
    GraphQLField,
    GraphQLID,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNamedOutputType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLString,
    Node,
    OperationType,
    TypeNameMetaFieldDef,
    VariableNode,
    Visitor,
    is_abstract_type,
    is_leaf_type,
    is_object_type,
    visit,
)
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet, collect_fields
from graphql.execution.values import get_argument_values
from strawberry.schema.schema_converter import GraphQLCoreConverter, get_arguments
from strawberry.types.field import StrawberryField

from api.graphql.plan import (
    Complete,
    Executor,
    Leaf,
    OutputType,
    Place,
    Read,
    Run,
    Step,
    many,
    one_leaf,
    one_object,
    one_of_several,
    selection,
)

Field: TypeAlias = Any
"""A field as Strawberry declares it, with its resolver, of whatever type."""
Arguments: TypeAlias = tuple[bool, dict[str, Any]]
"""Whether the resolver is given the parent, and what else it is given, by name."""

STANDING: Mapping[OutputType, type] = {GraphQLString: str, GraphQLID: str, GraphQLBoolean: bool}
"""Scalars that leave values of these classes as they are."""


class NotPlainError(Exception):
    """Something is asked for that is left to graphql-core."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A resolver that is called with arguments; those that hang on no variable are `fixed`."""

    place: Place
    field: Field
    fixed: Arguments | None

    def bound(self, executor: Executor) -> Read:
        """The resolver with what a request gives it."""
        takes_parent, named = self.fixed or arguments(self.place, self.field, executor)
        resolver = self.field.base_resolver
        assert resolver is not None
        if resolver.info_parameter is not None:
            info = executor.schema._strawberry_schema.config.info_class(
                _raw_info=self.place.info(executor), _field=self.field
            )
            named = {**named, resolver.info_parameter.name: info}
        function = cast("Callable[..., Any]", resolver.wrapped_func)
        if not takes_parent:
            return lambda _source: function(**named)
        return partial(function, **named) if named else function


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An operation whose selections are closures, and the resolvers that these call, by number; `size` is how
    many fields it has, those of fragments each time they are spread."""

    fields: Complete
    calls: Sequence[Call]
    size: int

    def bound(self, executor: Executor) -> Run:
        """The plan with the variables and the context of a request; raises what a wrong argument raises."""
        return Run(executor=executor, reads=[call.bound(executor) for call in self.calls])


def planned(executor: Executor) -> Plan | None:
    """The plan of an executor's operation, by its variables' say on what is skipped; None where not all of
    it is plain: introspection, what is awaited, and what goes wrong before it is begun. The fields of an
    object are read one after the other, so that mutations are done in their order."""
    if executor.operation.operation is OperationType.SUBSCRIPTION or not executor.error_propagation:
        return None
    if any(each.variable_signatures for each in executor.fragments.values()):
        return None
    root = executor.schema.get_root_type(executor.operation.operation)
    if root is None:
        return None
    planner = _Planner(executor=executor, calls=[], places=[])
    try:
        collected = collect_fields(
            executor.schema,
            executor.fragments,
            executor.variable_values,
            root,
            executor.operation,
            executor.hide_suggestions,
        )
        fields = planner.selected(root, collected.grouped_field_set)
        return Plan(fields=fields, calls=planner.calls, size=len(planner.places))
    except (NotPlainError, GraphQLError, RecursionError):
        return None


def arguments(place: Place, field: Field, executor: Executor) -> Arguments:
    """What a resolver is given of a document's arguments, as it is at each object."""
    given = get_argument_values(
        place.definition,
        place.details[0].node,
        executor.variable_values,
        place.details[0].fragment_variable_values,
        executor.hide_suggestions,
    )
    schema = executor.schema._strawberry_schema
    resolver = field.base_resolver
    assert resolver is not None
    _, named = get_arguments(
        field=field,
        source=None,
        info=cast("Any", None),
        kwargs=given,
        config=schema.config,
        scalar_registry=schema.schema_converter.scalar_registry,
    )
    if resolver.info_parameter is not None:
        del named[resolver.info_parameter.name]
    return resolver.self_parameter is not None, named


def is_plain(definition: GraphQLField) -> bool:
    """Whether a field is an attribute, or a synchronous resolver without extensions such as permissions."""
    field: Field = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if (
        not bool(isinstance(field, StrawberryField))
        or field.extensions
        or field.is_async
        or field.is_subscription
    ):
        return False
    resolver = field.base_resolver
    if resolver is None:
        return field.default_resolver is getattr
    return resolver.parent_parameter is None and resolver.root_parameter is None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Planner:
    executor: Executor
    calls: list[Call]
    places: list[Place]

    def selected(self, type_: GraphQLObjectType, grouped: GroupedFieldSet) -> Complete:
        """The closure of a selection on a type."""
        return selection(type_, [self.step(type_, key, details) for key, details in grouped.items()])

    def step(self, parent: GraphQLObjectType, key: str, details: FieldDetailsList) -> Step:
        """One field."""
        definition = self.executor.schema.get_field(parent, details[0].node.name.value)
        if definition is None:
            raise NotPlainError
        place = Place(key=key, parent=parent, definition=definition, details=details)
        self.places.append(place)
        read, number = self.reading(place)
        leaf, complete = self.completing(place.type_, place)
        return Step(
            place=place,
            read=read,
            number=number,
            same=STANDING.get(_nullable(place.type_)),
            leaf=leaf,
            complete=complete,
            is_required=isinstance(place.type_, GraphQLNonNull),
        )

    def reading(self, place: Place) -> tuple[Read | None, int]:
        """How a field is read: an attribute by itself, a resolver by the number of its call."""
        if place.definition is TypeNameMetaFieldDef:
            name = place.parent.name
            return (lambda _source: name), -1
        if not is_plain(place.definition):
            raise NotPlainError
        field: Field = place.definition.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
        if field.base_resolver is None:
            return attrgetter(field.python_name), -1
        fixed = None if _varies(place) else arguments(place, field, self.executor)
        self.calls.append(Call(place=place, field=field, fixed=fixed))
        return None, len(self.calls) - 1

    def completing(self, of: OutputType, place: Place) -> tuple[Leaf | None, Complete | None]:
        """How a value becomes a part of the answer."""
        type_ = _nullable(of)
        if is_leaf_type(type_):
            return _leaf(type_), None
        if bool(isinstance(type_, GraphQLList)):
            return None, many(type_.of_type, place, *self.completing(type_.of_type, place))
        if is_object_type(type_):
            return None, self.object(type_, place)
        assert is_abstract_type(type_)
        possible = self.executor.schema.get_possible_types(type_)
        return None, one_of_several(type_, place, {each: self.object(each, place) for each in possible})

    def object(self, type_: GraphQLObjectType, place: Place) -> Complete:
        """How an object of a type becomes a part of the answer."""
        grouped = self.executor.collect_subfields(type_, place.details).grouped_field_set
        declared = type_.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
        return one_object(type_, place, self.selected(type_, grouped), by_class=declared.is_type_of is None)


def _nullable(of: OutputType) -> OutputType:
    return of.of_type if bool(isinstance(of, GraphQLNonNull)) else of


def _leaf(type_: GraphQLNamedOutputType) -> Leaf:
    leaf = cast("GraphQLLeafType", type_)
    if isinstance(leaf, GraphQLEnumType):
        members = {value.value: name for name, value in leaf.values.items()}
        kind: type[Enum] | None = getattr(leaf, "wrapped_cls", None)
        known = None if kind is None else {each: members[each.value] for each in kind}
        return one_leaf(leaf, known)
    return one_leaf(leaf)


def _varies(place: Place) -> bool:
    """Whether the arguments of a field hang on variables."""

    class Finding(Visitor):
        found = False

        def enter_variable(self, _node: VariableNode, *_: Any) -> None:
            self.found = True

    finding = Finding()
    for each in cast("Sequence[Node]", place.details[0].node.arguments or ()):
        visit(each, finding)
    return finding.found
