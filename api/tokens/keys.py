"""The keys that tokens are checked with, from a JWKS, a JWK or a PEM, read again when it is replaced."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeAlias, cast

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

Key: TypeAlias = RSAKey | ECKey | OKPKey

LARGEST = 1_000_000
"""Characters of a file of keys."""

SMALLEST_RSA = 2048
"""Bits of an RSA key."""


class UnusableKeysError(Exception):
    """Keys that cannot be read or must not be used; the message is for people."""


class Keys(Protocol):
    """Where the keys of an issuer are."""

    @property
    def waits(self) -> bool:
        """Whether looking for a key may take as long as another machine takes."""
        ...

    def find(self, kid: str | None) -> Key | None:
        """The key of that id; without an id the only one that there is. None where there is none."""
        ...


@dataclass(slots=True)
class KeyFile:
    """The keys of a file, which is read again once it was replaced.

    What replaces it and cannot be read is as if there were no keys: nobody is let in by keys that were taken
    away.
    """

    path: Path
    _stamp: tuple[int, int, int] | None = None
    _keys: tuple[Key, ...] = field(default=(), repr=False)

    @property
    def waits(self) -> bool:
        """It never does."""
        return False

    def find(self, kid: str | None) -> Key | None:
        """The key of that id; without an id the only one that there is."""
        try:
            self.read()
        except UnusableKeysError:
            return None
        return key_of(self._keys, kid)

    def read(self) -> None:
        """Read the file if it is not the one that was read. Raises UnusableKeysError."""
        try:
            found = self.path.stat()
            stamp = found.st_mtime_ns, found.st_size, found.st_ino
            if stamp == self._stamp:
                return
            self._stamp, self._keys = None, ()
            text = self.path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            self._stamp, self._keys = None, ()
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise UnusableKeysError(
                f"`{self.path}` cannot be read: {(reason or str(error)).lower()}"
            ) from None
        self._keys = keys_of_text(text, str(self.path))
        self._stamp = stamp


def key_of(keys: Sequence[Key], kid: str | None) -> Key | None:
    """The key of an id. The only one that there is will do for a token without an id, and, if it has none
    itself, for any."""
    if len(keys) == 1 and None in (kid, keys[0].kid):
        return keys[0]
    return None if kid is None else next((each for each in keys if each.kid == kid), None)


def keys_of_text(text: str, name: str) -> tuple[Key, ...]:
    """The keys of a JWKS, a JWK or a PEM, `name` being where it is. Raises UnusableKeysError.

    Of a key that signs the public part is taken, and encryption keys are passed over. A secret shared by both
    sides is refused: whoever checks with it could sign, too.
    """
    if len(text) > LARGEST:
        raise UnusableKeysError(f"`{name}` is too large to be a file of keys")
    try:
        found = _of_pem(text) if text.lstrip().startswith("-----BEGIN") else _of_json(text, name)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise UnusableKeysError(f"`{name}` holds no JWKS, no JWK and no public key in PEM") from error
    for each in found:
        if isinstance(each, RSAKey) and each.raw_value.key_size < SMALLEST_RSA:
            raise UnusableKeysError(f"`{name}` holds an RSA key of less than {SMALLEST_RSA} bits")
    if not found:
        raise UnusableKeysError(f"`{name}` holds no key that checks signatures: RSA, EC or Ed25519")
    ids = [each.kid for each in found]
    if len(set(ids)) < len(ids):
        raise UnusableKeysError(f"`{name}` holds two keys that no `kid` tells apart")
    return found


def _of_pem(text: str) -> tuple[Key, ...]:
    for kind in (RSAKey, ECKey, OKPKey):
        try:
            key = kind.import_key(text)
        except (JoseError, ValueError, TypeError):
            continue
        return (_public(key),)
    raise ValueError("no key of a kind that is taken")


def _of_json(text: str, name: str) -> tuple[Key, ...]:
    read: Any = json.loads(text)
    members = cast("list[Mapping[str, Any]]", read.get("keys", [read]))
    if any(each["kty"] == "oct" for each in members):
        raise UnusableKeysError(
            f"`{name}` holds a secret that both sides share (`oct`): whoever checks with it could sign, too"
        )
    signing = [dict(each) for each in members if each.get("use", "sig") == "sig"]
    kinds = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
    return tuple(
        _public(kinds[each["kty"]].import_key(cast("Any", each))) for each in signing if each["kty"] in kinds
    )


def _public(key: Key) -> Key:
    """The part of a key that checks."""
    return type(key).import_key(key.as_dict(private=False))
