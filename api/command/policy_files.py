"""Policies from disk: files as they are, folders by their `*.sla`, every failure a finding."""

from collections.abc import Sequence
from pathlib import Path

from api.command.text_files import TextKind, read_text, read_texts
from engine.diagnostic import Diagnostic
from engine.source import Source

SUFFIX = ".sla"

POLICY = TextKind(
    noun="policy",
    code="no-policies",
    suffix=SUFFIX,
    largest=16 * 1024 * 1024,
    encoding="utf-8-sig",
    smaller="split it into several files; a folder is read as one policy set",
    plain="a policy is plain text in UTF-8",
)
"""A contract is a thousandth of the largest one."""


def read_policies(paths: Sequence[Path]) -> tuple[tuple[Source, ...], tuple[Diagnostic, ...]]:
    """Every policy that the paths name, once and in order, and what could not be read.

    A file is taken as it is; a folder gives every `*.sla` below it, sorted, hidden folders left out.
    """
    return read_texts(paths, POLICY)


def read_policy(path: Path) -> Source | Diagnostic:
    """One file as text, or why it is none."""
    return read_text(path, POLICY)


def sorted_out(words: Sequence[str]) -> tuple[list[Path], list[str]]:
    """Policies and names; the first word is a policy even if it is not there, so that it can be missed."""
    files, names = [Path(words[0])], list[str]()
    for word in words[1:]:
        if "/" in word or word.endswith(SUFFIX) or Path(word).exists():
            files.append(Path(word))
        else:
            names.append(word)
    return files, names
