"""The log: one line for each event, as JSON for machines or as text for people.

Nothing that was sent or answered is in it: no token, no password, no document, no fact. Of a fault of ours it
has the kind and the places in the code, for its message may hold what was sent.
"""

import json
import logging
import re
import sys
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from enum import StrEnum
from pathlib import Path
from traceback import extract_tb
from typing import TextIO, TypeAlias

from engine.model.instants import iso_text
from engine.store.shown_place import MASK

Field: TypeAlias = str | int | bool | None

FIELDS = "troth_fields"
"""Where a record holds what is said besides its event."""

FRAMES = 12
"""So many places in the code are told of a fault, the innermost ones."""

LONGEST_TEXT = 2_000
"""Characters of a text in the log."""

TOKEN_IN_ADDRESS = re.compile(r"([?&]token=)[^&\s\"']+")

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request that is being answered."""


class LogFormat(StrEnum):
    """How a line is written."""

    TEXT = "text"
    JSON = "json"


class LogLevel(StrEnum):
    """What is logged: this and what is graver."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def tell(log: logging.Logger, level: int, event: str, **fields: Field) -> None:
    """Log an event: a few words that are always the same, and what is different each time by name."""
    log.log(level, event, extra={FIELDS: fields})


def configure(
    form: LogFormat, level: LogLevel, *, secrets: Iterable[str] = (), to: TextIO | None = None
) -> None:
    """Write the log of this process, uvicorn's lines too, to a stream, standard error if none is said.

    Wherever one of the `secrets` would stand, it is masked.
    """
    handler = logging.StreamHandler(to or sys.stderr)
    handler.setFormatter(Lines(form, secrets=secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # Others' libraries may tell what was sent, where they tell everything: of them only what is wrong.
    root.setLevel(logging.WARNING)
    logging.getLogger("troth").setLevel(level.value.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.asgi"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    # Both say again what the doors have said, with the document.
    for name in ("uvicorn.access", "strawberry.execution"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = False


class Lines(logging.Formatter):
    """A record as one line."""

    def __init__(self, form: LogFormat, *, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        self._form = form
        self._secrets = sorted({each for each in secrets if len(each) > 2}, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        said: dict[str, Field | list[str]] = {
            "time": iso_text(int(record.created * 1_000_000)),
            "level": record.levelname.lower(),
            "event": self._clean(record.getMessage()),
            "logger": record.name,
        }
        if (request := REQUEST_ID.get()) is not None:
            said["request"] = request
        fields: Mapping[str, Field] = getattr(record, FIELDS, {})
        said |= {name: self._clean(value) for name, value in fields.items() if value is not None}
        if record.exc_info is not None and record.exc_info[1] is not None:
            said["fault"], said["at"] = _fault(record.exc_info[1])
        if self._form is LogFormat.JSON:
            return json.dumps(said, ensure_ascii=False, separators=(",", ":"))
        return _text(said)

    def _clean(self, value: Field) -> Field:
        if not isinstance(value, str):
            return value
        for secret in self._secrets:
            value = value.replace(secret, MASK)
        value = TOKEN_IN_ADDRESS.sub(rf"\1{MASK}", value)
        # Half a surrogate pair is in no stream.
        return value[:LONGEST_TEXT].encode("utf-8", "replace").decode()


def _fault(error: BaseException) -> tuple[str, list[str]]:
    """The kind of an error, and where in the code it came from."""
    frames = extract_tb(error.__traceback__)[-FRAMES:]
    return type(error).__name__, [f"{Path(each.filename).name}:{each.lineno} {each.name}" for each in frames]


def _text(said: Mapping[str, Field | list[str]]) -> str:
    """For people: the instant, the level and the event, then what it is about, on one line."""
    rest = [
        f"{name}={_worded(value)}"
        for name, value in said.items()
        if name not in ("time", "level", "event", "logger")
    ]
    event = " ".join(str(said["event"]).split())
    return " ".join([str(said["time"]), f"{str(said['level']).upper():<7}", event, *rest])


def _worded(value: Field | list[str]) -> str:
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    plain = text and text.isprintable() and not set(text) & set(' "=')
    return text if plain else json.dumps(text, ensure_ascii=False)
