"""Who issues tokens, and what the claims of one mean at the API."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from api.tokens.keys import Keys
from engine.model.principal import ApiRole

ALGORITHMS = ("RS256", "ES256", "Ed25519")
"""The signatures that are taken; none of them can be made with a public key."""

LEEWAY = 30
"""Seconds by which the clocks of an issuer and of this machine may differ, unless it says otherwise."""

LONGEST_LEEWAY = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """Where a token says who asks, and what that means here.

    Each of `identity`, `roles`, `parties` and `tenants` is the path of a claim. A role that `role_names` does
    not name is none; a party or a tenant is called as the token calls it unless its names say otherwise.
    Without `tenants` who asks may enter every tenant of the server.
    """

    identity: tuple[str, ...] = ("sub",)
    roles: tuple[str, ...] = ("roles",)
    parties: tuple[str, ...] | None = ("parties",)
    tenants: tuple[str, ...] | None = ("tenants",)
    role_names: Mapping[str, ApiRole]
    party_names: Mapping[str, str] | None = None
    tenant_names: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """One who issues tokens: `name` is what they say as `iss`, `audience` what they must say as `aud`.

    `calendar_audience` is what tokens say as `aud` that open a calendar and nothing else; None: it issues
    none. `only` are the tenants that its tokens let into, whatever they say; None: those that they say.
    `qualifier` stands before the names of those who ask with its tokens; None: they are called as the tokens
    call them.
    """

    name: str
    audience: str
    keys: Keys = field(repr=False)
    meaning: Meaning
    algorithms: tuple[str, ...] = ALGORITHMS
    leeway: int = LEEWAY
    only: frozenset[str] | None = None
    calendar_audience: str | None = None
    qualifier: str | None = None
