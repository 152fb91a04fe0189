"""How names and values are shown in a reason, and which name an author may have meant."""

from collections.abc import Iterable
from difflib import get_close_matches

_SHOWN = 60


def shown(text: str) -> str:
    """A value in backticks, on one line and with what nobody could see escaped; a long one is cut.

    >>> shown("gold")
    '`gold`'
    >>> print(shown("gold\\n"))
    `gold\\n`
    """
    seen = "".join(each if each.isprintable() else repr(each)[1:-1] for each in text[:_SHOWN])
    return f"`{seen}{'…' if len(text) > _SHOWN else ''}`"


def meant(name: str, known: Iterable[str]) -> str | None:
    """`did you mean …?`, if one of the known names is near, or differs only in case.

    >>> meant("P1", ["p1", "p2"])
    'did you mean `p1`?'
    """
    folded = {each.casefold(): each for each in known}
    near = get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    return f"did you mean `{folded[near[0]]}`?" if near else None
