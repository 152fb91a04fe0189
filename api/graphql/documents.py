"""Documents, parsed and found valid: persisted ones, and those that were asked last, for applications ask the
same ones all day."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import TypeAlias

from graphql import DocumentNode

MOST_CHARACTERS = 200_000
"""Of all texts together; parsed, each of them takes some hundred times its length."""

Rules: TypeAlias = tuple[object, ...]
"""By what a document was found valid."""


@dataclass(frozen=True, slots=True)
class Known:
    """A document with the rules that it keeps, and what it costs at all times; None: that varies."""

    document: DocumentNode
    rules: Rules
    cost: int | None


class Documents:
    """Documents by their texts: persisted ones, and of others those asked last up to a number of characters;
    any thread asks."""

    def __init__(self, most: int = MOST_CHARACTERS) -> None:
        self._most = most
        self._known: OrderedDict[str, Known] = OrderedDict()
        self._persisted: dict[str, Known] = {}
        self._characters = 0
        self._lock = Lock()

    def find(self, text: str) -> Known | None:
        """The document of a text."""
        with self._lock:
            if text in self._known:
                self._known.move_to_end(text)
            return self._persisted.get(text) or self._known.get(text)

    def persist(self, text: str, document: DocumentNode, rules: Rules, *, cost: int | None) -> DocumentNode:
        """Keep a valid document for good: it as it is given, or as it was before."""
        with self._lock:
            return self._persisted.setdefault(text, Known(document, rules, cost)).document

    def keep(self, text: str, document: DocumentNode, rules: Rules, *, cost: int | None) -> None:
        """Keep a valid document, and let go of those asked longest ago."""
        if len(text) > self._most // 4:
            return  # one long document should not drive out all others
        with self._lock:
            if self._known.pop(text, None) is None:
                self._characters += len(text)
            self._known[text] = Known(document, rules, cost)
            while self._characters > self._most:
                longest_ago, _ = self._known.popitem(last=False)
                self._characters -= len(longest_ago)


DOCUMENTS = Documents()
