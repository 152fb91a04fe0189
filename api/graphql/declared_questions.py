"""What is asked of what policies declare: agreements, obligations, services, parties and what they cite."""

import strawberry
from strawberry import ID

from api.graphql.by_name import NameOrder, by_name
from api.graphql.calendar_answers import Calendar
from api.graphql.document_answers import Document
from api.graphql.nouns import Agreement, Info, Obligation, Party, Service
from api.graphql.opaque import named
from api.graphql.pages import Connection, Paging
from api.graphql.suppliers import Supplier
from engine.model.agreement import AgreementKind
from engine.model.obligation import ObligationKind
from engine.model.party import PartyStanding


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


@strawberry.type(description="What policies declare.")
class DeclaredQuestions:
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
