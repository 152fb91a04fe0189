"""`troth retention`: the facts whose time is over by the operator's rules, and their end, where asked."""

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from api.command.clock import now
from api.command.console import Console
from api.command.erase import show_erased
from api.command.exits import Exit
from api.command.options import actor, instant, take_tenant, take_text_or_json
from api.command.tenant_archive import asked, show_faults, tenant_of
from api.command.words import plural
from engine.model.erasure import Due, ErasureOrder, Selection
from engine.model.tenancy import Refused

if TYPE_CHECKING:
    from engine.tenant.tenant import Tenant

DESCRIPTION = """List the facts of a tenant that RULES no longer keep; with --apply, erase them.

RULES is a TOML file: a [KIND] each, with `keep` ("7 years", "18 months", "90 days"), `after` ("end", "start"
or "recorded"), `ground`, the law or duty that demands it, and `with_keys = true` where keys are personal;
above them, `zone`, in which days are counted (UTC). They are the operator's: policies neither keep nor remove
evidence. A fact that has not ended is kept, and so is what a legal hold covers. What --apply does is what
`troth erase` does, with the rule as its reason."""
EXAMPLE = "troth retention rules.toml --archive acme.duckdb --apply --actor ann"
EXITS = """exit codes:
  0  what is due was listed, or was erased
  1  it was erased, and may still lie in the archive's files: they could not be written anew now
  2  could not tell, or something was not erased: the rules, the archive or the command is not as it must be
"""


def arguments(parser: ArgumentParser) -> None:
    """The rules, the archive, and who acts where something is done."""
    parser.add_argument("rules", type=Path, metavar="RULES", help="a TOML file")
    parser.add_argument(
        "--archive", required=True, metavar="FILE_OR_URL", help="a file, or the URL of a PostgreSQL"
    )
    take_tenant(parser)
    parser.add_argument("--apply", action="store_true", help="erase what is due; needs --actor")
    parser.add_argument("--actor", type=actor, metavar="NAME", help="who acts, as the ledger will say")
    parser.add_argument("--as-of", type=instant, metavar="INSTANT", help="what is due by then (default: now)")
    take_text_or_json(parser)


def run(options: Namespace, console: Console) -> Exit:
    """List what is due, and erase it if asked to."""
    from engine.store.archive import ArchiveError
    from engine.tenant.retention import RetentionRulesError, retention_rules

    if said := _at_odds(options):
        console.note(f"troth retention: {said}")
        return Exit.NOT_EVALUATED
    try:
        rules = retention_rules(options.rules.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, RetentionRulesError) as error:
        console.note(f"troth retention: `{options.rules}`: {error}")
        return Exit.NOT_EVALUATED
    try:
        with tenant_of(options) as tenant:
            found = tenant.due_to_go(rules, now() if options.as_of is None else options.as_of)
            if not options.apply:
                _show(found, options, console)
                return Exit.KEPT
            ends = [_apply(tenant, each, options, console) for each in found]
    except ArchiveError as error:
        console.note(f"troth retention: {error}")
        return Exit.NOT_EVALUATED
    return max(ends)


def _at_odds(options: Namespace) -> str | None:
    if options.apply and options.actor is None:
        return "--apply needs an --actor: the ledger says who erased what"
    if options.apply and (options.as_of is not None or options.format == "json"):
        return "--apply erases what is due now, and says so in text"
    if options.actor is not None and not options.apply:
        return "--actor needs --apply: a list is nobody's doing"
    return None


def _show(found: tuple[Due, ...], options: Namespace, console: Console) -> None:
    from engine.tenant.retention import kept_for

    if options.format == "json":
        listed = [
            {
                "kind": each.rule.kind,
                "rule": kept_for(each.rule),
                "ground": each.rule.ground,
                "keys": list(each.keys),
                "held": dict(each.held),
                "unread": each.unread,
            }
            for each in found
        ]
        console.print_data(json.dumps({"due": listed}, ensure_ascii=False, indent=2))
        return
    for each in found:
        console.print(f"{each.rule.kind}, {kept_for(each.rule)}: {plural(len(each.keys), 'fact')} may go")
        for key in each.keys:
            console.print(f"  {key}")
        _show_others(each, console)


def _show_others(due: Due, console: Console) -> None:
    for key, hold in due.held.items():
        console.print(f"  {key} is under legal hold {hold}")
    if due.unread:
        what = plural(due.unread, "fact")
        console.note(
            f"{due.rule.kind}: {what} cannot be dated: the policies no longer declare the kind as it was; use"
            ' after = "recorded", or `troth erase`'
        )


def _apply(tenant: "Tenant", due: Due, options: Namespace, console: Console) -> Exit:
    from engine.tenant.erasing import MOST_FACTS
    from engine.tenant.retention import batches, kept_for

    ends = [Exit.KEPT]
    for keys in batches(due, MOST_FACTS):
        order = ErasureOrder(
            selection=Selection(kind=due.rule.kind, keys=keys),
            reason=kept_for(due.rule),
            ground=due.rule.ground,
            with_keys=due.rule.with_keys,
        )
        erased = tenant.erase(order, asked(options))
        if isinstance(erased, Refused):
            show_faults("retention", f"these facts of `{due.rule.kind}`", erased, console, done="erased")
            ends.append(Exit.NOT_EVALUATED)
        else:
            ends.append(show_erased(erased, due.rule.kind, console))
    if not due.keys:
        console.print(f"{due.rule.kind}, {kept_for(due.rule)}: nothing is due")
    _show_others(due, console)
    return max(ends)
