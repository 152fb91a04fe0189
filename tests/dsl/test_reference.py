"""The language reference is true: its examples parse, are in the canonical layout, and leave nothing out."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent, indent

import pytest

from engine.dsl.syntax_to_text import format
from engine.dsl.text_to_syntax import GRAMMAR, build_table, parse_changes
from engine.dsl.text_to_tokens import scan
from engine.dsl.unsupported import UNSUPPORTED
from tests.dsl.reading import sound, source
from tests.dsl.resolving import errors

README = Path(__file__).parents[2] / "engine" / "dsl" / "README.md"
EXAMPLES = re.findall(r"^```sla(?: in (\w+))?\n(.*?)^```$", README.read_text(encoding="utf-8"), re.M | re.S)

CHANGES = re.findall(r"^```changes\n(.*?)^```$", README.read_text(encoding="utf-8"), re.M | re.S)

_AROUND = {
    "": [],
    "agreement": ["agreement around is sla {"],
    "target": ["agreement around is sla {", "target around {"],
    "duty": ["agreement around is sla {", "duty around {"],
}


def wrapped(inside: str, example: str) -> str:
    """A fragment with the blocks around it that make it a policy."""
    around = _AROUND[inside]
    # A neighbour keeps the fragment from standing on one line with its block.
    text = example + ('cites around "1"\n' if around else "")
    for head in reversed(around):
        text = f"{head}\n{indent(text, '  ')}}}\n"
    return text


@pytest.mark.parametrize(("inside", "example"), EXAMPLES)
def test_examples_parse_and_are_in_the_canonical_layout(inside: str, example: str) -> None:
    text = wrapped(inside, example)
    assert format(sound(text), source(text)) == text


@pytest.mark.parametrize("example", CHANGES)
def test_examples_of_changes_are_read(example: str) -> None:
    assert parse_changes(source(example))[1] == ()


def test_no_word_of_the_language_is_left_out() -> None:
    spelled = set(build_table(GRAMMAR.read_text(encoding="utf-8")).spelled)
    examples = [*(example for _, example in EXAMPLES), *CHANGES]
    shown = {token.text for example in examples for token in scan(source(example)).tokens}
    plural_or_singular = {
        *("second", "seconds", "minute", "minutes", "hour", "hours", "week", "weeks", "month", "months"),
        *("year", "years", "decimal", "days", "tuesday", "wednesday", "sunday"),
        *("january", "march", "april", "may", "june", "july", "august", "september", "november"),
    }
    assert spelled - shown - plural_or_singular == set()


def test_what_is_not_supported_is_listed() -> None:
    said = " ".join(README.read_text(encoding="utf-8").split())
    assert [construct.name for construct in UNSUPPORTED if construct.name not in said] == []


def refusals() -> Iterator[str]:
    """What the resolver refuses by name: the first part of each text that it gives to `unsupported`."""
    for path in sorted(README.parent.glob("syntax_to_*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
                continue
            if call.func.attr == "unsupported":
                parts = [part for part in ast.walk(call.args[0]) if isinstance(part, ast.Constant)]
                yield max((str(part.value) for part in parts), key=len).strip("` ")


@pytest.mark.parametrize("refused", tuple(refusals()))
def test_what_only_the_resolver_refuses_is_listed(refused: str) -> None:
    said = " ".join(README.read_text(encoding="utf-8").partition("\n## Read, but not yet")[2].split())
    assert refused in said


@pytest.mark.parametrize(("inside", "example"), [each for each in EXAMPLES if "read_only" not in each[1]])
def test_no_other_example_shows_what_is_refused(inside: str, example: str) -> None:
    assert "not-yet-supported" not in errors(wrapped(inside, example))


def test_fragments_keep_their_own_indentation() -> None:
    assert [example for _, example in EXAMPLES if dedent(example) != example] == []
