"""Calendars: from opening hours, holidays and combinations to the model's calendars (S3.1, S3.2, S3.4)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from engine.dsl import syntax
from engine.dsl.expressions import Name
from engine.dsl.findings import Findings
from engine.dsl.holidays_to_dates import regions
from engine.dsl.names import Table, did_you_mean
from engine.dsl.statement import Zone
from engine.dsl.zones import zone_named
from engine.model.calendar import (
    Calendar,
    Combination,
    CombinedCalendar,
    CommonDaysCalendar,
    DatedCalendar,
    HolidaySource,
    LocalSpan,
    WeeklyCalendar,
)
from engine.model.frozen import Holidays
from engine.model.quantity import MINUTE

WEEK = tuple(syntax.Weekday)

DEEPEST = 64
"""So deep may calendars be made of calendars: what is deeper was not written by a person."""

Declaration = syntax.Calendar | syntax.CombinedCalendar

HolidaysOf = Callable[[str], Holidays | None]
"""The holidays of a region, where there is one of that name (S3.4)."""


def resolve_calendars(
    blocks: Iterable[syntax.Block], calendars: Table[Calendar], holidays: HolidaysOf, findings: Findings
) -> None:
    """Fill the table of calendars; each may combine others, declared in any order."""
    declared = {
        block.name.text: block
        for block in blocks
        if isinstance(block, syntax.Calendar | syntax.CombinedCalendar)
    }
    resolver = _Resolver(declared=declared, calendars=calendars, holidays=holidays, findings=findings)
    for block in declared.values():
        resolver.calendar(block)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Resolver:
    declared: dict[str, Declaration]
    calendars: Table[Calendar]
    holidays: HolidaysOf
    findings: Findings
    open: list[str] = field(default_factory=list[str])
    failed: set[str] = field(default_factory=set[str])

    def named(self, name: Name) -> Calendar | None:
        """The calendar of that name, resolved now if it has not been."""
        if not self.calendars.knows(name, self.findings):
            return None
        if name.text in self.open:
            circle = [*self.open[self.open.index(name.text) :], name.text]
            self.findings.error(
                "calendar-cycle",
                f"the calendar `{name.text}` is made of itself",
                name.span,
                " → ".join(circle),
                help="a calendar may combine only calendars that do not lead back to it",
            )
            return None
        if len(self.open) > DEEPEST:
            self.findings.error(
                "nesting-too-deep",
                f"calendars are combined more than {DEEPEST} deep",
                name.span,
                "one too many",
                help="combine them side by side: `either of (a, b, c)`",
            )
            return None
        block = self.declared.get(name.text)
        return self.calendar(block) if block is not None else None

    def calendar(self, block: Declaration) -> Calendar | None:
        name = block.name.text
        if name in self.calendars.nouns or name in self.failed:
            return self.calendars.nouns.get(name)
        self.open.append(name)
        match block:
            case syntax.Calendar():
                made = self.dated(block)
            case syntax.CombinedCalendar():
                made = self.combined(name, block.value)
        self.open.pop()
        if made is None:
            self.failed.add(name)
        else:
            made = replace(made, span=block.name.span) if made.name == name else made
            self.calendars.nouns[name] = made
        return made

    def combined(self, name: str, value: syntax.CalendarExpression) -> Calendar | None:
        match value:
            case Name():
                return self.named(value)
            case syntax.EitherOf(calendars=parts):
                combination = Combination.EITHER
            case syntax.BothOf(calendars=parts):
                combination = Combination.BOTH
            case syntax.Except(calendar=first, removed=second):
                combination, parts = Combination.EXCEPT, (first, second)
        members = [self.combined(name, part) for part in parts]
        found = tuple(member for member in members if member is not None)
        if len(found) < len(members):
            return None
        return CombinedCalendar(name=name, combination=combination, members=found)

    def dated(self, block: syntax.Calendar) -> DatedCalendar | None:
        name, items = block.name, block.items
        said = self.findings.exactly_one(items, Zone, "the time zone", name.span, "zone Europe/Berlin")
        zone = zone_named(said.name, self.findings) if said is not None else None
        opens = [item for item in items if isinstance(item, syntax.Open)]
        if not opens:
            self.findings.error(
                "not-said",
                f"when `{name.text}` is open is not said",
                name.span,
                "no `open` line",
                help="say it: `open monday to friday from 09:00 to 17:00`",
            )
            return None
        closed, sources = self.closed(items)
        spans = self.spans(opens)
        common = [item for item in opens if isinstance(item.days, syntax.CommonDays)]
        if common:
            members = self.members(common[0], opens)
            if zone is None or members is None:
                return None
            return CommonDaysCalendar(
                name=name.text,
                zone=zone,
                members=members,
                spans=_merged(span for _, span in spans),
                closed=closed,
                holidays=sources,
                any=isinstance(common[0].days, syntax.CommonDays) and common[0].days.any,
            )
        week = tuple(_merged(span for item, span in spans if day in _weekdays(item.days)) for day in WEEK)
        if zone is None:
            return None
        return WeeklyCalendar(name=name.text, zone=zone, week=week, closed=closed, holidays=sources)

    def members(self, first: syntax.Open, opens: Sequence[syntax.Open]) -> tuple[DatedCalendar, ...] | None:
        """The calendars whose common days are meant; every `open` line must mean the same ones."""
        assert isinstance(first.days, syntax.CommonDays)
        for other in opens:
            if other.days != first.days:
                self.findings.unsupported(
                    "a calendar that opens by its own days and by common days", other.span
                )
                return None
        found = [self.dated_member(name) for name in first.days.calendars]
        members = tuple(member for member in found if member is not None)
        return members if len(members) == len(found) else None

    def dated_member(self, name: Name) -> DatedCalendar | None:
        member = self.named(name)
        if isinstance(member, CombinedCalendar):
            no_days_of_its_own(name, self.findings)
            return None
        return member

    def spans(self, opens: Iterable[syntax.Open]) -> list[tuple[syntax.Open, LocalSpan]]:
        """Each `open` line with its span; one that closes before it opens is a mistake."""
        made: list[tuple[syntax.Open, LocalSpan]] = []
        for item in opens:
            span = LocalSpan(start=item.opens.minutes * MINUTE, end=item.closes.minutes * MINUTE)
            if span.start < span.end:
                made.append((item, span))
                continue
            self.findings.error(
                "closes-before-opening",
                "the closing time is not after the opening time",
                item.closes.span,
                "closes here",
                also=((item.opens.span, "opens here"),),
                help="past midnight takes two lines: `from 22:00 to 24:00` and `from 00:00 to 06:00`",
            )
        return made

    def closed(self, items: Iterable[object]) -> tuple[frozenset[date], tuple[HolidaySource, ...]]:
        """The closed dates, and where those that are holidays come from (S3.4)."""
        dates: set[date] = set()
        sources: list[HolidaySource] = []
        for item in items:
            match item:
                case syntax.ClosedOn(dates=own):
                    dates.update(each.value for each in own)
                case syntax.ClosedOnHolidays(region=region):
                    frozen = self.holidays(region.text)
                    if frozen is None:
                        self.findings.error(
                            "unknown-region",
                            f"no holidays are known for `{region.text}`",
                            region.span,
                            "not a region",
                            help=did_you_mean(
                                region.text,
                                regions(),
                                otherwise="a region is a country or a part of one: `DE`, `DE-HE`, `US-CA`",
                            ),
                        )
                    else:
                        dates |= frozen.dates
                        sources.append(frozen.source)
                case _:
                    pass
        return frozenset(dates), tuple(sources)


def no_days_of_its_own(name: Name, findings: Findings) -> None:
    """Record that days were wanted of a calendar that combines instants (S4.3)."""
    findings.error(
        "calendar-without-days",
        f"`{name.text}` combines calendars by instants and has no days of its own",
        name.span,
        "business days are counted on calendars with days",
        help="count on one that lists its days; the days that several have in common are "
        "`open on days open in all of (…) from 00:00 to 24:00`",
    )


def _weekdays(days: tuple[syntax.DayRange, ...] | syntax.EveryDay | syntax.CommonDays) -> set[syntax.Weekday]:
    match days:
        case syntax.EveryDay():
            return set(WEEK)
        case syntax.CommonDays():
            return set()
        case _:
            return {day for each in days for day in _range(each)}


def _range(days: syntax.DayRange) -> tuple[syntax.Weekday, ...]:
    """From the first day to the last one, over the end of the week if need be."""
    first, last = WEEK.index(days.first), WEEK.index(days.last)
    return tuple(WEEK[(first + step) % 7] for step in range((last - first) % 7 + 1))


def _merged(spans: Iterable[LocalSpan]) -> tuple[LocalSpan, ...]:
    """The spans in order, those that touch or overlap made one."""
    merged: list[LocalSpan] = []
    for span in sorted(spans, key=lambda span: span.start):
        if merged and span.start <= merged[-1].end:
            merged[-1] = LocalSpan(start=merged[-1].start, end=max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)
