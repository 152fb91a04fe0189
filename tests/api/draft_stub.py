"""A process in the place of the one that judges drafts: it starts at once, and does what it is told."""

import json
import os
import signal
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT)]

from api.drafts.bounds import alarm, bound  # noqa: E402
from api.drafts.drafts import Drafts  # noqa: E402
from api.drafts.frames import Mark, read, write  # noqa: E402

COMMAND = (sys.executable, "-S", str(Path(__file__)))
AWAY = {"message": "away", "positions": [], "path": ["evaluateDraft"], "extensions": {"code": "UNAVAILABLE"}}


def away() -> Drafts:
    """Drafts that are never judged, for doors at which nobody looks at that."""
    return Drafts((*COMMAND, "away"), most=50, most_each=50)


def main() -> None:
    """Do what each frame says."""
    mode = sys.argv[1:]
    if mode == ["never"]:
        time.sleep(600)
    if mode == ["broken"]:
        sys.exit("no such module")
    if mode == ["chatter"]:
        sys.stdout.write("a library that says hello\n")
        sys.stdout.flush()
        time.sleep(600)
    if mode == ["bound"]:
        bound(50_000_000)
    write(sys.stdout.buffer, Mark.READY, b"")
    while (frame := read(sys.stdin.buffer)) is not None:
        said = {"away": b"away", "stuck": b"sleep"}.get("".join(mode), frame[1])
        match said.split():
            case [b"away"]:
                answer = {"data": None, "errors": [AWAY], "log": []}
                write(sys.stdout.buffer, Mark.ANSWER, json.dumps(answer).encode())
            case [b"sleep"]:
                time.sleep(600)
            case [b"signal", number]:
                os.kill(os.getpid(), signal.Signals[number.decode()])
            case [b"last"]:
                write(sys.stdout.buffer, Mark.LAST_ANSWER, str(os.getpid()).encode())
            case [b"eat", much]:
                try:
                    bytearray(int(much))
                    write(sys.stdout.buffer, Mark.ANSWER, b"eaten")
                except MemoryError:
                    write(sys.stdout.buffer, Mark.OUT_OF_MEMORY, b"")
            case [b"write", path]:
                try:
                    os.write(os.open(path, os.O_WRONLY | os.O_CREAT), b"x")
                    write(sys.stdout.buffer, Mark.ANSWER, b"written")
                except OSError as error:
                    write(sys.stdout.buffer, Mark.FAULT, str(error.strerror).encode())
            case [b"alarm"]:
                alarm(0.05)
                time.sleep(600)
            case [b"memory"]:
                write(sys.stdout.buffer, Mark.OUT_OF_MEMORY, b"")
            case [b"fault"]:
                write(sys.stdout.buffer, Mark.FAULT, b"what went wrong")
            case [b"torn"]:
                sys.stderr.write("on the way out")
                os.write(1, b"\2\0")
                sys.exit(3)
            case [b"long"]:
                os.write(1, b"\2" + b"\xff" * 8)
            case _:
                write(sys.stdout.buffer, Mark.ANSWER, str(os.getpid()).encode())


if __name__ == "__main__":
    main()
