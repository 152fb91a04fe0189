"""`troth token`: a token for whoever asks a server on this machine, signed by a key beside the archive."""

import re
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path

from api.command.clock import now
from api.command.console import Console
from api.command.exits import Exit
from api.command.options import actor
from api.command.secret_files import is_open_to_others, keep_secret
from engine.model.instants import iso_text
from engine.model.principal import NARROWED, ApiRole, Principal
from engine.model.quantity import SECOND

UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
LONGEST = 366 * UNITS["d"]
USUAL = 8 * UNITS["h"]

DESCRIPTION = """Make a token that `troth serve` takes, for development and for machines at hand.

It is signed with the key beside the archive, FILE.token-key, or with that of --key; if there is none yet, it
is made, for its owner to read alone: whoever has it can make tokens for everything. A customer sees what its
parties, the --party of the policies, are promised; a supplier what they promise in contracts beneath. The
token is printed and kept nowhere; nothing takes it back before its time is over but another key.

With --calendar it opens that one calendar and nothing else, for programs that take nothing but an address:
https://…/calendar/NAME.ics?token=TOKEN, or at /t/TENANT/calendar/… of a server of several tenants."""
EXAMPLE = "troth token --archive acme.duckdb --role governance --as ann --for 8h"
EXITS = """exit codes:
  0  the token was printed
  2  it could not be made
"""


def duration(text: str) -> int:
    """Seconds, as an argument."""
    found = re.fullmatch(r"(\d{1,9})([smhd])", text)
    seconds = int(found[1]) * UNITS[found[2]] if found else 0
    if not 0 < seconds <= LONGEST:
        raise ArgumentTypeError(f"`{text}` is no time; write one like 30m, 8h or 7d, 366d at most")
    return seconds


def key_beside(location: str) -> Path | None:
    """Where the key of an archive is, or is to be; None for one that is no file."""
    return None if "://" in location else Path(f"{location}.token-key")


def arguments(parser: ArgumentParser) -> None:
    """Which key signs, and what the token says."""
    parser.add_argument("--archive", metavar="FILE", help="the archive that is served")
    parser.add_argument(
        "--key", type=Path, metavar="FILE", help="the key that signs, made if it is not there"
    )
    parser.add_argument(
        "--role",
        action="append",
        required=True,
        choices=[each.value for each in ApiRole],
        metavar="ROLE",
        help=f"one of {', '.join(ApiRole)}; may be said again",
    )
    parser.add_argument(
        "--party", action="append", default=[], metavar="NAME", help="whom it speaks for; may be said again"
    )
    parser.add_argument(
        "--tenant",
        action="append",
        metavar="NAME",
        help="which tenant it lets into (default: every one that the server has); may be said again",
    )
    parser.add_argument(
        "--for",
        dest="seconds",
        type=duration,
        metavar="TIME",
        help="how long it is good, such as 30m, 8h or 7d (default: 8h; for a calendar 366d)",
    )
    parser.add_argument(
        "--calendar",
        metavar="NAME",
        help="open nothing but the calendar of this role or party, or `all`",
    )
    parser.add_argument(
        "--as",
        dest="identity",
        required=True,
        type=actor,
        metavar="NAME",
        help="who asks, as the ledger will say",
    )
    parser.add_argument("--no-color", action="store_true", help="no colour, even on a terminal")


def run(options: Namespace, console: Console) -> Exit:
    """Make the key if there is none, and print the token."""
    from api.tokens.keys import UnusableKeysError
    from api.tokens.own_key import mint, new_key

    key = options.key or (None if options.archive is None else key_beside(options.archive))
    principal = Principal(
        identity=options.identity,
        roles=frozenset(ApiRole(each) for each in options.role),
        parties=frozenset(options.party),
        tenants=None if options.tenant is None else frozenset(options.tenant),
    )
    if said := _at_odds(options, key, principal):
        console.note(f"troth token: {said}")
        return Exit.NOT_EVALUATED
    assert isinstance(key, Path), "without a key, what was said is at odds"
    try:
        if not key.exists():
            keep_secret(key, new_key())
            console.note(f"troth token: `{key}` is the new key that signs; keep it to yourself")
        elif is_open_to_others(key):
            console.note(
                f"troth token: others may read `{key}`: take that from them (chmod 600), or a new key"
            )
            return Exit.NOT_EVALUATED
        at = now()
        seconds: int = options.seconds or (USUAL if options.calendar is None else LONGEST)
        token = mint(key, principal, now=at, seconds=seconds, calendar=options.calendar)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        console.note(f"troth token: `{key}` cannot be made: {reason}")
        return Exit.NOT_EVALUATED
    except UnusableKeysError as error:
        console.note(f"troth token: {error}")
        return Exit.NOT_EVALUATED
    console.print_data(token)
    console.note(f"good until {iso_text((at // SECOND + seconds) * SECOND)}")
    return Exit.KEPT


def _at_odds(options: Namespace, key: Path | None, principal: Principal) -> str | None:
    """What of the command does not go together."""
    if options.key is not None and options.archive is not None:
        return "say --archive, beside which the key is, or --key, not both"
    if key is None:
        beside = "beside a PostgreSQL there is no key" if options.archive else "no key is named"
        return f"{beside}: say --key FILE, and `troth serve --token-key FILE`"
    if principal.roles & NARROWED and not principal.parties:
        return "a customer or a supplier speaks for somebody: say --party"
    return None
