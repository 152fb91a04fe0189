"""From text to syntax: Lark's home, where tokens become trees and mistakes become diagnostics."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, cast

from engine.diagnostic import Diagnostic
from engine.dsl import (
    tree_to_agreement,
    tree_to_blocks,
    tree_to_changes,
    tree_to_consequences,
    tree_to_credits,
    tree_to_downtime,
    tree_to_expressions,
    tree_to_facts,
    tree_to_followups,
    tree_to_promises,
)
from engine.dsl.agreement import Agreement, Template
from engine.dsl.changes import Change
from engine.dsl.declared_names import check_names, declared_in
from engine.dsl.expressions import Node
from engine.dsl.failure_to_diagnostic import Failure, diagnose
from engine.dsl.pieces import Build, Group, Pieces, span, words
from engine.dsl.stored_table import read_table
from engine.dsl.syntax import Block, Comment, Policy
from engine.dsl.text_to_tokens import MISTAKES_CAP, TOKENS_CAP, Token, scan
from engine.dsl.tokens_to_blocks import blocks, body, statements
from engine.dsl.tokens_to_tree import Parser, Rule, Table
from engine.source import Source

SIZE_CAP = 5_000_000
"""The longest text, in characters, that is read at all; a long contract has a tenth of it."""

GRAMMAR = Path(__file__).with_name("grammar.lark")
TABLE = Path(__file__).with_name("grammar.json")

_BODIES = {
    "document": "document_items",
    "component": "component_items",
    "service": "service_items",
    "calendar": "calendar_items",
    "fact": "fact_items",
    "feed": "feed_items",
    "priority": "priority_items",
    "conventions": "conventions_items",
    "example": "example_items",
    "agreement": "agreement_items",
    "template": "agreement_items",
    "measure": "measure_items",
    "period": "period_items",
    "exclusion": "exclusion_items",
    "permission": "permission_items",
    "target": "target_items",
    "credits": "credits_items",
    "duty": "duty_items",
    "prohibition": "prohibition_items",
    "mode": "mode_items",
    "escalation": "escalation_items",
    "ladder": "ladder_items",
    "level": "level_items",
    "right": "right_items",
    "improvement": "improvement_items",
    "amend": "agreement_items",
}
"""The keyword of each block, and the rule for what stands between its braces."""

PARSED = 32
"""How many texts are remembered as they were read: a change leaves most files of a policy set as they are."""

_TEXTS = ("blocks", "changes")
"""The rules of whole texts: a policy, and changes of one."""


@lru_cache(maxsize=PARSED)
def parse(source: Source) -> tuple[Policy, tuple[Diagnostic, ...]]:
    """Read a policy; never raises, whatever the text. The same text read again is the same tree.

    Each top-level block is parsed by itself, and in a block that cannot be read
    each statement, so that one run finds every independent mistake. What could
    not be read is left out of the tree and its names are in `Policy.lost`.
    """
    read, diagnostics = _read(source, "blocks")
    policy = Policy(
        span=source.span(0, len(source.text)),
        blocks=tuple(cast(Iterable[Block], read.items)),
        comments=tuple(Comment(span=token.span, text=token.text) for token in read.comments),
        lost=frozenset(read.lost),
    )
    return policy, diagnostics


def parse_changes(source: Source) -> tuple[tuple[Change, ...], tuple[Diagnostic, ...]]:
    """Read changes of a policy set, as `parse` reads a policy."""
    read, diagnostics = _read(source, "changes")
    return tuple(cast(Iterable[Change], read.items)), diagnostics


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What could be read of a text: its items, its comments, and the names of what was lost."""

    items: Sequence[Node] = ()
    comments: Sequence[Token] = ()
    lost: Collection[str] = ()


def _read(source: Source, start: str) -> tuple[_Read, tuple[Diagnostic, ...]]:
    """The items of a whole text, which begin where one of the first words of `start` begins a line."""
    refused = _refuse(source)
    if refused:
        return _Read(), (refused,)
    scanned = scan(source)
    if len(scanned.tokens) + len(scanned.comments) > TOKENS_CAP:
        return _Read(), (
            _too_large(
                source, f"more than {TOKENS_CAP:,} words and marks", f"{TOKENS_CAP:,} words and marks"
            ),
        )
    diagnostics = list(scanned.diagnostics)
    pieces, torn = blocks(scanned.tokens, _parser().starters(start))
    diagnostics += torn
    reading = _Reading(diagnostics)
    items: list[Node] = []
    for i, piece in enumerate(pieces):
        following = pieces[i + 1].tokens[0] if i + 1 < len(pieces) else None
        if piece.sound:
            items += reading.read(piece.tokens, start, following, ())
        else:
            reading.lost |= declared_in(piece.tokens)
    diagnostics += check_names(items, keywords())
    diagnostics.sort(key=lambda diagnostic: diagnostic.labels[0][0].start)
    read = _Read(items=items, comments=scanned.comments, lost=reading.lost)
    return read, tuple(diagnostics[:MISTAKES_CAP])


@cache
def keywords() -> frozenset[str]:
    """Every keyword of the language that no declared name may be.

    The words of conventions stay free, and those inside credits and of time between records, where no name
    could stand in their place; and those of changes, which are a text of their own.
    """
    grammar = GRAMMAR.read_text(encoding="utf-8")
    free = (
        "topic|choice|state|pays|points|excess|step|earned|claimed|fee|cap_limit|of_window|of_unit|of_last"
        "|measures_time|change|end_agreement|drop|add|replace|amend_agreement"
    )
    rules = re.sub(rf"^({free})\w*:.*\n(\s+\|.*\n)*", "", grammar, flags=re.MULTILINE)
    return frozenset(re.findall(r'"([a-z]+)"', rules))


def _too_large(source: Source, size: str, most: str) -> Diagnostic:
    return Diagnostic(
        code="file-too-large",
        message=f"the file has {size}, more than a policy may have",
        labels=((source.span(0, 0), "the file begins here"),),
        help=f"a file may have {most}; split the policy into several files",
    )


def _refuse(source: Source) -> Diagnostic | None:
    """What cannot be a policy at all is refused before anything looks at it closely."""
    if len(source.text) > SIZE_CAP:
        return _too_large(source, f"{len(source.text):,} characters", f"{SIZE_CAP:,} characters")
    if "\0" in source.text:
        return Diagnostic(
            code="not-text",
            message="the file is not text",
            labels=((source.span(0, 0), "the file begins here"),),
            help="a policy is a text file in UTF-8, its name ends in `.sla`",
        )
    return None


class _Reading:
    """One run over a file: it collects what is wrong and which names were lost with it."""

    def __init__(self, diagnostics: list[Diagnostic]) -> None:
        self.diagnostics = diagnostics
        self.lost: set[str] = set()

    def read(
        self, tokens: Sequence[Token], start: str, following: Token | None, inside: tuple[str, ...]
    ) -> tuple[Node, ...]:
        """The statements that could be read; what could not is in `diagnostics` and `lost`."""
        result = _parser().parse(tokens, start)
        if isinstance(result, Group):
            return result.items
        parts = statements(tokens, _parser().starters(start))
        if len(parts) == 1:
            return self._repair(result, start, following, inside)
        items: list[Node] = []
        known = len(self.diagnostics)
        for i, part in enumerate(parts):
            if len(self.diagnostics) > MISTAKES_CAP:
                break
            items += self.read(part, start, parts[i + 1][0] if i + 1 < len(parts) else following, inside)
        if len(self.diagnostics) == known:
            # The cuts made sense of what does not make sense as a whole.
            self._give_up(result, following, inside)
        return tuple(items)

    def _repair(
        self, failure: Failure, start: str, following: Token | None, inside: tuple[str, ...]
    ) -> tuple[Node, ...]:
        """Read the head and the body of one block by themselves."""
        tokens = failure.tokens
        opening = body(tokens)
        rule = _BODIES.get(tokens[0].text)
        if opening is None or rule is None:
            return self._give_up(failure, following, inside)
        known = len(self.diagnostics)
        head = _parser().parse([*tokens[: opening + 1], tokens[-1]], start)
        if isinstance(head, Failure) and diagnose(head, following, inside).code == "not-yet-supported":
            return self._give_up(head, following, inside)
        items: tuple[Node, ...] = ()
        if len(tokens) - opening > 2:
            items = self.read(tokens[opening + 1 : -1], rule, tokens[-1], (*inside, tokens[0].text))
        if isinstance(head, Failure):
            return self._give_up(head, following, inside)
        if len(self.diagnostics) == known:
            return self._give_up(failure, following, inside)
        (shell,) = head.items
        if isinstance(shell, Agreement | Template):
            # Later passes still look at the members that could be read.
            kept = tree_to_agreement.agreement_items(list(items))
            return (replace(shell, items=kept, span=tokens[0].span.to(tokens[-1].span)),)
        self.lost |= declared_in(tokens)
        return ()

    def _give_up(
        self, failure: Failure, following: Token | None, inside: tuple[str, ...]
    ) -> tuple[Node, ...]:
        self.diagnostics.append(diagnose(failure, following, inside))
        self.lost |= declared_in(failure.tokens)
        return ()


# --- the grammar's table ------------------------------------------------------------------------


@cache
def _parser() -> Parser:
    """The parser of the stored table, or of a table computed on the spot if the grammar is newer (0.5 s)."""
    grammar = GRAMMAR.read_text(encoding="utf-8")
    table = read_table(TABLE, grammar) or build_table(grammar)
    return Parser(table=table, build=builders(table))


def builders(table: Table) -> dict[str, Build]:
    """The function for each rule that has a node; the parts of conventions are words."""
    build: dict[str, Build] = dict.fromkeys(table.starts, _group)
    build |= {rule.build: words for rule in table.rules if _ONLY_WORDS.match(rule.build)}
    for module in (
        tree_to_expressions,
        tree_to_blocks,
        tree_to_facts,
        tree_to_agreement,
        tree_to_downtime,
        tree_to_promises,
        tree_to_consequences,
        tree_to_credits,
        tree_to_followups,
        tree_to_changes,
    ):
        build |= module.BUILD
    return build


_ONLY_WORDS = re.compile("topic_|choice_|function$")


def _group(pieces: Pieces) -> Group:
    items = tuple(piece for piece in pieces if isinstance(piece, Node))
    return Group(span=span(pieces), items=items)


def build_table(grammar: str, strict: bool = False) -> Table:
    """Let Lark compute the LALR table; `strict` refuses every conflict."""
    # Only a change of the grammar needs Lark; loading it would cost every command a twentieth of a second.
    from lark import Lark
    from lark import Token as LarkToken
    from lark.lexer import Lexer
    from lark.parsers.lalr_analysis import Shift

    class NoLexer(Lexer):
        """The table is all that is wanted of Lark; it never sees a text."""

        def __init__(self, lexer_conf: object) -> None: ...

        def lex(self, lexer_state: object, parser_state: object) -> Iterator[LarkToken]:
            return iter(())

    lark = Lark(
        grammar,
        start=[*_TEXTS, *dict.fromkeys(_BODIES.values())],
        parser="lalr",
        lexer=NoLexer,
        keep_all_tokens=True,
        maybe_placeholders=False,
        strict=strict,
    )
    rules = sorted(lark.rules, key=str)
    numbers = {rule: number for number, rule in enumerate(rules)}
    # Lark keeps its table to itself, and numbers its states anew in each run.
    computed = cast(Any, lark.parser).parser._parse_table
    firsts: dict[str, int] = computed.start_states
    order = [firsts[start] for start in sorted(firsts)]
    for state in order:
        targets = [step[1] for _, step in sorted(computed.states[state].items()) if step[0] is Shift]
        order += [target for target in dict.fromkeys(targets) if target not in order]
    place = {state: number for number, state in enumerate(order)}
    return Table(
        steps=[
            {
                str(symbol): place[target] if action is Shift else ~numbers[target]
                for symbol, (action, target) in sorted(computed.states[state].items())
            }
            for state in order
        ],
        rules=[
            Rule(
                symbol=str(rule.origin.name),
                size=len(rule.expansion),
                build="" if rule.origin.name.startswith("_") else str(rule.alias or rule.origin.name),
            )
            for rule in rules
        ],
        starts={
            start: (place[first], place[computed.end_states[start]])
            for start, first in sorted(firsts.items())
        },
        spelled={
            terminal.pattern.value: terminal.name
            for terminal in sorted(lark.terminals, key=lambda terminal: terminal.name)
            if terminal.pattern is not None  # pyright: ignore[reportUnnecessaryComparison] declared ones have none
        },
    )
