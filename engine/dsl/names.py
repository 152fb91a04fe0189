"""Names: what is declared under which name, which name an author may have meant, which were used."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher, get_close_matches
from typing import Generic, TypeVar

from engine.dsl.expressions import Name
from engine.dsl.findings import Findings
from engine.source import Span

Noun = TypeVar("Noun")

LISTED = 6
"""So many choices are listed where no single one is near."""

GUESSES = 50
"""For so many unknown names of one sort the near ones are looked for, which takes a while in a large set."""


def nearest(word: str, known: Collection[str]) -> str | None:
    """The known word that was probably meant, or None.

    >>> nearest("portal_availabilty", ["portal_availability", "latency"])
    'portal_availability'
    """
    if found := get_close_matches(word, known, n=LISTED, cutoff=0.6):
        # Of equally near words the one that begins alike was meant: `EUX` is `EUR` rather than `UGX`.
        return max(found, key=lambda each: (SequenceMatcher(None, each, word).ratio(), _alike(word, each)))
    folded = {each.casefold(): each for each in known}
    return folded.get(word.casefold())


def _alike(one: str, other: str) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))


def did_you_mean(word: str, known: Collection[str], *, otherwise: str | None = None) -> str | None:
    """The help of a finding about an unknown word: the nearest known one, else the few that there are."""
    if (near := nearest(word, known)) is not None:
        return f"did you mean `{near}`?"
    if 0 < len(known) <= LISTED:
        return f"known here: {', '.join(f'`{each}`' for each in sorted(known))}"
    if otherwise is None and known:
        some = ", ".join(f"`{each}`" for each in sorted(known)[:LISTED])
        return f"known here: {some} and {len(known) - LISTED} more"
    return otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Generic[Noun]):
    """The nouns of one sort by name.

    `declared` holds every declared name, also of those whose declaration is itself mistaken: a mistake
    is reported where it is, not wherever its name is used. `lost` holds the names declared in what
    could not even be read.
    """

    sort: str
    declared: Mapping[str, Span]
    lost: frozenset[str] = frozenset()
    nouns: dict[str, Noun] = field(default_factory=dict[str, Noun])
    used: set[str] = field(default_factory=set[str])
    guessed: dict[str, str | None] = field(default_factory=dict[str, str | None])

    def find(self, name: Name, findings: Findings) -> Noun | None:
        """The noun of that name; an unknown name is recorded as a mistake."""
        return self.nouns.get(name.text) if self.knows(name, findings) else None

    def knows(self, name: Name, findings: Findings) -> bool:
        """Whether the name is declared; an unknown one is recorded as a mistake."""
        self.used.add(name.text)
        if name.text in self.declared or name.text in self.lost:
            return True
        article = "an" if self.sort[0] in "aeiou" else "a"
        findings.error(
            "unknown-name",
            f"no {self.sort} is named `{name.text}`",
            name.span,
            f"not {article} {self.sort}",
            help=self.guess(name.text),
        )
        return False

    def guess(self, word: str) -> str | None:
        """What was probably meant, looked for once for each word, and not for ever more of them."""
        declare = f"declare it: `{self.sort} {word} …`".replace("fact kind", "fact")
        if word not in self.guessed:
            if len(self.guessed) >= GUESSES:
                return declare
            self.guessed[word] = did_you_mean(word, self.declared, otherwise=declare)
        return self.guessed[word]

    def unused(self) -> Iterator[tuple[str, Span]]:
        """The declared names that nothing has asked for."""
        return ((name, place) for name, place in self.declared.items() if name not in self.used)
