"""`make demo`: the main job on the example that ships, as a person would type it."""

import asyncio
import json
import os
import sys
from argparse import Namespace
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from api.command.console import Console, terminal
from api.command.exits import Exit
from api.command.main import main
from api.command.workspace import workspace
from api.command.workspace_to_view import compliance_view
from api.view import ComplianceView
from engine.model.instants import parse_instant

AS_OF = "2025-04-10T00:00:00Z"
BREACHED = ("acme_sla.shop_availability", "2025-02")
SUPPLIER = "northwind"
QUERY = """{
  asOf
  verdicts(filter: {state: [BREACHED]}, first: 3) {
    totalCount
    edges { node { obligation { name } window { label } trigger { key } measured { high { value unit } } } }
  }
}"""


def demonstrate(folder: Path, console: Console) -> Exit:
    """Check, evaluate, explain a breach, show an impact, ask a query; stop where one cannot be done."""
    policies, facts = str(folder), str(folder / "facts")
    judged = (policies, "--facts", facts, "--as-of", AS_OF)
    commands = (
        ("Is the policy sound?", ("check", policies)),
        ("What was promised, and was it kept?", ("evaluate", *judged)),
        ("Why is that one breached?", ("explain", *judged, BREACHED[0], "--on", BREACHED[1])),
        ("What falls if this supplier fails?", ("impact", policies, SUPPLIER, "--as-of", "2025-04-10")),
    )
    for question, words in commands:
        _say(console, question, "$ troth " + " ".join(words))
        if main(words) == Exit.NOT_EVALUATED:
            return Exit.NOT_EVALUATED
    _say(console, "And as an application asks?", f"POST /graphql\n{QUERY}")
    options = Namespace(policies=[folder], facts=folder / "facts", all_or_nothing=False, known_at=None)
    with workspace(options, console) as ready:
        as_of = parse_instant(AS_OF)
        if ready is None or as_of is None:
            return Exit.NOT_EVALUATED
        answer = asyncio.run(_ask(compliance_view(ready, as_of=as_of, known_at=None), QUERY))
    console.print_data(json.dumps(answer, ensure_ascii=False, indent=2))
    console.flush()
    return Exit.NOT_EVALUATED if "errors" in answer else Exit.KEPT


def _say(console: Console, question: str, words: str) -> None:
    console.print(f"\n{console.paint('heading', f'— {question}')}\n\n{console.paint('mark', words)}\n")
    console.flush()


async def _ask(view: ComplianceView, query: str) -> Any:
    """One query through the application itself, without a socket."""
    from api.app import app

    body, answer = json.dumps({"query": query}).encode(), bytearray()
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")],
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 80),
    }

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        answer.extend(message.get("body", b""))

    await app(view)(scope, receive, send)
    return json.loads(answer)


if __name__ == "__main__":
    with as_file(files("policies") / "examples" / "hosting") as example:
        sys.exit(demonstrate(Path(os.path.relpath(example)), terminal(colour=True)))
