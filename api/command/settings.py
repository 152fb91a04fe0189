"""What `troth serve` can be told by its options, by the environment and by a file: every key, once."""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import cast

from api.operation.log import LogFormat, LogLevel
from engine.store.shown_place import shown_place

PREFIX = "TROTH_"
TENANTS = "tenants"
TENANT_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
BY_FILE = "_file"
"""A tenant's place may hold a password: with this behind its name, the place is read from a file."""

LONGEST_SECONDS = 3_600
MOST = 2_000_000_000
MOST_DRAFTS = 64
LEAST_MEMORY = 256
LARGEST_COST = 250_000
"""What the dearest document costs that is answered (`api.graphql.limits.MOST`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a server listens."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches it."""
        return self.host == "localhost" or ipaddress.ip_address(self.host).is_loopback

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One key: `read` makes a value of its text, or raises a ValueError whose message says what it must be.
    `dest` is what the options of the command call it, `default` what is in force where nothing is said."""

    key: str
    dest: str
    read: Callable[[str], object]
    default: object = None
    is_list: bool = False
    is_path: bool = False

    @property
    def variable(self) -> str:
        """What the environment calls it."""
        return PREFIX + self.key.replace(".", "_").upper()


def read_address(text: str) -> Address:
    """HOST:PORT, an IPv6 address in brackets."""
    host, mark, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]") if host.startswith("[") else host
    try:
        if host != "localhost":
            ipaddress.ip_address(host)
        if mark and port.isascii() and port.isdigit() and int(port) < 2**16:
            return Address(host=host, port=int(port))
    except ValueError:
        pass
    raise ValueError(
        "it is an address and a port, like 127.0.0.1:8000 or [::1]:8000; port 0 takes a free one"
    )


def read_seconds(text: str) -> int:
    """A whole number of seconds."""
    if text.isascii() and text.isdigit() and 0 < int(text) <= LONGEST_SECONDS:
        return int(text)
    raise ValueError(f"it is a whole number of seconds, 1 to {LONGEST_SECONDS:,}")


def read_most(text: str) -> int:
    """How much at most; 0: as much as one wants."""
    if text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= MOST:
        return int(text)
    raise ValueError(f"it is a whole number up to {MOST:,}, and 0 sets no limit")


def read_drafts(text: str) -> int:
    """How many drafts are judged at a time: each takes a process of its own."""
    if text.isascii() and text.isdigit() and len(text) <= 3 and 0 < int(text) <= MOST_DRAFTS:
        return int(text)
    raise ValueError(f"it is a whole number, 1 to {MOST_DRAFTS}: so many processes judge drafts")


def read_points(text: str) -> int:
    """How many points in a minute; a document that is allowed at all must be answered some time."""
    points = read_most(text)
    if points and points < LARGEST_COST:
        raise ValueError(
            f"one document may cost {LARGEST_COST:,} points: let it be so many, or 0 for no limit"
        )
    return points


def read_memory(text: str) -> int:
    """Megabytes of memory for a database."""
    if text.isascii() and text.isdigit() and len(text) <= 7 and int(text) >= LEAST_MEMORY:
        return int(text)
    raise ValueError(f"it is a whole number of megabytes, {LEAST_MEMORY} at least")


def read_switch(text: str) -> bool:
    """Yes or no."""
    if text in ("true", "false"):
        return text == "true"
    raise ValueError("it is true or false")


def read_level(text: str) -> LogLevel:
    """What is logged."""
    if text in [each.value for each in LogLevel]:
        return LogLevel(text)
    raise ValueError(f"it is one of {', '.join(LogLevel)}")


def read_format(text: str) -> LogFormat:
    """How it is written."""
    if text in [each.value for each in LogFormat]:
        return LogFormat(text)
    raise ValueError(f"it is one of {', '.join(LogFormat)}")


def read_actor(text: str) -> str:
    """Who acts."""
    if text.strip() and len(text) <= 200 and text.isprintable():
        return text
    raise ValueError("who acts is a name of at most 200 characters")


def read_host_name(text: str) -> str:
    """A name under which the server is asked; `*` is any."""
    if text == "*" or re.fullmatch(r"(\*\.)?[A-Za-z0-9_.:\[\]-]{1,253}", text):
        return text
    raise ValueError("it is the name of a host, `*.` and the end of one, or `*` for any")


def read_network(text: str) -> IPv4Network | IPv6Network:
    """A network beside the public ones that webhooks may tell."""
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        raise ValueError("it is a network like 10.1.0.0/16, or one address") from None


def read_place(text: str) -> str:
    """Where an archive lies."""
    if text.strip():
        return text
    raise ValueError("it is the path of a file, or the URL of a PostgreSQL")


SETTINGS = (
    Setting(key="listen", dest="listen", read=read_address, default=Address(host="127.0.0.1", port=8000)),
    Setting(key="hosts", dest="hosts", read=read_host_name, default=(), is_list=True),
    Setting(key="actor", dest="actor", read=read_actor),
    Setting(key="sign", dest="sign", read=Path, is_path=True),
    Setting(key="tokens.issuers", dest="tokens", read=Path, is_path=True),
    Setting(key="tokens.key", dest="token_key", read=Path, is_path=True),
    Setting(key="tokens.open", dest="open", read=read_switch, default=False),
    Setting(key="persisted.documents", dest="persisted", read=Path, is_path=True),
    Setting(key="persisted.only", dest="persisted_only", read=read_switch, default=False),
    Setting(key="webhooks.key", dest="webhook_key", read=Path, is_path=True),
    Setting(key="webhooks.allow", dest="webhook_allow", read=read_network, default=(), is_list=True),
    Setting(key="limits.answer_seconds", dest="answer_seconds", read=read_seconds, default=10),
    Setting(key="limits.stop_seconds", dest="stop_seconds", read=read_seconds, default=30),
    Setting(key="limits.requests_per_minute", dest="requests_per_minute", read=read_most, default=60_000),
    Setting(key="limits.points_per_minute", dest="points_per_minute", read=read_points, default=100_000_000),
    Setting(key="limits.exports", dest="exports", read=read_most, default=4),
    Setting(key="limits.drafts", dest="drafts", read=read_drafts, default=2),
    Setting(key="limits.database_megabytes", dest="database_megabytes", read=read_memory),
    Setting(key="log.level", dest="log_level", read=read_level, default=LogLevel.INFO),
    Setting(key="log.format", dest="log_format", read=read_format, default=LogFormat.TEXT),
)
"""Every key but those of tenants, which are names of their own."""


def shown(value: object) -> str:
    """A value as TOML writes it, without passwords."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple):
        return f"[{', '.join(shown(each) for each in cast('tuple[object, ...]', value))}]"
    text = shown_place(str(value)).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
