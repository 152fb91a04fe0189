"""What excused a breach, and for a waiver who asked for it, who approved it, and why (S4.8, S7.5)."""

from collections.abc import Iterator

from engine.definition.book import Reading, id_of
from engine.definition.explain_acting import allowed_line
from engine.definition.periods import Spell
from engine.model.approval import WAIVER_KIND
from engine.model.explanation import Line
from engine.model.fact import Fact

REQUESTED_BY, REASON = ("requested_by", "asked for by"), ("reason", "reason:")


def excuse_line(spell: Spell, why: str, reading: Reading, zone: str) -> Line:
    """`excused by disaster, which meets the window`."""
    lines = () if spell.allowed is None else (allowed_line(spell.allowed, reading, zone),)
    if spell.fact.kind == WAIVER_KIND:
        lines = (*_said(spell.fact, *REQUESTED_BY), *lines, *_said(spell.fact, *REASON))
    return Line(text=f"excused by {spell.source}, {why}", lines=lines, facts=(id_of(spell.fact),))


def window_excuse_line(spell: Spell, reading: Reading, zone: str) -> Line:
    """Why it excuses a window: a mode by meeting it, a waiver by holding its last moment (S4.8, S6.5)."""
    is_waiver = spell.fact.kind == WAIVER_KIND
    why = "which holds the window's last moment" if is_waiver else "which meets the window"
    return excuse_line(spell, why, reading, zone)


def _said(waiver: Fact, name: str, words: str) -> Iterator[Line]:
    """What the waiver itself says, as far as it does."""
    if (value := waiver.values.get(name)) is not None:
        yield Line(text=f"{words} {value}")
