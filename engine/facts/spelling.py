"""How names and values are shown in a reason, and which name an author may have meant."""

from collections.abc import Iterable
from difflib import get_close_matches

_SHOWN = 60


def shown(text: str) -> str:
    """A value in backticks; a long one is cut.

    >>> shown("gold")
    '`gold`'
    """
    return f"`{text if len(text) <= _SHOWN else text[:_SHOWN] + '…'}`"


def meant(name: str, known: Iterable[str]) -> str | None:
    """`did you mean …?`, if one of the known names is near, or differs only in case.

    >>> meant("P1", ["p1", "p2"])
    'did you mean `p1`?'
    """
    folded = {each.casefold(): each for each in known}
    near = get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    return f"did you mean `{folded[near[0]]}`?" if near else None
