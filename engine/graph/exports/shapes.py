"""Outlines by kind, badges by mark, and the colours of both in light and dark."""

from typing import assert_never

from engine.model.dependency import NodeKind
from engine.model.picture import Health, Mark

STYLE = """
svg {
  --ground: #ffffff; --band: #f4f5f7; --ink: #1b1f24; --faint: #57606a; --line: #7d8590; --edge: #59636e;
  --box: #ffffff; --party: #eaf2ff; --agreement: #fff4dc; --component: #eef0f2;
  --bad: #b3261e; --badly: #fde8e6; --less: #8a5a00; --lessly: #fff1d6; --good: #1a7f37; --calm: #0757ba;
}
@media (prefers-color-scheme: dark) {
  svg {
    --ground: #0d1117; --band: #161b22; --ink: #e6edf3; --faint: #9da7b3; --line: #768390; --edge: #8b949e;
    --box: #1c2128; --party: #16263f; --agreement: #33290f; --component: #262c34;
    --bad: #ff8f85; --badly: #3f1a18; --less: #f0b44c; --lessly: #3a2a0c; --good: #56d364; --calm: #79b8ff;
  }
}
text { font-family: system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: var(--ink); }
.ground { fill: var(--ground); } .band { fill: var(--band); }
.heading { font-size: 17px; font-weight: 600; }
.area { font-size: 13px; font-weight: 600; fill: var(--faint); }
.name { font-size: 13px; font-weight: 600; } .caption { font-size: 11px; fill: var(--faint); }
.number { font-size: 12px; text-anchor: middle; }
.line path { fill: none; stroke: var(--line); stroke-width: 1.2; }
.line .tip { fill: var(--line); stroke: none; }
.bare path { stroke-dasharray: 5 4; }
.round path { stroke: var(--bad); stroke-dasharray: 2 3; } .round .tip { fill: var(--bad); }
.line:hover path { stroke: var(--ink); stroke-width: 2.4; }
.shape, .behind { fill: var(--box); stroke: var(--edge); stroke-width: 1.2; }
.party .shape, .party .behind { fill: var(--party); }
.agreement .shape, .agreement .behind { fill: var(--agreement); }
.component .shape, .component .behind { fill: var(--component); }
.health { stroke: var(--tint); stroke-width: 1.6; } .glyph { fill: none; stroke-width: 2; }
.breached, .at_risk, .excused, .met { --sign: var(--ground); }
.breached .health, .at_risk .health, .excused .health, .met .health { fill: var(--tint); }
.unmeasured .health, .pending .health { fill: var(--ground); }
.breached { --tint: var(--bad); } .at_risk { --tint: var(--less); } .met { --tint: var(--good); }
.excused { --tint: var(--calm); } .unmeasured, .pending { --tint: var(--edge); --sign: var(--ink); }
.glyph { stroke: var(--sign); }
.breached .shape, .at_risk .shape, .excused .shape, .met .shape { stroke: var(--tint); stroke-width: 2; }
.single .sole { fill: var(--ink); } .single .digit { fill: none; stroke: var(--ground); stroke-width: 2; }
.fails .shape { fill: var(--badly); stroke: var(--bad); stroke-width: 3; }
.lost .shape { fill: var(--badly); stroke: var(--bad); stroke-width: 2; stroke-dasharray: 6 3; }
.stands_on_less .shape { fill: var(--lessly); stroke: var(--less); stroke-width: 2; stroke-dasharray: 2 3; }
.fails .badge, .lost .badge { fill: var(--bad); } .stands_on_less .badge { fill: var(--less); }
"""
"""No font and no colour is fetched; every text has at least 4.5 : 1 of contrast on its ground."""


def outline(kind: NodeKind, x: int, y: int, width: int, height: int) -> str:
    """The path of a box: who signs is round, what is signed has a folded corner, a group is a lozenge, a
    component has feet, all else is a rectangle."""
    right, bottom, middle = x + width, y + height, y + height // 2
    match kind:
        case NodeKind.PARTY:
            half = height // 2
            end = f"a{half} {half} 0 0 1 0"
            return f"M{x + half} {y} H{right - half} {end} {2 * half} H{x + half} {end} {-2 * half} z"
        case NodeKind.AGREEMENT:
            return f"M{x} {y} H{right - 10} l10 10 V{bottom} H{x} z M{right - 10} {y} v10 h10"
        case NodeKind.GROUP:
            top, base = f"L{x + 12} {y} H{right - 12}", f"L{right - 12} {bottom} H{x + 12}"
            return f"M{x} {middle} {top} L{right} {middle} {base} z"
        case NodeKind.COMPONENT:
            return f"M{x} {y} H{right} V{bottom} H{x} z M{x + 5} {y} V{bottom}"
        case _:
            corners = (
                f"H{right - 5} q5 0 5 5 V{bottom - 5} q0 5 -5 5 H{x + 5} q-5 0 -5 -5 V{y + 5} q0 -5 5 -5"
            )
            return f"M{x + 5} {y} {corners} z"


def badge(mark: Mark, x: int, y: int) -> str:
    """The path of a mark's badge around a point: a cross, a triangle that points down, or a lozenge."""
    match mark:
        case Mark.FAILS:
            return f"M{x - 8} {y - 5} l3 -3 l5 5 l5 -5 l3 3 l-5 5 l5 5 l-3 3 l-5 -5 l-5 5 l-3 -3 l5 -5 z"
        case Mark.LOST:
            return f"M{x - 8} {y - 6} h16 l-8 14 z"
        case Mark.STANDS_ON_LESS:
            return f"M{x} {y - 8} l8 8 l-8 8 l-8 -8 z"
        case _:
            assert_never(mark)


def sign(health: Health, x: int, y: int) -> tuple[str, str]:
    """The path of what says how promises stand, around a point, and that of what is written in it: an octagon
    with a cross, a triangle with an exclamation mark, a ring with a question mark, a square with a bar, a
    disc with a tick, a ring with a hand of a clock."""
    ring = f"M{x - 8} {y} a8 8 0 1 0 16 0 a8 8 0 1 0 -16 0 z"
    match health:
        case Health.BREACHED:
            octagon = f"M{x - 4} {y - 9} h8 l5 5 v8 l-5 5 h-8 l-5 -5 v-8 z"
            return octagon, f"M{x - 4} {y - 4} l8 8 M{x + 4} {y - 4} l-8 8"
        case Health.AT_RISK:
            return f"M{x} {y - 10} l10 18 h-20 z", f"M{x} {y - 4} v6 M{x} {y + 4} v2"
        case Health.UNMEASURED:
            return ring, f"M{x - 3} {y - 3} a3 3 0 1 1 4 3 l-1 2 M{x} {y + 4} v2"
        case Health.EXCUSED:
            return f"M{x - 8} {y - 8} h16 v16 h-16 z", f"M{x - 5} {y} h10"
        case Health.MET:
            return ring, f"M{x - 4} {y} l3 3 l5 -6"
        case Health.PENDING:
            return ring, f"M{x} {y - 5} v5 h4"
        case _:
            assert_never(health)


def sole(x: int, y: int) -> tuple[str, str]:
    """The paths of the mark of a single point of failure around a point: a shield, and a one in it."""
    return f"M{x - 8} {y - 8} h16 v9 l-8 8 l-8 -8 z", f"M{x - 2} {y - 3} l3 -2 v9"
