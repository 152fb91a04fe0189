"""Selections of plain fields as closures: what graphql-core's executor does with them, and no more than that.

A closure gives what graphql-core gives, errors with their paths and nodes too; what it leaves out are the
questions whose answers are the same for every object: which type, which resolver, which arguments, and
whether something has to be awaited.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

from graphql import GraphQLError, GraphQLField, GraphQLLeafType, GraphQLNonNull, GraphQLObjectType, Undefined
from graphql.execution.collect_fields import FieldDetailsList
from graphql.execution.executor import invalid_return_type_error, to_nodes
from graphql.pyutils import Path, inspect
from graphql.pyutils.is_iterable import iterable_types, not_iterable_types

Executor: TypeAlias = Any
"""An executor of graphql-core; like its infos and output types, it is generic over what nobody can name."""
ResolveInfo: TypeAlias = Any
OutputType: TypeAlias = Any
Read: TypeAlias = Callable[[Any], Any]
"""The value of a field, of its parent."""
Leaf: TypeAlias = Callable[[Any], Any]
"""What a scalar or an enum is in the answer; None of what is nothing."""
Steps: TypeAlias = tuple[Any, ...] | None
"""A path as graphql-core's is, but for its class: the path before, the key, the type's name."""


class Nowhere:
    """Where the resolver of a plan stands: a plan tells it to nobody, and says so."""

    def __getattr__(self, name: str) -> Any:
        raise NotImplementedError("a resolver that reads its path must not be planned")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A field where a document asks for it."""

    key: str
    parent: GraphQLObjectType
    definition: GraphQLField
    details: FieldDetailsList

    @property
    def type_(self) -> OutputType:
        """What it gives."""
        definition: Any = self.definition
        return definition.type

    @property
    def name(self) -> str:
        """`Type.field`."""
        return f"{self.parent}.{self.details[0].node.name.value}"

    def info(self, executor: Executor) -> ResolveInfo:
        """What resolvers are told; all but the path."""
        nowhere: Any = Nowhere()
        return executor.build_resolve_info(self.definition, to_nodes(self.details), self.parent, nowhere)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution: `reads` are the resolvers that the plan calls, by number, with their arguments."""

    executor: Executor
    reads: Sequence[Read]
    infos: dict[int, ResolveInfo] = field(default_factory=dict[int, ResolveInfo])

    def info(self, place: Place) -> ResolveInfo:
        """What is told at a place, made once."""
        found = self.infos.get(id(place))
        if found is None:
            found = self.infos[id(place)] = place.info(self.executor)
        return found

    def failed(self, error: Exception, place: Place, type_: OutputType, path: Steps) -> None:
        """Raise the error with its place, or keep it and let nothing stand there, as the type says."""
        self.executor.handle_field_error(error, type_, place.details, as_path(path))


Complete: TypeAlias = Callable[[Run, Any, Steps], Any]
"""What a list or an object is in the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A field of a selection: read as an attribute, or by a resolver of the run; then a leaf, or more.

    Values of the class `same` stand in the answer as they are.
    """

    place: Place
    read: Read | None
    number: int
    same: type | None
    leaf: Leaf | None
    complete: Complete | None
    is_required: bool


def as_path(steps: Steps) -> Path:
    """The path of an error."""
    assert steps is not None
    before, key, name = steps
    return Path(None if before is None else as_path(before), key, name)


def selection(type_: GraphQLObjectType, steps: Sequence[Step]) -> Complete:
    """The fields of an object, in the order of the answer."""
    name = type_.name
    rows = [(step.place.key, step.read, step.same, step) for step in steps]

    def fields(run: Run, source: Any, path: Steps) -> dict[str, Any]:
        answer: dict[str, Any] = {}
        reads = run.reads
        for key, read, same, step in rows:
            try:
                value = (reads[step.number] if read is None else read)(source)
                if type(value) is not same:
                    if value is not None:
                        if step.leaf is not None:
                            value = step.leaf(value)
                        else:
                            assert step.complete is not None
                            value = step.complete(run, value, (path, key, name))
                    if value is None and step.is_required:
                        raise _absent(step.place)
            except Exception as error:  # noqa: BLE001 - a fault of ours is an error of the field, too
                value = run.failed(error, step.place, step.place.type_, (path, key, name))
            answer[key] = value
        return answer

    return fields


def one_object(
    type_: GraphQLObjectType, place: Place, fields: Complete, *, by_class: bool = False
) -> Complete:
    """An object of a type; whether it is one is said `by_class` where nobody looks at the info."""
    is_type_of: Callable[[Any, ResolveInfo], bool] | None = cast("Any", type_).is_type_of

    def complete(run: Run, value: Any, path: Steps) -> Any:
        if isinstance(value, Exception):
            raise value
        if value is Undefined:
            return None
        if is_type_of is not None and not is_type_of(value, None if by_class else run.info(place)):
            raise invalid_return_type_error(type_, value, place.details)
        return fields(run, value, path)

    return complete


def one_of_several(
    type_: OutputType, place: Place, objects: Mapping[GraphQLObjectType, Complete]
) -> Complete:
    """An object of an interface or a union."""

    def complete(run: Run, value: Any, path: Steps) -> Any:
        if isinstance(value, Exception):
            raise value
        if value is Undefined:
            return None
        executor, info = run.executor, run.info(place)
        name = (type_.resolve_type or executor.type_resolver)(value, info, type_)
        found = executor.ensure_valid_runtime_type(name, type_, place.details, info, value)
        return objects[found](run, value, path)

    return complete


def many(item_type: OutputType, place: Place, leaf: Leaf | None, complete_one: Complete | None) -> Complete:
    """A list, of leaves or of more."""
    is_required = isinstance(item_type, GraphQLNonNull)

    def complete(run: Run, values: Any, path: Steps) -> Any:
        if bool(type(values) is list):
            if not values:
                return []
        else:
            if isinstance(values, Exception):
                raise values
            if values is Undefined:
                return None
            if not isinstance(values, iterable_types) or isinstance(values, not_iterable_types):
                raise GraphQLError(f"Expected Iterable, but did not find one for field '{place.name}'.")
        answer: list[Any] = []
        for index, value in enumerate(values):
            try:
                if value is not None:
                    if leaf is not None:
                        value = leaf(value)
                    else:
                        assert complete_one is not None
                        value = complete_one(run, value, (path, index, None))
                if value is None and is_required:
                    raise _absent(place)
            except Exception as error:  # noqa: BLE001 - a fault of ours is an error of the field, too
                value = run.failed(error, place, item_type, (path, index, None))
            answer.append(value)
        return answer

    return complete


def one_leaf(type_: GraphQLLeafType, known: Mapping[Any, Any] | None = None) -> Leaf:
    """A scalar, or an enum with its `known` values."""
    coerce = type_.coerce_output_value

    def coerced(value: Any) -> Any:
        if isinstance(value, Exception):
            raise value
        if value is Undefined:
            return None
        found = coerce(value)
        if found is Undefined or found is None:
            raise TypeError(
                f"Expected `{inspect(type_)}.coerce_output_value({inspect(value)})` to return "
                f"non-nullable value, returned: {inspect(found)}"
            )
        return found

    if known is not None:

        def named(value: Any) -> Any:
            try:
                return known[value]
            except (KeyError, TypeError):
                return coerced(value)

        return named
    return coerced


def _absent(place: Place) -> TypeError:
    return TypeError(f"Cannot return null for non-nullable field {place.name}.")
