"""A folder of facts: which file is read as what, which rows are refused and why; nothing is half done."""

import json
from pathlib import Path

import pyarrow
import pyarrow.ipc
import pyarrow.parquet
import pytest

from engine.diagnostic import Level
from engine.facts.admission import Admission
from engine.facts.feed_files import admit_folder, known_at_findings
from engine.model.feed import LocalTime
from engine.model.instants import parse_instant
from engine.store.database import Store
from tests.facts.world import EVERYTHING, OUTAGE, admit, column, feed, reasons, world

HEADER = "id,service,start,end,impact\n"
GOOD = "o1,shop,2025-03-01T10:00:00Z,2025-03-01T11:00:00Z,major\n"


def codes(admission: Admission) -> list[str]:
    return [each.code for each in admission.diagnostics]


def test_a_file_holds_the_kind_that_it_is_named_after(tmp_path: Path) -> None:
    (tmp_path / "outage.csv").write_text("\ufeff" + HEADER + GOOD + "o2,api,2025-03-01 12:00+01:00,,\n")
    admission, (first, second) = admit(tmp_path)
    assert (admission.admitted, admission.is_whole) == ({"outage": 2}, True)
    assert dict(first.values) == {
        "id": "o1",
        "service": "shop",
        "start": parse_instant("2025-03-01T10:00:00Z"),
        "end": parse_instant("2025-03-01T11:00:00Z"),
        "impact": "major",
    }
    assert (second.values["start"], second.values["end"]) == (parse_instant("2025-03-01T11:00:00Z"), None)


def test_every_reason_of_every_row_is_given_as_a_spreadsheet_counts(tmp_path: Path) -> None:
    (tmp_path / "outage.csv").write_text(
        HEADER
        + GOOD  # row 2
        + ",shop,yesterday,,major\n"  # row 3
        + "\n"  # row 4
        + '"o4\nin two lines",shop,2025-03-01T10:00:00Z,2025-03-01T09:59:59Z,\n'  # row 5
        + "o5,shopp,,,mayor\n"  # row 6
        + "o6,shop\n"  # row 7
        + "o1,api,2025-03-02T10:00:00Z,,\n"  # row 8
        + "o7,api,2025-03-02T10:00:00Z,,minor\n"  # row 9
    )
    admission, facts = admit(tmp_path)
    assert [fact.key for fact in facts] == ["o1", "o7"]
    assert facts[0].values["service"] == "shop"
    assert reasons(admission) == [
        (3, "id", "the key is empty"),
        (3, "start", "`yesterday` is no instant; write one as 2025-03-31T10:00:00Z"),
        (5, "end", "the end 2025-03-01T09:59:59Z lies before the start 2025-03-01T10:00:00Z"),
        (6, "service", "no service is named `shopp`; did you mean `shop`?"),
        (6, "start", "the value is missing"),
        (6, "impact", "`mayor` is none of `minor`, `major`, `critical`; did you mean `major`?"),
        (7, None, "the row has 2 cells, and the header 5"),
        (8, "id", "the key `o1` is taken in row 2; a feed may say `corrections by key`"),
    ]
    assert admission.refused_rows == 5


def test_rows_are_counted_alike_without_any_quote(tmp_path: Path) -> None:
    (tmp_path / "outage.csv").write_text(HEADER + GOOD + "\n,,,,\no2,shop,never,,\n")
    admission, _ = admit(tmp_path)
    assert [(row, column) for row, column, _ in reasons(admission)] == [(5, "start")]


@pytest.mark.parametrize("torn", ['o2,"shop,2025-03-01T10:00:00Z,,\n', 'o2,"sh"op,2025-03-01T10:00:00Z,,\n'])
def test_a_quote_gone_astray_swallows_no_row_silently(tmp_path: Path, torn: str) -> None:
    (tmp_path / "outage.csv").write_text(HEADER + GOOD + torn)
    admission, facts = admit(tmp_path)
    assert [fact.key for fact in facts] == ["o1"]
    assert [(each.row, each.code) for each in admission.refused] == [(3, "bad-row")]


def test_all_or_nothing(tmp_path: Path) -> None:
    (tmp_path / "outage.csv").write_text(HEADER + GOOD + "o2,shop,never,,\n")
    (tmp_path / "everything.csv").write_text("id,at\ne1,2025-03-01T10:00:00Z\n")
    admission, facts = admit(tmp_path, all_or_nothing=True)
    assert (facts, admission.admitted) == ((), {})
    assert codes(admission) == ["nothing-admitted"]
    assert reasons(admission) == [(3, "start", "`never` is no instant; write one as 2025-03-31T10:00:00Z")]
    (tmp_path / "outage.csv").write_text(HEADER + GOOD)
    admission, facts = admit(tmp_path, all_or_nothing=True)
    assert admission.admitted == {"outage": 1, "everything": 1}


def test_a_feed_maps_columns_words_and_zones(tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text(
        "Number,Opened,Severity,Colour\n7,2025-07-01 10:00,P1,red\n8,2025-01-01 10:00,minor,\n"
    )
    theirs = feed(
        "outage",
        "export.csv",
        column("id", "Number"),
        column("start", "Opened"),
        column("impact", "Severity", P1="critical"),
        zone="Europe/Berlin",
        constants=(("service", "shop"),),
        ignores=("Colour",),
    )
    admission, (first, second) = admit(tmp_path, theirs)
    assert admission.is_whole
    assert dict(first.values) == {
        "id": "7",
        "service": "shop",
        "start": parse_instant("2025-07-01T08:00:00Z"),
        "end": None,
        "impact": "critical",
    }
    assert (second.values["start"], second.values["impact"]) == (
        parse_instant("2025-01-01T09:00:00Z"),
        "minor",
    )


@pytest.mark.parametrize(
    ("choice", "gap", "fold"),
    [
        (LocalTime.REFUSE, None, None),
        (LocalTime.EARLIER, "2025-03-30T00:30:00Z", "2025-10-26T00:30:00Z"),
        (LocalTime.LATER, "2025-03-30T01:30:00Z", "2025-10-26T01:30:00Z"),
    ],
)
def test_local_times_of_a_change_of_clocks(
    tmp_path: Path, choice: LocalTime, gap: str | None, fold: str | None
) -> None:
    """Berlin skips 02:00 to 03:00 on 30 March 2025 and repeats it on 26 October (S2.1)."""
    (tmp_path / "everything.csv").write_text("id,at\ngap,2025-03-30T02:30\nfold,2025-10-26T02:30\n")
    theirs = feed("everything", "everything.csv", zone="Europe/Berlin", local_time=choice)
    admission, facts = admit(tmp_path, theirs, kind=EVERYTHING)
    found = {fact.key: fact.values["at"] for fact in facts}
    wanted = {"gap": gap and parse_instant(gap), "fold": fold and parse_instant(fold)}
    assert found == {key: instant for key, instant in wanted.items() if instant}
    if choice is LocalTime.REFUSE:
        assert reasons(admission) == [
            (
                2,
                "at",
                "`2025-03-30T02:30` does not exist in Europe/Berlin; a feed may say `earlier` or `later`",
            ),
            (
                3,
                "at",
                "`2025-10-26T02:30` occurs twice in Europe/Berlin; a feed may say `earlier` or `later`",
            ),
        ]


def test_a_local_time_without_a_zone_is_refused(tmp_path: Path) -> None:
    (tmp_path / "everything.csv").write_text("id,at\ne,2025-03-30T12:30\n")
    admission, facts = admit(tmp_path, kind=EVERYTHING)
    assert facts == ()
    assert reasons(admission) == [
        (2, "at", "`2025-03-30T12:30` has no offset from UTC, and no feed names its zone")
    ]


def test_columns_that_nothing_reads_or_that_are_lacking_refuse_the_file(tmp_path: Path) -> None:
    (tmp_path / "outage.csv").write_text("id,service,strat,end,end\no1,shop,2025-03-01T10:00:00Z,,\n")
    (tmp_path / "everything.csv").write_text("id,at\ne1,2025-03-01T10:00:00Z\n")
    admission, facts = admit(tmp_path)
    assert (facts, admission.refused, admission.admitted) == ((), (), {"everything": 1})
    assert [(each.code, each.message, each.help) for each in admission.diagnostics] == [
        ("duplicate-column", "`outage.csv` has more than one column `end`", None),
        (
            "missing-column",
            "`outage.csv` has no column `start`, which `outage` needs",
            "did you mean `strat`?",
        ),
        (
            "unknown-column",
            "`outage.csv` has a column `strat`, which `outage` has not",
            "did you mean `start`?",
        ),
    ]


def test_corrections_are_versions_and_known_at_needs_recorded_at(tmp_path: Path) -> None:
    (tmp_path / "outage.csv").write_text(
        "id,service,start,entered\n"
        "o1,shop,2025-03-01T10:00:00Z,2025-03-02T00:00:00Z\n"
        "o1,shop,2025-03-01T10:30:00Z,2025-03-03T00:00:00Z\n"
    )
    corrects = feed("outage", "outage.csv", column("recorded_at", "entered"), corrections=True)
    with Store.open(None) as store:
        snapshot = world(corrects)
        assert admit_folder(snapshot, tmp_path, store).is_whole
        assert known_at_findings(snapshot, store) == ()
        seen = [
            [fact.values["start"] for fact in store.facts(OUTAGE, known_at)]
            for known_at in (
                None,
                parse_instant("2025-03-02T12:00:00Z"),
                parse_instant("2025-03-01T12:00:00Z"),
            )
        ]
        late, early = parse_instant("2025-03-01T10:30:00Z"), parse_instant("2025-03-01T10:00:00Z")
        assert seen == [[late], [early], []]
        (tmp_path / "outage.ndjson").write_text(
            '{"id": "o2", "service": "api", "start": "2025-03-01T10:00:00Z"}\n'
        )
        (tmp_path / "outage.csv").unlink()
        assert admit_folder(world(), tmp_path, store).is_whole
        assert [each.code for each in known_at_findings(world(), store)] == ["known-at-unrecorded"]


def test_a_key_is_taken_across_files(tmp_path: Path) -> None:
    (tmp_path / "outage.csv").write_text(HEADER + GOOD)
    (tmp_path / "outage.ndjson").write_text(
        '{"id": "o1", "service": "api", "start": "2025-03-01T10:00:00Z"}\n'
        '{"id": "o2", "service": "api", "start": "2025-03-01T10:00:00Z"}\n'
    )
    admission, facts = admit(tmp_path)
    assert [(fact.key, fact.values["service"]) for fact in facts] == [("o1", "shop"), ("o2", "api")]
    assert reasons(admission) == [
        (1, "id", "the key `o1` is taken by an earlier fact; a feed may say `corrections by key`")
    ]


def test_ndjson_numbers_stand_as_written(tmp_path: Path) -> None:
    lines = [
        '{"id": 1, "at": "2025-03-01T10:00:00Z", "load": 0.1, "cost": 1.10, "fixed": true}',
        '{"id": "2", "at": "2025-03-01T10:00:00Z", "load": 12345678901234.5e0}',
        '{"id": "3", "at": "2025-03-01T10:00:00Z", "load": 0.1234, "cost": [1]}',
        "",
        '{"id": "4", "at": NaN}',
        '{"id": "5"',
        '["6"]',
        '{"id": "7", "at": "2025-03-01T10:00:00Z", "note": "\\ud800"}',
    ]
    (tmp_path / "everything.ndjson").write_text("\n".join(lines))
    admission, facts = admit(tmp_path, kind=EVERYTHING)
    assert [(fact.key, str(fact.values["load"])) for fact in facts] == [
        ("1", "1/10"),
        ("2", "24691357802469/2"),
    ]
    assert (str(facts[0].values["cost"]), facts[0].values["fixed"]) == ("11/10", True)
    assert reasons(admission) == [
        (3, "load", "`0.1234` has more than 3 decimals"),
        (3, "cost", "the value is a list or an object"),
        (5, None, "`NaN` is no JSON"),
        (6, None, "the line is no JSON: expecting ',' delimiter at column 11"),
        (7, None, "the line is no JSON object"),
        (8, None, "the line is not Unicode text"),
    ]


def write(path: Path, table: pyarrow.Table) -> None:
    """Write an Arrow table in the format that the path's name asks for."""
    if path.suffix == ".parquet":
        pyarrow.parquet.write_table(table, path)
    else:
        with pyarrow.ipc.new_file(path, table.schema) as writer:
            writer.write_table(table)


@pytest.mark.parametrize("suffix", [".parquet", ".arrow"])
def test_typed_columns(tmp_path: Path, suffix: str) -> None:
    at = parse_instant("2025-03-01T10:00:00Z")
    assert at is not None
    table = pyarrow.table(
        {
            "id": pyarrow.array([1, 2, 3], pyarrow.int32()),
            "at": pyarrow.array([at * 1000, at * 1000 + 1, at * 1000 + 2000], pyarrow.timestamp("ns", "UTC")),
            "note": pyarrow.array(["a", "a", "b"]).dictionary_encode(),
            "load": pyarrow.array(["1.5", "2", "3.25"]).cast(pyarrow.decimal128(9, 3)),
            "cost": pyarrow.array([1, 2, 3]),
            "effort": pyarrow.array([1500, 0, -1], pyarrow.duration("ms")),
            "day": pyarrow.array([0, 1, 2], pyarrow.date32()),
            "fixed": pyarrow.array([True, None, False]),
        }
    )
    write(tmp_path / f"everything{suffix}", table)
    admission, (fact,) = admit(tmp_path, kind=EVERYTHING)
    assert {name: str(value) for name, value in fact.values.items()} == {
        "id": "1",
        "at": str(at),
        "note": "a",
        "load": "3/2",
        "cost": "1",
        "effort": "1500000",
        "day": "1970-01-01",
        "fixed": "True",
        "outage": "None",
    }
    assert reasons(admission) == [
        (2, "at", "`1740823200000000001 ns` has a part of a microsecond"),
        (3, "effort", "`-1 ms` is no length of time"),
    ]


def test_timestamps_without_a_zone_need_that_of_the_feed(tmp_path: Path) -> None:
    local = pyarrow.array([1_751_364_000, None], pyarrow.timestamp("s"))
    write(tmp_path / "everything.parquet", pyarrow.table({"id": ["a", "b"], "at": local}))
    admission, _ = admit(tmp_path, kind=EVERYTHING)
    assert reasons(admission) == [
        (1, "at", "`2025-07-01T10:00:00` has no offset from UTC, and no feed names its zone"),
        (2, "at", "the value is missing"),
    ]
    zoned = feed("everything", "everything.parquet", zone="Europe/Berlin")
    _, (fact,) = admit(tmp_path, zoned, kind=EVERYTHING)
    assert fact.values["at"] == parse_instant("2025-07-01T08:00:00Z")


def test_floats_are_read_only_as_far_as_the_feed_says(tmp_path: Path) -> None:
    at = pyarrow.array([0, 0, 0, 0], pyarrow.timestamp("us", "UTC"))
    load = pyarrow.array([0.1, 0.25, 1e15, float("nan")])
    write(
        tmp_path / "everything.parquet", pyarrow.table({"id": ["a", "b", "c", "d"], "at": at, "load": load})
    )
    admission, facts = admit(tmp_path, kind=EVERYTHING)
    assert facts == ()
    assert [(each.code, each.help) for each in admission.diagnostics] == [
        ("column-type", "say `read with n decimals` in a feed")
    ]
    admission, facts = admit(tmp_path, feed("everything", "everything.parquet", decimals=1), kind=EVERYTHING)
    assert [str(fact.values["load"]) for fact in facts] == ["1/10", "1000000000000000"]
    assert reasons(admission) == [
        (2, "load", "`0.25` has more than 1 decimals"),
        (4, "load", "`nan` is no number"),
    ]


def test_a_column_of_a_type_that_cannot_be_meant_refuses_the_file(tmp_path: Path) -> None:
    write(tmp_path / "everything.arrow", pyarrow.table({"id": ["a"], "at": [1_751_364_000]}))
    admission, facts = admit(tmp_path, kind=EVERYTHING)
    assert (facts, [each.message for each in admission.diagnostics]) == (
        (),
        ["`everything.arrow` has a column `at` that is of type int64: it cannot feed `at`"],
    )


def test_two_feeds_may_read_one_file(tmp_path: Path) -> None:
    (tmp_path / "history.csv").write_text("sr,stamp\n1,2025-03-01T10:00:00Z\n")
    feeds = (
        feed("everything", "history.csv", column("id", "sr"), column("at", "stamp"), name="a"),
        feed(
            "outage",
            "history.csv",
            column("id", "sr"),
            column("start", "stamp"),
            name="b",
            constants=(("service", "api"),),
        ),
    )
    admission, _ = admit(tmp_path, *feeds)
    assert (admission.is_whole, admission.admitted) == (True, {"everything": 1, "outage": 1})


@pytest.mark.parametrize(
    ("name", "content", "code", "says"),
    [
        ("outage.csv", b"id\0,\x01\x02", "facts-file-content", "it holds zero bytes"),
        ("outage.csv", HEADER.encode() + b"o\xe4", "facts-file-content", "line 2 holds other bytes"),
        ("outage.csv", "id,service".encode("utf-16"), "facts-file-content", "is UTF-16 text"),
        ("outage.csv", b"", "facts-file-content", "has no header"),
        ("outage.csv", b"x" * 200_000, "facts-file-content", "a cell is too long"),
        ("outage.ndjson", b"id,service\n", "facts-file-content", "line 1: the line is no JSON"),
        ("outage.ndjson", b"[" * 100_000, "facts-file-content", "nested too deeply"),
        ("outage.parquet", b"PAR1 and no more", "facts-file-content", "is torn, or is no Parquet file"),
        ("outage.arrow", b"ARROW1\0\0 and no more", "facts-file-content", "is torn, or is no Arrow file"),
        ("outage.arrow", b"", "facts-file-content", "is torn, or is no Arrow file"),
    ],
)
def test_a_file_of_other_content_is_refused(
    tmp_path: Path, name: str, content: bytes, code: str, says: str
) -> None:
    (tmp_path / name).write_bytes(content)
    admission, facts = admit(tmp_path)
    (found,) = admission.diagnostics
    assert (facts, found.code, found.level) == ((), code, Level.ERROR)
    assert says in found.message


def test_a_torn_parquet_file_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "outage.parquet", pyarrow.table({"id": ["a"] * 1000}))
    whole = (tmp_path / "outage.parquet").read_bytes()
    (tmp_path / "outage.parquet").write_bytes(whole[: len(whole) // 2])
    assert codes(admit(tmp_path)[0]) == ["facts-file-content"]


def test_what_is_no_folder_and_no_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder, what in (
        (tmp_path / "file", "is a file, not a folder"),
        (tmp_path / "none", "does not exist"),
    ):
        (found,) = admit(folder)[0].diagnostics
        assert found.code == "facts-folder"
        assert found.message.endswith(what)
    (tmp_path / "outage.csv").mkdir()
    gone = feed("outage", "gone.csv", name="gone")
    outside = feed("outage", "../outage.csv", name="outside")
    odd = feed("outage", "outage.txt", name="odd")
    admission, _ = admit(tmp_path, gone, outside, odd)
    assert codes(admission) == [
        "feed-file-outside",
        "facts-file-missing",
        "facts-file-unreadable",
        "facts-format",
    ]


def test_files_that_are_not_read_are_named(tmp_path: Path) -> None:
    for name in ("outages.csv", "outage.xlsx", "README.md", ".hidden.csv"):
        (tmp_path / name).write_text("")
    admission, _ = admit(tmp_path)
    assert [(each.level, each.code) for each in admission.diagnostics] == [
        (Level.WARNING, "facts-file-unread")
    ] * 2
    assert admission.diagnostics[1].help == "did you mean `outage`?"
    assert admission.is_whole


def test_progress_is_told(tmp_path: Path) -> None:
    (tmp_path / "everything.ndjson").write_text(
        "\n".join(json.dumps({"id": str(n), "at": "2025-03-01T10:00:00Z"}) for n in range(70_000))
    )
    told: list[tuple[str, int, int]] = []
    with Store.open(None) as store:
        admit_folder(world(), tmp_path, store, progress=lambda *news: told.append(news))
    assert told == [("everything.ndjson", 65_536, 70_000), ("everything.ndjson", 70_000, 70_000)]
