"""Explanations: why a verdict is what it is, computed again from the facts (S7.5)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import assert_never

from engine.definition.book import Reading
from engine.definition.cases import Case, cases
from engine.definition.countering import counter_line
from engine.definition.duties import DutyCase
from engine.definition.explain_acting import signing_lines
from engine.definition.explain_duty import duty_lines, duty_why_not, recovery_lines, recovery_why_not
from engine.definition.explain_modes import moded_lines, moded_why_not
from engine.definition.explain_records import record_lines, record_why_not
from engine.definition.explain_uptime import uptime_lines, uptime_why_not
from engine.definition.recovery import RecoveryCase
from engine.definition.renewal import renewed
from engine.definition.strata import Strata
from engine.definition.targets import ModedCase, RecordCase, UptimeCase
from engine.model.explanation import Explanation, Line
from engine.model.fact import Fact
from engine.model.obligation import Obligation, Target
from engine.model.quantity import Instant
from engine.model.reading import selections_of
from engine.model.snapshot import Snapshot
from engine.model.verdict import Flag, InWindow, Occasion, Verdict


def explain(
    snapshot: Snapshot, facts: Mapping[str, Sequence[Fact]], verdict: Verdict, as_of: Instant
) -> Explanation:
    """The explanation of the verdict with the same identity; its `verdict` is the one computed here.

    Whoever asks compares the two. Raises LookupError where the definition has no such occasion.
    """
    snapshot = renewed(snapshot, facts, as_of)
    promise = snapshot.obligation_of(verdict)
    if promise is None:
        raise LookupError(f"no obligation {verdict.obligation}")
    book = Strata(snapshot=snapshot, facts=facts, as_of=as_of).book(selections_of(promise))
    found = cases(snapshot, book, promise, verdict.identity[2])
    case = next((each for each in found if each.verdict.subject == verdict.subject), None)
    if case is None:
        raise LookupError(f"no occasion {verdict.identity[2]} of {verdict.obligation}")
    zone = snapshot.agreements[promise.terms.agreement].zone
    state = case.verdict.state.value + "".join(f", {flag.value}" for flag in case.verdict.flags)
    doubts = case.verdict.missing if Flag.EXCUSE_UNPROVEN in case.verdict.flags else ()
    unproven = (Line(text=f"an excuse is unproven for want of {name}") for name in doubts)
    read = book.reading(promise.terms.subjects, verdict.combination)
    signed = _signing_lines(promise, case.verdict.occasion, read, zone)
    counters = case.counters if isinstance(case, UptimeCase | RecordCase | ModedCase) else ()
    countered = (counter_line(case.verdict, each) for each in counters)
    return Explanation(
        verdict=case.verdict,
        clause=promise.terms.cites,
        lines=(*lines_of(case, zone, read), *signed, *unproven, *countered, Line(text=state)),
        why_not=tuple(why_not_of(case)),
        recomputed=True,
    )


def _signing_lines(promise: Obligation, occasion: Occasion, reading: Reading, zone: str) -> Iterator[Line]:
    """Who signed off the data of the window's source."""
    asked = promise.sign_off if isinstance(promise, Target) else None
    if asked is not None and isinstance(occasion, InWindow):
        yield from signing_lines(asked, occasion.start, occasion.end, reading, zone)


def lines_of(case: Case, zone: str, reading: Reading) -> Iterator[Line]:
    """The lines of each sort of case."""
    match case:
        case UptimeCase():
            yield from uptime_lines(case, reading)
        case RecordCase():
            yield from record_lines(case, zone, reading)
        case ModedCase():
            yield from moded_lines(case, zone, reading)
        case DutyCase():
            yield from duty_lines(case)
        case RecoveryCase():
            yield from recovery_lines(case, zone, reading)
        case _:
            assert_never(case)


def why_not_of(case: Case) -> Iterator[Line]:
    """Why the promise is not met, and what would have met it."""
    match case:
        case UptimeCase():
            yield from uptime_why_not(case)
        case RecordCase():
            yield from record_why_not(case)
        case ModedCase():
            yield from moded_why_not(case)
        case DutyCase():
            yield from duty_why_not(case)
        case RecoveryCase():
            yield from recovery_why_not(case)
        case _:
            assert_never(case)
