"""A draft of policies judged by facts that are sent with it: what is wrong with it, or its verdicts."""

from collections.abc import Sequence
from typing import Any, cast

import strawberry
from graphql import FieldNode, FragmentSpreadNode, InlineFragmentNode, SelectionSetNode

from api.drafts.draft import Draft, DraftAsked, JudgedDraft, TooManyFactsError
from api.graphql.compliance import VerdictConnection, VerdictFilter, VerdictOrder, page
from api.graphql.errors import Code, bad_input, refusal
from api.graphql.followed import CreditConnection, CreditFilter, credits
from api.graphql.graph_answers import Diagnostic, UserError
from api.graphql.mutations import (
    MOST_ERRORS,
    PolicyFileInput,
    error_of,
    is_storable,
    unusable_files,
    unusable_rows,
)
from api.graphql.nouns import Info
from api.graphql.pages import USUAL, Connection, Paging, connect
from api.graphql.scalars import DateTime, FactRow
from api.view import ComplianceView
from engine.model.instants import EARLIEST, LATEST
from engine.model.tenancy import FactBatch, Fault
from engine.source import Source
from engine.tenant.draft_facts import MOST_CHARACTERS, MOST_KEPT, NO_FACTS, KeptFacts, kept_facts
from engine.tenant.tenant import Tenant

FIELD = "evaluateDraft"
MOST_BATCHES = 100
MOST_KINDS = 100


@strawberry.input(description="Facts of one kind, as `ingestFacts` takes them; nothing of them is kept.")
class DraftFactsInput:
    kind: str
    rows: list[FactRow]


@strawberry.type(description="What a draft gives at an instant. Its ids name the draft's own things.")
class DraftEvaluation:
    as_of: DateTime
    policy_version: str = strawberry.field(description="The digest of what the draft means.")
    refused_rows: int | None = strawberry.field(
        description="How many versions of facts that are kept the draft does not admit."
    )
    model: strawberry.Private[ComplianceView]

    @strawberry.field
    def verdicts(
        self,
        info: Info,
        filter: VerdictFilter | None = None,
        order_by: VerdictOrder | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> VerdictConnection:
        paging = Paging(first=first, after=after, last=last, before=before)
        asked, order = filter or VerdictFilter(), order_by or VerdictOrder()
        return page(asked, paging, order, self.model.revision, info)

    @strawberry.field(description="The credits that follow, by promise and occasion, and their sums.")
    def credits(
        self,
        info: Info,
        filter: CreditFilter | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> CreditConnection:
        paging = Paging(first=first, after=after, last=last, before=before)
        return credits(filter or CreditFilter(), paging, self.model.revision, info)

    @strawberry.field(description="Findings about the facts.")
    def warnings(self, first: int = USUAL, after: str | None = None) -> Connection[Diagnostic]:
        found = self.model.revision.warnings
        return connect(found, Paging(first=first, after=after), Diagnostic.of)


@strawberry.type(description="What a draft gives, or what is wrong with it or its facts. Nothing is kept.")
class DraftAnswer:
    evaluation: DraftEvaluation | None = strawberry.field(
        description="Null where the draft or its facts are wrong."
    )
    user_errors: list[UserError] = strawberry.field(description="What is wrong with the files and facts.")
    model: strawberry.Private[JudgedDraft]

    @strawberry.field(description="What is wrong with the text, and what it should be looked at for.")
    def diagnostics(self, first: int = USUAL, after: str | None = None) -> Connection[Diagnostic]:
        return connect(self.model.diagnostics, Paging(first=first, after=after), Diagnostic.of)

    @classmethod
    def of(cls, judged: JudgedDraft, errors: Sequence[UserError] = ()) -> "DraftAnswer":
        """What was judged."""
        view = judged.view
        found = None
        if view is not None:
            found = DraftEvaluation(
                as_of=DateTime(view.revision.as_of),
                policy_version=view.snapshot.version,
                refused_rows=view.refused_rows,
                model=view,
            )
        faults = [(each.fault, ["facts", str(each.batch)]) for each in judged.faults]
        return cls(evaluation=found, user_errors=[*errors, *_errors(faults)], model=judged)


def evaluate_draft(
    info: Info,
    files: Sequence[PolicyFileInput],
    as_of: DateTime,
    facts: Sequence[DraftFactsInput],
    kept_kinds: Sequence[str],
) -> DraftAnswer:
    """The answer about a draft, in the process that has judged it; before, what is asked of that one."""
    context = info.context
    if context.judged is not None:
        return DraftAnswer.of(context.judged)
    context.check_deadline()
    key = _only_key(info)
    if not EARLIEST <= as_of < LATEST:
        raise bad_input("`asOf` lies outside of the years 1970 to 2199")
    if len(facts) > MOST_BATCHES or len(kept_kinds) > MOST_KINDS:
        raise bad_input(f"a draft has facts of at most {MOST_BATCHES} batches and {MOST_KINDS} kept kinds")
    if not all(is_storable(name) for name in (*kept_kinds, *(each.kind for each in facts))):
        raise bad_input("the name of a kind is text without zero characters")
    tenant = _tenant(info) if kept_kinds else None
    wrong: list[tuple[Fault, list[str]]] = [(each, ["files"]) for each in unusable_files(files)]
    for place, batch in enumerate(facts):
        wrong += ((each, ["facts", str(place)]) for each in unusable_rows(batch.rows))
    if wrong:
        return DraftAnswer.of(JudgedDraft(diagnostics=()), _errors(wrong))

    def read() -> Draft:
        return Draft(
            sources=tuple(Source(name=each.name, text=each.text) for each in files),
            batches=tuple(FactBatch(kind=each.kind, rows=each.rows) for each in facts),
            as_of=as_of,
            kept=NO_FACTS if tenant is None else _kept(tenant, kept_kinds),
        )

    context.draft = DraftAsked(key=key, read=read)
    raise refusal(Code.UNAVAILABLE, "a draft is judged in a process of its own, and there is none here")


def _only_key(info: Info) -> str:
    """The key of the answer. Whatever else the document asked for would be answered by the draft."""
    raw = cast(Any, info)._raw_info  # strawberry tells the operation nowhere else

    def fields(selection: SelectionSetNode | None) -> list[FieldNode]:
        found: list[FieldNode] = []
        for each in selection.selections if selection is not None else ():
            match each:
                case FieldNode():
                    found.append(each)
                case FragmentSpreadNode():
                    found += fields(raw.fragments[each.name.value].selection_set)
                case InlineFragmentNode():
                    found += fields(each.selection_set)
                case _:
                    raise AssertionError(each)
        return found

    asked = fields(raw.operation.selection_set)
    if len(asked) != 1:
        raise bad_input(f"`{FIELD}` is asked for once, in an operation that asks for nothing else")
    (field,) = asked
    return (field.alias or field.name).value


def _tenant(info: Info) -> Tenant:
    """Whose facts are read, to whoever sees all of them."""
    if info.context.principal.is_narrowed:
        words = "a draft is judged by facts of the whole tenant, and a customer or a supplier sees a part"
        raise refusal(Code.FORBIDDEN, words)
    keeping = info.context.keeping
    if keeping is None:
        raise refusal(Code.NOTHING_KEPT, "nothing is kept here: send the facts with the draft")
    return keeping.tenant


def _kept(tenant: Tenant, kinds: Sequence[str]) -> KeptFacts:
    found = tenant.read(lambda reading: kept_facts(reading, kinds))
    if found is None:
        words = f"{MOST_KEPT:,} versions of facts, or versions of more than {MOST_CHARACTERS:,} characters"
        raise TooManyFactsError(f"of these kinds more than {words}, are kept")
    return found


def _errors(faults: Sequence[tuple[Fault, list[str]]]) -> list[UserError]:
    """The faults, each at its place."""
    shown: list[UserError] = []
    for fault, start in faults[:MOST_ERRORS]:
        path = start
        if start[0] == "facts":
            inner = ["kind"] if fault.row is None else ["rows", *filter(None, [fault.field])]
            path = [*start, *inner]
        shown.append(error_of(fault, path))
    if (more := len(faults) - MOST_ERRORS) > 0:
        shown.append(error_of(Fault(code="more-errors", message=f"{more:,} more are not listed"), []))
    return shown
