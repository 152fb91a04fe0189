"""What is marked at a box, and the legend that explains every look that is there."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias
from xml.etree.ElementTree import Element, SubElement

from engine.graph.exports.portion_to_boxes import Box
from engine.graph.exports.shapes import badge, outline, sign, sole
from engine.model.dependency import NodeKind
from engine.model.picture import SINGLE, Health, Mark

LEGEND_ROW = 28
"""The height of a row of the legend."""

Note: TypeAlias = tuple[str, str]
"""A look, and the words that explain it."""


def looks(box: Box) -> Iterator[str]:
    """The classes of what is marked at a box; those of later ones outdo those of earlier ones."""
    if box.health is not None:
        yield box.health.name.lower()
    if box.mark is not None:
        yield box.mark.name.lower()
    if box.single:
        yield "single"


def said(box: Box) -> tuple[str, ...]:
    """All that is marked at a box, in words."""
    marked = (box.mark, box.health, SINGLE if box.single else None)
    return tuple(str(each) for each in marked if each is not None)


def draw_marks(
    parent: Element,
    mark: Mark | None,
    health: Health | None,
    single: bool,
    place: tuple[int, int, int, int],
) -> None:
    """What becomes of it in the upper right corner, how its promises stand in the lower one, and in the upper
    left one that it takes others alone. The place is left, top, width and height."""
    left, top, width, height = place
    if mark is not None:
        SubElement(parent, "path", {"class": "badge", "d": badge(mark, left + width - 4, top + 2)})
    if health is not None:
        ground, glyph = sign(health, left + width - 4, top + height - 3)
        SubElement(parent, "path", {"class": "health", "d": ground})
        SubElement(parent, "path", {"class": "glyph", "d": glyph})
    if single:
        ground, digit = sole(left + 4, top + 2)
        SubElement(parent, "path", {"class": "sole", "d": ground})
        SubElement(parent, "path", {"class": "digit", "d": digit})


def notes(boxes: Sequence[Box], *, bare: bool, round: bool) -> list[Note]:
    """What the legend explains: the lines and marks that are there; `bare` and `round` say whether such lines
    are."""
    marked = {words for box in boxes for words in said(box)}
    found = [("line", "left rests on right")]
    found += [("bare", "no contract binds it")] if bare else []
    found += [("round", "turns in a circle")] if round else []
    found += [(each.name.lower(), each.value) for each in (*Mark, *Health) if each in marked]
    found += [("single", SINGLE)] if SINGLE in marked else []
    found += [("folded", "stands for several")] if any(len(box.nodes) > 1 for box in boxes) else []
    return found


def in_rows(found: Sequence[Note], room: int) -> list[list[Note]]:
    """The notes of the legend, in rows that fit."""
    rows: list[list[Note]] = [[]]
    for note in found:
        if rows[-1] and sum(map(_width, rows[-1])) + _width(note) > room:
            rows.append([])
        rows[-1].append(note)
    return rows


def draw_legend(root: Element, rows: Sequence[Sequence[Note]], left: int, bottom: int) -> None:
    """The rows, the last of which stands at `bottom`."""
    group = SubElement(root, "g", {"class": "legend"})
    for number, row in enumerate(rows):
        x, y = left, bottom - (len(rows) - 1 - number) * LEGEND_ROW
        for note in row:
            _sample(group, note[0], x, y)
            text = SubElement(group, "text", {"class": "caption", "x": str(x + 38), "y": str(y + 4)})
            text.text = note[1]
            x += _width(note)


def _width(note: Note) -> int:
    return 38 + 8 * len(note[1]) + 20


def _sample(parent: Element, look: str, x: int, y: int) -> None:
    """A small line or box as the picture has them."""
    if look in ("line", "bare", "round"):
        line = SubElement(parent, "g", {"class": f"line {look}"})
        SubElement(line, "path", {"d": f"M{x} {y} h22"})
        SubElement(line, "path", {"class": "tip", "d": f"M{x + 29} {y} l-7 -4 v8 z"})
        return
    box = SubElement(parent, "g", {"class": f"box {look}"})
    if look == "folded":
        behind = outline(NodeKind.SERVICE, x + 4, y - 4, 24, 14)
        SubElement(box, "path", {"class": "behind", "d": behind})
    SubElement(box, "path", {"class": "shape", "d": outline(NodeKind.SERVICE, x, y - 8, 24, 14)})
    mark = next((each for each in Mark if each.name.lower() == look), None)
    health = next((each for each in Health if each.name.lower() == look), None)
    draw_marks(box, mark, health, look == "single", (x, y - 8, 24, 14))
