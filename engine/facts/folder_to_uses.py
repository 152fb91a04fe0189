"""A folder of facts to what each of its files is read as: by a feed, or as the kind whose name it bears."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

from engine.diagnostic import Diagnostic, Level
from engine.facts.file_to_table import READERS
from engine.facts.spelling import meant
from engine.model.fact import FactKind
from engine.model.feed import Feed
from engine.model.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A file, by its path from the folder, as one kind; without a feed because it bears the kind's name."""

    file: str
    kind: FactKind
    feed: Feed | None


def find_uses(snapshot: Snapshot, folder: Path) -> tuple[tuple[Use, ...], tuple[Diagnostic, ...]]:
    """What the files of a folder are read as, in order of their names, and what is wrong with either."""
    if not folder.is_dir():
        what = "is a file, not a folder" if folder.exists() else "does not exist"
        return (), (_no_folder(folder, what),)
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        return (), (_no_folder(folder, f"cannot be read: {(error.strerror or 'no reason given').lower()}"),)
    diagnostics: list[Diagnostic] = []
    uses: list[Use] = []
    for _, feed in sorted(snapshot.feeds.items()):
        path = PurePath(feed.file)
        if path.is_absolute() or ".." in path.parts:
            diagnostics.append(_outside(feed))
        else:
            uses.append(Use(file=path.as_posix(), kind=snapshot.kinds[feed.kind], feed=feed))
    fed = {use.file for use in uses}
    for path in paths:
        if path.name in fed or path.name.startswith("."):
            continue
        kind = snapshot.kinds.get(path.stem)
        if path.suffix.lower() in READERS and kind is not None and kind.derived:
            diagnostics.append(_derived(path))
        elif path.suffix.lower() in READERS and kind is not None:
            uses.append(Use(file=path.name, kind=kind, feed=None))
        else:
            diagnostics += _stray(path, snapshot.kinds)
    return tuple(sorted(uses, key=lambda use: use.file)), tuple(diagnostics)


def _stray(path: Path, kinds: Mapping[str, FactKind]) -> Iterator[Diagnostic]:
    """A warning about a file that looks like facts and is not read."""
    if path.suffix.lower() in READERS:
        yield Diagnostic(
            code="facts-file-unread",
            level=Level.WARNING,
            message=f"`{path.name}` is not read: no kind is called `{path.stem}`, and no feed names the file",
            help=meant(path.stem, kinds),
        )
    elif path.stem in kinds and path.is_file():
        yield Diagnostic(
            code="facts-file-unread",
            level=Level.WARNING,
            message=f"`{path.name}` is not read: its name does not end as that of a format of facts",
            help=f"the formats are {', '.join(READERS)}",
        )


def _derived(path: Path) -> Diagnostic:
    """What follows from verdicts cannot be fed: nobody could say which of the two held (S9)."""
    return Diagnostic(
        code="facts-file-derived",
        message=f"`{path.name}` is not read: facts of `{path.stem}` follow from verdicts and are never fed",
        help="feed the facts from which the verdict follows, or declare a kind of another name",
    )


def _no_folder(folder: Path, what: str) -> Diagnostic:
    return Diagnostic(
        code="facts-folder",
        message=f"the folder of facts `{folder}` {what}",
        help="name a folder that holds files such as `outage.csv`",
    )


def _outside(feed: Feed) -> Diagnostic:
    return Diagnostic(
        code="feed-file-outside",
        message=f"the feed `{feed.name}` reads `{feed.file}`, which leads out of the folder of facts",
        labels=((feed.span, "this feed"),),
        help="name the file by its path from the folder of facts",
    )
