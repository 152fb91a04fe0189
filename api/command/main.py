"""The `troth` command: finds the verb, loads only what it needs, and turns every end into an exit code."""

import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from api.command.console import Console, OutputError, abandon, terminal
from api.command.exits import MEANINGS, Exit

VERBS = {
    "check": "find every mistake in policies",
    "test": "run the worked examples, and find what none of them tries",
    "fmt": "write policies in their one canonical format",
    "evaluate": "judge every promise by the facts, at an instant",
    "explain": "show why one verdict is what it is, line by line",
    "what-if": "show what changes in verdicts, in money and in words if policies change",
    "diff": "show what changes between two policy sets, over the same facts or without any",
    "impact": "show what falls when a supplier, service or component fails",
    "rests-on": "show what a promise, an agreement or a service rests on",
    "viability": "show what contracts beneath carry, and what could be promised",
    "risk": "show what hangs on one thing, and what is redundant in name only",
    "import-graph": "make a policy of a graph that another tool holds",
    "import-facts": "make facts of what another tool exports, with its history",
    "pull-facts": "make samples of what a Prometheus answers",
    "graph": "write what depends on what for other tools, or draw it",
    "trace": "follow a promise from the contract's words to what followed, or back",
    "calendar": "write what is due as a calendar that people subscribe to",
    "serve": "answer GraphQL queries on this machine",
    "persisted": "print the ids of GraphQL documents, once each is found sound",
    "token": "make a token that the server takes",
    "publish": "put policies in use for a tenant, for ever with who and when",
    "feed": "keep facts from files with a tenant",
    "backup": "write all that a tenant keeps to one file",
    "restore": "make an archive of a back-up, once everything in it has been verified",
    "erase": "remove what facts say, on legal demand",
    "hold place": "let nothing that a legal hold covers be erased",
    "hold lift": "end a legal hold",
    "hold list": "list the legal holds",
    "retention": "list the facts whose time is over by rules, and erase them",
    "history": "show how a tenant's verdicts changed, and what made them",
    "webhook add": "tell another machine, signed, what becomes of a tenant",
    "webhook remove": "tell it nothing any more",
    "webhook list": "list who is told, and what nobody took",
    "webhook test": "tell a webhook something now, and show what came of it",
    "policies": "list what policies were published, and write those of a time back",
    "ledger verify": "find whatever was altered, taken or moved in a ledger",
    "ledger head": "sign a ledger as it stands, or show the last signed head",
    "ledger prove": "make the proof that an entry is in a ledger, or that it only grew",
    "ledger check-proof": "check such a proof, without the archive",
    "ledger key": "make a key that signs a ledger, or show its public part",
}

FAMILIES = {verb.partition(" ")[0] for verb in VERBS if " " in verb}
"""The first words of verbs of two."""


class Verb(Protocol):
    """What each verb's module has, and, where its exit codes mean something else, `EXITS`."""

    DESCRIPTION: str
    EXAMPLE: str

    def arguments(self, parser: ArgumentParser) -> None:
        """Add the verb's arguments."""
        ...

    def run(self, options: Namespace, console: Console) -> Exit:
        """Do it."""
        ...


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; the result is its exit code."""
    console = terminal(colour="--no-color" not in (argv or sys.argv))
    try:
        ended = _run(sys.argv[1:] if argv is None else list(argv), console)
        console.flush()
        return ended
    except KeyboardInterrupt:
        console.note("troth: interrupted")
        return Exit.INTERRUPTED
    except OutputError as lost:
        abandon(console)
        console.note(f"troth: {lost}")
        return Exit.NOT_EVALUATED
    except Exception as fault:  # noqa: BLE001 - the outermost door: no fault of ours may look like a verdict
        console.note(_apology(fault))
        return Exit.NOT_EVALUATED


def _run(words: list[str], console: Console) -> Exit:
    chosen, rest = _chosen(words)
    if chosen not in VERBS:
        found = _without_verb(chosen, console)
        return found if words else Exit.NOT_EVALUATED
    verb = cast(Verb, import_module(f"api.command.{chosen.replace(' ', '_').replace('-', '_')}"))
    parser = ArgumentParser(
        prog=f"troth {chosen}",
        description=verb.DESCRIPTION,
        epilog=f"example:\n  {verb.EXAMPLE}\n\n{getattr(verb, 'EXITS', MEANINGS)}",
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
        add_help=False,  # argparse forgives an output that cannot be written
    )
    parser.add_argument("-h", "--help", action="store_true", help="show this and stop")
    verb.arguments(parser)
    if {"-h", "--help"} & set(rest):
        console.write(parser.format_help())
        return Exit.KEPT
    try:
        options = parser.parse_intermixed_args(rest)
    except SystemExit:
        return Exit.NOT_EVALUATED
    return verb.run(options, console)


def _chosen(words: list[str]) -> tuple[str, list[str]]:
    """The verb, of one word or of two, and what follows it."""
    count = 2 if words and words[0] in FAMILIES else 1
    return " ".join(words[:count]) or "--help", words[count:]


def _without_verb(chosen: str, console: Console) -> Exit:
    if chosen in ("-h", "--help", "help"):
        _show_verbs("", console)
        return Exit.KEPT
    family, _, asked = chosen.partition(" ")
    if family in FAMILIES and asked in ("", "-h", "--help", "help"):
        _show_verbs(f"{family} ", console)
        return Exit.KEPT if asked else Exit.NOT_EVALUATED
    if chosen == "--version":
        from importlib.metadata import version

        console.print(f"troth {version('troth')}")
        return Exit.KEPT
    from engine.dsl.names import nearest

    near = nearest(chosen, VERBS)
    console.note(
        f"troth: there is no verb `{chosen}`"
        + (f"; did you mean `{near}`?" if near else f"; there are {', '.join(VERBS)}")
    )
    return Exit.NOT_EVALUATED


def _show_verbs(family: str, console: Console) -> None:
    console.print(f"usage: troth {family}VERB …\n\nPolicy-as-code for service level agreements.\n\nverbs:")
    shown = {name: summary for name, summary in VERBS.items() if name.startswith(family)}
    width = max(map(len, shown)) + 2
    for name, summary in shown.items():
        console.print(f"  {name:<{width}}{summary}")
    console.print(
        f"\n`troth VERB --help` says more and shows an example; `troth --version`.\n\n{MEANINGS}".rstrip()
    )


def _apology(fault: Exception) -> str:
    """An internal error: whose fault it is, and what a report needs."""
    import platform
    from importlib.metadata import version
    from traceback import extract_tb

    frames = extract_tb(fault.__traceback__)[-4:]
    lines = [
        f"troth: internal error: {type(fault).__name__}: {fault}",
        "This is a fault in Troth, not in your policy or your facts.",
        "Please report these lines, and the command that was run:",
        f"  troth {version('troth')}, Python {platform.python_version()}, {platform.system()}",
        *(f"  {each.name} ({Path(each.filename).name}:{each.lineno})" for each in frames),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
