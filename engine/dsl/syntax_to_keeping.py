"""What an agreement says of its keeping and measures by nothing: retention, disputes, responsibilities."""

from collections.abc import Iterable

from engine.dsl import agreement as syntax
from engine.dsl.expressions import Node
from engine.dsl.findings import Findings
from engine.dsl.frame import Frame
from engine.dsl.syntax_to_duration import SAME_DAY, counts_something, resolve_duration
from engine.dsl.syntax_to_names import Names
from engine.model.agreement import Responsibility, Retention
from engine.model.expression import Duration


def resolve_retention(items: Iterable[Node], names: Names, findings: Findings) -> Retention | None:
    """How long facts and summaries are kept, where it is said."""
    kept = findings.at_most_one(items, syntax.Kept, "how long facts are kept")
    if kept is None:
        return None
    said = [counts_something(each.amount, each.span, findings) for each in (kept.raw, kept.summaries)]
    if not all(said):
        return None
    raw = resolve_duration(kept.raw, names.calendars, findings)
    summaries = resolve_duration(kept.summaries, names.calendars, findings)
    return Retention(raw=raw, summaries=summaries) if raw is not None and summaries is not None else None


def resolve_disputes(items: Iterable[Node], names: Names, findings: Findings) -> Duration | None:
    """How long after a report it may be disputed."""
    disputes = findings.at_most_one(items, syntax.Disputes, "when disputes may be raised")
    if disputes is None:
        return None
    length = disputes.within
    if length.unit not in SAME_DAY and not counts_something(length.amount, length.span, findings):
        return None
    return resolve_duration(length, names.calendars, findings)


def resolve_responsibilities(items: Iterable[Node], frame: Frame) -> tuple[Responsibility, ...]:
    """What each side must do that nothing measures, in its order."""
    parties = {"provider": frame.provider, "customer": frame.customer}
    return tuple(
        Responsibility(party=party.text, text=item.text.value, span=item.span)
        for item in items
        if isinstance(item, syntax.Responsibility) and (party := parties[item.party.text]) is not None
    )


def reviewer(
    reviewed: Iterable[syntax.Reviewed | syntax.ReviewedOn], names: Names, findings: Findings
) -> str | None:
    """The role that reviews the agreement in every cycle; those that review it on an occasion stand in the
    titles of those duties."""
    known = [each for each in reviewed if names.roles.knows(each.by, findings)]
    return next((each.by.text for each in known if isinstance(each, syntax.Reviewed)), None)
