"""How facts end: they are erased, unless a hold keeps them, when asked or when their time is over."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from engine.model.quantity import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldValue:
    """A field of a fact and the text that it holds, as the archive words it."""

    field: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which facts of a kind: those of these keys, or those of which any version says `where`."""

    kind: str
    keys: tuple[str, ...] = ()
    where: FieldValue | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureOrder:
    """What is to be erased, why, and on which legal ground; `with_keys` takes the keys away, too."""

    selection: Selection
    reason: str
    ground: str
    with_keys: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """Facts were erased: by which entry of the ledger, when, how many facts, and how many versions of them.

    Where nothing was left to erase there is no entry. `is_scrubbed` says that nothing of the content is left
    in the files of the database either; where it is not yet so, it is done when the archive is next opened.
    """

    entry: int | None
    erased_at: Instant
    facts: int
    versions: int
    is_scrubbed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldScope:
    """What a legal hold covers: facts of any of these kinds (none named: of all), of any of these keys (none
    named: of all), that say `where` if it is said, and that lie in the time from `since` to before `until`
    as far as these are said."""

    kinds: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    where: FieldValue | None = None
    since: Instant | None = None
    until: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifted:
    """A hold was lifted: by which entry of the ledger, when, by whom and why."""

    entry: int
    lifted_at: Instant
    lifted_by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A legal hold, the `seq`-th of the tenant; it stands until it is lifted. A key or a value that one
    names which was lifted is an empty text where it was erased with its facts."""

    seq: int
    entry: int
    placed_at: Instant
    placed_by: str
    reason: str
    scope: HoldScope
    lifted: Lifted | None = None


class KeptSince(StrEnum):
    """The instant from which the time counts that a fact is kept."""

    END = "end"
    START = "start"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRule:
    """How long facts of a kind are kept: so many civil days and months after the civil day of an instant, in
    a zone (S2.3, S2.4). A fact without an end is kept."""

    kind: str
    after: KeptSince
    ground: str
    days: int = 0
    months: int = 0
    zone: str = "UTC"
    with_keys: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Facts of a kind that a rule no longer keeps: those that may go, and those that a hold keeps, by key.

    `unread` are facts whose time cannot be told, since the policies no longer declare their kind as it was.
    """

    rule: RetentionRule
    keys: tuple[str, ...]
    held: Mapping[str, int] = field(default_factory=dict[str, int])
    unread: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasedTime:
    """What an erasure touched: facts of a kind about something, or about anything where that is not said,
    from one instant to before another; absent is without a beginning or an end. None of them was known before
    `known_from`."""

    entry: int
    kind: str
    about: str | None
    starts: Instant | None
    ends: Instant | None
    known_from: Instant
