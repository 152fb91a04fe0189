"""From the contract's words to the verdict and what followed, and back again (S10.3)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from engine.graph.dependency_graph import DependencyGraph, node_id
from engine.graph.obligation_to_edges import clause_name
from engine.graph.obligation_to_words import bound_text, describe, quantity_text
from engine.model.dependency import EdgeKind, NodeKind, TraceStep
from engine.model.explanation import Explanation, Line
from engine.model.instants import end_shown, iso_text
from engine.model.obligation import Obligation
from engine.model.reaction import (
    BreachSeverity,
    Credit,
    CreditState,
    EscalationStep,
    ImprovementCase,
    LadderCase,
    NoticeCase,
    Reaction,
    RenewalCase,
    RightArisen,
    UpdateCase,
)
from engine.model.reading import kinds_read
from engine.model.snapshot import Snapshot
from engine.model.verdict import Exact, Range, Verdict


def trace(
    snapshot: Snapshot,
    graph: DependencyGraph,
    verdict: Verdict,
    explanation: Explanation,
    reactions: Sequence[Reaction],
    *,
    back: bool = False,
) -> TraceStep:
    """The steps of one verdict, in order: the clause, the obligation, its measure, the sources and fact kinds
    read, the facts, the arithmetic, the verdict, and what followed (S10.3).

    With `back` the same steps, from what followed to the words. The obligation of the verdict must be one of
    the snapshot's.
    """
    obligation = snapshot.obligation_of(verdict)
    assert obligation is not None, verdict.obligation
    steps = (
        *_words(obligation),
        _obligation(snapshot, graph, obligation),
        TraceStep(role="measure", text=describe(obligation), span=obligation.terms.span),
        *_sources(snapshot, graph, obligation),
        _facts(verdict, explanation),
        TraceStep(role="arithmetic", text=_arithmetic(explanation), steps=_lines(explanation.lines)),
        _verdict(verdict, explanation),
        *(_consequence(reaction) for reaction in reactions if follows(verdict, reaction)),
    )
    occasion = verdict.identity[2]
    return TraceStep(
        role="trace back" if back else "trace",
        text=f"{verdict.obligation} for {verdict.subject}, {occasion}",
        steps=tuple(reversed(steps)) if back else steps,
    )


def _words(obligation: Obligation) -> Iterator[TraceStep]:
    """The words of the contract that the obligation encodes."""
    for citation in obligation.terms.cites:
        yield TraceStep(
            role="clause", text=f'"{citation.words}"', clause=clause_name(citation), span=citation.span
        )


def _obligation(snapshot: Snapshot, graph: DependencyGraph, obligation: Obligation) -> TraceStep:
    """The promise: whom it binds, to whom it is owed, what it serves and what serves it."""
    terms = obligation.terms
    agreement = snapshot.agreements[terms.agreement]
    obliged = terms.obliges or agreement.provider
    owed = agreement.provider if obliged == agreement.customer else agreement.customer
    id = node_id(NodeKind.OBLIGATION, terms.id)
    served = [link.edge for link in graph.out_of(id) if link.edge.kind is EdgeKind.CARRIES]
    serving = [link.edge for link in graph.into(id) if link.edge.kind is EdgeKind.CARRIES]
    return TraceStep(
        role="obligation",
        text=f"{terms.kind.value} {terms.id}, {terms.title}: {obliged} owes it to {owed}",
        clause=clause_name(terms.cites[0]) if terms.cites else None,
        span=terms.span,
        steps=(
            *(
                TraceStep(
                    role="serves", text=graph.nodes[edge.target].name, clause=edge.clause, span=edge.span
                )
                for edge in served
            ),
            *(
                TraceStep(
                    role="served by", text=graph.nodes[edge.source].name, clause=edge.clause, span=edge.span
                )
                for edge in serving
            ),
        ),
    )


def _sources(snapshot: Snapshot, graph: DependencyGraph, obligation: Obligation) -> Iterator[TraceStep]:
    """Where the figures come from: declared sources and feeds, then each fact kind as it is declared."""
    id = node_id(NodeKind.OBLIGATION, obligation.terms.id)
    for link in graph.out_of(id):
        node = graph.nodes[link.edge.target]
        if link.edge.kind is EdgeKind.MEASURED_BY and node.kind is NodeKind.SOURCE:
            yield TraceStep(role="source", text=node.name, span=node.span)
    for name in kinds_read(obligation):
        if name in snapshot.kinds:
            yield TraceStep(role="fact kind", text=name, span=snapshot.kinds[name].span)


def _facts(verdict: Verdict, explanation: Explanation) -> TraceStep:
    """The facts that the verdict rests on, those of its evidence first, then those of the arithmetic."""
    ids = dict.fromkeys((*verdict.evidence.ids, *_facts_of(explanation.lines)))
    digest = f", digest {verdict.evidence.digest}" if verdict.evidence.digest else ""
    return TraceStep(
        role="facts",
        text=f"{verdict.evidence.facts} read{digest}",
        steps=tuple(TraceStep(role="fact", text=id) for id in ids),
    )


def _facts_of(lines: Sequence[Line]) -> Iterator[str]:
    for line in lines:
        yield from line.facts
        yield from _facts_of(line.lines)


def _arithmetic(explanation: Explanation) -> str:
    """Who did the sums (S7.5)."""
    return "computed again from the facts" if explanation.recomputed else "the plan's numbers, not recomputed"


def _lines(lines: Sequence[Line]) -> tuple[TraceStep, ...]:
    return tuple(TraceStep(role="line", text=line.text, steps=_lines(line.lines)) for line in lines)


def _verdict(verdict: Verdict, explanation: Explanation) -> TraceStep:
    """The state with its figures, and why it is no better."""
    figures: list[str] = []
    match verdict.measured:
        case Exact(value=value, unit=unit):
            figures.append(f"measured {quantity_text(value, unit, verdict.bound)}")
        case Range(low=low, high=high, unit=unit):
            low_text, high_text = (quantity_text(end, unit, verdict.bound) for end in (low, high))
            figures.append(f"measured between {low_text} and {high_text}")
        case None:
            pass
    if verdict.bound is not None:
        figures.append(f"bound {bound_text(verdict.bound)}")
    if verdict.due is not None:
        figures.append(f"due {verdict.due.date or iso_text(verdict.due.at)}")
    if verdict.fulfilled_at is not None:
        figures.append(f"fulfilled {iso_text(verdict.fulfilled_at)} by {verdict.fulfilled_by or 'itself'}")
    if verdict.excused_by is not None:
        figures.append(f"excused by {verdict.excused_by}")
    figures += (flag.value for flag in verdict.flags)
    return TraceStep(
        role="verdict",
        text=", ".join((verdict.state.value, *figures)),
        steps=tuple(replace(step, role="why not") for step in _lines(explanation.why_not)),
    )


def follows(verdict: Verdict, reaction: Reaction) -> bool:
    """Whether a reaction follows from this verdict: its severity or credit, or an escalation in the same
    agreement that the same trigger began (S8)."""
    if isinstance(reaction, RenewalCase) or reaction.occasion != verdict.occasion:
        return False
    if isinstance(reaction, EscalationStep | UpdateCase):
        return reaction.escalation.partition(".")[0] == verdict.obligation.partition(".")[0]
    return (reaction.obligation, reaction.subject) == (verdict.obligation, verdict.subject)


def _consequence(reaction: Reaction) -> TraceStep:
    """What followed, as a step."""
    match reaction:
        case BreachSeverity():
            since = "in a term without end"
            if end_shown(reaction.at) is not None:
                since = f"since {iso_text(reaction.at)}"
            return TraceStep(role="severity", text=f"{reaction.severity} {since}")
        case Credit(amount=amount, points=points, state=state):
            worth = [f"{amount.currency} {amount.amount}"] if amount else []
            worth += [f"{points} points"] if points is not None else []
            worth += [state.value] if state is not CreditState.FINAL else []
            return TraceStep(
                role="credit",
                text=", ".join(worth) or "not computed",
                steps=tuple(TraceStep(role="line", text=line) for line in reaction.arithmetic),
            )
        case EscalationStep():
            text = (
                f"level {reaction.level} to {reaction.role}, {reaction.state.value}, {iso_text(reaction.at)}"
            )
            return TraceStep(role="escalation", text=text)
        case UpdateCase():
            by = f", by {reaction.given_by}" if reaction.given_by else ""
            text = f"update {reaction.number}, {reaction.state.value}, due {iso_text(reaction.due)}{by}"
            if reaction.in_a_row > 1:
                last = reaction.number + reaction.in_a_row - 1
                until = iso_text(reaction.last_due)
                text = f"updates {reaction.number} to {last}, missed, due {iso_text(reaction.due)} to {until}"
            return TraceStep(role="update", text=text)
        case LadderCase():
            steps = tuple(
                TraceStep(
                    role="transition",
                    text=f"level {step.level} {step.event.value}, {iso_text(step.at)}: {step.reason}",
                )
                for step in reaction.steps
            )
            stands = f"{reaction.state.value} at level {reaction.level}, {reaction.role}"
            due = f", due: {', '.join(reaction.due)}" if reaction.due else ""
            gives = f", {reaction.gives}" if reaction.gives else ""
            return TraceStep(role="ladder", text=stands + due + gives, steps=steps)
        case RightArisen():
            since = iso_text(reaction.at)
            text = f"{reaction.holder} may {reaction.power}, {reaction.state.value}, since {since}"
            because = tuple(TraceStep(role="reason", text=each) for each in reaction.because)
            return TraceStep(role="right", text=text, steps=because)
        case ImprovementCase():
            text = f"{reaction.owner}, {reaction.state.value}, due before {iso_text(reaction.due)}"
            because = tuple(TraceStep(role="reason", text=each) for each in reaction.because)
            return TraceStep(role="improvement", text=text, steps=because)
        case NoticeCase():
            due = "" if reaction.due is None else f", due {iso_text(reaction.due.at)}"
            sent = "" if reaction.sent_by is None else f", by {reaction.sent_by}"
            text = f"{reaction.to} told of {reaction.cause.value}: {reaction.state.value}{due}{sent}"
            return TraceStep(role="notice", text=text)
        case RenewalCase():
            raise AssertionError("a term follows from no verdict")
