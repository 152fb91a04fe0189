"""Tokens of our own, for development and for machines at hand: a key in a file, and what it signs."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from api.tokens.claims_to_principal import EVERY
from api.tokens.issuer import Issuer, Meaning
from api.tokens.keys import KeyFile, UnusableKeysError
from engine.model.principal import ApiRole, Principal
from engine.model.quantity import SECOND, Instant

AUDIENCE = "troth"
CALENDARS = "troth/calendar"
"""The audience of tokens that open one calendar and nothing else, so that they may stand in an address."""

ISSUERS = "urn:troth:key:"
"""With what the names of own keys begin, as tokens say who issued them."""

ALGORITHM = "Ed25519"
MEANING = Meaning(role_names={each.value: each for each in ApiRole})


def new_key() -> str:
    """The text of a new key that signs, a JWK: whoever has it may do everything."""
    key = OKPKey.generate_key("Ed25519", private=True, auto_kid=True)
    return json.dumps(key.as_dict(private=True))


def own_issuer(path: Path, *, only: frozenset[str] | None = None) -> Issuer:
    """The key in a file as one whose tokens are taken, for `only` these tenants if they are said.

    Raises UnusableKeysError.
    """
    keys = KeyFile(path)
    keys.read()
    kid = _signing(path).kid
    return Issuer(
        name=_name(kid),
        audience=AUDIENCE,
        keys=keys,
        meaning=MEANING,
        only=only,
        calendar_audience=CALENDARS,
    )


def mint(path: Path, principal: Principal, *, now: Instant, seconds: int, calendar: str | None = None) -> str:
    """A token of the key in a file, good from `now` for so long; with a `calendar` it opens that one and
    nothing else. Raises UnusableKeysError."""
    key = _signing(path)
    tenants: Sequence[str] = [EVERY] if principal.tenants is None else sorted(principal.tenants)
    claims: dict[str, Any] = {
        "iss": _name(key.kid),
        "aud": AUDIENCE if calendar is None else CALENDARS,
        "sub": principal.identity,
        "iat": now // SECOND,
        "exp": now // SECOND + seconds,
        "roles": sorted(principal.roles),
        "parties": sorted(principal.parties),
        "tenants": tenants,
        **({} if calendar is None else {"calendar": calendar}),
    }
    return jwt.encode({"alg": ALGORITHM, "kid": key.kid}, claims, key, algorithms=[ALGORITHM])


def _signing(path: Path) -> OKPKey:
    try:
        found = cast("dict[str, Any]", json.loads(path.read_text(encoding="utf-8")))
        key = OKPKey.import_key(cast("Any", found))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UnusableKeysError(f"`{path}` cannot be read: {reason}") from None
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        raise UnusableKeysError(f"`{path}` is no key of `troth token`") from None
    if not key.is_private or key.kid is None or found.get("crv") != "Ed25519":
        raise UnusableKeysError(f"`{path}` is no key of `troth token`")
    return key


def _name(kid: str | None) -> str:
    """What tokens of a key say as who issued them: no two keys' alike."""
    return f"{ISSUERS}{kid}"
