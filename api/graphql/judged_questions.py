"""What is asked of facts and of verdicts: how promises stand, what followed, and how that came about."""

import strawberry
from strawberry import ID

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
from api.graphql.errors import bad_input
from api.graphql.fact_answers import Asked, FactConnection, FactsFilter, facts
from api.graphql.followed import (
    CreditConnection,
    CreditFilter,
    EscalationConnection,
    EscalationFilter,
    credits,
    escalations,
)
from api.graphql.nouns import Agreement, Info, Node, Obligation, Party, Service
from api.graphql.opaque import named, unseal
from api.graphql.pages import USUAL, Connection, Paging, connect
from api.graphql.scalars import DateTime
from api.graphql.verdict_news import VerdictNews, history
from api.graphql.verdicts import Verdict

NOUNS = {("Party",), ("Service",), ("Agreement",), ("Obligation",), ("Calendar",), ("Document",)}
"""What the ids begin with of what the policies declare."""


@strawberry.type(description="What is known, how promises stand, and what followed.")
class JudgedQuestions:
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
        return verdict_of(info, id)

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
            return verdict_of(info, id)
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
                return verdict_of(info, id)


def verdict_of(info: Info, id: ID) -> Verdict | None:
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
