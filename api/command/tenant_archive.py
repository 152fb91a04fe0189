"""The tenant of --archive, open for a verb that keeps what it is given."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from api.command.clock import now
from api.command.console import Console
from api.command.options import take_actor, take_tenant
from engine.model.tenancy import Refused, Request

if TYPE_CHECKING:
    from engine.tenant.tenant import Tenant

FAULTS_SHOWN = 20


def take_archive_and_actor(parser: ArgumentParser) -> None:
    """Add --archive, --tenant and --actor."""
    parser.add_argument(
        "--archive", required=True, metavar="FILE_OR_URL", help="a file, or the URL of a PostgreSQL"
    )
    take_tenant(parser)
    take_actor(parser)


@contextmanager
def tenant_of(options: Namespace, *, makes: bool = False) -> Generator[Tenant]:
    """The tenant; one that is not there is made only by a verb that `makes` it.

    Raises ArchiveError where it cannot be had.
    """
    from engine.store.archive import ArchiveError
    from engine.store.open_archive import open_archive
    from engine.store.shown_place import shown_place
    from engine.tenant.tenant import Tenant

    location: str = options.archive
    if not makes and "://" not in location and not Path(location).is_file():
        raise ArchiveError(f"there is no archive `{shown_place(location)}`: publish policies to it first")
    with Tenant(open_archive(location, now, tenant=options.tenant)) as tenant:
        yield tenant


def asked(options: Namespace) -> Request:
    """A request that is done once: whoever types the command again means another."""
    return Request(actor=options.actor, key=f"command {uuid4()}")


def show_faults(verb: str, what: str, refused: Refused, console: Console, *, done: str = "kept") -> None:
    """Why nothing was `done`; a fault names the key that it is about: a row's number is that of a batch."""
    for each in refused.faults[:FAULTS_SHOWN]:
        console.note(f"refused[{each.code}]: {what}: {each.message}")
    more = len(refused.faults) - FAULTS_SHOWN
    rest = f"; {more:,} more reasons are not shown" if more > 0 else ""
    console.note(f"troth {verb}: nothing of {what} was {done}{rest}")
