"""The keys that an issuer publishes at an address: kept a while, asked for again when one is missing."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

import httpx2

from api.tokens.keys import Key, UnusableKeysError, key_of, keys_of_text
from engine.model.quantity import MINUTE, Instant

LOG = logging.getLogger("troth.tokens")

KEPT = 10 * MINUTE
"""How long keys are taken as they were."""

RARELY = MINUTE
"""How soon keys are asked for again at most, whoever sends which `kid`."""

LONGEST_WAIT = 5
"""Seconds for connecting, and for each wait on the server."""

LARGEST = 1_000_000
"""Bytes of an answer."""


@dataclass(slots=True)
class KeyAddress:
    """The JWKS at an `https` address. While it does not answer, the keys that were had last are taken on."""

    url: str
    clock: Callable[[], Instant]
    client: httpx2.Client = field(
        default_factory=lambda: httpx2.Client(timeout=LONGEST_WAIT, follow_redirects=False)
    )
    _keys: tuple[Key, ...] = field(default=(), repr=False)
    _asked_at: Instant | None = None
    _lock: Lock = field(default_factory=Lock)

    @property
    def waits(self) -> bool:
        """Another machine is asked."""
        return True

    def find(self, kid: str | None) -> Key | None:
        """The key of that id; without an id the only one that there is."""
        with self._lock:
            found = key_of(self._keys, kid)
            if self._is_older_than(KEPT) or (found is None and self._is_older_than(RARELY)):
                self._ask()
                found = key_of(self._keys, kid)
            return found

    def _is_older_than(self, age: int) -> bool:
        # A clock that went back makes old what was asked for later.
        return self._asked_at is None or not 0 <= self.clock() - self._asked_at < age

    def _ask(self) -> None:
        self._asked_at = self.clock()
        try:
            self._keys = keys_of_text(self._text(), self.url)
        except (httpx2.HTTPError, UnusableKeysError, UnicodeDecodeError) as error:
            LOG.error("the keys at %s cannot be had: %s", self.url, error or type(error).__name__)

    def _text(self) -> str:
        with self.client.stream("GET", self.url, headers={"Accept": "application/json"}) as answer:
            if answer.status_code != 200:
                raise UnusableKeysError(f"the answer is {answer.status_code}")
            found = bytearray()
            for part in answer.iter_bytes():
                found += part
                if len(found) > LARGEST:
                    raise UnusableKeysError(f"the answer is larger than {LARGEST:,} bytes")
        return found.decode()
