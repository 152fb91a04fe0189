"""No password of a PostgreSQL is ever told, however wrongly its URL is written."""

from collections.abc import Sequence
from urllib.parse import quote

import pytest

from api.command.main import main
from engine.store.archive import ArchiveError
from engine.store.open_archive import open_archive
from engine.store.shown_place import shown_place, without_secrets
from tests.postgres import PostgresServer

PASSWORDS = ["s3cret", "s3/cret", "s3@cret", "s3:cret?x=1", "s3#cret@"]


@pytest.mark.parametrize("password", PASSWORDS)
@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_a_place_is_shown_without_its_password(scheme: str, password: str) -> None:
    shown = shown_place(f"{scheme}://ann:{password}@db.example/troth?sslmode=require")
    assert shown == f"{scheme}://ann:***@db.example/troth?sslmode=require"


def test_a_password_among_the_parameters_is_none_either() -> None:
    shown = shown_place("postgresql:///troth?user=ann&PASS%57ord=s3cret&sslpassword=s4&host=db")
    assert shown == "postgresql:///troth?user=ann&PASS%57ord=***&sslpassword=***&host=db"


@pytest.mark.parametrize("place", ["acme.duckdb", "a b/c@d:e.duckdb", "postgresql://db/troth"])
def test_what_has_no_password_is_shown_as_it_is(place: str) -> None:
    assert shown_place(place) == place


@pytest.mark.parametrize("password", PASSWORDS)
def test_a_server_that_is_not_there_is_told_without_the_password(password: str) -> None:
    url = f"postgresql://ann:{password}@127.0.0.1:1/troth"
    with pytest.raises(ArchiveError) as refused:
        open_archive(url, lambda: 0)
    assert "cret" not in str(refused.value)


def test_what_is_no_url_of_an_archive_is_told_without_the_password() -> None:
    with pytest.raises(ArchiveError, match=r"`mysql://ann:\*\*\*@db/x` is neither"):
        open_archive("mysql://ann:s3cret@db/x", lambda: 0)


def test_a_password_in_codes_is_hidden_as_it_is_and_as_it_is_read() -> None:
    url = "postgresql://ann:s3%2Fcret@db/troth"
    assert without_secrets("s3%2Fcret is s3/cret", url) == "*** is ***"


@pytest.mark.parametrize("words", [["policies", "--archive"], ["ledger", "verify"]])
def test_no_verb_prints_it(
    words: Sequence[str], postgres: PostgresServer, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"postgresql://troth:s3cret@/postgres?host={quote(str(postgres.folder), safe='')}"
    open_archive(url, lambda: 1_000, tenant="shown").close()
    assert main([*words, url, "--tenant", "shown"]) == 0
    said = capsys.readouterr()
    assert "troth:***@" in said.out
    assert "s3cret" not in said.out + said.err
