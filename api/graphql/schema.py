"""The schema: what may be asked, and the text of it that is exported."""

from functools import lru_cache

import strawberry
from graphql import GraphQLError
from strawberry.printer import print_schema
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.name_converter import NameConverter
from strawberry.types.execution import ExecutionContext

from api.graphql.calendar_answers import Calendar
from api.graphql.declared_questions import DeclaredQuestions
from api.graphql.document_answers import Document
from api.graphql.draft_answers import DraftAnswer, DraftFactsInput, evaluate_draft
from api.graphql.erasure_mutations import Mutations
from api.graphql.errors import bad_input
from api.graphql.graph_answers import (
    Diagnostic,
)
from api.graphql.graph_questions import GraphQuestions
from api.graphql.judged_questions import JudgedQuestions
from api.graphql.ledger_answers import Ledger
from api.graphql.limits import Limits
from api.graphql.mutations import PolicyFileInput, allow
from api.graphql.nouns import Agreement, Info, Obligation, Party, Service
from api.graphql.pages import USUAL, Connection, Paging, connect
from api.graphql.planned import PlanExecutor
from api.graphql.scalars import SCALARS, DateTime
from api.graphql.served_questions import ServedQuestions
from api.graphql.subscriptions import Subscription
from api.graphql.verdicts import Verdict
from api.graphql.webhook_answers import Webhook
from api.graphql.what_if import is_text
from engine.model.principal import Act

LONGEST_DRAFT = 200_000


@strawberry.type(description="Everything that may be asked. Instants default to those that are served.")
class Query(ServedQuestions, DeclaredQuestions, JudgedQuestions, GraphQuestions):
    @strawberry.field(
        description="What was recorded, and what proves it, for governance and auditors; null where nothing "
        "is kept."
    )
    def ledger(self, info: Info) -> Ledger | None:
        allow(info, Act.READ_LEDGER)
        info.context.check_deadline()
        keeping = info.context.keeping
        return None if keeping is None else Ledger.of(keeping.tenant)

    @strawberry.field(
        description="The machines that are told what becomes of the tenant, with `removed` also those that "
        "were, for who may register them; null where nothing is kept."
    )
    def webhooks(
        self, info: Info, removed: bool = False, first: int = USUAL, after: str | None = None
    ) -> Connection[Webhook] | None:
        allow(info, Act.NOTIFY)
        info.context.check_deadline()
        keeping = info.context.keeping
        if keeping is None:
            return None
        telling = keeping.tenant.telling
        found = [each for each in telling.webhooks() if removed or each.end is None]
        return connect(found, Paging(first=first, after=after), lambda each: Webhook.of(each, telling))

    @strawberry.field(description="What is wrong with the text of a policy.")
    def diagnose(
        self, info: Info, text: str, first: int = USUAL, after: str | None = None
    ) -> Connection[Diagnostic]:
        if len(text) > LONGEST_DRAFT or not is_text(text):
            raise bad_input(f"a draft is text of at most {LONGEST_DRAFT:,} characters")
        return connect(info.context.view.diagnose(text), Paging(first=first, after=after), Diagnostic.of)

    @strawberry.field(
        description="What a policy set that is not published would say of facts that are sent with it, and, "
        "if kinds are named, of what is kept of these. It is judged in a process of its own, which has the "
        "time of one answer; nothing is kept. A document that asks for it asks for nothing else."
    )
    def evaluate_draft(
        self,
        info: Info,
        files: list[PolicyFileInput],
        as_of: DateTime,
        facts: list[DraftFactsInput] | None = None,
        kept_kinds: list[str] | None = None,
    ) -> DraftAnswer:
        return evaluate_draft(info, files, as_of, facts or (), kept_kinds or ())


class Names(NameConverter):
    """The names of the schema, each found once: Strawberry asks for those of arguments with every request."""

    def __init__(self) -> None:
        super().__init__()
        self.apply_naming_config = lru_cache(maxsize=None)(super().apply_naming_config)


class Schema(strawberry.Schema):
    """A schema that leaves the log to the faults that are ours, which the door writes there."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Log nothing: most errors are askers' mistakes."""


SCHEMA = Schema(
    query=Query,
    mutation=Mutations,
    subscription=Subscription,
    types=(Party, Service, Agreement, Obligation, Calendar, Document, Verdict),
    extensions=(Limits,),
    execution_context_class=PlanExecutor,
    config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True, name_converter=Names()),
)


def export() -> str:
    """The schema as text, the same on every machine."""
    return print_schema(SCHEMA) + "\n"
