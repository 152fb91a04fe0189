"""The files of a published policy set in a folder again: none is put in the place of another."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from api.command.console import OutputError
from api.published_to_json import frozen_json
from engine.model.frozen import Frozen
from engine.source import Source

FROZEN = "frozen.json"
"""The file of what the policies rest on."""


def files_of(sources: Sequence[Source], frozen: Frozen) -> dict[str, str]:
    """The text of each file by its path in the folder: never one that leads out of it, and no two alike.

    >>> list(files_of([Source(name="/etc/../a.sla", text=""), Source(name="etc/A.sla", text="")], Frozen()))
    ['etc/a.sla', 'etc/A-2.sla', 'frozen.json']
    """
    rest = json.dumps(frozen_json(frozen), ensure_ascii=False, indent=2) + "\n"
    files: dict[str, str] = {}
    taken = {FROZEN}
    for source in sources:
        name = _within(source.name)
        place, count = name, 1
        while place.casefold() in taken:
            count += 1
            stem, point, suffix = name.rpartition(".")
            place = f"{stem}-{count}{point}{suffix}" if stem else f"{name}-{count}"
        taken.add(place.casefold())
        files[place] = source.text
    return {**files, FROZEN: rest}


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    """Write all of them, or none where one is there already or cannot be written."""
    written: list[Path] = []
    try:
        for name in files:
            if (folder / name).exists():
                raise FileExistsError(17, "it is there already, and is not overwritten", str(folder / name))
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="") as stream:
                written.append(path)
                stream.write(text)
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        reason = (error.strerror or str(error)).lower()
        raise OutputError(f"`{error.filename or folder}` cannot be written: {reason}") from error


def _within(name: str) -> str:
    """A path in the folder for a name that somebody gave, of any system."""
    shown = re.sub(r"[\x00-\x1f\x7f<>:\"|?*]", "_", name)
    parts = [part for part in re.split(r"[/\\]", shown) if part.strip(" .")]
    return "/".join(parts) or "policy.sla"
