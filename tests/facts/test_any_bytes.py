"""Whatever bytes a file has, it is read or refused with a finding; nothing is raised."""

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow
import pyarrow.ipc
import pyarrow.parquet
from hypothesis import given
from hypothesis import strategies as st

from engine.facts.file_to_table import READERS
from tests.facts.world import admit


def whole(suffix: str) -> bytes:
    """A sound file of a format."""
    if suffix == ".csv":
        return b'id,service,start,end,impact\n"a,""b""",shop,2025-03-01T10:00:00Z,,minor\n'
    if suffix in (".ndjson", ".jsonl"):
        return b'{"id": "a", "service": "shop", "start": "2025-03-01T10:00:00Z", "end": null}\n'
    table = pyarrow.table(
        {
            "id": ["a", "b"],
            "service": pyarrow.array(["shop", "api"]).dictionary_encode(),
            "start": pyarrow.array([10**9, 10**9 + 1], pyarrow.timestamp("s", "UTC")),
        }
    )
    file = BytesIO()
    if suffix == ".parquet":
        pyarrow.parquet.write_table(table, file)
    else:
        with pyarrow.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)
    return file.getvalue()


WHOLE = {suffix: whole(suffix) for suffix in READERS}


@st.composite
def files(draw: st.DrawFn) -> tuple[str, bytes]:
    """A file of some format: any bytes, or a sound file with a stretch of it gone or overwritten."""
    suffix = draw(st.sampled_from(sorted(WHOLE)))
    if draw(st.booleans()):
        return suffix, draw(st.binary(max_size=80))
    sound = WHOLE[suffix]
    start, end = sorted(draw(st.tuples(*[st.integers(0, len(sound))] * 2)))
    return suffix, sound[:start] + draw(st.binary(max_size=6)) + sound[end:]


@given(files())
def test_it_is_read_or_refused(file: tuple[str, bytes]) -> None:
    suffix, content = file
    with TemporaryDirectory() as folder:
        (Path(folder) / f"outage{suffix}").write_bytes(content)
        admission, facts = admit(Path(folder))
    assert len(facts) == sum(admission.admitted.values())


def test_two_columns_of_one_name_are_named_in_every_format_with_columns() -> None:
    table = pyarrow.Table.from_arrays([pyarrow.array(["a"]), pyarrow.array(["b"])], names=["id", "id"])
    for suffix in (".parquet", ".arrow"):
        file = BytesIO()
        if suffix == ".parquet":
            pyarrow.parquet.write_table(table, file)
        else:
            with pyarrow.ipc.new_file(file, table.schema) as writer:
                writer.write_table(table)
        with TemporaryDirectory() as folder:
            (Path(folder) / f"outage{suffix}").write_bytes(file.getvalue())
            admission, _ = admit(Path(folder))
        assert "duplicate-column" in [each.code for each in admission.diagnostics]
