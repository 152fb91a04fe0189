"""Builds targets, duties and prohibitions from the parts of their rules."""

from engine.dsl import credits as c
from engine.dsl import downtime as d
from engine.dsl import expressions as e
from engine.dsl import limits as l
from engine.dsl import promises as p
from engine.dsl import statement as st
from engine.dsl.pieces import (
    Build,
    Pieces,
    Whole,
    Words,
    conditions,
    expressions,
    has,
    many,
    maybe,
    names,
    one,
    span,
    title,
    words,
)
from engine.dsl.text_to_tokens import Token

# --- what several promises share ----------------------------------------------------------------


def _obliges(pieces: Pieces) -> st.Obliges:
    return st.Obliges(span=span(pieces), party=one(pieces, e.Name))


def _renamed_from(pieces: Pieces) -> st.RenamedFrom:
    return st.RenamedFrom(span=span(pieces), name=one(pieces, e.Name))


def _carries(pieces: Pieces) -> st.Carries:
    return st.Carries(span=span(pieces), obligations=many(pieces, e.Path))


def _breach_is(pieces: Pieces) -> st.BreachIs:
    return st.BreachIs(span=span(pieces), severity=one(pieces, e.Name))


def _reported_only(pieces: Pieces) -> st.ReportedOnly:
    return st.ReportedOnly(span=span(pieces))


def _implied(pieces: Pieces) -> st.Implied:
    return st.Implied(span=span(pieces))


def _when(pieces: Pieces) -> st.When:
    first, *joined = many(pieces, e.Match)
    return st.When(span=span(pieces), match=first, joined=tuple(joined))


def _unless(pieces: Pieces) -> st.Unless:
    return st.Unless(span=span(pieces), names=names(pieces))


# --- targets ------------------------------------------------------------------------------------


def _target(pieces: Pieces) -> p.Target:
    name, *of = names(pieces)
    items = many(
        pieces,
        st.Cites,
        st.RenamedFrom,
        st.Obliges,
        d.MeasuresUptime,
        d.WhilePeriod,
        d.WhileStanding,
        d.OutOf,
        d.OutOfFacts,
        p.MeasuresValue,
        p.MeasuresCount,
        p.MeasuresShare,
        p.MeasuresBuckets,
        p.MeasuresKeptBuckets,
        p.MeasuresThroughput,
        p.MeasuresTimeBetween,
        p.DuringAlways,
        p.DuringCalendar,
        p.DuringHoursOf,
        p.Excludes,
        p.MeasuredBy,
        p.CounteredBy,
        p.Requires,
        p.WarnsBeyond,
        st.ReportedOnly,
        st.Implied,
        st.BreachIs,
        st.Carries,
        c.Credits,
        st.Convention,
    )
    return p.Target(
        span=span(pieces),
        name=name,
        of=of[0] if of else None,
        for_each=maybe(pieces, p.ForEach),
        title=title(pieces),
        items=items,
    )


def _for_each(pieces: Pieces) -> p.ForEach:
    return p.ForEach(span=span(pieces), fields=names(pieces), register=maybe(pieces, e.Match))


def _bounds_by(pieces: Pieces) -> l.BoundsBy:
    return l.BoundsBy(span=span(pieces), field_name=one(pieces, e.Name), rows=many(pieces, l.BoundRow))


def _bound_row(pieces: Pieces) -> l.BoundRow:
    value = one(pieces, e.Name, e.Text)
    return l.BoundRow(span=span(pieces), value=value, bound=one(pieces, l.Bound))


def _statistic(pieces: Pieces) -> p.Statistic:
    rank = maybe(pieces, e.Number)
    return p.Statistic(span=span(pieces), function=words(pieces).text.removesuffix(" of"), rank=rank)


def _counted_time(pieces: Pieces) -> p.CountedTime:
    # A bare name can only be the calendar's: it comes before `from`.
    begin = next(i for i, piece in enumerate(pieces) if isinstance(piece, Token) and piece.text == "from")
    start, end = expressions(pieces[begin:])
    return p.CountedTime(
        span=span(pieces),
        unit=e.Unit(one(pieces, Words).text),
        calendar=maybe(pieces[:begin], e.Name),
        start=start,
        end=end,
    )


def _measures_value(pieces: Pieces) -> p.MeasuresValue:
    matches = many(pieces, e.Match)
    counted = next(piece for piece in pieces if isinstance(piece, p.CountedTime | e.Expression))
    return p.MeasuresValue(
        span=span(pieces),
        statistic=one(pieces, p.Statistic),
        counted=counted,
        match=matches[0],
        answered_by=matches[1] if len(matches) > 1 else None,
    )


def _measures_count(pieces: Pieces) -> p.MeasuresCount:
    return p.MeasuresCount(span=span(pieces), match=one(pieces, e.Match))


def _measures_throughput(pieces: Pieces) -> p.MeasuresThroughput:
    # The condition may hold lengths of its own: the one of the rate comes last.
    per = many(pieces, e.Duration)[-1]
    return p.MeasuresThroughput(span=span(pieces), match=one(pieces, e.Match), per=per)


def _measures_time_between(pieces: Pieces) -> p.MeasuresTimeBetween:
    return p.MeasuresTimeBetween(
        span=span(pieces), statistic=one(pieces, p.Statistic), match=one(pieces, e.Match)
    )


def _measures_buckets(pieces: Pieces) -> p.MeasuresBuckets:
    return p.MeasuresBuckets(
        span=span(pieces),
        complement=maybe(pieces, p.Complement),
        statistic=one(pieces, p.Statistic),
        value=one(pieces, p.BucketValue),
        match=one(pieces, e.Match),
        length=one(pieces, e.Duration),
        empty=one(pieces, p.EmptyBuckets),
    )


def _measures_kept_buckets(pieces: Pieces) -> p.MeasuresKeptBuckets:
    return p.MeasuresKeptBuckets(
        span=span(pieces),
        length=one(pieces, e.Duration),
        value=one(pieces, p.BucketValue),
        bound=one(pieces, l.Bound),
        match=one(pieces, e.Match),
        empty=one(pieces, p.EmptyBuckets),
    )


def _complement(pieces: Pieces) -> p.Complement:
    return p.Complement(span=span(pieces), whole=one(pieces, e.Percent))


def _bucket_value(pieces: Pieces) -> p.BucketValue:
    numerator, *denominator = many(pieces, e.FieldOf)
    return p.BucketValue(
        span=span(pieces), numerator=numerator, denominator=denominator[0] if denominator else None
    )


def _empty_buckets(pieces: Pieces) -> p.EmptyBuckets:
    return p.EmptyBuckets(span=span(pieces), value=maybe(pieces, e.Percent, e.Number, e.Money))


def _measures_share(pieces: Pieces) -> p.MeasuresShare:
    (that,) = conditions(pieces)
    return p.MeasuresShare(span=span(pieces), match=one(pieces, e.Match), that=that)


def _during_always(pieces: Pieces) -> p.DuringAlways:
    return p.DuringAlways(span=span(pieces))


def _during_calendar(pieces: Pieces) -> p.DuringCalendar:
    return p.DuringCalendar(span=span(pieces), calendar=one(pieces, e.Name))


def _during_hours_of(pieces: Pieces) -> p.DuringHoursOf:
    return p.DuringHoursOf(span=span(pieces), service=one(pieces, e.Name))


def _excludes(pieces: Pieces) -> p.Excludes:
    return p.Excludes(span=span(pieces), names=names(pieces))


def _measured_by(pieces: Pieces) -> p.MeasuredBy:
    signed_off = maybe(pieces, st.Obliges)
    return p.MeasuredBy(
        span=span(pieces),
        name=one(pieces, e.Text),
        by=maybe(pieces, e.Name),
        signed_off_by=signed_off.party if signed_off else None,
        sampled_every=maybe(pieces, e.Duration),
    )


def _countered_by(pieces: Pieces) -> p.CounteredBy:
    value, settled_at = expressions(pieces)
    return p.CounteredBy(
        span=span(pieces),
        match=one(pieces, e.Match),
        value=value,
        tolerance=maybe(pieces, p.Tolerance),
        settled_at=settled_at,
    )


def _tolerance(pieces: Pieces) -> p.Tolerance:
    return p.Tolerance(span=span(pieces), limit=one(pieces, e.Percent, e.Number))


def _requires(pieces: Pieces) -> p.Requires:
    return p.Requires(
        span=span(pieces),
        aggregate=maybe(pieces, p.OfMeasure, p.PercentileOf, p.CountOf, p.ShareWithin),
        bound=one(pieces, l.Bound, l.BoundsBy),
        window=one(pieces, *l.WINDOWS),
        provisos=many(pieces, p.LeastRecords, p.AllowedMisses),
    )


def _least_records(pieces: Pieces) -> p.LeastRecords:
    return p.LeastRecords(span=span(pieces), count=one(pieces, Whole).value)


def _allowed_misses(pieces: Pieces) -> p.AllowedMisses:
    return p.AllowedMisses(span=span(pieces), count=one(pieces, Whole).value)


def _of_measure(pieces: Pieces) -> p.OfMeasure:
    function = one(pieces, Words).text.removesuffix(" of")
    return p.OfMeasure(span=span(pieces), function=function, measure=one(pieces, e.Name))


def _percentile_of(pieces: Pieces) -> p.PercentileOf:
    return p.PercentileOf(span=span(pieces), rank=one(pieces, e.Number), measure=one(pieces, e.Name))


def _count_of(pieces: Pieces) -> p.CountOf:
    return p.CountOf(span=span(pieces), match=one(pieces, e.Match))


def _share_within(pieces: Pieces) -> p.ShareWithin:
    return p.ShareWithin(
        span=span(pieces), measure=one(pieces, e.Name), limit=one(pieces, e.Duration, e.FieldOf)
    )


def _warns_beyond(pieces: Pieces) -> p.WarnsBeyond:
    return p.WarnsBeyond(span=span(pieces), bound=one(pieces, l.Bound))


# --- duties and prohibitions --------------------------------------------------------------------


def _duty(pieces: Pieces) -> p.Duty:
    items = many(
        pieces,
        st.Cites,
        st.RenamedFrom,
        st.Obliges,
        st.When,
        p.Every,
        p.Must,
        p.Workload,
        p.Steps,
        st.Unless,
        p.Pauses,
        p.OnChange,
        p.WarnsBefore,
        st.ReportedOnly,
        st.BreachIs,
        st.Carries,
        c.Credits,
        st.Convention,
    )
    return p.Duty(
        span=span(pieces),
        name=one(pieces, e.Name),
        title=title(pieces),
        items=items,
        for_each=maybe(pieces, p.ForEach),
    )


def _at_all_times(pieces: Pieces) -> p.AtAllTimes:
    return p.AtAllTimes(span=span(pieces), window=maybe(pieces, *l.WINDOWS))


def _every(pieces: Pieces) -> p.Every:
    return p.Every(span=span(pieces), window=one(pieces, *l.WINDOWS), alias=one(pieces, e.Name))


def _must(pieces: Pieces) -> p.Must:
    deadline = next((piece for piece in pieces if isinstance(piece, l.Deadline | p.AtAllTimes)), None)
    return p.Must(span=span(pieces), alternatives=many(pieces, e.Match), deadline=deadline)


def _workload(pieces: Pieces) -> p.Workload:
    room = one(pieces, l.CalendarWindow, Words)
    *_, beyond = many(pieces, Words)
    return p.Workload(
        span=span(pieces),
        at_most=one(pieces, Whole).value,
        match=one(pieces, e.Match),
        room=room.text if isinstance(room, Words) else room,
        each=names(pieces),
        beyond=beyond.text,
    )


def _steps(pieces: Pieces) -> p.Steps:
    return p.Steps(span=span(pieces), names=names(pieces))


def _pauses(pieces: Pieces) -> p.Pauses:
    return p.Pauses(span=span(pieces), periods=names(pieces))


def _on_change(pieces: Pieces) -> p.OnChange:
    changed, to = expressions(pieces)
    assert isinstance(changed, e.FieldOf)
    return p.OnChange(
        span=span(pieces),
        restarts=has(pieces, "restarts"),
        match=one(pieces, e.Match),
        changed=changed,
        to=to,
    )


def _warns_before(pieces: Pieces) -> p.WarnsBefore:
    return p.WarnsBefore(span=span(pieces), length=one(pieces, e.Duration))


def _prohibition(pieces: Pieces) -> p.Prohibition:
    items = many(
        pieces,
        st.Cites,
        st.RenamedFrom,
        st.Obliges,
        p.Never,
        st.Unless,
        st.ReportedOnly,
        st.BreachIs,
        st.Carries,
        c.Credits,
        st.Convention,
    )
    return p.Prohibition(span=span(pieces), name=one(pieces, e.Name), title=title(pieces), items=items)


def _never(pieces: Pieces) -> p.Never:
    return p.Never(
        span=span(pieces),
        match=one(pieces, e.Match),
        during=maybe(pieces, e.Name),
        window=one(pieces, *l.WINDOWS),
    )


BUILD: dict[str, Build] = {
    "obliges": _obliges,
    "renamed_from": _renamed_from,
    "carries": _carries,
    "breach_is": _breach_is,
    "reported_only": _reported_only,
    "when": _when,
    "unless": _unless,
    "target": _target,
    "for_each": _for_each,
    "bounds_by": _bounds_by,
    "bound_row": _bound_row,
    "measures_value": _measures_value,
    "measures_count": _measures_count,
    "measures_share": _measures_share,
    "measures_buckets": _measures_buckets,
    "measures_kept_buckets": _measures_kept_buckets,
    "measures_throughput": _measures_throughput,
    "measures_time_between": _measures_time_between,
    "complement": _complement,
    "bucket_value": _bucket_value,
    "empty_buckets": _empty_buckets,
    "statistic": _statistic,
    "percentile": _statistic,
    "counted_time": _counted_time,
    "implied": _implied,
    "least_records": _least_records,
    "allowed_misses": _allowed_misses,
    "during_always": _during_always,
    "during_calendar": _during_calendar,
    "during_hours_of": _during_hours_of,
    "excludes": _excludes,
    "measured_by": _measured_by,
    "countered_by": _countered_by,
    "tolerance": _tolerance,
    "signed_off_by": _obliges,
    "requires": _requires,
    "of_measure": _of_measure,
    "percentile_of": _percentile_of,
    "count_of": _count_of,
    "share_within": _share_within,
    "warns_beyond": _warns_beyond,
    "duty": _duty,
    "at_all_times": _at_all_times,
    "every": _every,
    "must": _must,
    "workload": _workload,
    "steps": _steps,
    "pauses": _pauses,
    "on_change": _on_change,
    "warns_before": _warns_before,
    "prohibition": _prohibition,
    "never": _never,
}
"""Rule by rule; `function` is just words."""
