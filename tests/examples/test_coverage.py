"""What worked examples try: an example counts only where it would fail without what it tries."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest

from api.command.main import main
from api.command.tested_to_junit import junit
from engine import definition, pipeline
from engine.examples.coverage import cover
from engine.examples.judge import judge
from engine.model.fact import Fact
from engine.model.outcome import Aspect, Examined
from engine.model.quantity import Instant
from engine.model.snapshot import Snapshot
from engine.model.verdict import Verdict
from engine.source import Source

POLICY = """
use standard
document msa "Master agreement"
party acme "Acme"
party bolt "Bolt"
service shop "Web shop" { provider acme  hours always }

agreement shop_sla is sla "Web shop" {
  between acme as provider and bolt as customer
  covers shop
  in force from 2027-01-01 through 2028-12-31
  terms accepted on 2026-12-20
  zone Europe/Berlin
  conventions standard { sources are assumed watched }

  exclusion announced "Announced maintenance" {
    cites msa "2" "48 hours"
    when maintenance m from m.start until m.end where m.notified_at is at least 48 hours before m.start
  }

  target availability of shop {
    cites msa "2" "99 %"
    obliges acme
    measures uptime from outage o
    during always
    excludes announced
    requires at least 99% in each calendar month
  }

  duty answer {
    cites msa "3" "two days"
    obliges acme
    when complaint c
    must notice n where n.id is c.id within 2 calendar days of c.at
  }
}
"""

QUIET = """
example "quiet" of shop_sla.availability {
  given outage { id "o1"  start 2027-02-10 10:00  end 2027-02-10 12:00 }
  as of 2027-03-01
  expect met in "2027-02"
}
"""

EXCUSED = """
example "eight hours of work, six of them announced" of shop_sla.availability {
  given outage { id "o1"  start 2027-02-10 10:00  end 2027-02-10 18:00 }
  given maintenance { id "m1"  start 2027-02-10 10:00  end 2027-02-10 16:00  notified_at 2027-02-01 10:00 }
  as of 2027-03-01
  expect met in "2027-02", bad 2 hours
}
"""


def examined(*examples: str) -> Examined:
    checked = pipeline.check([Source(name="shop.sla", text=POLICY + "".join(examples))])
    assert checked.snapshot is not None, checked.diagnostics
    return pipeline.test(checked.snapshot)


def untried(found: Examined, aspect: Aspect) -> set[str]:
    return {
        each.text
        for each in found.trials
        if each.obligation == "shop_sla.availability" and each.aspect is aspect and each.tried_by is None
    }


def test_a_promise_without_an_example_is_untried() -> None:
    assert untried(examined(), Aspect.CLAUSE) == {"availability"}
    assert untried(examined(QUIET), Aspect.CLAUSE) == set()


def test_an_exclusion_is_tried_by_an_example_that_fails_without_it() -> None:
    branches = untried(examined(QUIET), Aspect.BRANCH)
    assert "exclusion `announced`" in branches
    branches = untried(examined(QUIET, EXCUSED), Aspect.BRANCH)
    assert "exclusion `announced`" not in branches
    # The announcement was early enough: an example that comes too late is still missing.
    assert branches == {
        "it is BREACHED",
        "`m.notified_at is at least 48 hours before m.start` in `announced`",
    }


def test_an_example_that_fails_tries_nothing() -> None:
    wrong = QUIET.replace("expect met", "expect breached")
    assert untried(examined(wrong), Aspect.CLAUSE) == {"availability"}


def test_the_bound_is_proposed_to_the_microsecond() -> None:
    found = examined(QUIET)
    assert untried(found, Aspect.BOUNDARY) == {
        "the value exactly at its bound",
        "the value just beyond its bound",
        "an outage across a window's edge",
        "a day on which the clocks change",
        "a leap day",
    }
    proposed = {each.boundary: each.text for each in found.proposals}
    # 1% of 28 days is 6 hours, 43 minutes and 12 seconds.
    assert "end 2027-02-10 16:43:12 }" in proposed["the value exactly at its bound"]
    assert "end 2027-02-10 16:43:12.000001 }" in proposed["the value just beyond its bound"]
    assert "expect breached" in proposed["the value just beyond its bound"]
    kept = examined(QUIET, *(each.text for each in found.proposals))
    assert untried(kept, Aspect.BOUNDARY) == set()
    assert kept.proposals == ()


def test_an_instant_that_occurs_twice_is_written_in_utc() -> None:
    late = QUIET.replace("2027-02", "2027-10").replace("2027-03-01", "2027-11-01")
    # 1% of October's 745 hours is 7 h 27 min: from 17:30 in UTC to 00:57, which is the first 02:57 in Berlin.
    late = late.replace("10-10 10:00", "10-30 19:30").replace("10-10 12:00", "10-30 20:00")
    proposed = {each.boundary: each.text for each in examined(late).proposals}
    assert "end 2027-10-31 00:57Z }" in proposed["the value exactly at its bound"]


def test_junit_names_what_was_expected_and_found() -> None:
    wrong = QUIET.replace("expect met", "expect breached")
    root = ElementTree.fromstring(junit(examined(wrong, EXCUSED)))
    assert (root.get("tests"), root.get("failures")) == ("2", "1")
    (failure,) = root.iter("failure")
    assert failure.get("message", "").endswith("expected BREACHED, found MET")


def test_names_of_examples_are_no_markup(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A control character cannot stand in XML, nor a bar in a cell of a table."""
    policy = tmp_path / "shop.sla"
    policy.write_text(POLICY + QUIET.replace('example "', 'example "a | b\x01 '), "utf-8")
    assert main(["test", str(policy), "--format", "junit"]) == 0
    (case,) = ElementTree.fromstring(capsys.readouterr().out).iter("testcase")
    assert case.get("name", "").startswith("a | b\N{REPLACEMENT CHARACTER} ")
    assert main(["test", str(policy), "--format", "markdown"]) == 0
    assert "| a \\| b" in capsys.readouterr().out


def test_proposals_are_written_to_a_new_file_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("shop.sla").write_text(POLICY + QUIET, "utf-8")
    assert main(["test", "shop.sla", "--write", "more.sla"]) == 0
    assert main(["fmt", "--check", "more.sla"]) == 0
    assert main(["test", "shop.sla", "more.sla"]) == 0
    capsys.readouterr()
    assert main(["test", "shop.sla", "--write", "more.sla"]) == 2
    assert "nothing of yours is overwritten" in capsys.readouterr().err


def test_a_failing_example_earns_exit_code_1(tmp_path: Path) -> None:
    policy = tmp_path / "shop.sla"
    policy.write_text(POLICY + QUIET.replace("expect met", "expect breached"), "utf-8")
    assert main(["test", str(policy)]) == 1


SECOND = """
  target portal of shop {
    cites msa "4" "98 %"
    obliges acme
    measures uptime from outage o
    during always
    requires at least 98% in each calendar month
    credits { base EUR 100  pays 10% on breach }
  }
"""
PAID = """
example "paid" of shop_sla.availability {
  given outage { id "o1"  start 2027-02-10 10:00  end 2027-02-12 10:00 }
  as of 2027-03-10
  expect breached in "2027-02", credit EUR 20
}
"""


def test_what_is_paid_beside_is_judged_once_for_all_branches(monkeypatch: pytest.MonkeyPatch) -> None:
    text = POLICY.replace(
        "    requires at least 99% in each calendar month\n",
        "    requires at least 99% in each calendar month\n"
        "    credits { base EUR 200  pays 10% on breach }\n",
    ).replace("  duty answer {", SECOND + "  duty answer {")
    asked: list[Collection[str]] = []
    evaluate = definition.evaluate

    def spied(
        snapshot: Snapshot,
        facts: Mapping[str, Sequence[Fact]],
        as_of: Instant,
        obligations: Collection[str] | None = None,
    ) -> tuple[Verdict, ...]:
        asked.append(obligations or ())
        return evaluate(snapshot, facts, as_of, obligations)

    monkeypatch.setattr(definition, "evaluate", spied)
    checked = pipeline.check([Source(name="a.sla", text=text + PAID)])
    assert checked.snapshot is not None, checked.diagnostics
    (outcome,) = [judge(checked.snapshot, each) for each in checked.snapshot.examples]
    assert outcome.passed, outcome.mismatches
    asked.clear()
    trials, _ = cover(checked.snapshot, [outcome], lambda *_: None)
    branches = [each for each in trials if each.obligation == "shop_sla.availability"]
    assert len(branches) > 3
    assert [each for each in asked if "shop_sla.portal" in each] == [{"shop_sla.portal"}]
