"""A bearer token, checked: signed by a key of who issued it, for this audience, at this time (RFC 8725)."""

import hmac
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, cast

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jws import JWSRegistry, extract_compact
from joserfc.jwt import JWTClaimsRegistry

from api.authentication import UnauthenticatedError
from api.tokens.claims_to_principal import MeaninglessError, principal_of_claims
from api.tokens.identities import called
from api.tokens.issuer import Issuer
from engine.model.principal import Principal
from engine.model.quantity import SECOND, Instant

LOG = logging.getLogger("troth.tokens")

LONGEST = 8_192
"""Characters of a token."""

TYPES = ("jwt", "at+jwt", "application/at+jwt")
"""What a token may say that it is: another sort of token of the same issuer lets nobody in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Who is let in by which token. `clock` says what time it is.

    `fixed` are tokens that are no JWT, by the digest of each; `issuers` are those whose JWTs are taken.
    """

    clock: Callable[[], Instant]
    issuers: Sequence[Issuer] = ()
    fixed: Mapping[bytes, Principal] = field(default_factory=dict[bytes, Principal])

    free: None = None
    """Nobody is let in without a token."""

    @property
    def waits(self) -> bool:
        """Whether checking a token may take as long as another machine takes."""
        return any(each.keys.waits for each in self.issuers)

    def principal(self, token: str) -> Principal:
        """Who asks with this token. Raises UnauthenticatedError.

        The log says why a token was refused, and never what it was.
        """
        return self._let_in(lambda: self._fixed(token) or self._of_jwt(token))

    def subscriber(self, token: str, calendar: str) -> Principal:
        """Who asks for a calendar with this token, which opens that one and nothing else. Raises
        UnauthenticatedError."""
        return self._let_in(lambda: self._of_jwt(token, calendar))

    def _let_in(self, check: Callable[[], Principal]) -> Principal:
        try:
            return check()
        except ExpiredTokenError:
            LOG.info("a token was refused: it has expired")
            raise UnauthenticatedError("the token has expired") from None
        except MeaninglessError as error:
            LOG.warning("a token was refused: %s", error)
        except (JoseError, _RefusedError) as error:
            LOG.info("a token was refused: %s", _reason(error))
        raise UnauthenticatedError("the token is not taken")

    def _fixed(self, token: str) -> Principal | None:
        digest = token_digest(token)
        found: Principal | None = None
        for kept, principal in self.fixed.items():
            if hmac.compare_digest(kept, digest):
                found = principal
        return found

    def _of_jwt(self, token: str, calendar: str | None = None) -> Principal:
        if len(token) > LONGEST or not token.isascii():
            raise _RefusedError("it is too long, or holds what no token holds")
        try:
            parts = extract_compact(token.encode(), registry=_registry())
            unchecked: Any = json.loads(parts.payload)
        except (ValueError, RecursionError):
            raise _RefusedError("it is no signed token") from None
        header = cast("Mapping[str, Any]", parts.protected)
        if not isinstance(unchecked, dict):
            raise _RefusedError("its claims are no object")
        named = cast("Mapping[str, object]", unchecked).get("iss")
        # The same key may lie beside several archives: each is an issuer, for its own tenant.
        issuers = [each for each in self.issuers if each.name == named]
        if not issuers:
            raise _RefusedError("nobody whose tokens are taken issued it")
        found: list[Principal] = []
        refused: list[Exception] = []
        for each in issuers:
            try:
                found.append(self._of_issuer(token, header, each, calendar))
            except (JoseError, MeaninglessError, _RefusedError) as error:
                refused.append(error)
        if not found:
            raise refused[0]
        tenants = [each.tenants for each in found]
        every = frozenset[str]().union(*(each for each in tenants if each is not None))
        return replace(found[0], tenants=None if None in tenants else every)

    def _of_issuer(
        self, token: str, header: Mapping[str, Any], issuer: Issuer, calendar: str | None
    ) -> Principal:
        audience = issuer.audience if calendar is None else issuer.calendar_audience
        if audience is None:
            raise _RefusedError("its issuer makes no tokens for calendars")
        if str(header.get("typ", "JWT")).lower() not in TYPES:
            raise _RefusedError("it is another sort of token")
        if "crit" in header:
            # Nothing beyond what every token has is understood here (RFC 7515, 4.1.11), whatever its form.
            raise _RefusedError("it calls critical what is not understood")
        kid = header.get("kid")
        key = issuer.keys.find(kid if isinstance(kid, str) else None)
        if key is None:
            raise _RefusedError("its issuer has no such key, or its keys cannot be read")
        if key.get("alg", header.get("alg")) != header.get("alg"):
            raise _RefusedError("its key is for another algorithm")
        claims = jwt.decode(
            token, key, algorithms=list(issuer.algorithms), registry=_registry(issuer.algorithms)
        ).claims
        JWTClaimsRegistry(
            now=self.clock() // SECOND,
            leeway=issuer.leeway,
            iss={"essential": True, "value": issuer.name},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            calendar={} if calendar is None else {"essential": True, "value": calendar},
        ).validate(claims)
        found = principal_of_claims(claims, issuer.meaning)
        found = replace(
            found,
            identity=called(found.identity, issuer, self.issuers),
            expires_at=int(claims["exp"]) * SECOND,
            issuer=issuer.name,
        )
        if issuer.only is None:
            return found
        return replace(found, tenants=issuer.only if found.tenants is None else issuer.only & found.tenants)


def token_digest(token: str) -> bytes:
    """What is kept of a fixed token."""
    return sha256(token.encode("utf-8", "surrogatepass")).digest()


class _RefusedError(Exception):
    """Why a token is refused, for the log."""


def _registry(algorithms: Sequence[str] = ()) -> JWSRegistry:
    """Headers of any name are passed over: a token that calls any critical is refused before."""
    return JWSRegistry(algorithms=list(algorithms) or None, strict_check_header=False)


def _reason(error: Exception) -> str:
    """What the library says, never the token: its messages name algorithms, claims and sizes only."""
    return str(error) if isinstance(error, _RefusedError) else type(error).__name__
