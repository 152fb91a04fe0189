"""Exclusions as the model holds them: caps with windows of their own (S5.4)."""

from engine.model.exclusion import Cap
from engine.model.measure import Uptime
from engine.model.obligation import Target
from engine.model.period import CalendarWindows, TermWindow, WindowUnit
from engine.model.quantity import HOUR, MINUTE
from tests.dsl.resolving import agreement, errors, promise, target


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


def test_caps_of_one_target_are_counted_in_one_way_and_never_in_windows_that_overlap() -> None:
    for refused in ("capped at 1 hour elapsed over the term", "capped at 1 hour in each rolling 30 days"):
        assert errors(excluding(refused)) == ["not-yet-supported"]
