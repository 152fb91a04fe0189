"""Changes of what a promise says: its bound, how long a duty may take, the hours that count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from engine.dsl import agreement as a
from engine.dsl import changes as c
from engine.dsl import limits, promises, syntax
from engine.dsl.expressions import Duration, Name, Node, Number, Path, Text
from engine.dsl.findings import Findings
from engine.dsl.names import did_you_mean
from engine.dsl.syntax_to_amended import words_of
from engine.source import Span
from engine.whatif.draft import Draft, Edit
from engine.whatif.sayings import (
    Kinds,
    Saying,
    agreements_named,
    all_members,
    inserted,
    joint,
    restated,
    saying,
)

DURING: Kinds = (promises.DuringAlways, promises.DuringCalendar, promises.DuringHoursOf)
OF_TARGETS: Kinds = (promises.Target,)
OF_DUTIES: Kinds = (promises.Duty, a.PartyDuty)

Row: TypeAlias = limits.BoundRow | limits.LimitRow


def bound_to_edits(change: c.ChangeBound, draft: Draft, findings: Findings) -> tuple[Edit, ...]:
    """Put another bound into `requires`."""
    pieces = draft.words(change.bound.span)
    edits: list[Edit] = []
    for found in _sayings(change.promise, OF_TARGETS, (promises.Requires,), draft, findings):
        requires = found.statement
        assert isinstance(requires, promises.Requires)
        rows = requires.bound.rows if isinstance(requires.bound, limits.BoundsBy) else None
        place = _row(change.promise, change.row, rows, requires.bound.span, findings)
        if place is not None:
            place = place.bound.span if isinstance(place, limits.BoundRow) else place
            assert isinstance(place, Span)
            edits.append(restated(draft, found, place, pieces, change))
    return tuple(edits)


def limit_to_edits(change: c.ChangeLimit, draft: Draft, findings: Findings) -> tuple[Edit, ...]:
    """Put another length into `must`."""
    edits: list[Edit] = []
    for found, deadline in _deadlines(change.promise, draft, findings):
        if not isinstance(deadline, limits.Within | limits.WithinOfWindowEnd | limits.WithinBy):
            _another(change.promise, deadline, findings)
            return ()
        if isinstance(deadline, limits.WithinBy):
            row = _row(change.promise, change.row, deadline.rows, deadline.span, findings)
        else:
            row = _row(change.promise, change.row, None, deadline.limit.span, findings)
        if row is None:
            return ()
        if isinstance(row, limits.LimitRow):
            strict = (joint("in less than ", change),) if change.limit.strict else ()
            pieces = (*strict, *draft.words(change.limit.length.span))
            edits.append(restated(draft, found, row.limit.span, pieces, change))
        else:
            assert isinstance(row, Span)
            edits.append(restated(draft, found, row, draft.words(change.limit.span), change))
    return tuple(edits)


def lead_to_edits(change: c.ChangeLead, draft: Draft, findings: Findings) -> tuple[Edit, ...]:
    """Put another length into `at least … before`."""
    edits: list[Edit] = []
    length = change.lead.value
    if change.lead.relation is not limits.BoundRelation.AT_LEAST or not isinstance(length, Duration):
        findings.error(
            "type-mismatch",
            "notice is at least so long before an instant",
            change.lead.span,
            "no least length of time",
            help="say how long: `to at least 14 calendar days before`",
        )
        return ()
    for found, deadline in _deadlines(change.promise, draft, findings):
        if not isinstance(deadline, limits.AtLeastBefore):
            _another(change.promise, deadline, findings)
            return ()
        edits.append(restated(draft, found, deadline.length.span, draft.words(length.span), change))
    return tuple(edits)


def business_day_to_edits(change: c.ChangeBusinessDay, draft: Draft, findings: Findings) -> tuple[Edit, ...]:
    """Put another business day, or another calendar, into `by business day`."""
    pieces = (joint(f"by business day {change.number} on ", change), *draft.words(change.calendar.span))
    edits: list[Edit] = []
    for found, deadline in _deadlines(change.promise, draft, findings):
        if not isinstance(deadline, limits.ByBusinessDay):
            _another(change.promise, deadline, findings)
            return ()
        place = deadline.span.to(deadline.calendar.span)
        edits.append(restated(draft, found, place, pieces, change))
    return tuple(edits)


def _deadlines(
    promise: Path, draft: Draft, findings: Findings
) -> Iterator[tuple[Saying, limits.Deadline | promises.AtAllTimes | None]]:
    """The deadline of a duty in every version of its agreement that has it."""
    for found in _sayings(promise, OF_DUTIES, (promises.Must,), draft, findings):
        assert isinstance(found.statement, promises.Must)
        yield found, found.statement.deadline


def _another(
    promise: Path, deadline: limits.Deadline | promises.AtAllTimes | None, findings: Findings
) -> None:
    """Record that a deadline is of another sort than the change."""
    _nothing(
        promise,
        f"the deadline of `{_path(promise)}` is of another sort",
        "no such length to change",
        _form(promise, deadline),
        findings,
    )


def _form(promise: Path, deadline: limits.Deadline | promises.AtAllTimes | None) -> str:
    """How a change of this deadline is said."""
    path = _path(promise)
    match deadline:
        case limits.Within(limit=limits.Limit()) | limits.WithinOfWindowEnd():
            return f"say how long: `change {path} to within …`"
        case limits.WithinBy():
            return f"say how long, and for which class: `change {path} for … to within …`"
        case limits.AtLeastBefore():
            return f"say how long before: `change {path} to at least … before`"
        case limits.ByBusinessDay():
            return f"say which day: `change {path} to by business day … on …`"
        case _:
            return f"say the whole duty anew: `amend {promise.parts[0].text} {{ … }}`"


def hours_to_edits(change: c.ChangeHours, draft: Draft, findings: Findings) -> tuple[Edit, ...]:
    """Put other hours into a service, or into the `during` of a target."""
    always = (joint("always", change),)
    hours = always if change.calendar is None else draft.words(change.calendar.span)
    name, *promise = list(change.of.parts)
    if promise:
        during = (joint("during ", change), *hours)
        found = _sayings(change.of, OF_TARGETS, DURING, draft, findings)
        return tuple(restated(draft, each, each.statement.span, during, change) for each in found)
    service = service_named(draft, name, findings)
    if service is None:
        return ()
    pieces = (joint("hours ", change), *hours)
    said = next((item for item in service.items if isinstance(item, syntax.Hours)), None)
    if said is None:
        return (inserted(draft, service, pieces, change),)
    return (Edit(span=said.span, pieces=pieces),)


def service_named(draft: Draft, name: Name, findings: Findings) -> syntax.Service | None:
    """The service of that name; its absence is a finding."""
    services = [block for block in draft.blocks if isinstance(block, syntax.Service)]
    found = next((each for each in services if each.name.text == name.text), None)
    if found is None:
        findings.error(
            "unknown-name",
            f"no service is named `{name.text}`",
            name.span,
            "not a service",
            help=did_you_mean(name.text, {each.name.text for each in services}),
        )
    return found


def _sayings(
    promise: Path, members: Kinds, kinds: Kinds, draft: Draft, findings: Findings
) -> tuple[Saying, ...]:
    """The statement of a promise in every version of its agreement that has it."""
    agreement, *rest = list(promise.parts)
    blocks = agreements_named(draft, agreement, findings)
    if not blocks:
        return ()
    if len(rest) != 1:
        findings.error(
            "unknown-name",
            f"`{_path(promise)}` names no promise",
            promise.span,
            "not `agreement.promise`",
            help=f"say which promise of it, as in `{agreement.text}.availability`",
        )
        return ()
    name = rest[0]
    found = [saying(draft, block, name.text, kinds) for block in blocks]
    sayings = tuple(each for each in found if each is not None)
    if sayings and all(isinstance(each.said, members) for each in sayings):
        return sayings
    there = [member for block in blocks for member in all_members(draft, block)]
    other = next((member for member in there if member.name.text == name.text), None)
    if other is None:
        findings.error(
            "unknown-name",
            f"`{agreement.text}` has no promise `{name.text}`",
            name.span,
            "not a promise of it",
            help=did_you_mean(name.text, {m.name.text for m in there if isinstance(m, members)}),
        )
        return ()
    what = "bound" if members is OF_TARGETS else "length of time"
    _nothing(
        promise,
        f"`{_path(promise)}` is a {words_of(other)} without a {what} of its own",
        f"no {what} to change",
        _what_it_has(other, promise),
        findings,
    )
    return ()


def _what_it_has(other: object, promise: Path) -> str:
    """The form of the change that fits what a name really is."""
    match other:
        case promises.Target():
            return f"a target has a bound: `change {_path(promise)} to at least …`"
        case promises.Duty() | a.PartyDuty():
            must = next((item for item in other.items if isinstance(item, promises.Must)), None)
            return f"a duty has a deadline; {_form(promise, must.deadline if must is not None else None)}"
        case _:
            return f"say it anew in `amend {promise.parts[0].text} {{ … }}`"


def _row(
    promise: Path, row: c.ForClass | None, rows: Sequence[Row] | None, otherwise: Span, findings: Findings
) -> Row | Span | None:
    """The row of a table that a change means, or the one place that there is."""
    if rows is None:
        if row is None:
            return otherwise
        _nothing(
            row,
            f"`{_path(promise)}` says the same for every class",
            "no classes",
            "leave out `for …`",
            findings,
        )
        return None
    known = {_value(each.value): each for each in rows}
    if row is None:
        _nothing(
            promise,
            f"`{_path(promise)}` says another one for each class",
            "for which of them?",
            f"say for which: `change {_path(promise)} for {next(iter(known))} to …`",
            findings,
        )
        return None
    if _value(row.value) not in known:
        findings.error(
            "unknown-name",
            f"`{_path(promise)}` has no row for `{_value(row.value)}`",
            row.value.span,
            "not a row of it",
            help=did_you_mean(_value(row.value), set(known)),
        )
        return None
    return known[_value(row.value)]


def _nothing(node: Node, message: str, label: str, help: str, findings: Findings) -> None:
    findings.error("nothing-changed", message, node.span, label, help=help)


def _value(value: Name | Text | Number) -> str:
    match value:
        case Name():
            return value.text
        case Text():
            return value.value
        case Number():
            return str(value.value)


def _path(path: Path) -> str:
    return ".".join(part.text for part in path.parts)
