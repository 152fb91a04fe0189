"""Persisted documents: those that the operator gives, which clients ask for by their ids instead of texts."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    parse,
    specified_rules,
)
from strawberry.schema.schema import validate_document

from api.graphql.documents import DOCUMENTS
from api.graphql.errors import SUGGESTION, Code, refusal
from api.graphql.limits import measure, scan, varies
from api.graphql.planned import PLANS
from api.graphql.schema import SCHEMA
from engine.diagnostic import Diagnostic
from engine.source import Source, Span

ID = re.compile(r"sha256:[0-9a-f]{64}")
NOT_AN_ID = "`documentId` is `sha256:` and 64 hexadecimal digits in lower case, of the document's text"
NO_SUCH_ID = "no persisted document has this `documentId`: it has to be given to the server first"
NO_OTHER = "only persisted documents are answered here: have this one persisted, and send its `documentId`"

RULES = tuple(specified_rules)
"""What each document of a request is held against, too."""
_SCHEMA = SCHEMA._schema  # pyright: ignore[reportPrivateUsage]


@dataclass(frozen=True, slots=True, kw_only=True)
class Persisted:
    """The texts of persisted documents by their ids; where they are the `only` ones, no other is answered."""

    documents: Mapping[str, str] = field(default_factory=dict[str, str])
    only: bool = False
    _texts: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_texts", frozenset(self.documents.values()))

    def text(self, id: str) -> str | None:
        """The document of an id."""
        return self.documents.get(id)

    def refusal(self, text: str | None) -> GraphQLError | None:
        """Why a document is not answered; None stands for the one of an id that no document has."""
        if text is None:
            return refusal(Code.NOT_PERSISTED, NO_SUCH_ID)
        if self.only and text not in self._texts:
            return refusal(Code.NOT_PERSISTED, NO_OTHER)
        return None


NOTHING_PERSISTED = Persisted()


def is_id(text: str) -> bool:
    """Whether a text has the form of an id.

    >>> is_id("sha256:" + 64 * "0"), is_id("sha256:" + 64 * "A"), is_id(64 * "0")
    (True, False, False)
    """
    return ID.fullmatch(text) is not None


def id_of(text: str) -> str:
    """The id of a document: of its text as it is, byte for byte, in UTF-8."""
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def persisted(sources: Sequence[Source], *, only: bool = False) -> Persisted | tuple[Diagnostic, ...]:
    """Documents, kept for good with their plans, if all may be asked; or all that is wrong with them."""
    found: dict[str, DocumentNode] = {}
    mistakes: list[Diagnostic] = []
    for source in sources:
        checked = _checked(source)
        if isinstance(checked, DocumentNode):
            found[source.text] = checked
        else:
            mistakes += checked
    if mistakes:
        return tuple(mistakes)
    for text, document in found.items():
        cost = None if varies(document) else measure(_SCHEMA, document, {}).cost
        PLANS.persist(DOCUMENTS.persist(text, document, RULES, cost=cost))
    return Persisted(documents={id_of(text): text for text in found}, only=only)


def _checked(source: Source) -> DocumentNode | list[Diagnostic]:
    """A document, or what is wrong with it."""
    try:
        scan(source.text)
        document = parse(source.text)
    except GraphQLSyntaxError as error:
        return [_diagnostic("graphql-syntax", error, source)]
    except GraphQLError as error:
        return [_diagnostic("graphql-limit", error, source)]
    if errors := validate_document(_SCHEMA, document, RULES):
        return [_diagnostic("graphql-validation", each, source) for each in errors]
    try:
        measure(_SCHEMA, document, _least(document))
    except GraphQLError as error:
        return [_diagnostic("graphql-limit", error, source)]
    return document


def _least(document: DocumentNode) -> Mapping[str, int]:
    """Variables that ask for the smallest pages: whether others are too large is found when they come."""
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    return {each.variable.name.value: 1 for one in operations for each in one.variable_definitions or ()}


def _diagnostic(code: str, error: GraphQLError, source: Source) -> Diagnostic:
    """What graphql-core says, at its places."""
    message = SUGGESTION.sub("", error.message).removeprefix("Syntax Error: ").removesuffix(".")
    near = SUGGESTION.search(error.message)
    return Diagnostic(
        code=code,
        message=_ours(message[:1].lower() + message[1:]),
        labels=tuple((each, "") for each in _places(error, source)),
        help=None if near is None else _ours(near[0].strip().replace("Did", "did", 1)),
    )


def _places(error: GraphQLError, source: Source) -> Iterator[Span]:
    """Where a mistake stands: the first word of each part that it is about, else where the text begins."""
    nodes = [each.loc.start_token for each in error.nodes or () if each.loc is not None]
    if nodes:
        yield from (source.span(each.start, each.end) for each in nodes)
    else:
        yield from (source.span(each, each + 1) for each in error.positions or (0,))


def _ours(words: str) -> str:
    """With names in backticks."""
    return re.sub(r"'([^']*)'", r"`\1`", words)
