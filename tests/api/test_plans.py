"""What is executed by a plan is answered as graphql-core answers it: data, errors, and the order of both."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from random import Random
from time import monotonic_ns
from typing import Any

import pytest
import strawberry
from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLObjectType,
    Undefined,
    execute,
    parse,
    print_ast,
    visit,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis_graphql import mutations, queries
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from api.graphql import planned
from api.graphql.document_to_plan import is_plain
from api.graphql.documents import Documents
from api.graphql.errors import coded
from api.graphql.planned import PlanExecutor, Plans
from api.graphql.schema import SCHEMA, Schema
from api.graphql.served import Door, Served
from engine.model.principal import LOCAL
from tests.api.served import view
from tests.api.test_random_documents import DOCUMENTS, SLOW, Reasonable

DOOR = Door(views=view())
MINUTE = 60_000_000_000


def context(seconds: int = MINUTE) -> Served:
    """The context of one request."""
    return Served(door=DOOR, principal=LOCAL, ends_at=monotonic_ns() + seconds)


def alike(
    document: str,
    variables: Mapping[str, Any] | None = None,
    *,
    schema: strawberry.Schema = SCHEMA,
    made: Callable[[], object] = context,
    by_plan: bool | None = True,
) -> dict[str, Any]:
    """The answer, which is the same text either way: the order of the keys and of the errors counts.

    Unless it may be `by_plan` or not, whether there was a plan is said.
    """
    found: list[str] = []
    plans = Plans()
    for executor in (StrawberryGraphQLCoreExecutionContext, PlanExecutor):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(schema, "execution_context_class", executor)
            patch.setattr(planned, "PLANS", plans)
            result = schema.execute_sync(
                document,
                variable_values=None if variables is None else dict(variables),
                context_value=made(),
            )
        errors = [error.formatted for error in coded(result.errors)]
        found.append(json.dumps({"data": result.data, "errors": errors}))
    assert found[0] == found[1], document
    if by_plan is not None:
        assert (plans.made > 0) is by_plan, document
    return json.loads(found[1])


@settings(max_examples=25, suppress_health_check=SLOW)
@given(DOCUMENTS)
def test_random_documents(document: str) -> None:
    """As they are drawn, most ids and cursors are wrong; made reasonable, most of them are answered."""
    alike(document, by_plan=None)
    alike(print_ast(visit(parse(document), Reasonable())), by_plan=None)


class Colour(Enum):
    """An enum."""

    RED = "red"
    GREEN = "green"


strawberry.enum(Colour)
ODD: tuple[Any, ...] = (
    None,
    Undefined,
    "",
    "text",
    0,
    7,
    2**40,
    True,
    1.5,
    float("nan"),
    Colour.RED,
    "red",
    [],
    [None, "a", 3, [], {}],
    (1, 2),
    {"a": 1},
    {1},
    ValueError("a value that is an error"),
    GraphQLError("an error with a code", extensions={"code": "BAD_USER_INPUT"}),
    object,
)


class Odd:
    """A thing whose attributes are whatever its seed has for them: often what they should be."""

    def __init__(self, seed: int, depth: int = 0) -> None:
        self.seed, self.depth = seed, depth

    def __getattr__(self, name: str) -> Any:
        if name not in GOOD:
            raise AttributeError(name)
        chance = Random(f"{self.seed} {name}")
        draw = chance.random()
        if draw < 0.15:
            return chance.choice(ODD)
        if name.startswith("one") or name == "either":
            return self.below(chance, name == "one_needed")
        if name.startswith("many"):
            return [self.below(chance, False) for _ in range(chance.randrange(4))]
        return GOOD[name]

    def below(self, chance: Random, other: bool) -> "Odd | None":
        """A thing beneath this one, or nothing."""
        if self.depth > 4 or chance.random() < 0.1:
            return None
        kind = chance.choice((OddOther,) if other else (OddThing, OddThing, OddOther, Odd))
        return kind(chance.getrandbits(40), self.depth + 1)

    def __repr__(self) -> str:
        return "odd"


GOOD: Mapping[str, Any] = {
    "text": "a text",
    "id": "an id",
    "whole": 3,
    "yes": True,
    "part": 0.5,
    "colour": Colour.GREEN,
    "colours": [Colour.RED, None],
    "texts": ["a", "b"],
    "deep": [[1, 2], None],
    **dict.fromkeys(("one", "one_needed", "one_named", "many", "many_needed", "many_named", "either")),
}


@strawberry.interface
class Named:
    """An interface."""

    text: str
    id: strawberry.ID | None


@strawberry.type
class Other(Named):
    """A type without resolvers."""

    whole: int
    one: "Thing | None"


@strawberry.type
class Thing(Named):
    """A type with all that a field may be."""

    whole: int | None
    yes: bool
    part: float | None
    colour: Colour
    colours: list[Colour | None] | None
    texts: list[str] | None
    deep: list[list[int] | None]
    one: "Thing | None"
    one_needed: "Other"
    one_named: Named
    many: list["Thing"] | None
    many_needed: list["Thing | None"]
    many_named: list[Named | None] | None
    either: "Thing | Other | None"

    @strawberry.field
    def asked(self, info: strawberry.Info, colour: Colour = Colour.RED, most: int | None = 3) -> str | None:
        if most == 13:
            raise ValueError("thirteen")
        return f"{colour.value} {most} {info.field_name} {info.python_name}"

    @strawberry.field
    def shown(self) -> "Thing | None":
        return self.one


class OddThing(Odd, Thing):
    """Odd, and of a type."""


class OddOther(Odd, Other):
    """Odd, and of another type."""


@strawberry.type
class Query:
    """Things as they are drawn."""

    @strawberry.field
    def thing(self, info: strawberry.Info) -> Thing | None:
        return OddThing(info.context.seed)

    @strawberry.field
    def needed(self, info: strawberry.Info) -> Thing:
        return OddThing(info.context.seed + 1)

    @strawberry.field
    def named(self, info: strawberry.Info) -> list[Named]:
        return [OddThing(info.context.seed), OddOther(info.context.seed)]


@strawberry.input
class Given:
    """What a mutation is given."""

    names: list[str | None]
    colour: Colour = Colour.RED
    at_last: bool | None = None


@strawberry.type
class Mutation:
    """Things that are kept, in order, and told of."""

    @strawberry.mutation
    def kept(self, info: strawberry.Info, given: Given) -> Thing | None:
        info.context.kept.append(given)
        return OddThing(info.context.seed + len(info.context.kept))

    @strawberry.mutation
    def needed(self, info: strawberry.Info, most: int | None = 3) -> Thing:
        info.context.kept.append(most)
        return OddThing(info.context.seed + len(info.context.kept))


@dataclass(frozen=True, slots=True)
class Seed:
    """What is drawn, and what was kept meanwhile."""

    seed: int
    kept: list[object] = field(default_factory=list[object])


HOSTILE = Schema(query=Query, mutation=Mutation, types=(Thing, Other))
ODD_DOCUMENTS = queries(HOSTILE.as_str())


@settings(max_examples=50, suppress_health_check=SLOW)
@given(ODD_DOCUMENTS, st.integers(0, 2**40))
def test_random_values(document: str, seed: int) -> None:
    """Whatever the resolvers give, errors and nothings too, where nothing may be and where it may not."""
    alike(document, schema=HOSTILE, made=lambda: Seed(seed), by_plan=None)


@settings(max_examples=50, suppress_health_check=SLOW)
@given(mutations(HOSTILE.as_str()), st.integers(0, 2**40))
def test_random_mutations(document: str, seed: int) -> None:
    """What is kept, too, is the same, in the same order, also where something goes wrong between."""
    contexts: list[Seed] = []

    def made() -> Seed:
        contexts.append(Seed(seed))
        return contexts[-1]

    alike(document, schema=HOSTILE, made=made, by_plan=None)
    assert contexts[0].kept == contexts[1].kept


EVERYTHING = """
query ($yes: Boolean!, $no: Boolean!, $most: Int, $colour: Colour) {
  ...both
  thing { one { ...parts one { ...parts one { ...parts } } } kind: __typename }
  thing { one { shown { texts deep } } again: asked(most: $most, colour: $colour) fixed: asked(colour: RED) }
  needed { text @skip(if: $yes) id @include(if: $no) ... @include(if: $yes) { yes } }
  named { __typename id ... on Thing { either { ... on Named { id } ...parts } } ... on Other { whole } }
}
fragment both on Query { thing { text colour } }
fragment parts on Named {
  id ... on Thing { colour colours texts many { text } manyNamed { ...id } many { id } oneNeeded { whole } }
}
fragment id on Named { id text }
"""


@pytest.mark.parametrize("seed", range(14))
def test_a_large_document(seed: int) -> None:
    """Fragments in fragments, merged and aliased selections, directives, interfaces and unions."""
    given: dict[str, Any] = {"yes": seed % 2 == 0, "no": seed % 3 == 0, "most": None if seed % 5 else 13}
    if seed % 7:
        given["colour"] = "GREEN"
    alike(EVERYTHING, given, schema=HOSTILE, made=lambda: Seed(seed))


def test_one_document_has_a_plan_for_each_say_on_what_is_skipped() -> None:
    """The variables of directives choose the plan, all others are filled in."""
    document = parse("query ($v: Boolean!, $most: Int) { needed { text @skip(if: $v) asked(most: $most) } }")
    plans = Plans()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planned, "PLANS", plans)
        for value, most in ((True, 1), (False, 2), (True, 3)):
            found = execute(
                HOSTILE._schema,
                document,
                context_value=Seed(1),
                variable_values={"v": value, "most": most},
                executor_class=PlanExecutor,
            )
            assert isinstance(found, ExecutionResult)
            assert not found.errors
            assert found.data is not None
            assert list(found.data["needed"]) == (["asked"] if value else ["text", "asked"])
            assert found.data["needed"]["asked"].startswith(f"red {most} ")
    assert plans.made == 2


def test_what_is_not_plain_is_left_to_graphql_core() -> None:
    """Introspection, and documents that go wrong before they begin."""
    assert alike("{ __schema { types { name } } policyVersion }", by_plan=False)["data"]
    wrong = "query ($at: DateTime) { verdicts(asOf: $at) { totalCount } }"
    assert alike(wrong, {"at": "noon"}, by_plan=None)["errors"]
    assert alike('{ verdicts(asOf: "noon") { totalCount } }', by_plan=None)["errors"]
    assert alike("query a { asOf } query b { asOf }", by_plan=None)["errors"]


def test_the_deadline_is_checked_for_each_object() -> None:
    """A plan stops where graphql-core would, with the same code."""
    answer = alike("{ verdicts(first: 100) { nodes { subject state } } }", made=lambda: context(-1))
    assert {each["extensions"]["code"] for each in answer["errors"]} == {"DEADLINE_EXCEEDED"}


def test_every_query_and_mutation_has_a_plan() -> None:
    """No field that can be asked makes its whole document slow."""
    types = SCHEMA._schema.type_map
    left = {
        f"{type_.name}.{name}"
        for type_ in types.values()
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__")
        for name, field in type_.fields.items()
        if not is_plain(field)
    }
    assert {each for each in left if not each.startswith("Subscription.")} == set()


def test_plans_are_bounded() -> None:
    """The documents asked last are kept, and of each the plans asked last."""
    plans = Plans(most=3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planned, "PLANS", plans)
        for number in range(5):
            asked = f"{{ is{number}: policyVersion }}"
            assert not SCHEMA.execute_sync(asked, context_value=context()).errors
    assert plans.made == 5
    assert len(plans) == 3


def test_plans_are_bounded_by_what_they_weigh() -> None:
    """The text of a document counts, and the fields of its plans; one heavy document drives out no others."""
    text = "{ asOf }"
    light = planned.PER_CHARACTER * len(text) + planned.PER_FIELD
    plans = Plans(most_bytes=9 * light)

    def ask(*asked: str) -> int:
        made = plans.made
        for each in asked:
            assert not SCHEMA.execute_sync(each, context_value=context()).errors
        return plans.made - made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planned, "PLANS", plans)
        assert ask(text, text) == 1
        assert ask(*[f"{text} # {'x' * 60}"] * 2, *["{ a: asOf b: asOf c: asOf }"] * 2) == 4
        assert (len(plans), ask(text)) == (1, 0)
        assert ask(*(f"{text}{' ' * number}" for number in range(1, 10))) == 9
        assert (len(plans), ask(text)) == (6, 1)


def test_documents_are_bounded_by_their_length() -> None:
    """Those asked last are kept, a long one drives out no others, and other rules find nothing."""
    documents = Documents(most=140)
    texts = [f"{{ is{number:020}: asOf }}" for number in range(5)]
    for text in texts:
        documents.keep(text, parse(text), (), cost=1)
        documents.find(texts[0])
    assert [documents.find(text) is not None for text in texts] == [True, False, True, True, True]
    long = f"{{ {'a' * 40}: asOf }}"
    documents.keep(long, parse(long), (), cost=1)
    assert documents.find(long) is None


def test_a_document_asked_again_is_checked_for_its_cost_again() -> None:
    """What its variables make of it is not kept with it."""
    text = "query ($n: Int!) { " + " ".join(
        f"p{number}: verdicts(first: $n) {{ nodes {{ missing(first: $n) {{ nodes {{ reference }} }} }} }}"
        for number in range(15)
    )
    for most, is_fine in ((1, True), (100, False), (1, True)):
        found = SCHEMA.execute_sync(text + " }", variable_values={"n": most}, context_value=context())
        assert (not found.errors) is is_fine
    assert SCHEMA.execute_sync("{ asOf, }", context_value=context()).data
    for _ in range(2):
        wrong = coded(SCHEMA.execute_sync("{ asOf nothing }", context_value=context()).errors)
        assert [each.extensions and each.extensions["code"] for each in wrong] == [
            "GRAPHQL_VALIDATION_FAILED"
        ]
