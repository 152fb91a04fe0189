"""Uptime targets of one shape, measured by one statement from outages, exclusions and observations (S5)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from engine.model.exclusion import AnyStretch
from engine.model.expression import Selection
from engine.model.measure import CapSpending, ExcludedTime, OutageAttribution, ShortOutages, Uptime
from engine.model.period import Window
from engine.model.quantity import Instant, Microseconds
from engine.model.verdict import Evidence
from engine.rules.plans.asked import Asked, Tables, load_subjects
from engine.rules.plans.axes import AXIS_COLUMNS, CELL_COLUMNS, Axes, AxisKey
from engine.rules.plans.evidence import digest
from engine.rules.plans.intervals_to_sql import Reading, names_in
from engine.rules.plans.uptime_rolling import held_cap, walk_caps
from engine.rules.plans.uptime_to_sql import (
    cap_places,
    deployed_weight,
    has_rolling_cap,
    plan,
    read_by,
    uptime_shape,
    weight_of,
)
from engine.rules.plans.windows import windows

ASKED: dict[str, str] = {
    **dict.fromkeys(
        (
            *("target", "axis", "starts_at", "ends_at", "as_of"),
            *("least_whole", "least_piece", "unit_whole", "unit_piece"),
            *("at_once", "forgiven", "forgiven_under"),
        ),
        "BIGINT",
    ),
    "forgives_whole": "BOOLEAN",
    "is_split": "BOOLEAN",
    "spends_announced": "BOOLEAN",
    "spends_elapsed": "BOOLEAN",
    "source": "VARCHAR",
    "counts_excluded": "BOOLEAN",
    "takes_unproven": "BOOLEAN",
}
SPAN: dict[str, str] = dict.fromkeys(
    ("target", "win", "starts_at", "ends_at", "first_cell", "last_cell"), "BIGINT"
)
CAP_SPAN: dict[str, str] = dict.fromkeys(
    ("target", "place", "win", "starts_at", "ends_at", "cap_us"), "BIGINT"
)

NOTHING = "SELECT target, starts_at AS a, starts_at AS b FROM asked WHERE FALSE"


class Figures(NamedTuple):
    """The lengths of one window in counted microseconds.

    `unknown` is unwatched and not known to be bad; `ahead` is not yet past, and neither excluded nor bad.
    `dropped` is 1 where an outage was too short so far but may have been longer than is known,
    `capped_ahead` where a capped exclusion reaches into what is not yet past. `weighted` is the bad time
    times its weights, where there are any, at the scale of the weights; so are `deployed`, the time that is
    measured, and what of `unknown` is deployed.
    """

    agreed: Microseconds
    excluded: Microseconds
    bad: Microseconds
    unwatched: Microseconds
    unknown: Microseconds
    ahead: Microseconds
    dropped: int
    capped_ahead: int
    weighted: int
    deployed: int
    unknown_deployed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unproven:
    """An outage or an exclusion whose condition is unknown, and the fields that would say (S7.2, S7.3)."""

    is_outage: bool
    a: Instant
    b: Instant
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UptimeRow:
    """What the facts say of one window: with the proven outages, and with the possible ones too (S7.2).

    `target` is the number of the target in the tables. `unwatched_earlier` says that somebody did not watch
    before the window, when a cap may have been spent that reaches into it; `is_spending_unsure` that a
    possible outage until its end may have spent a cap, and that one rolls.
    """

    asked: Asked
    measure: Uptime
    target: int
    window: Window
    best: Figures
    worst: Figures
    unproven: tuple[Unproven, ...]
    weight_scale: Fraction
    deployed_scale: Fraction
    unwatched_earlier: bool
    is_spending_unsure: bool
    evidence: Evidence


def measure_uptime(
    asked: Sequence[Asked], reading: Reading, store: Tables, also_read: Sequence[Selection]
) -> list[UptimeRow]:
    """A row for each window of targets of one shape; their modes are what is `also_read`."""
    measure = measured_by(asked[0])
    statements = plan(measure, uptime_shape(asked[0], measure), reading)
    read = read_by(measure, is_watched=False)
    reading.load_clocks(store, [*read, *also_read])
    proven = [(each, False) for each in asked]
    _load(store, reading, proven)
    unproven = {} if statements.unproven is None else _unproven(statements.unproven, store)
    also = [each for each in range(len(asked)) if any(one.is_outage for one in unproven.get(each, ()))]
    if also:
        _load(store, reading, [*proven, *((asked[each], True) for each in also)])
    possible = {target: len(asked) + place for place, target in enumerate(also)}
    unsure: dict[int, Instant] = {}
    if statements.walked is not None:
        unsure = walk_caps(statements.walked, asked, possible, reading.as_of, store)
    figures = {(target, win): found for target, win, *found in store.run(statements.figures)}
    scale, deployed_scale = _weight_scale(measure, reading), _deployed_scale(measure, reading)
    rows: list[UptimeRow] = []
    for target, each in enumerate(asked):
        unwatched_earlier = False
        for win, window in enumerate(each.measured):
            *best, facts, hashes = figures[target, win]
            *worst, _, _ = figures[possible.get(target, target), win]
            rows.append(
                UptimeRow(
                    asked=each,
                    measure=measured_by(each),
                    target=target,
                    window=window,
                    best=Figures(*best),
                    worst=Figures(*worst),
                    unproven=tuple(
                        one for one in unproven.get(target, ()) if one.a < window.end and one.b > window.start
                    ),
                    unwatched_earlier=unwatched_earlier,
                    is_spending_unsure=unsure.get(target, window.end) < window.end,
                    weight_scale=scale,
                    deployed_scale=deployed_scale,
                    evidence=Evidence(facts=facts, digest=digest(facts, hashes), query=statements.figures),
                )
            )
            unwatched_earlier = unwatched_earlier or Figures(*best).unwatched > 0
    return rows


def _weight_scale(measure: Uptime, reading: Reading) -> Fraction:
    """What one unit of a weight stands for."""
    if measure.weight is None:
        return Fraction(1)
    return weight_of(measure, measure.weight, reading.scope(measure.outages)).scale


def _deployed_scale(measure: Uptime, reading: Reading) -> Fraction:
    """What one unit of the weight of what is deployed stands for."""
    if measure.deployed is None:
        return Fraction(1)
    return deployed_weight(measure.deployed.weight, reading.scope(measure.deployed.facts)).scale


def measured_by(asked: Asked) -> Uptime:
    """The measure of a target of uptime."""
    assert isinstance(asked.target.measure, Uptime)
    return asked.target.measure


def _load(store: Tables, reading: Reading, asked: Sequence[tuple[Asked, bool]]) -> None:
    """`asked`, `subject`, `axis`, `cell` and `span`."""
    axes = Axes(reading.as_of)
    numbers = [
        axes.add(
            AxisKey(measured_by(each).hours, each.target.windows, each.agreement.zone),
            (edge for window in each.measured for stretch in window.stretches for edge in stretch),
        )
        for each, _ in asked
    ]
    cap_spans = [
        (target, *row) for target, (each, _) in enumerate(asked) for row in _cap_spans(each, reading.as_of)
    ]
    tables = axes.tables()
    store.load("axis", AXIS_COLUMNS, tables.axis)
    store.load("cell", CELL_COLUMNS, tables.cell)
    store.load(
        "asked",
        ASKED,
        [
            (
                target,
                numbers[target],
                each.starts_at,
                each.ends_at,
                reading.as_of,
                *_lasting(measured_by(each)),
                measured_by(each).short_outages is ShortOutages.BEFORE_EXCLUSIONS,
                measured_by(each).attribution is OutageAttribution.SPLIT,
                measured_by(each).cap_spending is CapSpending.ANNOUNCED_TIME,
                any(one.cap is not None and one.cap.elapsed for one in measured_by(each).excludes),
                each.target.watched_source,
                measured_by(each).excluded_time is ExcludedTime.COUNTS_AS_AVAILABLE,
                takes_unproven,
            )
            for target, (each, takes_unproven) in enumerate(asked)
        ],
    )
    store.load(
        "span",
        SPAN,
        [
            (target, win, start, end, *tables.run(numbers[target], start, end))
            for target, (each, _) in enumerate(asked)
            for win, window in enumerate(each.measured)
            for start, end in window.stretches
        ],
    )
    store.load("cap_span", CAP_SPAN, cap_spans)
    load_subjects(store, ((target, each) for target, (each, _) in enumerate(asked)))


def _cap_spans(each: Asked, as_of: Instant) -> Iterator[tuple[int, ...]]:
    """(place, win, starts_at, ends_at, cap_us) of the caps' own windows, until the target's end (S5.4)."""
    if has_rolling_cap(measured_by(each)):
        return
    for exclusion, place in cap_places(measured_by(each)):
        if exclusion.cap is not None and not isinstance(exclusion.cap.windows, AnyStretch):
            own = windows(each.agreement, exclusion.cap.windows, max(as_of, each.ends_at - 1))
            for win, window in enumerate(own):
                length = held_cap(each, exclusion.cap, window)
                yield place, win, window.start, min(window.end, each.ends_at), length


def _lasting(measure: Uptime) -> tuple[int, ...]:
    """The least length of a whole outage and of what exclusions leave of one, the units in which both are
    counted whole, how many values must be down at once, and what is forgiven (S5.2, S5.3)."""
    unit = max(measure.whole, 1)
    forgiven = (0, 0) if measure.forgiven is None else (measure.forgiven.count, measure.forgiven.under)
    at_once = 1 if measure.at_once is None else measure.at_once.count
    if measure.short_outages is ShortOutages.BEFORE_EXCLUSIONS:
        return measure.least, 0, unit, 1, at_once, *forgiven
    return 0, measure.least, 1, unit, at_once, *forgiven


def _unproven(query: str, store: Tables) -> dict[int, list[Unproven]]:
    found: dict[int, list[Unproven]] = {}
    for target, is_outage, a, b, missing in store.run(query):
        one = Unproven(is_outage=is_outage, a=a, b=b, missing=names_in(missing))
        found.setdefault(target, []).append(one)
    return found
