"""The history of a tenant's verdicts: what each became, when, by what was known, and why."""

from dataclasses import dataclass
from enum import StrEnum

from engine.model.quantity import Instant
from engine.model.verdict import State, Verdict


class Cause(StrEnum):
    """What made a verdict another: other policies, facts that came, were corrected or taken back (approvals
    are facts, too), or only time; or that facts were erased, so that it can no longer be judged (S2.5)."""

    PUBLISH = "publish"
    FEED = "feed"
    TIME = "time"
    ERASE = "erase"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictChange:
    """The `seq`-th change of a tenant's verdicts, counted from 0 without a gap, recorded by an `entry` of the
    ledger.

    It was judged `as_of` an instant by what was `known_at` another: evaluated at these two, the promise has
    this `verdict` again. `before` is the state until then, None of a verdict that there was not. `verdict` is
    None where there is none any more, or where its content was erased: `state` tells.
    """

    seq: int
    entry: int
    known_at: Instant
    as_of: Instant
    cause: Cause
    identity: tuple[str, str, str]
    before: State | None
    state: State | None
    verdict: Verdict | None
