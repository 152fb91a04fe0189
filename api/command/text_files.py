"""Texts from disk: files as they are, folders by how names of files end, every failure a finding."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.diagnostic import Diagnostic
from engine.dsl.names import nearest
from engine.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class TextKind:
    """What texts are read: what one is called, the code of the finding that a folder holds none, how names of
    its files end, how many bytes it has at most, the remedies where it has more, or is no text, and its
    encoding, which says whether a byte order mark is a part of it."""

    noun: str
    code: str
    suffix: str
    largest: int
    encoding: str
    smaller: str
    plain: str


def read_texts(paths: Sequence[Path], kind: TextKind) -> tuple[tuple[Source, ...], tuple[Diagnostic, ...]]:
    """Every text that the paths name, once and in order, and what could not be read.

    A file is taken as it is; a folder gives every file below it whose name ends so, sorted, hidden folders
    left out.
    """
    sources: dict[Path, Source] = {}
    findings: list[Diagnostic] = []
    for path in paths:
        for file in [path] if not path.is_dir() else list(_below(path, kind.suffix)) or [None]:
            if file is None:
                findings.append(
                    Diagnostic(
                        code=kind.code,
                        message=f"`{path}` holds no {kind.noun}",
                        help=f"a {kind.noun} is a file whose name ends in `{kind.suffix}`",
                    )
                )
                continue
            read = read_text(file, kind)
            if isinstance(read, Diagnostic):
                findings.append(read)
            else:
                sources.setdefault(file.resolve(), read)
    return tuple(sources.values()), tuple(findings)


def read_text(path: Path, kind: TextKind) -> Source | Diagnostic:
    """One file as text, or why it is none."""
    try:
        with path.open("rb") as file:
            content = file.read(kind.largest + 1)
    except FileNotFoundError:
        return _missing(path)
    except IsADirectoryError:
        return Diagnostic(code="folder-for-file", message=f"`{path}` is a folder, and a file is wanted here")
    except (OSError, ValueError) as error:
        reason = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        return Diagnostic(code="unreadable-file", message=f"`{path}` cannot be read: {reason.lower()}")
    if len(content) > kind.largest:
        return Diagnostic(
            code="file-too-large",
            message=f"`{path}` is larger than {kind.largest // 1024**2} MB, and no {kind.noun} is",
            help=kind.smaller,
        )
    try:
        text = content.decode(kind.encoding)
    except UnicodeDecodeError as error:
        return _not_text(path, f"byte {error.start + 1} is not UTF-8", kind)
    if "\0" in text:
        return _not_text(path, f"character {text.index(chr(0)) + 1} is a zero byte", kind)
    return Source(name=str(path), text=text)


def _below(folder: Path, suffix: str) -> Iterator[Path]:
    found: list[Path] = []
    for here, folders, files in os.walk(folder):
        folders[:] = [each for each in folders if not each.startswith(".")]
        found += [Path(here, each) for each in files if each.endswith(suffix) and not each.startswith(".")]
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


def _not_text(path: Path, why: str, kind: TextKind) -> Diagnostic:
    return Diagnostic(code="not-text", message=f"`{path}` is not text: {why}", help=kind.plain)
