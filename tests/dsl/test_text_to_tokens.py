"""Tokens: what words, values and comments are, and what cannot stand in a policy."""

import pytest

from engine.dsl.text_to_tokens import scan
from tests.dsl.reading import codes, source


def kinds(text: str) -> list[tuple[str, str]]:
    return [(token.kind, token.text) for token in scan(source(text)).tokens]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("within", "WORD"),
        ("größe_1", "WORD"),
        ("yes/no", "ZONE"),
        ("Etc/GMT+5", "ZONE"),
        ("DE-HE", "REGION"),
        ('"# no { comment"', "TEXT"),
        (r'"a \" b"', "TEXT"),
        ("15", "INTEGER"),
        ("1.50", "DECIMAL"),
        ("97.7%", "PERCENT"),
        ("2025-03-01", "DATE"),
        ("2025-03-01 10:00", "DATETIME"),
        ("2025-03-01T10:00:00.5-03:00", "DATETIME"),
        ("08:30", "TIME"),
    ],
)
def test_one_token(text: str, kind: str) -> None:
    assert kinds(text) == [(kind, text)]


def test_comments_are_kept_apart() -> None:
    scanned = scan(source("a # one  \n# two\nb"))
    assert [token.text for token in scanned.tokens] == ["a", "b"]
    assert [(token.text, token.line, token.column) for token in scanned.comments] == [
        ("# one", 1, 3),
        ("# two", 2, 1),
    ]


def test_what_looks_alike_is_told_apart() -> None:
    assert [kind for kind, _ in kinds("c.x-5 1.x row: 2025-03-01 from")] == [
        *("WORD", "MARK", "WORD", "MARK", "INTEGER", "INTEGER", "MARK", "WORD"),
        *("WORD", "MARK", "DATE", "WORD"),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('document a "no end', "unterminated-text"),
        ('document a "no end \\"', "unterminated-text"),
        ("document a { dated 2025-02-30 }", "not-a-date"),
        ('example "x" of a { as of 2025-02-30 10:00 }', "not-an-instant"),
        ('example "x" of a { as of 2025-02-03 25:00 }', "not-an-instant"),
        ('example "x" of a { as of 2025-02-03 10:00:00.1234567 }', "not-an-instant"),
        ('example "x" of a { as of 2025-02-03 10:00:00.1234567+01:00 }', "not-an-instant"),
        ("calendar a { open every day from 8:00 to 12:00 }", "not-a-time"),
        ("calendar a { open every day from 08:00 to 24:01 }", "not-a-time"),
        (f"feed a of b {{ read with {'1' * 41} decimals }}", "number-too-long"),
        ("party a ; party b", "illegal-character"),
        ("party a \u00a0", "illegal-character"),
    ],
)
def test_what_cannot_stand(text: str, code: str) -> None:
    assert [found for found, _ in codes(text)] == [code]


def test_a_run_of_illegal_characters_is_one_mistake() -> None:
    assert codes("party a ????? $$") == [("illegal-character", 1), ("illegal-character", 1)]
