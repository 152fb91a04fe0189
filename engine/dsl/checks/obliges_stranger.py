"""A promise that binds someone who is no party to its agreement and acts for none."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic, Level
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each such promise: nobody is bound by a contract of others."""
    for name in sorted(snapshot.agreements):
        agreement = snapshot.agreements[name]
        parties = (agreement.provider, agreement.customer)
        if len(snapshot.parties.keys() & set(parties)) < len(parties):
            continue  # between whom it is was itself mistaken, so who is a stranger is not known
        for terms in (obligation.terms for obligation in agreement.obligations):
            if terms.obliges is not None and agreement.side_of(terms.obliges, terms.id) is None:
                yield Diagnostic(
                    code="obliges-stranger",
                    level=Level.WARNING,
                    message=f"`{terms.id}` binds `{terms.obliges}`, which is no party to `{name}`",
                    labels=((terms.span, f"binds `{terms.obliges}`"), (agreement.span, "between others")),
                    help=f"bind `{parties[0]}` or `{parties[1]}`, or say for whom `{terms.obliges}` acts"
                    f" in it: `provider acts through {terms.obliges}`",
                )
