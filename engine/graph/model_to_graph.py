"""The dependency graph of a snapshot: every node, and every edge with its clause and the term it holds in."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeVar, cast
from zoneinfo import ZoneInfo

import networkx as nx

from engine.model.agreement import Agreement, AgreementKind
from engine.model.calendar import CombinedCalendar, CommonDaysCalendar, WeeklyCalendar
from engine.model.dependency import Edge, EdgeKind, Node, NodeKind
from engine.model.exclusion import Exclusion, Mode, Permission
from engine.model.instants import instant_of
from engine.model.obligation import Citation, Obligation, Target
from engine.model.quantity import Instant
from engine.model.reading import kinds_read
from engine.model.service import Need, NeedsOne, Service
from engine.model.snapshot import Snapshot
from engine.source import Span

Noun = TypeVar("Noun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An edge and the instants [since, until) in which it holds; an absent one sets no limit."""

    edge: Edge
    since: Instant | None = None
    until: Instant | None = None

    def holds(self, at: Instant) -> bool:
        """Whether the edge is there at this instant."""
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class DependencyGraph:
    """The graph of one snapshot (S10). `sustaining` are the ids of the agreements whose failure takes what
    they cover: the underpinning contracts."""

    nodes: Mapping[str, Node]
    sustaining: frozenset[str]
    network: "nx.MultiDiGraph[str]" = field(repr=False)

    def out_of(self, node: str) -> Iterator[Link]:
        """The edges whose source is this node, in the order in which they were built."""
        for parallel in self.network.succ[node].values():
            for data in parallel.values():
                yield data["link"]

    def into(self, node: str) -> Iterator[Link]:
        """The edges whose target is this node, in the order in which they were built."""
        for parallel in self.network.pred[node].values():
            for data in parallel.values():
                yield data["link"]

    def edges(self) -> Iterator[Link]:
        """Every edge."""
        for node in self.nodes:
            yield from self.out_of(node)


def build(snapshot: Snapshot) -> DependencyGraph:
    """Build the graph of everything that the policies say (S10); the same snapshot gives the same order."""
    return _Builder(snapshot=snapshot).built()


def node_id(kind: NodeKind, name: str) -> str:
    """The id of a node."""
    return f"{kind.value}:{name}"


def clause_name(citation: Citation) -> str:
    """How a cited place is written: `document "section"`."""
    return f'{citation.document} "{citation.section}"'


def inside(value: object, noun: type[Noun]) -> Iterator[Noun]:
    """Every noun of one type inside a model value, in order of its fields."""
    pending = [value]
    while pending:
        each = pending.pop()
        if isinstance(each, noun):
            yield each
        if isinstance(each, tuple):
            pending += reversed(cast("tuple[object, ...]", each))
        elif isinstance(each, Mapping):
            pending += reversed(list(cast("Mapping[object, object]", each).values()))
        elif is_dataclass(each):
            pending += [getattr(each, each_field.name) for each_field in reversed(fields(each))]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Builder:
    """A graph while it is being built."""

    snapshot: Snapshot
    nodes: dict[str, Node] = field(default_factory=dict[str, Node])
    network: "nx.MultiDiGraph[str]" = field(default_factory=lambda: nx.MultiDiGraph())

    def built(self) -> DependencyGraph:
        """The whole graph: nouns first, by name, then what connects them."""
        snapshot = self.snapshot
        for name in sorted(snapshot.parties):
            self.node(NodeKind.PARTY, name, snapshot.parties[name])
        for name in sorted(snapshot.components):
            self.node(NodeKind.COMPONENT, name, snapshot.components[name])
        for name in sorted(snapshot.calendars):
            self.node(NodeKind.CALENDAR, name)
        services = [snapshot.services[name] for name in sorted(snapshot.services)]
        agreements = [snapshot.agreements[name] for name in sorted(snapshot.agreements)]
        for service in services:
            self.node(NodeKind.SERVICE, service.name, service)
        for name in sorted(snapshot.roles):
            role = snapshot.roles[name]
            self.node(NodeKind.ROLE, name, role)
            self.edge(
                node_id(NodeKind.PARTY, role.party), node_id(NodeKind.ROLE, name), EdgeKind.FILLS, role.span
            )
        for agreement in agreements:
            self.node(NodeKind.AGREEMENT, agreement.name, agreement)
            for obligation in agreement.obligations:
                self.node(NodeKind.OBLIGATION, obligation.terms.id, obligation.terms)
        for service in services:
            self.service(service)
        for agreement in agreements:
            self.agreement(agreement)
        return DependencyGraph(
            nodes=self.nodes,
            sustaining=frozenset(
                node_id(NodeKind.AGREEMENT, each.name) for each in agreements if each.kind is AgreementKind.UC
            ),
            network=self.network,
        )

    def node(
        self,
        kind: NodeKind,
        name: str,
        noun: object = None,
        *,
        title: str | None = None,
        needed: int | None = None,
    ) -> str:
        """The id of a node, which is made if it is not there, with the title and place of its noun."""
        id = node_id(kind, name)
        if id not in self.nodes:
            title = title or str(getattr(noun, "title", name))
            span: Span | None = getattr(noun, "span", None)
            self.nodes[id] = Node(id=id, kind=kind, name=name, title=title, span=span, needed=needed)
            self.network.add_node(id)
        return id

    def edge(
        self,
        source: str,
        target: str,
        kind: EdgeKind,
        span: Span | None,
        *,
        clause: str | None = None,
        agreement: Agreement | None = None,
    ) -> None:
        """One edge; an agreement's holds in its term."""
        term = agreement.term if agreement else None
        since, until = _instants(agreement) if agreement else (None, None)
        edge = Edge(source=source, target=target, kind=kind, clause=clause, span=span, term=term)
        self.network.add_edge(source, target, link=Link(edge=edge, since=since, until=until))

    def service(self, service: Service) -> None:
        """Who provides a service, and what it needs: each k-of-n group is a node, named by its place."""
        id = node_id(NodeKind.SERVICE, service.name)
        self.edge(node_id(NodeKind.PARTY, service.provider), id, EdgeKind.PROVIDES, service.span)
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

    def agreement(self, agreement: Agreement) -> None:
        """Everything that an agreement says, each edge with the agreement's own citation and term."""
        id = node_id(NodeKind.AGREEMENT, agreement.name)
        clause = clause_name(agreement.cites[0]) if agreement.cites else None

        def say(source: str, target: str, kind: EdgeKind, span: Span = agreement.span) -> None:
            self.edge(source, target, kind, span, clause=clause, agreement=agreement)

        say(node_id(NodeKind.PARTY, agreement.provider), id, EdgeKind.PROVIDES)
        say(node_id(NodeKind.PARTY, agreement.customer), id, EdgeKind.CONSUMES)
        for service in agreement.covers:
            say(id, node_id(NodeKind.SERVICE, service), EdgeKind.COVERS)
        for above in agreement.underpins:
            say(id, node_id(NodeKind.AGREEMENT, above), EdgeKind.UNDERPINS)
        for citation in agreement.cites:
            say(
                id, self.node(NodeKind.CLAUSE, clause_name(citation), citation), EdgeKind.CITES, citation.span
            )
        for escalation in agreement.escalations:
            for role in dict.fromkeys(level.role for level in escalation.levels):
                say(id, node_id(NodeKind.ROLE, role), EdgeKind.ESCALATES_TO, escalation.span)
        for obligation in agreement.obligations:
            self.obligation(agreement, obligation, clause)

    def obligation(self, agreement: Agreement, obligation: Obligation, inherited: str | None) -> None:
        """Whom an obligation binds, what it is measured by, counted on and excused by, and what it serves."""
        terms = obligation.terms
        id = node_id(NodeKind.OBLIGATION, terms.id)
        clause = clause_name(terms.cites[0]) if terms.cites else inherited

        def say(source: str, target: str, kind: EdgeKind, span: Span = terms.span) -> None:
            self.edge(source, target, kind, span, clause=clause, agreement=agreement)

        say(node_id(NodeKind.AGREEMENT, agreement.name), id, EdgeKind.PROMISES)
        say(id, node_id(NodeKind.PARTY, terms.obliges or agreement.provider), EdgeKind.OBLIGES)
        for subject in terms.subjects:
            say(id, node_id(NodeKind.SERVICE, subject), EdgeKind.MEASURED_BY)
        for source in self.sources(obligation):
            say(id, source, EdgeKind.MEASURED_BY)
        for citation in terms.cites:
            say(
                id, self.node(NodeKind.CLAUSE, clause_name(citation), citation), EdgeKind.CITES, citation.span
            )
        for calendar in dict.fromkeys(
            calendar.name
            for kind in (WeeklyCalendar, CommonDaysCalendar, CombinedCalendar)
            for calendar in inside(obligation, kind)
        ):
            say(id, self.node(NodeKind.CALENDAR, calendar), EdgeKind.COUNTED_ON)
        # The mode during which a prohibition holds excuses nothing.
        excuses = replace(obligation, only_while=None) if isinstance(obligation, Target) else obligation
        for excuse in dict.fromkeys(
            excuse for kind in (Exclusion, Permission, Mode) for excuse in inside(excuses, kind)
        ):
            name = f"{excuse.agreement}.{excuse.name}"
            say(id, self.node(NodeKind.EXCLUSION, name, excuse), EdgeKind.EXCUSED_BY, excuse.span)
        for served in terms.carries:
            say(id, node_id(NodeKind.OBLIGATION, served), EdgeKind.CARRIES)

    def clause(self, citation: Citation) -> str:
        """The node of a cited place; its title is the words quoted there."""
        name = clause_name(citation)
        return self.node(NodeKind.CLAUSE, name, citation, title=citation.words)

    def sources(self, obligation: Obligation) -> Iterator[str]:
        """Where an obligation's figures come from: the source that watches, the feeds of the kinds read."""
        if isinstance(obligation, Target) and obligation.watched_source is not None:
            yield self.node(NodeKind.SOURCE, obligation.watched_source)
        read = set(kinds_read(obligation))
        for name in sorted(self.snapshot.feeds):
            if self.snapshot.feeds[name].kind in read:
                yield self.node(NodeKind.SOURCE, name, self.snapshot.feeds[name])


def _instants(agreement: Agreement) -> tuple[Instant, Instant | None]:
    """The instants of a term: from the first day's midnight until the midnight after the last (S2.2).

    What renews unless notice is given has no end that the policies know, but for the next version.
    """
    zone, last = agreement.zone, agreement.ends
    after = last + timedelta(days=1) if last is not None and last < date.max else None
    return _midnight(agreement.term.start, zone), _midnight(after, zone) if after else None


def _midnight(day: date, zone: str) -> Instant:
    """The first instant of a civil day; where 00:00 is skipped, the first one after the gap (S4.2)."""
    return instant_of(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)))
