"""What the policies declare: parties, services, components, agreements and obligations."""

from typing import TypeAlias

import strawberry
from strawberry import ID

from api.duration_to_words import duration_words
from api.graphql.opaque import global_id
from api.graphql.pages import USUAL, Connection, Paging, connect
from api.graphql.scalars import Date, DateTime
from api.graphql.served import Served
from api.graphql.values import AnsweredTerm, Citation, Due, Place
from engine.model import agreement, obligation, party, service
from engine.model.reaction import RenewalCase
from engine.model.renewal import RenewalState
from engine.model.snapshot import Snapshot

Info: TypeAlias = strawberry.Info[Served, None]

for kinds in (agreement.AgreementKind, obligation.ObligationKind, party.PartyStanding, RenewalState):
    strawberry.enum(kinds)


@strawberry.interface(description="Anything that has an id of its own.")
class Node:
    id: ID


@strawberry.type(description="Someone who owes or is owed.")
class Party(Node):
    name: str
    title: str
    standing: party.PartyStanding
    place: Place

    @classmethod
    def of(cls, party: party.Party) -> "Party":
        """A declared party."""
        return cls(
            id=global_id("Party", party.name),
            name=party.name,
            title=party.title,
            standing=party.standing,
            place=Place.of(party.span),
        )

    @classmethod
    def named(cls, snapshot: Snapshot, name: str) -> "Party":
        """The party of that name, which the policy set declares."""
        return cls.of(snapshot.parties[name])


@strawberry.type(description="An attribute that the policy's author gave a service.")
class Attribute:
    name: str
    value: str


@strawberry.type(description="Something that a provider provides.")
class Service(Node):
    name: str
    title: str
    owner: str | None
    place: Place
    model: strawberry.Private[service.Service]

    @strawberry.field
    def provider(self, info: Info) -> Party:
        return Party.named(info.context.view.snapshot, self.model.provider)

    @strawberry.field
    def attributes(self, first: int = USUAL, after: str | None = None) -> Connection[Attribute]:
        return connect(
            self.model.attributes,
            Paging(first=first, after=after),
            lambda each: Attribute(name=each[0], value=each[1]),
        )

    @classmethod
    def of(cls, service: service.Service) -> "Service":
        """A declared service."""
        return cls(
            id=global_id("Service", service.name),
            name=service.name,
            title=service.title,
            owner=service.owner,
            place=Place.of(service.span),
            model=service,
        )


def services(
    snapshot: Snapshot, names: tuple[str, ...], first: int | None, after: str | None
) -> Connection[Service]:
    """A page of the services of these names."""
    return connect(names, Paging(first=first, after=after), lambda name: Service.of(snapshot.services[name]))


def citations(
    cites: tuple[obligation.Citation, ...], first: int | None, after: str | None
) -> Connection[Citation]:
    """A page of citations."""
    return connect(cites, Paging(first=first, after=after), Citation.of)


@strawberry.type(description="A convention as it holds in an agreement.")
class Convention:
    subject: str
    choice: str
    place: Place


@strawberry.type(description="A promise: a target, a duty, a prohibition or a recovery objective.")
class Obligation(Node):
    name: str = strawberry.field(description="`agreement.obligation`.")
    title: str
    kind: obligation.ObligationKind
    subject: str
    reported_only: bool
    severity: str | None
    place: Place
    model: strawberry.Private[obligation.Obligation]

    @strawberry.field
    def agreement(self, info: Info) -> "Agreement":
        return Agreement.of(info.context.view.snapshot.agreements[self.model.terms.agreement])

    @strawberry.field(description="Who owes it.")
    def obliges(self, info: Info) -> Party:
        snapshot, terms = info.context.view.snapshot, self.model.terms
        return Party.named(snapshot, terms.obliges or snapshot.agreements[terms.agreement].provider)

    @strawberry.field(description="Who acts for the side that it binds.")
    def kept_through(
        self, info: Info, first: int = USUAL, after: str | None = None
    ) -> Connection["ActingParty"]:
        terms = self.model.terms
        within = info.context.view.snapshot.agreements[terms.agreement]
        return ActingParty.page(within.kept_through(terms), within, first, after)

    @strawberry.field(description="The services whose facts it reads.")
    def services(self, info: Info, first: int = USUAL, after: str | None = None) -> Connection[Service]:
        return services(info.context.view.snapshot, self.model.terms.subjects, first, after)

    @strawberry.field(description="The words that it encodes.")
    def cites(self, first: int = USUAL, after: str | None = None) -> Connection[Citation]:
        return citations(self.model.terms.cites, first, after)

    @classmethod
    def of(cls, model: obligation.Obligation) -> "Obligation":
        """A declared obligation."""
        terms = model.terms
        return cls(
            id=global_id("Obligation", terms.id),
            name=terms.id,
            title=terms.title,
            kind=terms.kind,
            subject=terms.subject,
            reported_only=terms.reported_only,
            severity=terms.severity.name if terms.severity else None,
            place=Place.of(terms.span),
            model=model,
        )


strawberry.enum(agreement.Change, name="AmendmentChange")


@strawberry.type(description="One difference of an agreement from what it amends.")
class Delta:
    change: agreement.Change
    member: str = strawberry.field(description="Such as `target availability`, or `in force`.")
    statements: str = strawberry.field(description="What a changed member says anew.")
    place: Place


@strawberry.type(description="What a party must do and nothing measures.")
class Responsibility:
    text: str
    place: Place
    model: strawberry.Private[agreement.Responsibility]

    @strawberry.field
    def party(self, info: Info) -> Party:
        return Party.named(info.context.view.snapshot, self.model.party)


@strawberry.type(description="A third party that acts for a side of an agreement.")
class ActingParty:
    place: Place
    model: strawberry.Private[agreement.ActingParty]
    within: strawberry.Private[agreement.Agreement]

    @strawberry.field
    def party(self, info: Info) -> Party:
        return Party.named(info.context.view.snapshot, self.model.party)

    @strawberry.field(description="The side for which it acts.")
    def side(self, info: Info) -> Party:
        return Party.named(info.context.view.snapshot, self.model.side)

    @strawberry.field(description="The promises that are kept through it, or bind it on behalf of the side.")
    def obligations(self, first: int = USUAL, after: str | None = None) -> Connection["Obligation"]:
        found = [
            each
            for each in self.within.obligations
            if self.model in self.within.kept_through(each.terms)
            or (each.terms.obliges == self.model.party and self.model.acts_in(each.terms.id))
        ]
        return connect(found, Paging(first=first, after=after), Obligation.of)

    @strawberry.field(description="The words that say so.")
    def cites(self, first: int = USUAL, after: str | None = None) -> Connection[Citation]:
        return citations(self.model.cites, first, after)

    @classmethod
    def page(
        cls,
        acting: tuple[agreement.ActingParty, ...],
        within: agreement.Agreement,
        first: int | None,
        after: str | None,
    ) -> Connection["ActingParty"]:
        """A page of those that act within an agreement."""
        return connect(
            acting,
            Paging(first=first, after=after),
            lambda each: cls(place=Place.of(each.span), model=each, within=within),
        )


@strawberry.type(description="That a party may feed facts of a kind, as far as they concern the agreement.")
class Feeder:
    kind: str
    place: Place
    model: strawberry.Private[agreement.Feeder]

    @strawberry.field
    def party(self, info: Info) -> Party:
        return Party.named(info.context.view.snapshot, self.model.party)

    @strawberry.field(description="The words that say so.")
    def cites(self, first: int = USUAL, after: str | None = None) -> Connection[Citation]:
        return citations(self.model.cites, first, after)


@strawberry.type(description="Where the term of an agreement that renews stands.")
class Renewal:
    state: RenewalState
    through: Date = strawberry.field(description="The term's last day, as far as it is known.")
    ends: DateTime
    renewed: int = strawberry.field(description="How often it was renewed.")
    due: Due | None = strawberry.field(
        description="While it is open, the last moment for notice, or for what renews it."
    )
    notice: str | None = strawberry.field(description="The fact that ends it, as `kind:key`.")

    @classmethod
    def of(cls, case: RenewalCase) -> "Renewal":
        """The term as the facts have it."""
        return cls(
            state=case.state,
            through=Date(case.through),
            ends=DateTime(case.ends),
            renewed=case.renewed,
            due=None if case.due is None else Due.of(case.due),
            notice=case.notice,
        )


@strawberry.type(description="An SLA, or an OLA or underpinning contract beneath one; each version is one.")
class Agreement(Node):
    name: str = strawberry.field(description="Of a version that another one took over from, `name@version`.")
    version: str | None
    amends: str | None = strawberry.field(description="The template or agreement that it is a delta of.")
    title: str
    kind: agreement.AgreementKind
    zone: str
    term: AnsweredTerm
    owner: str | None
    owner_in_law: str | None
    reviewed_by: str | None = strawberry.field(description="The role that reviews it.")
    kept: str | None = strawberry.field(
        description="How long facts are kept as they came, and how long what was made of them."
    )
    disputes_within: str | None = strawberry.field(description="How long after a report it may be disputed.")
    accepted: bool = strawberry.field(description="Whether anything shows that it was accepted.")
    acceptance: str | None = strawberry.field(
        description="How: `by`, `signed`, `minutes`, `terms accepted`, `published`."
    )
    place: Place
    model: strawberry.Private[agreement.Agreement]

    @strawberry.field
    def provider(self, info: Info) -> Party:
        return Party.named(info.context.view.snapshot, self.model.provider)

    @strawberry.field
    def customer(self, info: Info) -> Party:
        return Party.named(info.context.view.snapshot, self.model.customer)

    @strawberry.field(description="The services that it covers.")
    def covers(self, info: Info, first: int = USUAL, after: str | None = None) -> Connection[Service]:
        return services(info.context.view.snapshot, self.model.covers, first, after)

    @strawberry.field(description="The agreements above it.")
    def underpins(self, info: Info, first: int = USUAL, after: str | None = None) -> Connection["Agreement"]:
        declared = info.context.view.snapshot.agreements
        return connect(
            self.model.underpins, Paging(first=first, after=after), lambda name: Agreement.of(declared[name])
        )

    @strawberry.field(description="Where its term stands, if it renews; of the latest version.")
    def renewal(self, info: Info) -> Renewal | None:
        if self.model.superseded_by is not None:
            return None
        case = info.context.view.revision.renewals.get(self.model.identity)
        return None if case is None else Renewal.of(case)

    @strawberry.field(description="The version before it.")
    def supersedes(self, info: Info) -> "Agreement | None":
        before = info.context.view.snapshot.agreements.get(self.model.supersedes or "")
        return Agreement.of(before) if before else None

    @strawberry.field(description="The version that took over from it.")
    def superseded_by(self, info: Info) -> "Agreement | None":
        after = info.context.view.snapshot.agreements.get(self.model.superseded_by or "")
        return Agreement.of(after) if after else None

    @strawberry.field(description="What the sides must do and nothing measures.")
    def responsibilities(self, first: int = USUAL, after: str | None = None) -> Connection[Responsibility]:
        return connect(
            self.model.responsibilities,
            Paging(first=first, after=after),
            lambda each: Responsibility(text=each.text, place=Place.of(each.span), model=each),
        )

    @strawberry.field(description="Who acts for a side of it.")
    def acting(self, first: int = USUAL, after: str | None = None) -> Connection[ActingParty]:
        return ActingParty.page(self.model.acting, self.model, first, after)

    @strawberry.field(description="Who may feed facts of which kind.")
    def feeders(self, first: int = USUAL, after: str | None = None) -> Connection[Feeder]:
        return connect(
            self.model.feeders,
            Paging(first=first, after=after),
            lambda each: Feeder(kind=each.kind, place=Place.of(each.span), model=each),
        )

    @strawberry.field(description="How it differs from what it amends.")
    def deltas(self, first: int = USUAL, after: str | None = None) -> Connection[Delta]:
        return connect(
            self.model.deltas,
            Paging(first=first, after=after),
            lambda each: Delta(
                change=each.change,
                member=each.member,
                statements=", ".join(each.statements),
                place=Place.of(each.span),
            ),
        )

    @strawberry.field
    def obligations(self, first: int = USUAL, after: str | None = None) -> Connection[Obligation]:
        return connect(self.model.obligations, Paging(first=first, after=after), Obligation.of)

    @strawberry.field
    def conventions(self, first: int = USUAL, after: str | None = None) -> Connection[Convention]:
        return connect(
            self.model.conventions,
            Paging(first=first, after=after),
            lambda each: Convention(subject=each.subject, choice=each.choice, place=Place.of(each.span)),
        )

    @strawberry.field(description="The words that it encodes.")
    def cites(self, first: int = USUAL, after: str | None = None) -> Connection[Citation]:
        return citations(self.model.cites, first, after)

    @classmethod
    def of(cls, model: agreement.Agreement) -> "Agreement":
        """A declared agreement."""
        return cls(
            id=global_id("Agreement", model.name),
            name=model.name,
            version=model.version,
            amends=model.amends,
            title=model.title,
            kind=model.kind,
            zone=model.zone,
            term=AnsweredTerm.of(model.term),
            owner=model.owned_by,
            owner_in_law=model.owned_in_law,
            reviewed_by=model.reviewed_by,
            kept=None
            if model.kept is None
            else f"raw {duration_words(model.kept.raw)}, summaries {duration_words(model.kept.summaries)}",
            disputes_within=None if model.disputes_within is None else duration_words(model.disputes_within),
            accepted=model.accepted is not None,
            acceptance=model.accepted.how if model.accepted else None,
            place=Place.of(model.span),
            model=model,
        )
