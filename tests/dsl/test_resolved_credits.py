"""Credits as the resolver sees them: what is refused, and what is asked for."""

import pytest

from engine.model.credit import Excess, Steps
from engine.model.credit_base import FeeBase, OfUnit, OfWindow, SummedBase
from engine.model.deadline import WindowEnd, Within
from engine.model.obligation import Duty, Target
from engine.model.period import WindowUnit
from tests.dsl.resolving import agreement, duty, errors, promise, resolved, target

CONVENTIONS = "conventions standard { sources are assumed watched  money rounds half up }"
UPTIME = "measures uptime from outage o  during always  requires at least 99% in each calendar month"
FEE = "fee EUR 100 in each calendar month"


def of_target(credits: str, more: str = "") -> str:
    return agreement(target(f"{UPTIME}  credits {{ {credits} }}") + more, CONVENTIONS)


def of_duty(credits: str, more: str = "") -> str:
    body = "when incident i  must restoration r where r.incident is i.id within 4 hours of i.reported_at"
    return agreement(duty(f"{body}  credits {{ {credits} }}") + more, CONVENTIONS)


@pytest.mark.parametrize(
    ("credits", "code"),
    [
        ("pays 10% below 99%", "not-said"),
        ("base EUR 5", "not-said"),
        ("base fee of the window  pays 10% below 99%", "not-said"),
        ("base EUR 5  base EUR 6  pays 10% below 99%", "said-twice"),
        ("base EUR 5  pays 10% below 4 hours", "bound-unit"),
        ("base EUR 5  pays USD 1 on breach", "currency-mismatch"),
        ("base EUR 5  pays 5% for each full 1 calendar day of downtime", "bound-unit"),
        ("base EUR 5  pays 5% for each full 0 minutes of downtime", "length-not-whole"),
        ("base EUR 5  pays 5% for each full 1% of excess", "credit-unmeasured"),
        ("base EUR 5.001  pays 10% below 99%", "amount-too-fine"),
        ("base EUR 5  pays 10% below 99%  never with other", "unknown-name"),
        ("points 1 below 99%  points are worth XYZ 5 each", "unknown-currency"),
        (
            "base EUR 5  pays 10% below 99%  earned back when below 99% in the next 0 windows",
            "credit-unmeasured",
        ),
        ("base sum of f.share of fee f  pays 10% below 99%", "type-mismatch"),
        ("base sum of f.amount of fee f in the last 3 hours  pays 10% below 99%", "type-mismatch"),
    ],
)
def test_credits_of_a_target_are_refused(credits: str, code: str) -> None:
    assert code in errors(of_target(credits))


def test_a_target_all_of_whose_bands_are_empty_is_still_checked() -> None:
    found = resolved(of_target("base EUR 5  pays 10% below 99% and at or above 99.5%"))[1]
    assert "unreachable-band" in [each.code for each in found]


@pytest.mark.parametrize(
    ("credits", "code"),
    [
        ("base EUR 5  pays 10% below 99%", "credit-unmeasured"),
        ("base EUR 5  pays 5% for each full 1 hour of downtime", "credit-unmeasured"),
        ("base EUR 5  pays 5% for each full 1 calendar day of lateness", "bound-unit"),
        ("base EUR 5  pays 10 times base times downtime over agreed time", "credit-unmeasured"),
        ("base sum of f.amount of fee f  pays 10% on breach", "credit-unmeasured"),
        ("points 1 on breach  points double when repeated", "credit-unmeasured"),
        ("base EUR 5  pays 10% on breach  claimed within 3 calendar days of window end", "credit-unmeasured"),
    ],
)
def test_credits_of_a_duty_are_refused(credits: str, code: str) -> None:
    assert code in errors(of_duty(credits))


def test_a_cap_on_a_share_of_the_fee_needs_one_that_divides_its_unit() -> None:
    credits = "base EUR 5  pays 10% below 99%"
    assert errors(of_target(credits, "caps credits at 30% of fee in each calendar month")) == ["not-said"]
    weekly = "fee EUR 5 in each calendar week  caps credits at 30% of fee in each calendar month"
    assert errors(of_target(credits, weekly)) == ["fee-window"]
    twice = "caps credits at EUR 5 in each calendar month, EUR 6 in each calendar month"
    assert errors(of_target(credits, twice)) == ["said-twice"]
    assert errors(of_target(credits, "caps credits at USD 5 in each calendar month")) == ["currency-mismatch"]


def test_the_rounding_of_money_is_a_convention() -> None:
    body = target(f"{UPTIME}  credits {{ base EUR 5  pays 10% below 99% }}")
    said = "conventions { excluded time is not counted  empty windows are met  percentages compare exactly"
    said += "  sources are assumed watched  outages are split at window edges }"
    assert errors(agreement(body, said)) == ["convention-missing"]


def test_the_fee_of_the_window_is_that_of_its_units() -> None:
    made = promise(of_target("base fee of the window  pays 10% below 99%", FEE))
    assert isinstance(made, Target)
    assert made.credits is not None
    assert isinstance(made.credits.base, FeeBase)
    assert made.credits.base.stretch == OfWindow()


def test_a_duty_has_credits_for_its_lateness() -> None:
    credits = (
        "base sum of f.amount of fee f in the month before"
        "  pays EUR 20 for each 1 hour or part of lateness"
        "  claimed within 3 calendar days of i.reported_at"
    )
    made = promise(of_duty(credits))
    assert isinstance(made, Duty)
    assert made.credits is not None
    assert isinstance(made.credits.base, SummedBase)
    assert made.credits.base.stretch == OfUnit(unit=WindowUnit.MONTH, before=True)
    (paid,) = made.credits.payments
    assert isinstance(paid, Steps)
    assert (paid.of, paid.or_part) == (Excess.LATENESS, True)
    assert isinstance(made.credits.claimed, Within)
    assert made.credits.claimed.start != WindowEnd()


def test_a_claim_counts_from_no_window_without_end() -> None:
    claimed = "base EUR 5  pays 10% below 99%  claimed within 3 calendar days of window end"
    endless = UPTIME.replace("in each calendar month", "over the term")
    text = agreement(target(f"{endless}  credits {{ {claimed} }}"), CONVENTIONS)
    text += "\nfact claim { key id  at made_at  obligation text  occasion text  subject text optional }\n"
    assert "credit-unmeasured" not in errors(text)
    assert "credit-unmeasured" in errors(
        text.replace("from 2025-01-01 through 2025-12-31", "from 2025-01-01")
    )
