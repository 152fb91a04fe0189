"""A warning that is always there: as long as a duty's limit, or beyond what a target can measure."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.bound_always_kept import is_always_kept
from engine.dsl.checks.bound_out_of_reach import is_out_of_reach
from engine.dsl.checks.finding import warning
from engine.dsl.checks.parts import duties, limits_of, targets
from engine.model.deadline import Within
from engine.model.expression import BusinessDays, CalendarDays, ClockDuration, Duration, Months
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each duty with a limit that is not longer than its warning, in the same unit, and for
    each target with a warning that every value, or none, lies beyond."""
    for _, target in targets(snapshot):
        if target.warns is not None and (is_always_kept(target.warns) or is_out_of_reach(target.warns)):
            is_always = is_always_kept(target.warns)
            yield warning(
                "warning-at-once",
                f"`{target.terms.id}` is {'always' if is_always else 'never'} at risk by its warning",
                target.terms.span,
                f"{'every' if is_always else 'no'} value lies beyond the warning",
                "warn between what is promised and the best that can be",
            )
    for _, duty in duties(snapshot):
        lengths = [_length(limit.duration) for limit in limits_of(duty) if isinstance(limit, Within)]
        warns = None if duty.warns is None else _length(duty.warns)
        if warns is not None and any(warns[0] == unit and warns[1] >= length for unit, length in lengths):
            yield warning(
                "warning-at-once",
                f"`{duty.terms.id}` is at risk from the moment it arises",
                duty.terms.span,
                "warns as early as it begins, or earlier",
                "warn later: a warning that is always there warns nobody",
            )


def _length(duration: Duration) -> tuple[str, int]:
    match duration:
        case ClockDuration(length=length, clock=clock):
            return f"time {clock}", length
        case CalendarDays(days=days):
            return "calendar days", days
        case BusinessDays(days=days, calendar=calendar):
            return f"business days on {calendar.name}", days
        case Months(months=months):
            return "months", months
