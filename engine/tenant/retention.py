"""How long facts are kept: rules that whoever holds the archive declares, and the facts whose time is over.

The duty to let go is that of whoever holds the data, and differs between the parties to one policy set and
between tenants that share a kind of the standard library. Nor may publishing policies remove evidence. So
the rules are no part of the policies: they are a file of the operator's, and every erasure names its rule.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.graph.money.civil_days import months_later
from engine.model.canonical_json import is_text
from engine.model.erasure import Due, KeptSince, RetentionRule
from engine.model.fact import FactKind
from engine.model.instants import moment_of
from engine.model.quantity import Instant
from engine.model.snapshot import Snapshot
from engine.store.archive import Reading
from engine.tenant.fact_times import fact_time
from engine.tenant.holding import covers, standing_holds

LENGTH = re.compile(r"(?P<number>[1-9][0-9]{0,4}) (?P<unit>day|month|year)s?", re.ASCII)
MOST_YEARS = 1_000

KEPT = """
SELECT key, seq, content, known_from, retracted FROM fact_version
WHERE kind = ? AND erased_by IS NULL ORDER BY key, seq
"""


class RetentionRulesError(ValueError):
    """A file is no set of rules; the message says where and why."""


def retention_rules(text: str) -> tuple[RetentionRule, ...]:
    """The rules of a TOML file: a `[KIND]` each with `keep` (`7 years`, `18 months`, `90 days`), `after`
    (`end`, `start` or `recorded`), `ground`, and, where keys are personal, `with_keys`; `zone` above them.

    Raises RetentionRulesError.
    """
    try:
        written: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RetentionRulesError(f"it is no TOML: {error}") from None
    zone = written.pop("zone", "UTC")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise RetentionRulesError(f"`zone`: there is no time zone {zone!r}") from None
    if not written:
        raise RetentionRulesError("it has no rule: say `[KIND]`, and how long facts of the kind are kept")
    return tuple(_rule(kind, said, zone) for kind, said in written.items())


def due(
    reading: Reading, snapshot: Snapshot | None, rules: tuple[RetentionRule, ...], now: Instant
) -> tuple[Due, ...]:
    """For each rule the facts whose time is over, so that they may go, or are held."""
    return tuple(_due(reading, snapshot, each, now) for each in rules)


def _due(reading: Reading, snapshot: Snapshot | None, rule: RetentionRule, now: Instant) -> Due:
    kind = None if snapshot is None else snapshot.kinds.get(rule.kind)
    today = _day(now, rule.zone)
    standing = standing_holds(reading, rule.kind)
    keys: list[str] = []
    held: dict[str, int] = {}
    unread = 0
    rows = chain.from_iterable(reading.stream(KEPT, (rule.kind,)))
    for key, group in groupby(rows, key=itemgetter(0)):
        versions = list(group)
        contents: list[str] = [each[2] for each in versions if each[2] is not None]
        if not contents:
            continue
        last = _last_day(rule, kind, versions)
        if last is None:
            unread += 1
        elif last < today:
            over = next((each for each in standing if covers(each.scope, kind, key, contents)), None)
            if over is None:
                keys.append(key)
            else:
                held[key] = over.seq
    return Due(rule=rule, keys=tuple(keys), held=held, unread=unread)


def _last_day(rule: RetentionRule, kind: FactKind | None, versions: list[tuple[Any, ...]]) -> date | None:
    """The last civil day on which a fact is kept; the last of all where it has not ended, None where its
    time cannot be told."""
    _, _, content, known_from, retracted = versions[-1]
    if rule.after is KeptSince.RECORDED:
        begins = _day(known_from, rule.zone)
    else:
        latest = content if content is not None else next(each[2] for each in versions[::-1] if each[2])
        when = fact_time(kind, latest)
        if when.start is None:
            return None
        at = when.start if rule.after is KeptSince.START else when.end
        if at is None:
            # What was retracted does not last any more.
            if not retracted:
                return date.max
            at = known_from
        elif at > when.start:
            at -= 1  # a period ends with its last day (S2.3)
        begins = _day(at, rule.zone)
    return months_later(begins, rule.months) + timedelta(days=rule.days)


def _day(at: Instant, zone: str) -> date:
    return moment_of(at).astimezone(ZoneInfo(zone)).date()


def _rule(kind: str, said: object, zone: str) -> RetentionRule:
    if not isinstance(said, dict):
        raise RetentionRulesError(f"`{kind}` is no rule: say `[{kind}]`, and beneath it `keep` and the rest")
    members = cast(Mapping[str, object], said)
    for name in members:
        if name not in ("keep", "after", "ground", "with_keys"):
            raise RetentionRulesError(
                f"`[{kind}]`: there is no `{name}`; a rule has `keep`, `after`, `ground` and `with_keys`"
            )
    keep, after, ground = (members.get(name) for name in ("keep", "after", "ground"))
    length = LENGTH.fullmatch(keep) if isinstance(keep, str) else None
    if length is None:
        raise RetentionRulesError(f"`[{kind}]`: `keep` is a length such as `7 years`, `18 months`, `90 days`")
    if after not in [*KeptSince]:
        among = ", ".join(f"`{each}`" for each in KeptSince)
        raise RetentionRulesError(f"`[{kind}]`: `after` is the instant from which it counts: {among}")
    if not isinstance(ground, str) or not ground.strip() or not is_text(ground):
        raise RetentionRulesError(f"`[{kind}]`: `ground` says by which law or duty the facts are to go")
    with_keys = members.get("with_keys", False)
    if not isinstance(with_keys, bool):
        raise RetentionRulesError(f"`[{kind}]`: `with_keys` is true or false")
    number = int(length["number"])
    months = {"day": 0, "month": number, "year": 12 * number}[length["unit"]]
    if months > 12 * MOST_YEARS:
        raise RetentionRulesError(f"`[{kind}]`: nothing is kept for more than {MOST_YEARS:,} years")
    return RetentionRule(
        kind=kind,
        after=KeptSince(after),
        ground=ground,
        days=number if length["unit"] == "day" else 0,
        months=months,
        zone=zone,
        with_keys=with_keys,
    )


def kept_for(rule: RetentionRule) -> str:
    """A rule in words: `kept for 84 months after its end`."""
    length = f"{rule.days} days" if rule.days else f"{rule.months} months"
    since = {
        KeptSince.END: "its end",
        KeptSince.START: "its start",
        KeptSince.RECORDED: "it was told last",
    }
    return f"kept for {length} after {since[rule.after]}"


def batches(due: Due, size: int) -> Iterator[tuple[str, ...]]:
    """The keys that may go, so many at a time."""
    for first in range(0, len(due.keys), size):
        yield due.keys[first : first + size]
