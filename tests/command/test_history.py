"""`troth history`: how verdicts changed is told in order, with what made them."""

import json
from pathlib import Path

import pytest

from api.command.exits import Exit
from api.command.main import main
from engine.store.open_archive import open_archive
from engine.tenant.tenant import Tenant
from tests.tenant.shop import FEBRUARY, Clock
from tests.tenant.test_tenant import LONG, feed, publish


@pytest.fixture
def archive(tmp_path: Path) -> str:
    location = str(tmp_path / "shop.duckdb")
    clock = Clock(FEBRUARY)
    with Tenant(open_archive(location, clock)) as tenant:
        publish(tenant)
        tenant.catch_up(clock.now)
        feed(tenant, "1", LONG)
        tenant.catch_up(clock.now)
    return location


def test_changes_are_told_in_order(archive: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "--archive", archive]) == Exit.KEPT
    said = [line.split("  ") for line in capsys.readouterr().out.splitlines()]
    assert [(each[0], each[2]) for each in said] == [
        ("0", "shop_sla.up shop 2025-01: new → MET (publish)"),
        ("1", "shop_sla.up shop 2025-02: new → PENDING (publish)"),
        ("2", "shop_sla.up shop 2025-02: PENDING → BREACHED (feed)"),
    ]


def test_in_json_the_verdict_is_there_whole(archive: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["history", "--archive", archive, "--format", "json", "--after", "1", "--first", "1"]
    assert main(command) == Exit.KEPT
    (change,) = json.loads(capsys.readouterr().out)
    assert (change["seq"], change["before"], change["state"]) == (2, "PENDING", "BREACHED")
    assert change["verdict"]["measured"] is not None
    assert change["entry"] == 3


def test_what_cannot_be_shown_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "--archive", str(tmp_path / "none.duckdb")]) == Exit.NOT_EVALUATED
    assert "troth history: " in capsys.readouterr().err
