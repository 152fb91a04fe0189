"""The settings of `troth serve`: which goes before which, every mistake at its place, and no secret shown."""

import tomllib
from argparse import ArgumentParser, Namespace
from pathlib import Path

import pytest

from api.command.main import main
from api.command.serve import arguments
from api.command.settings import SETTINGS
from api.command.settings_in_force import InForce, in_force

FULL = """
listen = "127.0.0.1:9000"
hosts = ["troth.example.com", "*.inner"]
actor = "ann"

[tenants]
acme = "acme.duckdb"
bolt_file = "bolt.url"

[tokens]
open = true

[limits]
answer_seconds = 5

[log]
level = "debug"
format = "json"
"""


def options(*words: str) -> Namespace:
    parser = ArgumentParser()
    arguments(parser)
    return parser.parse_args(list(words))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a configuration and the place of a tenant in a file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "troth.toml").write_text(FULL, "utf-8")
    (tmp_path / "bolt.url").write_text("postgresql://troth:s3cret@db/troth\n", "utf-8")
    return tmp_path


def shown(found: InForce) -> str:
    assert not found.mistakes, found.mistakes
    return "\n".join(found.lines())


def test_without_anything_the_defaults_are_in_force() -> None:
    asked = options("--archive", "acme.duckdb")
    text = shown(in_force(asked, {}))
    assert 'listen = "127.0.0.1:8000"  # default' in text
    assert 'tenants.main = "acme.duckdb"  # option' in text
    assert (str(asked.listen), asked.answer_seconds, asked.stop_seconds) == ("127.0.0.1:8000", 10, 30)


def test_a_file_says_everything_and_paths_are_from_where_it_lies(folder: Path) -> None:
    asked = options("--config", "troth.toml")
    text = shown(in_force(asked, {}))
    assert asked.archive == ["acme=acme.duckdb", "bolt=postgresql://troth:s3cret@db/troth"]
    assert (asked.open, asked.actor, asked.hosts) == (True, "ann", ("troth.example.com", "*.inner"))
    assert 'tenants.bolt = "postgresql://troth:***@db/troth"  # troth.toml, from a file' in text
    assert "s3cret" not in text
    (folder / "sub").mkdir()
    (folder / "sub" / "t.toml").write_text(
        'tokens.key = "k"\nsign = "acme.key"\ntenants.acme = "a.duckdb"', "utf-8"
    )
    asked = options("--config", "sub/t.toml")
    in_force(asked, {})
    assert (asked.token_key, asked.archive) == (Path("sub/k"), ["acme=sub/a.duckdb"])
    assert asked.sign == Path("sub/acme.key")
    in_force(asked := options("--archive", "a.duckdb"), {"TROTH_SIGN": "b.key"})
    assert asked.sign == Path("b.key")
    in_force(asked := options("--archive", "a.duckdb", "--sign", "c.key"), {"TROTH_SIGN": "b.key"})
    assert asked.sign == Path("c.key")


def test_what_is_shown_is_a_configuration_again(folder: Path) -> None:
    asked = options("--config", "troth.toml", "--port", "0")
    found = in_force(asked, {})
    again = tomllib.loads(shown(found))
    assert again["log"] == {"level": "debug", "format": "json"}
    assert again["listen"] == "127.0.0.1:0"


def test_options_go_before_the_environment_and_that_before_the_file(folder: Path) -> None:
    variables = {
        "TROTH_CONFIG": "troth.toml",
        "TROTH_LISTEN": "[::1]:9001",
        "TROTH_LOG_LEVEL": "error",
        "TROTH_HOSTS": "a.example, b.example",
        "TROTH_TENANTS_ACME": "other.duckdb",
    }
    asked = options("--log-level", "warning")
    found = in_force(asked, variables)
    text = shown(found)
    assert 'log.level = "warning"  # option' in text
    assert 'listen = "[::1]:9001"  # TROTH_LISTEN' in text
    assert 'hosts = ["a.example", "b.example"]  # TROTH_HOSTS' in text
    assert 'tenants.acme = "other.duckdb"  # TROTH_TENANTS_ACME' in text
    assert 'log.format = "json"  # troth.toml' in text


def test_every_setting_has_an_option_and_a_variable(folder: Path) -> None:
    known = vars(options())
    assert {each.dest for each in SETTINGS} <= set(known)
    assert len({each.variable for each in SETTINGS}) == len(SETTINGS)


@pytest.mark.parametrize(
    ("text", "line", "said", "help"),
    [
        ('lisen = "x"', 1, "`lisen` is no setting", "did you mean `listen`?"),
        ('[log]\nlevl = "info"', 2, "`log.levl` is no setting", "did you mean `log.level`?"),
        ('[log]\nlevel = "loud"', 2, '`log.level` cannot be "loud": it is one of debug, info, warn', None),
        ("listen = 8000", 1, "`listen` cannot be 8000: it is an address and a port", None),
        ('\nhosts = "a"', 2, '`hosts` cannot be "a": it is a list of texts', None),
        ("[limits]\nanswer_seconds = 0", 2, "cannot be 0: it is a whole number of seconds", None),
        ("[limits]\nanswer_seconds = 1.5", 2, "cannot be this: it is one text", None),
        ('[tenants]\nAcme = "a"', 2, "`tenants.Acme` is no setting", "a tenant is a name in small letters"),
        (
            '[tenants]\nacme_file = "no.url"',
            2,
            "the place of tenant `acme` cannot be told: no such file",
            None,
        ),
        ("tokens.open = 1", 1, "`tokens.open` cannot be 1: it is true or false", None),
    ],
)
def test_a_mistake_is_told_at_its_place(
    text: str, line: int, said: str, help: str | None, folder: Path
) -> None:
    (folder / "bad.toml").write_text(text, "utf-8")
    (mistake,) = in_force(options("--config", "bad.toml"), {}).mistakes
    assert said in mistake.message
    assert mistake.primary is not None and mistake.primary.line == line
    assert help is None or help in str(mistake.help)


def test_a_file_that_cannot_be_read_is_told(folder: Path) -> None:
    (folder / "bad.toml").write_text("listen = = 1\nactor = 2\n", "utf-8")
    (mistake,) = in_force(options("--config", "bad.toml"), {}).mistakes
    assert mistake.message.startswith("bad.toml: it is no TOML: ") and "line 1" in mistake.message
    (mistake,) = in_force(options("--config", "no.toml"), {}).mistakes
    assert "`no.toml` cannot be read: no such file" in mistake.message


def test_an_unknown_variable_is_a_mistake_but_not_one_for_others(folder: Path) -> None:
    others = {"TROTH_SERVICE_HOST": "x", "TROTH_PORT": "tcp://x", "TROTH_PORT_8000_TCP": "x", "HOME": "x"}
    assert not in_force(options(), others | {"TROTH_PULL_TOKEN": "x"}).mistakes
    (mistake,) = in_force(options(), {"TROTH_LISEN": "x"}).mistakes
    assert (mistake.message, mistake.help) == ("`TROTH_LISEN` is no setting", "did you mean `TROTH_LISTEN`?")


def test_the_command_shows_what_is_in_force_or_what_is_wrong(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "--config", "troth.toml", "--print-config"]) == 0
    said = capsys.readouterr().out
    assert "limits.answer_seconds = 5  # troth.toml" in said and "s3cret" not in said
    (folder / "bad.toml").write_text('a = 1\n[log]\nlevl = "info"', "utf-8")
    assert main(["serve", "--config", "bad.toml", "--print-config"]) == 2
    said = capsys.readouterr().err
    assert "--> bad.toml:1:1" in said and "--> bad.toml:3:1" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--listen", "0.0.0.0:0"], "listens on 0.0.0.0:0 only with tokens that are declared"),
        (["--listen", "0.0.0.0:0", "--open"], "listens on 0.0.0.0:0 only with tokens that are declared"),
        (["--listen", "0.0.0.0:0", "--token-key", "k"], "say under which names it is asked"),
        (["--sign", "k", "--archive", "b=b.duckdb"], "--sign (`sign`) needs one --archive"),
        (["--sign", ".", "--archive", "b=b.duckdb"], "the ledger of `main` would not be signed"),
        (["--log-format", "json"], "a token that is told would stand in the log"),
    ],
)
def test_doors_that_should_not_be_open_stay_closed(
    words: list[str], said: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    token = ["token", "--key", "k", "--role", "governance", "--as", "ann"]
    assert main(token) == 0
    capsys.readouterr()
    assert main(["serve", "--archive", "acme.duckdb", *words]) == 2
    assert said in capsys.readouterr().err
    assert not (folder / "acme.duckdb").exists()
