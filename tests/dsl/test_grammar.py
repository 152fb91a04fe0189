"""The grammar has no conflicts, its stored table is current, and every rule of it has a node."""

import pytest

from engine.dsl.stored_table import read_table, write_table
from engine.dsl.text_to_syntax import GRAMMAR, TABLE, build_table, builders


def test_no_conflicts_and_the_stored_table_is_current(pytestconfig: pytest.Config) -> None:
    grammar = GRAMMAR.read_text(encoding="utf-8")
    table = build_table(grammar, strict=True)
    if pytestconfig.getoption("--bless"):
        write_table(table, TABLE, grammar)
    stored = read_table(TABLE, grammar)
    assert stored is not None, "the grammar was changed: `pytest --bless` stores its table anew"
    assert stored == table


def test_a_table_of_another_grammar_is_not_used() -> None:
    assert read_table(TABLE, GRAMMAR.read_text(encoding="utf-8") + "\n") is None


def test_no_table_is_no_mistake() -> None:
    assert read_table(TABLE.with_name("nowhere.json"), "") is None


def test_every_rule_has_a_function() -> None:
    table = build_table(GRAMMAR.read_text(encoding="utf-8"))
    assert {rule.build for rule in table.rules if rule.build} <= set(builders(table))


def test_no_keyword_is_taken_for_a_kind_of_value() -> None:
    # Lark names a keyword's terminal after the keyword: `"date"` must not become the terminal of dates.
    table = build_table(GRAMMAR.read_text(encoding="utf-8"))
    assert not [terminal for terminal in table.spelled.values() if terminal.startswith("A_")]
