"""The ids of promises: by what they are called, also by the names that they had before (S7.4)."""

from collections.abc import Iterable, Mapping, Sequence

from engine.dsl import agreement as syntax
from engine.dsl import consequences, promises
from engine.dsl.findings import Findings
from engine.dsl.statement import RenamedFrom
from engine.dsl.syntax_to_recovery import recovery_names

PROMISES = (promises.Target, promises.Duty, promises.Prohibition)


def promise_ids(blocks: Sequence[syntax.Agreement], findings: Findings) -> dict[str, str]:
    """The id of each promise of the policy set, by each `agreement.name` that it has or had.

    A promise that was renamed keeps the id that it had under its first name, through every version.
    """
    ids: dict[str, str] = {}
    former: dict[str, str] = {}
    for block in blocks:
        for item in block.items:
            if isinstance(item, PROMISES):
                called = f"{block.name.text}.{item.name.text}"
                ids.setdefault(called, called)
                renamed = findings.at_most_one(item.items, RenamedFrom, "the former name")
                if renamed is not None:
                    former[called] = f"{block.name.text}.{renamed.name.text}"
            elif isinstance(item, consequences.Mode):
                for name, _ in recovery_names(item):
                    ids.setdefault(f"{block.name.text}.{name}", f"{block.name.text}.{name}")
    for called in [*former, *former.values()]:
        ids[called] = _first(called, former)
    for block in blocks:
        _once(block, ids, findings)
    return ids


def own_promises(block: syntax.Agreement, ids: Mapping[str, str]) -> frozenset[str]:
    """The ids of the promises that one version of an agreement has."""
    names: list[str] = []
    for item in block.items:
        if isinstance(item, PROMISES):
            names.append(item.name.text)
        elif isinstance(item, consequences.Mode):
            names += (name for name, _ in recovery_names(item))
    return frozenset(ids[f"{block.name.text}.{name}"] for name in names)


def _first(called: str, former: Mapping[str, str]) -> str:
    """The first name in a row of them; in a circle, which is refused elsewhere, the least."""
    row = [called]
    while (before := former.get(row[-1])) is not None:
        if before in row:
            return min(row)
        row.append(before)
    return row[-1]


def _once(block: syntax.Agreement, ids: Mapping[str, str], findings: Findings) -> None:
    """Two promises of one version cannot be the same one."""
    first: dict[str, promises.Target | promises.Duty | promises.Prohibition] = {}
    for item in _promises(block.items):
        id = ids[f"{block.name.text}.{item.name.text}"]
        other = first.setdefault(id, item)
        if other.name.text != item.name.text:
            renamed = next(each for each in (*item.items, *other.items) if isinstance(each, RenamedFrom))
            findings.error(
                "renamed-and-kept",
                f"`{other.name.text}` and `{item.name.text}` would have one identity, `{id}`",
                renamed.span,
                "that name is still in use here",
                also=((other.name.span, "one of them"), (item.name.span, "the other")),
                help="rename a promise that is no longer there under its former name",
            )


def _promises(
    items: Iterable[object],
) -> Iterable[promises.Target | promises.Duty | promises.Prohibition]:
    return (item for item in items if isinstance(item, PROMISES))
