"""From syntax to the model: every name bound, every value typed, every convention said or asked for."""

from collections.abc import Collection, Iterable, Sequence

from engine.diagnostic import Diagnostic, Level
from engine.dsl import syntax
from engine.dsl.absences import without_false_absences
from engine.dsl.checks import CHECKS
from engine.dsl.findings import Findings
from engine.dsl.frame import Frame
from engine.dsl.holidays_to_dates import freeze
from engine.dsl.model_to_digest import digest
from engine.dsl.repetitions import find_repetitions
from engine.dsl.syntax_to_agreement import resolve_agreement
from engine.dsl.syntax_to_amended import amend
from engine.dsl.syntax_to_calendar import HolidaysOf, resolve_calendars
from engine.dsl.syntax_to_example import resolve_example
from engine.dsl.syntax_to_feed import resolve_feeds
from engine.dsl.syntax_to_ids import promise_ids
from engine.dsl.syntax_to_kind import resolve_kinds
from engine.dsl.syntax_to_names import Names, declare
from engine.dsl.syntax_to_service import resolve_registers
from engine.dsl.syntax_to_versions import in_turn, with_reaches
from engine.model.example import Example
from engine.model.snapshot import Snapshot, persistent
from engine.source import Span


def resolve(
    policies: Sequence[syntax.Policy],
    standard: Sequence[syntax.Policy],
    unread: Sequence[Span] = (),
    holidays: HolidaysOf = freeze,
) -> tuple[Snapshot | None, tuple[Diagnostic, ...]]:
    """The snapshot of a policy set and everything found wrong with it; no snapshot where there is an error.

    The policies are one set: names may be used before they are declared, and in another file. `standard` is
    the library that `use standard` brings; `unread` are the places that the parser could not read, and
    `holidays` tells those of a region (S3.4). Every independent mistake is found in one run.
    """
    findings = Findings()
    declarations = declare(policies, standard, findings)
    names, blocks = declarations.names, declarations.blocks
    resolve_calendars(blocks, names.calendars, holidays, findings)
    resolve_kinds(blocks, names.kinds, findings)
    resolve_registers(blocks, names, findings)
    resolve_feeds(blocks, names, findings)
    amendable = [block for block in blocks if isinstance(block, syntax.Agreement | syntax.Template)]
    names.templates.used.update(each.amends.name.text for each in amendable if each.amends is not None)
    turns = in_turn(amend(amendable, findings), findings)
    ids = promise_ids([turn.amended.block for turn in turns], findings)
    for block in blocks:
        if isinstance(block, syntax.Conventions):
            names.conventions.nouns[block.name.text] = block.items
    frames: list[Frame] = []
    for turn in turns:
        agreement, frame = resolve_agreement(turn, names, ids, findings)
        frames.append(frame)
        if agreement is not None:
            names.agreements.nouns[agreement.name] = agreement
    with_reaches(names.agreements.nouns)
    examples = [
        resolve_example(block, names, ids, findings) for block in blocks if isinstance(block, syntax.Example)
    ]
    snapshot = _snapshot(names, tuple(example for example in examples if example is not None))
    for check in CHECKS:
        findings.found.extend(check(snapshot))
    find_repetitions(policies, findings)
    refused = any(each.level is Level.ERROR for each in findings.found)
    if not refused:
        # What is mistaken may have used a name, so only a sound policy set shows what is not used.
        _unused((names, *frames), {policy.span.source for policy in standard}, findings)
    found = without_false_absences(dict.fromkeys(findings.found), policies, unread)
    return (None if refused else snapshot), found


def _unused(owners: Iterable[Names | Frame], library: Collection[str], findings: Findings) -> None:
    owners = tuple(owners)
    used = {place for owner in owners if isinstance(owner, Frame) for place in owner.used()}
    for owner in owners:
        for sort, name, place in owner.unused():
            if place.source not in library and place not in used:
                findings.warning(
                    "unused-name",
                    f"the {sort} `{name}` is not used",
                    place,
                    "declared and never named",
                    help="remove it, or use it",
                )


def _snapshot(names: Names, examples: tuple[Example, ...]) -> Snapshot:
    """Everything resolved, under the version that its meaning has (S2.6)."""
    tables = (
        names.documents.nouns,
        names.parties.nouns,
        names.roles.nouns,
        names.severities.nouns,
        names.calendars.nouns,
        names.components.nouns,
        names.services.nouns,
        names.kinds.nouns,
        names.feeds.nouns,
        names.agreements.nouns,
        examples,
    )
    return Snapshot(
        version=digest(tables),
        documents=persistent(names.documents.nouns),
        parties=persistent(names.parties.nouns),
        roles=persistent(names.roles.nouns),
        severities=persistent(names.severities.nouns),
        calendars=persistent(names.calendars.nouns),
        components=persistent(names.components.nouns),
        services=persistent(names.services.nouns),
        kinds=persistent(names.kinds.nouns),
        feeds=persistent(names.feeds.nouns),
        agreements=persistent(names.agreements.nouns),
        examples=examples,
    )
