"""An evaluation as JSON: one object, or one row a line; `api/README.md` is its contract."""

import json
from collections.abc import Iterable, Iterator

from api.command.diagnostic_to_json import diagnostic_json
from api.exports.table import header
from api.verdict_to_json import Json, reaction_json, verdict_json
from engine.facts.admission import Admission
from engine.pipeline import Evaluation


def one_object(evaluation: Evaluation, admission: Admission) -> Iterator[str]:
    """The lines of one object, with a warning, a verdict or a reaction on each line of its own."""
    yield "{"
    for name, value in header(evaluation).items():
        yield f"  {_text(name)}: {_text(value)},"
    yield f'  "refused_rows": {admission.refused_rows},'
    yield from _list("warnings", map(diagnostic_json, (*admission.diagnostics, *evaluation.warnings)), "],")
    yield from _list("verdicts", map(verdict_json, evaluation.verdicts), "],")
    yield from _list("reactions", map(reaction_json, evaluation.reactions), "]")
    yield "}"


def rows(evaluation: Evaluation, admission: Admission) -> Iterator[str]:
    """One object a line, `row` says of what: the evaluation, then warnings, verdicts and reactions."""
    yield _text({"row": "evaluation", **header(evaluation), "refused_rows": admission.refused_rows})
    for warning in (*admission.diagnostics, *evaluation.warnings):
        yield _text({"row": "warning", **diagnostic_json(warning)})
    for verdict in evaluation.verdicts:
        yield _text({"row": "verdict", **verdict_json(verdict)})
    for reaction in evaluation.reactions:
        yield _text({"row": "reaction", **reaction_json(reaction)})


def _list(name: str, items: Iterable[dict[str, Json]], end: str) -> Iterator[str]:
    before = f"  {_text(name)}: ["
    for item in items:
        yield before
        before = f"    {_text(item)},"
    yield before.removesuffix(",")
    yield f"  {end}"


def _text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)
