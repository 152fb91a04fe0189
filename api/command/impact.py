"""`troth impact`: what falls when a supplier, service or component fails, and along which clauses."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path

from api.command.console import Console
from api.command.exits import Exit
from api.command.hits import left_out_words, paths, show, summary
from api.command.options import instant, kinds_of, take_day, take_format, take_limits
from api.command.policy_files import sorted_out
from api.command.words import day_words, exposure_words, instant_words, plural
from api.command.workspace import asked_instant, sound_policies, workspace
from api.graph_to_json import impact_json, situation_json
from engine import pipeline
from engine.diagnostic import Diagnostic
from engine.model.dependency import Exposure, Impact
from engine.model.instants import iso_text
from engine.model.quantity import Instant
from engine.model.situation import DueNext, Situation
from engine.model.snapshot import Snapshot

DUE_SHOWN = 20
"""Entries of what is overdue, and of what is due next; JSON has them all."""

DESCRIPTION = """Show what falls when suppliers, services, components, roles or sources fail together.

The first argument is a policy; so is every further one that is a file or a folder. The others are names,
written `kind:name` where several things bear one name. Contracts hold within their terms: --as-of says
which day it is; without it, it is the day on which the newest agreement came into force.

With --facts and --as-of, what failed is what is out at that instant (and whatever is named besides), and the
answer says what is due next of the promises that are hit, and what is overdue. Planned maintenance is out
only where a promise counts it as bad time."""
EXAMPLE = "troth impact policies/examples/hosting party:northwind"


def arguments(parser: ArgumentParser) -> None:
    """POLICIES, what fails, when, and how much of the answer is wanted."""
    parser.add_argument(
        "policies", nargs=1, metavar="POLICIES", help="policy files, or folders that hold *.sla"
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="what fails, as name or kind:name")
    take_day(parser)
    take_limits(parser)
    parser.add_argument(
        "--facts", type=Path, metavar="DIR", help="the folder of facts whose open outages are what failed"
    )
    parser.add_argument(
        "--known-at", type=instant, metavar="INSTANT", help="with --facts: by what had been recorded by then"
    )
    parser.set_defaults(all_or_nothing=False)
    take_format(parser)


def run(options: Namespace, console: Console) -> Exit:
    """Compute what falls, and show it with one shortest path each."""
    files, names = sorted_out([*options.policies, *options.names])
    if options.facts is not None and options.as_of is None:
        console.note("troth impact: with --facts, --as-of says what time it is")
        return Exit.NOT_EVALUATED
    if options.facts is None and options.known_at is not None:
        console.note("troth impact: --known-at goes with --facts: it says which of them had been recorded")
        return Exit.NOT_EVALUATED
    if options.facts is not None:
        return _live(Namespace(**{**vars(options), "policies": files}), names, console)
    if not names:
        console.note("troth impact: name what fails, after the policies, or say --facts and --as-of")
        return Exit.NOT_EVALUATED
    snapshot, sources = sound_policies(files, console)
    if snapshot is None:
        return Exit.NOT_EVALUATED
    at = asked_instant(options, snapshot)
    found = pipeline.impact(
        pipeline.graph(snapshot),
        names,
        at=at,
        snapshot=snapshot,
        most_degree=options.most_degree,
        kinds=kinds_of(options),
    )
    if isinstance(found, Diagnostic):
        console.findings([found], sources)
        return Exit.NOT_EVALUATED
    if options.format == "json":
        answer = {"as_of": iso_text(at), "policy_version": snapshot.version, **impact_json(found)}
        console.print_data(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        _show(_title(found, at), found, (), options.format, console)
    return Exit.KEPT


def _live(options: Namespace, names: Sequence[str], console: Console) -> Exit:
    """What is out at an instant, what that takes, and what is due next."""
    with workspace(options, console) as ready:
        if ready is None:
            return Exit.NOT_EVALUATED
        with console.progress() as progress:
            found = pipeline.situation(
                ready.snapshot,
                pipeline.graph(ready.snapshot),
                ready.store,
                as_of=options.as_of,
                known_at=options.known_at,
                failed=names,
                most_degree=options.most_degree,
                kinds=kinds_of(options),
                progress=progress,
            )
    if isinstance(found, Diagnostic):
        console.findings([found])
        return Exit.NOT_EVALUATED
    if options.format == "json":
        answer = {"policy_version": ready.snapshot.version, **situation_json(found)}
        console.print_data(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        title = f"As of {iso_text(found.as_of)}, {plural(len(found.outages), 'outage')} open"
        more = (*_outages(found), *_due(found.due, ready.snapshot))
        _show(title, found.impact, more, options.format, console)
    return Exit.KEPT if ready.is_whole else Exit.NOT_EVALUATED


def _title(impact: Impact, at: Instant) -> str:
    failed = " and ".join(f"{each.kind.value} {each.name}" for each in impact.failed)
    return f"If {failed} {'fails' if len(impact.failed) == 1 else 'fail'} on {day_words(at)}"


def _summary(impact: Impact | None) -> Iterator[tuple[str, str]]:
    """What is lost and hit, kind by kind, what stands on less than before, and the money at risk."""
    if impact is None:
        yield "nothing that the policies name is out", ""
        return
    if impact.not_there:
        names = ", ".join(each.name for each in impact.not_there)
        yield "not in force at that instant", names
    yield from summary(impact.hits, None)
    yield from summary(impact.standing, "standing on less")
    if not impact.counts and not impact.standing_count:
        yield "nothing else is lost", ""
    if impact.left_out:
        yield left_out_words(impact.left_out), ""
    for each in impact.money:
        yield f"at risk under {each.agreement}", _money(each)


def _money(exposure: Exposure) -> str:
    """The most that is at risk, or why no most is known, and how it was found."""
    parts = [
        f"{each.obligation.partition('.')[2]}: {each.said}"
        for each in exposure.promises
        if exposure.amount is not None or each.amount is None
    ]
    return f"{exposure_words(exposure)} ({'; '.join((*parts, *exposure.said))})"


def _outages(situation: Situation) -> Iterator[tuple[str, str]]:
    for each in situation.outages:
        unnamed = "" if each.is_known else ", which no policy names"
        yield "out", f"{each.subject} since {iso_text(each.since)} ({each.fact}){unnamed}"


def _due(due: Sequence[DueNext], snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """What has been due last and is not done, then what is due first."""
    late = [each for each in due if each.is_overdue]
    if len(late) > DUE_SHOWN:
        yield f"{len(late) - DUE_SHOWN:,} more have been overdue for longer", ""
    for each in (*late[-DUE_SHOWN:], *due[len(late) :][:DUE_SHOWN]):
        zone = snapshot.agreements[each.of.partition(".")[0]].zone
        said = "overdue since" if each.is_overdue else "due next"
        about = f" for {each.subject}" if each.subject else ""
        what = f"{each.what.value}, {each.who}: {each.of}, {each.occasion}{about}"
        yield f"{said} {instant_words(each.at, zone)}", what
    if len(due) - len(late) > DUE_SHOWN:
        yield f"{len(due) - len(late) - DUE_SHOWN:,} more are due later", ""


def _show(
    title: str, impact: Impact | None, more: Sequence[tuple[str, str]], format: str, console: Console
) -> None:
    lines = [*more, *_summary(impact)]
    branches = paths(impact.failed, (*impact.hits[:1000], *impact.standing[:1000])) if impact else ()
    show(title, lines, branches, console, as_markdown=format == "markdown", heading="Because")
