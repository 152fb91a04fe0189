"""What an agreement takes over from a template is dropped for it alone, also where it says more of it."""

import pytest

from engine.model.agreement import Agreement, Change
from tests.whatif.asking import after, checked, refusals

GOLD = """
use standard
document msa "Master agreement"
party acme "Acme"
party bolt "Bolt"
party cord "Cord"
role duty_manager of acme
service shop "Web shop" { provider acme  hours always }
template gold "Gold" {
  covers shop
  cites msa "1" "gold"
  zone UTC
  terms accepted on 2024-12-20
  conventions standard { sources are assumed watched }
  target up of shop {
    cites msa "2" "99.9 %"
    obliges provider
    measures uptime from outage
    during always
    requires at least 99.9% in each calendar month
  }
  ladder climb on breach b of up for each target {
    cites msa "4"
    level 1 duty_manager { notified by notice n  remedied in month 1 after n.at }
    closes when the remedy month is clean
  }
  right leave of bolt to terminate {
    cites msa "9"
    when up breached in 2 of 3 consecutive months
    exercisable for 30 calendar days
    exercised by notice n
  }
  improvement sip {
    cites msa "7"
    when up breached in 2 of 3 consecutive months
    owner duty_manager
    due within 30 calendar days
    recorded by improvement i where i.obligation is up
    done at i.done_at
  }
}
agreement bolt_gold is sla amends gold {
  between acme as provider and bolt as customer
  in force from 2025-01-01
  target up { requires at least 99% in each calendar month }
}
agreement cord_gold is sla amends gold {
  between acme as provider and cord as customer
  in force from 2025-01-01
  ladder climb on breach b of up for each target { closes when the remedy month is clean }
}
"""


def members(agreement: Agreement) -> set[str]:
    """What an agreement has, in words."""
    return {
        *(f"ladder {each.id.partition('.')[2]}" for each in agreement.ladders),
        *(f"right {each.id.partition('.')[2]}" for each in agreement.rights),
        *(f"improvement {each.id.partition('.')[2]}" for each in agreement.improvements),
        *(f"target {each.terms.id.partition('.')[2]}" for each in agreement.obligations),
    }


EVERY = {"ladder climb", "right leave", "improvement sip", "target up"}


@pytest.mark.parametrize("agreement", ["bolt_gold", "cord_gold"])
@pytest.mark.parametrize("member", sorted(EVERY - {"target up"}))
def test_what_a_template_gives_is_dropped_for_one_agreement(member: str, agreement: str) -> None:
    found = after(f"drop {member} from {agreement}", of=checked(GOLD))
    for name in ("bolt_gold", "cord_gold"):
        here = found.agreements[name]
        assert members(here) == (EVERY - {member} if name == agreement else EVERY)
        removed = [each.member for each in here.deltas if each.change is Change.REMOVED]
        assert removed == ([member] if name == agreement else [])


@pytest.mark.parametrize("agreement", ["bolt_gold", "cord_gold"])
def test_a_target_goes_though_the_agreement_says_more_of_it(agreement: str) -> None:
    follow = [each for each in sorted(EVERY) if each != "target up"]
    drops = "\n".join(f"drop {each} from {agreement}" for each in (*follow, "target up"))
    found = after(drops, of=checked(GOLD))
    assert members(found.agreements[agreement]) == set()


def test_what_the_template_still_says_of_it_is_shown() -> None:
    found = refusals("drop target up from bolt_gold", of=checked(GOLD))
    assert {code for code, _, _ in found} == {"unknown-name"}


def test_what_a_template_drops_nobody_has() -> None:
    found = after("drop right leave from gold", of=checked(GOLD))
    assert members(found.agreements["bolt_gold"]) == EVERY - {"right leave"}


def test_credits_are_not_dropped_alone() -> None:
    ((code, place, help),) = refusals("drop credits from bolt_gold.up", of=checked(GOLD))
    assert (code, place) == ("not-yet-supported", "change 1:1:1")
    assert "amend" in help
