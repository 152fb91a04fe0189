"""Questions that begin with `what if`, asked of shipped policies, and the same policies edited by hand."""

from functools import cache
from pathlib import Path

from engine import pipeline
from engine.diagnostic import Level
from engine.model.snapshot import Snapshot
from engine.source import Source

ROOT = Path(__file__).parents[2]
HOSTING = "policies/examples/hosting/hosting.sla"
POINTS = "policies/public/uk_service_points.sla"

OUTAGES = """id,service,start,end
o1,helpdesk,2025-01-10T00:00:00Z,2025-01-11T02:02:24Z
o2,helpdesk,2025-02-10T00:00:00Z,2025-02-10T10:04:48Z
o3,helpdesk,2025-03-10T00:00:00Z,2025-03-11T02:00:18Z
"""
"""The helpdesk is up 96.5% of January, 98.5% of February and 96.5% of March, as in the policy's example."""


@cache
def base(path: str = HOSTING) -> pipeline.Checked:
    """A shipped policy set as it is."""
    return checked((ROOT / path).read_text("utf-8"))


def base_version(path: str = HOSTING) -> str:
    """The version of a shipped policy set as it is."""
    snapshot = base(path).snapshot
    assert snapshot is not None
    return snapshot.version


def checked(text: str) -> pipeline.Checked:
    """A policy set of one text."""
    found = pipeline.check([Source(name="policy.sla", text=text)])
    assert found.snapshot is not None, found.diagnostics
    return found


def ask(*changes: str, of: pipeline.Checked | None = None) -> pipeline.Checked:
    """A policy set after changes, one text each."""
    numbered = enumerate(changes, start=1)
    return pipeline.change(
        of or base(), [Source(name=f"change {number}", text=text) for number, text in numbered]
    )


def after(*changes: str, of: pipeline.Checked | None = None) -> Snapshot:
    """The policy set that sound changes make."""
    found = ask(*changes, of=of)
    assert found.snapshot is not None, [each for each in found.diagnostics if each.level is Level.ERROR]
    return found.snapshot


def text_of(found: pipeline.Checked) -> str:
    """The one text of a policy set."""
    (source,) = found.policies
    return source.text


def by_hand(*edits: tuple[str, str], of: pipeline.Checked | None = None) -> Snapshot:
    """The policy set whose text somebody edited: each old stretch, which stands there once, made new."""
    text = text_of(of or base())
    for old, new in edits:
        assert text.count(old) == 1, f"{text.count(old)} times: {old}"
        text = text.replace(old, new)
    found = checked(text)
    assert found.snapshot is not None
    return found.snapshot


def refusals(*changes: str, of: pipeline.Checked | None = None) -> list[tuple[str, str, str]]:
    """The errors that changes meet: code, place and remedy."""
    found = ask(*changes, of=of)
    assert found.snapshot is None
    return [
        (each.code, f"{each.primary.source}:{each.primary.line}:{each.primary.column}", each.help or "")
        for each in found.diagnostics
        if each.level is Level.ERROR and each.primary is not None
    ]
