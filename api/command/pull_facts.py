"""`troth pull-facts`: samples from a Prometheus, asked for a stretch of time."""

import os
from argparse import ArgumentParser, Namespace
from pathlib import Path

from api.command.console import Console
from api.command.exits import Exit
from api.command.import_facts import read_export, tell, write_facts
from api.command.options import instant
from engine import pipeline
from engine.diagnostic import Diagnostic
from engine.model.fact_import import FactMapping, ImportedFacts, Origin
from engine.source import Source

TOKEN = "TROTH_PULL_TOKEN"
"""The environment variable that holds a bearer token, if the server wants one."""

DESCRIPTION = f"""Ask a Prometheus the queries of a mapping, and make samples of its answers.

A mapping says what to ask, and which answer becomes which field; the one that ships asks for requests and
errors by service. Each query is asked for the instants from --start through --end, one each --step seconds. A
bearer token is taken from {TOKEN}. What is incomplete, not carried over, assumed or renamed goes
to standard error; where anything cannot be had or read, nothing is written."""
EXAMPLE = """troth pull-facts http://127.0.0.1:9090 --start 2025-03-01T00:00:00Z \\
      --end 2025-03-02T00:00:00Z --step 60 --output facts"""


def arguments(parser: ArgumentParser) -> None:
    """URL, what is asked, for which time, and what is to be written."""
    parser.add_argument("url", metavar="URL", help="the server, e.g. http://127.0.0.1:9090")
    parser.add_argument("--mapping", type=Path, metavar="FILE", help="a mapping of your own")
    for name, help in (("--start", "the first instant"), ("--end", "the last instant")):
        parser.add_argument(name, required=True, type=instant, metavar="INSTANT", help=help)
    parser.add_argument("--step", required=True, type=int, metavar="SECONDS", help="from instant to instant")
    parser.add_argument("--timeout", type=int, default=30, metavar="SECONDS", help="for each wait (30)")
    parser.add_argument("--service", metavar="NAME", help="the service of series without the label")
    parser.add_argument("--output", required=True, type=Path, metavar="DIR", help="the folder for the facts")
    parser.add_argument(
        "--kinds", type=Path, metavar="FILE", help="also write the kinds that the standard library has not"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    parser.add_argument("--no-color", action="store_true", help="no colour, even on a terminal")


def run(options: Namespace, console: Console) -> Exit:
    """Ask each query once, and write what came of it."""
    mapping = (
        pipeline.shipped_mapping(Origin.PROMETHEUS)
        if options.mapping is None
        else read_export(options.mapping)
    )
    asked = mapping if isinstance(mapping, Diagnostic) else _asked(mapping)
    if not isinstance(asked, dict):
        named = {} if isinstance(mapping, Diagnostic) else {mapping.name: mapping}
        console.findings([asked] if isinstance(asked, Diagnostic) else asked, named)
        return Exit.NOT_EVALUATED
    assert isinstance(mapping, Source), "what was read has been asked for its queries"
    if options.step < 1 or options.timeout < 1 or options.end < options.start:
        console.note(
            "troth pull-facts: --step and --timeout are at least 1 second, and --end is not before --start"
        )
        return Exit.NOT_EVALUATED
    from api.range_queries import MOST_POINTS, Range, ask

    over = Range(start=options.start, end=options.end, step=options.step)
    if over.points > MOST_POINTS:
        console.note(
            f"troth pull-facts: these are {over.points:,} instants, and Prometheus answers for"
            f" {MOST_POINTS:,} at most; ask for a shorter time or a longer step"
        )
        return Exit.NOT_EVALUATED
    token = os.environ.get(TOKEN)
    answers: list[Source] = []
    for name, query in asked.items():
        answer = ask(options.url, query, f"{name}.json", over, timeout=options.timeout, token=token)
        if isinstance(answer, Diagnostic):
            console.findings([answer])
            return Exit.NOT_EVALUATED
        answers.append(answer)
    found = pipeline.import_facts(answers, mapping, service=options.service)
    if not isinstance(found, ImportedFacts):
        console.findings(found, {each.name: each for each in (*answers, mapping)})
        return Exit.NOT_EVALUATED
    write_facts(found, options.output, options.kinds)
    tell(found, options.output, options.format, console)
    return Exit.KEPT


def _asked(mapping: Source) -> dict[str, str] | Diagnostic | tuple[Diagnostic, ...]:
    """What is asked under which name, or why nothing can be."""
    read = pipeline.read_mapping(mapping)
    if not isinstance(read, FactMapping):
        return read
    fields = [] if read.samples is None else list(read.samples.fields.values())
    asked = {each.query: each.asks for each in fields if each.asks is not None}
    if not asked or len(asked) < len({each.query for each in fields}):
        return Diagnostic(
            code="mapping",
            message=f"`{mapping.name}` does not say what each of its queries `asks`",
            help="say it under `samples`, as `requests: {query: requests, asks: …}`",
        )
    return asked
