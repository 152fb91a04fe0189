"""The whole engine on one page: policies become a snapshot, facts verdicts, verdicts answers."""

# Each verb loads only the rooms it passes through: a command must answer at once, and DuckDB, SQLGlot,
# PyArrow and NetworkX together take longer to load than most policies take to check.
from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from engine.diagnostic import Diagnostic, Level
from engine.model.approval import APPROVAL_KIND, HOLDER_KIND
from engine.model.change import Differences, PolicyChange, RiskChange
from engine.model.derived import kinds_behind
from engine.model.fact_import import FactMapping, ImportedFacts, Origin
from engine.model.outcome import Examined
from engine.model.quantity import Instant
from engine.model.reaction import Reaction
from engine.model.reading import ACTING_KINDS, kinds_read
from engine.model.snapshot import Snapshot
from engine.model.touched import Touched
from engine.model.verdict import Evidence, Verdict
from engine.source import Source

if TYPE_CHECKING:
    from datetime import date

    from engine.dsl import syntax
    from engine.facts.admission import Admission
    from engine.graph.dependency_graph import DependencyGraph
    from engine.model.agenda import Entry
    from engine.model.calendar import Clock
    from engine.model.dependency import Exposure, Foundation, Impact, NodeKind
    from engine.model.example import Example
    from engine.model.explanation import Explanation
    from engine.model.expression import Duration, NoticeCounting
    from engine.model.fact import Fact
    from engine.model.fact_version import FactVersion
    from engine.model.frozen import Frozen
    from engine.model.imported import EdgeColumns, Imported, ImportFormat
    from engine.model.obligation import Obligation, Target
    from engine.model.outcome import Outcome
    from engine.model.picture import Format
    from engine.model.principal import Principal
    from engine.model.renewal import Renewal
    from engine.model.risk import Risk
    from engine.model.situation import OpenOutage, Situation
    from engine.model.tracing import Trace
    from engine.model.viability import Viability
    from engine.rules.plans.judged import Judged
    from engine.rules.turning import Turning
    from engine.sight.followed_to_seen import Sight
    from engine.store.database import Store

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done, and how much there is."""

RECOMPUTED_UP_TO = 100_000
"""Facts above which an explanation uses the plan's numbers (S7.5)."""


def silent(_what: str, _done: int, _of: int) -> None:
    """No progress shown."""


class DisagreementError(Exception):
    """The two evaluators differ: a fault in Troth, never in the policy (S7.5)."""


# policies ──▶ snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A policy set after checking; `snapshot` is absent when there was an error. `sources` are the policies
    and whatever else a diagnostic may point at, by name; `standard` those files of the standard library that
    the policies use, and `frozen` what they were checked with, where it was not what is installed."""

    policies: tuple[Source, ...]
    sources: Mapping[str, Source]
    snapshot: Snapshot | None
    diagnostics: tuple[Diagnostic, ...]
    standard: tuple[Source, ...] = ()
    frozen: Frozen | None = None


def check(sources: Sequence[Source], *, frozen: Frozen | None = None) -> Checked:
    """Parse and resolve a policy set: every independent mistake of every file, in one run.

    It is read with the standard library and the holidays that are installed, or those that were `frozen` when
    it was published (S2.6).
    """
    from engine.dsl.model_to_frozen import holidays_as
    from engine.dsl.syntax_to_model import resolve
    from engine.dsl.syntax_to_names import uses_standard
    from engine.dsl.text_to_syntax import parse

    parsed = [parse(source) for source in sources]
    library_sources = frozen.standard if frozen is not None and frozen.standard else standard_library()
    library = _read(library_sources)
    unread = [each.primary for _, mistakes in parsed for each in mistakes if each.primary is not None]
    policies = [policy for policy, _ in parsed]
    snapshot, found = resolve(policies, library, unread, holidays_as(frozen))
    if snapshot is not None:
        found = (*found, *_too_weak(snapshot))
    named = {source.name: source for source in (*sources, *library_sources)}
    places = {name: place for place, name in enumerate(named)}
    diagnostics = sorted(
        (*(each for _, mistakes in parsed for each in mistakes), *found),
        key=lambda each: (places[each.primary.source], each.primary.start) if each.primary else (-1, 0),
    )
    return Checked(
        policies=tuple(sources),
        sources=named,
        snapshot=None if any(each.level is Level.ERROR for each in diagnostics) else snapshot,
        diagnostics=tuple(diagnostics),
        standard=library_sources if uses_standard(policies) else (),
        frozen=frozen,
    )


def freeze(checked: Checked) -> Frozen:
    """What a sound policy set rests on besides its own words, to be kept when it is published (S2.6)."""
    from engine.dsl.model_to_frozen import frozen_beneath

    assert checked.snapshot is not None, "only what is sound is published"
    return frozen_beneath(checked.snapshot, checked.standard, checked.frozen)


def _too_weak(snapshot: Snapshot) -> Iterable[Diagnostic]:
    """Where what is beneath a promise does not carry it: the worst as warnings (S10.2)."""
    from engine.graph.viability.findings_to_diagnostics import diagnostics

    found = viability(snapshot)
    assert not isinstance(found, Diagnostic), "every agreement has a name"
    return diagnostics(found.findings)


def change(checked: Checked, changes: Sequence[Source]) -> Checked:
    """A sound policy set after changes of it, checked as if it had always said so (S10.4).

    What is found stands at the place where its words were written, be it in a policy or in a change.
    """
    from engine.whatif.change import change

    changed = change(checked.policies, changes)
    written = {each.name: each for each in (*checked.policies, *changes)}
    if changed.diagnostics:
        return Checked(
            policies=changed.draft.sources, sources=written, snapshot=None, diagnostics=changed.diagnostics
        )
    anew = check(changed.draft.sources, frozen=checked.frozen)
    placed = tuple(changed.draft.placed(each) for each in anew.diagnostics)
    return replace(anew, sources={**anew.sources, **written}, diagnostics=placed)


@cache
def standard_library() -> tuple[Source, ...]:
    """The files of the standard library that ships with the package; they are always sound."""
    folder = resources.files("policies") / "standard"
    files = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".sla")), key=lambda file: file.name
    )
    return tuple(
        Source(name=f"standard/{file.name}", text=file.read_text(encoding="utf-8")) for file in files
    )


@lru_cache(maxsize=8)
def _read(library: tuple[Source, ...]) -> tuple[syntax.Policy, ...]:
    """A standard library, parsed once."""
    from engine.dsl.text_to_syntax import parse

    return tuple(parse(source)[0] for source in library)


def format_policy(source: Source) -> str | tuple[Diagnostic, ...]:
    """One policy in its canonical format, or the mistakes because of which it stays as it is."""
    from engine.dsl.syntax_to_text import format
    from engine.dsl.text_to_syntax import parse

    policy, found = parse(source)
    mistakes = tuple(each for each in found if each.level is Level.ERROR)
    if mistakes:
        return mistakes
    text = format(policy, source)
    return text if isinstance(text, str) else (text,)


# snapshot + facts ──▶ verdicts ──▶ reactions


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Every verdict at one instant, with what followed; `warnings` are of facts that name what is not there,
    where all promises are judged."""

    as_of: Instant
    known_at: Instant | None
    policy_version: str
    verdicts: tuple[Verdict, ...]
    reactions: tuple[Reaction, ...]
    warnings: tuple[Diagnostic, ...] = ()


def open_store(path: Path | None = None) -> Store:
    """An empty fact store in memory, or the one in a file."""
    from engine.store.database import Store

    return Store.open(path)


def admit_facts(
    snapshot: Snapshot,
    folder: Path,
    store: Store,
    *,
    all_or_nothing: bool = False,
    progress: Progress = silent,
) -> Admission:
    """Read a folder of facts into the store, row by row (S2.1, S2.2)."""
    from engine.facts.feed_files import admit_folder

    return admit_folder(snapshot, folder, store, all_or_nothing=all_or_nothing, progress=progress)


def unrecorded(snapshot: Snapshot, store: Store) -> tuple[Diagnostic, ...]:
    """Why `known at` cannot be asked: kinds with facts that do not say when they were recorded (S2.5)."""
    from engine.facts.feed_files import known_at_findings

    return known_at_findings(snapshot, store)


def evaluate(
    snapshot: Snapshot,
    store: Store,
    *,
    as_of: Instant,
    known_at: Instant | None = None,
    obligations: Collection[str] | None = None,
    progress: Progress = silent,
    touched: Touched | None = None,
    beside: Iterable[Verdict] | None = None,
) -> Evaluation:
    """Judge the obligations (all, unless some are named) and compute what follows (S7, S8).

    With `touched`, the verdicts are those of the whole evaluation on what is touched, and nothing is said of
    what follows from them, nor of what facts name: that hangs on all verdicts. With the verdicts `beside` it
    too, of all promises, the evaluation is whole: those are as they would be judged now, and only what is
    touched is judged, and what follows from all of them worked out.
    """
    from engine.facts.unheard_facts import unheard_facts
    from engine.rules.judge_strata import judge
    from engine.rules.promises_by_name import promises_by_name
    from engine.rules.withheld import withheld

    erased = store.erased()
    verdicts, reactions = judge(
        snapshot,
        store,
        as_of=as_of,
        known_at=known_at,
        obligations=obligations,
        decide=lambda judged: withheld(
            snapshot,
            erased,
            _decide_the_undecided(snapshot, store, judged, as_of, known_at),
            as_of=as_of,
            known_at=known_at,
        ),
        progress=progress,
        touched=touched,
        beside=beside,
    )
    warnings: tuple[Diagnostic, ...] = ()
    if obligations is None and (touched is None or beside is not None):
        named = promises_by_name(snapshot)
        unheard = unheard_facts(snapshot, named, verdicts, store, as_of=as_of, known_at=known_at)
        warnings = (*unheard, *_unheld(snapshot, store, as_of, known_at))
    return Evaluation(
        as_of=as_of,
        known_at=known_at,
        policy_version=snapshot.version,
        verdicts=verdicts,
        reactions=reactions,
        warnings=warnings,
    )


def turning(snapshot: Snapshot, store: Store, *, as_of: Instant, known_at: Instant | None = None) -> Turning:
    """When verdicts at `as_of` become others although neither facts nor policies change (S7): asked of some
    verdicts, when these turn, and when there are others than there are."""
    from engine.rules.renewal import renewed
    from engine.rules.turning import Turning

    known = renewed(snapshot, store, as_of=as_of, known_at=known_at)
    return Turning(snapshot=known, store=store, as_of=as_of, known_at=known_at)


def touched(
    snapshot: Snapshot,
    store: Store,
    versions: Iterable[FactVersion],
    *,
    as_of: Instant,
    since: Instant | None = None,
) -> Touched:
    """What versions of facts that the store holds by now may have changed of the verdicts at `as_of`.

    Corrected and retracted facts touch what they said before, too. With `since`, also what came to be seen
    since that instant. Verdicts beyond what is touched are the same as before, unless they turned in between.
    """
    from engine.rules.touching import Touching

    told: dict[str, set[str]] = {}
    first = as_of
    for each in versions:
        if each.kind in snapshot.kinds and not snapshot.kinds[each.kind].derived:
            told.setdefault(each.kind, set()).add(each.key)
        first = min(first, each.known_from)
    touching = Touching(snapshot=snapshot, store=store, as_of=as_of, since=since)
    return touching.touched(touching.news(told, first))


def turned(
    snapshot: Snapshot,
    store: Store,
    verdicts: Iterable[Verdict],
    *,
    as_of: Instant,
    begun_since: Instant | None = None,
) -> Touched:
    """What time may have changed: these verdicts, whose turn came by `as_of`, with what reads what follows
    from them; and, where what `turning` said at an earlier instant arises has come, the windows begun since
    that instant.

    Together with `touched(…, since=…)` these are all verdicts whose state or flags may be others now.
    """
    from engine.rules.touching import Touching

    return Touching(snapshot=snapshot, store=store, as_of=as_of, since=None).turned(verdicts, begun_since)


def _unheld(
    snapshot: Snapshot, store: Store, as_of: Instant, known_at: Instant | None
) -> Iterator[Diagnostic]:
    """The facts that count for nothing since their authors did not hold the role then (S4.8)."""
    from engine.definition.unheld import approved_kinds, unheld
    from engine.facts.unheld_to_warnings import unheld_to_warnings

    read = {kind for promise in snapshot.obligations() for kind in kinds_read(promise)}
    acted = [kind for kind in ACTING_KINDS if kind in read and store.count(kind)]
    if not acted:
        return
    kinds = {*acted, *({HOLDER_KIND} & {*snapshot.kinds})}
    facts = {kind: store.facts(snapshot.kinds[kind], known_at) for kind in sorted(kinds)}
    approved = approved_kinds(snapshot) if APPROVAL_KIND in acted else ()
    keys = {kind: frozenset(store.keys(snapshot.kinds[kind]).to_pylist()) for kind in approved}
    yield from unheld_to_warnings(unheld(snapshot, facts, keys, as_of))


def _decide_the_undecided(
    snapshot: Snapshot, store: Store, judged: Judged, as_of: Instant, known_at: Instant | None
) -> tuple[Verdict, ...]:
    """Where a plan gives only bounds, or a record's membership is unknown, the definition decides (S1.1)."""
    if not judged.undecided:
        return judged.verdicts
    from engine import definition

    decided: dict[tuple[str, str, str], Verdict] = {}
    for id in sorted({identity[0] for identity in judged.undecided}):
        obligation = snapshot.obligation(id)
        assert obligation is not None
        facts = facts_read(store, snapshot, obligation, known_at)
        for verdict in definition.evaluate(snapshot, facts, as_of, obligations={id}):
            decided[verdict.identity] = verdict
    return tuple(
        replace(decided[verdict.identity], evidence=verdict.evidence)
        if verdict.identity in judged.undecided
        else verdict
        for verdict in judged.verdicts
    )


# the whole ──▶ what a customer or a supplier sees of it


def sight(snapshot: Snapshot, principal: Principal) -> Sight:
    """What a customer or a supplier sees of a policy set, and of what followed from it."""
    from engine.sight.followed_to_seen import Sight
    from engine.sight.snapshot_to_seen import seen

    return Sight.of(snapshot, seen(snapshot, principal))


# worked examples ──▶ outcomes, what they leave untried


def test(snapshot: Snapshot, *, progress: Progress = silent) -> Examined:
    """Run every worked example in both evaluators, and find what no example tries.

    Raises DisagreementError when the two evaluators differ.
    """
    from engine.examples.coverage import cover

    outcomes = run_examples(snapshot, progress=progress)
    trials, proposals = cover(snapshot, outcomes, progress)
    return Examined(outcomes=outcomes, trials=trials, proposals=proposals)


def run_examples(snapshot: Snapshot, *, progress: Progress = silent) -> tuple[Outcome, ...]:
    """Run every worked example in both evaluators.

    Raises DisagreementError when they differ.
    """
    from engine.examples.judge import judge
    from engine.facts.facts_to_store import hold

    outcomes: list[Outcome] = []
    with open_store() as store:
        hold(snapshot.kinds, {}, store)
        for done, example in enumerate(snapshot.examples):
            progress("running examples", done, len(snapshot.examples))
            defined = judge(snapshot, example)
            planned = _planned(snapshot, example, store)
            if _said(defined) != _said(planned):
                ours, theirs = _said(planned), _said(defined)
                raise DisagreementError(
                    f"example `{example.name}`: the plan says {ours}; the definition says {theirs}"
                )
            outcomes.append(defined)
    return tuple(outcomes)


def _planned(snapshot: Snapshot, example: Example, store: Store) -> Outcome:
    """The example's outcome as the plans have it; the store is empty again afterwards."""
    from engine.examples.judge import facts_of, judged_for, outcome
    from engine.facts.facts_to_store import fill

    with store.trial():
        fill(snapshot.kinds, facts_of(snapshot, example), store)
        asked = judged_for(snapshot, example)
        found = evaluate(snapshot, store, as_of=example.as_of, obligations=asked)
    return outcome(snapshot, example, found.verdicts, found.reactions)


def _said(outcome: Outcome) -> tuple[object, ...]:
    """What an outcome says, but for the evidence and the words of the arithmetic, each evaluator's own."""
    verdicts = (replace(verdict, evidence=Evidence(facts=0)) for verdict in outcome.verdicts)
    mismatches = ((each.expected, each.found.partition(" (")[0]) for each in outcome.mismatches)
    return (*verdicts, *mismatches)


# two policy sets ──▶ what changes


def differences(before: Checked, after: Checked) -> PolicyChange:
    """Two sound policy sets side by side: their words, their promises, and what `check` warns of."""
    from engine.whatif.compare import finding_changes, gap_changes, promise_changes, prospect_changes
    from engine.whatif.words import words_changes

    assert before.snapshot is not None
    assert after.snapshot is not None
    vanished, appeared = promise_changes(before.snapshot, after.snapshot)
    carried = [viability(snapshot) for snapshot in (before.snapshot, after.snapshot)]
    then, now = (each for each in carried if not isinstance(each, Diagnostic))
    return PolicyChange(
        version_before=before.snapshot.version,
        version_after=after.snapshot.version,
        words=words_changes(before.policies, after.policies),
        vanished=vanished,
        appeared=appeared,
        prospects=prospect_changes(then, now),
        gaps=gap_changes(then, now),
        findings=finding_changes(before.diagnostics, after.diagnostics),
    )


def facts_stay(before: Snapshot, after: Snapshot, admission: Admission) -> bool:
    """Whether the facts admitted for a policy set will do for a changed one: no row that was refused may name
    what the changes add, and no kind is newly read of which there was no file. What names something that is
    gone stays a fact."""
    more = _kinds_read(after) - _kinds_read(before)
    return more <= admission.admitted.keys() and (not admission.refused or _named(after) <= _named(before))


def _named(snapshot: Snapshot) -> frozenset[tuple[str, str]]:
    """All that a fact can refer to by name."""
    spaces = {
        "service": snapshot.services,
        "component": snapshot.components,
        "party": snapshot.parties,
        "agreement": snapshot.agreements,
        "severity": snapshot.severities,
        "obligation": {each.terms.id: each for each in snapshot.obligations()},
    }
    return frozenset((space, name) for space, names in spaces.items() for name in names)


def _kinds_read(snapshot: Snapshot) -> frozenset[str]:
    return frozenset(kind for each in snapshot.obligations() for kind in kinds_behind(snapshot, each))


def compare(
    policies: PolicyChange, before: tuple[Snapshot, Evaluation], after: tuple[Snapshot, Evaluation]
) -> Differences:
    """Two evaluations at the same instants: every verdict, consequence, amount and risk that changes
    (S10.4)."""
    from engine.whatif.compare import credit_totals, exposure_changes, reaction_changes, verdict_changes

    (was, old), (is_now, new) = before, after
    assert (old.as_of, old.known_at) == (new.as_of, new.known_at)
    graphs = graph(was), graph(is_now)
    exposed = (_exposures(each, drawn, new.as_of) for each, drawn in zip((was, is_now), graphs, strict=True))
    return Differences(
        as_of=new.as_of,
        known_at=new.known_at,
        policies=policies,
        verdicts=verdict_changes(old.verdicts, new.verdicts),
        verdicts_before=len(old.verdicts),
        verdicts_after=len(new.verdicts),
        reactions=reaction_changes(old.reactions, new.reactions),
        credits=credit_totals((was, old.reactions), (is_now, new.reactions)),
        risks=risk_differences((was, graphs[0]), (is_now, graphs[1]), at=new.as_of),
        exposures=exposure_changes(*exposed),
    )


def risk_differences(
    before: tuple[Snapshot, DependencyGraph], after: tuple[Snapshot, DependencyGraph], *, at: Instant
) -> RiskChange:
    """What two policy sets, each with its graph, do not risk alike at an instant (S10.5)."""
    from engine.whatif.compare_risks import risk_changes

    return risk_changes(risk(*before, at=at), risk(*after, at=at), at)


def _exposures(snapshot: Snapshot, graph: DependencyGraph, at: Instant) -> tuple[Exposure, ...]:
    """The most that the credits of all promises could come to, agreement by agreement."""
    from engine.graph.money.at_risk import money_at_risk

    promises = [each.terms.id for each in snapshot.obligations()]
    return money_at_risk(snapshot, graph.at(at), promises, at)


# verdict ──▶ explanation, trace


def explain(
    snapshot: Snapshot, store: Store, verdict: Verdict, *, as_of: Instant, known_at: Instant | None = None
) -> Explanation:
    """Why a verdict is what it is, recomputed from the facts by definition (S7.5).

    Raises DisagreementError when the two evaluators differ.
    """
    from engine import definition
    from engine.rules.withheld import is_withheld

    obligation = snapshot.obligation_of(verdict)
    assert obligation is not None
    if is_withheld(verdict):
        return definition.withheld(verdict)
    if sum(store.count(kind) for kind in kinds_behind(snapshot, obligation)) > RECOMPUTED_UP_TO:
        return definition.outline(verdict)
    facts = facts_read(store, snapshot, obligation, known_at)
    try:
        explanation = definition.explain(snapshot, facts, verdict, as_of)
    except LookupError as error:
        raise DisagreementError(f"the plan says {verdict}; the definition has no such occasion") from error
    ours, theirs = (replace(each, evidence=Evidence(facts=0)) for each in (verdict, explanation.verdict))
    if ours != theirs:
        raise DisagreementError(f"the plan says {ours}; the definition says {theirs}")
    return replace(explanation, verdict=verdict)


def facts_read(
    store: Store, snapshot: Snapshot, obligation: Obligation, known_at: Instant | None
) -> dict[str, tuple[Fact, ...]]:
    """The facts of every kind that the obligation reads, or that what it reads follows from (S9)."""
    return {kind: store.facts(snapshot.kinds[kind], known_at) for kind in kinds_behind(snapshot, obligation)}


# snapshot ──▶ graph ──▶ impact, viability, trace


def graph(snapshot: Snapshot) -> DependencyGraph:
    """The dependency graph of everything the policies name (S10)."""
    from engine.graph.model_to_graph import build

    return build(snapshot)


def impact(
    graph: DependencyGraph,
    failed: Sequence[str],
    *,
    at: Instant,
    most_degree: int | None = None,
    kinds: Collection[NodeKind] | None = None,
    snapshot: Snapshot | None = None,
) -> Impact | Diagnostic:
    """What falls when these fail together, and, where the graph's snapshot is given, the money at risk; or
    which name says nothing (S10.1)."""
    from engine.graph.impact import impact

    return impact(graph, failed, at, most_degree=most_degree, kinds=kinds, snapshot=snapshot)


def situation(
    snapshot: Snapshot,
    graph: DependencyGraph,
    store: Store,
    *,
    as_of: Instant,
    known_at: Instant | None = None,
    failed: Sequence[str] = (),
    most_degree: int | None = None,
    kinds: Collection[NodeKind] | None = None,
    followed: tuple[Sequence[Verdict], Sequence[Reaction]] | None = None,
    own: bool = False,
    progress: Progress = silent,
) -> Situation | Diagnostic:
    """Who is affected right now: open outages, and what else is said to have failed, what they fell and hit,
    and what is due next of that; or which name says nothing (S10.1).

    `followed` are the verdicts and reactions at these instants, where they are known already. With `own` only
    outages of what a promise of uptime is about count: facts of other things are not the policies' own.
    """
    from engine.graph.impact import at_once
    from engine.graph.situation import due_next
    from engine.model.situation import Situation

    outages = _open_outages(snapshot, graph, store, as_of, known_at)
    if own:
        promised = {name for each in snapshot.obligations() for name in each.terms.subjects}
        outages = tuple(each for each in outages if each.subject in promised)
    out = dict.fromkeys(each.node for each in outages if each.node is not None)
    if not out and not failed:
        return Situation(as_of=as_of, known_at=known_at, outages=outages, impact=None, due=())
    found = impact(graph, [*out, *failed], at=as_of, most_degree=most_degree, kinds=kinds, snapshot=snapshot)
    if isinstance(found, Diagnostic):
        return found
    promises = at_once(graph, [each.id for each in found.failed], as_of)
    if followed is None:
        judged = evaluate(snapshot, store, as_of=as_of, known_at=known_at, progress=progress)
        followed = judged.verdicts, judged.reactions
    return Situation(
        as_of=as_of,
        known_at=known_at,
        outages=outages,
        impact=found,
        due=due_next(snapshot, promises, *followed, as_of),
    )


def _open_outages(
    snapshot: Snapshot, graph: DependencyGraph, store: Store, as_of: Instant, known_at: Instant | None
) -> tuple[OpenOutage, ...]:
    """What is out, as targets may take it for bad time: what a condition does not know may be (S7.2)."""
    from engine.definition.book import Book, seen
    from engine.definition.conditions import truth
    from engine.graph.situation import interval_uptimes, open_outages
    from engine.model.measure import Uptime
    from engine.model.reading import looked_up

    downs = [each.measure.outages for each in interval_uptimes(snapshot) if isinstance(each.measure, Uptime)]
    kinds = {each.kind for down in downs for each in (down, *looked_up(down.where))}
    facts = {kind: store.facts(snapshot.kinds[kind], known_at) for kind in sorted(kinds)}
    book = Book(kinds=snapshot.kinds, facts=facts, as_of=as_of)

    def counts(promise: Target, fact: Fact) -> bool:
        assert isinstance(promise.measure, Uptime)
        down, terms = promise.measure.outages, promise.terms
        here = seen(fact, snapshot.kinds[fact.kind], as_of)
        zone = snapshot.agreements[terms.agreement].zone
        reading = book.reading(terms.subjects)
        return here is not None and truth(down.where, {down.variable: here}, zone, reading) is not False

    return open_outages(snapshot, graph, facts, as_of, counts)


def rests_on(
    graph: DependencyGraph,
    name: str,
    *,
    at: Instant,
    most_degree: int | None = None,
    kinds: Collection[NodeKind] | None = None,
) -> Foundation | Diagnostic:
    """Everything whose failure may fell or hit this, or why the name says nothing (S10.1)."""
    from engine.graph.rests_on import rests_on

    return rests_on(graph, name, at, most_degree=most_degree, kinds=kinds)


def viability(
    snapshot: Snapshot, *, agreement: str | None = None, as_of: Instant | None = None
) -> Viability | Diagnostic:
    """What an agreement, or every one, could promise at best, and what beneath it is too weak (S10.2).

    Or which agreement there is not.
    """
    from engine.graph.viability.assess import viability
    from engine.graph.viability.ground import Reckoning

    reckoning = Reckoning(open_time=_open_time, notice_day=_notice_day, term_end=_term_end)
    return viability(snapshot, reckoning, agreement=agreement, as_of=as_of)


def _open_time(clock: Clock, start: Instant, end: Instant) -> Sequence[tuple[Instant, Instant]]:
    """When a clock counts. The definition is loaded only where something is to be counted, here and below."""
    from engine.definition.calendars import open_time

    return open_time(clock, start, end)


def _notice_day(last: date, lead: Duration, counting: NoticeCounting, zone: str) -> date | None:
    """The last day on which there still is so much time before the end of a term (S4.5)."""
    from engine.definition.renewal import last_day_for_notice

    return last_day_for_notice(last, lead, counting, zone)


def _term_end(renewal: Renewal, count: int) -> date:
    """The last day of a term that was renewed so often (S2.4)."""
    from engine.definition.renewal import last_day

    return last_day(renewal, count)


def risk(snapshot: Snapshot, graph: DependencyGraph, *, at: Instant) -> Risk:
    """Single points of failure, suppliers, redundancy that is not, cycles and orphans (S10.5)."""
    from engine.graph.risk.assess import assess

    return assess(snapshot, graph, at)


def import_graph(source: Source, format: ImportFormat, columns: EdgeColumns) -> Imported | Diagnostic:
    """A policy in its canonical format from another tool's graph of services, or why it cannot be read."""
    from engine.dsl.text_to_syntax import keywords
    from engine.graph.imports.import_graph import import_graph

    found = import_graph(source, format, columns, keywords())
    if isinstance(found, Diagnostic):
        return found
    text = format_policy(Source(name=source.name, text=found.text))
    return replace(found, text=text) if isinstance(text, str) else text[0]


def agenda(
    snapshot: Snapshot, verdicts: Sequence[Verdict], reactions: Sequence[Reaction], as_of: Instant
) -> tuple[Entry, ...]:
    """What is due at or after the instant of an evaluation of all promises, or was and is not done."""
    from engine.agenda.followed_to_entries import entries

    return entries(snapshot, verdicts, reactions, as_of)


def entries_of(snapshot: Snapshot, entries: Sequence[Entry], names: Sequence[str]) -> tuple[Entry, ...]:
    """The entries of these parties and roles; those of a party include those of its roles."""
    from engine.agenda.followed_to_entries import of_whom

    return of_whom(snapshot, entries, names)


def calendar(
    entries: Sequence[Entry],
    as_of: Instant,
    *,
    name: str,
    space: str = "",
    before: Source | None = None,
    revision: int = 0,
) -> str | Diagnostic:
    """An iCalendar feed of these entries as it is at `as_of`, as the next revision of the one `before`; or
    why that is none. UIDs are the same in every feed of one `space` (a tenant). No new SEQUENCE is below
    `revision`."""
    from engine.agenda.entries_to_calendar import lay_out, read_calendar

    revised = None if before is None else read_calendar(before)
    if isinstance(revised, Diagnostic):
        return revised
    return lay_out(entries, as_of, name=name, space=space, before=revised, revision=revision)


def shipped_mapping(origin: Origin) -> Source:
    """How exports of a tool become facts, as it ships with the package."""
    file = resources.files("policies") / "standard" / "importers" / f"{origin.value}.yaml"
    return Source(name=f"standard/importers/{file.name}", text=file.read_text(encoding="utf-8"))


def is_zone(name: str) -> bool:
    """Whether there is a time zone of that name."""
    from engine.facts.importers.yaml_to_mapping import is_zone

    return is_zone(name)


def read_mapping(mapping: Source) -> FactMapping | tuple[Diagnostic, ...]:
    """What a mapping says, or every mistake in it."""
    from engine.facts.importers.yaml_to_mapping import read_mapping

    return read_mapping(mapping)


def import_facts(
    sources: Sequence[Source], mapping: Source, *, zone: str | None = None, service: str | None = None
) -> ImportedFacts | tuple[Diagnostic, ...]:
    """The facts of another tool's export, by a mapping, or everything that hinders them.

    `zone` is that of local times where the mapping says none, `service` that of what names none (S2.1).
    """
    from engine.facts.importers.import_facts import import_facts
    from engine.facts.importers.mapping_to_kinds import unfit

    read = read_mapping(mapping)
    if not isinstance(read, FactMapping):
        return read
    declared = check([Source(name=f"{mapping.name}, kinds", text=f"use standard\n{read.kinds}")])
    if declared.snapshot is None:
        return declared.diagnostics
    found = unfit(read, declared.snapshot.kinds) or import_facts(
        sources, read, declared.snapshot.kinds, zone=zone, service=service
    )
    if not isinstance(found, ImportedFacts):
        return found
    kinds = format_policy(Source(name=mapping.name, text=read.kinds))
    assert isinstance(kinds, str), "what has been resolved can be laid out"
    return replace(found, kinds=kinds)


def export(
    snapshot: Snapshot,
    graph: DependencyGraph,
    *,
    at: Instant,
    format: Format,
    around: str | None = None,
    depth: int = 2,
    kinds: Sequence[NodeKind] | None = None,
    failed: Sequence[str] = (),
    verdicts: Iterable[Verdict] = (),
    since: Instant | None = None,
    risks: bool = False,
) -> str | Diagnostic:
    """The graph, or what lies around a node, as the text of a file; or which name says nothing."""
    from engine.graph.exports.export import export

    return export(
        snapshot,
        graph,
        at=at,
        format=format,
        around=around,
        depth=depth,
        kinds=kinds,
        failed=failed,
        verdicts=verdicts,
        since=since,
        risks=risks,
    )


def trace(
    snapshot: Snapshot,
    graph: DependencyGraph,
    explanation: Explanation,
    verdicts: Sequence[Verdict],
    reactions: Sequence[Reaction],
    *,
    back: bool = False,
) -> Trace:
    """One verdict in full: the tree from the contract's words to what followed, or `back`, and the graph that
    a program walks among these verdicts (S10.3)."""
    from engine.graph.trace.name_to_trace import Outcomes, trace_of

    judged = Outcomes(verdicts=verdicts, reactions=reactions)
    return trace_of(snapshot, graph, explanation, judged, back=back)


def traced_promises(snapshot: Snapshot, graph: DependencyGraph, name: str) -> frozenset[str] | None:
    """The promises that must be judged for a trace from a name; absent: all of them."""
    from engine.graph.trace.promises_concerned import concerned

    return concerned(snapshot, graph, name)


def trace_from(
    snapshot: Snapshot,
    graph: DependencyGraph,
    store: Store,
    name: str,
    verdicts: Sequence[Verdict],
    reactions: Sequence[Reaction],
    explain: Callable[[Verdict], Explanation],
    *,
    as_of: Instant,
    known_at: Instant | None = None,
    back: bool | None = None,
    only: Collection[tuple[str, str, str]] | None = None,
    sight: tuple[Snapshot, Sight] | None = None,
) -> Trace | Diagnostic:
    """From a clause, a promise, a fact or what followed, on or `back`; or which name says nothing (S10.3).

    The verdicts are those at the same instants, and `only` names those of them that are asked for, if not
    all. Which of them a fact touches is found by judging again without it. With the `sight` of somebody, and
    the whole that it is of, all else is what is seen; whether there is a fact is not told then but by what it
    touches.
    """
    from engine.graph.trace.name_to_trace import Enquiry, Outcomes, Untold, trace_from

    def keys(kind: str) -> Collection[str]:
        if sight is not None:
            return Untold()
        return frozenset(each.key for each in store.facts(snapshot.kinds[kind], known_at))

    def without(kind: str, key: str, obligations: Collection[str] | None) -> Outcomes:
        whole = snapshot if sight is None else sight[0]
        if sight is not None and obligations is None:
            obligations = {each.terms.id for each in snapshot.obligations()}
        with store.trial():
            store.forget(whole.kinds[kind], key)
            found = evaluate(whole, store, as_of=as_of, known_at=known_at, obligations=obligations)
        if sight is None:
            return Outcomes(verdicts=found.verdicts, reactions=found.reactions)
        seen = sight[1].verdicts(found.verdicts)
        return Outcomes(verdicts=seen, reactions=sight[1].reactions(found.reactions, seen))

    judged = Outcomes(verdicts=verdicts, reactions=reactions)
    enquiry = Enquiry(explain=explain, keys=keys, without=without)
    return trace_from(snapshot, graph, name, judged, enquiry, back=back, only=only)
