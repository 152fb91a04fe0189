"""What an import says of what it reads: remarks by their text, and mistakes with their places."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.diagnostic import Diagnostic
from engine.model.fact_import import ImportRemark, ImportRemarkKind

PLACES_KEPT = 20
MISTAKES_SHOWN = 20


@dataclass(slots=True)
class Said:
    """Collects; what is said of many rows in the same words is one remark with its places."""

    remarks_by_text: dict[tuple[ImportRemarkKind, str], list[str]] = field(
        default_factory=dict[tuple[ImportRemarkKind, str], list[str]]
    )
    counts: dict[tuple[ImportRemarkKind, str], int] = field(
        default_factory=dict[tuple[ImportRemarkKind, str], int]
    )
    mistakes: list[Diagnostic] = field(default_factory=list[Diagnostic])

    def remark(self, kind: ImportRemarkKind, text: str, place: str) -> None:
        """Something that is not in the facts as it is in the files."""
        places = self.remarks_by_text.setdefault((kind, text), [])
        self.counts[kind, text] = self.counts.get((kind, text), 0) + 1
        if len(places) < PLACES_KEPT and place not in places:
            places.append(place)

    def mistake(self, place: str, what: str, help: str | None = None) -> None:
        """Something in a file because of which nothing is imported."""
        self.mistakes.append(Diagnostic(code="import-value", message=f"{place}: {what}", help=help))

    @property
    def remarks(self) -> tuple[ImportRemark, ...]:
        """The remarks, the gravest kinds first, in the order in which they came up."""
        ranks = list(ImportRemarkKind)
        found = [
            ImportRemark(kind=kind, text=text, count=self.counts[kind, text], places=tuple(places))
            for (kind, text), places in self.remarks_by_text.items()
        ]
        return tuple(sorted(found, key=lambda each: ranks.index(each.kind)))

    @property
    def shown_mistakes(self) -> tuple[Diagnostic, ...]:
        """The first mistakes, and how many there are."""
        return first_of(self.mistakes)


def first_of(mistakes: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The first of many mistakes, and a last one that says how many more there are."""
    more = len(mistakes) - MISTAKES_SHOWN
    if more <= 0:
        return tuple(mistakes)
    rest = Diagnostic(code="import-value", message=f"{more:,} more values cannot be read")
    return (*mistakes[:MISTAKES_SHOWN], rest)
