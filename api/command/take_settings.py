"""The options of `troth serve` that say what its configuration can say, too."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from pathlib import Path

from api.command.settings import (
    read_address,
    read_drafts,
    read_format,
    read_host_name,
    read_level,
    read_memory,
    read_most,
    read_network,
    read_points,
    read_seconds,
)


def take_settings(parser: ArgumentParser) -> None:
    """Add --config and --print-config, and the options that are only settings."""
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="settings in TOML (default: what TROTH_CONFIG names)"
    )
    parser.add_argument(
        "--print-config", action="store_true", help="show every setting in force and its origin, and stop"
    )
    parser.add_argument(
        "--listen",
        type=_argument(read_address),
        metavar="ADDRESS:PORT",
        help="default: 127.0.0.1:8000; another address needs tokens that are declared",
    )
    parser.add_argument(
        "--host-name",
        dest="hosts",
        action="append",
        default=[],
        type=_argument(read_host_name),
        metavar="NAME",
        help="a name under which it is asked, beside those of this machine; may be said again",
    )
    parser.add_argument(
        "--answer-seconds",
        type=_argument(read_seconds),
        metavar="N",
        help="how long an answer may take (default: 10)",
    )
    parser.add_argument(
        "--stop-seconds",
        type=_argument(read_seconds),
        metavar="N",
        help="how long what was accepted may take when it stops (default: 30)",
    )
    parser.add_argument(
        "--requests-per-minute",
        type=_argument(read_most),
        metavar="N",
        help="how many requests each who asks may send in a minute, 0 for any number (default: 60000)",
    )
    parser.add_argument(
        "--points-per-minute",
        type=_argument(read_points),
        metavar="N",
        help="what all they ask may cost in a minute, 0 for any amount (default: 100000000)",
    )
    parser.add_argument(
        "--exports",
        type=_argument(read_most),
        metavar="N",
        help="how many exports each may have made at a time, 0 for any number (default: 4)",
    )
    parser.add_argument(
        "--database-megabytes",
        type=_argument(read_memory),
        metavar="N",
        help="how much memory DuckDB may hold for each tenant (default: a quarter of this machine's, 1000 at"
        " most)",
    )
    parser.add_argument(
        "--persisted",
        type=Path,
        metavar="FOLDER_OR_FILE",
        help="GraphQL documents, in files that end in .graphql, which clients may ask for by their ids",
    )
    parser.add_argument(
        "--persisted-only", action="store_true", help="answer no other documents than those of --persisted"
    )
    parser.add_argument(
        "--drafts",
        type=_argument(read_drafts),
        metavar="N",
        help="how many drafts of policies are judged at a time, each in a process of its own (default: 2)",
    )
    parser.add_argument(
        "--webhook-key",
        type=Path,
        metavar="FILE",
        help="of what the secrets of webhooks are made (default: FILE.webhook-key beside each archive)",
    )
    parser.add_argument(
        "--webhook-allow",
        action="append",
        default=[],
        type=_argument(read_network),
        metavar="NETWORK",
        help="a network beside the public ones that webhooks may tell; may be said again",
    )
    parser.add_argument(
        "--log-level",
        type=_argument(read_level),
        metavar="LEVEL",
        help="debug, info, warning or error (default: info)",
    )
    parser.add_argument(
        "--log-format",
        type=_argument(read_format),
        metavar="FORMAT",
        help="json, an object on each line, or text (the default)",
    )


def _argument(read: Callable[[str], object]) -> Callable[[str], object]:
    """The same as an argument."""

    def argument(text: str) -> object:
        try:
            return read(text)
        except ValueError as error:
            raise ArgumentTypeError(f"`{text}`: {error}") from error

    return argument
