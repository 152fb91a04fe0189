"""How a finding is drawn: its places, carets under wide and odd characters, lines cut where too long."""

from engine.diagnostic import Diagnostic, Level, draw
from engine.source import Source, Span


def drawn(text: str, *places: tuple[int, int, str], help: str | None = None) -> list[str]:
    source = Source(name="a.sla", text=text)
    labels = tuple((source.span(start, end), label) for start, end, label in places)
    finding = Diagnostic(code="some-code", message="something is wrong", labels=labels, help=help)
    return draw(finding, {"a.sla": source}).splitlines()


def test_one_place() -> None:
    assert drawn("zone Europ/Berlin", (5, 17, "unknown"), help="did you mean it?") == [
        "error[some-code]: something is wrong",
        "  --> a.sla:1:6",
        "   |",
        " 1 | zone Europ/Berlin",
        "   |      ^^^^^^^^^^^^ unknown",
        "   = help: did you mean it?",
    ]


def test_two_places_that_clash_on_two_lines() -> None:
    assert drawn("a b\n\n\nc d", (8, 9, "again here"), (0, 1, "first here"))[1:] == [
        "  --> a.sla:4:3",
        "   |",
        " 1 | a b",
        "   | - first here",
        " ...",
        " 4 | c d",
        "   |   ^ again here",
    ]


def test_two_places_on_one_line() -> None:
    assert drawn("a and b or c", (8, 10, "or"), (2, 5, "and"))[3:] == [
        " 1 | a and b or c",
        "   |   --- and",
        "   |         ^^ or",
    ]


def test_carets_stand_under_wide_combined_and_odd_characters() -> None:
    assert drawn("漢e\u0301\tx\x07", (4, 5, "here"))[3:] == [
        " 1 | 漢e\u0301 x\N{REPLACEMENT CHARACTER}",
        "   |     ^ here",
    ]


def test_a_place_without_length_still_has_a_caret() -> None:
    assert drawn("ab", (2, 2, "the end"))[3:] == [" 1 | ab", "   |   ^ the end"]


def test_a_place_over_several_lines_is_marked_on_its_first() -> None:
    assert drawn("a {\n  b\n}", (0, 9, "all of it"))[3:] == [" 1 | a {", "   | ^^^ all of it"]


def test_a_very_long_line_is_cut_around_the_place() -> None:
    lines = drawn("x " * 50_000, (60_000, 60_001, "here"))
    assert max(map(len, lines)) < 130
    assert lines[3][lines[4].index("^")] == "x"


def test_two_sources() -> None:
    first, second = Source(name="a.sla", text="a"), Source(name="b.sla", text="b")
    finding = Diagnostic(
        code="some-code",
        level=Level.WARNING,
        message="twice",
        labels=((second.span(0, 1), "again"), (first.span(0, 1), "first")),
    )
    assert draw(finding, {"a.sla": first, "b.sla": second}).splitlines() == [
        "warning[some-code]: twice",
        "  --> b.sla:1:1",
        "   |",
        " 1 | b",
        "   | ^ again",
        "  ::: a.sla:1:1",
        "   |",
        " 1 | a",
        "   | - first",
    ]


def test_a_finding_without_a_place_or_a_source() -> None:
    assert draw(Diagnostic(code="some-code", message="no file"), {}) == "error[some-code]: no file"
    lost = Span(source="gone", start=0, end=1, line=7, column=2, end_line=7, end_column=3)
    finding = Diagnostic(code="some-code", message="lost", labels=((lost, ""),))
    assert draw(finding, {}) == "error[some-code]: lost\n  --> gone:7:2"


def test_colour_is_the_callers() -> None:
    finding = Diagnostic(code="some-code", message="no file")
    assert draw(finding, {}, lambda role, text: f"<{role}>{text}</{role}>") == (
        "<error>error[some-code]</error>: no file"
    )
