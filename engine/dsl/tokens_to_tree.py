"""Runs tokens through the table of the grammar: a word is a keyword only where one can stand."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.dsl.expressions import Node
from engine.dsl.failure_to_diagnostic import Failure
from engine.dsl.pieces import Build, Group, Pieces
from engine.dsl.text_to_tokens import Token

_CURRENCY = re.compile("[A-Z]{3}")
_END = "$END"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One production: the symbol it makes, how many symbols it takes, whose function builds its node.

    Rules without a function of their own (`build` is empty) hand their parts up.
    """

    symbol: str
    size: int
    build: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The LALR(1) table of the grammar, as Lark computes it.

    `steps` has for each state the symbols that it can take: a number from 0 is
    the next state, a negative number `~r` reduces by rule `r`. `starts` gives
    for each starting point its first and its last state. `spelled` maps each
    keyword and mark to its terminal; the terminals of what has many spellings
    are `A_` and the kind of token.
    """

    steps: Sequence[Mapping[str, int]]
    rules: Sequence[Rule]
    starts: Mapping[str, tuple[int, int]]
    spelled: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parser:
    """The table with the functions that build the nodes; holds no state of any run."""

    table: Table
    build: Mapping[str, Build]

    def parse(self, tokens: Sequence[Token], start: str) -> Group | Failure:
        """The statements that the tokens make, or where they stop making sense."""
        first, last = self.table.starts[start]
        states, values = [first], list[_Value]()
        for index, token in enumerate(tokens):
            token.type = self._terminal(token, states)
            if not self._take(token.type, states, values):
                return self._failure(tokens, index, start)
            values.append(token)
        while states[-1] != last:
            step = self.table.steps[states[-1]].get(_END)
            if step is None:
                return self._failure(tokens, len(tokens), start)
            self._reduce(~step, states, values)
        (group,) = values
        assert isinstance(group, Group)
        return group

    def starters(self, start: str) -> frozenset[str]:
        """The keywords with which a statement of this starting point can begin."""
        steps = self.table.steps[self.table.starts[start][0]]
        return frozenset(word for word, terminal in self.table.spelled.items() if terminal in steps)

    def _terminal(self, token: Token, states: Sequence[int]) -> str:
        """What a token is where it stands: a keyword if one can be taken there, else a name or a code."""
        choices = self.table.steps[states[-1]]
        keyword = self.table.spelled.get(token.text)
        if keyword is not None and token.kind == "MARK":
            return keyword
        if (
            keyword is not None
            and keyword in choices
            and ("A_NAME" not in choices or self._can_take(keyword, states))
        ):
            return keyword
        if token.kind != "WORD":
            return "A_TEXT" if token.kind == "OPEN" else f"A_{token.kind}"
        if "A_CURRENCY" in choices and _CURRENCY.fullmatch(token.text):
            return "A_CURRENCY"
        if "A_NAME" not in choices:
            return next((code for code in ("A_REGION", "A_ZONE") if code in choices), "A_NAME")
        return "A_NAME"

    def _can_take(self, terminal: str, states: Sequence[int]) -> bool:
        """Whether the terminal would be shifted in the end.

        A state lists every terminal that follows one of its rules anywhere in
        the grammar, so being listed is not enough.
        """
        steps, stack = self.table.steps, states
        while True:
            step = steps[stack[-1]].get(terminal)
            if step is None or step >= 0:
                return step is not None
            stack = self._reduced(~step, stack)

    def _reduced(self, number: int, states: Sequence[int]) -> list[int]:
        """The stack of states after a reduction, as a copy."""
        rule = self.table.rules[number]
        stack = list(states[: len(states) - rule.size])
        stack.append(self.table.steps[stack[-1]][rule.symbol])
        return stack

    def _take(self, terminal: str, states: list[int], values: list["_Value"]) -> bool:
        steps = self.table.steps
        while (step := steps[states[-1]].get(terminal)) is not None:
            if step >= 0:
                states.append(step)
                return True
            self._reduce(~step, states, values)
        return False

    def _reduce(self, number: int, states: list[int], values: list["_Value"]) -> None:
        rule = self.table.rules[number]
        if rule.size == 1 and not rule.build:
            # Nothing to make: what stands there goes up as it is.
            states.pop()
            states.append(self.table.steps[states[-1]][rule.symbol])
            return
        below = len(values) - rule.size
        parts = values[below:]
        del values[below:], states[below + 1 :]
        # A long list grows at its end: its first part is the list so far, which nobody else holds.
        first = parts[0] if parts else []
        pieces = first if isinstance(first, list) else [first]
        for part in parts[1:]:
            if isinstance(part, list):
                pieces += part
            else:
                pieces.append(part)
        values.append(self.build[rule.build](pieces) if rule.build else pieces)
        states.append(self.table.steps[states[-1]][rule.symbol])

    def _failure(self, tokens: Sequence[Token], index: int, start: str) -> Failure:
        return Failure(
            tokens=tokens,
            index=index,
            accepted=self._accepted(tokens[:index], start),
            accepted_before=self._accepted(tokens[: index - 1], start) if index else frozenset(),
        )

    def _accepted(self, tokens: Sequence[Token], start: str) -> frozenset[str]:
        """What can stand after tokens that were taken: keywords and marks as written, names of terminals."""
        states = [self.table.starts[start][0]]
        for token in tokens:
            while (step := self.table.steps[states[-1]][token.type]) < 0:
                states = self._reduced(~step, states)
            states.append(step)
        written = {terminal: word for word, terminal in self.table.spelled.items()}
        choices = self.table.steps[states[-1]]
        return frozenset(
            written.get(symbol, symbol.removeprefix("A_"))
            for symbol in choices
            if (symbol.isupper() or symbol == _END) and self._ends_well(symbol, states)
        )

    def _ends_well(self, terminal: str, states: Sequence[int]) -> bool:
        if terminal != _END:
            return self._can_take(terminal, states)
        last_states = {last for _, last in self.table.starts.values()}
        while states[-1] not in last_states:
            step = self.table.steps[states[-1]].get(_END)
            if step is None:
                return False
            states = self._reduced(~step, states)
        return True


_Value = Token | Node | Pieces
