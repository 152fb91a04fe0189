"""The ledger over GraphQL: its entries, its head, proofs as `troth ledger prove` writes them, and holds."""

from base64 import b64encode
from collections.abc import Callable

import strawberry

from api.graphql.errors import bad_input
from api.graphql.graph_answers import UserError
from api.graphql.nouns import Info
from api.graphql.opaque import seal, unseal
from api.graphql.pages import USUAL, Connection, Cut, Paging, connect, size_of_page
from api.graphql.scalars import DateTime, Decimal
from api.graphql.what_if import is_text
from engine.ledger.entries import EntryFilter, count_entries, page_of_entries
from engine.ledger.head_to_note import SignedHead, parse_size
from engine.ledger.log import (
    LedgerError,
    head_at,
    head_of_size,
    last_head,
    prove_entry,
    prove_growth,
    size_of,
)
from engine.ledger.proof_to_text import entry_proof_text, growth_proof_text
from engine.model import erasure, ledger
from engine.store.archive import Reading
from engine.tenant.holding import holds
from engine.tenant.tenant import Tenant

ORDER = "ledger"
MOST_KINDS = 20


@strawberry.type(description="An entry of the ledger: what was done, by whom, and what it can be checked by.")
class LedgerEntry:
    seq: Decimal = strawberry.field(description="Its place, from 0.")
    recorded_at: DateTime
    kind: str
    actor: str
    subject: str
    body: str = strawberry.field(description="Canonical JSON, as it was hashed.")

    @classmethod
    def of(cls, entry: ledger.Entry) -> "LedgerEntry":
        """The entry."""
        return cls(
            seq=Decimal(str(entry.seq)),
            recorded_at=DateTime(entry.recorded_at),
            kind=entry.kind,
            actor=entry.actor,
            subject=entry.subject,
            body=entry.body,
        )


@strawberry.input(description="Which entries; what is not said does not matter.")
class LedgerFilter:
    kind: list[str] | None = None
    actor: str | None = None
    subject: str | None = None
    since: DateTime | None = strawberry.field(default=None, description="Recorded then or later.")
    until: DateTime | None = strawberry.field(default=None, description="Recorded before then.")

    def checked(self) -> EntryFilter:
        """What is asked for, if it can be."""
        texts = [*(self.kind or ()), *(each for each in (self.actor, self.subject) if each is not None)]
        if not all(is_text(each) and "\0" not in each for each in texts):
            raise bad_input("a filter holds text without zero characters")
        if len(self.kind or ()) > MOST_KINDS:
            raise bad_input(f"a filter names at most {MOST_KINDS} kinds")
        return EntryFilter(
            kinds=tuple(self.kind or ()),
            actor=self.actor,
            subject=self.subject,
            since=self.since,
            until=self.until,
        )


@strawberry.type(description="A page of entries.")
class LedgerEntryConnection(Connection[LedgerEntry]):
    count: strawberry.Private[Callable[[], int]]

    @strawberry.field(description="How many there are on all pages together, counted where it is asked for.")
    def total_count(self) -> int:
        return self.count()


@strawberry.type(description="A head that was signed: keep it, and whatever is altered before it is found.")
class LedgerHead:
    size: Decimal
    root: str = strawberry.field(description="The hash over all entries, in base64.")
    origin: str = strawberry.field(description="Whose ledger it is.")
    note: str = strawberry.field(description="The signed note (C2SP checkpoint).")

    @classmethod
    def of(cls, head: SignedHead) -> "LedgerHead":
        """The head."""
        return cls(
            size=Decimal(str(head.head.size)),
            root=_base64(head.head.root),
            origin=head.origin,
            note=head.text,
        )


@strawberry.type(description="A proof, or why there is none.")
class LedgerProof:
    text: str | None = strawberry.field(description="What `troth ledger check-proof` reads.")
    user_errors: list[UserError]


@strawberry.type(
    description="A legal hold: what it covers is not erased until it is lifted. A key or a value that it"
    " names then goes with the facts, and is an empty text."
)
class LegalHold:
    hold: int
    entry: Decimal
    placed_at: DateTime
    placed_by: str
    reason: str
    scope: strawberry.Private[erasure.HoldScope]
    field: str | None = strawberry.field(description="The field of which any version says `value`.")
    value: str | None
    since: DateTime | None
    until: DateTime | None
    lifted_at: DateTime | None
    lifted_by: str | None
    lifted_because: str | None

    @strawberry.field(description="The kinds of the facts that it covers; none: of all.")
    def kinds(self, first: int = USUAL, after: str | None = None) -> Connection[str]:
        return connect(self.scope.kinds, Paging(first=first, after=after), str)

    @strawberry.field(description="The keys of the facts that it covers; none: of all.")
    def keys(self, first: int = USUAL, after: str | None = None) -> Connection[str]:
        return connect(self.scope.keys, Paging(first=first, after=after), str)

    @classmethod
    def of(cls, hold: erasure.Hold) -> "LegalHold":
        """The hold."""
        scope, lifted = hold.scope, hold.lifted
        return cls(
            hold=hold.seq,
            entry=Decimal(str(hold.entry)),
            placed_at=DateTime(hold.placed_at),
            placed_by=hold.placed_by,
            reason=hold.reason,
            scope=scope,
            field=None if scope.where is None else scope.where.field,
            value=None if scope.where is None else scope.where.value,
            since=None if scope.since is None else DateTime(scope.since),
            until=None if scope.until is None else DateTime(scope.until),
            lifted_at=None if lifted is None else DateTime(lifted.lifted_at),
            lifted_by=None if lifted is None else lifted.lifted_by,
            lifted_because=None if lifted is None else lifted.reason,
        )


@strawberry.type(description="The ledger as it stood when it was asked for.")
class Ledger:
    tenant: strawberry.Private[Tenant]
    entries_then: strawberry.Private[int]

    @classmethod
    def of(cls, tenant: Tenant) -> "Ledger":
        """The ledger of a tenant, as it stands."""
        return cls(tenant=tenant, entries_then=tenant.read(size_of))

    @strawberry.field(description="How many entries there are.")
    def size(self) -> Decimal:
        return Decimal(str(self.entries_then))

    @strawberry.field(description="The hash over all of them (RFC 9162), in base64.")
    def root(self) -> str:
        return _base64(self.tenant.read(lambda reading: head_at(reading, self.entries_then)).root)

    @strawberry.field(description="The head that was signed last, if any was.")
    def signed_head(self) -> LedgerHead | None:
        head = self.tenant.read(last_head)
        return None if head is None else LedgerHead.of(head)

    @strawberry.field(description="What was recorded, in order.")
    def entries(
        self,
        info: Info,
        filter: LedgerFilter | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> LedgerEntryConnection:
        asked = (filter or LedgerFilter()).checked()
        paging = Paging(first=first, after=after, last=last, before=before)
        most, backwards = size_of_page(paging), last is not None
        start = 0 if after is None else _place(after) + 1
        end = self.entries_then if before is None else min(_place(before), self.entries_then)
        check = info.context.check_deadline
        found = self.tenant.read(
            lambda reading: page_of_entries(
                reading, asked, start=start, end=end, most=most + 1, backwards=backwards, check=check
            )
        )
        more = len(found) > most
        page = (found[1:] if backwards else found[:-1]) if more else found
        return LedgerEntryConnection(
            page=Cut(
                items=page,
                cursor=lambda entry: seal((ORDER, entry.seq)),
                earlier=more if backwards else start > 0,
                later=end < self.entries_then if backwards else more,
                total=0,
            ),
            show=LedgerEntry.of,
            count=lambda: self.tenant.read(
                lambda reading: count_entries(reading, asked, size=self.entries_then, check=check)
            ),
        )

    @strawberry.field(
        description="The proof that entry `seq` is in the ledger of a signed head: that of `size` entries, "
        "or else the last (C2SP tlog-proof)."
    )
    def inclusion(self, seq: str, size: str | None = None) -> LedgerProof:
        number = _number(seq, "seq")
        return self._proof(
            size, lambda reading, head: entry_proof_text(prove_entry(reading, number, head)), "seq"
        )

    @strawberry.field(
        description="The proof that the ledger of a signed head, that of `size` entries or else the last, "
        "begins with the `since` entries of a head that you kept (as a C2SP tlog-witness reads it)."
    )
    def consistency(self, since: str, size: str | None = None) -> LedgerProof:
        old = _number(since, "since")

        def prove(reading: Reading, head: SignedHead) -> str:
            if old > head.head.size:
                raise LedgerError(f"the signed head is of {head.head.size} entries only")
            return growth_proof_text(prove_growth(reading, head_at(reading, old), head))

        return self._proof(size, prove, "since")

    @strawberry.field(description="The legal holds that stand; with `lifted`, also those that did.")
    def holds(
        self, lifted: bool = False, first: int = USUAL, after: str | None = None
    ) -> Connection[LegalHold]:
        found = [each for each in self.tenant.read(holds) if lifted or each.lifted is None]
        return connect(found, Paging(first=first, after=after), LegalHold.of)

    def _proof(self, size: str | None, prove: Callable[[Reading, SignedHead], str], path: str) -> LedgerProof:
        wanted = None if size is None else _number(size, "size")

        def ask(reading: Reading) -> LedgerProof:
            head = last_head(reading) if wanted is None else head_of_size(reading, wanted)
            if head is None:
                words = (
                    "no head was signed yet" if wanted is None else f"no head of {wanted} entries was signed"
                )
                return _unproved("not-signed", words, "size")
            try:
                return LedgerProof(text=prove(reading, head), user_errors=[])
            except LedgerError as error:
                return _unproved("no-proof", str(error), path)

        return self.tenant.read(ask)


def _unproved(code: str, words: str, path: str) -> LedgerProof:
    error = UserError(code=code, message=words, help=None, path=[path])
    return LedgerProof(text=None, user_errors=[error])


def _number(text: str, name: str) -> int:
    number = parse_size(text)
    if number is None or number >= 2**63:
        raise bad_input(f"`{name}` is a number of entries, in decimal digits")
    return number


def _place(cursor: str) -> int:
    match unseal(cursor, "cursor"):
        case (found, int(seq)) if found == ORDER and 0 <= seq < 2**63:
            return seq
        case _:
            raise bad_input("this cursor belongs to another list")


def _base64(hash: ledger.Hash) -> str:
    return b64encode(hash).decode()
