"""Explanations: a tree whose every line is a number or a fact that a person can check (S7.5)."""

from dataclasses import dataclass

from engine.model.obligation import Citation
from engine.model.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line and what it rests on; `facts` are `kind:key` ids."""

    text: str
    lines: tuple["Line", ...] = ()
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a verdict is what it is: computed from the facts by the evaluator by definition, which agreed.

    `why_not` gives the shortfall, the last moment, and what would have turned the verdict. `recomputed` is
    false above 100,000 facts: then the lines use the plan's numbers.
    """

    verdict: Verdict
    clause: tuple[Citation, ...]
    lines: tuple[Line, ...]
    why_not: tuple[Line, ...]
    recomputed: bool
