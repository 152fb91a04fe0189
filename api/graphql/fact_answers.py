"""Facts over GraphQL: what is known of each, for whom it was fed, and its versions."""

from collections.abc import Callable
from itertools import islice
from typing import TypeVar

import strawberry

from api.graphql.compliance import PeriodInput
from api.graphql.errors import bad_input
from api.graphql.nouns import Info
from api.graphql.opaque import seal, unseal
from api.graphql.pages import USUAL, Connection, Cut, Paging, connect, size_of_page
from api.graphql.scalars import DateTime, Decimal
from api.graphql.what_if import is_text
from engine.model.quantity import Instant
from engine.model.snapshot import Snapshot
from engine.store.archive import Reading
from engine.tenant.fact_pages import FactFilter, FactPages, KeptVersion
from engine.tenant.tenant import Tenant

ORDER = "facts"
MOST_NAMES = 100
T = TypeVar("T")


@strawberry.input(description="Which facts; what is not said does not matter.")
class FactsFilter:
    kind: list[str] | None = None
    key: list[str] | None = None
    subject: str | None = strawberry.field(
        default=None, description="The service or component that they are about, by its name."
    )
    period: PeriodInput | None = strawberry.field(
        default=None, description="Those that lie in it, or last into it."
    )

    def checked(self) -> FactFilter:
        """What is asked for, if it can be."""
        texts = [*(self.kind or ()), *(self.key or ()), *(() if self.subject is None else (self.subject,))]
        if not all(is_text(each) and "\0" not in each for each in texts):
            raise bad_input("a filter holds text without zero characters")
        if max(len(self.kind or ()), len(self.key or ())) > MOST_NAMES:
            raise bad_input(f"a filter names at most {MOST_NAMES} kinds or keys")
        since, until = (None, None) if self.period is None else self.period.checked()
        return FactFilter(
            kinds=frozenset(self.kind or ()),
            keys=frozenset(self.key or ()),
            subject=self.subject,
            since=since,
            until=until,
        )


@strawberry.type(description="What a fact says of one field.")
class FactField:
    name: str
    value: str


@strawberry.type(description="One version of a fact: what was known from an instant on.")
class FactVersion:
    known_from: DateTime
    entry: Decimal = strawberry.field(description="The entry of the ledger that records it.")
    digest: str
    is_retraction: bool = strawberry.field(description="Whether it says that there is no such fact.")
    erased_by: Decimal | None = strawberry.field(
        description="The entry that records that what it said was erased."
    )
    pages: strawberry.Private["Asked"]
    model: strawberry.Private[KeptVersion]

    @strawberry.field(description="What it says; nothing where it was erased, or is a retraction.")
    def fields(self, first: int = USUAL, after: str | None = None) -> Connection[FactField]:
        said = sorted((self.model.values or {}).items())
        return connect(
            said, Paging(first=first, after=after), lambda each: FactField(name=each[0], value=each[1])
        )

    @strawberry.field(description="The parties for which it was fed, by their names.")
    def fed_for(self, first: int = USUAL, after: str | None = None) -> Connection[str]:
        parties = self.pages.read(lambda pages: pages.fed_for(self.model.entry))
        return connect(parties, Paging(first=first, after=after), str)

    @classmethod
    def of(cls, version: KeptVersion, pages: "Asked") -> "FactVersion":
        """A version."""
        return cls(
            known_from=DateTime(version.known_from),
            entry=Decimal(str(version.entry)),
            digest=version.digest,
            is_retraction=version.is_retraction,
            erased_by=None if version.erased_by is None else Decimal(str(version.erased_by)),
            pages=pages,
            model=version,
        )


@strawberry.type(description="A fact, as it is known.")
class Fact:
    kind: str
    key: str
    reference: str = strawberry.field(description="`kind:key`, as verdicts name it.")
    is_erased: bool = strawberry.field(description="Whether what it said was erased, on legal demand.")
    latest: FactVersion
    pages: strawberry.Private["Asked"]

    @strawberry.field(description="What was ever known of it by then, the first first.")
    def versions(self, first: int = USUAL, after: str | None = None) -> Connection[FactVersion]:
        found = self.pages.read(lambda pages: pages.versions(self.kind, self.key))
        return connect(found, Paging(first=first, after=after), lambda each: FactVersion.of(each, self.pages))

    @classmethod
    def of(cls, version: KeptVersion, pages: "Asked") -> "Fact":
        """The fact of which this is the latest version."""
        return cls(
            kind=version.kind,
            key=version.key,
            reference=f"{version.kind}:{version.key}",
            is_erased=version.values is None,
            latest=FactVersion.of(version, pages),
            pages=pages,
        )


@strawberry.type(description="A page of facts, by kind and key, and what it takes to ask the same again.")
class FactConnection(Connection[Fact]):
    as_of: DateTime
    known_at: DateTime
    policy_version: str
    count: strawberry.Private[Callable[[], int]]

    @strawberry.field(description="How many there are on all pages together, counted where it is asked for.")
    def total_count(self) -> int:
        return self.count()


class Asked:
    """The facts of a tenant as they are known at an instant, to whoever asks."""

    def __init__(self, tenant: Tenant, info: Info, as_of: Instant, known_at: Instant) -> None:
        principal = info.context.principal
        self.as_of = as_of
        self.known_at = known_at
        self.parties = principal.parties if principal.is_narrowed else None
        self.snapshot: Snapshot = info.context.view.snapshot
        self._tenant = tenant
        self._check = info.context.check_deadline
        self._fed: dict[int, tuple[str, ...]] = {}

    def read(self, ask: Callable[[FactPages], T]) -> T:
        """What is read of one state of the archive."""

        def pages(reading: Reading) -> T:
            return ask(
                FactPages(
                    reading=reading,
                    snapshot=self.snapshot,
                    as_of=self.as_of,
                    known_at=self.known_at,
                    parties=self.parties,
                    check=self._check,
                    fed=self._fed,
                )
            )

        return self._tenant.read(pages)


def facts(pages: Asked, filter: FactsFilter, first: int | None, after: str | None) -> FactConnection:
    """A page of the facts that are asked for."""
    asked = filter.checked()
    most = size_of_page(Paging(first=first))
    start = None if after is None else _place(after)
    found = pages.read(lambda read: [*islice(read.facts(asked, start), most + 1)])
    return FactConnection(
        page=Cut(
            items=found[:most],
            cursor=lambda each: seal((ORDER, each.kind, each.key)),
            earlier=start is not None,
            later=len(found) > most,
            total=0,
        ),
        show=lambda each: Fact.of(each, pages),
        as_of=DateTime(pages.as_of),
        known_at=DateTime(pages.known_at),
        policy_version=pages.snapshot.version,
        count=lambda: pages.read(lambda read: sum(1 for _ in read.facts(asked))),
    )


def _place(cursor: str) -> tuple[str, str]:
    match unseal(cursor, "cursor"):
        case (found, str(kind), str(key)) if found == ORDER and is_text(key) and "\0" not in key:
            return kind, key
        case _:
            raise bad_input("this cursor belongs to another list")
