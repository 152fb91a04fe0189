"""From text to syntax: Lark's home, where tokens become trees and mistakes become diagnostics."""

import re
from collections.abc import Collection, Iterable, Sequence
from copy import copy
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from lark import Lark, UnexpectedInput
from lark import Token as LarkToken
from lark.lexer import Lexer
from lark.parsers.lalr_analysis import Shift
from lark.parsers.lalr_interactive_parser import InteractiveParser

from engine.diagnostic import Diagnostic
from engine.dsl import tree_to_agreement, tree_to_blocks, tree_to_expressions, tree_to_facts, tree_to_promises
from engine.dsl.agreement import Agreement
from engine.dsl.declared_names import check_names, declared_in
from engine.dsl.expressions import Node
from engine.dsl.failure_to_diagnostic import Failure, diagnose
from engine.dsl.pieces import Build, Group, Pieces, span, words
from engine.dsl.syntax import Block, Comment, Policy
from engine.dsl.text_to_tokens import Token, scan
from engine.dsl.tokens_to_blocks import blocks, body, statements
from engine.source import Source

SIZE_CAP = 5_000_000
"""The longest text, in characters, that is read at all; a long contract has a tenth of it."""

GRAMMAR = Path(__file__).with_name("grammar.lark")

_CURRENCY = re.compile("[A-Z]{3}")

_BODIES = {
    "document": "document_items",
    "component": "thing_items",
    "service": "thing_items",
    "calendar": "calendar_items",
    "fact": "fact_items",
    "feed": "feed_items",
    "priority": "priority_items",
    "conventions": "conventions_items",
    "example": "example_items",
    "agreement": "agreement_items",
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
}
"""The keyword of each block, and the rule for what stands between its braces."""


def parse(source: Source) -> tuple[Policy, tuple[Diagnostic, ...]]:
    """Read a policy; never raises, whatever the text.

    Each top-level block is parsed by itself, and in a block that cannot be read
    each statement, so that one run finds every independent mistake. What could
    not be read is left out of the tree and its names are in `Policy.lost`.
    """
    refused = _refuse(source)
    if refused:
        empty = Policy(span=source.span(0, 0), blocks=(), comments=(), lost=frozenset())
        return empty, (refused,)
    scanned = scan(source)
    diagnostics = list(scanned.diagnostics)
    pieces, torn = blocks(scanned.tokens, _starters("blocks") | {"template"})
    diagnostics += torn
    reading = _Reading(diagnostics)
    items: list[Node] = []
    for i, piece in enumerate(pieces):
        following = pieces[i + 1].tokens[0] if i + 1 < len(pieces) else None
        if piece.sound:
            items += reading.read(piece.tokens, "blocks", following, ())
        else:
            reading.lost |= declared_in(piece.tokens)
    diagnostics += check_names(items, keywords())
    policy = Policy(
        span=source.span(0, len(source.text)),
        blocks=tuple(cast(Iterable[Block], items)),
        comments=tuple(Comment(span=token.span, text=token.text) for token in scanned.comments),
        lost=frozenset(reading.lost),
    )
    diagnostics.sort(key=lambda diagnostic: diagnostic.labels[0][0].start)
    return policy, tuple(diagnostics)


@cache
def keywords() -> frozenset[str]:
    """Every keyword of the language that no declared name may be; the words of conventions stay free."""
    grammar = GRAMMAR.read_text(encoding="utf-8")
    rules = re.sub(r"^(topic|choice|state)\w*:.*\n(\s+\|.*\n)*", "", grammar, flags=re.MULTILINE)
    return frozenset(re.findall(r'"([a-z]+)"', rules))


def _refuse(source: Source) -> Diagnostic | None:
    """What cannot be a policy at all is refused before anything looks at it closely."""
    if len(source.text) > SIZE_CAP:
        return Diagnostic(
            code="file-too-large",
            message=f"the file has {len(source.text):,} characters, more than a policy may have",
            labels=((source.span(0, 0), "the file begins here"),),
            help=f"a file may have {SIZE_CAP:,} characters; split the policy into several files",
        )
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
        result = _parse(tokens, start)
        if isinstance(result, Group):
            return result.items
        parts = statements(tokens, _starters(start))
        if len(parts) == 1:
            return self._repair(result, start, following, inside)
        items: list[Node] = []
        known = len(self.diagnostics)
        for i, part in enumerate(parts):
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
        head = _parse([*tokens[: opening + 1], tokens[-1]], start)
        items: tuple[Node, ...] = ()
        if len(tokens) - opening > 2:
            items = self.read(tokens[opening + 1 : -1], rule, tokens[-1], (*inside, tokens[0].text))
        if isinstance(head, Failure):
            return self._give_up(head, following, inside)
        if len(self.diagnostics) == known:
            return self._give_up(failure, following, inside)
        (shell,) = head.items
        if isinstance(shell, Agreement):
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


# --- Lark ---------------------------------------------------------------------------------------


class _Fed(Lexer):
    """Lark is fed with tokens; it does not look at the text itself."""

    __future_interface__ = True

    def __init__(self, lexer_conf: object) -> None:
        pass

    def lex(self, lexer_state: object, parser_state: object) -> Iterable[LarkToken]:
        return ()


def _group(pieces: Pieces) -> Group:
    items = tuple(piece for piece in pieces if isinstance(piece, Node))
    return Group(span=span(pieces), items=items)


def starts() -> list[str]:
    """The starting points of the grammar."""
    return ["blocks", *dict.fromkeys(_BODIES.values())]


def builders(grammar: str) -> dict[str, Build]:
    """The function for each rule of the grammar that has a node; the parts of conventions are words."""
    build = {start: _group for start in starts()}
    for rule in re.findall(r"^((?:topic|choice)_\w+|function):", grammar, re.MULTILINE):
        build[rule] = words
    for module in (
        tree_to_expressions,
        tree_to_blocks,
        tree_to_facts,
        tree_to_agreement,
        tree_to_promises,
    ):
        build |= module.BUILD
    return build


@cache
def _lark() -> Lark:
    grammar = GRAMMAR.read_text(encoding="utf-8")
    return Lark(
        grammar,
        start=starts(),
        parser="lalr",
        lexer=_Fed,
        keep_all_tokens=True,
        maybe_placeholders=False,
        transformer=SimpleNamespace(**builders(grammar)),
    )


@cache
def _terminals() -> dict[str, str]:
    """The terminal of each keyword and mark."""
    return {
        terminal.pattern.value: terminal.name
        for terminal in _lark().terminals
        if terminal.pattern is not None
    }


@cache
def _spelled() -> dict[str, str]:
    return {terminal: word for word, terminal in _terminals().items()}


@cache
def _starters(start: str) -> frozenset[str]:
    """The keywords with which a statement of this block can begin."""
    choices = _lark().parse_interactive(start=start).choices()
    return frozenset(_spelled()[choice] for choice in choices if choice in _spelled())


def _parse(tokens: Sequence[Token], start: str) -> Group | Failure:
    """Feed tokens to the parser, deciding what each word is by what can stand there."""
    parser = _lark().parse_interactive(start=start)
    terminals = _terminals()
    index = 0
    try:
        for index, token in enumerate(tokens):
            token.type = _terminal(token, parser, terminals)
            # Lark only looks at the type; the token itself reaches the builders.
            parser.feed_token(cast(LarkToken, token))
        index = len(tokens)
        return cast(Group, parser.feed_eof())
    except UnexpectedInput:
        return Failure(
            tokens=tokens,
            index=index,
            accepted=_accepted(tokens[:index], start),
            accepted_before=_accepted(tokens[: index - 1], start) if index else frozenset(),
        )


def _terminal(token: Token, parser: InteractiveParser, terminals: dict[str, str]) -> str:
    """What a token is here: a keyword where the grammar can take it, else a name or a code."""
    choices = parser.choices()
    keyword = terminals.get(token.text)
    if token.kind == "MARK":
        return keyword or token.kind
    if keyword in choices and ("NAME" not in choices or _can_take(parser, keyword)):
        return keyword
    if token.kind != "WORD":
        return token.kind
    if "CURRENCY" in choices and _CURRENCY.fullmatch(token.text):
        return "CURRENCY"
    if "NAME" not in choices:
        return next((code for code in ("REGION", "ZONE") if code in choices), "NAME")
    return "NAME"


def _can_take(parser: InteractiveParser, terminal: str) -> bool:
    """Whether the terminal would be shifted in the end.

    A state lists every terminal that may follow one of its rules anywhere, so
    being listed is not enough: the reductions are followed on a copy of the stack.
    """
    table = parser.parser_state.parse_conf.parse_table.states
    stack = parser.parser_state.state_stack
    copied = False
    while True:
        step = table[stack[-1]].get(terminal)
        if step is None:
            return False
        action, rule = step
        if action is Shift:
            return True
        if not copied:
            stack, copied = list(stack), True
        if rule.expansion:
            del stack[-len(rule.expansion) :]
        stack.append(table[stack[-1]][rule.origin.name][1])


def _accepted(tokens: Sequence[Token], start: str) -> frozenset[str]:
    """What can stand after these tokens, as keywords, marks, or names of terminals."""
    parser = _lark().parse_interactive(start=start)
    for token in tokens:
        parser.feed_token(cast(LarkToken, copy(token)))
    return frozenset(_spelled().get(terminal, terminal) for terminal in parser.accepts())
