"""Conventions: the choices that a policy must say where something depends on them, never assumed."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeVar

from engine.dsl.findings import Findings
from engine.dsl.statement import Convention
from engine.model import agreement as model
from engine.model.approval import Approvals
from engine.model.credit import MoneyRounding
from engine.model.deadline import DayEnd, LateArrivals, PausedDay
from engine.model.expression import NoticeCounting
from engine.model.measure import (
    CapSpending,
    EmptyWindow,
    ExcludedTime,
    MissingData,
    OutageAttribution,
    PercentileMethod,
    ShortOutages,
)
from engine.model.obligation import ModeEffect, PartWindow, RunningDeadlines
from engine.source import Span


class RecordWindow(StrEnum):
    """The window that a record belongs to where its measure does not say (S6.1)."""

    START = "start in"
    END = "end in"
    DUE = "fall due in"


class Sources(StrEnum):
    """Whether a silent source was well or unwatched (S6.7)."""

    WATCHED = "are watched where observed"
    ASSUMED = "are assumed watched"


class Percentages(StrEnum):
    """How a percentage is held against its bound (S1.2); an author says any number of decimals."""

    EXACTLY = "compare exactly"
    HALF_UP_BEFORE = "round half up to 2 decimals before comparing"
    HALF_EVEN_BEFORE = "round half even to 2 decimals before comparing"
    HALF_UP_AFTER = "round half up to 2 decimals after comparing"
    HALF_EVEN_AFTER = "round half even to 2 decimals after comparing"


Choice = TypeVar("Choice", bound=StrEnum)

PHRASES: Final[Mapping[type[StrEnum], str]] = {
    ExcludedTime: "excluded time {}",
    MissingData: "missing data {}",
    EmptyWindow: "empty windows {}",
    PartWindow: "part windows {}",
    Percentages: "percentages {}",
    DayEnd: "days end {}",
    LateArrivals: "late arrivals {}",
    NoticeCounting: "notice counts {}",
    PausedDay: "a day is paused {}",
    RecordWindow: "records belong to the window they {}",
    OutageAttribution: "outages {}",
    ShortOutages: "short outages are judged {}",
    CapSpending: "caps are spent by {}",
    ModeEffect: "modes {}",
    RunningDeadlines: "running deadlines {}",
    PercentileMethod: "percentiles {}",
    Approvals: "approvals {}",
    Sources: "sources {}",
    MoneyRounding: "money rounds {}",
}
"""How each convention is written; the braces stand for the choice."""

SPOKEN: Final[Mapping[StrEnum, str]] = {
    OutageAttribution.SPLIT: "are split at window edges",
    PercentileMethod.NEAREST_RANK: "use nearest rank",
}
"""The choices whose words in the language are not those of the model."""


def phrase(choice: StrEnum) -> str:
    """The convention as an author writes it.

    >>> phrase(DayEnd.MIDNIGHT)
    'days end at midnight'
    """
    return PHRASES[type(choice)].format(SPOKEN.get(choice, choice.value))


MEANINGS: Final[Mapping[str, StrEnum]] = {
    phrase(choice): choice for convention in PHRASES for choice in convention
}


_DECIMALS = re.compile(r"\b(\d+) decimals\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A choice as it was said, and the number of decimals in it, for a choice that has one."""

    choice: StrEnum
    words: str
    decimals: int | None
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Conventions:
    """The choices in force at one place, and those that were asked for and not said."""

    said: Mapping[type[StrEnum], Said]
    agreement: str
    findings: Findings
    asked: set[type[StrEnum]] = field(default_factory=set[type[StrEnum]])

    def choice(self, convention: type[Choice], place: Span, why: str, meant: Sequence[Choice] = ()) -> Choice:
        """The choice in force; an unsaid one is asked for once, at the first place that needs it.

        `why` completes the sentence "… needs a convention"; `meant` are the choices that have a meaning
        there, all where it is empty. Where nothing is said the first one stands in, so that what follows can
        still be looked at.
        """
        if convention in self.said:
            choice = self.said[convention].choice
            assert isinstance(choice, convention)
            return choice
        choices = tuple(meant) or tuple(convention)
        if convention not in self.asked:
            self.asked.add(convention)
            offered = " or ".join(f"`{phrase(each)}`" for each in choices)
            self.findings.error(
                "convention-missing",
                f"{why} depends on a convention that `{self.agreement}` does not say",
                place,
                "depends on it",
                help=f"say in `conventions`: {offered}",
            )
        return choices[0]

    def overridden(self, items: Iterable[Convention]) -> "Conventions":
        """These conventions with those that one promise says for itself."""
        own = tuple(items)
        if not own:
            return self
        return Conventions(
            said={**self.said, **_said(own, self.findings)},
            agreement=self.agreement,
            findings=self.findings,
            asked=self.asked,
        )

    def in_model(self) -> tuple[model.Convention, ...]:
        """Every convention said, in the order of the language."""
        return tuple(
            model.Convention(
                subject=PHRASES[each].removesuffix(" {}"),
                choice=self.said[each].words,
                span=self.said[each].span,
            )
            for each in PHRASES
            if each in self.said
        )


def conventions_said(
    agreement: str, published: Iterable[Convention], own: Iterable[Convention], findings: Findings
) -> Conventions:
    """A published block with an agreement's own choices over it."""
    return Conventions(
        said={**_said(published, findings), **_said(own, findings)}, agreement=agreement, findings=findings
    )


def _said(items: Iterable[Convention], findings: Findings) -> dict[type[StrEnum], Said]:
    said: dict[type[StrEnum], Said] = {}
    for item in items:
        number = _DECIMALS.search(item.choice)
        choice = MEANINGS[f"{item.topic} {_DECIMALS.sub('2 decimals', item.choice)}"]
        if type(choice) in said:
            findings.said_twice("this convention", said[type(choice)].span, item.span)
            continue
        decimals = int(number[1]) if number is not None else None
        said[type(choice)] = Said(choice=choice, words=item.choice, decimals=decimals, span=item.span)
    return said
