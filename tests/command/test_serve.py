"""`troth serve`: on loopback only, with a token, says what it asks for, answers, and stops when told."""

import json
import re
import signal
import socket
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from pathlib import Path
from shutil import copyfile
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from joserfc.jwk import OKPKey

from api.command import serve
from api.command.console import terminal
from api.command.doorman import Chosen, choose
from api.command.main import main
from engine.model.principal import ApiRole

SHOP = Path(__file__).parent / "shop"
JSON = {"Content-Type": "application/json"}
WORDS = ["serve", str(SHOP / "shop.sla"), "--facts", str(SHOP / "facts"), "--as-of", "2025-03-01T00:00:00Z"]


@pytest.fixture
def server() -> Iterator["subprocess.Popen[str]"]:
    """A server on a free port."""
    command = [sys.executable, "-m", "api.command.main", *WORDS, "--port", "0"]
    with subprocess.Popen(command, cwd=SHOP.parents[2], stderr=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def test_it_answers_on_this_machine_until_it_is_stopped(server: "subprocess.Popen[str]") -> None:
    assert server.stderr is not None
    said, warning, header = (server.stderr.readline() for _ in range(3))
    found = re.search(r"http://127\.0\.0\.1:\d+/graphql", said)
    assert found, said
    assert "as of 2025-03-01T00:00:00Z" in said and "needs this token" in warning
    query = json.dumps({"query": "{ asOf verdicts(first: 5, filter: {state: [BREACHED]}) { totalCount } }"})
    with pytest.raises(HTTPError, match="401"):
        urlopen(Request(found[0], query.encode(), JSON), timeout=60)
    name, _, token = header.strip().partition(": ")
    with urlopen(Request(found[0], query.encode(), JSON | {name: token}), timeout=60) as answer:
        assert json.load(answer)["data"] == {"asOf": "2025-03-01T00:00:00Z", "verdicts": {"totalCount": 1}}
    server.send_signal(signal.SIGINT)
    assert server.wait(60) == 130
    assert "Traceback" not in server.stderr.read()


def test_a_port_that_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main([*WORDS, "--port", str(taken.getsockname()[1])]) == 2
    assert "cannot be used" in capsys.readouterr().err


def test_a_broken_policy_is_not_served(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.sla").write_text("party {")
    assert main(["serve", str(tmp_path), "--facts", str(SHOP / "facts")]) == 2
    assert "error[" in capsys.readouterr().err


ARCHIVE = ["serve", "--archive", "a.duckdb"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([*WORDS, "--open", "--token-key", "k"], "say only one"),
        ([*ARCHIVE, "--actor", "ann", "--token-key", "k"], "each token says who acts: leave --actor out"),
        ([*WORDS, "--token-key", "k"], "`k` cannot be read: no such file or directory"),
        ([*WORDS, "--tokens", "t.toml"], "t.toml: it cannot be read: no such file or directory"),
        ([*WORDS, "--actor", "ann"], "--actor needs an --archive"),
        ([*ARCHIVE, "--archive", "b.duckdb"], "two archives are called `main`: say each as NAME=FILE_OR_URL"),
        ([*WORDS, "--open", "--host-name", "*"], "it asks for no tokens: name the `hosts`"),
        ([*ARCHIVE, *WORDS[1:]], "an --archive has its policies and facts"),
    ],
)
def test_what_does_not_go_together_is_said(
    words: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def chosen(words: list[str], archives: Mapping[str, str]) -> Chosen:
    """Whom the server lets in, as it was started."""
    parser = ArgumentParser()
    serve.arguments(parser)
    found = choose(parser.parse_intermixed_args(words), archives, terminal(colour=False))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("actor", "identity", "roles"),
    [([], "local", {ApiRole.AUDITOR}), (["--actor", "ann"], "ann", {ApiRole.GOVERNANCE})],
)
def test_the_token_of_a_run_keeps_only_as_somebodys_doing(
    actor: list[str], identity: str, roles: set[ApiRole]
) -> None:
    found = chosen(actor, {"main": "nowhere.duckdb"})
    token = found.said[1].rpartition(" ")[2]
    assert len(token) >= 43
    principal = found.doorman.principal(token)
    assert (principal.identity, principal.roles) == (identity, roles)
    assert chosen(actor, {"main": "nowhere.duckdb"}).said[1] != found.said[1]
    assert chosen([*actor, "--open"], {"main": "nowhere.duckdb"}).doorman.free == principal


def test_the_key_beside_an_archive_lets_into_that_archive(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = str(tmp_path / "a.duckdb")
    assert main(["token", "--archive", archive, "--role", "auditor", "--as", "ann"]) == 0
    token = capsys.readouterr().out.strip()
    found = chosen([], {"a": archive, "b": str(tmp_path / "b.duckdb")})
    assert "those of the key" in found.said[0]
    assert found.doorman.free is None
    assert found.doorman.principal(token).tenants == {"a"}


def test_a_key_beside_two_archives_lets_into_both(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archives = {name: str(tmp_path / f"{name}.duckdb") for name in ("a", "b")}
    assert main(["token", "--archive", archives["a"], "--role", "auditor", "--as", "ann"]) == 0
    token = capsys.readouterr().out.strip()
    copyfile(f"{archives['a']}.token-key", f"{archives['b']}.token-key")
    assert chosen([], archives).doorman.principal(token).tenants == {"a", "b"}


def test_beside_declared_issuers_who_has_an_own_token_is_called_otherwise(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "login.pem").write_bytes(OKPKey.generate_key("Ed25519").as_pem(private=False))
    (tmp_path / "tokens.toml").write_text(
        '[[issuer]]\nname = "https://login"\naudience = "x"\nkeys = "login.pem"\nevery_tenant = true\n'
        '[issuer.roles]\nadmin = "governance"\n'
    )
    key = str(tmp_path / "key")
    assert main(["token", "--key", key, "--role", "governance", "--as", "prometheus"]) == 0
    token = capsys.readouterr().out.strip()
    words = ["--tokens", str(tmp_path / "tokens.toml"), "--token-key", key]
    assert chosen(words, {"a": "nowhere.duckdb"}).doorman.principal(token).identity == "troth|prometheus"
    assert chosen(words[2:], {"a": "nowhere.duckdb"}).doorman.principal(token).identity == "prometheus"
