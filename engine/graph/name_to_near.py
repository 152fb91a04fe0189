"""The known name that somebody probably meant by one that nobody bears."""

from collections.abc import Iterable
from difflib import get_close_matches


def near(name: str, known: Iterable[str]) -> str | None:
    """The known name that is nearest, whatever its case, or None.

    >>> near("Nortwind", ["northwind", "acme"])
    'northwind'
    """
    folded = {each.casefold(): each for each in known}
    found = get_close_matches(name.strip().casefold(), folded, n=1)
    return folded[found[0]] if found else None


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """The help of a finding about a name that nobody bears, if any is near.

    >>> did_you_mean("ACME", ["northwind", "acme"])
    'did you mean `acme`?'
    """
    found = near(name, known)
    return f"did you mean `{found}`?" if found is not None else None
