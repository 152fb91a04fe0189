"""What facts call a promise: by its name in full, or by a short one that no other promise bears (S7.4)."""

from engine.model.obligation import Obligation
from engine.model.snapshot import Snapshot


def is_called(said: object, promise: Obligation, snapshot: Snapshot) -> bool:
    """Whether `said` means the promise: `g.av`, any other name that it has had, or `av` where it alone is
    called so."""
    full_names = {each.terms.id: full(each) for each in snapshot.obligations()}
    for id, names in full_names.items():
        if said in names:
            return id == promise.terms.id
    bearers = {id for id, names in full_names.items() if said in {name.partition(".")[2] for name in names}}
    return bearers == {promise.terms.id}


def full(promise: Obligation) -> tuple[str, ...]:
    """Every name that a promise has had, each with its agreement's."""
    return (promise.terms.id, *promise.terms.other_names)
