"""What every test may ask for: golden pages, real data, the machine's tools, examples that come out alike."""

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.configuration import set_hypothesis_home_dir

from tests.golden import Golden
from tests.postgres import PostgresServer

# Random tests draw the same examples on every run, so that a red run is red again on the next machine;
# TROTH_LONG=1 draws fresh ones, and many more of them. Nothing of theirs is left in the tree. How fast they
# are drawn says something of the machine's other work only.
set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "troth-hypothesis")
settings.register_profile(
    "usual",
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("ci", settings.get_profile("usual"), derandomize=True)
settings.register_profile("long", settings.get_profile("usual"), max_examples=5000)
settings.load_profile("long" if os.environ.get("TROTH_LONG") == "1" else "ci")

LACKING = "not tested here: "
"""What the reason begins with for which a test is skipped where the machine lacks something."""


LONG = (
    "tests/house/test_house_rules.py",
    "tests/differential/test_evaluators_agree.py",
    "tests/differential/",
    "tests/policies/test_shipped.py",
    "tests/tenant/",
    "tests/command/",
)
"""What the names of the tests that take longest begin with, the longest first."""

OBJECTS_BETWEEN_COLLECTIONS = 10_000
"""Python's own 700 are gone within one statement of SQL that is put together."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--bless`."""
    parser.addoption("--bless", action="store_true", help="record golden pages anew instead of comparing")


def pytest_configure() -> None:
    """Hide the colours and the width of the terminal that the tests run in."""
    for variable in ("FORCE_COLOR", "CLICOLOR_FORCE", "COLUMNS", "LINES"):
        os.environ.pop(variable, None)
    os.environ["NO_COLOR"] = "1"


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep the collector of cycles from what has been imported.

    Over a million objects of modules stay until the end: to walk them again and again was a fifth of the run.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
        gc.enable()


def pytest_unconfigure() -> None:
    """Let go of it again, or modules in C complain at the end that what is theirs is never let go."""
    gc.unfreeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take long first, so that no process is left alone with one at the end."""
    items.sort(key=lambda item: next((n for n, s in enumerate(LONG) if item.nodeid.startswith(s)), len(LONG)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end, where it is seen, what was not tested and what would make it so."""
    # Several processes may have run the tests: only their reports come together here.
    reasons = {report.longrepr[2] for report in terminalreporter.stats.get("skipped", ())}
    lacking = {each.partition(LACKING)[2] for each in reasons if LACKING in each}
    if lacking:
        terminalreporter.section("NOT TESTED HERE", yellow=True, bold=True)
        for reason in sorted(lacking):
            terminalreporter.line(reason)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Golden pages: `golden.page(path, answer)` for literate ones, `golden.text(path, actual)` for plain."""
    return Golden(bless=bool(request.config.getoption("--bless")))


@pytest.fixture(scope="session")
def lacks() -> Callable[[str], NoReturn]:
    """`lacks(reason)` skips the test loudly, and fails it under TROTH_TEST_ALL=1."""

    def lack(reason: str) -> NoReturn:
        if os.environ.get("TROTH_TEST_ALL") == "1":
            pytest.fail(f"{reason} (TROTH_TEST_ALL=1 wants every test to run)", pytrace=False)
        pytest.skip(f"{LACKING}{reason}")

    return lack


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL of this run's own, started when a test first asks for it."""
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="session")
def real_data(lacks: Callable[[str], NoReturn]) -> Path:
    """The folder of real data sets, which the environment variable TROTH_DATA names."""
    named = os.environ.get("TROTH_DATA")
    if not named:
        lacks("TROTH_DATA is not set: name the folder of the real data sets to test over them")
    if not Path(named).is_dir():
        lacks(f"TROTH_DATA names no folder: {named}")
    return Path(named)


@pytest.fixture(scope="session")
def needs(lacks: Callable[[str], NoReturn]) -> Callable[[str], Path]:
    """`needs("git")` gives the path of an executable, or skips loudly where the machine has none."""

    def needed(tool: str) -> Path:
        found = shutil.which(tool)
        return (
            Path(found) if found else lacks(f"`{tool}` is not on this machine: install it to run its tests")
        )

    return needed
