"""The constructs that the language tour names and this version does not have yet, by their first words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.dsl.text_to_tokens import Token


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsupported:
    """A construct: the words it begins with as a pattern, its name, its blocks (any if empty), what helps.

    `anywhere` marks words that give it away wherever the statement stops making sense.
    """

    words: str
    name: str
    inside: tuple[str, ...] = ()
    anywhere: bool = False
    help: str = "it is planned; until then leave the statement out or keep it as a comment"


def _u(words: str, name: str, *inside: str) -> Unsupported:
    return Unsupported(words=words, name=name, inside=inside)


UNSUPPORTED: tuple[Unsupported, ...] = (
    Unsupported(
        words=", on",
        name="occasions of a review on one line with its cycle",
        inside=("agreement",),
        help="say each by itself: `reviewed on change c within 10 calendar days of c.at by service_owner`",
    ),
    _u("weight", "weights", "credits"),
    _u("weighted", "weights"),
    Unsupported(
        words=r"stops when \w+ \.",
        name="a field that stops an escalation",
        inside=("escalation",),
        help="write `stops at i.acknowledged_at`: it stops once that instant is there",
    ),
    Unsupported(
        words="drop credits?",
        name="dropping the credits of a promise alone",
        help="say others: `amend acme_sla { target availability { credits { … } } }`, or drop the target",
    ),
)
"""Longer phrases stand before their beginnings; the first that fits names the construct."""


def unsupported(tokens: Sequence[Token], index: int, inside: Sequence[str]) -> tuple[int, Unsupported] | None:
    """The construct that begins at the token which the parser could not take, and where.

    The parser may have taken the first word or two for names, so the phrase may
    begin a little earlier. `inside` names the blocks around it, the innermost last.
    """
    for start in range(max(0, index - 3), index + 1):
        taken_for_names = all(token.type == "A_NAME" for token in tokens[start:index])
        text = " ".join(token.text for token in tokens[start : start + 4])
        for construct in UNSUPPORTED:
            match = re.match(f"{construct.words}(?= |$)", text)
            if (
                match
                and (start + match[0].count(" ") >= index or taken_for_names)
                and (not construct.inside or set(construct.inside) & set(inside[-2:]))
            ):
                return start, construct
    for start in range(max(0, index - 12), index):
        text = " ".join(token.text for token in tokens[start : start + 3])
        for construct in UNSUPPORTED:
            if construct.anywhere and re.fullmatch(construct.words, text):
                return start, construct
    return None
