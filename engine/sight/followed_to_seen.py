"""From verdicts and what followed from them to those that are seen, without names that are not."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar, cast

from engine.model.explanation import Explanation
from engine.model.reaction import EscalationStep, Reaction, RenewalCase, UpdateCase
from engine.model.snapshot import Snapshot
from engine.model.verdict import Verdict
from engine.sight.noun_to_words import words
from engine.source import Span

HIDDEN = "(not shown)"
"""What stands for a name that is not seen."""

Noun = TypeVar("Noun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What is seen of a policy set, and of what followed from it.

    `snapshot` is the part that is seen. A promise that reads what followed from others (S9) may read what
    followed from promises that are not seen: its verdict is what it is, without their names; where such a
    name is the very occasion, it is left out.
    """

    snapshot: Snapshot
    promises: frozenset[tuple[str, str | None]]
    agreements: frozenset[str]
    reading: frozenset[str]
    hide: Callable[[str], str]

    @classmethod
    def of(cls, whole: Snapshot, part: Snapshot) -> "Sight":
        """The sight of a part of a policy set."""
        derived = {name for name, kind in whole.kinds.items() if kind.derived}
        own = part.agreements.values()
        return cls(
            snapshot=part,
            promises=frozenset(
                (each.terms.id, agreement.version) for agreement in own for each in agreement.obligations
            ),
            agreements=frozenset(each.identity for each in own),
            reading=frozenset(each.identity for each in own if derived & words(each)),
            hide=_hider(whole, part),
        )

    def sees(self, verdict: Verdict) -> bool:
        """Whether a verdict is of a promise that is seen, as a version promises it that is seen, too."""
        return (verdict.obligation, verdict.version) in self.promises and self.names_nothing(verdict.identity)

    def names_nothing(self, identity: tuple[str, str, str]) -> bool:
        """Whether the occasion of a promise is none that is not seen."""
        return not self.is_reading(identity[0]) or not any(self.hide(each) != each for each in identity)

    def verdict(self, verdict: Verdict) -> Verdict | None:
        """A verdict as it is seen; none where it is not."""
        return next(iter(self.verdicts((verdict,))), None)

    def is_reading(self, id: str) -> bool:
        """Whether a promise, or an escalation, may read what followed from others."""
        return id.partition(".")[0] in self.reading

    def verdicts(self, verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
        """Those that are seen, without the queries that they rest on: one query may judge many promises."""
        return tuple(
            self.without_names(told) if self.is_reading(told.obligation) else told
            for told in (_without_query(each) for each in verdicts if self.sees(each))
        )

    def reactions(self, reactions: Iterable[Reaction], verdicts: Iterable[Verdict]) -> tuple[Reaction, ...]:
        """What followed from the verdicts, all of which are seen."""
        occasions = {(each.obligation, each.subject) for each in verdicts}
        found: list[Reaction] = []
        for each in reactions:
            match each:
                case RenewalCase(agreement=name):
                    is_seen = name in self.agreements
                case EscalationStep(escalation=name) | UpdateCase(escalation=name):
                    is_seen = name.partition(".")[0] in self.agreements
                case _:
                    name = each.obligation
                    is_seen = (name, each.subject) in occasions
            if is_seen:
                found.append(self.without_names(each) if self.is_reading(name) else each)
        return tuple(found)

    def explanation(self, explanation: Explanation) -> Explanation:
        """Why a verdict is what it is, without names that are not seen."""
        if not self.is_reading(explanation.verdict.obligation):
            return explanation
        return self.without_names(explanation)

    def without_names(self, noun: Noun) -> Noun:
        """A noun in whose texts names that are not seen are replaced; itself, where there are none."""
        return cast(Noun, self._without(noun))

    def _without(self, noun: object) -> object:
        if isinstance(noun, Enum | Span):
            return noun
        if isinstance(noun, str):
            text = self.hide(noun)
            return noun if text == noun else text
        if isinstance(noun, tuple):
            before = cast("tuple[object, ...]", noun)
            after = tuple(self._without(each) for each in before)
            return before if all(a is b for a, b in zip(after, before, strict=True)) else after
        if isinstance(noun, Mapping):
            return cast("Mapping[object, object]", noun)  # lengths by name: no texts
        if not is_dataclass(noun) or isinstance(noun, type):
            return noun
        changed: dict[str, Any] = {}
        for field in fields(noun):
            if field.init:
                before = getattr(noun, field.name)
                after = self._without(before)
                if after is not before and after != before:
                    changed[field.name] = after
        return replace(noun, **changed) if changed else noun


def _without_query(verdict: Verdict) -> Verdict:
    if verdict.evidence.query is None:
        return verdict
    return replace(verdict, evidence=replace(verdict.evidence, query=None))


def _hider(whole: Snapshot, part: Snapshot) -> Callable[[str], str]:
    """What replaces, in a text, agreements that are not seen and all that is called after them, and other
    names that are not seen where a text says them as what a fact says."""
    shown = {each.identity for each in part.agreements.values()}
    # The name of something that is seen tells nothing of something else of the same name.
    for nouns in (part.services, part.components, part.parties, part.roles, part.kinds):
        shown.update(nouns)
    hidden = {each.identity for each in whole.agreements.values()} - shown
    if not hidden:
        return lambda text: text
    others = {*whole.services, *whole.components, *whole.parties, *whole.roles} - shown
    # What follows from a promise is called after it, and after its subject and occasion behind it: up to the
    # instant that a line ends with, all of that is another's, whatever it holds.
    follows = r"(?:/(?:.*(?= at [A-Z][a-z]{2} \d{4}-)|.*))?"
    named = re.compile(
        rf"(?<![\w.@-])(?:{_any_of(hidden)})(?:@[\w.-]+)?(?:\.\w+)*(?![\w-]){follows}", re.DOTALL
    )
    said = re.compile(rf'"(?:{_any_of(others)})(?: \([^"]*\))?"') if others else None

    def hide(text: str) -> str:
        text = named.sub(HIDDEN, text)
        return text if said is None else said.sub(f'"{HIDDEN}"', text)

    return hide


def _any_of(names: Iterable[str]) -> str:
    return "|".join(re.escape(each) for each in sorted(names, key=len, reverse=True))
