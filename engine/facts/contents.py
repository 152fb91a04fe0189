"""What a file holds, whatever its format: a table in the file's own columns, and what is no row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.diagnostic import Diagnostic
from engine.facts.text_to_value import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """An Arrow table, the number of each of its rows as people count them, and by number what is no row.

    `nested` has the places, by column, where the file holds a list or an object, which the table cannot show.
    """

    table: Any
    numbers: Any
    broken: Mapping[int, Refusal]
    nested: Mapping[str, frozenset[int]] = field(default_factory=dict[str, frozenset[int]])


def broken(reason: str) -> Refusal:
    """Why a row cannot be read at all."""
    return Refusal(code="bad-row", reason=reason)


def torn(name: str, reason: str, help: str | None = None) -> Diagnostic:
    """The finding that the bytes of a file are not what its name says."""
    return Diagnostic(code="facts-file-content", message=f"`{name}` {reason}", help=help)
