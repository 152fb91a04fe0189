"""The judging verbs over what a tenant keeps: as it judges itself, at any two instants, reading only."""

import json
import re
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from api.command import workspace
from api.command.exits import Exit
from api.command.main import main
from api.verdict_to_json import verdict_json
from engine.model.instants import iso_text
from engine.model.quantity import DAY, HOUR, Instant
from engine.model.tenancy import Published, Request
from engine.source import Source
from engine.store.open_archive import open_archive
from engine.tenant.tenant import Tenant
from tests.postgres import PostgresServer
from tests.tenant.shop import MARCH, POLICY, Clock
from tests.tenant.test_tenant import LONG, feed, publish

_tenants = count()
AGREED = POLICY.replace("99%", "90%")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a tenant lies: published first, fed an hour later, with milder policies a day after that."""

    location: str
    name: str
    published_at: Instant

    def words(self, verb: str, *more: str) -> list[str]:
        """A command line over it."""
        return [verb, "--archive", self.location, "--tenant", self.name, *more]


@pytest.fixture(params=["duckdb", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    location, name = str(tmp_path / "shop.duckdb"), "main"
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres")
        location, name = server.url, f"judged{next(_tenants)}"
    clock = Clock(MARCH)
    with Tenant(open_archive(location, clock, tenant=name)) as tenant:
        published_at = publish(tenant).published_at
        clock.now += HOUR
        feed(tenant, "1", LONG)
        clock.now += DAY
        milder = tenant.publish([Source(name="shop.sla", text=AGREED)], Request(actor="ann", key="2"))
        assert isinstance(milder, Published)
    monkeypatch.setattr(workspace, "now", lambda: MARCH + 2 * DAY)
    return Place(location=location, name=name, published_at=published_at)


def judged(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("hours", [None, 48, 2, 0])
def test_it_says_what_the_tenant_says(
    place: Place, capsys: pytest.CaptureFixture[str], hours: int | None
) -> None:
    known_at = None if hours is None else place.published_at + hours * HOUR
    more = [] if known_at is None else ["--known-at", iso_text(known_at)]
    main(place.words("evaluate", "--format", "json", "--as-of", iso_text(MARCH), *more))
    said = judged(capsys)
    with Tenant(open_archive(place.location, Clock(MARCH), tenant=place.name)) as tenant:
        there = tenant.evaluate(as_of=MARCH, known_at=known_at)
    assert said["verdicts"] == json.loads(json.dumps([verdict_json(each) for each in there.verdicts]))
    assert said["policy_version"] == there.policy_version
    states = [each["state"] for each in said["verdicts"]]
    assert ("BREACHED" in states) is (hours == 2)


def test_without_an_instant_it_is_now(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(place.words("evaluate", "--format", "json")) == Exit.KEPT
    assert judged(capsys)["as_of"] == iso_text(MARCH + 2 * DAY)


def test_why_it_is_so_is_asked_of_a_tenant_too(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    known = ["--known-at", iso_text(MARCH + DAY), "--on", "2025-02"]
    assert main(place.words("explain", *known, "shop_sla.up")) == Exit.BREACHED
    assert "BREACHED  shop_sla.up" in capsys.readouterr().out
    assert main(place.words("trace", *known, "shop_sla.up")) == Exit.BREACHED
    assert "shop_sla.up" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--facts", "facts"], "an --archive has its policies and facts"),
        (["shop.sla"], "an --archive has its policies and facts"),
        (["--known-at", "2025-01-01T00:00:00Z"], "no policies had been published by then"),
        (["--known-at", "2026-01-01T00:00:00Z"], "nobody knows that yet"),
    ],
)
def test_what_cannot_be_asked_is_said(
    place: Place, more: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(place.words("evaluate", *more)) == Exit.NOT_EVALUATED
    assert said in capsys.readouterr().err


def test_no_archive_is_made_and_none_is_written(place: Place, tmp_path: Path) -> None:
    files = {each: each.read_bytes() for each in tmp_path.iterdir()}
    main(place.words("evaluate"))
    assert main(["evaluate", "--archive", str(tmp_path / "none.duckdb")]) == Exit.NOT_EVALUATED
    assert {each: each.read_bytes() for each in tmp_path.iterdir()} == files


@pytest.mark.parametrize(
    "words", [["evaluate"], ["evaluate", "shop.sla"], ["evaluate", "shop.sla", "--facts", "facts"]]
)
def test_what_is_judged_must_be_said(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == Exit.NOT_EVALUATED
    assert "or --archive FILE_OR_URL" in capsys.readouterr().err


def test_what_the_policies_admit_no_more_is_told_and_is_no_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    location, clock = str(tmp_path / "shop.duckdb"), Clock(MARCH)
    with Tenant(open_archive(location, clock)) as tenant:
        publish(tenant)
        feed(tenant, "1", LONG)
        other = Source(name="shop.sla", text=re.sub(r"\bshop\b", "store", POLICY))
        assert isinstance(tenant.publish([other], Request(actor="ann", key="2")), Published)
    command = ["evaluate", "--archive", location, "--as-of", iso_text(MARCH)]
    assert main(command) == Exit.KEPT
    assert "do not admit 1 version of facts" in capsys.readouterr().err
