"""The promises that a name in a fact may mean: one in full, or all that bear a short one (S7.4)."""

from engine.model.snapshot import Snapshot


def promises_by_name(snapshot: Snapshot) -> dict[str, list[str]]:
    """By each name, full or short, the ids of the promises that bear it; a full name has one bearer.

    A promise keeps its id and all its names through the versions of its agreement.
    """
    named: dict[str, list[str]] = {}
    full: dict[str, list[str]] = {}
    for promise in snapshot.obligations():
        id = promise.terms.id
        for name in (id, *promise.terms.other_names):
            full[name] = [id]
            bearers = named.setdefault(name.partition(".")[2], [])
            if id not in bearers:
                bearers.append(id)
    return {**named, **full}
