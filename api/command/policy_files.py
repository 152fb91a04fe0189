"""Policies from disk: files as they are, folders by their `*.sla`, every failure a finding."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.diagnostic import Diagnostic
from engine.dsl.names import nearest
from engine.source import Source

LARGEST = 16 * 1024 * 1024
"""Bytes of one policy file; a contract is a thousandth of it."""

SUFFIX = ".sla"


def read_policies(paths: Sequence[Path]) -> tuple[tuple[Source, ...], tuple[Diagnostic, ...]]:
    """Every policy that the paths name, once and in order, and what could not be read.

    A file is taken as it is; a folder gives every `*.sla` below it, sorted, hidden folders left out.
    """
    sources: dict[Path, Source] = {}
    findings: list[Diagnostic] = []
    for path in paths:
        for file in [path] if not path.is_dir() else list(_below(path)) or [None]:
            if file is None:
                findings.append(
                    Diagnostic(
                        code="no-policies",
                        message=f"`{path}` holds no policy",
                        help=f"a policy is a file whose name ends in `{SUFFIX}`",
                    )
                )
                continue
            read = read_policy(file)
            if isinstance(read, Diagnostic):
                findings.append(read)
            else:
                sources.setdefault(file.resolve(), read)
    return tuple(sources.values()), tuple(findings)


def read_policy(path: Path) -> Source | Diagnostic:
    """One file as text, or why it is none."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        return _missing(path)
    except IsADirectoryError:
        return Diagnostic(code="folder-for-file", message=f"`{path}` is a folder, and a file is wanted here")
    except (OSError, ValueError) as error:
        reason = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        return Diagnostic(code="unreadable-file", message=f"`{path}` cannot be read: {reason.lower()}")
    if len(content) > LARGEST:
        return Diagnostic(
            code="file-too-large",
            message=f"`{path}` is larger than {LARGEST // 1024**2} MB, and no policy is",
            help="split it into several files; a folder is read as one policy set",
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _not_text(path, f"byte {error.start + 1} is not UTF-8")
    if "\0" in text:
        return _not_text(path, f"character {text.index(chr(0)) + 1} is a zero byte")
    return Source(name=str(path), text=text)


def _below(folder: Path) -> Iterator[Path]:
    found: list[Path] = []
    for here, folders, files in os.walk(folder):
        folders[:] = [each for each in folders if not each.startswith(".")]
        found += [Path(here, each) for each in files if each.endswith(SUFFIX) and not each.startswith(".")]
    yield from sorted(found)


def _missing(path: Path) -> Diagnostic:
    folder = path.parent
    try:
        near = nearest(path.name, sorted(each.name for each in folder.iterdir()))
    except OSError:
        near = None
    return Diagnostic(
        code="no-such-file",
        message=f"there is no file or folder `{path}`",
        help=None if near is None else f"did you mean `{folder / near}`?",
    )


def _not_text(path: Path, why: str) -> Diagnostic:
    return Diagnostic(
        code="not-text",
        message=f"`{path}` is not text: {why}",
        help="a policy is plain text in UTF-8",
    )


def sorted_out(words: Sequence[str]) -> tuple[list[Path], list[str]]:
    """Policies and names; the first word is a policy even if it is not there, so that it can be missed."""
    files, names = [Path(words[0])], list[str]()
    for word in words[1:]:
        if "/" in word or word.endswith(SUFFIX) or Path(word).exists():
            files.append(Path(word))
        else:
            names.append(word)
    return files, names
