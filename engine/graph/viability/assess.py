"""The viability of one agreement or of all: what could be promised at best, and every finding (S10.2)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from engine.diagnostic import Diagnostic
from engine.graph.name_to_near import did_you_mean
from engine.graph.viability import (
    above_ceiling,
    excused_beneath,
    hours_uncovered,
    need_without_contract,
    notice_too_short,
    time_over_budget,
    uc_ends_early,
    underpinning_weaker,
    window_weaker,
)
from engine.graph.viability.ceiling import ceiling
from engine.graph.viability.chance import chance
from engine.graph.viability.contracts import UptimePromise, contracts_of
from engine.graph.viability.ground import Ground, Known, Reckoning
from engine.graph.viability.structure import beneath
from engine.graph.viability.term import Moment, day_after
from engine.model.agreement import Agreement
from engine.model.quantity import Instant
from engine.model.snapshot import Snapshot
from engine.model.viability import Beneath, Finding, FindingKind, Gravity, Prospect, Viability

Find = Callable[[Ground], Iterator[Finding]]

FINDINGS: tuple[Find, ...] = (
    above_ceiling.find,
    underpinning_weaker.find,
    window_weaker.find,
    hours_uncovered.find,
    time_over_budget.find,
    excused_beneath.find,
)
"""What may be found at any moment of a version's term."""

OF_TERMS: tuple[Find, ...] = (uc_ends_early.find, notice_too_short.find, need_without_contract.find)
"""What is found once over the terms of all versions, as the last one ends them."""


def viability(
    snapshot: Snapshot,
    reckoning: Reckoning,
    *,
    agreement: str | None = None,
    as_of: Instant | None = None,
) -> Viability | Diagnostic:
    """What agreements could promise, and what beneath them does not carry what they do (S10.2).

    Of one agreement, in all its versions, or of every one. `as_of` looks at one instant, and only at what is
    in force then; without it every stretch of a term is looked at in which the same contracts are in force
    beneath, and prospects are those of its first day.
    """
    if agreement is not None and agreement not in snapshot.agreements:
        return Diagnostic(
            code="unknown-name",
            message=f"no agreement is named `{agreement}`",
            help=did_you_mean(agreement, sorted(snapshot.agreements)),
        )
    contracts = contracts_of(snapshot)
    prospects: list[Prospect] = []
    findings: dict[tuple[object, ...], Finding] = {}
    known = Known()
    for above in _asked(snapshot, agreement):
        first = Ground(
            snapshot=snapshot,
            contracts=contracts,
            agreement=above,
            at=Moment(at=above.term.start),
            reckoning=reckoning,
            known=known,
        )
        for number, at in enumerate(_moments(first, as_of)):
            ground = replace(first, at=at)
            if number == 0:
                prospects += _prospects(ground)
                last = snapshot.agreements[above.identity]
                if as_of is not None or above is last:
                    for ends in _versions(ground, as_of):
                        for finding in (each for find in OF_TERMS for each in find(ends)):
                            findings.setdefault(_identity(finding), finding)
            for finding in (each for find in FINDINGS for each in find(ground)):
                findings.setdefault(_identity(finding), finding)
    return Viability(as_of=as_of, prospects=prospects, findings=in_order(findings.values()))


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """The worst first, then by kind, agreement and promise."""
    gravities, kinds = list(Gravity), list(FindingKind)
    return sorted(
        findings,
        key=lambda each: (
            gravities.index(each.gravity),
            kinds.index(each.kind),
            each.agreement,
            each.above.name,
            [side.name for side in each.beneath],
        ),
    )


def _identity(finding: Finding) -> tuple[object, ...]:
    """What makes two findings of different days the same."""
    beneath = tuple(side.name for side in finding.beneath)
    return (finding.kind, finding.agreement, finding.above.name, beneath, finding.message)


def _asked(snapshot: Snapshot, agreement: str | None) -> Sequence[Agreement]:
    if agreement is not None:
        return snapshot.versions(agreement)
    return [snapshot.agreements[name] for name in sorted(snapshot.agreements)]


def _versions(ground: Ground, as_of: Instant | None) -> Iterator[Ground]:
    """The terms of an agreement as its last version ends them, and of each version before it that is not over
    what only that rests on."""
    last = ground.snapshot.agreements[ground.agreement.identity]
    yield replace(ground, agreement=last, promising={})
    for version in ground.snapshot.versions(last.name):
        is_over = as_of is not None and (version.ends or date.max) < ground.day
        if version is not last and not is_over:
            yield replace(ground, agreement=version, is_dropped=True, promising={})


def _moments(ground: Ground, as_of: Instant | None) -> Sequence[Moment]:
    """When to look at an agreement: on its first day, and when something beneath begins or ends."""
    above = ground.agreement
    if as_of is not None:
        asked = Moment(at=as_of)
        return [asked] if asked.is_in(above) else []
    start, end = above.term.start, day_after(above)
    days = {
        day
        for each in _beneath(ground)
        for day in (each.term.start, day_after(each))
        if day is not None and start < day and (end is None or day < end)
    }
    return [Moment(at=day) for day in (start, *sorted(days))]


def _beneath(ground: Ground) -> Iterator[Agreement]:
    """Every agreement that may carry something of another, whenever it is in force."""
    above, contracts = ground.agreement, ground.contracts
    yield from contracts.underpinning.get(above.identity, ())
    for obligation in above.obligations:
        yield from (each for each, _ in contracts.carriers.get(obligation.terms.id, ()))
    for services in dict.fromkeys((above.covers, *(each.target.terms.subjects for each in ground.uptimes))):
        for rest in ground.walk(services).found:
            yield from rest.contracts
        yield from ground.promisers(services)


def _prospects(ground: Ground) -> Iterator[Prospect]:
    """For each service covered, unless the customer provides it, and for each promise of uptime."""
    services, customer = ground.contracts.services, ground.agreement.customer
    offered = (name for name in ground.agreement.covers if name in services)
    targets: dict[tuple[str, ...], list[UptimePromise | None]] = {}
    for each in ground.uptimes:
        targets.setdefault(each.target.terms.subjects, []).append(each)
    asked: dict[tuple[str, ...], None] = dict.fromkeys(
        (name,) for name in offered if services[name].provider != customer
    )
    asked |= dict.fromkeys(targets)
    for names in asked:
        structure = ground.beneath(names)
        is_promised = structure.is_promised
        likely = structure.known(chance)
        for target in targets.get(names, [None]):
            carriers = _carriers(ground, target)
            most = min((each.least for each in carriers), default=Fraction(1))
            expected = None if isinstance(likely, str) or not (is_promised or carriers) else likely
            parts = [(each.name, each.promise) for each in structure.known(beneath)]
            yield Prospect(
                agreement=ground.agreement.name,
                service=names[0] if len(names) == 1 else ground.agreement.name,
                promise=None if target is None else target.id,
                target=None if target is None else target.least,
                bound=min(structure.known(ceiling), most) if is_promised or carriers else None,
                expected=None if expected is None else min(expected, most),
                beneath=tuple(
                    Beneath(
                        name=name,
                        promise=None if promise is None else promise.id,
                        availability=None if promise is None else promise.least,
                    )
                    for name, promise in (*parts, *((each.target.terms.subject, each) for each in carriers))
                ),
                unsettled=likely if isinstance(likely, str) else None,
            )


def _carriers(ground: Ground, target: UptimePromise | None) -> Sequence[UptimePromise]:
    """The promises that carry one as a whole: it cannot be better than each of them."""
    return [pair.below for pair in ground.pairs if pair.above is target and not pair.is_part]
