"""Who asks a tenant over one connection, and whether they may go on asking."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from api.authentication import DOORMAN, Doorman, admitted, bearer, principal_of
from api.graphql.served import Door
from api.tenants import Tenants
from engine.model.principal import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Who asks, and whose door it is. `still` raises UnauthenticatedError once the token lets nobody in."""

    door: Door
    principal: Principal
    still: Callable[[], Awaitable[None]]


class NoSuchTenantError(LookupError):
    """There is no such tenant, or this token does not let into it."""


def guest_of(connection: HTTPConnection, tenants: Tenants[Door], token: str | None = None) -> Guest:
    """Who asks over a connection, with the token that was said in a message, or else in its header.

    Raises UnauthenticatedError where nobody has said yet who asks, and NoSuchTenantError.
    """
    principal = principal_of(connection)
    door = tenants.of(connection)
    if door is None:
        raise NoSuchTenantError("there is no such tenant, or this token does not let into it")
    doorman: Doorman = connection.scope[DOORMAN]
    if doorman.free is not None:
        return Guest(door=door, principal=principal, still=_always)
    said = bearer(connection) if token is None else token

    async def still() -> None:
        await admitted(connection, said)

    return Guest(door=door, principal=principal, still=still)


async def _always() -> None:
    """No token is asked for."""
