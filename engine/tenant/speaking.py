"""What a party may feed: what the policies say comes from it, and no fact that came from another (S2.5)."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from engine.facts.spelling import shown
from engine.ledger.records import members
from engine.model.agreement import Agreement, Feeder
from engine.model.fact import FactKind, ReferenceType, Referent
from engine.model.instants import parse_instant
from engine.model.quantity import Instant
from engine.model.snapshot import Snapshot
from engine.model.tenancy import Fault, Refused
from engine.rules.plans.windows import term_of
from engine.sight.snapshot_to_seen import named_by
from engine.store.archive import Reading

CODE = "not-from-party"

FED_FOR = """
SELECT key, body FROM (
    SELECT v.key, e.body, row_number() OVER (PARTITION BY v.key ORDER BY v.seq DESC) AS place
    FROM fact_version v JOIN entry e ON e.seq = v.entry
    WHERE v.kind = ? AND v.key IN (SELECT unnest(?::TEXT[]))
) AS versions WHERE place = 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one fact says that decides from whom it may come: its instant, and what it is of or names."""

    row: int
    at: Instant | None
    about: str | None
    named: tuple[tuple[str, str, str], ...]
    """Field, what sort of thing it refers to, and the name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A statement that facts of a kind come from a party, and the version of an agreement that has it."""

    feeder: Feeder
    agreement: Agreement

    def covers(self, said: Said) -> bool:
        """Whether a fact concerns the agreement."""
        return self.is_about(said) and all(_is_own(self.agreement, to, name) for _, to, name in said.named)

    def is_about(self, said: Said) -> bool:
        """Whether it is about what the agreement covers, or about what one of its promises is."""
        promised = (subject for each in self.agreement.obligations for subject in each.terms.subjects)
        subjects = {*self.agreement.covers, *promised}
        return said.about is None or not subjects or said.about in subjects

    @property
    def text(self) -> str:
        """`msa "4", shop.sla:12:3`: the words that say so, and where the policy does."""
        cites = [f'{each.document} "{each.section}"' for each in self.feeder.cites]
        span = self.feeder.span
        return ", ".join([*cites, f"{span.source}:{span.line}:{span.column}"])


def saying(kind: FactKind, facts: Iterable[tuple[int, str]]) -> list[Said]:
    """What rows say, by their number and their content, which is the canonical JSON of their fields."""
    referring = {
        each.name: each.type.to
        for each in kind.fields
        if isinstance(each.type, ReferenceType) and each.type.to in (Referent.AGREEMENT, Referent.OBLIGATION)
    }
    found: list[Said] = []
    for row, content in facts:
        values: dict[str, str] = json.loads(content)
        start = values.get(kind.start_field)
        found.append(
            Said(
                row=row,
                at=None if start is None else parse_instant(start),
                about=None if kind.about is None else values.get(kind.about),
                named=tuple((name, to, values[name]) for name, to in referring.items() if name in values),
            )
        )
    return found


def spoken_of(snapshot: Snapshot, parties: Collection[str]) -> Snapshot:
    """The part of a policy set from which parties are told what is wrong with their facts: the agreements
    that they are party to, or feed under, and what these name. What is hidden is as unknown as what never
    was."""
    return named_by(snapshot, [each for each in snapshot.agreements.values() if _is_party_to(each, parties)])


def not_at_all(snapshot: Snapshot, kind: str, parties: Collection[str]) -> Refused | None:
    """Why none of the parties may feed facts of this name, whatever they say, and be there such a kind or
    not."""
    if any(each.feeder.party in parties for each in _clauses(snapshot, kind, None)):
        return None
    return Refused(faults=(_not_at_all(snapshot, kind, parties),))


def spoken_for(
    snapshot: Snapshot, kind: FactKind, facts: Sequence[Said], parties: Collection[str]
) -> tuple[str, ...] | Refused:
    """Those of the parties from which all of these facts may come, by the versions of the agreements in force
    at each; or why none of them may feed them. Any of them may feed the kind."""
    may: set[str] = {*parties}
    faults: list[Fault] = []
    for said in facts:
        clauses = [each for each in _clauses(snapshot, kind.name, said.at) if each.feeder.party in parties]
        allowed = {each.feeder.party for each in clauses if each.covers(said)}
        may &= allowed
        if not allowed:
            faults.append(_not_this(kind, said, clauses, parties))
    if faults:
        return Refused(faults=tuple(faults))
    if facts and not may:
        words = f"no one of {_listed(parties)} may feed all of these: feed them apart, each for its party"
        return Refused(faults=(Fault(code=CODE, message=words, kind=kind.name),))
    return tuple(sorted(may))


def others(reading: Reading, kind: FactKind, keys: Sequence[str], parties: Collection[str]) -> set[str]:
    """Those of the keys whose fact, as it was said last, did not come from any of the parties."""
    rows = reading.run(FED_FOR, (kind.name, list(keys)))
    return {key for key, body in rows if not {*fed_for(body)} & {*parties}}


def not_theirs(
    reading: Reading, kind: FactKind, rows: Sequence[tuple[int, str]], parties: Collection[str]
) -> Refused | None:
    """Why the parties may not speak of facts that came from somebody else, be they retracted or not; `rows`
    are their numbers and keys."""
    taken = others(reading, kind, [key for _, key in rows], parties)
    faults = [
        Fault(
            code="duplicate-key",
            message=f"there is a `{kind.name}` {shown(key)} that was not fed for {_listed(parties)}:"
            " take another key",
            row=number,
            field=kind.key,
            kind=kind.name,
            party=_one(parties),
        )
        for number, key in rows
        if key in taken
    ]
    return Refused(faults=tuple(faults)) if faults else None


def fed_for(body: str) -> tuple[str, ...]:
    """The parties for which an entry says that its facts were fed; none where they were fed for nobody."""
    found = members(body).get("parties")
    return tuple(each for each in found if isinstance(each, str)) if isinstance(found, list) else ()


def _clauses(snapshot: Snapshot, kind: str, at: Instant | None) -> Iterator[Clause]:
    """The statements about a kind, in the versions that are in force at an instant, or in any."""
    for name in sorted({each.identity for each in snapshot.agreements.values()}):
        versions = snapshot.versions(name)
        if at is not None:
            begun = [each for each in versions if term_of(each)[0] <= at]
            versions = (begun[-1] if begun else versions[0],)
        for agreement in versions:
            for feeder in agreement.feeders:
                if feeder.kind == kind:
                    yield Clause(feeder=feeder, agreement=agreement)


def _not_at_all(snapshot: Snapshot, kind: str, parties: Collection[str]) -> Fault:
    """No agreement lets any of the parties feed the kind. Their own agreements that let others are named, and
    no others, since those may not be for them to see."""
    clauses = [each for each in _clauses(snapshot, kind, None) if _is_party_to(each.agreement, parties)]
    words = f"no policy says that facts of {shown(kind)} come from {_listed(parties)}"
    if clauses:
        from_whom = "; ".join(f"from `{each.feeder.party}` ({each.text})" for each in clauses)
        words += f": in {_agreements(clauses)} they come {from_whom}"
    return Fault(code=CODE, message=words, kind=kind, party=_one(parties), clause=_texts(clauses))


def _not_this(kind: FactKind, said: Said, clauses: Sequence[Clause], parties: Collection[str]) -> Fault:
    """What one fact says that no statement covers."""
    if not clauses:
        words = f"no agreement in force then says that facts of `{kind.name}` come from {_listed(parties)}"
        field = kind.start_field
    else:
        field, named = kind.about, said.about
        if any(each.is_about(said) for each in clauses):
            # It is the agreement or the promise that it names which is not theirs.
            field, _, named = next(
                each for each in said.named if not _is_own(clauses[0].agreement, *each[1:])
            )
        words = (
            f"facts of `{kind.name}` come from {_listed(parties)} for {_agreements(clauses)},"
            f" to which {shown(named or '')} does not belong"
        )
    where = f" ({_texts(clauses)})" if clauses else ""
    return Fault(
        code=CODE,
        message=f"{words}{where}",
        row=said.row,
        field=field,
        kind=kind.name,
        party=_one(parties),
        clause=_texts(clauses),
    )


def _is_own(agreement: Agreement, to: str, name: str) -> bool:
    """Whether a name is that of the agreement, or of one of its promises."""
    home = name.partition(".")[0] if to == Referent.OBLIGATION else name.partition("@")[0]
    return home == agreement.identity


def _is_party_to(agreement: Agreement, parties: Collection[str]) -> bool:
    """Whether an agreement is between any of the parties, or any of them acts or feeds in it."""
    sides = {agreement.provider, agreement.customer}
    return bool({*sides, *(each.party for each in (*agreement.acting, *agreement.feeders))} & {*parties})


def _agreements(clauses: Iterable[Clause]) -> str:
    return " and ".join(f"`{name}`" for name in dict.fromkeys(each.agreement.identity for each in clauses))


def _listed(parties: Collection[str]) -> str:
    return ", ".join(shown(each) for each in sorted(parties)) or "anybody that this token speaks for"


def _texts(clauses: Iterable[Clause]) -> str | None:
    return "; ".join(each.text for each in clauses) or None


def _one(parties: Collection[str]) -> str | None:
    return ", ".join(sorted(parties)) or None
