"""How wide a text is at most, and the part of it that fits."""

from unicodedata import combining, east_asian_width

NARROW = frozenset("iljtfrI.,:;'|!()[] ")
BROAD = frozenset("mwMW@%")


def width(text: str, size: int) -> int:
    """The room in pixels that a text takes in a usual sans-serif font of this size, rather too much than too
    little."""
    return sum(_hundredths(each) for each in text) * size // 100


def fitted(text: str, size: int, room: int) -> str:
    """The text on one line, cut with an ellipsis where it does not fit.

    >>> fitted("a very long name indeed", 13, 80)
    'a very lon…'
    """
    plain = " ".join(text.split())
    if width(plain, size) <= room:
        return plain
    left = room * 100 - _hundredths("…") * size
    kept = 0
    for each in plain:
        left -= _hundredths(each) * size
        if left < 0:
            break
        kept += 1
    return plain[:kept].rstrip() + "…"


def _hundredths(character: str) -> int:
    """The width in hundredths of the font's size."""
    if combining(character):
        return 0
    if east_asian_width(character) in "WF":
        return 105
    if character in NARROW:
        return 38
    if character in BROAD:
        return 96
    return 80 if character.isupper() else 66
