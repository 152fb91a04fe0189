"""Each tenant of a server has its ledger signed by a key of its own."""

from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path

import pytest

from api.command import serve
from api.command.console import terminal
from api.command.main import main
from api.command.signing_keys import key_of, unsigned
from engine.ledger.log import kept_heads


def test_each_of_several_tenants_is_signed_with_its_own_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = tmp_path / "keys"
    keys.mkdir()
    said = unsigned(["acme", "bolt"], keys)
    assert said is not None and f"troth ledger key {keys / 'acme.key'} --new" in said
    for name in ("acme", "bolt"):
        assert main(["ledger", "key", str(keys / f"{name}.key"), "--new", f"example.com/{name}"]) == 0
    capsys.readouterr()
    assert unsigned(["acme", "bolt"], keys) is None
    assert "needs one --archive" in str(unsigned(["acme", "bolt"], keys / "acme.key"))
    assert unsigned(["acme"], keys / "acme.key") is None
    assert "needs one --archive" in str(unsigned([], keys))
    assert key_of("acme", keys / "other.key") == keys / "other.key"

    parser = ArgumentParser()
    serve.arguments(parser)
    options = parser.parse_intermixed_args(["--sign", str(keys)])
    with ExitStack() as opened:
        for name in ("acme", "bolt"):
            place = str(tmp_path / f"{name}.duckdb")
            views = opened.enter_context(serve._tenant(name, place, options, terminal(colour=False)))
            assert views is not None and views.keeper is not None
            (head,) = views.keeper.read(kept_heads)
            assert head.origin == f"example.com/{name}"
