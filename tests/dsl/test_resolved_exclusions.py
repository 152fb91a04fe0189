"""Exclusions as the model holds them: caps with windows of their own (S5.4)."""

import re

import pytest

from engine.model.approval import Approvals
from engine.model.exclusion import AnyStretch, Cap
from engine.model.measure import Uptime
from engine.model.obligation import Target
from engine.model.period import CalendarWindows, RollingWindows, TermWindow, WindowUnit
from engine.model.quantity import HOUR, MINUTE
from engine.model.reading import kinds_read
from tests.dsl.resolving import agreement, errors, promise, resolved, target


def excluding(cap: str) -> str:
    body = f"""
  exclusion works {{ when maintenance m from m.start until m.end  {cap} }}
  exclusion spare {{ when outage m from m.start until m.end  capped at 30 minutes over the term }}
"""
    says = """
    measures uptime from outage o
    during hours of shop
    excludes works, spare
    source "Probe"
    requires at least 99% in each calendar month
"""
    return agreement(body + target(says), conventions="conventions standard")


def test_a_cap_has_windows_of_its_own() -> None:
    made = promise(excluding("capped at 10 hours in each calendar year"))
    assert isinstance(made, Target)
    assert isinstance(made.measure, Uptime)
    assert [each.cap for each in made.measure.excludes] == [
        Cap(length=10 * HOUR, windows=CalendarWindows(unit=WindowUnit.YEAR)),
        Cap(length=30 * MINUTE, windows=TermWindow()),
    ]


def test_caps_of_one_target_are_counted_in_one_way() -> None:
    assert errors(excluding("capped at 1 hour elapsed over the term")) == ["not-yet-supported"]


def test_a_cap_may_roll_with_the_days_or_be_held_in_any_stretch_of_time() -> None:
    for said, windows in {
        "in each rolling 30 days": RollingWindows(days=30),
        "in each rolling 3 months": RollingWindows(months=3),
        "in any 720 hours": AnyStretch(length=720 * HOUR),
        "in any 90 minutes": AnyStretch(length=90 * MINUTE),
    }.items():
        made = promise(excluding(f"capped at 1 hour {said}"))
        assert isinstance(made, Target)
        assert isinstance(made.measure, Uptime)
        assert made.measure.excludes[0].cap == Cap(length=HOUR, windows=windows)


@pytest.mark.parametrize("length", ["30 calendar days", "3 months", "2 weeks", "2 hours on office"])
def test_any_stretch_is_a_plain_length_of_time(length: str) -> None:
    said = resolved(excluding(f"capped at 1 hour in any {length}"))[1]
    (found,) = (each for each in said if each.code == "type-mismatch")
    assert found.help is not None
    assert ("rolling" in found.help) is (length in ("30 calendar days", "3 months"))


@pytest.mark.parametrize(
    ("length", "hours"), [("1.5 calendar days", 36), ("30 calendar days", 720), ("0.5 months", 720)]
)
def test_what_is_suggested_for_any_stretch_can_be_said(length: str, hours: int) -> None:
    said = resolved(excluding(f"capped at 1 hour in any {length}"))[1]
    (found,) = (each for each in said if each.code == "type-mismatch")
    assert found.help is not None
    forms = re.findall("`(.*?)`", found.help)
    assert forms[-1] == f"in any {hours} hours"
    for each in forms:
        assert errors(excluding(f"capped at 1 hour {each}")) == []


APPROVED = "exclusion works { when maintenance m from m.start until m.end  approved by duty_manager }"
UPTIME = """
    measures uptime from outage o
    during always
    excludes works
    source "Probe"
    requires at least 99% in each calendar month
"""


def test_an_approval_names_the_excluded_fact() -> None:
    made = promise(agreement(APPROVED + target(UPTIME), conventions="conventions standard"))
    assert isinstance(made, Target)
    assert isinstance(made.measure, Uptime)
    approval = made.measure.excludes[0].approval
    assert approval is not None
    assert (approval.role, approval.timing) == ("duty_manager", Approvals.BEFORE)
    assert approval.given.kind == "approval"
    assert kinds_read(made) == ("approval", "holder", "maintenance", "observation", "outage")


def test_waivers_are_of_every_promise_of_the_agreement() -> None:
    says = "waivers approved by duty_manager"
    body = target('measures uptime from outage o during always source "Probe"'
                  " requires at least 99% in each calendar month")  # fmt: skip
    made = promise(agreement(says + body, conventions="conventions standard { approvals may come late }"))
    assert isinstance(made, Target)
    assert made.waivers is not None
    assert (made.waivers.role, made.waivers.timing) == ("duty_manager", Approvals.LATE)
    assert {"waiver", "holder"} <= {*kinds_read(made)}


def test_mistakes_of_approvals() -> None:
    def found(says: str, *, conventions: str = "conventions standard", kinds: str = "") -> list[str]:
        return errors(kinds + agreement(says + target(UPTIME), conventions=conventions))

    assert found(APPROVED.replace("duty_manager", "nobody")) == ["unknown-name"]
    assert found(APPROVED + " waivers approved by nobody") == ["unknown-name"]
    twice = " waivers approved by duty_manager waivers approved by duty_manager"
    assert found(APPROVED + twice) == ["said-twice"]
    unfit = "fact holder { key id  about service  lasts start until end  role text  person text }\n"
    assert found(APPROVED, kinds=unfit) == ["kind-unfit"]
    unfit = "fact holder { key id  lasts start until end  role text }\n"
    assert found(APPROVED, kinds=unfit) == ["kind-unfit"]
