"""The kinds that promises read and no file of a folder holds: their silence would read as good news."""

from collections.abc import Iterator, Sequence

from engine.diagnostic import Diagnostic, Level
from engine.facts.folder_to_uses import Use
from engine.model.obligation import Obligation
from engine.model.reading import HOLDERS, selections_of
from engine.model.snapshot import Snapshot


def unfed_kinds(snapshot: Snapshot, uses: Sequence[Use]) -> Iterator[Diagnostic]:
    """A warning for each such kind, at the first promise that reads it; derived kinds are never fed (S9).

    Where nobody signed off, judged, waived, observed or held a role, no verdict is the better for it: nothing
    is said of those kinds.
    """
    fed = {use.kind.name for use in uses}
    readers: dict[str, list[Obligation]] = {}
    for obligation in snapshot.obligations():
        for kind in sorted({each.kind for each in selections_of(obligation)}):
            if kind not in fed and kind != HOLDERS.kind and not snapshot.kinds[kind].derived:
                readers.setdefault(kind, []).append(obligation)
    for kind, obligations in sorted(readers.items()):
        first = obligations[0].terms
        more = len({each.terms.id for each in obligations} - {first.id})
        others = "" if more == 0 else f" and {more} other promise{'' if more == 1 else 's'}"
        yield Diagnostic(
            code="kind-without-file",
            level=Level.WARNING,
            message=f"no file holds facts of `{kind}`, as if there had been none",
            labels=((first.span, f"this{others} read{'' if more else 's'} them"),),
            help=f"if there were none, say so: a file `{kind}.csv` that holds its header alone",
        )
