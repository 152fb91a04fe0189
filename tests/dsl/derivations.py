"""Random policies: random derivations of the grammar, so that no construct is left out."""

from functools import cache

from hypothesis import strategies as st
from lark import Lark
from lark.grammar import Rule

from engine.dsl.text_to_syntax import GRAMMAR, build_table

_SPELLINGS = {
    "A_NAME": ["a", "db_1", "portal", "is_open", "x9", "priority_1", "status"],
    "A_TEXT": ['""', '"text"', r'"a \"quoted\" \\ word"', '"# no comment"', '"{"', '"}"', '"ü € 漢"'],
    "A_INTEGER": ["0", "1", "15", "007"],
    "A_DECIMAL": ["0.5", "99.95", "1.00"],
    "A_PERCENT": ["97.7%", "100%"],
    "A_DATE": ["2025-03-01", "2024-02-29"],
    "A_DATETIME": [
        "2025-03-01 10:00",
        "2025-03-30 02:30:15.5",
        "2025-03-01T10:00Z",
        "2025-03-01  10:00+01:00",
    ],
    "A_TIME": ["00:00", "08:30", "24:00"],
    "A_CURRENCY": ["USD", "EUR"],
    "A_REGION": ["DE", "DE-HE"],
    "A_ZONE": ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5"],
}

_GAPS = [
    " ",
    " ",
    " ",
    "  ",
    "\n",
    "\n\n\n",
    "\t",
    "  # a comment\n",
    "\n# on its own line  \n\n",
    "\r\n    ",
]
"""What may stand between two tokens."""


@cache
def _rules() -> dict[str, list[Rule]]:
    # Only the rules are wanted here; they come from the same text as the table.
    lark = Lark(GRAMMAR.read_text(encoding="utf-8"), start=["blocks"], parser="earley", keep_all_tokens=True)
    rules: dict[str, list[Rule]] = {}
    for rule in lark.rules:
        rules.setdefault(str(rule.origin.name), []).append(rule)
    return rules


@cache
def _depths() -> dict[str, int]:
    """How deep the shallowest derivation of each symbol is."""
    depths: dict[str, int] = {}
    while True:
        before = dict(depths)
        for symbol, rules in _rules().items():
            reachable = [
                1 + max((depths[part.name] for part in rule.expansion if not part.is_term), default=0)
                for rule in rules
                if all(part.is_term or part.name in depths for part in rule.expansion)
            ]
            if reachable:
                depths[symbol] = min(reachable)
        if depths == before:
            return depths


@cache
def _keywords() -> dict[str, str]:
    table = build_table(GRAMMAR.read_text(encoding="utf-8"))
    return {terminal: word for word, terminal in table.spelled.items()}


@st.composite
def tokens(draw: st.DrawFn, start: str = "blocks", budget: int = 60) -> list[str]:
    """The tokens of one random policy; once `budget` rules are used, derivations end as soon as they can."""
    written: list[str] = []
    left = budget
    stack: list[tuple[str, bool]] = [(start, False)]
    while stack:
        symbol, is_terminal = stack.pop()
        if is_terminal:
            if symbol in _SPELLINGS:
                written.append(draw(st.sampled_from(_SPELLINGS[symbol])))
            else:
                written.append(_keywords()[symbol])
            continue
        choices = _rules()[symbol]
        left -= 1
        if left < 0:
            choices = [min(choices, key=_depth)]
        rule = draw(st.sampled_from(choices)) if len(choices) > 1 else choices[0]
        stack += [(str(part.name), part.is_term) for part in reversed(rule.expansion)]
    return written


def _depth(rule: Rule) -> int:
    return max((_depths()[part.name] for part in rule.expansion if not part.is_term), default=0)


@st.composite
def policies(draw: st.DrawFn) -> str:
    """The text of a random policy with random blanks and comments."""
    text = ""
    for token in draw(tokens()):
        text += draw(st.sampled_from(_GAPS)) + token
    return text + draw(st.sampled_from(["", "\n", "# the end", "\n\n# the end\n"]))
