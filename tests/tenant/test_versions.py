"""What is known of keys is found by their index, however many facts there are."""

from engine.store.duckdb_archive import DuckDbArchive
from engine.tenant.versions import LATEST

MANY = """
INSERT INTO fact_version (seq, entry, kind, key, content, digest, known_from, retracted)
SELECT each, each, if(each % 2 = 0, 'incident', 'response'), 'f' || each, '{}', 'd', each, false
FROM range(500_000) AS rows(each)
"""


def test_the_keys_of_many_batches_of_several_kinds_are_found_by_their_index() -> None:
    with DuckDbArchive(None, lambda: 0).writing() as writing:
        writing.run(MANY)
        keys = [f"f{each}" for each in range(499_700, 500_340)]
        assert len(writing.run(LATEST, (keys,))) == 300
        ((_, plan),) = writing.run(f"EXPLAIN ANALYZE {LATEST}", (keys,))
    assert "Index Scan" in plan
