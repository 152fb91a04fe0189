"""A portion of the graph as a picture: an SVG that stands alone, for light and dark, without any script."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from engine.graph.exports.boxes_to_fewer import fold
from engine.graph.exports.characters import allowed_in_xml
from engine.graph.exports.columns_to_places import UNIT, Places, place
from engine.graph.exports.legend import LEGEND_ROW, draw_legend, draw_marks, in_rows, looks, notes, said
from engine.graph.exports.portion_to_boxes import DEEPEST, Area, Box, Boxes, Line, lay
from engine.graph.exports.shapes import STYLE, outline
from engine.graph.exports.text_to_width import fitted
from engine.model.dependency import Node, NodeKind
from engine.model.instants import iso_text
from engine.model.picture import SINGLE, Health, Mark, Portion
from engine.model.snapshot import Snapshot

ROW = 58
BOX = 224, 42
GROUP = 64, 30
GAP = 72
"""Between two columns, where lines bend."""

HEAD = 84
FOOT = 64
MARGIN = 24
NAMED = 40
"""Nodes that a folded box names when it is pointed at."""

HEADINGS = {
    Area.CUSTOMERS: "Customers",
    Area.AGREEMENTS: "Agreements",
    Area.SERVICES: "Services and what they need",
    Area.CONTRACTS: "Contracts",
    Area.SUPPLIERS: "Suppliers",
}


def write(snapshot: Snapshot, portion: Portion) -> str:
    """The text of an SVG file, the same on every run."""
    whole = lay(snapshot, portion)
    return _Picture(portion=portion, whole=len(whole.boxes), shown=fold(whole)).text()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """A column of the picture: its area, its left edge and its width."""

    area: Area
    left: int
    width: int

    @property
    def right(self) -> int:
        return self.left + self.width


@dataclass(frozen=True, slots=True, kw_only=True)
class _Picture:
    """The picture while it is drawn."""

    portion: Portion
    whole: int
    shown: Boxes
    root: Element = field(default_factory=lambda: Element("svg"))

    def text(self) -> str:
        """All of it."""
        columns, order = self.columns()
        ends = [(line.source, line.target) for line in self.shown.lines]
        ahead = [(source, target) for source, target in ends if order[source] < order[target]]
        places = place(order, ahead)
        lowest = max((*places.boxes, *(at for bends in places.bends.values() for at in bends)), default=0)
        width = max((columns[-1].right if columns else 0) + MARGIN, 640)
        lines = self.shown.lines
        explained = notes(
            self.shown.boxes, bare=any(line.bare for line in lines), round=any(map(self.is_round, lines))
        )
        rows = in_rows(explained, width - 2 * MARGIN)
        foot = FOOT + (len(rows) - 1) * LEGEND_ROW
        height = HEAD + (lowest * ROW) // UNIT + ROW + foot
        self.frame(width, height)
        self.bands(columns, height - foot + 12)
        drawn = SubElement(self.root, "g", {"class": "lines"})
        for line in lines:
            self.line(drawn, line, columns, order, places)
        boxes = SubElement(self.root, "g", {"class": "boxes"})
        for number, box in enumerate(self.shown.boxes):
            self.box(boxes, box, columns[order[number]], self.y(places.boxes[number]))
        draw_legend(self.root, rows, MARGIN, height - 26)
        indent(self.root)
        return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(self.root, encoding="unicode") + "\n"

    def columns(self) -> tuple[list[_Column], list[int]]:
        """The columns from left to right, and in which of them each box stands."""
        keys = [(box.area, box.depth) for box in self.shown.boxes]
        found = list[_Column]()
        number = dict[tuple[Area, int], int]()
        left = MARGIN
        for key in sorted(set(keys)):
            width = max(_size(box)[0] for box, its in zip(self.shown.boxes, keys, strict=True) if its == key)
            number[key] = len(found)
            found.append(_Column(area=key[0], left=left, width=width))
            left += width + GAP
        return found, [number[key] for key in keys]

    def y(self, at: int) -> int:
        return HEAD + ROW // 2 + (at * ROW) // UNIT

    def frame(self, width: int, height: int) -> None:
        """The root with its size, title, description and style."""
        self.root.attrib.update(
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "viewBox": f"0 0 {width} {height}",
                "width": str(width),
                "height": str(height),
                "role": "img",
                "aria-labelledby": "title description",
            }
        )
        title = f"What rests on what, as of {iso_text(self.portion.at).removesuffix('T00:00:00Z')}"
        SubElement(self.root, "title", {"id": "title"}).text = title
        SubElement(self.root, "desc", {"id": "description"}).text = " ".join(self.description())
        SubElement(self.root, "style").text = STYLE
        SubElement(self.root, "rect", {"class": "ground", "width": str(width), "height": str(height)})
        heading = SubElement(self.root, "text", {"class": "heading", "x": str(MARGIN), "y": "30"})
        heading.text = title

    def description(self) -> Iterator[str]:
        """What a reader who does not see the picture is told."""
        shown, boxes = len(self.shown.boxes), self.shown.boxes
        yield f"{shown} boxes in columns from customers to suppliers, and {len(self.shown.lines)} lines."
        if shown < self.whole:
            yield f"{self.whole} were folded to {shown}: a folded box says how many it stands for."
        hidden = self.portion.left_out + self.shown.left_out
        if hidden:
            yield f"{hidden} other nodes are not drawn."
        for words in (*Mark, *Health, SINGLE):
            names = [node.name for box in boxes if words in said(box) for node in box.nodes]
            if names:
                more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
                yield f"{words.capitalize()}: {', '.join(dict.fromkeys(names[:NAMED]))}{more}."

    def bands(self, columns: Sequence[_Column], bottom: int) -> None:
        """A ground and a heading for each area."""
        for area, heading in HEADINGS.items():
            mine = [column for column in columns if column.area is area]
            if not mine:
                continue
            left, right = mine[0].left - 12, mine[-1].right + 12
            shape = {"x": left, "y": 46, "width": right - left, "height": bottom - 46, "rx": 8}
            SubElement(self.root, "rect", {"class": "band", **{key: str(it) for key, it in shape.items()}})
            text = SubElement(self.root, "text", {"class": "area", "x": str(mine[0].left), "y": "67"})
            text.text = fitted(heading, 13, right - left - 24)

    def line(
        self, parent: Element, line: Line, columns: Sequence[_Column], order: Sequence[int], places: Places
    ) -> None:
        """One line: it runs flat through the columns that it passes, and bends between them."""
        source, target = columns[order[line.source]], columns[order[line.target]]
        start = _middle(source) + _size(self.shown.boxes[line.source])[0] // 2
        begin, end = self.y(places.boxes[line.source]), self.y(places.boxes[line.target])
        if order[line.source] < order[line.target]:
            finish = _middle(target) - _size(self.shown.boxes[line.target])[0] // 2 - 7
            path = [f"M{start} {begin}"]
            here, level = source.right, begin
            for column, at in zip(
                range(order[line.source] + 1, order[line.target]),
                places.bends[line.source, line.target],
                strict=True,
            ):
                path.append(_curve(here, level, columns[column].left, self.y(at)))
                here, level = columns[column].right, self.y(at)
            path.append(_curve(here, level, target.left - 7, end))
            path.append(f"H{finish}")
        else:
            finish = _middle(target) + _size(self.shown.boxes[line.target])[0] // 2 + 7
            out = max(source.right, target.right) + GAP // 2
            path = [f"M{start} {begin}", f"C{out} {begin} {out} {end} {finish} {end}"]
        look = (
            "line back" if order[line.source] >= order[line.target] else "line bare" if line.bare else "line"
        )
        group = SubElement(parent, "g", {"class": look})
        SubElement(group, "title").text = allowed_in_xml("; ".join(_sentences(line)))
        SubElement(group, "path", {"d": " ".join(path)})
        point = 7 if order[line.source] < order[line.target] else -7
        SubElement(group, "path", {"class": "tip", "d": f"M{finish + point} {end} l{-point} -4 v8 z"})

    def is_round(self, line: Line) -> bool:
        """Whether a line belongs to a cycle: its ends are equally deep, and not only as too deep for
        a column of its own."""
        source, target = self.shown.boxes[line.source], self.shown.boxes[line.target]
        return (source.area, source.depth) == (target.area, target.depth) and source.depth < DEEPEST - 1

    def box(self, parent: Element, box: Box, column: _Column, y: int) -> None:
        """One box: its outline by kind, its mark by colour, line and badge, its text cut to fit."""
        width, height = _size(box)
        left, top = _middle(column) - width // 2, y - height // 2
        look = " ".join(looks(box)) or "plain"
        group = SubElement(parent, "g", {"class": f"box {box.kind.value} {look}"})
        SubElement(group, "title").text = allowed_in_xml(_told(box))
        if len(box.nodes) > 1:
            SubElement(
                group, "path", {"class": "behind", "d": outline(box.kind, left + 5, top + 5, width, height)}
            )
        SubElement(group, "path", {"class": "shape", "d": outline(box.kind, left, top, width, height)})
        heading, caption = _words(box)
        room = width - 26
        if caption:
            self.words(group, "name", left + 13, y - 3, heading, 13, room * 9 // 10)  # bold is broader
            self.words(group, "caption", left + 13, y + 13, caption, 11, room)
        else:
            self.words(group, "number", left + width // 2, y + 4, heading, 12, width - 12)
        draw_marks(group, box.mark, box.health, box.single, (left, top, width, height))

    def words(self, parent: Element, look: str, x: int, y: int, text: str, size: int, room: int) -> None:
        element = SubElement(parent, "text", {"class": look, "x": str(x), "y": str(y)})
        element.text = fitted(allowed_in_xml(text), size, room)


def _size(box: Box) -> tuple[int, int]:
    return GROUP if box.kind is NodeKind.GROUP and len(box.nodes) == 1 else BOX


def _middle(column: _Column) -> int:
    return column.left + column.width // 2


def _curve(left: int, begin: int, right: int, end: int) -> str:
    middle = (left + right) // 2
    return f"H{left} C{middle} {begin} {middle} {end} {right} {end}"


def _sentences(line: Line) -> Iterator[str]:
    """The edges behind a line, as they read, each with its clause."""
    for edge in line.edges[:NAMED]:
        source, target = (each.partition(":")[2] for each in (edge.source, edge.target))
        clause = f" ({edge.clause})" if edge.clause else ""
        yield f"{source} {edge.kind.value} {target}{clause}"
    if len(line.edges) > NAMED:
        yield f"and {len(line.edges) - NAMED} more"


def _words(box: Box) -> tuple[str, str]:
    """What a box shows: a heading and a small line, which a group has not."""
    (first, *more) = box.nodes
    if not more:
        return (f"{first.needed} of", "") if first.needed is not None else (first.title, box.caption)
    noun = f"{box.kind.value}s" if box.area is Area.SERVICES else HEADINGS[box.area].lower()
    return f"{len(box.nodes)} {noun}", ", ".join(node.name for node in box.nodes[:NAMED])


def _told(box: Box) -> str:
    """What a box says when it is pointed at or read aloud."""
    mark = "".join(f"; {each}" for each in said(box))
    if len(box.nodes) == 1:
        return f"{_full(box.nodes[0])}: {box.caption}{mark}"
    more = f" and {len(box.nodes) - NAMED} more" if len(box.nodes) > NAMED else ""
    return f"{len(box.nodes)}: {', '.join(node.name for node in box.nodes[:NAMED])}{more}{mark}"


def _full(node: Node) -> str:
    return f"{node.needed} of" if node.needed is not None else node.title
