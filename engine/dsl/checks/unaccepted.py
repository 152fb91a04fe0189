"""An agreement of which nothing shows that it was accepted: its verdicts are flagged (S7.1)."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic, Level
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each agreement without acceptance."""
    for name in sorted(snapshot.agreements):
        agreement = snapshot.agreements[name]
        if agreement.accepted is None:
            yield Diagnostic(
                code="unaccepted",
                level=Level.WARNING,
                message=f"nothing shows that `{name}` was accepted",
                labels=((agreement.span, "its verdicts are flagged unaccepted"),),
                help='say how: `accepted by "order form 117" on 2024-12-20`, `terms accepted on 2024-12-20`, '
                "or `published without acceptance`",
            )
