"""The canonical layout: it says the same, moves no comment, changes nothing twice, and loses nothing."""

from pathlib import Path

import pytest
from hypothesis import given

from engine.diagnostic import Diagnostic
from engine.dsl.syntax_to_text import format
from engine.dsl.text_to_syntax import parse
from engine.dsl.tokens_to_layout import WIDTH
from tests.dsl.derivations import policies
from tests.dsl.reading import sound, source

EVERY = Path(__file__).parent / "every_construct.sla"
POLICIES = sorted((Path(__file__).parents[2] / "policies").rglob("*.sla"))


def formatted(text: str) -> str:
    written = format(sound(text), source(text))
    assert isinstance(written, str)
    return written


def stays(text: str) -> None:
    assert formatted(text) == text


def test_blocks_are_broken_and_indented() -> None:
    assert formatted('agreement a is sla "A" { between b as provider and c as customer zone UTC }') == (
        'agreement a is sla "A" {\n  between b as provider and c as customer\n  zone UTC\n}\n'
    )


def test_short_things_stand_on_one_line() -> None:
    assert formatted('document d {\n version "1"\n dated 2025-01-01\n}\ncalendar c {\n zone\nUTC }') == (
        'document d { version "1"  dated 2025-01-01 }\ncalendar c { zone UTC }\n'
    )


def test_blanks_are_normal() -> None:
    assert formatted("calendar  c\tis a  except( b except c )") == "calendar c is a except (b except c)\n"
    text = "agreement a is sla { permission p { when k x where x . a + - 1 is - 2 or x.b is one of( 1,2 ) } }"
    assert "where x.a + -1 is -2 or x.b is one of (1, 2)" in formatted(text)
    assert formatted('example "x" of d { as of 2025-01-01 \t 10:00 }') == (
        'example "x" of d { as of 2025-01-01 10:00 }\n'
    )


def test_long_statements_break_at_their_joints() -> None:
    stays(
        """\
agreement a is sla {
  duty restore {
    when incident i where i.parent is absent
    must restoration r where r.incident is i.id
        alternatively workaround w where w.incident is i.id
        within by i.priority {
          p1 24 hours on office_hours
          p2 2 business days on office_hours
        } of i.classified_at
    keeps its start when reclassification k where k.incident is i.id
        changes i.priority to k.priority
  }
}
"""
    )


def test_comments_stay_where_they_are() -> None:
    stays(
        """\
# The first line.

# About the party.
party acme "Acme"  # behind it
party bolt

# About the agreement,
# in two lines.
agreement a is sla {  # behind the brace
  # at the beginning of the block
  zone UTC  # behind a statement

  # between statements
  covers a1,  # behind a comma
      b1
  target t {
    # alone in a block
  }
  duty d {
    must r
        # inside a statement
        within 2 hours of i.at
    # at the end of the block
  }
  # at the end of the agreement
}  # behind it
# at the end of the file
"""
    )


def test_single_empty_lines_stay() -> None:
    assert formatted(
        "\n\nparty a\n\n\n\nparty b\nagreement c is sla {\n\n\nzone UTC\n\n\n\ncovers d\n\n}\n\n"
    ) == ("party a\n\nparty b\n\nagreement c is sla {\n  zone UTC\n\n  covers d\n}\n")


def test_tall_blocks_are_set_apart() -> None:
    block = "calendar {} {{\n  zone UTC\n  open every day from 08:00 to 12:00\n}}\n"
    text = "party a\n" + block.format("b") + "# about c\n" + block.format("c") + "party d\n"
    assert formatted(text) == (
        "party a\n\n" + block.format("b") + "\n# about c\n" + block.format("c") + "\nparty d\n"
    )


def test_carriage_returns_and_a_byte_order_mark_go() -> None:
    assert formatted("\ufeffparty a # x \r\nparty b\r\n") == "party a  # x\nparty b\n"


def test_an_empty_file_stays_empty() -> None:
    assert formatted("") == ""
    assert formatted("\n\n") == ""
    assert formatted("# only this") == "# only this\n"


def test_lines_are_not_longer_than_they_need_to_be() -> None:
    words = {
        word
        for line in formatted(EVERY.read_text("utf-8")).splitlines()
        if len(line) > WIDTH
        for word in line.split()
    }
    assert words == set()


def test_a_broken_policy_is_refused() -> None:
    text = "party a\nparty b c d\n"
    policy, _ = parse(source(text))
    refused = format(policy, source(text))
    assert isinstance(refused, Diagnostic)
    assert refused.code == "not-formatted"


def test_a_policy_of_another_source_is_refused() -> None:
    refused = format(sound("party a"), source("party b  party c"))
    assert isinstance(refused, Diagnostic)


@pytest.mark.parametrize("path", [EVERY, *POLICIES], ids=lambda path: path.name)
def test_formatting_twice_changes_nothing(path: Path) -> None:
    stays(formatted(path.read_text("utf-8")))


@given(policies())
def test_formatting_keeps_every_policy(text: str) -> None:
    policy, diagnostics = parse(source(text))
    if diagnostics:
        # A short name drawn at random may be one that cannot be declared.
        return
    written = format(policy, source(text))
    assert isinstance(written, str)
    assert parse(source(written))[0].blocks == policy.blocks
    assert formatted(written) == written
