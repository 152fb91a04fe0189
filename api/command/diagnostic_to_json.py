"""Findings as JSON, for editors and checks that run elsewhere."""

from api.verdict_to_json import Json
from engine.diagnostic import Diagnostic


def diagnostic_json(diagnostic: Diagnostic) -> dict[str, Json]:
    """One finding; lines and columns count from 1, and the end is the first column after the place."""
    return {
        "code": diagnostic.code,
        "level": diagnostic.level.value,
        "message": diagnostic.message,
        "places": [
            {
                "source": span.source,
                "line": span.line,
                "column": span.column,
                "end_line": span.end_line,
                "end_column": span.end_column,
                "text": text,
            }
            for span, text in diagnostic.labels
        ],
        "help": diagnostic.help,
    }
