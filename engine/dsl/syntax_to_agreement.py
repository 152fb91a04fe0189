"""Agreements: who owes whom, from when, under which conventions, and every promise in it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Final, TypeVar

from engine.dsl import agreement as syntax
from engine.dsl import consequences, credits, followups, promises
from engine.dsl.conventions import conventions_said
from engine.dsl.expressions import Name, Node
from engine.dsl.findings import Findings
from engine.dsl.frame import Frame
from engine.dsl.names import Table
from engine.dsl.scope import Scope
from engine.dsl.statement import Convention, Zone
from engine.dsl.syntax_to_acting import resolve_acting
from engine.dsl.syntax_to_approval import resolve_waivers
from engine.dsl.syntax_to_credit import one_currency
from engine.dsl.syntax_to_credit_base import resolve_caps, resolve_fee
from engine.dsl.syntax_to_duration import counts_something, resolve_duration
from engine.dsl.syntax_to_duty import resolve_duty
from engine.dsl.syntax_to_exclusion import resolve_exclusion
from engine.dsl.syntax_to_feeders import resolve_feeders
from engine.dsl.syntax_to_followup import resolve_improvement, resolve_right
from engine.dsl.syntax_to_ids import PROMISES, own_promises
from engine.dsl.syntax_to_keeping import (
    resolve_disputes,
    resolve_responsibilities,
    resolve_retention,
    reviewer,
)
from engine.dsl.syntax_to_ladder import resolve_ladder
from engine.dsl.syntax_to_measure import resolve_measure
from engine.dsl.syntax_to_mode import excusing, replacing, resolve_mode
from engine.dsl.syntax_to_names import Names, duplicate
from engine.dsl.syntax_to_notice import resolve_notices
from engine.dsl.syntax_to_period import resolve_period, resolve_permission
from engine.dsl.syntax_to_recovery import resolve_escalation, resolve_recoveries
from engine.dsl.syntax_to_renewal import refuse_over_the_term, resolve_renewal, terms_of
from engine.dsl.syntax_to_service import title_of
from engine.dsl.syntax_to_standing import resolve_standing
from engine.dsl.syntax_to_target import resolve_prohibition, resolve_target
from engine.dsl.syntax_to_terms import resolve_citations
from engine.dsl.syntax_to_versions import Turn
from engine.dsl.zones import is_in_reach, zone_named
from engine.model.agreement import Acceptance, Agreement, AgreementKind
from engine.model.obligation import Duty, Obligation, Target
from engine.model.period import Term
from engine.model.severity import Escalation
from engine.source import Span

Member = (
    promises.Target
    | promises.Duty
    | promises.Prohibition
    | syntax.Measure
    | syntax.Period
    | syntax.Exclusion
    | syntax.Permission
    | consequences.Mode
    | consequences.Escalation
    | followups.Ladder
    | followups.Right
    | followups.Improvement
)

FALLBACK_ZONE: Final = "UTC"
FALLBACK_TERM: Final = Term(start=date(2000, 1, 1), through=None)
"""These stand in where an agreement does not say its own, so that the rest of it can be looked at."""

ACCEPTANCES = (
    syntax.AcceptedBy,
    syntax.SignedOn,
    syntax.InMinutes,
    syntax.TermsAccepted,
    syntax.PublishedWithoutAcceptance,
)
NAMESPACES: Final[tuple[tuple[type[Member], ...], ...]] = (
    (*PROMISES, consequences.Escalation, followups.Ladder, followups.Right, followups.Improvement),
    (syntax.Period, syntax.Exclusion, syntax.Permission, consequences.Mode),
    (syntax.Measure,),
)
"""The members of an agreement that share their names."""

Noun = TypeVar("Noun")
Block = TypeVar("Block", bound=Node)


def resolve_agreement(
    turn: Turn, names: Names, ids: Mapping[str, str], findings: Findings
) -> tuple[Agreement | None, Frame]:
    """One version of an agreement and its frame; `ids` are those of the promises of the whole policy
    set, by what they are called."""
    block = turn.amended.block
    items, name = block.items, block.name
    between = findings.exactly_one(
        items,
        syntax.Between,
        f"between whom `{name.text}` is",
        name.span,
        "between acme as provider and bolt as customer",
    )
    zone = findings.exactly_one(items, Zone, "the time zone", name.span, "zone Europe/Berlin")
    in_force = findings.exactly_one(
        items,
        syntax.InForce,
        f"when `{name.text}` is in force",
        name.span,
        "in force from 2025-01-01 through 2025-12-31",
    )
    zone_name = zone_named(zone.name, findings) if zone is not None else None
    term = _term(in_force, findings)
    covers = [each for item in items if isinstance(item, syntax.Covers) for each in item.services]
    underpins = [each for item in items if isinstance(item, syntax.Underpins) for each in item.agreements]
    notice = findings.at_most_one(items, syntax.NoticePeriod, "the notice")
    length = None
    if notice is not None and counts_something(notice.length.amount, notice.length.span, findings):
        length = resolve_duration(notice.length, names.calendars, findings)
    lost = names.agreements.lost
    frame = Frame(
        agreement=name.text,
        key=turn.key,
        provider=between.provider if between is not None else None,
        customer=between.customer if between is not None else None,
        term=_taken_over(term or FALLBACK_TERM, turn.ends),
        covers=tuple(dict.fromkeys(each.text for each in covers if names.services.knows(each, findings))),
        scope=_scope(block, zone_name or FALLBACK_ZONE, names, ids, findings),
        measures=Table(sort="measure", declared=_named(items, (syntax.Measure,)), lost=lost),
        periods=Table(sort="period", declared=_named(items, (syntax.Period,)), lost=lost),
        exclusions=Table(sort="exclusion", declared=_named(items, (syntax.Exclusion,)), lost=lost),
        permissions=Table(sort="permission", declared=_named(items, (syntax.Permission,)), lost=lost),
        modes=Table(sort="mode", declared=_named(items, (consequences.Mode,)), lost=lost),
        excusing=excusing(block, findings, names),
        replacing=replacing(block, findings, names),
        promises=ids,
        own=own_promises(block, ids),
    )
    fee = resolve_fee(findings.at_most_one(items, credits.Fee, "the fee"), frame.scope)
    frame = replace(frame, fee=fee, credited=_credited(items))
    renews = findings.at_most_one(items, syntax.Renews, "the renewal")
    renewal = resolve_renewal(renews, notice, length, term or FALLBACK_TERM, turn.ends, frame)
    frame = replace(frame, terms=terms_of(frame.term, renewal))
    caps = resolve_caps([item for item in items if isinstance(item, credits.CapsCredits)], fee, findings)
    _once(items, findings)
    obligations, escalations = _members(items, frame)
    refuse_over_the_term(renewal, obligations, frame.exclusions.nouns.values(), findings)
    one_currency(obligations, caps, findings)
    waivers = resolve_waivers(items, frame)
    obligations = tuple(
        replace(each, waivers=waivers) if isinstance(each, Target | Duty) else each for each in obligations
    )
    promised = {each.terms.id: each for each in obligations}
    parties = _parties(between, names, findings) if between is not None else None
    above = [each.text for each in underpins if names.agreements.knows(each, findings)]
    cites = resolve_citations(items, names, findings)
    (owner, in_law), accepted = _owners(items, names, findings), _acceptance(items, findings)
    kept = resolve_retention(items, names, findings)
    if parties is None:
        return None, frame
    # What is mistaken stands in with its fallback: the policy set is refused, and the checks see the rest.
    agreement = Agreement(
        name=turn.key,
        title=title_of(block.title, name),
        kind=AgreementKind(block.kind.value),
        provider=parties[0],
        customer=parties[1],
        covers=frame.covers,
        underpins=tuple(dict.fromkeys(above)),
        cites=cites,
        term=frame.term,
        zone=frame.scope.zone,
        owned_by=owner,
        accepted=accepted,
        notice=length,
        conventions=frame.scope.conventions.in_model(),
        periods=tuple(frame.periods.nouns.values()),
        exclusions=tuple(frame.exclusions.nouns.values()),
        permissions=tuple(frame.permissions.nouns.values()),
        modes=tuple(frame.modes.nouns.values()),
        obligations=obligations,
        escalations=escalations,
        credit_caps=caps,
        span=name.span,
        owned_in_law=in_law,
        kept=kept,
        disputes_within=resolve_disputes(items, names, findings),
        responsibilities=resolve_responsibilities(items, frame),
        reviewed_by=reviewer(turn.amended.reviewed, names, findings),
        version=turn.version,
        supersedes=turn.supersedes,
        superseded_by=turn.superseded_by,
        amends=turn.amended.amends,
        deltas=turn.amended.deltas,
        ladders=_resolved(items, followups.Ladder, lambda each: resolve_ladder(each, promised, frame)),
        rights=_resolved(items, followups.Right, lambda each: resolve_right(each, promised, frame)),
        improvements=_resolved(
            items, followups.Improvement, lambda each: resolve_improvement(each, promised, frame)
        ),
        notifications=resolve_notices(items, promised, frame),
        renewal=renewal,
        acting=resolve_acting(items, promised, frame),
        feeders=resolve_feeders(items, frame),
    )
    return agreement, frame


def _taken_over(term: Term, ends: date | None) -> Term:
    """The term of a version: it ends when the next one takes over (S2.6)."""
    if ends is None or (term.through is not None and term.through <= ends):
        return term
    return Term(start=term.start, through=ends)


def _members(items: Iterable[Node], frame: Frame) -> tuple[tuple[Obligation, ...], tuple[Escalation, ...]]:
    """The members in the order in which they need one another: periods, then measures, then promises."""
    items = tuple(items)
    modes: list[tuple[consequences.Mode, Scope]] = []
    for item in items:
        match item:
            case syntax.Period():
                _keep(frame.periods.nouns, item.name, resolve_period(item, frame))
            case syntax.Exclusion():
                order = len(frame.exclusions.nouns)
                _keep(frame.exclusions.nouns, item.name, resolve_exclusion(item, order, frame))
            case syntax.Permission():
                _keep(frame.permissions.nouns, item.name, resolve_permission(item, frame))
            case consequences.Mode():
                made = resolve_mode(item, frame)
                if made is not None:
                    _keep(frame.modes.nouns, item.name, made[0])
                    modes.append((item, made[1]))
            case syntax.Measure():
                _keep(frame.measures.nouns, item.name, resolve_measure(item, frame))
            case _:
                pass
    obligations: list[Obligation | None] = []
    escalations: list[Escalation | None] = []
    scopes = {item.name.text: scope for item, scope in modes}
    for item in items:
        match item:
            case promises.Target():
                obligations.append(resolve_target(item, frame))
            case promises.Duty():
                obligations.append(_duty(item, frame))
            case promises.Prohibition():
                obligations.append(resolve_prohibition(item, frame))
            case consequences.Mode() if item.name.text in scopes:
                mode = frame.modes.nouns[item.name.text]
                obligations.extend(resolve_recoveries(item, mode, scopes[item.name.text], frame))
            case consequences.Escalation():
                escalations.append(resolve_escalation(item, frame))
            case _:
                pass
    return (
        tuple(each for each in obligations if each is not None),
        tuple(each for each in escalations if each is not None),
    )


def _duty(item: promises.Duty, frame: Frame) -> Duty | Target | None:
    """A duty on occasions, or one that stands at all times."""
    for each in item.items:
        if isinstance(each, promises.Must) and isinstance(each.deadline, promises.AtAllTimes):
            return resolve_standing(item, each, each.deadline, frame)
    return resolve_duty(item, frame)


def _credited(items: Iterable[Node]) -> frozenset[str]:
    """The names of the promises that say credits."""
    return frozenset(
        item.name.text
        for item in items
        if isinstance(item, PROMISES) and any(isinstance(each, credits.Credits) for each in item.items)
    )


def _resolved(
    items: Iterable[Node], kind: type[Block], resolve: Callable[[Block], Noun | None]
) -> tuple[Noun, ...]:
    """What members of one kind mean, without those that are mistaken."""
    found = (resolve(item) for item in items if isinstance(item, kind))
    return tuple(each for each in found if each is not None)


def _keep(nouns: dict[str, Noun], name: Name, noun: Noun | None) -> None:
    """Keep what was resolved, under its name; of two of one name the first counts."""
    if noun is not None:
        nouns.setdefault(name.text, noun)


def _named(items: Iterable[Node], types: tuple[type[Member], ...]) -> dict[str, Span]:
    """The names declared by members of these types."""
    return {item.name.text: item.name.span for item in items if isinstance(item, types)}


def _once(items: Iterable[Node], findings: Findings) -> None:
    """Two members that share a namespace may not share a name."""
    items = tuple(items)
    for types in NAMESPACES:
        first: dict[str, Span] = {}
        for item in items:
            if isinstance(item, types):
                if item.name.text in first:
                    duplicate(findings, f"`{item.name.text}`", first[item.name.text], item.name.span)
                first.setdefault(item.name.text, item.name.span)


def _scope(
    block: syntax.Agreement, zone: str, names: Names, ids: Mapping[str, str], findings: Findings
) -> Scope:
    """The scope of the agreement: its zone, and the conventions that it says or takes from a block."""
    uses = findings.at_most_one(block.items, syntax.UsesConventions, "the conventions")
    published: tuple[Convention, ...] = ()
    if uses is not None and uses.named is not None:
        published = names.conventions.find(uses.named, findings) or ()
    own = uses.items if uses is not None else ()
    conventions = conventions_said(block.name.text, published, own, findings)
    return Scope(
        names=names,
        findings=findings,
        zone=zone,
        conventions=conventions,
        agreement=block.name.text,
        promises=ids,
    )


def _term(node: syntax.InForce | None, findings: Findings) -> Term | None:
    if node is None:
        return None
    days = [day for day in (node.first, node.last) if day is not None]
    in_reach = [is_in_reach(day.value, day, findings) for day in days]
    if not all(in_reach):
        return None
    through = node.last.value if node.last is not None else None
    if node.last is not None and node.last.value < node.first.value:
        findings.error(
            "ends-before-start",
            "the agreement ends before it begins",
            node.last.span,
            "the last day",
            also=((node.first.span, "the first day"),),
            help="swap the two days or mend one of them",
        )
        return None
    return Term(start=node.first.value, through=through)


def _parties(node: syntax.Between, names: Names, findings: Findings) -> tuple[str, str]:
    """The provider and the customer, as they are said."""
    known = [names.parties.knows(each, findings) for each in (node.provider, node.customer)]
    if all(known) and node.provider.text == node.customer.text:
        findings.error(
            "party-with-itself",
            f"`{node.provider.text}` cannot owe itself",
            node.customer.span,
            "the same party",
            help="an agreement is between two parties; an OLA is between two teams, each a party",
        )
    return node.provider.text, node.customer.text


def _owners(items: Iterable[Node], names: Names, findings: Findings) -> tuple[str | None, str | None]:
    """The roles that own the agreement: in daily work, and in law."""
    owned = findings.at_most_one(items, syntax.OwnedBy, "who owns the agreement")
    roles = (owned.role, owned.in_law) if owned is not None else (None, None)
    owner, in_law = (
        role.text if role is not None and names.roles.knows(role, findings) else None for role in roles
    )
    return owner, in_law


def _acceptance(items: Iterable[Node], findings: Findings) -> Acceptance | None:
    """How the agreement was accepted, said at most once."""
    said = [item for item in items if isinstance(item, ACCEPTANCES)]
    for on in (item.on for item in said if not isinstance(item, syntax.PublishedWithoutAcceptance)):
        is_in_reach(on.value, on, findings)
    for extra in said[1:]:
        findings.said_twice("how it was accepted", said[0].span, extra.span)
    match said[:1]:
        case [syntax.AcceptedBy(evidence=evidence, on=on)]:
            return Acceptance(how="by", evidence=evidence.value, on=on.value)
        case [syntax.SignedOn(evidence=evidence, on=on)]:
            said_in = evidence.value if evidence is not None else None
            return Acceptance(how="signed", evidence=said_in, on=on.value)
        case [syntax.InMinutes(evidence=evidence, on=on)]:
            return Acceptance(how="minutes", evidence=evidence.value, on=on.value)
        case [syntax.TermsAccepted(on=on)]:
            return Acceptance(how="terms accepted", evidence=None, on=on.value)
        case [syntax.PublishedWithoutAcceptance()]:
            return Acceptance(how="published", evidence=None, on=None)
        case _:
            return None
