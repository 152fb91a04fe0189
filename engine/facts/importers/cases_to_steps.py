"""Histories to steps: what a case, or a thing over all cases, was from each instant on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from engine.facts.importers.file_to_rows import text_at
from engine.facts.importers.rows_to_cases import Case, Change
from engine.facts.importers.said import Said
from engine.facts.spelling import shown
from engine.model.fact_import import ImportRemarkKind, Moves, Timeline, Which
from engine.model.quantity import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """From `at` on it is `value`, after having been `before`; both in our words where the timeline has some.
    `is_first` marks what a case began with; there `at` is absent where nothing says when that was."""

    at: Instant | None
    value: str | None
    before: str | None
    case: Case
    thing: str
    place: str
    is_first: bool = False


class Steps:
    """The steps of every timeline, computed once."""

    def __init__(self, cases: Sequence[Case], timelines: Mapping[str, Timeline], said: Said) -> None:
        self.said = said
        self.timelines = timelines
        self.by_case: dict[str, dict[str, Sequence[Step]]] = {}
        self.by_thing: dict[str, dict[str, Sequence[Step]]] = {}
        for name, timeline in timelines.items():
            if timeline.of_things:
                self.by_thing[name] = self._of_things(timeline, cases)
            else:
                self.by_case[name] = {each.key: self._of_case(timeline, each) for each in cases}

    def all(self, timeline: str, cases: Iterable[Case]) -> Iterator[Sequence[Step]]:
        """The steps of each case, or of each thing."""
        if self.timelines[timeline].of_things:
            yield from self.by_thing[timeline].values()
        else:
            for case in cases:
                yield self.by_case[timeline][case.key]

    def chosen(self, moves: Moves, steps: Sequence[Step], *, beginning: bool) -> Sequence[Step]:
        """The steps that are meant. A step that another one took back does not stand."""
        found = [
            step
            for step in steps
            if (beginning or not step.is_first)
            and step.at is not None
            and (not moves.entering or (step.value in moves.entering and step.before not in moves.entering))
            and (not moves.leaving or (step.before in moves.leaving and step.value not in moves.leaving))
        ]
        match moves.which:
            case Which.EACH:
                return found
            case Which.FIRST:
                return found[:1]
            case Which.STANDING:
                stands = steps and (not moves.entering or steps[-1].value in moves.entering)
                taken_back = found[:-1] if stands else found
                name = " or ".join(shown(each) for each in sorted(moves.entering))
                for step in taken_back:
                    text = f"{moves.timeline} {name} that was taken back later"
                    self.said.remark(ImportRemarkKind.LOST, text, step.place)
                return found[-1:] if stands else ()

    def _of_case(self, timeline: Timeline, case: Case) -> Sequence[Step]:
        changes = [each for each in case.changes if each.field in timeline.fields]
        today = {
            name: text_at(case.row.values, paths) if paths else None
            for name, paths in timeline.fields.items()
        }
        if not case.has_history:
            return [self._step(timeline, _joint(today), None, case, None, case.row.place, is_first=True)]
        state = {
            name: next((each.old for each in _sorted(changes, {}) if each.field == name), today[name])
            for name in timeline.fields
        }
        if changes and not all(each.has_old for each in changes):
            state = dict.fromkeys(state)
        steps = list(self._walk(timeline, _sorted(changes, state), state, case))
        for name in {each.field: None for each in changes}:
            if timeline.fields[name] and self._word(timeline, state[name]) != self._word(
                timeline, today[name]
            ):
                text = (
                    f"the history of `{name}` ends with {_said(state[name])}, and today it is"
                    f" {_said(today[name])}: changes are missing"
                )
                self.said.remark(ImportRemarkKind.INCOMPLETE, text, case.row.place)
        return steps

    def _of_things(self, timeline: Timeline, cases: Sequence[Case]) -> dict[str, Sequence[Step]]:
        told: dict[str, list[tuple[Change, Case]]] = {}
        for case in cases:
            for change in case.changes:
                if change.field in timeline.fields:
                    told.setdefault(change.thing, []).append((change, case))
        found: dict[str, Sequence[Step]] = {}
        for thing, entries in told.items():
            owners = {id(change): case for change, case in entries}
            changes = _sorted([change for change, _ in entries], {})
            state = {
                name: next((c.old for c in changes if c.field == name), None) for name in timeline.fields
            }
            found[thing] = list(self._walk(timeline, changes, state, None, owners))
        return found

    def _walk(
        self,
        timeline: Timeline,
        changes: Sequence[Change],
        state: dict[str, str | None],
        case: Case | None,
        owners: Mapping[int, Case] | None = None,
    ) -> Iterator[Step]:
        """One step for each entry that changed something; `state` is carried along."""
        value = _joint(state)
        # A history that is cut off does not tell what the case began with.
        if case is not None and value is not None and not case.is_cut:
            yield self._step(timeline, value, None, case, case.created, case.row.place, is_first=True)
        for _, together in groupby(enumerate(changes), key=_entry):
            entry = [change for _, change in together]
            for change in entry:
                self._continuity(timeline, change, state[change.field])
                state[change.field] = change.new
            before, value = value, _joint(state)
            if value != before:
                owner = case or (owners or {})[id(entry[0])]
                if owner.created is not None and entry[0].at < owner.created:
                    text = "a change that is older than its case"
                    self.said.remark(ImportRemarkKind.INCOMPLETE, text, entry[0].place)
                at, place = entry[0].at, entry[0].place
                yield self._step(timeline, value, before, owner, at, place, thing=entry[0].thing)

    def _continuity(self, timeline: Timeline, change: Change, was: str | None) -> None:
        if change.has_old and self._word(timeline, change.old) != self._word(timeline, was):
            of = f" of {shown(change.thing)}" if change.thing else ""
            text = (
                f"the history of `{change.field}`{of} goes on from {_said(change.old)} where it had come to"
                f" {_said(was)}"
            )
            self.said.remark(ImportRemarkKind.INCOMPLETE, text, change.place)

    def _step(
        self,
        timeline: Timeline,
        value: str | None,
        before: str | None,
        case: Case,
        at: Instant | None,
        place: str,
        *,
        thing: str = "",
        is_first: bool = False,
    ) -> Step:
        if value is not None and timeline.means and self._meaning(timeline, value) is None:
            text = f"the mapping has no meaning for the {timeline.name} {shown(value)}: it stays as it is"
            self.said.remark(ImportRemarkKind.INCOMPLETE, text, place)
        return Step(
            at=at,
            value=self._word(timeline, value),
            before=self._word(timeline, before),
            case=case,
            thing=thing,
            place=place,
            is_first=is_first,
        )

    def _meaning(self, timeline: Timeline, value: str) -> str | None:
        """Our word for a joint value, or for its first part."""
        return timeline.means.get(value) or timeline.means.get(value.partition(" / ")[0])

    def _word(self, timeline: Timeline, value: str | None) -> str | None:
        return None if value is None else self._meaning(timeline, value) or value


def _entry(numbered: tuple[int, Change]) -> tuple[int, int]:
    """What one entry of a history has in common; without an order each change is an entry of its own."""
    index, change = numbered
    return change.at, change.order if change.is_ordered else -1 - index


def _joint(state: Mapping[str, str | None]) -> str | None:
    """The values of all fields that have one."""
    return " / ".join(each for each in state.values() if each) or None


def _said(value: str | None) -> str:
    return "nothing" if value is None else shown(value)


def _sorted(changes: Sequence[Change], state: Mapping[str, str | None]) -> list[Change]:
    """The changes in time. Those of one instant go by their order, and where that is broken, so that each
    goes on from where the one before it had come to."""
    ordered = sorted(changes, key=lambda each: (each.at, each.order))
    known = dict(state)
    found: list[Change] = []
    for _, together in groupby(ordered, key=lambda each: each.at):
        left = list(together)
        while left:
            fitting = (each for each in left if each.field in known and each.old == known[each.field])
            chosen = left[0] if left[0].is_ordered else next(fitting, left[0])
            left.remove(chosen)
            known[chosen.field] = chosen.new
            found.append(chosen)
    return found
