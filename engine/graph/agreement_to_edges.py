"""What an agreement says: between whom, over and beneath what, in which words, and who acts in it."""

from collections.abc import Iterator

from engine.graph.obligation_to_edges import (
    Place,
    Reads,
    Said,
    clause_of,
    edges_of_obligation,
    exclusion_place,
)
from engine.model.agreement import Agreement
from engine.model.citation import Citation
from engine.model.dependency import EdgeKind, NodeKind
from engine.model.derived import BREACH, feeding
from engine.model.exclusion import Exclusion, Mode
from engine.model.followup import NoticeAtRisk, NoticeOfBreach, Pattern
from engine.source import Span


def edges_of(agreement: Agreement, reads: Reads) -> Iterator[Said]:
    """Every edge of an agreement, each with its clause: its own citation where the part cites nothing."""
    clause = clause_of(agreement.cites, None)
    yield from _whole(agreement, clause, reads)
    yield from _excuses(agreement, clause)
    yield from _roles(agreement, clause)
    yield from _acting(agreement, clause)
    for obligation in agreement.obligations:
        yield Said(
            source=Place(NodeKind.AGREEMENT, agreement.name),
            target=Place(NodeKind.OBLIGATION, obligation.terms.id),
            kind=EdgeKind.PROMISES,
            clause=clause_of(obligation.terms.cites, clause),
            span=obligation.terms.span,
        )
        yield from edges_of_obligation(obligation, agreement, clause, reads)
    yield from _followups(agreement, clause)
    yield from _notices(agreement, clause, reads)


def _whole(agreement: Agreement, clause: str | None, reads: Reads) -> Iterator[Said]:
    """What the agreement says as a whole."""
    here = Place(NodeKind.AGREEMENT, agreement.name)

    def say(source: Place, target: Place, kind: EdgeKind, span: Span = agreement.span) -> Said:
        return Said(source=source, target=target, kind=kind, clause=clause, span=span)

    yield say(Place(NodeKind.PARTY, agreement.provider), here, EdgeKind.PROVIDES)
    yield say(Place(NodeKind.PARTY, agreement.customer), here, EdgeKind.CONSUMES)
    for service in agreement.covers:
        yield say(here, Place(NodeKind.SERVICE, service), EdgeKind.COVERS)
    for above in agreement.underpins:
        yield say(here, Place(NodeKind.AGREEMENT, above), EdgeKind.UNDERPINS)
    for each in agreement.cites:
        yield say(here, Place(NodeKind.CLAUSE, each.clause, each), EdgeKind.CITES, each.span)
    if agreement.supersedes is not None:
        yield say(here, Place(NodeKind.AGREEMENT, agreement.supersedes), EdgeKind.SUPERSEDES)
    if agreement.amends is not None:
        yield say(here, _amended(agreement, reads), EdgeKind.AMENDS)


def _amended(agreement: Agreement, reads: Reads) -> Place:
    """What an agreement is a delta of: under its own name the version before it, else the latest of that
    name, else a template."""
    name = agreement.amends
    assert name is not None
    if name == agreement.identity and agreement.supersedes is not None:
        return Place(NodeKind.AGREEMENT, agreement.supersedes)
    return Place(NodeKind.AGREEMENT if name in reads.snapshot.agreements else NodeKind.TEMPLATE, name)


def _excuses(agreement: Agreement, clause: str | None) -> Iterator[Said]:
    """The exclusions, permissions and modes that it declares, used or not, and who must agree to them."""
    for each in (*agreement.exclusions, *agreement.permissions, *agreement.modes):
        place = exclusion_place(each)
        here = Place(NodeKind.AGREEMENT, agreement.name)
        own = clause_of(each.cites, clause)
        yield Said(source=here, target=place, kind=EdgeKind.DECLARES, clause=own, span=each.span)
        for citation in each.cites:
            yield _cites(place, citation)
        role, kind = None, EdgeKind.APPROVED_BY
        if isinstance(each, Exclusion) and each.approval is not None:
            role = each.approval.role
        if isinstance(each, Mode) and each.declared_by is not None:
            role, kind = each.declared_by, EdgeKind.DECLARED_BY
        if role is not None:
            yield Said(source=place, target=Place(NodeKind.ROLE, role), kind=kind, clause=own, span=each.span)


def _roles(agreement: Agreement, clause: str | None) -> Iterator[Said]:
    """Who owns it, reviews it, and is escalated to."""
    said = [
        (EdgeKind.OWNED_BY, agreement.owned_by, clause, agreement.span),
        (EdgeKind.OWNED_BY, agreement.owned_in_law, clause, agreement.span),
        (EdgeKind.REVIEWED_BY, agreement.reviewed_by, clause, agreement.span),
    ]
    for escalation in agreement.escalations:
        roles = dict.fromkeys(level.role for level in escalation.levels)
        own = clause_of(escalation.cites, clause)
        said += [(EdgeKind.ESCALATES_TO, role, own, escalation.span) for role in roles]
    here = Place(NodeKind.AGREEMENT, agreement.name)
    for kind, role, own, span in dict.fromkeys(said):
        if role is not None:
            yield Said(source=here, target=Place(NodeKind.ROLE, role), kind=kind, clause=own, span=span)


def _acting(agreement: Agreement, clause: str | None) -> Iterator[Said]:
    """Who acts for a side, in which words, and the promises that a side keeps through them."""
    for each in agreement.acting:
        own, party = clause_of(each.cites, clause), Place(NodeKind.PARTY, each.party)
        side = Place(NodeKind.PARTY, each.side)
        yield Said(source=party, target=side, kind=EdgeKind.ACTS_FOR, clause=own, span=each.span)
        for obligation in agreement.obligations:
            if each in agreement.kept_through(obligation.terms):
                kept = Place(NodeKind.OBLIGATION, obligation.terms.id)
                yield Said(source=kept, target=party, kind=EdgeKind.KEPT_THROUGH, clause=own, span=each.span)
    for citation in dict.fromkeys(citation for each in agreement.acting for citation in each.cites):
        yield _cites(Place(NodeKind.AGREEMENT, agreement.name), citation)


def _cites(here: Place, citation: Citation) -> Said:
    """What is said in the words of a clause of its own."""
    cited = Place(NodeKind.CLAUSE, citation.clause, citation)
    return Said(source=here, target=cited, kind=EdgeKind.CITES, clause=citation.clause, span=citation.span)


def _followups(agreement: Agreement, clause: str | None) -> Iterator[Said]:
    """To whom repeated breaches of a promise lead: up a ladder, to who improves it, to who gets a right."""
    for ladder in agreement.ladders:
        own = clause_of(ladder.cites, clause)
        for target in ladder.targets:
            here = Place(NodeKind.OBLIGATION, target)
            for role in dict.fromkeys(level.role for level in ladder.levels):
                to = Place(NodeKind.ROLE, role)
                yield Said(source=here, target=to, kind=EdgeKind.ESCALATES_TO, clause=own, span=ladder.span)
            for party in dict.fromkeys(level.gives.party for level in ladder.levels if level.gives):
                to = Place(NodeKind.PARTY, party)
                yield Said(
                    source=here, target=to, kind=EdgeKind.GIVES_A_RIGHT_TO, clause=own, span=ladder.span
                )
    for right in agreement.rights:
        for target in _promises(right.patterns):
            yield Said(
                source=Place(NodeKind.OBLIGATION, target),
                target=Place(NodeKind.PARTY, right.holder),
                kind=EdgeKind.GIVES_A_RIGHT_TO,
                clause=clause_of(right.cites, clause),
                span=right.span,
            )
    for improvement in agreement.improvements:
        for target in _promises(improvement.patterns):
            yield Said(
                source=Place(NodeKind.OBLIGATION, target),
                target=Place(NodeKind.ROLE, improvement.owner),
                kind=EdgeKind.IMPROVED_BY,
                clause=clause_of(improvement.cites, clause),
                span=improvement.span,
            )


def _promises(patterns: tuple[Pattern, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.obligation for each in patterns))


def _notices(agreement: Agreement, clause: str | None, reads: Reads) -> Iterator[Said]:
    """Who is told of which promise."""
    snapshot = reads.snapshot
    said: dict[tuple[str, str], None] = {}
    for each in agreement.notifications:
        match each:
            case NoticeOfBreach(to=to, trigger=trigger):
                found = (source.name for source in feeding(snapshot, trigger) if source.kind == BREACH)
                said.update(dict.fromkeys((promise, to) for promise in found))
            case NoticeAtRisk(to=to, obligations=promises):
                said.update(dict.fromkeys((promise, to) for promise in promises))
    for promise, to in said:
        kind = NodeKind.ROLE if to in snapshot.roles else NodeKind.PARTY
        yield Said(
            source=Place(NodeKind.OBLIGATION, promise),
            target=Place(kind, to),
            kind=EdgeKind.NOTIFIES,
            clause=clause,
            span=agreement.span,
        )
