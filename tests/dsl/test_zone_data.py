"""Zones are those of the package `tzdata`, whatever the machine has of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.pipeline import is_zone

PROGRAM = """
from engine.dsl.zone_to_offsets import zone_offsets
print(len(zone_offsets("Europe/Berlin").offsets) > 1)
"""


def test_the_zones_of_the_machine_decide_nothing(tmp_path: Path) -> None:
    """Berlin never changes its clocks, by the machine's data: a file without any transition."""
    (tmp_path / "Europe").mkdir()
    counts = b"".join(count.to_bytes(4, "big") for count in (0, 0, 0, 0, 1, 4))
    block = b"TZif2" + bytes(15) + counts + bytes(6) + b"UTC\0"
    (tmp_path / "Europe" / "Berlin").write_bytes(block + block + b"\nUTC0\n")
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=os.environ | {"PYTHONTZPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "True\n"


@pytest.mark.parametrize("name", ["localtime", "posixrules", "right/Europe/Berlin"])
def test_what_only_a_machine_calls_a_zone_is_none(name: str) -> None:
    assert not is_zone(name)
