"""Arguments that several verbs share, and their wording."""

import re
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import UTC, datetime
from pathlib import Path

from engine.model.dependency import NodeKind
from engine.model.erasure import FieldValue
from engine.model.instants import EARLIEST, LATEST, instant_of, parse_instant
from engine.model.quantity import Instant

GOOD_INSTANT = "2025-04-01T00:00:00Z or 2025-04-01T02:00:00+02:00"


def instant(text: str) -> Instant:
    """An instant with its offset, as an argument."""
    found = parse_instant(text)
    if found is None:
        raise ArgumentTypeError(f"`{text}` is not an instant; write one like {GOOD_INSTANT}")
    return _within_reach(found, text)


def _within_reach(found: Instant, text: str) -> Instant:
    # What is measured ends with the instant of evaluation, and the way to the year 9999 fills the memory.
    if not EARLIEST <= found < LATEST:
        raise ArgumentTypeError(f"`{text}` lies outside of the years 1970 to 2199")
    return found


def day_or_instant(text: str) -> Instant:
    """An instant, or a date: the beginning of that day in UTC."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        try:
            found = instant_of(datetime.fromisoformat(text).replace(tzinfo=UTC))
        except ValueError as error:
            raise ArgumentTypeError(f"`{text}` is not a date: {error}") from error
        return _within_reach(found, text)
    return instant(text)


def hops(text: str) -> int:
    """How many edges away, as an argument."""
    if text.isascii() and text.isdigit():
        return int(text)
    raise ArgumentTypeError(f"`{text}` is no number of edges")


def port(text: str) -> int:
    """A TCP port, as an argument; 0 lets the system choose."""
    if text.isascii() and text.isdigit() and int(text) < 2**16:
        return int(text)
    raise ArgumentTypeError(f"`{text}` is not a port; write a number from 0 to {2**16 - 1}")


def take_policies(parser: ArgumentParser, *, needed: bool = True) -> None:
    """Add POLICIES."""
    parser.add_argument(
        "policies",
        nargs="+" if needed else "*",
        type=Path,
        metavar="POLICIES",
        help="policy files, or folders that hold *.sla",
    )


def take_facts(parser: ArgumentParser, *, needed: bool = True) -> None:
    """Add --facts and what to do with bad rows."""
    parser.add_argument(
        "--facts",
        required=needed,
        type=Path,
        metavar="DIR",
        help="the folder that holds KIND.csv, KIND.ndjson, …",
    )
    bad_rows = parser.add_mutually_exclusive_group()
    bad_rows.add_argument(
        "--reject-rows",
        action="store_true",
        help="evaluate without the rows that are refused, and exit with 2 (the default)",
    )
    bad_rows.add_argument(
        "--all-or-nothing",
        action="store_true",
        help="evaluate nothing if any row is refused",
    )


def take_instants(parser: ArgumentParser, *, needed: bool = True) -> None:
    """Add --as-of and --known-at."""
    parser.add_argument(
        "--as-of",
        required=needed,
        type=instant,
        metavar="INSTANT",
        help="what time it is, e.g. 2025-04-01T00:00:00Z",
    )
    parser.add_argument(
        "--known-at",
        type=instant,
        metavar="INSTANT",
        help="judge by what had been recorded by then (default: everything)",
    )


def take_judged(parser: ArgumentParser) -> None:
    """Add what is judged, and when: POLICIES, --facts and the instants, or an --archive."""
    take_policies(parser, needed=False)
    take_facts(parser, needed=False)
    parser.add_argument(
        "--archive",
        metavar="FILE_OR_URL",
        help="judge by what a tenant keeps, which is only read; without --as-of as of now",
    )
    take_tenant(parser)
    take_instants(parser, needed=False)


def take_day(parser: ArgumentParser) -> None:
    """Add --as-of, which may be a date."""
    parser.add_argument(
        "--as-of",
        type=day_or_instant,
        metavar="DATE",
        help="a date, which is its beginning in UTC, or an instant",
    )


def take_format(parser: ArgumentParser, *more: str) -> None:
    """Add --format and --no-color."""
    parser.add_argument(
        "--format", choices=("text", "json", "markdown", *more), default="text", help="default: text"
    )
    parser.add_argument("--no-color", action="store_true", help="no colour, even on a terminal")


def take_output(parser: ArgumentParser) -> None:
    """Add --output."""
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="write the answer there, whole or not at all"
    )


def take_archive(parser: ArgumentParser) -> None:
    """Add ARCHIVE and --tenant."""
    parser.add_argument("archive", metavar="ARCHIVE", help="a file, or the URL of a PostgreSQL")
    take_tenant(parser)


def take_tenant(parser: ArgumentParser) -> None:
    """Add --tenant."""
    parser.add_argument(
        "--tenant", default="main", metavar="NAME", help="whose it is, in a PostgreSQL (default: main)"
    )


def field_value(text: str) -> FieldValue:
    """What a field says, as an argument."""
    field, equals, value = text.partition("=")
    if not field or not equals:
        raise ArgumentTypeError("what a field says is written FIELD=TEXT")
    return FieldValue(field=field, value=value)


def actor(text: str) -> str:
    """Who acts, as an argument."""
    if not text.strip() or len(text) > 200 or any(not each.isprintable() for each in text):
        raise ArgumentTypeError("who acts is a name of at most 200 characters")
    return text


def take_actor(parser: ArgumentParser, *, needed: bool = True) -> None:
    """Add --actor: nobody is guessed, for the ledger says it for ever."""
    parser.add_argument(
        "--actor", required=needed, type=actor, metavar="NAME", help="who acts, as the ledger will say"
    )


def take_keys(parser: ArgumentParser) -> None:
    """Add --key."""
    parser.add_argument(
        "--key",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="the ledger's public keys, one on each line; repeat it for more files",
    )


def take_text_or_json(parser: ArgumentParser) -> None:
    """Add --format, of text and JSON only, and --no-color."""
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    parser.add_argument("--no-color", action="store_true", help="no colour, even on a terminal")


def take_limits(parser: ArgumentParser) -> None:
    """Add --most-degree and --kind, which limit an answer but not its counts."""
    parser.add_argument(
        "--most-degree", type=hops, metavar="N", help="leave out what is more than N hops away"
    )
    take_kinds(parser, "leave out all but this kind; may be said again")


def take_kinds(parser: ArgumentParser, help: str) -> None:
    """Add --kind, which may be said again."""
    parser.add_argument(
        "--kind",
        action="append",
        choices=[each.value for each in NodeKind],
        metavar="KIND",
        help=help,
    )


def kinds_of(options: Namespace) -> tuple[NodeKind, ...] | None:
    """The kinds that --kind says."""
    return None if options.kind is None else tuple(NodeKind(each) for each in options.kind)
