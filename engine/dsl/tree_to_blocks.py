"""Builds the blocks of a file's top level, apart from agreements, from the parts of their rules."""

from engine.dsl import expressions as e
from engine.dsl import fact_kinds as f
from engine.dsl import syntax as s
from engine.dsl.pieces import (
    Build,
    Pieces,
    Whole,
    Words,
    has,
    literals,
    many,
    maybe,
    names,
    one,
    span,
    title,
    words,
)
from engine.dsl.statement import Convention, Zone

# --- who and what -------------------------------------------------------------------------------


def _use(pieces: Pieces) -> s.Use:
    return s.Use(span=span(pieces), name=one(pieces, e.Name))


def _document(pieces: Pieces) -> s.Document:
    return s.Document(
        span=span(pieces),
        name=one(pieces, e.Name),
        title=title(pieces),
        items=many(pieces, s.Version, s.Dated, s.PrevailsOver, s.Sections, s.Refers),
    )


def _version(pieces: Pieces) -> s.Version:
    return s.Version(span=span(pieces), text=one(pieces, e.Text))


def _dated(pieces: Pieces) -> s.Dated:
    return s.Dated(span=span(pieces), on=one(pieces, e.Date))


def _prevails_over(pieces: Pieces) -> s.PrevailsOver:
    return s.PrevailsOver(span=span(pieces), documents=names(pieces))


def _sections(pieces: Pieces) -> s.Sections:
    return s.Sections(span=span(pieces), names=many(pieces, e.Text))


def _refers(pieces: Pieces) -> s.Refers:
    section, to_section = many(pieces, e.Text)
    return s.Refers(span=span(pieces), section=section, document=one(pieces, e.Name), to_section=to_section)


def _party(pieces: Pieces) -> s.Party:
    name, *standing = names(pieces)
    return s.Party(
        span=span(pieces),
        name=name,
        title=title(pieces),
        standing=standing[0] if standing else None,
    )


def _role(pieces: Pieces) -> s.Role:
    name, party = names(pieces)
    return s.Role(span=span(pieces), name=name, title=title(pieces), party=party)


def _severities(pieces: Pieces) -> s.Severities:
    return s.Severities(span=span(pieces), names=names(pieces))


def _component(pieces: Pieces) -> s.Component:
    return s.Component(
        span=span(pieces),
        name=one(pieces, e.Name),
        title=title(pieces),
        items=many(pieces, s.Provider, s.Owner, s.Needs, s.Attribute),
    )


def _service(pieces: Pieces) -> s.Service:
    return s.Service(
        span=span(pieces),
        name=one(pieces, e.Name),
        title=title(pieces),
        items=many(pieces, s.Provider, s.Owner, s.Hours, s.Needs, s.Attribute),
    )


def _provider(pieces: Pieces) -> s.Provider:
    return s.Provider(span=span(pieces), party=one(pieces, e.Name))


def _owner(pieces: Pieces) -> s.Owner:
    return s.Owner(span=span(pieces), role=one(pieces, e.Name))


def _hours(pieces: Pieces) -> s.Hours:
    return s.Hours(span=span(pieces), calendar=maybe(pieces, e.Name))


def _needs(pieces: Pieces) -> s.Needs:
    return s.Needs(span=span(pieces), need=one(pieces, e.Name, s.NeedsAll, s.NeedsSome))


def _needs_all(pieces: Pieces) -> s.NeedsAll:
    return s.NeedsAll(span=span(pieces), items=many(pieces, e.Name, s.NeedsAll, s.NeedsSome))


def _needs_some(pieces: Pieces) -> s.NeedsSome:
    return s.NeedsSome(
        span=span(pieces),
        count=one(pieces, Whole).value,
        items=many(pieces, e.Name, s.NeedsAll, s.NeedsSome),
    )


def _attribute(pieces: Pieces) -> s.Attribute:
    name, *value = names(pieces)
    values = (*value, *literals(pieces))
    return s.Attribute(span=span(pieces), name=name, value=values[0])


# --- calendars ----------------------------------------------------------------------------------


def _calendar(pieces: Pieces) -> s.Calendar:
    return s.Calendar(
        span=span(pieces),
        name=one(pieces, e.Name),
        title=title(pieces),
        items=many(pieces, Zone, s.Open, s.ClosedOnHolidays, s.ClosedOn),
    )


def _zone(pieces: Pieces) -> Zone:
    return Zone(span=span(pieces), name=one(pieces, e.Name))


def _open(pieces: Pieces) -> s.Open:
    opens, closes = many(pieces, e.TimeOfDay)
    ranges = many(pieces, s.DayRange)
    return s.Open(
        span=span(pieces),
        days=ranges or one(pieces, s.EveryDay, s.CommonDays),
        opens=opens,
        closes=closes,
    )


def _day_range(pieces: Pieces) -> s.DayRange:
    days = [s.Weekday(piece.text) for piece in many(pieces, Words)]
    return s.DayRange(span=span(pieces), first=days[0], last=days[-1])


def _every_day(pieces: Pieces) -> s.EveryDay:
    return s.EveryDay(span=span(pieces))


def _common_days(pieces: Pieces) -> s.CommonDays:
    return s.CommonDays(span=span(pieces), calendars=names(pieces), any=has(pieces, "any"))


def _closed_on_holidays(pieces: Pieces) -> s.ClosedOnHolidays:
    return s.ClosedOnHolidays(span=span(pieces), region=one(pieces, e.Name))


def _closed_on(pieces: Pieces) -> s.ClosedOn:
    return s.ClosedOn(span=span(pieces), dates=many(pieces, e.Date))


def _calendars(pieces: Pieces) -> tuple[s.CalendarExpression, ...]:
    return many(pieces, e.Name, s.EitherOf, s.BothOf, s.Except)


def _combined_calendar(pieces: Pieces) -> s.CombinedCalendar:
    name, value = _calendars(pieces)
    assert isinstance(name, e.Name)
    return s.CombinedCalendar(span=span(pieces), name=name, title=title(pieces), value=value)


def _except(pieces: Pieces) -> s.Except:
    calendar, removed = _calendars(pieces)
    return s.Except(span=span(pieces), calendar=calendar, removed=removed)


def _either_of(pieces: Pieces) -> s.EitherOf:
    return s.EitherOf(span=span(pieces), calendars=_calendars(pieces))


def _both_of(pieces: Pieces) -> s.BothOf:
    return s.BothOf(span=span(pieces), calendars=_calendars(pieces))


# --- priorities and conventions -----------------------------------------------------------------


def _priority_matrix(pieces: Pieces) -> s.PriorityMatrix:
    return s.PriorityMatrix(
        span=span(pieces),
        kind=one(pieces, e.Name),
        items=many(pieces, s.PriorityColumns, s.PriorityRow, s.PriorityStated),
    )


def _priority_columns(pieces: Pieces) -> s.PriorityColumns:
    field_name, *values = names(pieces)
    return s.PriorityColumns(span=span(pieces), field_name=field_name, values=tuple(values))


def _priority_row(pieces: Pieces) -> s.PriorityRow:
    field_name, value, *priorities = names(pieces)
    return s.PriorityRow(span=span(pieces), field_name=field_name, value=value, priorities=tuple(priorities))


def _priority_stated(pieces: Pieces) -> s.PriorityStated:
    field_name, value, priority = names(pieces)
    return s.PriorityStated(span=span(pieces), field_name=field_name, value=value, priority=priority)


def _conventions(pieces: Pieces) -> s.Conventions:
    return s.Conventions(
        span=span(pieces),
        name=one(pieces, e.Name),
        title=title(pieces),
        items=many(pieces, Convention),
    )


def _convention(pieces: Pieces) -> Convention:
    topic, choice = many(pieces, Words)
    return Convention(span=span(pieces), topic=topic.text, choice=choice.text)


def _choice_percentages(pieces: Pieces) -> Words:
    """The choice with its number of decimals, always in the plural."""
    number = maybe(pieces, Whole)
    if number is None:
        return words(pieces)
    mode = "up" if has(pieces, "up") else "even"
    when = "before" if has(pieces, "before") else "after"
    text = f"round half {mode} to {number.value} decimals {when} comparing"
    return Words(span=span(pieces), text=text)


def _own_convention(pieces: Pieces) -> Convention:
    own = one(pieces, Convention)
    return Convention(span=span(pieces), topic=own.topic, choice=own.choice)


# --- examples -----------------------------------------------------------------------------------


def _example(pieces: Pieces) -> f.Example:
    return f.Example(
        span=span(pieces),
        title=one(pieces, e.Text),
        of=one(pieces, e.Path),
        items=many(pieces, f.Given, f.AsOf, f.Expect),
    )


def _given(pieces: Pieces) -> f.Given:
    fields = many(pieces, f.GivenField)
    return f.Given(span=span(pieces), kind=one(pieces, e.Name), fields=fields)


def _given_field(pieces: Pieces) -> f.GivenField:
    name, *value = names(pieces)
    return f.GivenField(span=span(pieces), name=name, value=(*value, *literals(pieces))[0])


def _as_of(pieces: Pieces) -> f.AsOf:
    return f.AsOf(span=span(pieces), instant=one(pieces, e.Date, e.DateTime))


def _expect(pieces: Pieces) -> f.Expect:
    of = title(pieces)
    return f.Expect(
        span=span(pieces),
        state=one(pieces, Words).text,
        trigger=of if has(pieces, "for") else None,
        window=of if has(pieces, "in") else None,
        where=many(pieces, f.Combined),
        details=many(
            pieces, f.ExpectedDue, f.ExpectedMeasured, f.ExpectedLate, f.ExpectedCredit, f.ExpectedCount
        ),
    )


def _combined(pieces: Pieces) -> f.Combined:
    field, *value = names(pieces)
    return f.Combined(span=span(pieces), field=field, value=(*value, *many(pieces, e.Text, e.Number))[0])


def _expected_due(pieces: Pieces) -> f.ExpectedDue:
    return f.ExpectedDue(span=span(pieces), value=one(pieces, e.Date, e.DateTime))


def _expected_measured(pieces: Pieces) -> f.ExpectedMeasured:
    return f.ExpectedMeasured(span=span(pieces), value=literals(pieces)[0])


def _expected_late(pieces: Pieces) -> f.ExpectedLate:
    return f.ExpectedLate(span=span(pieces), length=one(pieces, e.Duration))


def _expected_credit(pieces: Pieces) -> f.ExpectedCredit:
    return f.ExpectedCredit(span=span(pieces), amount=one(pieces, e.Money))


def _expected_count(pieces: Pieces) -> f.ExpectedCount:
    value = one(pieces, e.Duration, e.Number)
    return f.ExpectedCount(span=span(pieces), name=names(pieces)[0], value=value)


BUILD: dict[str, Build] = {
    "use": _use,
    "document": _document,
    "version": _version,
    "dated": _dated,
    "prevails_over": _prevails_over,
    "sections": _sections,
    "refers": _refers,
    "party": _party,
    "role": _role,
    "severities": _severities,
    "component": _component,
    "service": _service,
    "provider": _provider,
    "owner": _owner,
    "hours": _hours,
    "needs": _needs,
    "needs_all": _needs_all,
    "needs_some": _needs_some,
    "attribute": _attribute,
    "calendar": _calendar,
    "zone": _zone,
    "open": _open,
    "day_range": _day_range,
    "weekday": words,
    "every_day": _every_day,
    "common_days": _common_days,
    "closed_on_holidays": _closed_on_holidays,
    "closed_on": _closed_on,
    "combined_calendar": _combined_calendar,
    "except": _except,
    "either_of": _either_of,
    "both_of": _both_of,
    "priority_matrix": _priority_matrix,
    "priority_columns": _priority_columns,
    "priority_row": _priority_row,
    "priority_stated": _priority_stated,
    "conventions": _conventions,
    "convention": _convention,
    "choice_percentages": _choice_percentages,
    "own_convention": _own_convention,
    "example": _example,
    "given": _given,
    "given_field": _given_field,
    "as_of": _as_of,
    "expect": _expect,
    "combined": _combined,
    "state": words,
    "expected_due": _expected_due,
    "expected_measured": _expected_measured,
    "expected_late": _expected_late,
    "expected_credit": _expected_credit,
    "expected_count": _expected_count,
}
"""Rule by rule; the topics and choices of conventions are just words."""
