"""The public history of a status page by a mapping of its own: every incident, and nothing twice."""

import csv
import json
from collections import Counter
from pathlib import Path

from engine import pipeline
from engine.model.fact_import import ImportedFacts, ImportRemarkKind
from engine.source import Source

MAPPING = """
name: GitHub's incidents, one object a line
files:
  - name: incidents
    format: json
    has: [id, started_at, updates]
    key: id
    created: started_at
    changes:
      - {list: updates, at: at, sets: status, new: status}
timelines:
  status: {of: status}
kinds: |
  fact outage "As the incidents say" {
    key id
    about service
    lasts start until end
    impact one of (minor, major, critical, maintenance)
  }
  fact page_status "What an incident became" { key id  at at  incident text  value text }
facts:
  - kind: page_status
    for each: {step of: status}
    fields: {id: id, at: at, incident: case, value: value}
  - kind: outage
    for each: {item of: components}
    where: {impact: [minor, major, critical, maintenance]}
    fields:
      id: id
      service: {item: ""}
      start: {field: downtime_start}
      end: {field: downtime_end}
      impact: {field: impact}
"""


def test_the_history_of_a_status_page(real_data: Path) -> None:
    text = (real_data / "github_status" / "incidents.jsonl").read_text("utf-8")
    found = pipeline.import_facts(
        [Source(name="incidents.jsonl", text=text)], Source(name="own.yaml", text=MAPPING)
    )
    assert isinstance(found, ImportedFacts), found[:3]
    incidents = [json.loads(line) for line in text.splitlines()]
    told = {each["id"]: each for each in incidents}

    # One outage for each component that an incident names, in the windows that the publisher derived.
    windows = csv.DictReader((real_data / "github_status" / "downtime_windows.csv").open(encoding="utf-8"))
    expected = Counter(
        (row["downtime_start"], row["downtime_end"])
        for row in windows
        if row["impact"] != "none"
        for _ in told[row["incident_id"]].get("components", ())
    )
    assert Counter((each["start"], each["end"]) for each in found.facts["outage"]) == expected
    assert len({each["id"] for each in found.facts["outage"]}) == expected.total() > 500

    # Every update that changed the status is a step, those of one minute among them; no two have one key.
    steps = sum(
        sum(now != before for before, now in zip((None, *names), names, strict=False))
        for each in incidents
        for names in [[update["status"] for update in sorted(each["updates"], key=lambda it: it["at"])]]
    )
    assert (
        len({each["id"] for each in found.facts["page_status"]}) == len(found.facts["page_status"]) == steps
    )

    silent = next(each for each in found.remarks if "without any `components`" in each.text)
    assert silent.kind is ImportRemarkKind.LOST
    assert silent.count == sum(not each.get("components") and each["impact"] != "none" for each in incidents)
