"""Verdicts and reactions for a service level manager: each promise in a line, then what needs attention."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from api.command.exits import Exit, exit_of
from api.command.reaction_to_entry import place, reaction_entry
from api.command.report import Entry, Report, Row, Section
from api.command.words import (
    bound_words,
    clause_words,
    counts_words,
    due_words,
    instant_words,
    late_words,
    length_words,
    measured_words,
    occasion_words,
    plural,
    quantity_words,
    shortfall_words,
    state_words,
)
from engine.model.agreement import Agreement
from engine.model.instants import iso_text
from engine.model.obligation import Obligation
from engine.model.reaction import (
    BreachSeverity,
    Credit,
    EscalationState,
    EscalationStep,
    ImprovementCase,
    LadderCase,
    NoticeCase,
    Reaction,
    RenewalCase,
    RightArisen,
    UpdateCase,
    UpdateState,
)
from engine.model.snapshot import Snapshot
from engine.model.verdict import Flag, State, Verdict
from engine.pipeline import Evaluation

SHOWN_OF_EACH = 2
"""Verdicts of one promise, and reactions of one sort, that are shown unless all are asked for."""

STATES = (
    State.BREACHED,
    State.UNMEASURED,
    State.PENDING,
    State.EXCUSED,
    State.MET,
    State.NOT_APPLICABLE,
)


def report(snapshot: Snapshot, evaluation: Evaluation, *, everything: bool) -> Report:
    """Sum up the verdicts of each promise; `everything` lists every verdict and reaction."""
    verdicts, reactions, known_at = evaluation.verdicts, evaluation.reactions, evaluation.known_at
    by_obligation: dict[tuple[str, str | None], list[Verdict]] = defaultdict(list)
    for verdict in sorted(verdicts, key=_badness):
        by_obligation[verdict.obligation, verdict.version].append(verdict)
    sections = [
        _agreement_section(agreement, by_obligation, everything=everything)
        for _, agreement in sorted(snapshot.agreements.items())
    ]
    sections.append(_reaction_section(snapshot, reactions, everything=everything))
    known = "" if known_at is None else f", by what was known at {iso_text(known_at)}"
    return Report(
        title=f"Compliance as of {iso_text(evaluation.as_of)}{known}",
        subtitle=f"policy {snapshot.version[:12]}",
        sections=tuple(each for each in sections if each.rows or each.entries),
        totals=_totals(verdicts, reactions),
    )


# agreements


def _agreement_section(
    agreement: Agreement, by_obligation: dict[tuple[str, str | None], list[Verdict]], *, everything: bool
) -> Section:
    rows: list[Row] = []
    entries: list[Entry] = []
    left_out = Counter[str]()
    for obligation in agreement.obligations:
        verdicts = by_obligation[obligation.terms.id, agreement.version]
        rows.append(_row(obligation, verdicts))
        notable = [each for each in verdicts if everything or needs_attention(each)]
        shown = notable if everything else notable[:SHOWN_OF_EACH]
        entries += [
            entry(each, obligation, agreement.zone, introduced=number > 0)
            for number, each in enumerate(shown)
        ]
        left_out.update(state_words(each) for each in notable[len(shown) :])
    version = "" if agreement.version is None else f" version {agreement.version}"
    parties = f"{agreement.kind.value.upper()} of {agreement.provider} for {agreement.customer}"
    return Section(
        title=f"{agreement.identity}{version} · {agreement.title}",
        subtitle=f"{parties}, times in {agreement.zone}",
        rows=tuple(rows),
        entries=tuple(entries),
        hidden=_hidden(left_out),
    )


def _row(obligation: Obligation, verdicts: Sequence[Verdict]) -> Row:
    figure = figure_words(verdicts[0]) if verdicts else None
    worst = [f"{place(verdicts[0])}: {figure}"] if figure is not None else []
    return Row(
        name=obligation.terms.id.partition(".")[2],
        counts=_counted(verdicts) or "no occasion yet",
        worst=" ".join([*worst, *["(reported only)"] * obligation.terms.reported_only]),
    )


def figure_words(verdict: Verdict) -> str | None:
    """How late, or what was measured, beside what is required; none where nothing is counted yet."""
    if (late := late_words(verdict)) is not None:
        return late
    if verdict.measured is None:
        return None
    bound, words = verdict.bound, measured_words(verdict.measured, verdict.bound)
    if bound is not None and verdict.rounded is not None:
        words += f", rounded {quantity_words(verdict.rounded, bound.unit)}"
    return words + ("" if bound is None else f", {bound_words(bound)}")


def needs_attention(verdict: Verdict) -> bool:
    """Whether a verdict is shown by itself: broken, unknown, about to break, or disputed."""
    is_doubtful = not {Flag.AT_RISK, Flag.DISPUTED}.isdisjoint(verdict.flags)
    return verdict.state in (State.BREACHED, State.UNMEASURED) or is_doubtful


def _badness(verdict: Verdict) -> tuple[int, int, Fraction, Fraction, tuple[str, str, str]]:
    """Worst first: what needs attention, then what is settled, then what is open; by lateness and margin."""
    settled = verdict.state is not State.PENDING
    return (
        0 if needs_attention(verdict) else 1 if settled else 2,
        STATES.index(verdict.state),
        -(verdict.late_by or Fraction(0)),
        verdict.margin or Fraction(0),
        verdict.identity,
    )


# one verdict


def entry(verdict: Verdict, obligation: Obligation, zone: str, *, introduced: bool = False) -> Entry:
    """One verdict with everything that a manager asks next; its promise is introduced only once."""
    subject = "" if verdict.subject == verdict.obligation.partition(".")[0] else f" · {verdict.subject}"
    words = [] if introduced else list(_introduction(obligation))
    return Entry(
        mark=verdict.state.value,
        headline=f"{verdict.obligation}{subject} · {occasion_words(verdict.occasion, zone)}",
        details=(*words, *_details(verdict, zone)),
    )


def _introduction(obligation: Obligation) -> Iterator[str]:
    title, clauses = obligation.terms.title, ", ".join(map(clause_words, obligation.terms.cites))
    if title or clauses:
        yield f"{title}: {clauses}" if title and clauses else title or clauses


def _details(verdict: Verdict, zone: str) -> Iterator[str]:
    yield from filter(None, ["; ".join(filter(None, [*_figures(verdict, zone), counts_words(verdict)]))])
    for part in verdict.parts:
        yield f"{part.name}: {part.text}" + ("" if part.at is None else f", {instant_words(part.at, zone)}")
    for each in verdict.window_parts:
        where = "under no mode" if each.mode is None else f"in {each.mode}"
        found = "" if each.measured is None else f", {measured_words(each.measured, each.bound)}"
        state = "" if each.state is None else f": {each.state.value}"
        time = "" if each.length is None else f", {length_words(Fraction(each.length))}"
        yield f"{where}{time}: {bound_words(each.bound)}{found}{state}"
    if verdict.judged_by:
        yield f"judged by {verdict.judged_by}"
    if verdict.excused_by:
        yield f"excused by {verdict.excused_by}"
    if verdict.missing:
        more = len(verdict.missing) - SHOWN_OF_EACH
        names = ", ".join(verdict.missing[:SHOWN_OF_EACH])
        yield f"missing: {names}" + (f" and {more:,} more" if more > 0 else "")
    if verdict.flags:
        yield f"flagged {', '.join(flag.value for flag in verdict.flags)}"


def _figures(verdict: Verdict, zone: str) -> Iterator[str]:
    if verdict.due is not None:
        yield f"due {due_words(verdict.due, zone)}"
    if verdict.fulfilled_at is not None:
        by = f" by {verdict.fulfilled_by}" if verdict.fulfilled_by else ""
        yield f"done {instant_words(verdict.fulfilled_at, zone)}{by}"
    elif verdict.due is not None and verdict.state in (State.BREACHED, State.PENDING):
        yield "not done"
    if (figure := figure_words(verdict)) is not None:
        yield figure
    if verdict.late_by is None and (shortfall := shortfall_words(verdict)) is not None:
        yield shortfall


# reactions


SORTS = {
    Credit: "credits",
    BreachSeverity: "severities",
    EscalationStep: "escalations",
    UpdateCase: "updates",
    LadderCase: "ladders",
    RightArisen: "rights",
    ImprovementCase: "improvements",
    NoticeCase: "notices",
    RenewalCase: "terms",
}
"""What the reactions of each sort are called, in the order in which they are shown."""


def _reaction_section(snapshot: Snapshot, reactions: Sequence[Reaction], *, everything: bool) -> Section:
    entries: dict[str, list[Entry]] = {sort: [] for sort in SORTS.values()}
    for each in reactions:
        if everything or not _is_settled(each):
            entries[SORTS[type(each)]].append(reaction_entry(each, snapshot))
    shown = {sort: found if everything else found[:SHOWN_OF_EACH] for sort, found in entries.items()}
    return Section(
        title="What followed",
        entries=tuple(each for found in shown.values() for each in found),
        hidden=_hidden(Counter({sort: len(found) - len(shown[sort]) for sort, found in entries.items()})),
    )


def _is_settled(reaction: Reaction) -> bool:
    """Whether nobody has to do anything any more because of it."""
    match reaction:
        case EscalationStep(state=EscalationState.STOPPED) | UpdateCase(state=UpdateState.GIVEN):
            return True
        case _:
            return False


# sums and places


def _hidden(left_out: Counter[str]) -> str | None:
    said = ", ".join(f"{count:,} more {words}" for words, count in left_out.items() if count)
    return f"and {said}: --all lists them" if said else None


def _counted(verdicts: Sequence[Verdict]) -> str:
    counted = Counter(each.state for each in verdicts)
    return ", ".join(
        f"{counted[state]:,} {state.value.lower().replace('_', ' ')}" for state in STATES if counted[state]
    )


def _totals(verdicts: Sequence[Verdict], reactions: Sequence[Reaction]) -> str:
    owed: dict[str, Decimal] = defaultdict(Decimal)
    for each in reactions:
        if isinstance(each, Credit) and each.amount is not None and each.is_owed:
            owed[each.amount.currency] += each.amount.amount
    ended = {
        Exit.BREACHED: "something is breached",
        Exit.UNMEASURED: "nothing is breached, but something is unmeasured",
    }.get(exit_of(verdicts), "nothing is breached")
    said = [f"{plural(len(verdicts), 'verdict')}" + (f": {_counted(verdicts)}" if verdicts else ""), ended]
    said += [f"credits {currency} {amount:,}" for currency, amount in sorted(owed.items())]
    return "; ".join(said)
