"""The tools that keep the house in order, each run as a test: a red one shows what the tool said."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


def run(tool: str, *arguments: str) -> None:
    """Run one of the tools installed beside this Python over the tree; fail with its own words."""
    done = subprocess.run([BIN / tool, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.fail(f"{tool} {' '.join(arguments)}\n{done.stdout}{done.stderr}", pytrace=False)


def test_lint() -> None:
    """Style, likely bugs, ambient clocks, blind excepts, text put together as SQL."""
    run("ruff", "check", "--no-cache", "--quiet", ".")


def test_format() -> None:
    """One way to lay out code."""
    run("ruff", "format", "--no-cache", "--check", "--quiet", "--diff", ".")


def test_types() -> None:
    """Strict types in the engine and the doors, basic ones in the tests."""
    run("pyright", "--pythonpath", sys.executable)


def test_imports() -> None:
    """Imports run one way, and each third-party library has one home."""
    run("lint-imports", "--no-cache", "--no-logo")
