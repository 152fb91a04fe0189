"""NDJSON, one object a line, to a table of texts in which every number stands as it was written (S1.1)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

import pyarrow

from engine.diagnostic import Diagnostic
from engine.facts.contents import Contents, broken, torn
from engine.facts.text_to_value import Refusal

_MARK = b"\xef\xbb\xbf"


def read_ndjson(content: bytes, name: str) -> Contents | Diagnostic:
    """The members of each line's object; a column for each name that any of them has."""
    if b"\0" in content:
        return torn(name, "is no text: it holds zero bytes", "NDJSON is read as UTF-8 text")
    objects: list[dict[str, Any]] = []
    numbers: list[int] = []
    faults: dict[int, Refusal] = {}
    decoder = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=_no_constant)
    for number, line in enumerate(content.removeprefix(_MARK).split(b"\n"), start=1):
        if not line or line.isspace():
            continue
        try:
            found = decoder.decode(line.decode())
            if b"\\u" in line:
                # Half of a surrogate pair can be written in JSON, but is no text.
                json.dumps(found, ensure_ascii=False).encode()
        except RecursionError:
            faults[number] = broken("the line is nested too deeply")
        except UnicodeError:
            faults[number] = broken("the line is not Unicode text")
        except json.JSONDecodeError as error:
            faults[number] = broken(f"the line is no JSON: {error.msg.lower()} at column {error.colno}")
        except ValueError as error:
            faults[number] = broken(str(error))
        else:
            if isinstance(found, dict):
                objects.append(cast(dict[str, Any], found))
                numbers.append(number)
            else:
                faults[number] = broken("the line is no JSON object")
    if faults and not objects:
        return torn(name, f"is no NDJSON: line {min(faults)}: {faults[min(faults)].reason}")
    return objects_to_contents(objects, numbers, faults)


def objects_to_contents(
    objects: Sequence[Mapping[str, object]], numbers: Sequence[int], faults: Mapping[int, Refusal]
) -> Contents:
    """The members of objects, a column for each name that any of them has; numbers are texts already."""
    names = dict.fromkeys(name for each in objects for name in each)
    cells = {column: [each.get(column) for each in objects] for column in names}
    nested = {
        column: frozenset(place for place, cell in enumerate(values) if isinstance(cell, list | dict))
        for column, values in cells.items()
    }
    return Contents(
        table=pyarrow.table([_texts(values) for values in cells.values()], names=list(names)),
        numbers=pyarrow.array(numbers, pyarrow.int64()),
        broken=faults,
        nested=nested,
    )


_WORDS = {True: "true", False: "false"}


def text_of(cell: object) -> str | None:
    """What was written in a cell, None where it holds no text, yes or no."""
    return cell if isinstance(cell, str) else _WORDS[cell] if isinstance(cell, bool) else None


def _texts(cells: Sequence[object]) -> Any:
    """A column of what was written."""
    return pyarrow.array([text_of(cell) for cell in cells], pyarrow.string())


def _no_constant(word: str) -> str:
    raise ValueError(f"`{word}` is no JSON")
