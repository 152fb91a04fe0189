"""Golden pages themselves: a page that differs fails, and `--bless` changes nothing but the answers."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.golden import Golden

PAGE = """# a promise

```sla promise.sla
party Acme
```

```console
$ troth check promise.sla
{answer}```

words after it
"""


def answer(files: Mapping[str, str], command: str) -> str:
    assert command == "troth check promise.sla"
    return files["promise.sla"].upper()


def test_a_page_that_answers_as_recorded_holds(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE.format(answer="PARTY ACME\n"))
    Golden(bless=False).page(page, answer)


@pytest.mark.parametrize("recorded", ["", "party acme\n", "PARTY ACME\nand more\n"])
def test_a_page_that_answers_otherwise_fails_until_blessed(tmp_path: Path, recorded: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE.format(answer=recorded))
    with pytest.raises(pytest.fail.Exception, match="not what was recorded"):
        Golden(bless=False).page(page, answer)
    Golden(bless=True).page(page, answer)
    assert page.read_text() == PAGE.format(answer="PARTY ACME\n")


def test_a_page_without_a_command_proves_nothing(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# nothing\n")
    with pytest.raises(AssertionError, match="runs no command"):
        Golden(bless=False).page(page, answer)
