"""The files of a folder to facts in the store: every row is admitted whole, or refused with its reasons."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from engine.diagnostic import Diagnostic
from engine.facts.admission import Admission, Progress, RefusedRow
from engine.facts.columns_to_fields import match_columns
from engine.facts.contents import Contents
from engine.facts.file_to_table import read
from engine.facts.folder_to_uses import Use, find_uses
from engine.facts.table_to_facts import sift
from engine.facts.unfed_kinds import unfed_kinds
from engine.model.snapshot import Snapshot
from engine.store.database import Store


class WithdrawnError(Exception):
    """The run admits all or nothing and something was refused: undoes what the transaction has written."""


def admit_folder(
    snapshot: Snapshot,
    folder: Path,
    store: Store,
    *,
    all_or_nothing: bool = False,
    progress: Progress = lambda file, done, total: None,
) -> Admission:
    """Admit the facts of a folder: `KIND.csv` (or another format) holds that kind unless a feed reads it.

    A row is admitted whole or refused with every reason; a file whose columns are wrong is refused as a file.
    With `all_or_nothing`, one refusal keeps everything of this run out. Afterwards each kind of the snapshot
    has its table, with facts or without.
    """
    for kind in snapshot.kinds.values():
        store.create(kind)
    run = _Run(snapshot, store, progress)
    uses, diagnostics = find_uses(snapshot, folder)
    run.diagnostics += (*diagnostics, *(unfed_kinds(snapshot, uses) if folder.is_dir() else ()))
    try:
        with store.transaction():
            for file, together in groupby(uses, key=lambda use: use.file):
                run.read(folder / file, tuple(together))
            if all_or_nothing and run.admitted.total() and not run.admission.is_whole:
                raise WithdrawnError
    except WithdrawnError:
        run.withdraw()
    return run.admission


class _Run:
    """One run over a folder, and what came of it so far."""

    def __init__(self, snapshot: Snapshot, store: Store, progress: Progress) -> None:
        self.snapshot = snapshot
        self.store = store
        self.progress = progress
        self.admitted: Counter[str] = Counter()
        self.refused: list[RefusedRow] = []
        self.diagnostics: list[Diagnostic] = []

    def read(self, path: Path, uses: Sequence[Use]) -> None:
        """Admit the rows of one file as all that it is read as."""
        contents = read(path, uses[0].file)
        if isinstance(contents, Diagnostic):
            feeds = (use.feed.span for use in uses if use.feed is not None)
            labels = tuple((span, "read by this feed") for span in feeds)
            self.diagnostics.append(replace(contents, labels=labels))
            return
        for use in uses:
            self.admit(contents, use)

    def admit(self, contents: Contents, use: Use) -> None:
        """Admit the rows of one file as facts of one kind."""
        matching = match_columns(contents.table, use, self.snapshot)
        self.diagnostics += matching.diagnostics
        if matching.diagnostics:
            return
        corrects = use.feed is not None and use.feed.corrections
        taken = None if corrects else self.store.keys(use.kind)
        sifted = sift(contents, matching.sources, use, taken=taken, progress=self.progress)
        self.store.append(use.kind, sifted.table, corrections=corrects)
        self.admitted[use.kind.name] += len(sifted.table)
        self.refused += sifted.refused

    def withdraw(self) -> None:
        """Note that the store has none of it."""
        self.admitted.clear()
        self.diagnostics.append(
            Diagnostic(
                code="nothing-admitted",
                message="no fact of this run was admitted, because not all could be",
                help="mend what is refused, or admit the rest with `--reject-rows`",
            )
        )

    @property
    def admission(self) -> Admission:
        """What came of the run."""
        return Admission(
            admitted=dict(self.admitted),
            refused=tuple(self.refused),
            diagnostics=tuple(self.diagnostics),
        )


def known_at_findings(snapshot: Snapshot, store: Store) -> tuple[Diagnostic, ...]:
    """Why `known at` cannot be asked: each kind with facts that do not say when they were recorded (S2.5)."""
    return tuple(
        Diagnostic(
            code="known-at-unrecorded",
            message=f"`known at` cannot be asked: not all facts of `{name}` say when they were recorded",
            help="give its files a column `recorded_at`, or leave out `--known-at`",
        )
        for name in sorted(snapshot.kinds)
        if not snapshot.kinds[name].derived and not store.has_recorded_at(snapshot.kinds[name])
    )
