"""Changes of verdicts that name facts which are erased: what was kept of them goes with the facts."""

import json
import re
from collections.abc import Collection, Sequence
from typing import Any

from engine.model.canonical_json import canonical_json
from engine.model.derived import BREACH, CREDIT, ESCALATION, IMPROVEMENT, LADDER_LEVEL, RIGHT
from engine.store.archive import Writing

FOLLOWED = frozenset({BREACH, CREDIT, ESCALATION, LADDER_LEVEL, RIGHT, IMPROVEMENT})
"""Kinds of facts that follow from verdicts: their keys say of which."""

BETWEEN = re.compile(r"(/| \+ )")
"""What stands between the names of which the key of an occasion is made: `shop_sla.up/shop/2025-02` is of
what followed from a verdict, `c-1 + f-1` of two facts together."""

MADE = "(strpos(occasion, '/') > 0 OR strpos(occasion, ' + ') > 0)"

JUDGED = f"""
SELECT seq, obligation, subject, occasion, content FROM verdict_change
WHERE salt IS NOT NULL AND
    (occasion IN (SELECT unnest(?::TEXT[])) OR strpos(content, ?) > 0 OR (?::BOOLEAN AND {MADE}))
ORDER BY seq
"""  # noqa: S608 - of a fixed text

UNSAY = """
UPDATE verdict_change SET content = NULL, salt = NULL, gist = '', whole = ''
WHERE seq IN (SELECT unnest(?::BIGINT[]))
"""

MADE_OF = f"SELECT DISTINCT occasion FROM verdict_change WHERE salt IS NULL AND {MADE}"  # noqa: S608

UNNAME = """
UPDATE verdict_change SET occasion = '' WHERE salt IS NULL AND occasion IN (SELECT unnest(?::TEXT[]))
"""


def says_key(occasion: str, keys: Collection[str]) -> bool:
    """Whether the key of an occasion is one of these keys, or is made of one."""
    words = BETWEEN.split(occasion)
    ends = range(1, len(words) + 1, 2)
    return any("".join(words[begin:end]) in keys for end in ends for begin in range(0, end, 2))


def changes_naming(writing: Writing, kind: str, keys: Collection[str], *, with_keys: bool) -> list[int]:
    """The changes of verdicts that name one of these facts, as what gave rise to them or as evidence; where
    keys are to go, also as part of their record, as what is missing, as what followed from a verdict that was
    of one, and those that say only that there is no such verdict any more, unless it is seen to have been of
    something else."""
    names = {f"{kind}:{key}" for key in keys}
    part = canonical_json(f"{kind}:")[:-1]
    others: set[tuple[str, ...]] = set()
    nothing: list[tuple[int, tuple[str, ...]]] = []
    seqs: list[int] = []
    for seq, *identity, content in writing.run(JUDGED, (list(keys), part, with_keys)):
        if content is None:
            nothing.append((seq, tuple(identity)))
            continue
        said: dict[str, Any] = json.loads(content)
        occasion = said["occasion"]
        named = {*said.get("evidence", {}).get("ids", ())}
        is_named = with_keys and occasion.get("kind") in FOLLOWED and says_key(occasion["key"], keys)
        if occasion.get("kind") == kind:
            named.add(f"{kind}:{occasion['key']}")
        elif not is_named:
            others.add(tuple(identity))
        if with_keys:
            named |= {each["text"] for each in said.get("parts", ())}
            is_named = is_named or any(_lacks(each, names) for each in said.get("missing", ()))
        if is_named or names & named:
            seqs.append(seq)
    if with_keys:
        seqs += [seq for seq, identity in nothing if says_key(identity[-1], keys) and identity not in others]
    return sorted(seqs)


def _lacks(missing: str, names: Collection[str]) -> bool:
    """Whether what is missing is of a fact of these names: `maintenance:m-1 approved by owner`,
    `incident:i-1.priority`."""
    ends = (each.start() for each in re.finditer(r"[ .]|$", missing))
    return any(missing[:end] in names for end in ends)


def unsay_changes(writing: Writing, changes: Sequence[int], keys: Collection[str]) -> None:
    """Take away what was kept of these changes, and these keys wherever nothing else is kept."""
    writing.run(UNSAY, (list(changes),))
    if keys:
        made = [each for (each,) in writing.run(MADE_OF) if says_key(each, keys)]
        writing.run(UNNAME, ([*keys, *made],))
