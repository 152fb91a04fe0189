"""Each diagnostic of the language, the graph and the command has a golden page that earns it."""

import ast
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from api.command.main import main
from engine.model.viability import FindingKind
from tests.golden import Golden

PAGES = Path(__file__).parents[2] / "api" / "command" / "pages"
ROOT = Path(__file__).parents[2]
DSL = ROOT / "engine" / "dsl"
OTHERS = (
    ROOT / "engine" / "graph",
    ROOT / "engine" / "whatif",
    ROOT / "engine" / "facts" / "importers",
    ROOT / "engine" / "agenda",
    ROOT / "api" / "command",
)
PERSISTED = ROOT / "api" / "graphql" / "persisted.py"


SLUG = re.compile(r"[a-z]+(-[a-z]+)+")
MADE = {"huge.sla": "#" * 5_000_001, "binary.sla": "party acme\0"}
"""Files that a page can name and not show."""

NEVER_EARNED = {"not-formatted", "folder-for-file", "known-at-ahead", "not-yours"}
"""By no command: safety nets, against a fault of the formatter and for a file that turns into a folder,
and what only GraphQL is asked, or tells a customer; its own tests earn that."""


def codes_raised() -> Iterator[str]:
    """Every code that a module of the language names: `code="…"`, or a slug given to a call."""
    for path in DSL.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            for each in node.keywords:
                if each.arg == "code" and isinstance(each.value, ast.Constant):
                    yield str(each.value.value)
            for each in node.args:
                if isinstance(each, ast.Constant) and SLUG.fullmatch(str(each.value)):
                    yield str(each.value)
    for path in (PERSISTED, *(file for room in OTHERS for file in room.rglob("*.py"))):
        yield from re.findall(
            r'(?:code=|findings\.error\(\s*|_diagnostic\()"([a-z-]+)"', path.read_text("utf-8")
        )


CODES = sorted({*codes_raised(), *FindingKind} - NEVER_EARNED)


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
        for name, text in {**MADE, **files}.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, "utf-8")
        program, *words = shlex.split(command)
        assert program == "troth"
        main(words)
        said = capsys.readouterr()
        return said.out + said.err

    page = PAGES / f"{code}.md"
    assert page.exists(), f"no page shows `{code}`"
    golden.page(page, answer)
    text = page.read_text("utf-8")
    assert text.startswith(f"# {code}\n")
    assert re.search(rf"^(error|warning|advice)\[{code}\]: ", text, re.M), f"the page does not earn `{code}`"


def test_each_page_is_of_a_code() -> None:
    pages = {page.stem for page in PAGES.glob("*.md") if "$ troth check" in page.read_text("utf-8")}
    assert pages <= set(CODES)


NOTHING_TO_MEND = {"file-too-large", "no-policies", "no-such-file", "not-text", "unreadable-file"}
"""Findings about files, not about what a policy says."""


def test_each_page_shows_the_mended_policy() -> None:
    """A policy without the mistake stands beneath the one with it."""
    for page in sorted(PAGES.glob("*.md")):
        text = page.read_text("utf-8")
        if "$ troth check" not in text or page.stem in NOTHING_TO_MEND:
            continue
        _, found, mended = text.rpartition("```sla mended.sla\n")
        assert found, f"{page.name} shows no mended policy"
        assert f"[{page.stem}]" not in mended, f"the mended policy of {page.name} is none"
        assert "error[" not in mended, f"the mended policy of {page.name} has another mistake"
