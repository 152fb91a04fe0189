"""Calendars over HTTP: what is due, for those who see it, by a token that opens nothing else."""

import logging
from collections.abc import Generator
from io import StringIO
from pathlib import Path

import pytest
from httpx2 import Response
from icalendar import Calendar

from api.command.secret_files import keep_secret
from api.operation.log import LogFormat, LogLevel, configure
from api.tokens.own_key import mint, new_key, own_issuer
from engine.model.quantity import HOUR
from engine.model.tenancy import FactBatch, Request
from tests.api.market import ASKING, NOW, Market, market

DAY_SECONDS = 86_400


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key of `troth token`."""
    path = tmp_path_factory.mktemp("keys") / "key"
    keep_secret(path, new_key())
    return path


@pytest.fixture(scope="module")
def doors(key: Path) -> Generator[Market]:
    """The market, which takes tokens of the key, too."""
    with market(issuers=[own_issuer(key)]) as found:
        yield found


def token(key: Path, who: str, calendar: str | None) -> str:
    """A token of one of those who ask, for one calendar."""
    return mint(key, ASKING[who], now=NOW, seconds=DAY_SECONDS, calendar=calendar)


def subscribed(doors: Market, key: Path, who: str, calendar: str, **headers: str) -> Response:
    """What a calendar program is answered that has nothing but an address."""
    address = f"/calendar/{calendar}.ics?token={token(key, who, calendar)}"
    return doors.client.get(address, headers=headers)


def events(answer: Response) -> dict[str, str]:
    """What is due, by UID."""
    assert answer.status_code == 200, answer.text
    return {str(each["UID"]): str(each["SUMMARY"]) for each in Calendar.from_ical(answer.text).events}


def test_a_program_subscribes_with_an_address_alone(doors: Market, key: Path) -> None:
    answer = subscribed(doors, key, "governance", "keeper")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-cache"
    everything = events(subscribed(doors, key, "governance", "all"))
    assert "Overdue: Due: Tickets are handed over, corp-1" in everything.values()
    assert events(subscribed(doors, key, "governance", "acme")).items() <= everything.items()
    by_header = doors.client.get("/calendar/all.ics", headers={"Authorization": "Bearer governance"})
    assert events(by_header) == everything
    assert events(doors.client.get(f"/t/main/calendar/all.ics?token={token(key, 'governance', 'all')}"))


def test_who_has_it_already_is_told_so(doors: Market, key: Path) -> None:
    first = subscribed(doors, key, "governance", "all")
    etag = first.headers["etag"]
    for known in (etag, f'"other", W/{etag}', "*"):
        again = subscribed(doors, key, "governance", "all", **{"if-none-match": known})
        assert (again.status_code, again.text, again.headers["etag"]) == (304, "", etag)
    assert subscribed(doors, key, "governance", "all", **{"if-none-match": '"other"'}).text == first.text


def test_a_calendar_token_opens_its_calendar_and_nothing_else(doors: Market, key: Path) -> None:
    one = token(key, "governance", "keeper")
    for address in (
        f"/calendar/all.ics?token={one}",
        f"/graphql?query=%7B__typename%7D&token={one}",
        f"/export/verdicts.csv?token={one}",
        f"/metrics?token={one}",
        f"/calendar/keeper.ics?token={one}&token={one}",
        f"/calendar/keeper.ics?token={token(key, 'governance', None)}",
        "/calendar/keeper.ics?token=governance",
        "/calendar/keeper.ics",
    ):
        assert doors.client.get(address).status_code == 401, address
    for address in ("/calendar/keeper.ics", "/graphql?query=%7B__typename%7D", "/export/verdicts.csv"):
        assert doors.client.get(address, headers={"Authorization": f"Bearer {one}"}).status_code == 401
    late = mint(key, ASKING["governance"], now=NOW - 30 * HOUR, seconds=DAY_SECONDS, calendar="all")
    assert doors.client.get(f"/calendar/all.ics?token={late}").status_code == 401


def test_a_customer_sees_what_is_due_of_its_own(doors: Market, key: Path) -> None:
    everything = subscribed(doors, key, "governance", "all")
    mine = subscribed(doors, key, "bolt", "all")
    assert set(events(mine)) < set(events(everything))
    assert "corp" in everything.text and "corp" not in mine.text and "northwind" not in mine.text


def test_what_is_hidden_is_as_what_never_was(doors: Market, key: Path) -> None:
    hidden = subscribed(doors, key, "bolt", "corp_manager")
    never = subscribed(doors, key, "bolt", "nobody_of_this_name")
    assert (hidden.status_code, hidden.text) == (never.status_code, never.text) == (404, hidden.text)
    headers = {"Authorization": "Bearer bolt"}
    assert doors.client.get("/t/other/calendar/all.ics", headers=headers).status_code == 404


def test_what_changes_is_the_next_revision_and_what_is_done_is_cancelled(key: Path) -> None:
    with market(issuers=[own_issuer(key)]) as doors:
        first = Calendar.from_ical(subscribed(doors, key, "bolt", "all").text)
        late = {"id": "b-9", "service": "shop", "opened_at": "2025-03-09T22:00:00Z", "buyer": "bolt"}
        doors.tenant.feed(FactBatch(kind="ticket", rows=[late]), Request(actor="ann", key="late"))
        second = Calendar.from_ical(subscribed(doors, key, "bolt", "all").text)
        before = {each.uid: each.sequence for each in first.events}
        (new,) = [each for each in second.events if each.uid not in before]
        assert str(new["SUMMARY"]) == "Due: Tickets are handed over, b-9"
        done = {"id": "h-9", "service": "shop", "at": "2025-03-09T23:00:00Z", "ticket": "b-9"}
        doors.tenant.feed(FactBatch(kind="handover", rows=[done]), Request(actor="ann", key="done"))
        third = {
            each.uid: each for each in Calendar.from_ical(subscribed(doors, key, "bolt", "all").text).events
        }
        assert str(third[new.uid]["STATUS"]) == "CANCELLED"
        assert third[new.uid].sequence > new.sequence
        assert {uid: third[uid].sequence for uid in before} == before


def test_no_log_has_the_token(doors: Market, key: Path) -> None:
    root, logger = logging.getLogger(), logging.getLogger("troth")
    handlers, levels, stream = root.handlers[:], (root.level, logger.level), StringIO()
    configure(LogFormat.JSON, LogLevel.DEBUG, to=stream)
    try:
        subscribed(doors, key, "bolt", "all")
        logger.warning("GET /calendar/all.ics?token=%s failed", token(key, "bolt", "all"))
    finally:
        root.handlers[:] = handlers
        root.setLevel(levels[0])
        logger.setLevel(levels[1])
    assert '"door":"calendar"' in stream.getvalue() and "?token=*** failed" in stream.getvalue()
    assert token(key, "bolt", "all").rpartition(".")[2] not in stream.getvalue()
