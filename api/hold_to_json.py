"""A legal hold as JSON."""

from engine.model.erasure import Hold
from engine.model.instants import iso_text


def hold_json(hold: Hold) -> dict[str, object]:
    """A hold: who placed it, when, why and over what; `lifted` is null while it stands."""
    scope, lifted = hold.scope, hold.lifted
    return {
        "hold": hold.seq,
        "entry": hold.entry,
        "placed_at": iso_text(hold.placed_at),
        "placed_by": hold.placed_by,
        "reason": hold.reason,
        "kinds": list(scope.kinds),
        "keys": list(scope.keys),
        "where": None if scope.where is None else {"field": scope.where.field, "value": scope.where.value},
        "since": None if scope.since is None else iso_text(scope.since),
        "until": None if scope.until is None else iso_text(scope.until),
        "lifted": None
        if lifted is None
        else {
            "entry": lifted.entry,
            "lifted_at": iso_text(lifted.lifted_at),
            "lifted_by": lifted.lifted_by,
            "reason": lifted.reason,
        },
    }
