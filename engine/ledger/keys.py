"""Keys that sign heads: Ed25519, written as C2SP signed-note has it (the home of `cryptography`)."""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from engine.ledger.note import NoteError, Signature, base64_text, bytes_of_base64, is_key_name

ED25519 = b"\x01"
"""The type of these signatures among those of signed notes."""

KEY_BYTES = 32

SECRET = "PRIVATE+KEY"
"""What the text of a key that signs begins with."""


class KeyFormatError(ValueError):
    """A text that is not a key; the message is for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A key that checks signatures; its name is the ledger's, the same after a key is replaced."""

    name: str
    raw: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that tell the keys of one name apart."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.raw).digest()[:4]

    @property
    def label(self) -> str:
        """Name and id, as people see them."""
        return f"{self.name}+{self.id.hex()}"

    @property
    def text(self) -> str:
        """The key as it is handed out (a `vkey`)."""
        return f"{self.label}+{base64_text(ED25519 + self.raw)}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The key of its text."""
        name, key_id, raw = _parts(text.strip())
        found = cls(name=name, raw=raw)
        if key_id != found.id.hex():
            raise KeyFormatError(f"the key's id is {found.id.hex()}, and its text says {key_id}")
        return found

    def checks(self, text: str, signature: Signature) -> bool:
        """Whether the signature is this key's over the text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature.signature, text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A key that signs; whoever has its text can sign heads in the ledger's name."""

    name: str
    seed: bytes = field(repr=False)

    @classmethod
    def generate(cls, name: str) -> Self:
        """A new key from the system's randomness."""
        if not is_key_name(name) or not name.isprintable():
            raise KeyFormatError(f"`{name}` cannot name a key; a name has neither spaces nor `+`")
        return cls(name=name, seed=Ed25519PrivateKey.generate().private_bytes_raw())

    @property
    def public(self) -> PublicKey:
        """The key that checks what this one signs."""
        raw = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return PublicKey(name=self.name, raw=raw)

    @property
    def text(self) -> str:
        """The key as it is kept, secretly."""
        return f"{SECRET}+{self.public.label}+{base64_text(ED25519 + self.seed)}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The key of its text."""
        head, plus, rest = text.strip().partition(f"{SECRET}+")
        if head or not plus:
            raise KeyFormatError(f"a key that signs begins with `{SECRET}+`")
        name, key_id, seed = _parts(rest)
        found = cls(name=name, seed=seed)
        if key_id != found.public.id.hex():
            raise KeyFormatError("the key's id is not that of its bytes")
        return found

    def sign(self, text: str) -> Signature:
        """The signature over a text."""
        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode())
        return Signature(name=self.name, key_id=self.public.id, signature=signature)


def signer(text: str, signatures: tuple[Signature, ...], keys: tuple[PublicKey, ...]) -> PublicKey:
    """Which of the keys signed the text; a NoteError where none did, or where a signature of one is wrong.

    Signatures of other keys are passed over, as the format asks: witnesses may have added theirs.
    """
    known = {(key.name, key.id): key for key in keys}
    found: list[PublicKey] = []
    for signature in signatures:
        key = known.get((signature.name, signature.key_id))
        if key is None:
            continue
        if not key.checks(text, signature):
            raise NoteError(f"the signature of {key.label} is wrong: what it signed was altered")
        found.append(key)
    if not found:
        signers = ", ".join(f"{each.name}+{each.key_id.hex()}" for each in signatures)
        raise NoteError(f"it is signed by {signers} only, by no key that was given")
    return found[0]


def _parts(text: str) -> tuple[str, str, bytes]:
    parts = text.split("+", 2)
    if len(parts) != 3 or not is_key_name(parts[0]):
        raise KeyFormatError("a key is written NAME+ID+BASE64")
    content = bytes_of_base64(parts[2])
    if content is None or len(content) != 1 + KEY_BYTES:
        raise KeyFormatError("the last part of a key is base64 of 33 bytes")
    if content[:1] != ED25519:
        raise KeyFormatError("the key is not of Ed25519")
    return parts[0], parts[1], content[1:]
