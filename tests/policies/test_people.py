"""Who acted for a role: checked against who held it then, deputies included, by both evaluators (S4.8)."""

from pathlib import Path

import pytest

from engine import definition
from engine.model.explanation import Line
from engine.model.verdict import Flag, State
from tests.policies.test_meaning import Judge

ROLES = "\nrole boss of a\nrole manager of a\n"

HOLDERS = """id,role,person,deputy_for,start,end
h1,boss,ann,,2025-01-01T00:00:00Z,2025-03-01T00:00:00Z
h2,boss,cy,,2025-03-01T00:00:00Z,
h3,boss,bob,ann,2025-02-01T00:00:00Z,2025-05-01T00:00:00Z
h4,boss,dot,bob,2025-01-01T00:00:00Z,
h5,manager,bob,,2025-01-01T00:00:00Z,
h6,boss,eve,cy,2025-01-01T00:00:00Z,"""
"""Ann holds the role until March, then Cy; from February Bob stands in for Ann, Eve for Cy, Dot for Bob."""

WORK = """
exclusion work {
  cites d "2" "approved"
  when maintenance m from m.start until m.end
  approved by boss
}
target up {
  cites d "3" "99%"
  obliges a
  measures uptime from outage
  during always
  source "Probe"
  excludes work
  requires at least 99% in each calendar month
}

"""


@pytest.fixture
def verdict(tmp_path: Path) -> Judge:
    return Judge(tmp_path, ROLES)


def below(lines: tuple[Line, ...]) -> list[Line]:
    """Every line, however deep."""
    return [found for each in lines for found in (each, *below(each.lines))]


@pytest.mark.parametrize(
    ("by", "at", "counts"),
    [
        ("ann", "2025-01-01T00:00:00Z", True),
        ("ann", "2024-12-31T23:59:59Z", False),
        ("ann", "2025-02-28T23:59:59Z", True),
        ("ann", "2025-03-01T00:00:00Z", False),
        ("cy", "2025-02-28T23:59:59Z", False),
        ("cy", "2025-03-01T00:00:00Z", True),
        # a deputy, from when he stands in until she holds the role no more
        ("bob", "2025-01-31T23:59:59Z", False),
        ("bob", "2025-02-01T00:00:00Z", True),
        ("bob", "2025-02-28T23:59:59Z", True),
        ("bob", "2025-03-01T00:00:00Z", False),
        # nobody is a deputy's deputy, nor one before who she stands in for holds the role
        ("dot", "2025-02-10T00:00:00Z", False),
        ("eve", "2025-02-10T00:00:00Z", False),
        ("eve", "2025-03-10T00:00:00Z", True),
        # it is a person who approves
        ("boss", "2025-02-10T00:00:00Z", False),
    ],
)
def test_an_approval_counts_if_its_author_held_the_role_then_or_stood_in(
    verdict: Judge, by: str, at: str, counts: bool
) -> None:
    found = verdict(
        WORK,
        "2025-06-01T00:00:00Z",
        "2025-05",
        outage="id,service,start,end\no1,shop,2025-05-10T00:00:00Z,2025-05-10T08:00:00Z",
        maintenance="id,service,start,end\nm1,shop,2025-05-10T00:00:00Z,2025-05-10T08:00:00Z",
        approval=f"id,at,approves,by\na1,{at},m1,{by}",
        holder=HOLDERS,
    )
    assert found.state is (State.MET if counts else State.BREACHED)
    assert found.missing == (() if counts else ("maintenance:m1 approved by boss",))


def test_an_explanation_says_who_held_the_role_since_when_and_what_was_told_only_later(
    verdict: Judge,
) -> None:
    found = verdict(
        WORK,
        "2025-06-01T00:00:00Z",
        "2025-02",
        outage="id,service,start,end\no1,shop,2025-02-10T00:00:00Z,2025-02-10T08:00:00Z",
        maintenance="id,service,start,end\nm1,shop,2025-02-10T00:00:00Z,2025-02-10T08:00:00Z",
        approval="id,at,approves,by\na1,2025-02-09T12:00:00Z,m1,bob",
        holder="""id,role,person,deputy_for,start,end,recorded_at
            h1,boss,ann,,2025-01-01T00:00:00Z,2025-03-01T00:00:00Z,2024-12-20T09:00:00Z
            h3,boss,bob,ann,2025-02-01T00:00:00Z,,2025-04-02T10:00:00Z""",
    )
    snapshot, known, now = verdict.last
    lines = below(definition.explain(snapshot, known, found, now).lines)
    told = [
        (each.text, each.facts) for each in lines if {"approval:a1", "holder:h1", "holder:h3"} & {*each.facts}
    ]
    assert told == [
        ("approved by bob at Sun 2025-02-09 12:00 (2025-02-09T12:00:00Z)", ("approval:a1",)),
        (
            "ann held boss from Wed 2025-01-01 00:00 (2025-01-01T00:00:00Z)"
            " until Sat 2025-03-01 00:00 (2025-03-01T00:00:00Z), says holder:h1",
            ("holder:h1",),
        ),
        (
            "bob was deputy of ann for boss from Sat 2025-02-01 00:00 (2025-02-01T00:00:00Z), says holder:h3;"
            " told only at Wed 2025-04-02 10:00 (2025-04-02T10:00:00Z)",
            ("holder:h3",),
        ),
    ]


TELL = """
duty tell {
  cites d "7" "in the shortest possible time"
  obliges a
  when incident c must notice n in "the shortest possible time" judged by boss
}"""


@pytest.mark.parametrize(
    ("judgements", "state", "by"),
    [
        # the role itself, or nobody by name
        ("j1,2025-02-10T00:00:00Z,g.tell,c1,boss,,yes", State.MET, "boss"),
        ("j1,2025-02-10T00:00:00Z,g.tell,c1,boss,boss,no", State.BREACHED, "boss"),
        # who held it, a deputy, and who did not
        ("j1,2025-02-10T00:00:00Z,g.tell,c1,boss,ann,yes", State.MET, "ann"),
        ("j1,2025-02-10T00:00:00Z,g.tell,c1,boss,bob,yes", State.MET, "bob"),
        ("j1,2025-02-10T00:00:00Z,g.tell,c1,boss,cy,yes", State.UNMEASURED, None),
        # the last word of those who could
        (
            "j1,2025-02-10T00:00:00Z,g.tell,c1,boss,ann,no\nj2,2025-02-11T00:00:00Z,g.tell,c1,boss,cy,yes",
            State.BREACHED,
            "ann",
        ),
    ],
)
def test_a_judgement_counts_if_its_author_could_act_for_the_role(
    verdict: Judge, judgements: str, state: State, by: str | None
) -> None:
    found = verdict(
        TELL,
        "2025-04-01T00:00:00Z",
        "c1",
        incident="id,service,reported_at\nc1,shop,2025-02-09T09:00:00Z",
        judgement=f"id,judged_at,promise,case,role,by,met\n{judgements}",
        holder=HOLDERS,
    )
    assert (found.state, found.judged_by) == (state, by)


def test_of_a_role_that_nobody_is_said_to_hold_nobody_is_asked(verdict: Judge) -> None:
    found = verdict(
        TELL,
        "2025-04-01T00:00:00Z",
        "c1",
        incident="id,service,reported_at\nc1,shop,2025-02-09T09:00:00Z",
        judgement="id,judged_at,promise,case,role,by,met\nj1,2025-02-10T00:00:00Z,g.tell,c1,boss,cy,yes",
        holder="id,role,person,start\nh5,manager,bob,2025-01-01T00:00:00Z\nh6,boss,cy,2025-04-02T00:00:00Z",
    )
    assert (found.state, found.judged_by) == (State.MET, "cy")


@pytest.mark.parametrize(
    ("by", "at", "is_final"),
    [
        ("boss", "2025-03-02T00:00:00Z", True),
        ("cy", "2025-03-02T00:00:00Z", True),
        ("eve", "2025-03-02T00:00:00Z", True),
        ("ann", "2025-03-02T00:00:00Z", False),
        ("bob", "2025-03-02T00:00:00Z", False),
        ("manager", "2025-03-02T00:00:00Z", False),
    ],
)
def test_data_are_final_once_the_role_or_who_held_it_then_signed_them_off(
    verdict: Judge, by: str, at: str, is_final: bool
) -> None:
    found = verdict(
        """
        target up {
          cites d "3" "99%"
          obliges a
          measures uptime from outage
          during always
          source "Probe" by a, signed off by boss
          requires at least 99% in each calendar month
        }""",
        "2025-06-01T00:00:00Z",
        "2025-02",
        outage="id,service,start,end\no1,shop,2025-02-10T00:00:00Z,2025-02-10T01:00:00Z",
        sign_off=f"id,start,end,source,by,signed_at\ns1,2025-02-01T00:00:00Z,2025-03-01T00:00:00Z,Probe,{by},{at}",
        holder=HOLDERS,
    )
    assert (Flag.PROVISIONAL in found.flags) is not is_final
    snapshot, known, now = verdict.last
    said = [each.text for each in below(definition.explain(snapshot, known, found, now).lines)]
    signed = next(each for each in said if each.startswith("signed off"))
    assert signed.endswith("counts for nothing") is not is_final
    # Who signed in the role's own name needs no holder; else it is told who held the role.
    assert any(each.startswith("cy held boss from") for each in said) is (by != "boss")
