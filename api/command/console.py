"""The terminal: two streams, colour only where a person sees it, and progress only where it takes long."""

import os
import re
import sys
import time
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO, TextIOWrapper
from typing import TextIO, TypeAlias, cast

from engine.diagnostic import Diagnostic, Paint, draw
from engine.source import Source

Progress: TypeAlias = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""

COLOURS = {
    "error": "1;31",
    "warning": "1;33",
    "advice": "1;36",
    "place": "34",
    "mark": "36",
    "help": "32",
    "heading": "1",
    "faint": "2",
    "MET": "32",
    "BREACHED": "1;31",
    "PENDING": "36",
    "EXCUSED": "35",
    "NOT_APPLICABLE": "2",
    "UNMEASURED": "1;33",
}

_CONTROLS = r"[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
_OURS = "|".join(re.escape(f"[{code}m") for code in sorted({*COLOURS.values(), "0"}))
_FOREIGN = re.compile(rf"\x1b(?!{_OURS})|{_CONTROLS}")
_DISTURBING = re.compile(rf"\x1b|{_CONTROLS}")

PATIENCE_NS = 700_000_000
"""Work that is over sooner shows no progress."""


class OutputError(Exception):
    """What was to be printed could not be written: a closed pipe, a full disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """Where a verb writes: answers on `out`, everything about the work on `err`."""

    out: TextIO
    err: TextIO
    colour: bool = True

    def paint(self, role: str, text: str) -> str:
        """The text as `out` shows it."""
        return _painted(role, text) if self.colour and _is_colourful(self.out) else text

    def print(self, text: str = "") -> None:
        """One line, or several, of the answer, for people: what facts and policies say steers no terminal."""
        self.write(harmless(text, coloured=self.colour and _is_colourful(self.out)) + "\n")

    def print_data(self, text: str) -> None:
        """One line, or several, of the answer, for programs: every character as it is."""
        self.write(text + "\n")

    def write(self, text: str) -> None:
        """A piece of the answer as it is."""
        try:
            self.out.write(text)
        except (OSError, ValueError) as error:
            raise _lost(error) from error

    def write_bytes(self, content: bytes) -> None:
        """A piece of an answer that is not text."""
        try:
            self.out.flush()
            self.out.buffer.write(content)
        except (OSError, ValueError) as error:
            raise _lost(error) from error

    def flush(self) -> None:
        """Make sure that the answer has left; until then nobody has it."""
        try:
            self.out.flush()
        except (OSError, ValueError) as error:
            raise _lost(error) from error

    def note(self, text: str) -> None:
        """A line about the work; a reader who has gone is no reason to stop it."""
        try:
            coloured = self.colour and _is_colourful(self.err)
            print(harmless(text, coloured=coloured), file=self.err, flush=True)
        except (OSError, ValueError):
            return

    def findings(
        self,
        diagnostics: Iterable[Diagnostic],
        sources: Mapping[str, Source] | None = None,
        *,
        answer: bool = False,
    ) -> None:
        """Draw each finding, with an empty line between two; on `err` unless they are the answer."""
        paint: Paint = self.paint if answer else self._paint_note
        show = self.print if answer else self.note
        for number, diagnostic in enumerate(diagnostics):
            if number:
                show("")
            show(draw(diagnostic, sources or {}, paint))

    def _paint_note(self, role: str, text: str) -> str:
        return _painted(role, text) if self.colour and _is_colourful(self.err) else text

    @contextmanager
    def progress(self) -> Generator[Progress]:
        """Take reports of work under way; a bar is drawn on a terminal, and only once it takes long."""
        if self.err.closed or not self.err.isatty():
            yield lambda _what, _done, _of: None
            return
        bar = _Bar(self.err, colour=self.colour)
        try:
            yield bar
        finally:
            bar.close()


class _Bar:
    """A bar that appears when its work has tried the reader's patience."""

    def __init__(self, stream: TextIO, *, colour: bool) -> None:
        from rich.console import Console as Terminal
        from rich.progress import Progress

        self._began = time.monotonic_ns()
        self._progress = Progress(
            console=Terminal(file=stream, no_color=not colour or not _is_colourful(stream)), transient=True
        )
        self._task = self._progress.add_task("", total=None, visible=False)

    def __call__(self, what: str, done: int, of: int) -> None:
        if time.monotonic_ns() - self._began >= PATIENCE_NS:
            self._progress.start()
            self._progress.update(
                self._task, description=what, completed=done, total=of or None, visible=True
            )

    def close(self) -> None:
        """Take the bar off the screen."""
        self._progress.stop()


def terminal(*, colour: bool) -> Console:
    """The console of this process: UTF-8 whatever the locale, so that the same answer is the same bytes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    # A stream that was closed before we began is None, whatever its type says.
    closed = StringIO()
    closed.close()
    out, err = cast(TextIO | None, sys.stdout), cast(TextIO | None, sys.stderr)
    return Console(out=out or closed, err=err or closed, colour=colour)


def abandon(console: Console) -> None:
    """Let nothing more be written to `out`, so that the interpreter does not stumble over it when it ends."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), console.out.fileno())
    except (OSError, ValueError):
        return


def harmless(text: str, *, coloured: bool) -> str:
    """The text without what would disturb a terminal or turn its direction; our own colours stay.

    >>> harmless("\\x1b[1;31mred\\x1b[0m \\x1b[2J", coloured=True)
    '\\x1b[1;31mred\\x1b[0m \ufffd[2J'
    """
    return (_FOREIGN if coloured else _DISTURBING).sub("\N{REPLACEMENT CHARACTER}", text)


def _is_colourful(stream: TextIO) -> bool:
    return (
        not stream.closed
        and stream.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
    )


def _painted(role: str, text: str) -> str:
    code = COLOURS.get(role)
    return text if code is None else f"\x1b[{code}m{text}\x1b[0m"


def _lost(error: OSError | ValueError) -> OutputError:
    if isinstance(error, BrokenPipeError):
        return OutputError("the reader of the output went away before all of it was written")
    reason = error.strerror if isinstance(error, OSError) else "it is closed"
    return OutputError(f"the output could not be written: {reason}")
