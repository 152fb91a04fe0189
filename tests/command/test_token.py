"""`troth token`: a key that only its owner may read, and tokens that the server takes."""

import os
import stat
from pathlib import Path

import pytest
from joserfc import jws

from api.authentication import UnauthenticatedError
from api.command.clock import now
from api.command.main import main
from api.tokens.own_key import own_issuer
from api.tokens.tokens import Tokens
from engine.model.principal import ApiRole, Principal
from engine.model.quantity import HOUR, Instant

WORDS = ["token", "--role", "customer", "--party", "bolt", "--as", "ann@bolt"]


def tokens(key: Path, *, at: Instant | None = None, only: frozenset[str] | None = None) -> Tokens:
    """Those of a key, at an instant."""
    return Tokens(clock=lambda: now() if at is None else at, issuers=(own_issuer(key, only=only),))


def test_a_token_says_what_was_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = tmp_path / "acme.duckdb"
    key = tmp_path / "acme.duckdb.token-key"
    assert main([*WORDS, "--archive", str(archive), "--tenant", "one", "--for", "1h"]) == 0
    first = capsys.readouterr()
    assert "is the new key that signs" in first.err and "good until" in first.err
    if os.name == "posix":
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert not archive.exists()
    token = first.out.strip()
    assert tokens(key).principal(token) == Principal(
        identity="ann@bolt",
        roles=frozenset({ApiRole.CUSTOMER}),
        parties=frozenset({"bolt"}),
        tenants=frozenset({"one"}),
    )
    with pytest.raises(UnauthenticatedError, match="expired"):
        tokens(key, at=now() + 2 * HOUR).principal(token)
    assert main([*WORDS, "--key", str(key)]) == 0
    again = capsys.readouterr()
    assert "new key" not in again.err
    assert tokens(key).principal(again.out.strip()).tenants is None
    assert tokens(key, only=frozenset({"one"})).principal(again.out.strip()).tenants == {"one"}


def test_a_token_of_another_key_is_not_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a", "b"):
        assert main([*WORDS, "--key", str(tmp_path / name)]) == 0
    first, second = capsys.readouterr().out.split()
    assert tokens(tmp_path / "a").principal(first)
    with pytest.raises(UnauthenticatedError):
        tokens(tmp_path / "a").principal(second)
    assert jws.extract_compact(first.encode()).protected["alg"] == "Ed25519"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["token", "--role", "auditor", "--as", "ann"], "no key is named: say --key FILE"),
        (
            ["token", "--role", "auditor", "--as", "ann", "--archive", "postgresql://h/d"],
            "beside a PostgreSQL there is no key: say --key FILE",
        ),
        ([*WORDS, "--archive", "a", "--key", "b"], "not both"),
        (
            ["token", "--role", "supplier", "--as", "ann", "--key", "k"],
            "a customer or a supplier speaks for somebody: say --party",
        ),
        ([*WORDS, "--key", "nowhere/k"], "`nowhere/k` cannot be made: no such file or directory"),
        ([*WORDS, "--key", "torn"], "`torn` is no key of `troth token`"),
        ([*WORDS, "--key", "k", "--for", "9"], "`9` is no time; write one like 30m"),
        ([*WORDS, "--key", "k", "--for", "367d"], "`367d` is no time"),
        ([*WORDS, "--key", "k", "--for", "0s"], "`0s` is no time"),
        (["token", "--role", "root", "--as", "ann", "--key", "k"], "invalid choice: 'root'"),
    ],
)
def test_what_cannot_be_made_is_said(
    words: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("torn").touch(0o600)
    assert main(words) == 2
    streams = capsys.readouterr()
    assert said in streams.err
    assert streams.out == ""
    assert [each.name for each in tmp_path.iterdir()] == ["torn"]


@pytest.mark.skipif(os.name != "posix", reason="only there do files say who may read them")
def test_a_key_that_others_may_read_signs_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = tmp_path / "k"
    assert main([*WORDS, "--key", str(key)]) == 0
    capsys.readouterr()
    key.chmod(0o644)
    assert main([*WORDS, "--key", str(key)]) == 2
    streams = capsys.readouterr()
    assert "others may read" in streams.err and streams.out == ""
