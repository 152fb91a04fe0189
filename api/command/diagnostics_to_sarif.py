"""Findings as SARIF 2.1.0, which code review tools show beside the lines they are about."""

import json
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import PurePath

from api.verdict_to_json import Json
from engine.diagnostic import Diagnostic, Level
from engine.source import Span


def sarif(findings: Sequence[Diagnostic]) -> str:
    """One run; each code is a rule, each finding a result with its remedy; columns count code points."""
    codes = sorted({each.code for each in findings})
    run: dict[str, Json] = {
        "tool": {
            "driver": {
                "name": "troth",
                "semanticVersion": version("troth"),
                "rules": [{"id": code} for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, codes.index(each.code)) for each in findings],
    }
    return json.dumps({"version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _result(finding: Diagnostic, rule: int) -> Json:
    text = finding.message if finding.help is None else f"{finding.message}; {finding.help}"
    result: dict[str, Json] = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": "note" if finding.level is Level.ADVICE else finding.level.value,
        "message": {"text": text},
    }
    if finding.labels:
        first, *others = finding.labels
        result["locations"] = [_location(*first)]
        result["relatedLocations"] = [_location(*each) for each in others]
    return result


def _location(span: Span, label: str) -> Json:
    location: dict[str, Json] = {
        "physicalLocation": {
            "artifactLocation": {"uri": PurePath(span.source).as_posix()},
            "region": {
                "startLine": span.line,
                "startColumn": span.column,
                "endLine": span.end_line,
                "endColumn": span.end_column,
            },
        }
    }
    if label:
        location["message"] = {"text": label}
    return location
