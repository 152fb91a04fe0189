"""Denominators made of facts: what they are resolved to, and what is refused (S5.6)."""

import pytest

from engine.model.measure import Deployed, Standing, Uptime
from engine.model.obligation import Target
from tests.dsl.resolving import agreement, errors, promise, target

KINDS = """
fact vm { key id  about service  lasts start until end  users number  size text  some number optional }
fact loss { key id  about service  lasts start until end  users number }
fact event { key id  about service  at made_at  users number }
"""


def policy(out_of: str, measures: str = "measures uptime from loss o weight o.users") -> str:
    """A target whose bad time is held against facts."""
    lines = f"{measures}  during always  {out_of}  requires at least 99% in each calendar month"
    empty = "convention empty windows are met"
    return KINDS + agreement(target(f"{lines}\n  {empty}"))


def measured(text: str) -> Uptime:
    obligation = promise(text)
    assert isinstance(obligation, Target) and isinstance(obligation.measure, Uptime)
    return obligation.measure


def test_deployed_minutes_are_what_a_while_says() -> None:
    measures = "measures uptime from loss"
    deployed = measured(policy('out of vm v where v.size is "s"', measures))
    narrowed = measured(policy('while at least 1 of vm v where v.size is "s" stand', measures))
    assert deployed == narrowed
    assert deployed.deployed is None


def test_user_minutes_are_deployed_minutes_with_weights() -> None:
    measure = measured(policy("out of vm v weight v.users / 10"))
    assert isinstance(measure.deployed, Deployed)
    assert measure.only_while == (Standing(facts=measure.deployed.facts, count=1),)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (policy("out of vm v weight v.users", "measures uptime from loss"), "not-said"),
        (policy("out of vm v  out of 3 hours"), "said-twice"),
        (policy("out of vm v  out of loss"), "said-twice"),
        (policy("out of event e"), "type-mismatch"),
        (policy("out of vm v where v.some is 3"), "not-yet-supported"),
        (policy("out of vm v weight v.some"), "not-yet-supported"),
        (policy("out of vm v weight v.size"), "type-mismatch"),
        (policy("out of vm v weight 3 / v.users"), "not-yet-supported"),
    ],
)
def test_what_is_refused_of_them(text: str, code: str) -> None:
    assert errors(text) == [code]
