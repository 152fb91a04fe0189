"""Suppliers: the parties that the one who writes the policies buys from, and what they signed."""

import strawberry

from api.graphql.nouns import Agreement, Info, Party, Service
from api.graphql.pages import USUAL, Connection, Paging, connect
from engine.model.agreement import AgreementKind
from engine.model.party import Party as DeclaredParty


@strawberry.type(description="A party that is declared as a supplier.")
class Supplier:
    name: str
    title: str
    party: Party
    model: strawberry.Private[DeclaredParty]

    @strawberry.field(description="What it provides.")
    def services(self, info: Info, first: int = USUAL, after: str | None = None) -> Connection[Service]:
        declared = info.context.view.snapshot.services
        found = [declared[name] for name in sorted(declared) if declared[name].provider == self.model.name]
        return connect(found, Paging(first=first, after=after), Service.of)

    @strawberry.field(description="The agreements in which it is the provider, of a `kind` or of all.")
    def contracts(
        self, info: Info, first: int = USUAL, after: str | None = None, kind: AgreementKind | None = None
    ) -> Connection[Agreement]:
        declared = info.context.view.snapshot.agreements
        found = [
            declared[name]
            for name in sorted(declared)
            if declared[name].provider == self.model.name and kind in (None, declared[name].kind)
        ]
        return connect(found, Paging(first=first, after=after), Agreement.of)

    @classmethod
    def of(cls, model: DeclaredParty) -> "Supplier":
        """A party that is a supplier."""
        return cls(name=model.name, title=model.title, party=Party.of(model), model=model)
