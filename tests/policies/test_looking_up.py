"""`there is`: facts looked up beside the one that is judged, at an instant, by both evaluators (S7.2)."""

from pathlib import Path

import pytest

from engine.model.verdict import State
from tests.policies.test_meaning import Judge

ISSUANCE = """
prohibition issuance_compliance "All issued to LEIs in good standing" {
  cites d "3.1" "EntityStatus = ACTIVE"
  obliges a
  never issuance i
    where there is no lei_status s in force at i.at until the next lei_status of s.lei where (
      s.lei is i.lei and s.entity is "ACTIVE"
      and s.registration is one of ("ISSUED", "PENDING_TRANSFER", "PENDING_ARCHIVAL"))
    in each calendar month
}"""

KINDS = """
fact issuance { key id  at at  lei text }
fact wait { key id  at at  incident reference to incident optional  value text }
fact freeze { key id  lasts start until end }
fact lei_status { key id  at at  lei text  entity text optional  registration text optional }
"""

STATUSES = """id,at,lei,entity,registration
    s1,2024-05-01T00:00:00Z,L1,ACTIVE,ISSUED
    s2,2025-01-10T08:00:00Z,L1,ACTIVE,LAPSED
    s3,2025-01-20T08:00:00Z,L1,ACTIVE,PENDING_TRANSFER
    s4,2024-05-01T00:00:00Z,L2,,ISSUED"""


@pytest.fixture
def verdict(tmp_path: Path) -> Judge:
    return Judge(tmp_path, KINDS)


@pytest.mark.parametrize(
    ("at", "lei", "state"),
    [
        ("2025-01-10T07:59:59.999999Z", "L1", State.MET),
        ("2025-01-10T08:00:00Z", "L1", State.BREACHED),
        ("2025-01-20T07:59:59.999999Z", "L1", State.BREACHED),
        ("2025-01-20T08:00:00Z", "L1", State.MET),
        ("2025-01-15T08:00:00Z", "L2", State.UNMEASURED),
        ("2025-01-15T08:00:00Z", "L3", State.BREACHED),
    ],
)
def test_a_credential_is_issued_under_the_status_in_force(
    verdict: Judge, at: str, lei: str, state: State
) -> None:
    """Appendix 5, 3.1: issued to LEIs that are active, in the status that they had at issuance."""
    found = verdict(
        ISSUANCE,
        "2025-02-02T00:00:00Z",
        "2025-01",
        issuance=f"id,at,lei\ni1,{at},{lei}",
        lei_status=STATUSES,
    )
    assert found.state is state
    if state is State.UNMEASURED:
        assert found.missing == ("lei_status:s4.entity",)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        # the only fact known to fit decides, whatever is not known of the others
        ("s1,2025-01-06T01:00:00Z,i1,waiting\ns2,2025-01-06T02:00:00Z,,waiting", State.NOT_APPLICABLE),
        ("s2,2025-01-06T02:00:00Z,,waiting", State.PENDING),
        ("s1,2025-01-06T01:00:00Z,i2,waiting", State.PENDING),
    ],
)
def test_a_permission_may_look_up_and_must_be_proven(verdict: Judge, status: str, state: State) -> None:
    found = verdict(
        """
        permission waited_for {
          when incident i where there is a wait w where (w.incident is i.id and w.value is "waiting")
        }
        duty answer {
          cites d "2" "promise"
          obliges a
          when incident i must response r where r.incident is i.id within 2 calendar days of i.reported_at
          unless waited_for
        }
        """,
        "2025-01-07T14:00:00Z",
        "i1",
        incident="id,service,reported_at\ni1,shop,2025-01-06T00:00:00Z",
        wait=f"id,at,incident,value\n{status}",
    )
    assert found.state is state
    assert found.missing == (("wait:s2.incident",) if "s2" in status and state is State.PENDING else ())


def test_a_kind_that_lasts_ends_by_itself(verdict: Judge) -> None:
    """A change is not to be made in a freeze: the freeze's end is the first instant that is free."""
    policy = """
    prohibition no_change {
      cites d "2" "promise"
      obliges a
      never change c where there is a freeze f in force at c.requested_at over the term
    }"""
    found = [
        verdict(
            policy,
            "2025-02-02T00:00:00Z",
            "term",
            change=f"id,requested_at\nc1,{at}",
            freeze="id,start,end\nf1,2025-01-06T00:00:00Z,2025-01-08T00:00:00Z",
        ).state
        for at in (
            "2025-01-05T23:59:59Z",
            "2025-01-06T00:00:00Z",
            "2025-01-07T23:59:59Z",
            "2025-01-08T00:00:00Z",
        )
    ]
    assert found == [State.PENDING, State.BREACHED, State.BREACHED, State.PENDING]
