"""Sections of documents, as they are cited."""


def lies_in(section: str, whole: str) -> bool:
    """Whether a section is the other or a part of it: `XII B` and `XII.2` lie in `XII`, `XIII` does not.

    >>> lies_in("XII B", "XII"), lies_in("3.3", "3"), lies_in("XIII", "XII")
    (True, True, False)
    """
    rest = section.removeprefix(whole)
    return section.startswith(whole) and not rest[:1].isalnum()
