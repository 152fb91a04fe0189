"""Answers to single events that are held for others who ask the same: the newest, up to what they weigh."""

from collections import OrderedDict
from collections.abc import Hashable

MOST = 1_000
"""How many are held."""

MOST_CHARACTERS = 8_000_000
"""Of all of them together."""

NAME = 200
"""Characters that the name of an answer weighs, about, with what holds it."""


class Payloads:
    """Answers by what was asked of which event; None is that of an event that is hidden."""

    def __init__(self, most: int = MOST, most_characters: int = MOST_CHARACTERS) -> None:
        self._most = most
        self._most_characters = most_characters
        self._held: OrderedDict[Hashable, str | None] = OrderedDict()
        self.characters = 0

    def __contains__(self, name: Hashable) -> bool:
        return name in self._held

    def __getitem__(self, name: Hashable) -> str | None:
        return self._held[name]

    def hold(self, name: Hashable, payload: str | None) -> None:
        """Hold an answer that is not held yet, and let go of the oldest."""
        weight = _weight(payload)
        if weight > self._most_characters // 4:
            return  # one large answer should not drive out all others
        self._held[name] = payload
        self.characters += weight
        while self.characters > self._most_characters or len(self._held) > self._most:
            _, oldest = self._held.popitem(last=False)
            self.characters -= _weight(oldest)

    def clear(self) -> None:
        """Hold none of them."""
        self._held.clear()
        self.characters = 0


def _weight(payload: str | None) -> int:
    return NAME + len(payload or "")
