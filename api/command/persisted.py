"""`troth persisted`: the ids of GraphQL documents, once each of them may be asked."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from api.command.console import Console
from api.command.exits import Exit
from api.command.text_files import TextKind, read_texts
from api.command.words import plural
from engine.diagnostic import Diagnostic
from engine.source import Source

if TYPE_CHECKING:
    from api.graphql.persisted import Persisted

DOCUMENT = TextKind(
    noun="document",
    code="no-documents",
    suffix=".graphql",
    largest=1024 * 1024,
    encoding="utf-8",
    smaller="leave out what is not asked for: a document has at most 2,000 tokens",
    plain="a document is plain text in UTF-8",
)
"""A byte order mark is a part of it: the id is of every byte."""

DESCRIPTION = """Print the ids of GraphQL documents, by which a server that was given them is asked.

DOCUMENTS are files, or folders of which every `*.graphql` below is read, hidden folders left out. Each is
held against the schema and the limits as the server does when it starts. The id is `sha256:` and the SHA-256
of the file, every byte of it, a line feed at its end, too: a document that differs is another one."""
EXITS = """exit codes:
  0  all documents may be asked, and these are their ids
  2  one of them may not, or could not be read: it is told, and no id is
"""
EXAMPLE = "troth persisted policies/examples/hosting/documents"


def arguments(parser: ArgumentParser) -> None:
    """DOCUMENTS."""
    parser.add_argument("documents", nargs="+", type=Path, metavar="DOCUMENTS", help="files, or folders")
    parser.add_argument("--no-color", action="store_true", help="no colour, even on a terminal")


def run(options: Namespace, console: Console) -> Exit:
    """Read, check and print."""
    from api.graphql.persisted import id_of

    sources, unread = read_texts(options.documents, DOCUMENT)
    if _checked(sources, unread, console) is None:
        return Exit.NOT_EVALUATED
    for source in sources:
        console.print(f"{id_of(source.text)}  {source.name}")
    return Exit.KEPT


def read_persisted(options: Namespace, console: Console) -> "Persisted | None":
    """The documents that `troth serve` is given, if all may be asked; else what is wrong is told."""
    if options.persisted is None:
        from api.graphql.persisted import NOTHING_PERSISTED

        return NOTHING_PERSISTED
    return _checked(*read_texts([options.persisted], DOCUMENT), console, only=options.persisted_only)


def persisted_words(persisted: "Persisted") -> str:
    """How many there are, as it is told when a server starts."""
    many = plural(len(persisted.documents), "persisted document")
    return f"No document is answered but {many}." if persisted.only else f"It has {many}."


def _checked(
    sources: Sequence[Source], unread: Sequence[Diagnostic], console: Console, *, only: bool = False
) -> "Persisted | None":
    """The documents that were read, if all may be asked, and all could be read."""
    from api.graphql.persisted import persisted

    found = persisted(sources, only=only)
    mistakes = (*unread, *found) if isinstance(found, tuple) else unread
    console.findings(mistakes, {each.name: each for each in sources})
    return None if mistakes or isinstance(found, tuple) else found
