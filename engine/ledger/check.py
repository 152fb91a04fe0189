"""Proofs checked as a third party does: the signatures, then the hashes; no archive is read."""

from engine.ledger.entry_to_leaf import EntryFormatError, parse_entry
from engine.ledger.head_to_note import SignedHead
from engine.ledger.keys import PublicKey
from engine.ledger.note import NoteError
from engine.ledger.proof_checks import is_consistent, is_included
from engine.ledger.proof_to_text import EntryProof, GrowthProof
from engine.ledger.tree import leaf_hash
from engine.model.ledger import Entry


class DoesNotHoldError(Exception):
    """A proof shows nothing; the message says why."""


def check_entry_proof(proof: EntryProof, keys: tuple[PublicKey, ...]) -> tuple[Entry, PublicKey]:
    """The entry that is in the ledger, and the key that signed its head; a DoesNotHoldError where not."""
    signer = _signer(proof.head, keys, "the head in the proof")
    if not is_included(leaf_hash(proof.content), proof.included, proof.head.head):
        raise DoesNotHoldError("the hashes do not lead from the entry in the proof to the signed head")
    try:
        entry = parse_entry(proof.content)
    except EntryFormatError as error:
        raise DoesNotHoldError(f"what is in the ledger there is no entry: {error}") from error
    if entry.seq != proof.included.seq:
        raise DoesNotHoldError(f"entry {entry.seq} stands in the place of entry {proof.included.seq}")
    return entry, signer


def check_growth_proof(proof: GrowthProof, since: SignedHead, keys: tuple[PublicKey, ...]) -> PublicKey:
    """The key that signed a head whose ledger begins with the older one; a DoesNotHoldError where not."""
    signer = _signer(proof.head, keys, "the head in the proof")
    _signer(since, keys, "the older head")
    if since.origin != proof.head.origin:
        raise DoesNotHoldError(f"the heads are of two ledgers, `{since.origin}` and `{proof.head.origin}`")
    if since.head.size != proof.consistent.since:
        raise DoesNotHoldError(
            f"the proof is since {proof.consistent.since} entries, and the older head is of {since.head.size}"
        )
    if not is_consistent(since.head, proof.consistent, proof.head.head):
        raise DoesNotHoldError("the hashes do not lead from the older head to the newer one")
    return signer


def _signer(head: SignedHead, keys: tuple[PublicKey, ...], what: str) -> PublicKey:
    try:
        return head.signed_by(keys)
    except NoteError as error:
        raise DoesNotHoldError(f"{what}: {error}") from error
