"""Documents: the clauses of each that policies cite, and what cites them."""

from collections.abc import Iterable, Iterator
from itertools import chain

import strawberry

from api.graphql.nouns import Agreement, Info, Node, Obligation, citations
from api.graphql.opaque import global_id
from api.graphql.pages import USUAL, Connection, Paging, connect
from api.graphql.scalars import Date
from api.graphql.values import Citation, Place
from engine.model import citation, party
from engine.model.agreement import Agreement as DeclaredAgreement
from engine.model.obligation import Obligation as DeclaredObligation
from engine.model.snapshot import Snapshot


@strawberry.type(description="A section that leaves something to a section of another document.")
class DocumentReference:
    section: str
    to_section: str
    place: Place
    to: strawberry.Private[str]

    @strawberry.field(description="The document to which it leaves that; null where that is not shown.")
    def document(self, info: Info) -> "Document | None":
        found = info.context.view.snapshot.documents.get(self.to)
        return None if found is None else Document.of(found)


@strawberry.type(description="A clause of a document that something cites.")
class Clause:
    section: str
    agreed: strawberry.Private[list[DeclaredAgreement]]
    promised: strawberry.Private[list[DeclaredObligation]]
    words: strawberry.Private[list[citation.Citation]]

    @strawberry.field(description="The promises that encode its words.")
    def obligations(self, first: int = USUAL, after: str | None = None) -> Connection[Obligation]:
        return connect(self.promised, Paging(first=first, after=after), Obligation.of)

    @strawberry.field(description="The agreements that it says the terms of.")
    def agreements(self, first: int = USUAL, after: str | None = None) -> Connection[Agreement]:
        return connect(self.agreed, Paging(first=first, after=after), Agreement.of)

    @strawberry.field(description="Its words, wherever they are cited.")
    def cites(self, first: int = USUAL, after: str | None = None) -> Connection[Citation]:
        return citations(tuple(self.words), first, after)

    @classmethod
    def of(cls, section: str) -> "Clause":
        """A clause that nothing cites yet."""
        return cls(section=section, agreed=[], promised=[], words=[])


@strawberry.type(description="A document whose words policies cite.")
class Document(Node):
    name: str
    title: str
    version: str | None
    dated: Date | None
    place: Place
    model: strawberry.Private[party.Document]

    @strawberry.field(description="The clauses that are cited, in the order of their sections.")
    def clauses(self, info: Info, first: int = USUAL, after: str | None = None) -> Connection[Clause]:
        info.context.check_deadline()
        found = _clauses(info.context.view.snapshot, self.model.name)
        return connect(found, Paging(first=first, after=after), lambda each: each)

    @strawberry.field(description="All sections that it has, where the policies list them.")
    def sections(self, first: int = USUAL, after: str | None = None) -> Connection[str]:
        return connect(self.model.sections, Paging(first=first, after=after), str)

    @strawberry.field(description="The documents over which it prevails.")
    def prevails_over(
        self, info: Info, first: int = USUAL, after: str | None = None
    ) -> Connection["Document"]:
        declared = info.context.view.snapshot.documents
        found = [declared[name] for name in self.model.prevails_over if name in declared]
        return connect(found, Paging(first=first, after=after), Document.of)

    @strawberry.field(description="What it leaves to other documents.")
    def refers(self, first: int = USUAL, after: str | None = None) -> Connection[DocumentReference]:
        return connect(
            self.model.refers,
            Paging(first=first, after=after),
            lambda each: DocumentReference(
                section=each.section,
                to_section=each.to_section,
                place=Place.of(each.span),
                to=each.document,
            ),
        )

    @classmethod
    def of(cls, model: party.Document) -> "Document":
        """A declared document."""
        return cls(
            id=global_id("Document", model.name),
            name=model.name,
            title=model.title,
            version=model.version,
            dated=None if model.dated is None else Date(model.dated),
            place=Place.of(model.span),
            model=model,
        )


def _clauses(snapshot: Snapshot, document: str) -> list[Clause]:
    """The clauses of a document that agreements and their promises cite, or say that somebody acts or feeds
    by."""
    found: dict[str, Clause] = {}

    def clauses(cites: Iterable[citation.Citation]) -> Iterator[Clause]:
        said: dict[str, Clause] = {}
        for cited in cites:
            if cited.document == document:
                made = found.setdefault(cited.section, Clause.of(cited.section))
                made.words.append(cited)
                said[cited.section] = made
        yield from said.values()

    for name in sorted(snapshot.agreements):
        agreement = snapshot.agreements[name]
        besides = (each.cites for each in (*agreement.acting, *agreement.feeders))
        for clause in clauses(chain(agreement.cites, *besides)):
            clause.agreed.append(agreement)
        for obligation in agreement.obligations:
            for clause in clauses(obligation.terms.cites):
                clause.promised.append(obligation)
    return [found[section] for section in sorted(found)]
