"""Naming one verdict: found, or told what to say."""

from dataclasses import replace

import pytest

from api.command.chosen import choose, unknown_obligation
from engine.diagnostic import Diagnostic
from engine.model.verdict import Verdict
from tests.command.conftest import APRIL, MARCH, breached_uptime
from tests.hosting import hosting

MARCHES = tuple(replace(breached_uptime(), subject=subject) for subject in ("shop", "blog"))
VERDICTS = (*MARCHES, *(replace(each, occasion=APRIL) for each in MARCHES))


def chosen(
    on: str | None, subject: str | None, verdicts: tuple[Verdict, ...] = VERDICTS
) -> Verdict | Diagnostic:
    """What the options name."""
    return choose(verdicts, id="acme_sla.uptime", on=on, subject=subject, zone="UTC")


def test_one_verdict_needs_no_naming() -> None:
    assert chosen(None, None, VERDICTS[:1]) is VERDICTS[0]


def test_an_occasion_and_a_subject_name_one() -> None:
    found = chosen("2025-04", "blog")
    assert isinstance(found, Verdict)
    assert (found.occasion, found.subject) == (APRIL, "blog")


def test_several_are_listed_ten_at_most() -> None:
    found = chosen("2025-03", None)
    assert isinstance(found, Diagnostic) and found.code == "several-verdicts" and found.help
    assert "--on 2025-03 --subject shop  BREACHED" in found.help
    assert "--on 2025-03 --subject blog  BREACHED" in found.help
    apart = chosen(None, None, tuple(replace(VERDICTS[0], subject=f"shop (region {each})") for each in "ab"))
    assert isinstance(apart, Diagnostic) and "--subject 'shop (region a)'  BREACHED" in (apart.help or "")
    many = tuple(replace(VERDICTS[0], occasion=replace(MARCH, label=f"w{week}")) for week in range(12))
    found = chosen(None, None, many)
    assert isinstance(found, Diagnostic) and found.help
    assert found.help.count("--on") == 10 and "… and 2 more" in found.help


@pytest.mark.parametrize(
    ("on", "subject", "message", "help"),
    [
        ("2025-05", None, "has no verdict on `2025-05`", "did you mean `2025-0"),
        ("2025-04", "shpo", "has no verdict for `shpo`", "did you mean `shop`?"),
    ],
)
def test_a_slip(on: str | None, subject: str | None, message: str, help: str) -> None:
    found = chosen(on, subject)
    assert isinstance(found, Diagnostic) and message in found.message
    assert found.help is not None and found.help.startswith(help)


def test_no_occasion_yet() -> None:
    found = chosen(None, None, ())
    assert isinstance(found, Diagnostic) and found.code == "no-verdict"


@pytest.mark.parametrize(
    ("id", "help"),
    [
        ("acme_sla.uptimes", "did you mean `acme_sla.uptime`?"),
        ("restore", "did you mean `acme_sla.restore`?"),
        ("resore", "did you mean `acme_sla.restore`?"),
        ("xyz", "known here: `acme_sla.restore`, `acme_sla.uptime`, `northwind_uc.uptime`"),
    ],
)
def test_an_unknown_obligation(id: str, help: str) -> None:
    assert unknown_obligation(hosting(), id).help == help
