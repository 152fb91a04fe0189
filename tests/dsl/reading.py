"""How the tests of the language read: a policy that must be sound, or the mistakes of one that is not."""

from engine.diagnostic import Diagnostic, draw
from engine.dsl.syntax import Policy
from engine.dsl.text_to_syntax import parse
from engine.source import Source


def source(text: str) -> Source:
    """A source with a name that reads well in messages."""
    return Source(name="test.sla", text=text)


def sound(text: str) -> Policy:
    """The syntax of a policy without mistakes."""
    policy, diagnostics = parse(source(text))
    assert not diagnostics, "\n".join(drawn(text, diagnostics))
    return policy


def mistakes(text: str) -> list[Diagnostic]:
    """What is wrong with a policy."""
    return list(parse(source(text))[1])


def codes(text: str) -> list[tuple[str, int]]:
    """The codes of what is wrong, each with its line."""
    return [(mistake.code, mistake.labels[0][0].line) for mistake in mistakes(text)]


def drawn(text: str, diagnostics: tuple[Diagnostic, ...] | list[Diagnostic]) -> list[str]:
    """The diagnostics as people see them."""
    return [draw(diagnostic, {"test.sla": source(text)}) for diagnostic in diagnostics]
