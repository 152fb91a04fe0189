"""Where `there is` looks, as SQLGlot nodes: among the facts that the promise of a row reads (S2.7)."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from engine.model.fact import FactKind
from engine.model.quantity import Instant
from engine.rules.plans.expression_to_sql import FactRow
from engine.rules.plans.kind_to_sql import UNTIL_NEXT, seen
from engine.rules.plans.parts import fields_of_parts, of_its_part
from engine.rules.plans.plan_to_sql import column, snippet

READ_BY = "read by"
"""The column of the target that reads a fact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupByTarget:
    """Among the facts of the subjects of `target`, a node; among all where promises are not narrow."""

    kinds: Mapping[str, FactKind]
    as_of: Instant
    known_at: Instant | None
    target: exp.Expr | None
    is_narrow: bool = True
    parts: tuple[str, ...] = ()

    def kind(self, name: str) -> FactKind:
        """A kind by its name."""
        return self.kinds[name]

    def facts(self, kind: FactKind, next_of: str | None) -> exp.Select:
        """What is seen of a kind's facts, once for each target that reads them."""
        fields = [each.name for each in kind.fields] + [each.field for each in kind.matrices]
        if not self._is_narrowed(kind):
            following = () if next_of is None else (next_of,)
            return seen(kind, fields, self.as_of, self.known_at, next_of=following)
        rows = exp.Subquery(this=seen(kind, fields, self.as_of, self.known_at), alias=exp.to_identifier("f"))
        read = exp.select(exp.alias_(column("target", "s"), READ_BY, quoted=True), "f.*").from_(rows)
        if next_of is not None:
            following = snippet(
                "CASE WHEN NOT $same IS NULL THEN"
                " LEAD($at) OVER (PARTITION BY s.target, $same ORDER BY $at, $key) END",
                same=column(next_of, "f"),
                at=column(kind.start_field, "f"),
                key=column(kind.key, "f"),
            )
            read = read.select(exp.alias_(following, UNTIL_NEXT + next_of, quoted=True))
        if self.is_narrow and kind.about is not None:
            read = read.join("subject AS s", on=snippet("s.subject = $about", about=column(kind.about, "f")))
        else:
            read = read.join("asked AS s", join_type="CROSS")
        return of_its_part(read, kind, "f", self.parts)

    def is_read(self, row: FactRow) -> exp.Expr:
        """Whether the target is the one that reads the row."""
        if self.target is None or not self._is_narrowed(row.kind):
            return exp.true()
        return snippet("$by = $target", by=column(READ_BY, row.alias), target=self.target)

    def _is_narrowed(self, kind: FactKind) -> bool:
        is_narrowed = self.is_narrow and kind.about is not None
        return self.target is not None and (is_narrowed or bool(fields_of_parts(kind, self.parts)))
