"""Versions of facts, in the order of the archive, to the typed tables that plans read."""

import json
from collections.abc import Sequence
from itertools import groupby

import pyarrow

from engine.facts.admission import RefusedRow
from engine.facts.rows_to_wordings import admit
from engine.model.fact import FactKind
from engine.model.fact_version import FactVersion
from engine.model.snapshot import Snapshot
from engine.store.database import POSITION, Store


def replay(snapshot: Snapshot, versions: Sequence[FactVersion], store: Store) -> tuple[RefusedRow, ...]:
    """Put versions into the tables of their kinds, which are there. What the policies do not admit (any more)
    stays in the archive only, and is told, its `seq` as the row; what was erased is nowhere, and untold."""
    unheld: list[RefusedRow] = []
    # Of each kind by itself, in order: versions in one go until a retraction comes between them.
    for name, of_kind in groupby(sorted(versions, key=lambda each: each.kind), key=lambda each: each.kind):
        kind = snapshot.kinds.get(name)
        if kind is None or kind.derived:
            continue
        for is_retraction, run in groupby(of_kind, key=lambda each: each.is_retraction):
            together = list(run)
            if is_retraction:
                store.retract(kind, [each.key for each in together], [each.known_from for each in together])
            else:
                unheld += _append(snapshot, kind, together, store)
    return tuple(unheld)


def _append(
    snapshot: Snapshot, kind: FactKind, versions: Sequence[FactVersion], store: Store
) -> tuple[RefusedRow, ...]:
    kept = [(each, each.content) for each in versions if each.content is not None]
    rows = [json.loads(content) for _, content in kept]
    sifted = admit(snapshot, kind, rows, [each.seq for each, _ in kept], repeats=True)
    places: list[int] = sifted.table[POSITION].to_pylist()
    known_from = [kept[place][0].known_from for place in places]
    column = sifted.table.column_names.index("known_from")
    table = sifted.table.set_column(column, "known_from", pyarrow.array(known_from, pyarrow.int64()))
    store.append(kind, table, corrections=True)
    return sifted.refused
