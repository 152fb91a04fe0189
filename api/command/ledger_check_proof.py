"""`troth ledger check-proof`: whether a proof holds, with nothing but the proof, a key and a kept head."""

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

from api.command.console import Console
from api.command.exits import Exit
from api.command.options import take_keys, take_text_or_json

DESCRIPTION = """Check the proof that an entry is in a ledger, or that a ledger only grew.

No archive is needed. The head in the proof must be signed by a key of --key. The proof that a ledger only
grew is held against the older head, which you kept: --since HEAD, signed by a key of --key, too. What holds
is printed, and for an entry, the entry."""
EXAMPLE = "troth ledger check-proof entry-2.tlog-proof --key acme.pub"
EXITS = """exit codes:
  0  the proof holds
  1  it does not
  2  could not tell: a file or the command is not as it must be
"""


def arguments(parser: ArgumentParser) -> None:
    """PROOF, the keys, the kept head, and how the answer is shown."""
    parser.add_argument("proof", type=Path, metavar="PROOF", help="the file of the proof")
    take_keys(parser)
    parser.add_argument(
        "--since", type=Path, metavar="HEAD", help="the head that you kept, for a proof of growth"
    )
    take_text_or_json(parser)


def run(options: Namespace, console: Console) -> Exit:
    """Read, check, and say what is shown."""
    from api.command.ledger_files import UnusableError, head_in, proof_in, public_keys
    from api.ledger_to_json import entry_json, head_json, instant_text
    from engine.ledger.check import DoesNotHoldError, check_entry_proof, check_growth_proof
    from engine.ledger.proof_to_text import EntryProof

    if not options.key:
        console.note("troth ledger check-proof: name the public key of the ledger: --key FILE")
        return Exit.NOT_EVALUATED
    try:
        keys = public_keys(options.key)
        proof = proof_in(options.proof)
        since = None if options.since is None else head_in(options.since)
    except UnusableError as error:
        console.note(f"troth ledger check-proof: {error}")
        return Exit.NOT_EVALUATED
    if isinstance(proof, EntryProof) != (since is None):
        what = "proves an entry: leave --since out" if since else "proves growth: --since HEAD is needed"
        console.note(f"troth ledger check-proof: `{options.proof}` {what}")
        return Exit.NOT_EVALUATED
    head = proof.head
    answer: dict[str, object] = {"holds": True, "ledger": head.origin, "head": head_json(head.head)}
    try:
        if isinstance(proof, EntryProof):
            entry, signer = check_entry_proof(proof, keys)
            answer |= {"signer": signer.label, "entry": entry_json(entry)}
            said = [
                f"holds: entry {entry.seq} is in the ledger {head.origin} of {head.head.size} entries,"
                f" signed by {signer.label}",
                f"  recorded at  {instant_text(entry.recorded_at)}",
                f"  kind         {entry.kind}",
                f"  actor        {entry.actor}",
                f"  subject      {entry.subject}",
                f"  body         {entry.body}",
            ]
        else:
            assert since is not None
            signer = check_growth_proof(proof, since, keys)
            answer |= {"signer": signer.label, "since": head_json(since.head)}
            said = [
                f"holds: the ledger {head.origin} of {head.head.size} entries begins with the"
                f" {since.head.size} entries of `{options.since}`; signed by {signer.label}"
            ]
    except DoesNotHoldError as error:
        answer = {"holds": False, "what": str(error)}
        said = [f"does not hold: {error}"]
    if options.format == "json":
        console.print_data(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        console.print("\n".join(said))
    return Exit.KEPT if answer["holds"] else Exit.BREACHED
