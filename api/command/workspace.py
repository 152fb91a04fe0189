"""What every judging verb begins with: a sound policy set, and a store that holds the facts."""

from argparse import Namespace
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from api.command.clock import now
from api.command.console import Console
from api.command.policy_files import read_policies
from api.command.words import plural
from engine import pipeline
from engine.diagnostic import Level
from engine.model.instants import instant_of
from engine.model.quantity import Instant
from engine.model.snapshot import Snapshot
from engine.source import Source

if TYPE_CHECKING:
    from engine.facts.admission import Admission
    from engine.store.database import Store
    from engine.tenant.judging import Held

REFUSALS_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A sound policy set and what came of reading its facts: from files, or from what a tenant keeps.

    What a tenant keeps was admitted when it was fed. Of that `admission.refused` are the versions that the
    policies in use admit no more; nothing can be mended there, so that they are told and are no error.
    """

    checked: pipeline.Checked
    snapshot: Snapshot
    store: "Store"
    admission: "Admission"
    is_kept: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether every row of every file was admitted."""
        return self.is_kept or self.admission.is_whole


def kept_workspace(held: "Held") -> Workspace:
    """The policies and facts of a tenant."""
    from engine.facts.admission import Admission

    # Every kind may have facts: what there is of each was not counted.
    admitted = dict.fromkeys(held.snapshot.kinds, 0)
    admission = Admission(admitted=admitted, refused=held.unheld, diagnostics=())
    return Workspace(
        checked=held.checked, snapshot=held.snapshot, store=held.store, admission=admission, is_kept=True
    )


def sound_policies(paths: Sequence[Path], console: Console) -> tuple[Snapshot | None, Mapping[str, Source]]:
    """The policy set, or, if anything is wrong with it, none; what was found is shown either way."""
    checked = checked_policies(paths, console)
    return checked.snapshot, checked.sources


def checked_policies(
    paths: Sequence[Path], console: Console, *, errors_only: bool = False
) -> pipeline.Checked:
    """The policy set after checking; what was found is shown, and if anything is wrong it has no snapshot."""
    sources, unread = read_policies(paths)
    checked = pipeline.check(sources)
    levels = (Level.ERROR,) if errors_only else (Level.ERROR, Level.WARNING)
    shown = (each for each in checked.diagnostics if each.level in levels)
    console.findings((*unread, *shown), checked.sources)
    return replace(checked, snapshot=None) if unread else checked


def asked_instant(options: Namespace, snapshot: Snapshot) -> Instant:
    """What --as-of says, else the day on which the newest agreement came into force."""
    if options.as_of is not None:
        at: Instant = options.as_of
        return at
    return usual_instant(snapshot)


def usual_instant(snapshot: Snapshot) -> Instant:
    """When nobody says what time it is: the day on which the newest agreement came into force.

    It begins in UTC, or where the newest agreements are behind that, when the last of them has begun.
    """
    first = max((each.term.start for each in snapshot.agreements.values()), default=None)
    if first is None:
        return 0
    zones = {each.zone for each in snapshot.agreements.values() if each.term.start == first}
    return max(instant_of(datetime.combine(first, time(), ZoneInfo(zone))) for zone in ("UTC", *zones))


@contextmanager
def workspace(options: Namespace, console: Console) -> Generator[Workspace | None]:
    """Policies checked and facts admitted; nothing if there is nothing to judge."""
    checked = checked_policies(options.policies, console)
    if checked.snapshot is None:
        yield None
        return
    with admitted(checked, checked.snapshot, options, console) as ready:
        yield ready


@contextmanager
def judged_workspace(options: Namespace, console: Console) -> Generator[Workspace | None]:
    """The same for a verb that may judge by what the tenant of an --archive keeps, too."""
    if (said := _at_odds(options)) is not None:
        console.note(f"troth: {said}")
        yield None
        return
    with (workspace if options.archive is None else _kept)(options, console) as ready:
        yield ready


def _at_odds(options: Namespace) -> str | None:
    """What of the command does not go together."""
    if options.archive is None:
        if options.policies and options.facts is not None and options.as_of is not None:
            return None
        return "say POLICIES, --facts DIR and --as-of INSTANT, or --archive FILE_OR_URL"
    if options.policies or options.facts is not None or options.reject_rows or options.all_or_nothing:
        return "an --archive has its policies and facts: say only --tenant, --as-of and --known-at with it"
    if options.known_at is not None and options.known_at > now():
        return "--known-at lies ahead: nobody knows that yet"
    return None


@contextmanager
def _kept(options: Namespace, console: Console) -> Generator[Workspace | None]:
    """The policies and facts of the tenant of --archive, which is only read."""
    from api.command.ledger_files import UnusableError, opened
    from engine.store.archive import ArchiveError
    from engine.tenant.archive_to_held import held_of

    if options.as_of is None:
        options.as_of = now()
    with ExitStack() as open_things:
        try:
            archive = open_things.enter_context(opened(options))
            held = held_of(archive, open_things.enter_context(pipeline.open_store()), options.known_at)
        except (UnusableError, ArchiveError) as error:
            console.note(f"troth: {error}")
            yield None
            return
        if held is None:
            when = "have" if options.known_at is None else "had"
            console.note(f"troth: no policies {when} been published{'' if when == 'have' else ' by then'}")
            yield None
            return
        ready = kept_workspace(held)
        if many := ready.admission.refused_rows:
            what = f"{plural(many, 'version')} of facts"
            console.note(f"the policies in use do not admit {what}: no verdict rests on them")
        yield ready


@contextmanager
def admitted(
    checked: pipeline.Checked, snapshot: Snapshot, options: Namespace, console: Console
) -> Generator[Workspace | None]:
    """The facts admitted beside sound policies; nothing if nothing can be judged by them."""
    with pipeline.open_store() as store:
        with console.progress() as progress:
            admission = pipeline.admit_facts(
                snapshot, options.facts, store, all_or_nothing=options.all_or_nothing, progress=progress
            )
        _show(admission, checked.sources, console)
        # Without a file of outages everything would look up: no verdict is better than that one.
        if admission.misses_a_file or (options.all_or_nothing and not admission.is_whole):
            yield None
            return
        if options.known_at is not None and (findings := pipeline.unrecorded(snapshot, store)):
            console.findings(findings)
            yield None
            return
        yield Workspace(checked=checked, snapshot=snapshot, store=store, admission=admission)


def _show(admission: "Admission", sources: Mapping[str, Source], console: Console) -> None:
    console.findings(admission.diagnostics, sources)
    for refused in admission.refused[:REFUSALS_SHOWN]:
        column = "" if refused.column is None else f", column `{refused.column}`"
        console.note(f"refused[{refused.code}]: {refused.file}, row {refused.row}{column}: {refused.reason}")
    if admission.refused:
        more = len(admission.refused) - REFUSALS_SHOWN
        rest = f"; {more:,} more reasons are not shown" if more > 0 else ""
        console.note(f"{plural(admission.refused_rows, 'row')} refused{rest}")
