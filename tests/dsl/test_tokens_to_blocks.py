"""Blocks and statements are found without parsing, and brackets that do not match are blamed well."""

import pytest

from engine.dsl.text_to_tokens import scan
from engine.dsl.tokens_to_blocks import blocks, body, statements
from tests.dsl.reading import codes, mistakes, source

STARTERS = {"party", "agreement"}


def cut(text: str) -> list[str]:
    pieces, _ = blocks(scan(source(text)).tokens, STARTERS)
    return [" ".join(token.text for token in piece.tokens) for piece in pieces]


def test_blocks_end_with_their_brace_or_where_the_next_begins() -> None:
    assert cut('party a "{"\nparty b agreement c {\n  party\n} x\n# party\nparty d') == [
        'party a "{"',
        "party b agreement c { party }",
        "x",
        "party d",
    ]


def test_a_sound_file_may_be_indented_as_it_likes() -> None:
    assert cut("agreement a {\nparty\nparty }\nparty b") == ["agreement a { party party }", "party b"]


def test_an_unclosed_block_ends_at_a_starter_in_the_first_column() -> None:
    assert cut("agreement a {\n  party {\nparty b\n  party c") == [
        "agreement a { party {",
        "party b",
        "party c",
    ]


def test_statements_begin_at_starters_and_at_the_margin() -> None:
    tokens = scan(source("  party a\n    b\n  unknown c {\n  d }\n    party e")).tokens
    assert [" ".join(token.text for token in part) for part in statements(tokens, STARTERS)] == [
        "party a b",
        "unknown c { d }",
        "party e",
    ]


def test_a_deadline_at_the_margin_belongs_to_the_statement_before_it() -> None:
    text = "agreement a is sla {\nduty d {\nmust r\nwithin 2 hours of i.at\nwarnz 1 hour before\n}\n}"
    assert codes(text) == [("syntax", 5)]


def test_the_body_of_a_block() -> None:
    assert body(scan(source("a b { c { d } }")).tokens) == 2
    assert body(scan(source("a { b } c { d }")).tokens) is None
    assert body(scan(source("a b")).tokens) is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("agreement a is sla {\n  target b {\n    warns below 5%\n}\nparty c", 2),
        ("agreement a is sla {\n  target b {\n    warns below 5%\n  }\nparty c", 1),
        ("agreement a is sla {\n", 1),
        ("party a }\n", 1),
        ("party a )\n", 1),
        ("calendar a is either of (b, c\nparty d", 1),
        ("agreement a is sla { target b { requires at least (1 } }", 1),
    ],
)
def test_brackets_that_do_not_match(text: str, line: int) -> None:
    assert codes(text) == [("unbalanced-bracket", line)]


def test_a_bracket_swallowed_by_a_text_is_not_said_twice() -> None:
    assert codes('document a { version "1 }\nparty b') == [("unterminated-text", 1)]


def test_both_brackets_are_shown() -> None:
    (mistake,) = mistakes("agreement a is sla { target b { requires at least (1 } }")
    assert len(mistake.labels) == 2
