"""Where a back-up comes from: an archive that is opened, or the server that has it open."""

from argparse import Namespace
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPException, HTTPMessage, HTTPResponse
from pathlib import Path
from typing import IO, cast
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from api.command.clock import now
from api.command.ledger_files import UnusableError
from engine.store.archive import ArchiveError, UnavailableError
from engine.store.open_archive import TENANT, open_archive
from engine.store.shown_place import shown_place

PATIENCE = 60
"""Seconds until a server must go on."""

PIECE = 65_536
LONGEST_TOKEN = 10_000


@contextmanager
def pieces(options: Namespace) -> Generator[Iterator[bytes]]:
    """A back-up, piece by piece. Raises UnusableError or ArchiveError where it cannot be had."""
    with _served(options) if options.server is not None else _read(options) as found:
        yield found


@contextmanager
def _read(options: Namespace) -> Generator[Iterator[bytes]]:
    from engine.tenant.archive_to_backup import back_up

    location: str = options.archive
    if "://" not in location and not Path(location).is_file():
        raise UnusableError(f"there is no archive `{shown_place(location)}`")
    try:
        archive = open_archive(location, now, tenant=options.tenant, read_only=True, older=True)
    except UnavailableError as error:
        served = "" if "://" in location else "; a server that has it gives a back-up: --server URL"
        raise ArchiveError(f"{error}{served}") from error
    with closing(archive), archive.reading() as reading:
        yield back_up(reading, tenant=options.tenant, made_at=now())


@contextmanager
def _served(options: Namespace) -> Generator[Iterator[bytes]]:
    address: str = options.server
    url = urlsplit(address)
    if url.scheme not in ("http", "https") or not url.hostname or url.username is not None:
        raise UnusableError("--server takes the address of a server, like http://127.0.0.1:8000")
    if not TENANT.fullmatch(options.tenant):
        raise UnusableError(f"`{options.tenant}` is no name of a tenant")
    request = Request(f"{address.rstrip('/')}/t/{options.tenant}/backup")
    if options.token_file is not None:
        request.add_header("Authorization", f"Bearer {_token(options.token_file)}")
    place = f"the server at {url.scheme}://{url.netloc}"
    try:
        with build_opener(_NoRedirect).open(request, timeout=PATIENCE) as answer:
            yield _pieces(cast(HTTPResponse, answer))
    except HTTPError as error:
        raise UnusableError(f"{place} gives no back-up: {_said(error)}") from error
    except URLError as error:
        raise UnusableError(f"{place} cannot be reached: {error.reason}") from error
    except (HTTPException, OSError) as error:
        raise UnusableError(f"{place} broke off: {error}") from error


class _NoRedirect(HTTPRedirectHandler):
    """A token goes where it was sent, and nowhere else."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Nowhere."""
        return


def _pieces(answer: HTTPResponse) -> Iterator[bytes]:
    while piece := answer.read(PIECE):
        yield piece


def _said(error: HTTPError) -> str:
    match error.code:
        case 401:
            return "it asks for a token (--token-file), or does not take this one"
        case 403:
            return "the token may not operate it: governance of every tenant may, by --token-key or an issuer"
        case 404:
            return "it has no such tenant, or gives none"
        case code:
            return f"it answered {code}"


def _token(path: Path) -> str:
    try:
        text = path.read_text("utf-8")[:LONGEST_TOKEN].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UnusableError(f"`{path}` cannot be read: {error}") from error
    if not text or not text.isprintable() or not text.isascii():
        raise UnusableError(f"`{path}` holds no token")
    return text
