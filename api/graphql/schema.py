"""The schema: what may be asked, and the text of it that is exported."""

import strawberry
from graphql import GraphQLError
from strawberry import ID
from strawberry.printer import print_schema
from strawberry.schema.config import StrawberryConfig
from strawberry.types.execution import ExecutionContext

from api.graphql.by_name import NameOrder, by_name
from api.graphql.calendar_answers import Calendar
from api.graphql.compliance import (
    Compliance,
    PeriodInput,
    VerdictConnection,
    VerdictFilter,
    VerdictOrder,
    page,
)
from api.graphql.document_answers import Document
from api.graphql.draft_answers import DraftAnswer, DraftFactsInput, evaluate_draft
from api.graphql.erasure_mutations import Mutations
from api.graphql.errors import Code, bad_input, refusal
from api.graphql.fact_answers import Asked, FactConnection, FactsFilter, facts
from api.graphql.followed import (
    CreditConnection,
    CreditFilter,
    EscalationConnection,
    EscalationFilter,
    credits,
    escalations,
)
from api.graphql.graph_answers import (
    Diagnostic,
    Foundation,
    FoundationAnswer,
    Impact,
    ImpactAnswer,
    UserError,
)
from api.graphql.ledger_answers import Ledger
from api.graphql.limits import Limits
from api.graphql.mutations import PolicyFileInput, allow
from api.graphql.nouns import Agreement, Info, Node, Obligation, Party, Service
from api.graphql.opaque import named, unseal
from api.graphql.pages import USUAL, Connection, Paging, connect
from api.graphql.planned import PlanExecutor
from api.graphql.risk_answers import MOST_DEPTH, GraphFile, Risk
from api.graphql.scalars import SCALARS, DateTime
from api.graphql.situation_answers import Situation, SituationAnswer
from api.graphql.subscriptions import Subscription
from api.graphql.suppliers import Supplier
from api.graphql.trace_answers import Trace, TraceAnswer
from api.graphql.verdict_news import VerdictNews, history
from api.graphql.verdicts import Verdict, traced
from api.graphql.viability_answers import Viability
from api.graphql.viewer import RateLimit, Viewer
from api.graphql.what_if import WhatIfAnswer, answer, is_text
from api.view import Drawing
from engine import diagnostic
from engine.model.agreement import AgreementKind
from engine.model.dependency import NodeKind
from engine.model.obligation import ObligationKind
from engine.model.party import PartyStanding
from engine.model.picture import Format
from engine.model.principal import Act

LONGEST_DRAFT = 200_000
MOST_NAMES = 100
NOUNS = {("Party",), ("Service",), ("Agreement",), ("Obligation",), ("Calendar",), ("Document",)}
"""What the ids begin with of what the policies declare."""


@strawberry.input(description="Which agreements; what is not said does not matter.")
class AgreementFilter:
    kind: list[AgreementKind] | None = None
    party: ID | None = strawberry.field(default=None, description="Those that it signed, on either side.")
    service: ID | None = strawberry.field(default=None, description="Those that cover it.")


@strawberry.input(description="Which obligations; what is not said does not matter.")
class ObligationFilter:
    kind: list[ObligationKind] | None = None
    agreement: ID | None = None
    service: ID | None = strawberry.field(default=None, description="Those that read its facts.")


@strawberry.input(description="Which services; what is not said does not matter.")
class ServiceFilter:
    provider: ID | None = None


@strawberry.input(description="Which parties; what is not said does not matter.")
class PartyFilter:
    standing: list[PartyStanding] | None = None


@strawberry.type(description="Everything that may be asked. Instants default to those that are served.")
class Query:
    @strawberry.field(description="Who asks, as what, and whether it is shown a part only.")
    def viewer(self, info: Info) -> Viewer:
        return Viewer.of(info.context.principal)

    @strawberry.field(description="How much more may be asked for.")
    def rate_limit(self, info: Info) -> RateLimit:
        return RateLimit.of(info)

    @strawberry.field(description="The digest of the policy set that answers.")
    def policy_version(self, info: Info) -> str:
        return info.context.view.snapshot.version

    @strawberry.field(description="The instant as of which verdicts are given unless another is asked for.")
    def as_of(self, info: Info) -> DateTime:
        return DateTime(info.context.view.revision.as_of)

    @strawberry.field(description="The instant up to which records are read; absent: all of them.")
    def known_at(self, info: Info) -> DateTime | None:
        known_at = info.context.view.revision.known_at
        return DateTime(known_at) if known_at is not None else None

    @strawberry.field(
        description="How many rows of facts were refused: no verdict rests on them. Null for who sees a part."
    )
    def refused_rows(self, info: Info) -> int | None:
        return info.context.view.refused_rows

    @strawberry.field(description="What every verdict should be read with: findings about the facts.")
    def warnings(self, info: Info, first: int = USUAL, after: str | None = None) -> Connection[Diagnostic]:
        view = info.context.view
        found = (*view.warnings, *view.revision.warnings)
        return connect(found, Paging(first=first, after=after), Diagnostic.of)

    @strawberry.field
    def agreements(
        self,
        info: Info,
        filter: AgreementFilter | None = None,
        order_by: NameOrder | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Connection[Agreement]:
        asked = filter or AgreementFilter()
        party = named(asked.party, "Party") if asked.party is not None else None
        service = named(asked.service, "Service") if asked.service is not None else None
        found = {
            name: each
            for name, each in info.context.view.snapshot.agreements.items()
            if (asked.kind is None or each.kind in asked.kind)
            and (party is None or party in (each.provider, each.customer))
            and (service is None or service in each.covers)
        }
        paging = Paging(first=first, after=after, last=last, before=before)
        return by_name(found, order_by, paging, Agreement.of)

    @strawberry.field
    def obligations(
        self,
        info: Info,
        filter: ObligationFilter | None = None,
        order_by: NameOrder | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Connection[Obligation]:
        asked = filter or ObligationFilter()
        agreement = named(asked.agreement, "Agreement") if asked.agreement is not None else None
        service = named(asked.service, "Service") if asked.service is not None else None
        found = {
            each.terms.id: each
            for each in info.context.view.snapshot.obligations()
            if (asked.kind is None or each.terms.kind in asked.kind)
            and (agreement is None or agreement == each.terms.agreement)
            and (service is None or service in each.terms.subjects)
        }
        paging = Paging(first=first, after=after, last=last, before=before)
        return by_name(found, order_by, paging, Obligation.of)

    @strawberry.field
    def services(
        self,
        info: Info,
        filter: ServiceFilter | None = None,
        order_by: NameOrder | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Connection[Service]:
        asked = filter or ServiceFilter()
        provider = named(asked.provider, "Party") if asked.provider is not None else None
        found = {
            name: each
            for name, each in info.context.view.snapshot.services.items()
            if provider is None or each.provider == provider
        }
        paging = Paging(first=first, after=after, last=last, before=before)
        return by_name(found, order_by, paging, Service.of)

    @strawberry.field
    def parties(
        self,
        info: Info,
        filter: PartyFilter | None = None,
        order_by: NameOrder | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Connection[Party]:
        asked = filter or PartyFilter()
        found = {
            name: each
            for name, each in info.context.view.snapshot.parties.items()
            if asked.standing is None or each.standing in asked.standing
        }
        paging = Paging(first=first, after=after, last=last, before=before)
        return by_name(found, order_by, paging, Party.of)

    @strawberry.field(description="The parties that are declared as suppliers, and what they signed.")
    def suppliers(
        self,
        info: Info,
        order_by: NameOrder | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Connection[Supplier]:
        found = {
            name: each
            for name, each in info.context.view.snapshot.parties.items()
            if each.standing is PartyStanding.SUPPLIER
        }
        paging = Paging(first=first, after=after, last=last, before=before)
        return by_name(found, order_by, paging, Supplier.of)

    @strawberry.field
    def calendars(
        self,
        info: Info,
        order_by: NameOrder | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Connection[Calendar]:
        paging = Paging(first=first, after=after, last=last, before=before)
        declared = {name: (name, each) for name, each in info.context.view.snapshot.calendars.items()}
        return by_name(declared, order_by, paging, Calendar.of)

    @strawberry.field(description="The documents whose words policies cite.")
    def documents(
        self,
        info: Info,
        order_by: NameOrder | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Connection[Document]:
        paging = Paging(first=first, after=after, last=last, before=before)
        return by_name(info.context.view.snapshot.documents, order_by, paging, Document.of)

    @strawberry.field(
        description="The facts that are known; for customers and suppliers those that were fed for their "
        "parties. Null where nothing is kept."
    )
    def facts(
        self,
        info: Info,
        filter: FactsFilter | None = None,
        as_of: DateTime | None = None,
        known_at: DateTime | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> FactConnection | None:
        context = info.context
        context.check_deadline()
        if (keeping := context.keeping) is None:
            return None
        context.bind(known_at)
        served = context.view.revision.known_at
        assert served is not None, "a tenant records every fact"
        then = served if known_at is None else known_at
        asked = Asked(keeping.tenant, info, context.revisions.instant(as_of), then)
        return facts(asked, filter or FactsFilter(), first, after)

    @strawberry.field(description="The levels of all escalations, in the order of their instants.")
    def escalations(
        self,
        info: Info,
        filter: EscalationFilter | None = None,
        as_of: DateTime | None = None,
        known_at: DateTime | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> EscalationConnection:
        revision = info.context.at(as_of, known_at)
        paging = Paging(first=first, after=after, last=last, before=before)
        return escalations(filter or EscalationFilter(), paging, revision, info)

    @strawberry.field(description="The credits that follow from verdicts, by promise and occasion.")
    def credits(
        self,
        info: Info,
        filter: CreditFilter | None = None,
        as_of: DateTime | None = None,
        known_at: DateTime | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> CreditConnection:
        revision = info.context.at(as_of, known_at)
        paging = Paging(first=first, after=after, last=last, before=before)
        return credits(filter or CreditFilter(), paging, revision, info)

    @strawberry.field
    def verdicts(
        self,
        info: Info,
        filter: VerdictFilter | None = None,
        order_by: VerdictOrder | None = None,
        as_of: DateTime | None = None,
        known_at: DateTime | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> VerdictConnection:
        revision = info.context.at(as_of, known_at)
        paging = Paging(first=first, after=after, last=last, before=before)
        return page(filter or VerdictFilter(), paging, order_by or VerdictOrder(), revision, info)

    @strawberry.field(description="How an agreement stands in a period; null where there is no such one.")
    def compliance(
        self,
        info: Info,
        agreement: ID,
        period: PeriodInput,
        as_of: DateTime | None = None,
        known_at: DateTime | None = None,
    ) -> Compliance | None:
        start, end = period.checked()
        revision = info.context.at(as_of, known_at)
        declared = info.context.view.snapshot.agreements.get(named(agreement, "Agreement"))
        if declared is None:
            return None
        return Compliance(
            agreement=Agreement.of(declared),
            start=DateTime(start),
            end=DateTime(end),
            as_of=DateTime(revision.as_of),
            known_at=DateTime(revision.known_at) if revision.known_at is not None else None,
            policy_version=info.context.view.snapshot.version,
            asked=VerdictFilter(agreement=agreement, window=period),
            revision=revision,
        )

    @strawberry.field(description="One verdict; null where there is none of this identity.")
    def verdict(self, info: Info, id: ID) -> Verdict | None:
        return _verdict(info, id)

    @strawberry.field(
        description="How a verdict became what it is, the first change first; null where nothing is kept."
    )
    def verdict_history(
        self, info: Info, verdict: ID, first: int = USUAL, after: str | None = None
    ) -> Connection[VerdictNews] | None:
        match unseal(verdict, "id"):
            case ("Verdict", str(obligation), str(subject), str(occasion), *_):
                identity = (obligation, subject, occasion)
            case _:
                raise bad_input("this is no id of Verdict")
        keeping = info.context.keeping
        if keeping is None:
            return None
        found = history(identity, keeping.tenant, info)
        return connect(found, Paging(first=first, after=after), lambda each: each)

    @strawberry.field(description="Anything that has an id; null where there is nothing of it.")
    def node(self, info: Info, id: ID) -> Node | None:
        key = unseal(id, "id")
        if key[:1] not in NOUNS:
            # The id of a verdict may name what was known when other policies were in use.
            return _verdict(info, id)
        snapshot = info.context.view.snapshot
        match key:
            case ("Party", str(name)):
                party = snapshot.parties.get(name)
                return Party.of(party) if party else None
            case ("Service", str(name)):
                service = snapshot.services.get(name)
                return Service.of(service) if service else None
            case ("Agreement", str(name)):
                agreement = snapshot.agreements.get(name)
                return Agreement.of(agreement) if agreement else None
            case ("Calendar", str(name)):
                calendar = snapshot.calendars.get(name)
                return Calendar.of((name, calendar)) if calendar else None
            case ("Document", str(name)):
                document = snapshot.documents.get(name)
                return Document.of(document) if document else None
            case ("Obligation", str(name)):
                obligation = snapshot.obligation(name)
                return Obligation.of(obligation) if obligation else None
            case _:
                return _verdict(info, id)

    @strawberry.field(description="What falls when these fail: `kind:name`, or a name that only one bears.")
    def impact(self, info: Info, of: list[str], as_of: DateTime | None = None) -> ImpactAnswer:
        if not 1 <= len(of) <= MOST_NAMES:
            raise bad_input(f"name 1 to {MOST_NAMES} things that fail")
        view = info.context.view
        instant = info.context.revisions.instant(as_of)
        found = view.impact(of, instant)
        if isinstance(found, diagnostic.Diagnostic):
            error = UserError(code=found.code, message=found.message, help=found.help, path=["of"])
            return ImpactAnswer(impact=None, user_errors=[error])
        answer = Impact(as_of=DateTime(instant), policy_version=view.snapshot.version, model=found)
        return ImpactAnswer(impact=answer, user_errors=[])

    @strawberry.field(
        description="Who is affected at an instant, and what is due next: what fails is what is out, and "
        "what is named besides. `maxDegree` and `kinds` limit the hits, not their counts."
    )
    def situation(
        self,
        info: Info,
        as_of: DateTime | None = None,
        known_at: DateTime | None = None,
        failed: list[str] | None = None,
        max_degree: int | None = None,
        kinds: list[NodeKind] | None = None,
    ) -> SituationAnswer:
        info.context.check_deadline()
        if len(failed or ()) > MOST_NAMES:
            raise bad_input(f"`failed` names at most {MOST_NAMES} things")
        revision, view = info.context.at(as_of, known_at), info.context.view
        found = view.situation(revision, failed or (), max_degree, kinds)
        if isinstance(found, diagnostic.Diagnostic):
            error = UserError(code=found.code, message=found.message, help=found.help, path=["failed"])
            return SituationAnswer(situation=None, user_errors=[error])
        answer = Situation(
            as_of=DateTime(found.as_of),
            known_at=DateTime(found.known_at) if found.known_at is not None else None,
            policy_version=view.snapshot.version,
            model=found,
        )
        return SituationAnswer(situation=answer, user_errors=[])

    @strawberry.field(
        description="Everything whose failure has a part in that of this: the reverse of impact.",
    )
    def rests_on(self, info: Info, of: str, as_of: DateTime | None = None) -> FoundationAnswer:
        view = info.context.view
        instant = info.context.revisions.instant(as_of)
        found = view.rests_on(of, instant)
        if isinstance(found, diagnostic.Diagnostic):
            error = UserError(code=found.code, message=found.message, help=found.help, path=["of"])
            return FoundationAnswer(foundation=None, user_errors=[error])
        answer = Foundation(as_of=DateTime(instant), policy_version=view.snapshot.version, model=found)
        return FoundationAnswer(foundation=answer, user_errors=[])

    @strawberry.field(
        description="What an agreement, or every one, could promise at best, and what beneath it is too "
        "weak, at an instant or over the whole terms; null where there is no such agreement."
    )
    def viability(
        self,
        info: Info,
        agreement: ID | None = None,
        as_of: DateTime | None = None,
        whole_terms: bool = False,
    ) -> Viability | None:
        info.context.check_deadline()
        view = info.context.view
        at = None if whole_terms else info.context.revisions.instant(as_of)
        found = view.viability(None if agreement is None else named(agreement, "Agreement"), at)
        if isinstance(found, diagnostic.Diagnostic):
            return None
        instant = None if at is None else DateTime(at)
        return Viability(as_of=instant, policy_version=view.snapshot.version, model=found)

    @strawberry.field(description="What hangs on one thing, and what is redundant in name only.")
    def risk(self, info: Info, as_of: DateTime | None = None) -> Risk:
        info.context.check_deadline()
        view = info.context.view
        at = info.context.revisions.instant(as_of)
        return Risk(as_of=DateTime(at), policy_version=view.snapshot.version, model=view.risk(at))

    @strawberry.field(
        description="What depends on what as a file: all of it, or what lies at most `depth` edges around a "
        "node. What falls with the nodes that `failed` is marked; with `states` the worst of the verdicts of "
        "promises, agreements and services, by those that reach beyond `since`; with `risks` the single "
        "points of failure."
    )
    def graph_file(
        self,
        info: Info,
        format: Format,
        as_of: DateTime | None = None,
        around: str | None = None,
        depth: int = 2,
        failed: list[str] | None = None,
        states: bool = False,
        since: DateTime | None = None,
        known_at: DateTime | None = None,
        risks: bool = False,
    ) -> GraphFile:
        info.context.check_deadline()
        if not 0 <= depth <= MOST_DEPTH or len(failed or ()) > MOST_NAMES:
            raise bad_input(f"`depth` is from 0 to {MOST_DEPTH}, and `failed` names at most {MOST_NAMES}")
        if not states and (since is not None or known_at is not None):
            raise bad_input("`since` and `knownAt` say which verdicts count: ask for `states`")
        verdicts = info.context.at(as_of, known_at).verdicts if states else ()
        view = info.context.view
        at = info.context.revisions.instant(as_of)
        found = view.export(
            Drawing(
                at=at,
                format=format,
                around=around,
                depth=depth,
                failed=failed or (),
                verdicts=verdicts,
                since=since,
                risks=risks,
            )
        )
        text, errors = (None, [found]) if isinstance(found, diagnostic.Diagnostic) else (found, [])
        is_around = around is not None and any(f"`{around}`" in each.message for each in errors)
        return GraphFile(
            as_of=DateTime(at),
            policy_version=view.snapshot.version,
            text=text,
            user_errors=[
                UserError(
                    code=each.code,
                    message=each.message,
                    help=each.help,
                    path=["around" if is_around else "failed"],
                )
                for each in errors
            ],
        )

    @strawberry.field(
        description="What would change if the policies said something else, over the same facts; each change "
        "is a sentence of the change language, such as `drop supplier northwind`."
    )
    def what_if(
        self,
        info: Info,
        changes: list[str],
        as_of: DateTime | None = None,
        known_at: DateTime | None = None,
    ) -> WhatIfAnswer:
        if info.context.principal.is_narrowed:
            words = "what would change is asked of all policies, and a customer or a supplier sees a part"
            raise refusal(Code.FORBIDDEN, words)
        return answer(changes, info.context.at(as_of, known_at), info)

    @strawberry.field(description="From the contract's words to a verdict and what followed, or back.")
    def trace(self, info: Info, verdict: ID, back: bool = False) -> Trace | None:
        found = _verdict(info, verdict)
        return Trace.of(traced(found, info, back)) if found else None

    @strawberry.field(
        description="The same from a clause, a promise, a fact (`kind:key`) or what followed "
        "(`credit:PROMISE`), with every verdict on the way; `back` from what followed, onwards from all else."
    )
    def trace_from(
        self,
        info: Info,
        of: str,
        back: bool | None = None,
        as_of: DateTime | None = None,
        known_at: DateTime | None = None,
    ) -> TraceAnswer:
        info.context.check_deadline()
        revision = info.context.at(as_of, known_at)
        found = info.context.view.trace_from(
            of, revision, lambda verdict: info.context.explain(verdict, revision), back
        )
        if isinstance(found, diagnostic.Diagnostic):
            error = UserError(code=found.code, message=found.message, help=found.help, path=["of"])
            return TraceAnswer(trace=None, user_errors=[error])
        return TraceAnswer(trace=Trace.of(found), user_errors=[])

    @strawberry.field(
        description="What was recorded, and what proves it, for governance and auditors; null where nothing "
        "is kept."
    )
    def ledger(self, info: Info) -> Ledger | None:
        allow(info, Act.READ_LEDGER)
        info.context.check_deadline()
        keeping = info.context.keeping
        return None if keeping is None else Ledger.of(keeping.tenant)

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


def _verdict(info: Info, id: ID) -> Verdict | None:
    """The verdict of an id, in the revision that the id names (S7.4)."""
    match unseal(id, "id"):
        case ("Verdict", str(obligation), str(subject), str(occasion)):
            instants = (None, None)
        case ("Verdict", str(obligation), str(subject), str(occasion), int(as_of)):
            instants = (as_of, None)
        case ("Verdict", str(obligation), str(subject), str(occasion), int(as_of), int(known_at)):
            instants = (as_of, known_at)
        case _:
            raise bad_input("this is no id of Verdict")
    revision = info.context.at(*instants)
    found = revision.by_identity.get((obligation, subject, occasion))
    return Verdict.of(found, revision, info) if found else None


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
    config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
)


def export() -> str:
    """The schema as text, the same on every machine."""
    return print_schema(SCHEMA) + "\n"
