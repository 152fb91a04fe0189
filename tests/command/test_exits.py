"""Exit codes: breach before gap, and verdicts that are only reported count for neither."""

from dataclasses import replace

import pytest

from api.command.exits import Exit, exit_of
from engine.model.verdict import Flag, State
from tests.command.conftest import breached_uptime, pending_uptime, unmeasured_uptime


@pytest.mark.parametrize(
    ("states", "ended"),
    [
        ((), Exit.KEPT),
        ((State.MET, State.PENDING, State.EXCUSED, State.NOT_APPLICABLE), Exit.KEPT),
        ((State.UNMEASURED, State.MET), Exit.UNMEASURED),
        ((State.UNMEASURED, State.BREACHED), Exit.BREACHED),
    ],
)
def test_the_worst_state_decides(states: tuple[State, ...], ended: Exit) -> None:
    assert exit_of(replace(pending_uptime(), state=state) for state in states) is ended


def test_what_is_only_reported_decides_nothing() -> None:
    flagged = [
        replace(each, flags=(Flag.REPORTED_ONLY,)) for each in (breached_uptime(), unmeasured_uptime())
    ]
    assert exit_of(flagged) is Exit.KEPT
    assert exit_of([*flagged, unmeasured_uptime()]) is Exit.UNMEASURED
