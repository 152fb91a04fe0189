"""Each finding about facts has a golden page, which shows files that earn it and what is said."""

import ast
import json
import re
from collections.abc import Mapping
from pathlib import Path

import pyarrow
import pyarrow.ipc
import pytest

from api.command.main import main
from tests.golden import Golden

PAGES = Path(__file__).parents[2] / "api" / "command" / "pages"
FACTS = Path(__file__).parents[2] / "engine" / "facts"
CODES = sorted(
    {
        str(keyword.value.value)
        for path in FACTS.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "code" and isinstance(keyword.value, ast.Constant)
    }
    # What is wrong with columns goes through one function, which takes the code first.
    | set(re.findall(r'_finding\(\s*"([a-z-]+)"', (FACTS / "columns_to_fields.py").read_text("utf-8")))
)

WARNINGS = {"fact-names-nothing", "role-not-held"}
"""The findings with which the facts are judged all the same."""


def lay(path: Path, text: str) -> None:
    """Write a page's file; an Arrow file stands in the page as JSON columns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix != ".arrow":
        path.write_text(text, "utf-8")
        return
    table = pyarrow.table(json.loads(text))
    with pyarrow.ipc.new_file(path, table.schema) as writer:
        writer.write_table(table)


@pytest.mark.parametrize("code", CODES)
def test_the_page_shows_the_finding(
    code: str,
    golden: Golden,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)

    def answer(files: Mapping[str, str], command: str) -> str:
        for name, text in files.items():
            lay(tmp_path / name, text)
        program, *words = command.split()
        assert program == "troth"
        # What only warns does not hinder judging: the page's outage breaks the promise.
        assert main(words) == (1 if code in WARNINGS else 2)
        said = capsys.readouterr()
        return said.out + said.err

    page = PAGES / f"{code}.md"
    assert page.exists(), f"no page shows `{code}`"
    golden.page(page, answer)
    text = page.read_text("utf-8")
    assert text.startswith(f"# {code}\n")
    assert re.search(rf"^(error|warning|refused)\[{code}\]: ", text, re.M), f"the page does not earn `{code}`"
