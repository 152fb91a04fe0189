"""The tenants of one server: chosen by path, or by the token where it lets into one of them only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse

from api.authentication import principal_of

Door = TypeVar("Door")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenants(Generic[Door]):
    """What there is for each tenant, by its name."""

    doors: Mapping[str, Door]

    def of(self, connection: HTTPConnection) -> Door | None:
        """What there is for the tenant that is asked: the one that the path names, else the only one that
        may be entered.

        None alike where there is no such tenant and where it may not be entered: nobody learns who else is
        served. Raises UnauthenticatedError where nobody has said yet who asks.
        """
        principal = principal_of(connection)
        enterable = [name for name in self.doors if principal.may_enter(name)]
        named = connection.path_params.get("tenant")
        if named is None and len(enterable) == 1:
            (named,) = enterable
        return self.doors[named] if named in enterable else None


def no_such_tenant() -> JSONResponse:
    """The answer to whoever asks a tenant that is not there, or not theirs."""
    words = "there is no such tenant, or this token does not let into it: ask `/t/NAME/…` of one that it does"
    body = {"errors": [{"message": words, "extensions": {"code": "NO_SUCH_TENANT"}}]}
    return JSONResponse(body, 404, {"cache-control": "no-store"})
