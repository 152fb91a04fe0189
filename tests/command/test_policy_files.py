"""Policies from disk: in order, each once, and every failure a finding that names the path."""

from dataclasses import replace
from pathlib import Path

import pytest

from api.command import policy_files
from api.command.policy_files import POLICY, read_policies
from engine.diagnostic import Diagnostic


def only_finding(path: Path) -> Diagnostic:
    """The one finding that reading the path gives."""
    sources, findings = read_policies([path])
    assert sources == () and len(findings) == 1, findings
    assert str(path) in findings[0].message
    return findings[0]


def test_a_folder_gives_its_policies_in_order_without_hidden_ones(tmp_path: Path) -> None:
    for name in ("b.sla", "a/z.sla", "a.sla", ".git/hidden.sla", "notes.md", ".x.sla"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    sources, findings = read_policies([tmp_path])
    assert findings == ()
    assert [source.text for source in sources] == ["a/z.sla", "a.sla", "b.sla"]
    assert sources[0].name == str(tmp_path / "a" / "z.sla")


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.sla").write_text("x")
    sources, _ = read_policies([tmp_path / "a.sla", tmp_path, tmp_path / "." / "a.sla"])
    assert len(sources) == 1


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "a.sla").write_bytes(b"\xef\xbb\xbfparty a\r\n")
    (source,), _ = read_policies([tmp_path])
    assert source.text == "party a\r\n"


def test_a_missing_file_may_be_a_slip(tmp_path: Path) -> None:
    (tmp_path / "hosting.sla").write_text("x")
    finding = only_finding(tmp_path / "hostings.sla")
    assert finding.code == "no-such-file"
    assert finding.help == f"did you mean `{tmp_path / 'hosting.sla'}`?"


def test_a_file_under_a_file_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "a.sla").write_text("x")
    assert only_finding(tmp_path / "a.sla" / "b.sla").code == "unreadable-file"


def test_an_empty_folder_holds_no_policy(tmp_path: Path) -> None:
    assert only_finding(tmp_path).code == "no-policies"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"party a\xff", "byte 8 is not UTF-8"),
        (b"PK\x03\x04\x00\x00", "character 5 is a zero byte"),
        ("party a".encode("utf-16"), "byte 1 is not UTF-8"),
    ],
)
def test_what_is_not_text(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "a.sla").write_bytes(content)
    finding = only_finding(tmp_path / "a.sla")
    assert finding.code == "not-text" and finding.message.endswith(why)


def test_fifty_megabytes_on_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.sla").write_bytes(b"a" * 50 * 1024 * 1024)
    assert only_finding(tmp_path / "a.sla").code == "file-too-large"


def test_the_largest_policy_is_still_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy_files, "POLICY", replace(POLICY, largest=4))
    (tmp_path / "a.sla").write_text("abcd")
    assert len(read_policies([tmp_path])[0]) == 1
    (tmp_path / "a.sla").write_text("abcde")
    assert only_finding(tmp_path / "a.sla").code == "file-too-large"


def test_an_impossible_path() -> None:
    assert only_finding(Path("a\0b")).code == "unreadable-file"


def test_one_bad_file_hides_no_other(tmp_path: Path) -> None:
    (tmp_path / "a.sla").write_text("x")
    (tmp_path / "b.sla").write_bytes(b"\xff")
    sources, findings = read_policies([tmp_path / "none.sla", tmp_path])
    assert (len(sources), [each.code for each in findings]) == (1, ["no-such-file", "not-text"])
