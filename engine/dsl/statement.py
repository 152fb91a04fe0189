"""Statements: the pieces of syntax that begin a line of their own, and those that many blocks share."""

from dataclasses import dataclass

from engine.dsl.expressions import Match, Name, Node, Number, Path, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement(Node):
    """A piece of syntax that begins a line of its own in the canonical layout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone(Statement):
    """`zone Europe/Berlin`, in calendars, agreements and feeds."""

    name: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Cites(Statement):
    """`cites egf5 "2.5" "97,7 %" page 12 digest "sha256:…"`: the clause that is encoded."""

    document: Name
    section: Text
    words: Text | None
    page: Number | None
    digest: Text | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RenamedFrom(Statement):
    """`renamed from availability`: the name that this promise had before, and whose identity it keeps."""

    name: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Convention(Statement):
    """One choice: `missing data is unmeasured`.

    `topic` is the part that names the question (`missing data`), `choice` the
    rest (`is unmeasured`), both with single spaces. As a member of a promise it
    is written `convention missing data is unmeasured` and overrides for it alone.
    """

    topic: str
    choice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Obliges(Statement):
    """`obliges qvi`."""

    party: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Carries(Statement):
    """`carries acme_sla.restore`: the promises above that this one serves."""

    obligations: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BreachIs(Statement):
    """`breach is severity_3`."""

    severity: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Implied(Statement):
    """`implied`: a level that nobody agreed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedOnly(Statement):
    """`reported only`: measured, without consequence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class When(Statement):
    """`when challenge c where c.topic is "legal entity data"`, or `when all of contract k, form f …`."""

    match: Match
    joined: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unless(Statement):
    """`unless withdrawn, planned_maintenance`: permissions and exclusions, which win."""

    names: tuple[Name, ...]
