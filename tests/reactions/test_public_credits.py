"""Credits of public agreements, with the numbers of their own texts (public SLAs 2.1, 2.7, 2.16, 3.3)."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from engine.model.reaction import CreditState
from engine.rules.plans.windows import windows
from engine.rules.reactions import credit_earn_back
from tests.reactions.credits_by_hand import amounts, at, fact, measured, policy, worked_out


def test_texas_dir_pool_weight_and_at_risk() -> None:
    # Texas DIR: 50 % × 40 % × 10 % of $100,000 = $2,000.
    texas = policy(
        "base fee of the month  pays pool 50% weight 40% at risk 10% of base",
        more="fee USD 100000 in each calendar month  caps credits at 10% of fee in each calendar month",
    )
    assert amounts(worked_out(texas, measured(texas, "98"))) == ["2000.00"]


UK = """
points 1 at or above 98.0% and at or below 98.9%
points 2 at or above 97.0% and at or below 97.9%
points 3 at or above 96.0% and at or below 96.9%
points 4 below 96.0%
points double when repeated
"""


def points(*percents: str, conventions: str = "") -> list[int | None]:
    model = policy(UK, conventions=conventions)
    return [each.points for each in worked_out(model, measured(model, *percents))]


def test_uk_service_points_double_once_on_a_repeat() -> None:
    # UK Model Services Contract: 96.5 → 3, then 98.5 → 2, then 96.5 → 6.
    assert points("96.5", "98.5", "96.5") == [3, 2, 6]
    # Doubled, never compounded; a month that was met begins anew.
    assert points("95", "95", "95", "99", "95") == [4, 8, 8, 4]


def test_uk_service_points_leave_98_95_to_nobody_unless_it_is_rounded() -> None:
    assert points("98.95") == [0]
    rounded = "percentages round half up to 1 decimal before comparing"
    assert points("98.95", conventions=rounded) == []
    assert points("98.94", conventions=rounded) == [1]


@pytest.mark.parametrize(
    ("percent", "amount"),
    [
        ("99", None),
        ("98.9", "100.00"),
        ("95", "100.00"),
        ("94.9", "300.00"),
        ("90", "300.00"),
        ("89", "1000.00"),
    ],
)
def test_ec2_tiers(percent: str, amount: str | None) -> None:
    # Amazon EC2 pays 10, 30 and 100 % in three tiers that meet; the bound here is 99 %.
    ec2 = policy(
        "base USD 1000  pays 10% below 99% and at or above 95%"
        "  pays 30% below 95% and at or above 90%  pays 100% below 90%"
    )
    assert amounts(worked_out(ec2, measured(ec2, percent))) == ([] if amount is None else [amount])


def test_github_pays_at_its_target_and_nothing_in_its_gap() -> None:
    # GitHub Enterprise: 10 % at or below the target but above the next figure, 25 % below that one: the
    # target itself is met and paid, the next figure is in no tier.
    github = policy(
        "base USD 21000.00  pays 10% at or below 99% and above 98%  pays 25% below 98%",
        window="calendar quarter",
    )
    assert amounts(worked_out(github, measured(github, "99", "98.5", "98", "97"))) == [
        "2100.00",
        "2100.00",
        "0.00",
        "5250.00",
    ]


def test_liquidated_damages_of_the_qualification_agreement() -> None:
    # QA 65 and 68: USD 1.00 for each credential active in the last 12 months, at most 150 % of that.
    damages = policy(
        "base USD 1.00 times count of credential c in the last 12 months"
        "  pays 100% on breach  pays 100% for each full 1% of shortfall  at most 150% of base"
    )
    credentials = [
        fact("credential", "c1", issued_at=at("2023-05-01T00:00:00Z"), revoked_at=None),
        fact("credential", "c2", issued_at=at("2023-05-01T00:00:00Z"), revoked_at=at("2024-02-01T00:00:00Z")),
        fact("credential", "c3", issued_at=at("2023-05-01T00:00:00Z"), revoked_at=at("2024-02-01T00:00:01Z")),
        fact("credential", "c4", issued_at=at("2025-01-31T23:59:59Z"), revoked_at=None),
        fact("credential", "c5", issued_at=at("2025-02-01T00:00:00Z"), revoked_at=None),
    ]
    # January 2025: the last 12 months begin with 1 February 2024; c2 ended as they began, c5 began after.
    assert amounts(worked_out(damages, measured(damages, "98.5"), *credentials)) == ["3.00"]
    assert amounts(worked_out(damages, measured(damages, "95"), *credentials)) == ["4.50"]


def test_small_credits_are_not_paid() -> None:
    # Credits below one dollar are not paid.
    small = policy("base sum of f.amount of fee_paid f  pays 10% below 99%  at least USD 1.00")
    fees = [
        fact("fee_paid", "f1", at=at("2025-01-15T00:00:00Z"), amount=Fraction(1000)),
        fact("fee_paid", "f2", at=at("2025-02-15T00:00:00Z"), amount=Fraction(9)),
    ]
    assert amounts(worked_out(small, measured(small, "98", "98", "98"), *fees)) == ["100.00", "0.00", "?"]


def test_proportional_credits_are_ten_times_the_downtime() -> None:
    # Ten times the fee of the downtime, as hosting contracts say: 2 % of the month is 20 % of its fee.
    ten = policy("base USD 1000  pays 10 times base times downtime over agreed time  at most 100% of base")
    assert amounts(worked_out(ten, measured(ten, "98", "85"))) == ["200.00", "1000.00"]


def test_steps_or_part_round_up() -> None:
    begun = policy("base USD 1000  pays 5% for each 30 minutes or part of downtime")
    full = policy("base USD 1000  pays 5% for each full 30 minutes of downtime")
    # 2 % of February 2025 (672 h) is 13 h 26 min 24 s: 26 full half hours, and part of the 27th.
    verdicts = measured(begun, "99.9", "98")
    assert amounts(worked_out(begun, verdicts)) == ["1350.00"]
    assert amounts(worked_out(full, verdicts)) == ["1300.00"]


def test_caps_by_month_and_year_apply_after_summing() -> None:
    capped = policy(
        "base USD 1000  pays 40% on breach",
        more="fee USD 1000 in each calendar month"
        "  caps credits at 30% of fee in each calendar month, USD 700 in each calendar year",
    )
    assert amounts(worked_out(capped, measured(capped, "98", "98", "98", "98"))) == [
        "300.00",
        "300.00",
        "100.00",
        "0.00",
    ]


def test_a_credit_is_earned_back_by_three_good_windows() -> None:
    back = policy(
        "base USD 1000  pays 10% on breach  earned back when at or above 99.99% in the next 3 windows"
    )
    good = measured(back, "98", "99.99", "100", "99.995")
    (credit,) = worked_out(back, good)
    assert credit.state is CreditState.EARNED_BACK
    (credit,) = worked_out(back, good[:3], as_of="2025-03-31T23:59:59Z")
    assert (credit.state, credit.due[0].at) == (CreditState.PROVISIONAL, at("2025-05-01T00:00:00Z"))
    (credit,) = worked_out(back, measured(back, "98", "99.99", "99.98", "100"))
    assert credit.state is CreditState.FINAL


def test_windows_of_years_earn_a_credit_back_too() -> None:
    back = policy(
        "base USD 1000  pays 10% on breach  earned back when at or above 99.99% in the next 2 windows",
        window="36 months from 2025-01-01",
    )
    home = back.agreements["deal"]
    longer = replace(home, term=replace(home.term, through=date(2036, 12, 31)))
    back = replace(back, agreements=back.agreements.set("deal", longer))
    said = measured(back, "98", "100", "100", until="2035-01-01T00:00:00Z")
    (credit,) = worked_out(back, said, as_of="2034-01-01T00:00:00Z")
    assert credit.state is CreditState.EARNED_BACK


def test_many_credits_cut_their_windows_once(monkeypatch: pytest.MonkeyPatch) -> None:
    back = policy(
        "base USD 1000  pays 10% below 99.995%  earned back when at or above 99.9% in the next 24 windows",
        window="clock hour",
    )
    cut: list[str] = []
    monkeypatch.setattr(
        credit_earn_back,
        "windows",
        lambda version, *rest: cut.append(version.name) or windows(version, *rest),
    )
    hours = ["99.99", "100", "99.99", *["100"] * 21, "98", *["100"] * 24]
    found = worked_out(
        back, measured(back, *hours, until="2025-01-03T12:00:00Z"), as_of="2025-01-03T12:00:00Z"
    )
    states = [each.state for each in found]
    assert states == [CreditState.FINAL, CreditState.FINAL, CreditState.EARNED_BACK]
    assert cut == ["deal"]


def claimed(made_at: str | None, as_of: str) -> tuple[CreditState, list[str]]:
    """A credit for January that must be claimed within 30 days of the window's end."""
    model = policy("base USD 1000  pays 10% on breach  claimed within 30 calendar days of window end")
    claims = (
        []
        if made_at is None
        else [fact("claim", "c1", made_at=at(made_at), obligation="deal.it", occasion="2025-01")]
    )
    (credit,) = worked_out(model, measured(model, "98"), *claims, as_of=as_of)
    return credit.state, [str(each.date) for each in credit.due]


def test_an_unclaimed_credit_lapses() -> None:
    # Google: within 30 days, from the close of the month; 31 January is day 0, so 2 March is the last.
    assert claimed(None, "2025-02-15T00:00:00Z") == (CreditState.CLAIMABLE, ["2025-03-02"])
    assert claimed(None, "2025-03-02T23:59:59Z") == (CreditState.CLAIMABLE, ["2025-03-02"])
    assert claimed(None, "2025-03-03T00:00:00Z") == (CreditState.LAPSED, [])
    assert claimed("2025-03-02T23:59:59Z", "2025-06-01T00:00:00Z") == (CreditState.CLAIMED, [])
    assert claimed("2025-03-03T00:00:00Z", "2025-06-01T00:00:00Z") == (CreditState.LAPSED, [])


def test_a_claim_may_call_the_promise_by_its_short_name() -> None:
    terms = "base USD 1000  pays 10% on breach  claimed within 30 calendar days of window end"
    claim = fact("claim", "c1", made_at=at("2025-02-10T00:00:00Z"), obligation="it", occasion="2025-01")
    alone = policy(terms)
    (credit,) = worked_out(alone, measured(alone, "98"), claim)
    assert credit.state is CreditState.CLAIMED
    # Where another agreement has a promise of that name, it means neither of them.
    home = alone.agreements["deal"]
    (mine,) = home.obligations
    others = replace(mine, terms=replace(mine.terms, id="rent.it", agreement="rent"))
    rent = replace(home, name="rent", obligations=(others,))
    both = replace(alone, agreements=alone.agreements.set("rent", rent))
    (credit,) = worked_out(both, measured(both, "98"), claim)
    assert credit.state is CreditState.LAPSED


def test_of_two_that_never_stand_together_the_larger_is_paid() -> None:
    other = """
target other of shop {
  cites msa "2" "99 %"
  obliges acme
  measures uptime from outage o
  during always
  requires at least 99% in each calendar month
  credits { base USD 1000  pays 25% on breach }
}
"""
    both = policy("base USD 1000  pays 10% on breach  never with other", more=other)
    verdicts = [*measured(both, "98", "98"), *measured(both, "98", "99.5", of="deal.other")]
    assert amounts(worked_out(both, verdicts)) == ["0.00", "100.00", "250.00"]


def test_the_customer_may_choose_something_else() -> None:
    model = policy('base USD 1000  pays 10% on breach  choice of customer: credit or "one more month"')
    chosen = fact(
        "choice",
        "c1",
        made_at=at("2025-02-10T00:00:00Z"),
        obligation="deal.it",
        occasion="2025-01",
        remedy="one more month",
    )
    (credit,) = worked_out(model, measured(model, "98"), chosen)
    assert (amounts([credit]), credit.remedy) == (["0.00"], "one more month")
