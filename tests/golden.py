"""Golden pages: Markdown that is test and documentation at once, compared exactly or recorded anew."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

import pytest

FENCE = re.compile(r"^(?P<fence>`{3,})(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=fence)$", re.M | re.S)

Answer = Callable[[Mapping[str, str], str], str]
"""Takes the page's files by name and one command line; gives what the command prints."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Golden:
    """Compares with pages, or, under `pytest --bless`, writes them."""

    bless: bool

    def text(self, path: Path, actual: str) -> None:
        """Assert that the file at `path` holds exactly `actual`."""
        if not actual.endswith("\n"):
            actual += "\n"
        recorded = path.read_text("utf-8") if path.exists() else ""
        if actual == recorded:
            return
        if self.bless:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(actual, "utf-8")
            return
        shown = "".join(
            unified_diff(recorded.splitlines(True), actual.splitlines(True), "recorded", "actual")
        )
        pytest.fail(f"{path} is not what was recorded (`pytest --bless` records it):\n{shown}", pytrace=False)

    def page(self, path: Path, answer: Answer) -> None:
        """Assert that each command in the page at `path` prints what stands under it.

        A fence whose info is a language and a file name (```` ```sla promise.sla ````) is a
        file; a fence with the info `console` is a line `$ command` and its exact output.
        All files are at hand for every command, wherever in the page they stand.
        """
        page = path.read_text("utf-8")
        files = {
            info[1]: fence["body"]
            for fence in FENCE.finditer(page)
            if len(info := fence["info"].split(maxsplit=1)) == 2
        }

        def answered(fence: re.Match[str]) -> str:
            if fence["info"].strip() != "console":
                return fence[0]
            prompt, _, _ = fence["body"].partition("\n")
            if not prompt.startswith("$ "):
                raise AssertionError(
                    f"{path.name}: a console block must open with `$ command`, not {prompt!r}"
                )
            output = answer(files, prompt.removeprefix("$ "))
            output = output and output.removesuffix("\n") + "\n"
            return f"{fence['fence']}{fence['info']}\n{prompt}\n{output}{fence['fence']}"

        actual, _ = FENCE.subn(answered, page)
        if not any(fence["info"].strip() == "console" for fence in FENCE.finditer(page)):
            raise AssertionError(f"{path.name} runs no command")
        self.text(path, actual)
