"""Changes of verdicts that name facts which are erased: what was kept of them goes with the facts."""

import json
from collections.abc import Collection, Sequence
from typing import Any

from engine.model.canonical_json import canonical_json
from engine.store.archive import Writing

JUDGED = """
SELECT seq, obligation, subject, occasion, content FROM verdict_change
WHERE salt IS NOT NULL AND (occasion IN (SELECT unnest(?::TEXT[])) OR strpos(content, ?) > 0) ORDER BY seq
"""

UNSAY = """
UPDATE verdict_change SET content = NULL, salt = NULL, gist = '', whole = ''
WHERE seq IN (SELECT unnest(?::BIGINT[]))
"""

UNNAME = """
UPDATE verdict_change SET occasion = '' WHERE salt IS NULL AND occasion IN (SELECT unnest(?::TEXT[]))
"""


def changes_naming(writing: Writing, kind: str, keys: Collection[str], *, with_keys: bool) -> list[int]:
    """The changes of verdicts that name one of these facts, as what gave rise to them or as evidence; where
    keys are to go, also as part of their record, and those that say only that there is no such verdict any
    more, unless it is seen to have been of something else."""
    names = {f"{kind}:{key}" for key in keys}
    part = canonical_json(f"{kind}:")[:-1]
    others: set[tuple[str, ...]] = set()
    nothing: list[tuple[int, tuple[str, ...]]] = []
    seqs: list[int] = []
    for seq, *identity, content in writing.run(JUDGED, (list(keys), part)):
        if content is None:
            nothing.append((seq, tuple(identity)))
            continue
        said: dict[str, Any] = json.loads(content)
        occasion = said["occasion"]
        named = {*said.get("evidence", {}).get("ids", ())}
        if occasion.get("kind") == kind:
            named.add(f"{kind}:{occasion['key']}")
        else:
            others.add(tuple(identity))
        if with_keys:
            named |= {each["text"] for each in said.get("parts", ())}
        if names & named:
            seqs.append(seq)
    if with_keys:
        seqs += [seq for seq, identity in nothing if identity[-1] in keys and identity not in others]
    return sorted(seqs)


def unsay_changes(writing: Writing, changes: Sequence[int], keys: Collection[str]) -> None:
    """Take away what was kept of these changes, and these keys wherever nothing else is kept."""
    writing.run(UNSAY, (list(changes),))
    if keys:
        writing.run(UNNAME, (list(keys),))
