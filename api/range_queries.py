"""Range queries asked of a Prometheus over HTTP, with limits (httpx2's home)."""

from dataclasses import dataclass
from decimal import Decimal

import httpx2

from engine.diagnostic import Diagnostic
from engine.model.quantity import SECOND, Instant
from engine.source import Source

PATH = "/api/v1/query_range"
MOST_POINTS = 11_000
"""How many instants Prometheus answers for in one series."""

LARGEST = 256 * 1024 * 1024
"""Bytes of one answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """The instants from `start` through `end`, one each `step` seconds."""

    start: Instant
    end: Instant
    step: int

    @property
    def points(self) -> int:
        """How many instants these are."""
        return (self.end - self.start) // (self.step * SECOND) + 1


def ask(
    url: str, query: str, name: str, over: Range, *, timeout: int, token: str | None
) -> Source | Diagnostic:
    """The answer to one query as it came, named `name`, or why there is none.

    `timeout` is in seconds, for connecting and for each wait on the server. Nothing is followed elsewhere, so
    that the token goes nowhere but to `url`.
    """
    form = {"query": query, "start": _seconds(over.start), "end": _seconds(over.end), "step": str(over.step)}
    headers = {"Accept": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    try:
        with (
            httpx2.Client(timeout=timeout, follow_redirects=False, trust_env=False) as client,
            client.stream("POST", url.rstrip("/") + PATH, data=form, headers=headers) as response,
        ):
            content = bytearray()
            for piece in response.iter_bytes():
                content += piece
                if len(content) > LARGEST:
                    return _none(url, query, f"the answer is larger than {LARGEST // 1024**2} MB")
    except httpx2.TimeoutException:
        return _none(url, query, f"there was no answer within {timeout} seconds")
    except (httpx2.HTTPError, httpx2.InvalidURL, UnicodeError) as error:
        return _none(url, query, (str(error) or type(error).__name__).splitlines()[0].lower())
    # What is wrong with a query stands in the answer, as JSON: whoever reads it tells.
    if response.status_code != 200 and not bytes(content).lstrip().startswith(b"{"):
        return _none(url, query, f"the server answered {response.status_code}")
    try:
        return Source(name=name, text=bytes(content).decode("utf-8"))
    except UnicodeDecodeError:
        return _none(url, query, "the answer is not UTF-8")


def _seconds(at: Instant) -> str:
    return f"{Decimal(at) / SECOND:f}"


def _none(url: str, query: str, why: str) -> Diagnostic:
    return Diagnostic(
        code="no-answer", message=f"`{query}` could not be asked: {why}", help=f"the server is `{url}`"
    )
