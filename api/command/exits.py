"""How a command ends: the exit codes that scripts rely on."""

from collections.abc import Iterable
from enum import IntEnum

from engine.model.verdict import Flag, State, Verdict


class Exit(IntEnum):
    """The exit codes of every verb; `api/README.md` documents them."""

    KEPT = 0
    BREACHED = 1
    NOT_EVALUATED = 2
    UNMEASURED = 3
    INTERRUPTED = 130


MEANINGS = """exit codes:
  0  nothing is breached
  1  something is breached
  2  could not evaluate: an error in a policy, in the facts or in the command
  3  nothing is breached, but something is UNMEASURED
"""


def exit_of(verdicts: Iterable[Verdict]) -> Exit:
    """The code that the verdicts earn; those that are only reported have no consequence (S6.4)."""
    states = {each.state for each in verdicts if Flag.REPORTED_ONLY not in each.flags}
    if State.BREACHED in states:
        return Exit.BREACHED
    return Exit.UNMEASURED if State.UNMEASURED in states else Exit.KEPT
