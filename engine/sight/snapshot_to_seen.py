"""From a policy set to the part of it that parties see: their agreements, and what these name."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from engine.model.agreement import Agreement, AgreementKind
from engine.model.fact import FactKind, ReferenceType
from engine.model.obligation import Obligation
from engine.model.party import Document
from engine.model.principal import ApiRole, Principal
from engine.model.service import Need, NeedsOne, Service
from engine.model.snapshot import Snapshot, persistent
from engine.sight.noun_to_words import names

CONTRACTS_BENEATH = (AgreementKind.OLA, AgreementKind.UC)


def seen(snapshot: Snapshot, principal: Principal) -> Snapshot:
    """The part of a policy set that is a customer's or a supplier's.

    A customer sees the agreements in which one of its parties is the customer; a supplier the operational
    level agreements and underpinning contracts in which one is the provider. Of an agreement with versions
    they see the latest, if it is theirs, and those before it up to the first that is not. With them they see
    what these agreements name: services, without what these need or what their author noted; parties,
    roles, calendars, documents, kinds of fact. They do not see what an agreement lies beneath or differs
    from unless that is theirs, too; nor feeds, nor worked examples. The version stays that of the whole.
    """
    return named_by(snapshot, _own(snapshot, principal))


def named_by(snapshot: Snapshot, own: Collection[Agreement]) -> Snapshot:
    """The part of a policy set that these agreements are, with what they name, and nothing of others."""
    return _part(snapshot, {each.name: each for each in own})


def _part(snapshot: Snapshot, own: Mapping[str, Agreement]) -> Snapshot:
    promised = {each.terms.id for agreement in own.values() for each in agreement.obligations}
    agreements = {name: _cut(each, own, promised) for name, each in own.items()}
    named = _named(snapshot, agreements)
    documents, services = named.pop("documents"), named.pop("services")
    needed = services.keys() | named["components"].keys() | named["parties"].keys()
    return replace(
        snapshot,
        **{sort: persistent(nouns) for sort, nouns in named.items()},
        documents=persistent({name: _document(each, documents) for name, each in documents.items()}),
        services=persistent({name: _service(each, needed) for name, each in services.items()}),
        feeds=persistent({}),
        agreements=persistent(agreements),
        examples=(),
    )


def _own(snapshot: Snapshot, principal: Principal) -> Collection[Agreement]:
    found: list[Agreement] = []
    for agreement in snapshot.agreements.values():
        if agreement.superseded_by is not None:
            continue
        version: Agreement | None = agreement
        while version is not None and _is_own(version, principal):
            found.append(version)
            version = snapshot.agreements.get(version.supersedes or "")
    return found


def _is_own(agreement: Agreement, principal: Principal) -> bool:
    as_customer = ApiRole.CUSTOMER in principal.roles and agreement.customer in principal.parties
    as_supplier = (
        ApiRole.SUPPLIER in principal.roles
        and agreement.kind in CONTRACTS_BENEATH
        and agreement.provider in principal.parties
    )
    return as_customer or as_supplier


def _cut(agreement: Agreement, own: Collection[str], promised: Collection[str]) -> Agreement:
    """An agreement without the names of others that are not seen."""
    # An amendment of the agreement itself is a delta of the version before it, which may be another's.
    is_own_delta = agreement.amends == agreement.identity
    is_amended_seen = (agreement.supersedes if is_own_delta else agreement.amends) in own
    return replace(
        agreement,
        underpins=tuple(each for each in agreement.underpins if each in own),
        supersedes=agreement.supersedes if agreement.supersedes in own else None,
        amends=agreement.amends if is_amended_seen else None,
        deltas=agreement.deltas if is_amended_seen else (),
        obligations=tuple(_promise(each, promised) for each in agreement.obligations),
    )


def _promise(obligation: Obligation, promised: Collection[str]) -> Obligation:
    carries = tuple(each for each in obligation.terms.carries if each in promised)
    if carries == obligation.terms.carries:
        return obligation
    return replace(obligation, terms=replace(obligation.terms, carries=carries))


def _named(snapshot: Snapshot, agreements: Mapping[str, Agreement]) -> dict[str, dict[str, Any]]:
    """Everything that the agreements name, and what that names in turn, by sort and name."""
    names_in: dict[str, Callable[[Any], Collection[str]]] = {
        "documents": lambda _: (),
        "parties": lambda _: (),
        "roles": names,
        "severities": names,
        "calendars": names,
        "components": lambda _: (),
        "services": lambda each: names(_service(each, ())),
        "kinds": _referred,
    }
    found: dict[str, dict[str, Any]] = {sort: {} for sort in names_in}
    pending = {word for agreement in agreements.values() for word in names(agreement)}
    known: set[str] = set()
    while pending:
        known |= pending
        said: set[str] = set()
        for sort, kept in found.items():
            every: Mapping[str, Any] = getattr(snapshot, sort)
            for word in pending.intersection(every):
                kept[word] = every[word]
                said.update(names_in[sort](every[word]))
        pending = said - known
    return found


def _referred(kind: FactKind) -> Collection[str]:
    """The kinds that a kind refers to. What else it says, such as the values of a field, names nothing."""
    return [each.type.to for each in kind.fields if isinstance(each.type, ReferenceType)]


def _service(service: Service, seen: Collection[str]) -> Service:
    """A service without what it needs that is not seen, and without what its author noted."""
    needs = tuple(each for each in service.needs if all(name in seen for name in _leaves(each)))
    return replace(service, needs=needs, attributes=())


def _leaves(need: Need) -> Collection[str]:
    if isinstance(need, NeedsOne):
        return (need.name,)
    return [name for member in need.members for name in _leaves(member)]


def _document(document: Document, seen: Collection[str]) -> Document:
    """A document without the names of others that are not seen."""
    return replace(
        document,
        prevails_over=tuple(each for each in document.prevails_over if each in seen),
        refers=tuple(each for each in document.refers if each.document in seen),
    )
