"""A draft of policies with facts: how it is asked about, sent to the process that judges it, and judged."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from api.view import ComplianceView
from engine.diagnostic import Diagnostic
from engine.model.quantity import Instant
from engine.model.tenancy import FactBatch
from engine.source import Source
from engine.tenant.draft_facts import NO_FACTS, BatchFault, KeptFacts


class TooManyFactsError(Exception):
    """A tenant keeps more facts than a draft may be judged by. The message is for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The policies, and the facts by which they are judged at an instant."""

    sources: tuple[Source, ...]
    batches: tuple[FactBatch, ...]
    as_of: Instant
    kept: KeptFacts = NO_FACTS


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftAsked:
    """What a document asks about a draft, under which key of its answer. `read` gives the draft with what is
    kept, and may raise TooManyFactsError and ArchiveError."""

    key: str
    read: Callable[[], Draft]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRequest:
    """A draft, and the document that asks about it, which is answered where it is judged."""

    draft: Draft
    query: str
    variables: Mapping[str, object] | None
    operation_name: str | None
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedDraft:
    """What was found of the text, why facts are none of it, and, where neither hinders, what is judged."""

    diagnostics: tuple[Diagnostic, ...]
    faults: tuple[BatchFault, ...] = ()
    view: ComplianceView | None = None
