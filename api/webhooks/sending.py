"""One request to a machine that is told something: within limits, and never into a private network (httpx2).

The address is looked up once for each try, every one that a name has must be allowed, and the request goes to
the one that was looked at: a name that leads elsewhere a moment later leads nowhere.
"""

import asyncio
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TypeAlias
from urllib.parse import urlsplit

import httpx2

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

SECONDS = 15
"""How long one try may take in all, names looked up and the head of the answer read; its body is not."""

GONE = 410
"""What a machine answers that wants to be told nothing any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of a try: `failure` says why nobody took it, None where somebody did. It is final where
    trying again makes no sense."""

    failure: str | None = None
    is_final: bool = False


def send(url: str, body: bytes, headers: Mapping[str, str], allowed: Sequence[Network]) -> Tried:
    """Post a body. Private addresses are refused but those of networks that are allowed; without TLS only
    this machine itself is told anything, if that is allowed. Redirects are not followed."""
    try:
        return asyncio.run(_send(url, body, headers, allowed))
    except TimeoutError:
        return Tried(failure=f"there was no answer within {SECONDS} seconds")
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError, UnicodeError) as error:
        return Tried(failure=((str(error) or type(error).__name__).splitlines()[0][:200]).lower())


async def _send(url: str, body: bytes, headers: Mapping[str, str], allowed: Sequence[Network]) -> Tried:
    parts = urlsplit(url)
    host, is_plain = parts.hostname or "", parts.scheme != "https"
    port = parts.port or (80 if is_plain else 443)
    async with asyncio.timeout(SECONDS):
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [ip_address(each[4][0]) for each in found]
        if (why := refusal(addresses, allowed, is_plain=is_plain)) is not None:
            return Tried(failure=why)
        at = addresses[0]
        shown = f"[{at}]" if at.version == 6 else str(at)
        named = f"[{host}]" if ":" in host else host
        told = {
            **headers,
            "content-type": "application/json",
            "user-agent": "Troth",
            "host": named if parts.port is None else f"{named}:{port}",
        }
        target = (
            f"{parts.scheme}://{shown}:{port}{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        )
        async with (
            httpx2.AsyncClient(timeout=SECONDS, follow_redirects=False, trust_env=False) as client,
            client.stream(
                "POST", target, content=body, headers=told, extensions={"sni_hostname": host}
            ) as response,
        ):
            status = response.status_code
    if 200 <= status < 300:
        return Tried()
    if 300 <= status < 400:
        return Tried(failure=f"it answered {status}, and nothing is followed elsewhere")
    return Tried(failure=f"it answered {status}", is_final=status == GONE)


def refusal(addresses: Sequence[Address], allowed: Sequence[Network], *, is_plain: bool) -> str | None:
    """Why nothing is sent to a machine with these addresses."""
    if not addresses:
        return "its name has no address"
    for each in addresses:
        plain = each.ipv4_mapped if isinstance(each, IPv6Address) and each.ipv4_mapped else each
        is_allowed = any(plain.version == network.version and plain in network for network in allowed)
        if is_plain and not (plain.is_loopback and is_allowed):
            return "it is no https address"
        if not is_allowed and (not plain.is_global or plain.is_multicast):
            return "it is the address of a private network, which is not allowed here"
    return None
