"""The scope of an expression: which facts, windows, calendars and conventions its words may mean."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from engine.dsl.conventions import Conventions
from engine.dsl.expressions import Name
from engine.dsl.findings import Findings
from engine.dsl.syntax_to_names import Names
from engine.model.fact import FactKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is known at one place of an agreement. `zone` is the agreement's; `windows` are the short names of
    occasion windows; `variables` those of facts; `promises` the ids of all promises of the policy set
    by what they are called."""

    names: Names
    findings: Findings
    zone: str
    conventions: Conventions
    variables: Mapping[str, FactKind] = field(default_factory=dict[str, FactKind])
    windows: frozenset[str] = frozenset()
    agreement: str = ""
    promises: Mapping[str, str] = field(default_factory=dict[str, str])

    def with_fact(self, variable: str, kind: FactKind) -> "Scope":
        """This scope in which `variable` is a fact of that kind."""
        return replace(self, variables={**self.variables, variable: kind})

    def with_window(self, name: Name) -> "Scope":
        """This scope in which the name is an occasion window."""
        return replace(self, windows=self.windows | {name.text})

    def with_conventions(self, conventions: Conventions) -> "Scope":
        """This scope under the conventions that one promise overrides."""
        return replace(self, conventions=conventions)
