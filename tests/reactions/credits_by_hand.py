"""Policies with credits whose verdicts are given by hand, so that the amounts can be worked out on paper."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from engine.definition.book import Book
from engine.definition.credits import credits as defined
from engine.model.fact import Fact, FactValue
from engine.model.instants import parse_instant
from engine.model.quantity import PERCENT, Instant
from engine.model.reaction import Credit
from engine.model.snapshot import Snapshot
from engine.model.verdict import Exact, InWindow, State, Verdict
from engine.rules.plans.windows import windows
from engine.rules.reactions.credit import credits as folded
from tests.differential.stores import stored
from tests.dsl.resolving import agreement, resolved

CONVENTIONS = "conventions standard {{ sources are assumed watched  money rounds half even {} }}"
FACTS = """
fact fee_paid { key id  at at  amount money USD }
fact credential { key id  lasts issued_at until revoked_at }
"""


def at(text: str) -> Instant:
    """An instant in UTC."""
    instant = parse_instant(text)
    assert instant is not None
    return instant


def policy(
    credits: str, *, more: str = "", window: str = "calendar month", conventions: str = ""
) -> Snapshot:
    """An agreement in UTC with the target `it`, 99% in each window, and whatever else is said."""
    body = f"""
target it of shop {{
  cites msa "2" "99 %"
  obliges acme
  measures uptime from outage o
  during always
  requires at least 99% in each {window}
  credits {{ {credits} }}
}}
{more}
"""
    text = FACTS + agreement(body, CONVENTIONS.format(conventions)).replace("zone Europe/Berlin", "zone UTC")
    snapshot, found = resolved(text)
    assert snapshot is not None, [(each.code, each.message) for each in found]
    return snapshot


def measured(
    snapshot: Snapshot, *percents: str | None, of: str = "deal.it", until: str = "2026-06-01T00:00:00Z"
) -> list[Verdict]:
    """A verdict on each window from the first on; no percentage for one without data."""
    promise = snapshot.obligation(of)
    assert promise is not None
    home = snapshot.agreements["deal"]
    cut = windows(home, promise.windows, at(until))  # type: ignore[union-attr]
    found: list[Verdict] = []
    for window, percent in zip(cut, percents, strict=False):
        value = None if percent is None else Fraction(percent) / 100
        bound = promise.bound  # type: ignore[union-attr]
        state = State.UNMEASURED if value is None else State.MET if bound.holds(value) else State.BREACHED
        length = window.end - window.start
        found.append(
            Verdict(
                obligation=of,
                subject="shop",
                occasion=InWindow(start=window.start, end=window.end, label=window.label),
                state=state,
                measured=None if value is None else Exact(value=value, unit=PERCENT),
                bound=bound,
                counts={"agreed": length, "denominator": length},
            )
        )
    return found


def fact(kind: str, key: str, **values: FactValue) -> Fact:
    """A fact."""
    return Fact(kind=kind, key=key, values={"id": key, **values})


def worked_out(
    snapshot: Snapshot, verdicts: Sequence[Verdict], *facts: Fact, as_of: str = "2026-06-01T00:00:00Z"
) -> tuple[Credit, ...]:
    """The credits, by both ways of working them out."""
    kinds = {kind.name: kind for kind in snapshot.kinds.values() if not kind.derived}
    given: Mapping[str, list[Fact]] = {name: [each for each in facts if each.kind == name] for name in kinds}
    whole = {
        name: [
            replace(each, values={**{f.name: None for f in kinds[name].fields}, **each.values})
            for each in rows
        ]
        for name, rows in given.items()
    }
    ordered = sorted(verdicts, key=lambda verdict: verdict.identity)
    book = Book(kinds=snapshot.kinds, facts=whole, as_of=at(as_of))
    by_definition = defined(snapshot, ordered, book)
    with stored(whole, kinds) as store:
        by_fold = folded(snapshot, ordered, store, as_of=at(as_of), known_at=None)
    assert [replace(each, arithmetic=()) for each in by_fold] == [
        replace(each, arithmetic=()) for each in by_definition
    ]
    return by_definition


def amounts(credits: Sequence[Credit]) -> list[str]:
    """The amounts, in order of the windows."""
    return ["?" if each.amount is None else str(each.amount.amount) for each in credits]
