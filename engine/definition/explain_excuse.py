"""What excused a breach, and for a waiver who asked for it, who approved it, and why (S4.8, S7.5)."""

from engine.definition.book import id_of
from engine.definition.periods import Spell
from engine.model.approval import WAIVER_KIND
from engine.model.explanation import Line
from engine.model.fact import Fact

SAYS = (("requested_by", "asked for by"), ("approved_by", "approved by"), ("reason", "reason:"))


def excuse_line(spell: Spell, why: str) -> Line:
    """`excused by disaster, which meets the window`."""
    lines = tuple(waiver_lines(spell.fact)) if spell.fact.kind == WAIVER_KIND else ()
    return Line(text=f"excused by {spell.source}, {why}", lines=lines, facts=(id_of(spell.fact),))


def window_excuse_line(spell: Spell) -> Line:
    """Why it excuses a window: a mode by meeting it, a waiver by holding its last moment (S4.8, S6.5)."""
    is_waiver = spell.fact.kind == WAIVER_KIND
    return excuse_line(
        spell, "which holds the window's last moment" if is_waiver else "which meets the window"
    )


def waiver_lines(waiver: Fact) -> list[Line]:
    """What the waiver itself says, as far as it does."""
    said = ((words, waiver.values.get(name)) for name, words in SAYS)
    return [Line(text=f"{words} {value}") for words, value in said if value is not None]
