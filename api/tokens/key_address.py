"""The keys that an issuer publishes at an address: kept a while, asked for again when one is missing."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from time import monotonic

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

LONGEST_ANSWER = 10
"""Seconds that an answer is read for, and that anybody waits for it."""

MOST_WAITING = 16
"""How many wait for an answer at a time for want of a key: others, with keys at hand, need the threads."""

LARGEST = 1_000_000
"""Bytes of an answer."""


@dataclass(slots=True)
class KeyAddress:
    """The JWKS at an `https` address. While it does not answer, the keys that were had last are taken on.

    It is asked by one at a time, who waits for the answer, `longest` seconds at most; whoever has the key
    meanwhile waits for nobody.
    """

    url: str
    clock: Callable[[], Instant]
    client: httpx2.Client = field(
        default_factory=lambda: httpx2.Client(timeout=LONGEST_WAIT, follow_redirects=False)
    )
    longest: float = LONGEST_ANSWER
    _keys: tuple[Key, ...] = field(default=(), repr=False)
    _asked_at: Instant | None = None
    _under_way: Event | None = None
    _waiting: int = 0
    _lock: Lock = field(default_factory=Lock)

    @property
    def waits(self) -> bool:
        """Another machine is asked."""
        return True

    def find(self, kid: str | None) -> Key | None:
        """The key of that id; without an id the only one that there is."""
        with self._lock:
            found = key_of(self._keys, kid)
            if self._is_due(found):
                answered = self._begin()
            elif found is None and self._under_way is not None and self._waiting < MOST_WAITING:
                answered = self._under_way
            else:
                return found
            self._waiting += 1
        answered.wait(self.longest)
        with self._lock:
            self._waiting -= 1
            return key_of(self._keys, kid)

    def _is_due(self, found: Key | None) -> bool:
        # An answer that never ends is waited for no longer than keys are kept.
        if self._is_older_than(KEPT):
            return True
        return found is None and self._under_way is None and self._is_older_than(RARELY)

    def _begin(self) -> Event:
        """Ask the address on a thread of its own: what looks up its name may take as long as it likes."""
        answered = self._under_way = Event()
        self._asked_at = self.clock()
        Thread(target=self._ask, args=(answered,), name="keys", daemon=True).start()
        return answered

    def _is_older_than(self, age: int) -> bool:
        # A clock that went back makes old what was asked for later.
        return self._asked_at is None or not 0 <= self.clock() - self._asked_at < age

    def _ask(self, answered: Event) -> None:
        keys: tuple[Key, ...] | None = None
        try:
            keys = keys_of_text(self._text(), self.url)
        except (httpx2.HTTPError, UnusableKeysError, UnicodeDecodeError) as error:
            LOG.error("the keys at %s cannot be had: %s", self.url, error or type(error).__name__)
        finally:
            with self._lock:
                # What was asked later and answered earlier is newer.
                if self._under_way is answered:
                    self._under_way = None
                    self._keys = self._keys if keys is None else keys
            answered.set()

    def _text(self) -> str:
        ends_at = monotonic() + self.longest
        with self.client.stream("GET", self.url, headers={"Accept": "application/json"}) as answer:
            if answer.status_code != 200:
                raise UnusableKeysError(f"the answer is {answer.status_code}")
            found = bytearray()
            for part in answer.iter_bytes():
                found += part
                if len(found) > LARGEST:
                    raise UnusableKeysError(f"the answer is larger than {LARGEST:,} bytes")
                if monotonic() > ends_at:
                    raise UnusableKeysError(f"the answer takes longer than {self.longest} seconds")
        return found.decode()
