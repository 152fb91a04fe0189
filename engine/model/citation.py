"""Citations: which words of which document say so."""

from dataclasses import dataclass, field

from engine.source import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """The words that an obligation encodes: document, section, at most eight words or the figure.

    `page` and `digest` (of the passage) anchor it where the author gave them.
    """

    document: str
    section: str
    words: str
    span: Span = field(compare=False)
    page: int | None = None
    digest: str | None = None

    @property
    def clause(self) -> str:
        """How the place is written: `document "section"`."""
        return f'{self.document} "{self.section}"'
