"""Places in a source: lines and columns count from 1, and only a line feed ends a line."""

from hypothesis import given
from hypothesis import strategies as st

from engine.source import Source


def test_places() -> None:
    source = Source(name="a", text="ab\r\nc\n")
    assert [source.place(offset) for offset in (0, 2, 4, 5, 6)] == [(1, 1), (1, 3), (2, 1), (2, 2), (3, 1)]
    assert [source.line(number) for number in (0, 1, 2, 3, 4)] == ["", "ab", "c", "", ""]


def test_a_span_reaches_to_another() -> None:
    source = Source(name="a", text="ab\ncd")
    assert source.span(1, 2).to(source.span(3, 5)) == source.span(1, 5)


@given(st.text(alphabet="ab\n\r\u2028"), st.data())
def test_a_place_leads_back_to_its_character(text: str, data: st.DataObject) -> None:
    source = Source(name="a", text=text)
    offset = data.draw(st.integers(0, len(text)))
    line, column = source.place(offset)
    assert sum(len(part) + 1 for part in text.split("\n")[: line - 1]) + column - 1 == offset
