"""How a check says what it found: a warning, or advice that only who asks for it sees."""

from engine.diagnostic import Diagnostic, Level
from engine.source import Span


def warning(
    code: str, message: str, span: Span, label: str, help: str, *also: tuple[Span, str]
) -> Diagnostic:
    """Something that an author should look at."""
    return Diagnostic(
        code=code, level=Level.WARNING, message=message, labels=((span, label), *also), help=help
    )


def advice(code: str, message: str, span: Span, label: str, help: str) -> Diagnostic:
    """Something that good practice has and the policy has not."""
    return Diagnostic(code=code, level=Level.ADVICE, message=message, labels=((span, label),), help=help)
