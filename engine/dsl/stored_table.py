"""Keeps the grammar's table as plain JSON: computing it takes half a second, reading it ten milliseconds."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from engine.dsl.tokens_to_tree import Rule, Table


def write_table(table: Table, path: Path, grammar: str) -> None:
    """Store the table with the digest of the grammar that it was computed from."""
    symbols = sorted({symbol for state in table.steps for symbol in state})
    numbers = {symbol: number for number, symbol in enumerate(symbols)}
    content = {
        "grammar": _digest(grammar),
        "symbols": symbols,
        "steps": [
            [number for symbol, step in state.items() for number in (numbers[symbol], step)]
            for state in table.steps
        ],
        "rules": [[rule.symbol, rule.size, rule.build] for rule in table.rules],
        "starts": table.starts,
        "spelled": table.spelled,
    }
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")


def read_table(path: Path, grammar: str) -> Table | None:
    """The stored table; None if there is none, or if it belongs to another grammar."""
    if not path.is_file():
        return None
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if content["grammar"] != _digest(grammar):
        return None
    symbols: list[str] = content["symbols"]
    return Table(
        steps=[
            {symbols[state[i]]: state[i + 1] for i in range(0, len(state), 2)} for state in content["steps"]
        ],
        rules=[Rule(symbol=symbol, size=size, build=build) for symbol, size, build in content["rules"]],
        starts={start: (first, last) for start, (first, last) in content["starts"].items()},
        spelled=content["spelled"],
    )


def _digest(grammar: str) -> str:
    return sha256(grammar.encode()).hexdigest()
