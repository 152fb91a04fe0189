"""The terminal: colour and progress where a person sees them, and nowhere else."""

import io
from pathlib import Path

import pytest

from api.command.console import Console, OutputError
from engine.diagnostic import Diagnostic
from engine.source import Source


class Terminal(io.StringIO):
    """A stream that a person looks at."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def colourful(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment in which nobody has asked for plain text."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.mark.usefixtures("colourful")
def test_colour_on_a_terminal_only() -> None:
    shown = Console(out=Terminal(), err=io.StringIO())
    assert shown.paint("BREACHED", "x") == "\x1b[1;31mx\x1b[0m"
    assert shown.paint("no such role", "x") == "x"
    assert Console(out=io.StringIO(), err=Terminal()).paint("BREACHED", "x") == "x"
    assert Console(out=Terminal(), err=Terminal(), colour=False).paint("BREACHED", "x") == "x"


@pytest.mark.parametrize(("variable", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
@pytest.mark.usefixtures("colourful")
def test_no_colour_for_who_wants_none(variable: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, value)
    assert Console(out=Terminal(), err=Terminal()).paint("BREACHED", "x") == "x"


def test_findings_go_beside_the_answer_or_are_it() -> None:
    source = Source(name="a.sla", text="zone Europ/Berlin")
    finding = Diagnostic(code="unknown-zone", message="m", labels=((source.span(5, 17), "here"),))
    console = Console(out=io.StringIO(), err=io.StringIO())
    console.findings([finding, finding], {"a.sla": source})
    said = console.err.getvalue()  # type: ignore[attr-defined]
    assert said.count("^^^^^^^^^^^^ here") == 2 and "\n\n" in said
    console.findings([finding], {"a.sla": source}, answer=True)
    assert "--> a.sla:1:6" in console.out.getvalue()  # type: ignore[attr-defined]


STEERING = "key\x07 \x1b[2J \x1b[0m \x1b]0;title\x07 \u202eturned \x9b5m"


@pytest.mark.usefixtures("colourful")
@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_what_facts_and_policies_say_steers_no_terminal(stream: type[io.StringIO]) -> None:
    out, err = stream(), stream()
    console = Console(out=out, err=err)
    console.print(console.paint("MET", STEERING))
    console.note(STEERING)
    console.print_data('{"key": "\u202e"}')
    shown = err.getvalue() + out.getvalue().partition("{")[0]
    for ours in ("\x1b[32m", "\x1b[0m"):
        shown = shown.replace(ours, "")
    assert not {*"\x07\x1b\x9b\u202e"} & {*shown}
    assert '{"key": "\u202e"}\n' in out.getvalue()


def test_no_progress_without_a_terminal() -> None:
    console = Console(out=Terminal(), err=io.StringIO())
    with console.progress() as progress:
        progress("reading", 1, 2)
    assert console.err.getvalue() == ""  # type: ignore[attr-defined]


@pytest.mark.parametrize(("patience", "shown"), [(0, True), (10**12, False)])
def test_progress_on_a_terminal_when_it_takes_long(
    patience: int, shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.command.console.PATIENCE_NS", patience)
    console = Console(out=io.StringIO(), err=Terminal())
    with console.progress() as progress:
        progress("reading outage.csv", 1, 2)
        progress("reading outage.csv", 2, 2)
    assert ("reading outage.csv" in console.err.getvalue()) is shown  # type: ignore[attr-defined]
    assert console.out.getvalue() == ""  # type: ignore[attr-defined]


def test_an_output_that_cannot_be_written(tmp_path: Path) -> None:
    stream = (tmp_path / "x").open("w")
    stream.close()
    with pytest.raises(OutputError, match="it is closed"):
        Console(out=stream, err=io.StringIO()).print("x")


def test_a_note_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    stream = (tmp_path / "x").open("w")
    stream.close()
    Console(out=io.StringIO(), err=stream).note("x")
