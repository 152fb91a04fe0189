"""Where an archive lies, as anybody may read it: the password of a PostgreSQL is never told."""

import re
from urllib.parse import unquote

MASK = "***"

POSTGRES = ("postgresql://", "postgres://")
"""How the URL of a PostgreSQL begins; whatever begins otherwise is a file's path."""

SECRET = frozenset({"password", "sslpassword"})
"""The parameters of a PostgreSQL's URL whose values are secrets."""

_URL = re.compile(r"[\w.+-]+://")
"""How a URL begins, also one of what no archive lies in: a mistake tells no password either."""

_USER_AND_PASSWORD = re.compile(r"^(?P<before>[\w.+-]+://[^:@/?#]*):(?P<password>.*)@", re.DOTALL)
"""A password that was not written in %-codes may hold anything: it ends with the last `@`."""


def shown_place(location: str) -> str:
    """A path as it is, a URL without its passwords.

    >>> shown_place("postgresql://ann:s3cret@db.example/troth?sslmode=require&password=other")
    'postgresql://ann:***@db.example/troth?sslmode=require&password=***'
    >>> shown_place("acme.duckdb")
    'acme.duckdb'
    """
    if not _URL.match(location):
        return location
    shown = _USER_AND_PASSWORD.sub(rf"\g<before>:{MASK}@", location)
    place, mark, query = shown.partition("?")
    parts = [_shown_parameter(each) for each in query.split("&")]
    return f"{place}{mark}{'&'.join(parts)}"


def without_secrets(text: str, location: str) -> str:
    """What somebody said about a location, without its passwords or pieces of them.

    A URL that is written wrongly is taken apart wrongly: a part of its password is said to be a host.

    >>> without_secrets("no host 's3cret@db'", "postgresql://ann:p/s3cret@db/troth")
    "no host '***@db'"
    """
    for secret in sorted(secrets_of(location), key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def secrets_of(location: str) -> set[str]:
    """The passwords of a location, and the pieces of them that could be told by mistake."""
    if not _URL.match(location):
        return set()
    found = {each["password"] for each in [_USER_AND_PASSWORD.match(location)] if each is not None}
    for part in location.partition("?")[2].split("&"):
        name, _, value = part.partition("=")
        if _is_secret(name):
            found.add(value)
    found |= {unquote(each) for each in found}
    # A single letter stands in every message: what is left of it tells nobody anything.
    return {piece for each in found for piece in (each, *re.split(r"[@/:?#&=]", each)) if len(piece) > 2}


def _shown_parameter(part: str) -> str:
    name, mark, _ = part.partition("=")
    return f"{name}{mark}{MASK}" if mark and _is_secret(name) else part


def _is_secret(name: str) -> bool:
    return unquote(name).strip().lower() in SECRET
