"""What no tool checks: names, docstrings, sizes, floats, and that no machine or registry is named."""

import ast
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("engine", "api", "policies")
LARGEST = 1_000_000

# A name that could stand over anything says nothing about what is under it.
VAGUE_MODULES = {"base", "common", "core", "helpers", "misc", "utils"}
VAGUE_CLASS = re.compile(r"(?<=.)(Service|Manager)$")
VAGUE_FUNCTION = re.compile(r"_*(get|process)_")

# No verdict, bound or amount passes through a float (S1.1).
# A module whose floats are none of these stands here with its reason.
FLOATLESS = ("engine/model", "engine/rules", "engine/definition")
FLOATS_ALLOWED: dict[str, str] = {}
FLOATING_SQL = re.compile(r"\b(DOUBLE|FLOAT|REAL|AVG|QUANTILE_CONT|MEDIAN)\b", re.I)

# Each pattern is written so that it does not match itself.
ADDRESSES = {
    "a registry or its option": re.compile(
        r"(pypi|pythonhosted|npmjs|crates)[.](org|com|io)|debian[.]org|index[-]url|find[-]links", re.I
    ),
    "a download address": re.compile(r"https?:[/]/\S+[.](whl|tgz|zip|tar[.]gz|deb)\b", re.I),
    "a path of one machine": re.compile(r"(?<![\w./-])/(work|root|home|opt|Users|mnt)/[A-Za-z]"),
}


def modules(*folders: str) -> list[Path]:
    """Every module under the folders, as paths from the root."""
    return sorted(path.relative_to(ROOT) for folder in folders for path in (ROOT / folder).rglob("*.py"))


def parsed(path: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse((ROOT / path).read_text("utf-8"), path.as_posix())


@pytest.fixture(scope="module")
def tracked(needs: Callable[[str], Path], lacks: Callable[[str], object]) -> list[Path]:
    """Every file that would be committed, as paths from the root."""
    # The checkout may belong to another user than the one who tests it.
    command = ["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run([needs("git"), *command], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode != 0:
        lacks("this is no git checkout: the rules about tracked files were not tested")
    paths = [Path(name) for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if (ROOT / path).is_file()]


def test_the_tree_names_no_machine_and_no_registry(tracked: list[Path]) -> None:
    found = [
        f"{path}:{number}: {what}: {line.strip()[:120]}"
        for path in tracked
        if b"\0" not in (content := (ROOT / path).read_bytes())[:8000]
        for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), start=1)
        for what, pattern in ADDRESSES.items()
        if pattern.search(line)
    ]
    assert not found, "\n".join(found)


def test_no_file_is_large(tracked: list[Path]) -> None:
    large = [f"{path}: {size} bytes" for path in tracked if (size := (ROOT / path).stat().st_size) > LARGEST]
    assert not large, "\n".join(large)


def test_every_module_opens_with_one_sentence() -> None:
    def faults() -> Iterator[str]:
        for path in modules(*PACKAGES, "tests"):
            docstring = ast.get_docstring(parsed(path))
            if not docstring:
                yield f"{path}: no docstring"
            elif not docstring.split("\n\n")[0].rstrip().endswith("."):
                yield f"{path}: the docstring does not open with a sentence: {docstring.splitlines()[0]!r}"

    found = list(faults())
    assert not found, "\n".join(found)


def test_every_package_of_the_source_is_one() -> None:
    """A folder without `__init__.py` would be left out of the built package and of the import rules."""
    bare = {path.parent for path in modules(*PACKAGES) if not (ROOT / path.parent / "__init__.py").is_file()}
    assert not bare, f"no __init__.py in {sorted(map(str, bare))}"


def test_no_name_is_vague() -> None:
    def faults() -> Iterator[str]:
        for path in modules(*PACKAGES):
            if vague := VAGUE_MODULES & {path.stem, *path.parent.parts}:
                yield f"{path}: named {', '.join(vague)}"
            tree = parsed(path)
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef) and VAGUE_CLASS.search(node.name):
                    yield f"{path}:{node.lineno}: class {node.name}"
            # Methods are left out: a framework's own hooks are named by the framework.
            for node in tree.body:
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and VAGUE_FUNCTION.match(
                    node.name
                ):
                    yield f"{path}:{node.lineno}: {node.name}"

    found = list(faults())
    assert not found, "\n".join(found)


def test_no_float_on_the_way_to_a_verdict() -> None:
    def floats(path: Path) -> Iterator[str]:
        for node in ast.walk(parsed(path)):
            match node:
                case ast.Constant(value=float() | complex() as value):
                    yield f"{path}:{node.lineno}: {value}"
                case ast.Name(id="float"):
                    yield f"{path}:{node.lineno}: float"
                case _:
                    pass

    found = [
        fault
        for path in modules(*FLOATLESS)
        if path.as_posix() not in FLOATS_ALLOWED
        for fault in floats(path)
    ]
    assert not found, "\n".join(found)


def test_no_float_in_the_plans() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for folder in FLOATLESS
        for path in sorted((ROOT / folder).rglob("*.sql"))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if FLOATING_SQL.search(line.partition("--")[0])
    ]
    assert not found, "\n".join(found)


def test_allowed_floats_are_still_there() -> None:
    gone = [path for path in FLOATS_ALLOWED if not (ROOT / path).is_file()]
    assert not gone, f"no longer in the tree: {gone}"
