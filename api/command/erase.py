"""`troth erase`: what facts say is removed on legal demand, unless a hold keeps it."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from api.command.console import Console
from api.command.exits import Exit
from api.command.options import field_value
from api.command.tenant_archive import asked, show_faults, take_archive_and_actor, tenant_of
from api.command.words import plural
from engine.model.erasure import Erased, ErasureOrder, Selection
from engine.model.instants import iso_text
from engine.model.tenancy import Refused

DESCRIPTION = """Remove what facts say from a tenant, in all their versions, for ever.

That there were such facts, since when they were known, and salted digests of what they said stay, so that
`troth ledger verify` still proves the rest; the ledger says who erased them, why and on which ground. KEYs
are of facts of KIND; --keys-from reads them from a file, --where takes each fact of which a version says so.
--with-keys removes the keys, too. What a legal hold covers is not erased, nor is anything beside it. The
archive's files are written anew; back-ups and copies of it are for you to see to."""
EXAMPLE = """troth erase visit v-17 --archive acme.duckdb --actor ann \\
      --reason "letter of 3 March" --ground "GDPR Art. 17(1)(b)\""""
EXITS = """exit codes:
  0  everything was erased, or had been before
  1  it was erased, and may still lie in the archive's files: they could not be written anew now
  2  nothing was erased: a hold, a key, the archive or the command is not as it must be
"""


def arguments(parser: ArgumentParser) -> None:
    """Which facts, the archive, who acts and why."""
    parser.add_argument("kind", metavar="KIND", help="the kind of the facts")
    parser.add_argument("keys", nargs="*", metavar="KEY", help="the key of a fact; as many as there are")
    parser.add_argument("--keys-from", type=Path, metavar="FILE", help="more keys, one on each line")
    parser.add_argument(
        "--where", type=field_value, metavar="FIELD=TEXT", help="the facts of which any version says this"
    )
    parser.add_argument("--reason", required=True, metavar="WORDS", help="why, as the ledger will say")
    parser.add_argument(
        "--ground",
        required=True,
        metavar="WORDS",
        help="the law or duty that demands it, as the ledger will say",
    )
    parser.add_argument("--with-keys", action="store_true", help="remove the keys of the facts, too")
    take_archive_and_actor(parser)
    parser.add_argument("--no-color", action="store_true", help="no colour, even on a terminal")


def run(options: Namespace, console: Console) -> Exit:
    """Erase, and say what was."""
    from engine.store.archive import ArchiveError

    try:
        keys = (*options.keys, *_keys_in(options.keys_from))
    except (OSError, UnicodeDecodeError) as error:
        console.note(f"troth erase: `{options.keys_from}` cannot be read: {error}")
        return Exit.NOT_EVALUATED
    order = ErasureOrder(
        selection=Selection(kind=options.kind, keys=keys, where=options.where),
        reason=options.reason,
        ground=options.ground,
        with_keys=options.with_keys,
    )
    try:
        with tenant_of(options) as tenant:
            erased = tenant.erase(order, asked(options))
    except ArchiveError as error:
        console.note(f"troth erase: {error}")
        return Exit.NOT_EVALUATED
    if isinstance(erased, Refused):
        show_faults("erase", "what was named", erased, console, done="erased")
        return Exit.NOT_EVALUATED
    return show_erased(erased, order.selection.kind, console)


def show_erased(erased: Erased, kind: str, console: Console) -> Exit:
    """Say what was erased, and whether its files are clean."""
    if erased.entry is None:
        console.print(f"nothing was left to erase of these facts of `{kind}`")
    else:
        facts, versions = plural(erased.facts, "fact"), plural(erased.versions, "version")
        console.print(
            f"erased {facts} of `{kind}` in {versions}; entry {erased.entry} of the ledger,"
            f" at {iso_text(erased.erased_at)}"
        )
    if erased.is_scrubbed:
        return Exit.KEPT
    console.note(
        "troth: what was erased may still lie in the files of the archive, which could not be written anew"
        " now: that is tried again whenever the archive is opened to be written to"
    )
    return Exit.BREACHED


def _keys_in(path: Path | None) -> tuple[str, ...]:
    if path is None:
        return ()
    return tuple(line for line in path.read_text(encoding="utf-8").splitlines() if line)
