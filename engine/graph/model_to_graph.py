"""The dependency graph of a snapshot: every node, and every edge with its clause and the term it holds in."""

from collections import deque
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.graph.agreement_to_edges import edges_of
from engine.graph.dependency_graph import DependencyGraph, Link, node_id
from engine.graph.obligation_to_edges import Reads, Said, calendars_in, reads_of
from engine.model.agreement import Agreement, AgreementKind
from engine.model.calendar import Calendar, CombinedCalendar, CommonDaysCalendar
from engine.model.dependency import Edge, EdgeKind, Node, NodeKind
from engine.model.instants import instant_of
from engine.model.party import Document
from engine.model.quantity import Instant
from engine.model.service import Need, NeedsOne, Service
from engine.model.snapshot import Snapshot
from engine.source import Span


def build(snapshot: Snapshot) -> DependencyGraph:
    """Build the graph of everything that the policies say (S10); the same snapshot gives the same order."""
    return _Builder(snapshot=snapshot, reads=reads_of(snapshot)).built()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Builder:
    """A graph while it is being built."""

    snapshot: Snapshot
    reads: Reads
    nodes: dict[str, Node] = field(default_factory=dict[str, Node])
    links: list[Link] = field(default_factory=list[Link])

    def built(self) -> DependencyGraph:
        """The whole graph: nouns first, by name, then what connects them."""
        snapshot = self.snapshot
        agreements = [snapshot.agreements[name] for name in sorted(snapshot.agreements)]
        self.nouns(agreements)
        for name in sorted(snapshot.roles):
            role = snapshot.roles[name]
            party = node_id(NodeKind.PARTY, role.party)
            self.edge(party, node_id(NodeKind.ROLE, name), EdgeKind.FILLS, role.span)
        for name in sorted(snapshot.documents):
            self.document(snapshot.documents[name])
        for name in sorted(snapshot.services):
            self.service(snapshot.services[name])
        for agreement in agreements:
            instants = _instants(agreement)
            for said in edges_of(agreement, self.reads):
                self.said(said, agreement, instants)
        return DependencyGraph(
            nodes=self.nodes,
            links=self.links,
            sustaining=frozenset(
                node_id(NodeKind.AGREEMENT, each.name) for each in agreements if each.kind is AgreementKind.UC
            ),
        )

    def nouns(self, agreements: list[Agreement]) -> None:
        """A node for everything that has a name."""
        snapshot = self.snapshot
        for kind, named in (
            (NodeKind.PARTY, snapshot.parties),
            (NodeKind.COMPONENT, snapshot.components),
            (NodeKind.CALENDAR, snapshot.calendars),
            (NodeKind.SERVICE, snapshot.services),
            (NodeKind.ROLE, snapshot.roles),
            (NodeKind.SOURCE, snapshot.feeds),
        ):
            for name in sorted(named):
                self.node(kind, name, named[name])
        for agreement in agreements:
            self.node(NodeKind.AGREEMENT, agreement.name, agreement)
            for obligation in agreement.obligations:
                self.node(NodeKind.OBLIGATION, obligation.terms.id, obligation.terms)
        for name in sorted(snapshot.calendars):
            self.calendar(name, snapshot.calendars[name])

    def node(self, kind: NodeKind, name: str, noun: object = None, *, needed: int | None = None) -> str:
        """The id of a node, which is made if it is not there, with the title and place of its noun."""
        id = node_id(kind, name)
        if id not in self.nodes:
            # What a cited place is called are the words quoted there.
            title = str(getattr(noun, "words" if kind is NodeKind.CLAUSE else "title", name))
            span: Span | None = getattr(noun, "span", None)
            self.nodes[id] = Node(id=id, kind=kind, name=name, title=title, span=span, needed=needed)
        return id

    def edge(self, source: str, target: str, kind: EdgeKind, span: Span | None) -> None:
        """One edge that holds for ever."""
        self.links.append(Link(edge=Edge(source=source, target=target, kind=kind, span=span)))

    def said(self, said: Said, agreement: Agreement, instants: tuple[Instant, Instant | None]) -> None:
        """One edge of an agreement, which holds in its term; its ends are made if they are not there."""
        since, until = instants
        edge = Edge(
            source=self.node(*said.source),
            target=self.node(*said.target),
            kind=said.kind,
            clause=said.clause,
            span=said.span,
            term=agreement.term,
        )
        self.links.append(Link(edge=edge, since=since, until=until))

    def calendar(self, name: str, calendar: Calendar) -> None:
        """What a calendar is combined of; one may be another by a second name."""
        parts = (calendar,) if calendar.name != name else ()
        if not parts and isinstance(calendar, CombinedCalendar | CommonDaysCalendar):
            parts = calendar.members
        here = node_id(NodeKind.CALENDAR, name)
        for below in dict.fromkeys(each for part in parts for each in calendars_in(part) if each != name):
            self.edge(here, self.node(NodeKind.CALENDAR, below), EdgeKind.COMBINES, calendar.span)

    def document(self, document: Document) -> None:
        """What a document leaves to others."""
        for each in document.refers:
            here = self.node(NodeKind.CLAUSE, f'{document.name} "{each.section}"', each)
            there = self.node(NodeKind.CLAUSE, f'{each.document} "{each.to_section}"', each)
            self.edge(here, there, EdgeKind.REFERS_TO, each.span)

    def service(self, service: Service) -> None:
        """Who provides a service, and what it needs: each k-of-n group is a node, named by its place."""
        id = node_id(NodeKind.SERVICE, service.name)
        self.edge(node_id(NodeKind.PARTY, service.provider), id, EdgeKind.PROVIDES, service.span)
        if service.owner is not None:
            self.edge(id, self.node(NodeKind.ROLE, service.owner), EdgeKind.OWNED_BY, service.span)
        for calendar in calendars_in(service.hours) if service.hours is not None else ():
            self.edge(id, self.node(NodeKind.CALENDAR, calendar), EdgeKind.COUNTED_ON, service.span)
        pending: deque[tuple[str, str, Need]] = deque(
            (id, f"{service.name}/{place}", need) for place, need in enumerate(service.needs, start=1)
        )
        while pending:
            above, place, need = pending.popleft()
            if isinstance(need, NeedsOne):
                below = self.needed(need.name)
            else:
                below = self.node(NodeKind.GROUP, place, need, needed=need.count)
                pending += [
                    (below, f"{place}.{index}", member) for index, member in enumerate(need.members, start=1)
                ]
            self.edge(above, below, EdgeKind.NEEDS, need.span)

    def needed(self, name: str) -> str:
        """The node that a need names: a service, else a component, else a party."""
        ids = (node_id(kind, name) for kind in (NodeKind.SERVICE, NodeKind.COMPONENT, NodeKind.PARTY))
        return next(id for id in ids if id in self.nodes)


def _instants(agreement: Agreement) -> tuple[Instant, Instant | None]:
    """The instants of a term: from the first day's midnight until the midnight after the last (S2.2).

    What renews unless notice is given has no end that the policies know, but for the next version.
    """
    zone, last = agreement.zone, agreement.ends
    after = last + timedelta(days=1) if last is not None and last < date.max else None
    return midnight(agreement.term.start, zone), midnight(after, zone) if after else None


def midnight(day: date, zone: str) -> Instant:
    """The first instant of a civil day; where 00:00 is skipped, the first one after the gap (S4.2)."""
    return instant_of(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)))
