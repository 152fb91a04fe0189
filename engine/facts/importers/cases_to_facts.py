"""Cases and their steps to facts, by the rules of a mapping; every value is read as its kind will read it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from engine.facts.importers.cases_to_steps import Step, Steps
from engine.facts.importers.file_to_rows import Value, look, text_at
from engine.facts.importers.rows_to_cases import Case
from engine.facts.importers.said import Said
from engine.facts.importers.service_names import snake_case
from engine.facts.spelling import shown
from engine.facts.text_to_value import Reading, Refusal, parse
from engine.model.fact import FactKind, Field, InstantType, OneOfType, ReferenceType, Referent
from engine.model.fact_import import (
    EachCase,
    EachItem,
    EachStay,
    EachStep,
    FactMapping,
    FromBeginning,
    FromConstant,
    FromField,
    FromItem,
    FromStep,
    ImportRemarkKind,
    Paths,
    Rule,
    Take,
    Word,
)
from engine.model.instants import iso_text
from engine.model.quantity import Instant

Found = str | Instant | None
"""A text of the source, an instant, or nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Occasion:
    """What there is one fact for, with what its rule knows of it."""

    case: Case
    place: str
    key: str
    words: Mapping[Word, Found]
    item: Value = None


@dataclass(slots=True)
class FactMaker:
    """Makes the facts of a mapping; `service` is that of what names none."""

    mapping: FactMapping
    kinds: Mapping[str, FactKind]
    service: str | None
    steps: Steps
    said: Said

    def facts(self, cases: Sequence[Case]) -> Mapping[str, tuple[Mapping[str, str], ...]]:
        """The facts of each kind that the files can tell of, in the order of the rules."""
        made: dict[str, list[Mapping[str, str]]] = {}
        used: dict[str, int] = {}
        left = list(cases)
        for rule in self.mapping.rules:
            kind = self.kinds[rule.kind]
            if self._is_untold(rule, left):
                text = f"facts of `{rule.kind}`: the files hold no history"
                self.said.remark(ImportRemarkKind.INCOMPLETE, text, left[0].row.place)
                continue
            facts = made.setdefault(rule.kind, [])
            refused: set[str] = set()
            for occasion in self._occasions(rule, left):
                fact = self._fact(rule, kind, occasion, used)
                if fact is not None:
                    facts.append(fact)
                elif isinstance(rule.each, EachCase):
                    refused.add(occasion.case.key)
            left = [each for each in left if each.key not in refused]
        return {kind: tuple(facts) for kind, facts in made.items()}

    def _is_untold(self, rule: Rule, cases: Sequence[Case]) -> bool:
        return (
            isinstance(rule.each, EachStep | EachStay)
            and bool(cases)
            and not any(each.has_history for each in cases)
        )

    def _occasions(self, rule: Rule, cases: Sequence[Case]) -> Iterator[_Occasion]:
        """What there is one fact for, of the cases that the rule is about."""
        fitting = [each for each in cases if _fits(each, rule)]
        keys = {each.key for each in fitting}
        match rule.each:
            case EachCase():
                for case in fitting:
                    words: dict[Word, Found] = {Word.CASE: case.key, Word.ID: case.key}
                    yield _Occasion(case=case, place=case.row.place, key=case.key, words=words)
            case EachStep(moves=moves, beginning=beginning):
                for steps in self.steps.all(moves.timeline, fitting):
                    for step in self.steps.chosen(moves, steps, beginning=beginning):
                        if step.case.key in keys:
                            yield _at_step(step)
            case EachStay():
                for steps in self.steps.all(rule.each.timeline, fitting):
                    for occasion in self._stays(rule.each, steps):
                        if occasion.case.key in keys:
                            yield occasion
            case EachItem():
                for case in fitting:
                    yield from self._items(rule, rule.each, case)

    def _stays(self, each: EachStay, steps: Sequence[Step]) -> Iterator[_Occasion]:
        """The times in one of the values; steps that mean the same are one stay."""
        if steps and not steps[0].is_first and steps[0].before in each.within:
            of, was = shown(steps[0].thing or steps[0].case.key), shown(steps[0].before or "")
            text = f"{of} was {was} before the first change that the files tell of: since when is not known"
            self.said.remark(ImportRemarkKind.INCOMPLETE, text, steps[0].place)
        runs = [list(run) for _, run in groupby(steps, key=lambda step: step.value)]
        for number, run in enumerate(runs):
            step = run[0]
            if step.value not in each.within:
                continue
            if step.at is None:
                self.said.remark(
                    ImportRemarkKind.INCOMPLETE,
                    f"a stay in {shown(step.value or '')} of which no file tells when it began",
                    step.place,
                )
                continue
            end = runs[number + 1][0].at if number + 1 < len(runs) else self._end(each, step)
            words = {Word.START: step.at, Word.END: end}
            yield _at_step(step, words)

    def _end(self, each: EachStay, step: Step) -> Instant | None:
        """The end of a stay that no change ends: that of its case, if the rule says so and there is one."""
        text = text_at(step.case.row.values, each.ends_with)
        end = None if text is None else step.case.clock.instant(text)
        if isinstance(end, Refusal):
            self.said.mistake(step.place, end.reason)
            return None
        if end is None or step.at is None or end < step.at:
            return None
        of = shown(step.thing or step.case.key)
        text = f"{of} is {shown(step.value or '')} to the last: taken to have ended with its case"
        self.said.remark(ImportRemarkKind.ASSUMED, text, step.place)
        return end

    def _items(self, rule: Rule, each: EachItem, case: Case) -> Iterator[_Occasion]:
        """The items of a list of a case, unless its history tells of them."""
        if each.lacking is not None:
            fields = self.mapping.timelines[each.lacking].fields
            if any(change.field in fields for change in case.changes):
                return
        found = look(case.row.values, each.list)
        items = found if isinstance(found, list) else [] if found is None else [found]
        if not items:
            text = f"a case without any `{each.list}`: it makes no `{rule.kind}`"
            self.said.remark(ImportRemarkKind.LOST, text, case.row.place)
        elif each.lacking is not None:
            text = f"a `{rule.kind}` for each of `{each.list}`: no change of any {each.lacking} is told"
            self.said.remark(ImportRemarkKind.ASSUMED, text, case.row.place)
        for index, item in enumerate(items):
            place = f"{case.row.place}.{each.list}[{index}]"
            key = f"{case.key}/{index + 1}"
            yield _Occasion(
                case=case, place=place, key=key, words={Word.CASE: case.key, Word.ID: key}, item=item
            )

    def _fact(
        self, rule: Rule, kind: FactKind, occasion: _Occasion, used: dict[str, int]
    ) -> Mapping[str, str] | None:
        """One fact, or none where something that it needs is not there."""
        fact: dict[str, str] = {}
        before = len(self.said.mistakes)
        for field in kind.fields:
            take = rule.takes.get(field.name)
            text = None if take is None else self._text(take, field, occasion)
            if text is not None:
                fact[field.name] = text
            elif not field.optional and not _is_end(field, kind):
                if len(self.said.mistakes) == before:
                    what = f"a `{kind.name}` without `{field.name}`, which it needs"
                    if isinstance(rule.each, EachCase):
                        what = f"all of a case: {what}"
                    self.said.remark(ImportRemarkKind.LOST, what, occasion.place)
                return None
        if Word.ID in (take.source for take in rule.takes.values()) and not isinstance(rule.each, EachCase):
            # Facts of one instant are told apart, and keep their order, by their keys.
            number = used.get(f"{kind.name}:{occasion.key}", 0) + 1
            used[f"{kind.name}:{occasion.key}"] = number
            if number > 1:
                fact[kind.key] = f"{occasion.key}/{number:02}"
        return fact

    def _text(self, take: Take, field: Field, occasion: _Occasion) -> str | None:
        """The value as a file of facts holds it."""
        found = self._found(take, field, occasion)
        if isinstance(found, str):
            found = take.words.get(found, found)
        if found is None:
            found = take.otherwise
        is_service = isinstance(field.type, ReferenceType) and field.type.to == Referent.SERVICE
        if is_service and found is None:
            found = self.service
        if found is None:
            return None
        if isinstance(found, int):
            return iso_text(found)
        if is_service:
            return self._service(found, occasion.place)
        if isinstance(field.type, InstantType):
            instant = occasion.case.clock.instant(found)
            if isinstance(instant, Refusal):
                self.said.mistake(occasion.place, f"`{field.name}`: {instant.reason}")
                return None
            return iso_text(instant)
        value = parse(found, Reading(type=field.type))
        if not isinstance(value, Refusal):
            return found
        if isinstance(field.type, OneOfType):
            text = f"`{field.name}` {shown(found)}, which the mapping has no word for"
            self.said.remark(ImportRemarkKind.LOST, text, occasion.place)
        else:
            self.said.mistake(occasion.place, f"`{field.name}`: {value.reason}")
        return None

    def _found(self, take: Take, field: Field, occasion: _Occasion) -> Found:
        case = occasion.case
        match take.source:
            case FromField(paths=paths):
                return self._from_field(paths, occasion)
            case FromItem(path=path):
                return text_at(occasion.item, (path,)) if isinstance(occasion.item, dict | str) else None
            case FromConstant(text=text):
                return text
            case FromBeginning(timeline=timeline):
                steps = self.steps.by_case[timeline][case.key]
                if case.is_cut:
                    text = f"`{field.name}` as it was at first: the history is cut off"
                    self.said.remark(ImportRemarkKind.INCOMPLETE, text, occasion.place)
                    return None
                if not case.has_history and steps and steps[0].value is not None:
                    text = f"`{field.name}` was always what it is today: the files hold no history"
                    self.said.remark(ImportRemarkKind.ASSUMED, text, occasion.place)
                return steps[0].value if steps and (steps[0].is_first or not case.has_history) else None
            case FromStep(moves=moves):
                steps = self.steps.by_case[moves.timeline][case.key]
                chosen = self.steps.chosen(moves, steps, beginning=False)
                return chosen[0].at if chosen else None
            case Word() as word:
                return occasion.words[word]

    def _from_field(self, paths: Paths, occasion: _Occasion) -> str | None:
        """The first text under the paths; of a list the first one, and that is told."""
        for path in paths:
            before, _, after = path.partition(".0")
            found = look(occasion.case.row.values, before)
            if isinstance(found, list) and found and (after != path or len(found) > 1):
                if len(found) > 1:
                    text = f"`{before}` beyond the first of several"
                    self.said.remark(ImportRemarkKind.LOST, text, occasion.place)
                return text_at(found[0], (after.removeprefix("."),))
            text = text_at(occasion.case.row.values, (path,))
            if text is not None:
                return text
        return None

    def _service(self, name: str, place: str) -> str:
        """The policy's name of a service."""
        if name in self.mapping.services:
            return self.mapping.services[name]
        plain = snake_case(name)
        if plain != name:
            self.said.remark(ImportRemarkKind.RENAMED, f"service {shown(name)} is `{plain}`", place)
        return plain


def _at_step(step: Step, more: Mapping[Word, Found] | None = None) -> _Occasion:
    assert step.at is not None, "a step that is chosen has an instant"
    key = f"{step.thing or step.case.key}/{iso_text(step.at)}"
    words: dict[Word, Found] = {
        Word.CASE: step.case.key,
        Word.ID: key,
        Word.AT: step.at,
        Word.VALUE: step.value,
        Word.BEFORE: step.before,
        Word.THING: step.thing or None,
        **(more or {}),
    }
    return _Occasion(case=step.case, place=step.place, key=key, words=words)


def _fits(case: Case, rule: Rule) -> bool:
    return all(text_at(case.row.values, (path,)) in values for path, values in rule.where)


def _is_end(field: Field, kind: FactKind) -> bool:
    """Whether this is the end of a period, which may be open."""
    return not hasattr(kind.timing, "field") and field.name == getattr(kind.timing, "end", None)
