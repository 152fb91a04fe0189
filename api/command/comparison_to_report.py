"""What changes with a policy set, as people read it: words, promises, verdicts, what follows, money."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import reduce

from api.command import report_to_markdown, report_to_text
from api.command.console import Console
from api.command.evaluation_to_report import figure_words
from api.command.reaction_to_entry import reaction_entry, zone_of
from api.command.report import Entry, Report, Section
from api.command.risk_change_to_sections import risk_entries
from api.command.words import (
    day_words,
    due_words,
    exposure_words,
    finding_figures_words,
    finding_words,
    length_words,
    money_words,
    occasion_words,
    plural,
    unpromised_words,
)
from api.verdict_to_json import Json
from engine.model.agreement import Change
from engine.model.change import (
    EXACT,
    CreditTotal,
    Differences,
    ExposureChange,
    GapChange,
    PolicyChange,
    ProspectChange,
    ReactionChange,
    RiskChange,
    VerdictChange,
    WordsChange,
)
from engine.model.decimals import number_text
from engine.model.instants import iso_text
from engine.model.quantity import PERCENT, Money
from engine.model.snapshot import Snapshot
from engine.model.verdict import LENGTHS, Verdict
from engine.model.viability import Prospect

SHOWN = 12
"""Changes of one sort that are shown unless all are asked for."""


LONGEST_WORDS = 240
"""Characters of one statement or block that are shown; JSON has them all."""


def policy_report(title: str, change: PolicyChange, risks: RiskChange, *, everything: bool) -> Report:
    """What two policy sets say and risk, without any facts."""
    sections = _policy_sections(change, risks, everything=everything)
    said = f"{plural(len(change.words), 'difference')} in the words" if change.words else "they say the same"
    day = day_words(risks.at)
    subtitle = f"{_versions(change)}, risks of {day}"
    return Report(title=title, subtitle=subtitle, sections=_filled(sections), totals=said)


def comparison_report(
    title: str, found: Differences, before: Snapshot, after: Snapshot, *, everything: bool
) -> Report:
    """What two policy sets say, and what comes of the same facts under each of them."""
    states = sorted(found.verdicts, key=lambda each: each.differs[0] != "state" if each.differs else False)
    follows = [_reaction_entry(each, before, after) for each in found.reactions]
    sections = [
        Section(
            title="Money",
            entries=(*map(_credit_entry, found.credits), *map(_exposure_entry, found.exposures)),
        ),
        _section("Verdicts", [_verdict_entry(each, before, after) for each in states], everything),
        _section("What follows", follows, everything),
        *_policy_sections(found.policies, found.risks, everything=everything),
    ]
    known = "" if found.known_at is None else f", by what was known at {iso_text(found.known_at)}"
    return Report(
        title=title,
        subtitle=f"as of {iso_text(found.as_of)}{known}, {_versions(found.policies)}",
        sections=_filled(sections),
        totals=_totals(found),
    )


def _versions(change: PolicyChange) -> str:
    return f"policy {change.version_before[:12]} → {change.version_after[:12]}"


def _filled(sections: Sequence[Section]) -> tuple[Section, ...]:
    return tuple(each for each in sections if each.entries)


def _section(title: str, entries: Sequence[Entry], everything: bool) -> Section:
    shown = entries if everything else entries[:SHOWN]
    more = len(entries) - len(shown)
    hidden = f"and {more:,} more: --all lists them" if more else None
    return Section(title=title, entries=tuple(shown), hidden=hidden)


def _policy_sections(change: PolicyChange, risks: RiskChange, *, everything: bool) -> list[Section]:
    promises = [Entry(mark="gone", headline=each) for each in change.vanished]
    promises += [Entry(mark="new", headline=each) for each in change.appeared]
    warnings = [
        Entry(
            mark="new" if each.change is Change.ADDED else "gone",
            headline=f"{each.finding.code}: {each.finding.message}",
            details=() if each.finding.help is None else (each.finding.help,),
        )
        for each in change.findings
    ]
    return [
        _section("Promises", promises, everything),
        _section("At best", [_prospect_entry(each) for each in change.prospects], everything),
        _section("Too weak beneath", [_gap_entry(each) for each in change.gaps], everything),
        *(_section(title, entries, everything) for title, entries in risk_entries(risks)),
        _section("Warnings", warnings, everything),
        _section("Words", [_words_entry(each) for each in change.words], everything),
    ]


def _prospect_entry(change: ProspectChange) -> Entry:
    found = change.prospect
    best = " → ".join(
        "nothing" if each is None else _share(each.bound) for each in (change.before, change.after)
    )
    expected = " → ".join(_expected(each) for each in (change.before, change.after))
    unpromised = unpromised_words(change.after) if change.after is not None else None
    about = found.promise or f"{found.agreement} · {found.service}"
    details = (f"expected {expected}", *([unpromised] if unpromised else []))
    return Entry(mark=best, headline=f"can be promised in {about}", details=details)


def _expected(prospect: Prospect | None) -> str:
    if prospect is None:
        return "nothing"
    return _share(prospect.expected) if prospect.unsettled is None else f"no value, {prospect.unsettled}"


def _share(share: Fraction | None) -> str:
    return "no bound" if share is None else f"{number_text(share, PERCENT.size)}%"


def _gap_entry(change: GapChange) -> Entry:
    mark = "gone" if change.after is None else "new" if change.before is None else "changed"
    details: list[str] = []
    if change.after is not None:
        details += [finding_figures_words(change.after)] if change.after.figures else []
        details += [f"mended by {each.at}: {each.words}" for each in change.after.remedies]
    if change.before is not None and change.after is not None:
        figures = finding_figures_words(change.before)
        details.append(f"before: {finding_words(change.before)}" + (f"; {figures}" if figures else ""))
    return Entry(mark=mark, headline=finding_words(change.finding), details=tuple(details))


def _words_entry(change: WordsChange) -> Entry:
    clause = "" if change.clause is None else f" ({change.clause})"
    before = () if change.before is None else (f"before: {_cut(change.before)}",)
    after = () if change.after is None else (f"after: {_cut(change.after)}",)
    headline = f"{change.place}{clause}".lstrip() or "at the top"
    return Entry(mark=change.change.value, headline=headline, details=(*before, *after))


def _cut(words: str) -> str:
    """The words, or as many as tell which they are: a whole agreement may have gone."""
    return words if len(words) <= LONGEST_WORDS else f"{words[:LONGEST_WORDS].rstrip()} …"


# verdicts and what follows


def _verdict_entry(change: VerdictChange, before: Snapshot, after: Snapshot) -> Entry:
    verdict = change.verdict
    snapshot = before if change.after is None else after
    zone = zone_of(snapshot, verdict.obligation)
    subject = "" if verdict.subject == verdict.obligation.partition(".")[0] else f" · {verdict.subject}"
    states = [_state(change.before), _state(change.after)]
    mark = states[0] if states[0] == states[1] else " → ".join(states)
    details = [f"{name}: {_figures(each, zone)}" for name, each in _sides(change) if _figures(each, zone)]
    return Entry(
        mark=mark,
        headline=f"{verdict.obligation}{subject} · {occasion_words(verdict.occasion, zone)}",
        details=tuple(details if len(set(details)) > 1 or change.differs[:1] != ("state",) else details[-1:]),
    )


def _sides(change: VerdictChange) -> Iterator[tuple[str, Verdict]]:
    for name, verdict in (("before", change.before), ("after", change.after)):
        if verdict is not None:
            yield name, verdict


def _state(verdict: Verdict | None) -> str:
    return "none" if verdict is None else verdict.state.value


def _figures(verdict: Verdict, zone: str) -> str:
    said = [] if verdict.due is None else [f"due {due_words(verdict.due, zone)}"]
    said += [figure] if (figure := figure_words(verdict)) is not None else []
    said += [
        f"{name} {length_words(Fraction(count)) if name in LENGTHS else count}"
        for name, count in verdict.counts.items()
        if count and name in ("bad", "excluded", "paused")
    ]
    said += [f"excused by {verdict.excused_by}"] if verdict.excused_by else []
    return "; ".join((*said, *(flag.value for flag in verdict.flags)))


def _reaction_entry(change: ReactionChange, before: Snapshot, after: Snapshot) -> Entry:
    if change.before is None or change.after is None:
        entry = reaction_entry(change.reaction, before if change.after is None else after)
        gone_or_new = "gone" if change.after is None else "new"
        return Entry(mark=gone_or_new, headline=f"{entry.mark}: {entry.headline}", details=entry.details)
    was, is_now = reaction_entry(change.before, before), reaction_entry(change.after, after)
    return Entry(
        mark="changed",
        headline=f"{is_now.mark}: {is_now.headline}",
        details=(f"before: {was.mark}: {was.headline}", *is_now.details),
    )


# money


def _credit_entry(total: CreditTotal) -> Entry:
    before, after = (
        money_words(Money(amount=amount, currency=total.currency)) for amount in (total.before, total.after)
    )
    more = f"{total.currency} {_signed(total.difference)}"
    unknown = max(total.uncomputed_before, total.uncomputed_after)
    return Entry(
        mark=total.agreement,
        headline=f"credits {before} → {after}, difference {more}",
        details=(
            f"without those whose amount is not known: {total.uncomputed_before} before, "
            f"{total.uncomputed_after} after",
        )
        if unknown
        else (),
    )


def _exposure_entry(change: ExposureChange) -> Entry:
    """The most that could be owed; only differences in the amount are listed."""
    amounts = " → ".join(
        "nothing" if each is None else exposure_words(each) for each in (change.before, change.after)
    )
    return Entry(mark=change.exposure.agreement, headline=f"at risk {amounts}")


def _totals(found: Differences) -> str:
    turned = Counter(
        each.after.state
        for each in found.verdicts
        if each.before is not None and each.after is not None and each.before.state != each.after.state
    )
    gone = sum(each.after is None for each in found.verdicts)
    of = plural(found.verdicts_after + gone, "verdict")
    said = [f"{len(found.verdicts):,} of {of} changed" if found.verdicts else f"none of {of} changed"]
    for state, count in sorted(turned.items()):
        said.append(f"{count:,} now {state.value.lower().replace('_', ' ')}")
    owed: dict[str, list[CreditTotal]] = {}
    for total in found.credits:
        owed.setdefault(total.currency, []).append(total)
    for currency, totals in sorted(owed.items()):
        more = reduce(EXACT.add, (each.difference for each in totals))
        said.append(f"credits {currency} {_signed(more)}")
    return "; ".join(said)


def _signed(amount: Decimal) -> str:
    return f"{'+' if amount > 0 else ''}{amount:,}"


def show_report(answer: dict[str, Json], report: Report, form: str, console: Console) -> None:
    """The answer, for programs or for people."""
    match form:
        case "json":
            console.print_data(json.dumps(answer, ensure_ascii=False, indent=2))
        case "markdown":
            console.print(report_to_markdown.lay_out(report))
        case _:
            console.print(report_to_text.lay_out(report, console.paint))
