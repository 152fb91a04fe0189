"""One evaluation in every format: the same verdicts, nothing lost, and the same bytes each time."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pyarrow.parquet as pq

from api.command import report_to_markdown, report_to_text
from api.command.evaluation_to_json import one_object, rows
from api.command.evaluation_to_report import report
from api.exports.rows_to_parquet import parquet
from api.exports.table import Table
from api.verdict_to_json import reaction_json, verdict_json
from engine.facts.admission import Admission
from engine.pipeline import Evaluation
from tests.golden import Golden
from tests.hosting import hosting

PAGES = Path(__file__).parent
ALL_READ = Admission(admitted={}, refused=(), diagnostics=())


def test_one_object(evaluation: Evaluation) -> None:
    said = json.loads("\n".join(one_object(evaluation, ALL_READ)))
    assert list(said) == [
        *("as_of", "known_at", "policy_version", "engine_version"),
        *("refused_rows", "warnings", "verdicts", "reactions"),
    ]
    assert said["as_of"] == "2025-04-15T00:00:00Z"
    assert said["known_at"] is None
    assert said["verdicts"] == [verdict_json(each) for each in evaluation.verdicts]
    assert said["reactions"] == [reaction_json(each) for each in evaluation.reactions]


def test_one_object_without_verdicts() -> None:
    nothing = Evaluation(as_of=0, known_at=0, policy_version="x", verdicts=(), reactions=())
    said = json.loads("\n".join(one_object(nothing, ALL_READ)))
    assert (said["verdicts"], said["reactions"]) == ([], [])
    assert said["known_at"] == "1970-01-01T00:00:00Z"


def test_rows(evaluation: Evaluation) -> None:
    said = [json.loads(line) for line in rows(evaluation, ALL_READ)]
    assert [each.pop("row") for each in said] == ["evaluation", *["verdict"] * 4, *["reaction"] * 4]
    assert said[1:5] == [verdict_json(each) for each in evaluation.verdicts]


def test_parquet(evaluation: Evaluation) -> None:
    table = Table(
        as_of=evaluation.as_of,
        known_at=evaluation.known_at,
        policy_version=evaluation.policy_version,
        verdicts=evaluation.verdicts,
    )
    content = b"".join(parquet(table))
    assert content == b"".join(parquet(table))
    rows_read = pq.read_table(io.BytesIO(content)).to_pylist()
    assert [row["state"] for row in rows_read] == ["BREACHED", "BREACHED", "PENDING", "UNMEASURED"]
    duty, target, pending, _ = rows_read
    assert duty["trigger_at"] == datetime(2025, 3, 10, 9, tzinfo=UTC)
    assert (duty["late_by_value"], duty["late_by_exact"], duty["late_by_unit"]) == (
        Decimal("2.500000000"),
        "5/2",
        "hours",
    )
    assert dict(duty["counts"]) == {"counted": "390", "paused": "0", "allowed": "240"}
    assert (target["measured_value"], target["measured_exact"]) == (Decimal("99.870000000"), "9987/100")
    assert target["clause"] == [{"document": "msa", "section": "3.6", "words": "99.9 %"}]
    assert (pending["measured_value"], pending["measured_low"], pending["measured_high"]) == (
        None,
        "50/1",
        "200/3",
    )


def test_the_report_as_text(evaluation: Evaluation, golden: Golden) -> None:
    text = report_to_text.lay_out(report(hosting(), evaluation, everything=False), lambda _role, text: text)
    assert max(map(len, text.splitlines())) <= 100
    golden.text(PAGES / "report.txt", text)


def test_the_report_as_markdown(evaluation: Evaluation, golden: Golden) -> None:
    golden.text(
        PAGES / "report.md", report_to_markdown.lay_out(report(hosting(), evaluation, everything=True))
    )


def test_the_report_shows_the_worst_and_counts_the_rest(evaluation: Evaluation) -> None:
    late = evaluation.verdicts[0]
    many = tuple(
        replace(late, late_by=Fraction(hours * 3_600_000_000), subject=f"shop_{hours}")
        for hours in range(1, 9)
    )
    crowded = replace(evaluation, verdicts=many)
    brief = report_to_text.lay_out(report(hosting(), crowded, everything=False), lambda _role, text: text)
    assert "shop_8 " in brief and "shop_7 " in brief and "shop_6 " not in brief
    assert "and 6 more breached: --all lists them" in brief
    whole = report_to_text.lay_out(report(hosting(), crowded, everything=True), lambda _role, text: text)
    assert all(f"shop_{hours} " in whole for hours in range(1, 9))
