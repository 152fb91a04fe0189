"""The process in which drafts are judged, started and asked by the server alone.

It has the memory that it was given and no file to write, and ends by itself where the server does, or does
not end it in time.
"""

import json
import logging
import os
import pickle
import sys
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from time import monotonic_ns
from traceback import format_exc
from typing import BinaryIO

from graphql import GraphQLError

from api.command.workspace import Workspace
from api.command.workspace_to_view import compliance_view
from api.drafts.bounds import alarm, bound, memory_held
from api.drafts.draft import Draft, DraftRequest, JudgedDraft
from api.drafts.frames import Mark, read, write
from api.graphql.errors import coded
from api.graphql.schema import SCHEMA
from api.graphql.served import Door, Served
from api.view import ComplianceView, Views
from engine import pipeline
from engine.facts.admission import Admission
from engine.model.instants import instant_of
from engine.model.principal import LOCAL
from engine.model.quantity import Instant
from engine.model.tenancy import FactBatch
from engine.source import Source
from engine.store.database import OUT_OF_MEMORY, Store
from engine.tenant.draft_facts import UnfitBatches, fill
from engine.tenant.tenant import NothingPublishedError

MEMORY = 1_000_000_000
"""Bytes that drafts may take beside what the process has when it begins."""
GRACE = 2.0
"""Seconds after which the process ends itself where the server, which should have, did not."""
NANOSECONDS = 1_000_000_000


POLICY = """
use standard
document d "D" { version "1"  dated 2025-01-01 }
party a "A"
party b "B"
service s "S" { provider a  hours always }
agreement c is sla "C" {
  between a as provider and b as customer
  covers s
  cites d "1" "all"
  in force from 2025-01-01 through 2025-12-31
  accepted by "D" on 2025-01-01
  zone UTC
  conventions standard { sources are assumed watched }
  target t of s "T" {
    cites d "1" "all"
    obliges a
    measures uptime from outage o
    during hours of s
    requires at least 99% in each calendar month
  }
}
"""
"""The draft that is tried before the first one comes."""


class NoPolicies:
    """What the doors are opened on where a draft is not sound: there is nothing to be asked."""

    @property
    def keeper(self) -> None:
        """Nothing is kept."""
        return None

    def waker(self, run: object) -> None:
        """Nothing is judged anew."""

    def present(self) -> ComplianceView:
        """Nothing."""
        raise NothingPublishedError("the draft is not sound")

    def known(self, known_at: Instant) -> ComplianceView:
        """Nothing."""
        return self.present()

    def ready(self) -> tuple[str, Instant]:
        """Never."""
        raise NothingPublishedError("the draft is not sound")

    def figures(self) -> None:
        """Nothing is kept."""
        return

    def backing_up(self, name: str) -> AbstractContextManager[Iterator[bytes]] | None:
        """Nothing is kept."""
        return None


@contextmanager
def judged(draft: Draft) -> Generator[JudgedDraft]:
    """A draft, judged; its facts are there as long as it is asked."""
    checked = pipeline.check(draft.sources)
    if checked.snapshot is None:
        yield JudgedDraft(diagnostics=checked.diagnostics)
        return
    with pipeline.open_store() as store:
        yield _judged(draft, checked, store)


def _judged(draft: Draft, checked: pipeline.Checked, store: Store) -> JudgedDraft:
    assert checked.snapshot is not None, "it is sound"
    found = fill(checked.snapshot, store, draft.batches, draft.kept)
    if isinstance(found, UnfitBatches):
        return JudgedDraft(diagnostics=checked.diagnostics, faults=found.faults)
    admission = Admission(admitted=dict.fromkeys(checked.snapshot.kinds, 0), refused=found, diagnostics=())
    ready = Workspace(checked=checked, snapshot=checked.snapshot, store=store, admission=admission)
    view = compliance_view(ready, as_of=draft.as_of, known_at=None)
    return JudgedDraft(diagnostics=checked.diagnostics, view=view)


def answer(asked: DraftRequest, log: list[str]) -> bytes:
    """The document's answer about its draft, as JSON, with what was logged meanwhile.

    Raises one of OUT_OF_MEMORY, and whatever else is a fault of ours.
    """
    ends_at = monotonic_ns() + int(asked.seconds * NANOSECONDS)
    with judged(asked.draft) as found:
        views: Views = NoPolicies() if found.view is None else found.view
        context = Served(door=Door(views=views), principal=LOCAL, ends_at=ends_at, judged=found)
        result = SCHEMA.execute_sync(
            asked.query,
            variable_values=dict(asked.variables) if asked.variables is not None else None,
            context_value=context,
            operation_name=asked.operation_name,
        )
        for each in result.errors or ():
            if isinstance(each.original_error, OUT_OF_MEMORY):
                raise each.original_error
        errors = [_told(each) for each in coded(result.errors)]
    said = {"data": result.data, "errors": errors, "log": log}
    return json.dumps(said, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _told(error: GraphQLError) -> dict[str, object]:
    return {
        "message": error.message,
        "positions": error.positions,
        "path": error.path,
        "extensions": error.extensions,
    }


class Kept(logging.Handler):
    """Keeps what is logged, for the server to tell."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record, with its fault."""
        self.lines.append(self.format(record))


def serve(asking: BinaryIO, telling: BinaryIO, memory: int) -> None:
    """Answer one draft after the other, until nobody asks any more."""
    kept = Kept()
    logging.getLogger().addHandler(kept)
    _try(kept.lines)
    most = bound(memory)
    write(telling, Mark.READY, b"")
    while (frame := read(asking)) is not None:
        asked: DraftRequest = pickle.loads(frame[1])
        kept.lines.clear()
        alarm(asked.seconds + GRACE)
        try:
            mark, said = Mark.ANSWER, answer(asked, kept.lines)
        except OUT_OF_MEMORY:
            mark, said = Mark.OUT_OF_MEMORY, b""
        except Exception:  # noqa: BLE001 - told to the server, which logs it
            mark, said = Mark.FAULT, format_exc().encode("utf-8", "replace")
        if mark is Mark.ANSWER and most is not None and memory_held() > most - memory // 2:
            mark = Mark.LAST_ANSWER
        alarm(0)
        write(telling, mark, said)


def _try(log: list[str]) -> None:
    """Judge something small: what a draft needs is loaded then, and what libraries lay up is there before
    memory is counted."""
    rows = ({"id": "o", "service": "s", "start": "2025-01-01T00:00:00Z", "end": "2025-01-02T00:00:00Z"},)
    draft = Draft(
        sources=(Source(name="try.sla", text=POLICY),),
        batches=(FactBatch(kind="outage", rows=rows),),
        as_of=instant_of(datetime(2025, 2, 1, tzinfo=UTC)),
    )
    document = (
        'query { evaluateDraft(files: [], asOf: "2025-02-01T00:00:00Z")'
        " { evaluation { verdicts { nodes { state explain { lines { nodes { text } } } } } } } }"
    )
    asked = DraftRequest(draft=draft, query=document, variables=None, operation_name=None, seconds=60.0)
    found = json.loads(answer(asked, log))
    assert not found["errors"], found


def main() -> None:
    """Serve whoever started this process, on its standard input and output."""
    asking, telling = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # Whatever is printed goes elsewhere than between the answers.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(asking, telling, int(sys.argv[1]) if len(sys.argv) > 1 else MEMORY)


if __name__ == "__main__":
    main()
