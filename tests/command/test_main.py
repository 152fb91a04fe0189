"""The door itself: usage, help, slips, and every way in which a command can end without a traceback."""

import os
import shlex
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from api.command.exits import MEANINGS
from api.command.main import VERBS, main
from engine import pipeline

TROTH = Path(sys.executable).with_name("troth")


def run(*words: str, **more: object) -> "subprocess.CompletedProcess[str]":
    """Run the command as a person would."""
    return subprocess.run([TROTH, *words], capture_output=True, text=True, check=False, **more)  # type: ignore[call-overload]


def module_of(verb: str) -> ModuleType:
    """The module of a verb."""
    return import_module(f"api.command.{verb.replace(' ', '_').replace('-', '_')}")


def test_no_verb_is_a_question(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    said = capsys.readouterr().out
    assert all(f"  {verb}" in said for verb in VERBS)


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert "exit codes" in capsys.readouterr().out
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == "troth 0.1.0\n"


def test_an_unknown_verb(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evalute", "x"]) == 2
    assert capsys.readouterr().err == "troth: there is no verb `evalute`; did you mean `evaluate`?\n"


def test_a_verb_of_two_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ledger"]) == 2
    assert main(["ledger", "--help"]) == 0
    said = capsys.readouterr().out
    assert "  ledger verify" in said and "  evaluate" not in said
    assert main(["ledger", "verfy", "x"]) == 2
    assert (
        capsys.readouterr().err == "troth: there is no verb `ledger verfy`; did you mean `ledger verify`?\n"
    )


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_each_verb_shows_an_example_and_the_exit_codes(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*verb.split(), "--help"]) == 0
    said = capsys.readouterr().out
    assert f"example:\n  troth {verb} " in said
    assert getattr(module_of(verb), "EXITS", MEANINGS) in said and "exit codes:" in said


NEEDS_MORE = {
    "serve",
    "publish",
    "feed",
    "backup",
    "restore",
    "pull-facts",
    "policies",
    "history",
    "erase",
    "retention",
    *(verb for verb in VERBS if verb.startswith(("hold ", "webhook "))),
    *(verb for verb in VERBS if "ledger" in verb),
}
"""Verbs whose example needs a server, or something that was there before."""


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb not in NEEDS_MORE])
def test_the_example_of_each_verb_runs(
    verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # An example may write files, and nothing is written into the house.
    (tmp_path / "policies").symlink_to(Path(__file__).parents[2] / "policies")
    monkeypatch.chdir(tmp_path)
    example = module_of(verb).EXAMPLE.replace("\\\n", " ")
    program, *words = shlex.split(example)
    assert program == "troth"
    assert main(words) in (0, 1)
    assert capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check"], "POLICIES"),
        (["evaluate", "p", "--facts", "f"], "--as-of"),
        (["evaluate", "p", "--as-of", "2025-04-01T00:00:00Z"], "--facts"),
        (["check", "p", "--format", "yaml"], "'yaml'"),
        (["check", "p", "--colour"], "--colour"),
        (
            [
                "evaluate",
                "p",
                "--facts",
                "f",
                "--as-of",
                "2025-04-01T00:00:00Z",
                "--reject-rows",
                "--all-or-nothing",
            ],
            "not allowed with",
        ),
        (["impact", "p"], "name what fails"),
        (["serve", "p", "--facts", "f", "--port", "70000"], "`70000` is not a port"),
        (["impact", "p", "n", "--as-of", "2025-02-30"], "`2025-02-30` is not a date"),
        (["impact", "p", "--facts", "f", "--as-of", "9999-12-31"], "outside of the years 1970 to 2199"),
        (["impact", "p", "n", "--most-degree", "-1"], "`-1` is no number of edges"),
        (["diff", "p", "q", "--known-at", "2025-04-01T00:00:00Z"], "go with --facts"),
        (["diff", "p", "q", "--all-or-nothing"], "go with --facts"),
    ],
)
def test_usage_errors_end_with_2(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "2025-04-01",
        "2025-04-01T00:00:00",
        "2025-13-01T00:00:00Z",
        "",
        "1e9",
    ],
)
def test_a_bad_instant_is_answered_with_a_good_one(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "p", "--facts", "f", "--as-of", text]) == 2
    said = capsys.readouterr().err
    assert f"`{text}` is not an instant; write one like 2025-04-01T00:00:00Z" in said


@pytest.mark.parametrize(
    "text",
    ["0001-01-01T00:00:00+23:00", "1969-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "9999-12-31T00:00:00Z"],
)
def test_an_instant_out_of_reach_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "p", "--facts", "f", "--as-of", text]) == 2
    assert f"`{text}` lies outside of the years 1970 to 2199" in capsys.readouterr().err


def test_an_internal_error_says_that_it_is_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_sources: object) -> object:
        raise pipeline.DisagreementError("the plan says MET; the definition says BREACHED")

    monkeypatch.setattr(pipeline, "check", broken)
    (tmp_path / "a.sla").write_text("")
    assert main(["check", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "internal error: DisagreementError: the plan says MET" in said
    assert "fault in Troth" in said and "Traceback" not in said


def test_ctrl_c(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(_sources: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "check", interrupted)
    (tmp_path / "a.sla").write_text("")
    assert main(["check", str(tmp_path)]) == 130
    assert capsys.readouterr().err == "troth: interrupted\n"


def test_a_reader_who_went_away() -> None:
    end, begin = os.pipe()
    os.close(end)
    done = subprocess.run([TROTH, "--help"], stdout=begin, stderr=subprocess.PIPE, text=True, check=False)
    os.close(begin)
    assert done.returncode == 2
    assert done.stderr == "troth: the reader of the output went away before all of it was written\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [TROTH, "evaluate", "--help"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 2
    assert done.stderr == "troth: the output could not be written: No space left on device\n"


def test_a_closed_output() -> None:
    done = subprocess.run(["sh", "-c", f"{TROTH} --help >&-"], stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "troth: the output could not be written: it is closed\n"


HEAVY = frozenset(
    {
        "duckdb",
        "engine.definition",
        "fast_sugiyama",
        "graphql",
        "holidays",
        "lark",
        "networkx",
        "numpy",
        "pyarrow",
        "rich",
        "sqlglot",
        "starlette",
        "strawberry",
        "uvicorn",
        "yaml",
    }
)
"""What takes long to load, and is loaded where it is needed only."""


def test_the_command_starts_without_what_it_does_not_need() -> None:
    program = (
        "import sys; from api.command.main import main\n"
        f"for verb in {list(VERBS)!r}:\n"
        f"    main([verb, '--help']); found = {set(HEAVY)} & sys.modules.keys()\n"
        "    if found: sys.exit(f'{verb} --help loads {found}')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("needed", "commands"),
    [
        (
            set[str](),
            (
                "check p.sla",
                "fmt --check p.sla",
                "viability p.sla",
                "graph p.sla",
                "graph p.sla --format cytoscape --around shop",
                "import-graph e.csv",
            ),
        ),
        ({"yaml"}, ("import-graph e.yaml",)),
        ({"numpy"}, ("impact p.sla acme", "rests-on p.sla shop", "graph p.sla --failed acme")),
        ({"numpy", "networkx"}, ("risk p.sla", "diff p.sla p.sla")),
        ({"networkx", "numpy", "fast_sugiyama"}, ("graph p.sla --format svg",)),
        ({"duckdb", "engine.definition", "numpy", "pyarrow", "sqlglot"}, ("test p.sla",)),
    ],
)
def test_a_command_loads_only_what_it_needs(
    needed: set[str], commands: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "p.sla").write_text('party acme "Acme"\nservice shop "Shop" { provider acme }\n', "utf-8")
    (tmp_path / "e.csv").write_text("source,target\nshop,db\n", "utf-8")
    (tmp_path / "e.yaml").write_text("kind: API\nmetadata: {name: a}\n", "utf-8")
    program = (
        "import sys; from api.command.main import main\n"
        f"for words in {commands!r}:\n"
        "    if main(words.split()): sys.exit(f'troth {words} fails')\n"
        f"    found = {set(HEAVY - needed)} & sys.modules.keys()\n"
        "    if found: sys.exit(f'troth {words} loads {found}')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_each_verb_stands_apart_from_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    assert all(f"  {verb} " in said for verb in VERBS)
