"""The page on running Troth is true: its commands run, its settings and metrics are those that there are."""

import re
import shlex
from argparse import ArgumentParser
from pathlib import Path

import pytest
import yaml
from starlette.testclient import TestClient

from api.app import app
from api.command.main import main
from api.command.serve import arguments
from api.command.settings import SETTINGS, shown
from api.command.settings_in_force import in_force
from api.command.tenant_to_views import TenantViews
from engine.store.duckdb_archive import DuckDbArchive
from engine.tenant.tenant import Tenant
from tests.api.tenant_door import MARCH

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "running.md").read_text("utf-8")
CONTAINER = (ROOT / "Containerfile").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_its_commands_run_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "policies").symlink_to(ROOT / "policies")
    monkeypatch.chdir(tmp_path)
    Path("troth.toml").write_text(blocks("toml")[0], "utf-8")
    Path("bolt.url").write_text("postgresql://troth:s3cret@db/troth", "utf-8")
    commands = [line[2:] for block in blocks("console") for line in block.splitlines()]
    assert len(commands) > 6
    for command in commands:
        program, *words = shlex.split(command)
        assert program == "troth"
        if words[0] == "serve" and "--print-config" not in words:
            words.append("--print-config")  # what it would serve; a server would never end
        assert main(words) == 0, (command, capsys.readouterr().err)
    said = capsys.readouterr()
    assert "s3cret" not in said.out + said.err


def test_its_table_of_settings_is_that_of_the_server() -> None:
    rows = re.findall(r"^\| `([\w.]+)` \| `(TROTH_\w+)` \|.*\| (.*) \|$", PAGE, re.MULTILINE)
    told = {key: (variable, default) for key, variable, default in rows if not key.startswith("tenants.")}
    assert {key: variable for key, (variable, _) in told.items()} == {
        each.key: each.variable for each in SETTINGS
    }
    for each in SETTINGS:
        if each.default not in (None, ()):
            assert told[each.key][1].strip("`") == shown(each.default).strip('"')


def test_its_configuration_is_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("troth.toml").write_text(blocks("toml")[0], "utf-8")
    Path("bolt.url").write_text("postgresql://db/troth", "utf-8")
    parser = ArgumentParser()
    arguments(parser)
    assert not in_force(parser.parse_args(["--config", "troth.toml"]), {}).mistakes


def test_every_metric_that_it_names_is_there() -> None:
    with (
        Tenant(DuckDbArchive(None, lambda: MARCH)) as tenant,
        TestClient(app(TenantViews(tenant, lambda: MARCH)), base_url="http://localhost") as client,
    ):
        text = client.get("/metrics").text
    there = set(re.findall(r"^# TYPE (\w+)", text, re.MULTILINE))
    named = set(re.findall(r"\b(?:troth|process)_[a-z_]+", " ".join(re.findall(r"`([^`\n]+)`", PAGE))))
    rules = yaml.safe_load(blocks("yaml")[1])["groups"][0]["rules"]
    for rule in rules:
        named |= set(re.findall(r"\btroth_[a-z_]+", rule["expr"]))
    named = {re.sub(r"_bucket$", "", each) for each in named if not each.startswith("troth_pull")}
    assert named - there == set()


def test_the_container_is_made_of_what_is_there() -> None:
    copied = [line.split()[1:-1] for line in CONTAINER.splitlines() if re.match(r"COPY (?!--)", line)]
    assert copied
    for path in (path for each in copied for path in each):
        assert (ROOT / path).exists(), path
    assert {"engine", "api", "policies"} <= {each for paths in copied for each in paths}
    images = re.findall(r"^FROM (\S+)", CONTAINER, re.MULTILINE)
    assert images and all(re.fullmatch(r"python:3\.\d+-slim", each) for each in images)
    assert not re.search(r"^ADD|://(?!127\.0\.0\.1)", CONTAINER, re.MULTILINE)
    (user,) = re.findall(r"^USER (\d+):(\d+)$", CONTAINER, re.MULTILINE)
    assert "0" not in user
    assert "curl" not in CONTAINER and "HEALTHCHECK" in CONTAINER
    for name in re.findall(r"TROTH_\w+", CONTAINER):
        assert name in {each.variable for each in SETTINGS}


def test_what_runs_in_the_container_is_of_the_same_versions_as_what_is_tested() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^\S+==\S+", (ROOT / name).read_text("utf-8"), re.MULTILINE))

    assert pins("requirements.run.lock") <= pins("requirements.lock")
    assert not [each for each in pins("requirements.run.lock") if each.startswith(("pytest", "scipy"))]


def test_every_link_of_the_page_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", PAGE)
    assert links
    assert not [link for link in links if not (ROOT / "docs" / link).exists()]
