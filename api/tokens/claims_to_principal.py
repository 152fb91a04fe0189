"""From the claims of a checked token to who asks, as its issuer's mapping has it."""

from collections.abc import Mapping
from typing import Any, cast

from api.tokens.issuer import Meaning
from engine.model.canonical_json import is_text
from engine.model.principal import Principal

LONGEST_IDENTITY = 200
EVERY = "*"
"""What a token says as a tenant that stands for every tenant."""

MOST_NAMES = 200
"""Roles, parties and tenants of one token, of each."""


class MeaninglessError(Exception):
    """A token without who asks, or with claims that are not what the mapping says; the message is for us."""


def principal_of_claims(claims: Mapping[str, Any], meaning: Meaning) -> Principal:
    """Who asks. Raises MeaninglessError.

    A token without roles is somebody's who may do nothing.
    """
    identity = _at(claims, meaning.identity)
    if not isinstance(identity, str) or not _is_name(identity):
        raise MeaninglessError(f"its claim `{'.'.join(meaning.identity)}` is no name of who asks")
    roles = _names(claims, meaning.roles) or ()
    parties = _names(claims, meaning.parties) or ()
    tenants: frozenset[str] | None = None
    if meaning.tenants is not None:
        named = _as_here(_names(claims, meaning.tenants) or (), meaning.tenant_names)
        tenants = None if EVERY in named else named
    return Principal(
        identity=identity,
        roles=frozenset(meaning.role_names[each] for each in roles if each in meaning.role_names),
        parties=_as_here(parties, meaning.party_names),
        tenants=tenants,
    )


def _as_here(names: tuple[str, ...], known: Mapping[str, str] | None) -> frozenset[str]:
    """Names as they are here; where names are listed, others are nobody's."""
    if known is None:
        return frozenset(names)
    return frozenset(known[each] for each in names if each in known)


def _names(claims: Mapping[str, Any], path: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """The names in a claim: a list of texts, or one text of names with spaces between them, as `scope` is."""
    found = None if path is None else _at(claims, path)
    if found is None:
        return None
    if isinstance(found, str):
        found = found.split()
    if isinstance(found, list):
        names = cast("list[object]", found)
        if len(names) <= MOST_NAMES and all(isinstance(each, str) for each in names):
            return tuple(str(each) for each in names)
    assert path is not None, "what was found was looked for"
    raise MeaninglessError(f"its claim `{'.'.join(path)}` is no list of at most {MOST_NAMES} names")


def _at(claims: Mapping[str, Any], path: tuple[str, ...]) -> object:
    found: object = claims
    for name in path:
        if not isinstance(found, Mapping):
            return None
        found = cast("Mapping[str, object]", found).get(name)
    return found


def _is_name(text: str) -> bool:
    return 0 < len(text.strip()) <= len(text) <= LONGEST_IDENTITY and is_shown(text)


def is_shown(text: str) -> bool:
    """Whether a text can be kept, and is shown as it is, in one line."""
    return is_text(text) and text.isprintable()
