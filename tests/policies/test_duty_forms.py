"""Duties of the rarer forms, from policy text and fact files to both evaluators (S4.8, S7.1)."""

from pathlib import Path

import pytest

from engine.model.instants import iso_text
from engine.model.verdict import Flag, State
from tests.policies.test_meaning import Judge

KINDS = """
role manager of a
fact contract { key id  at received_at }
fact order_form { key id  at received_at  contract reference to contract optional }
fact installation { key id  at at  contract reference to contract }
fact case { key id  at at  desk text optional }
fact answer { key id  at at  case reference to case optional }
"""


@pytest.fixture
def verdict(tmp_path: Path) -> Judge:
    return Judge(tmp_path, KINDS)


# Several facts together

INSTALL = """
duty install {
  cites d "1" "promise"
  obliges a
  when all of contract k, order_form f where f.contract is k.id
  must installation x where x.contract is k.id
      within 2 calendar days of latest of (k.received_at, f.received_at)
}"""


def test_a_duty_arises_at_each_combination(verdict: Judge) -> None:
    facts = {
        "contract": "id,received_at\nk1,2025-01-06T10:00:00Z",
        "order_form": "id,received_at,contract\nf1,2025-01-03T10:00:00Z,k1\nf2,2025-01-07T10:00:00Z,k1",
        "installation": "id,at,contract\nx1,2025-01-08T23:59:00Z,k1",
    }
    first = verdict(INSTALL, "2025-01-10T00:00:00Z", "k1 + f1", **facts)
    assert (first.state, str(first.due and first.due.date)) == (State.MET, "2025-01-08")
    assert first.evidence.ids == ("contract:k1", "order_form:f1", "installation:x1")
    second = verdict(INSTALL, "2025-01-10T00:00:00Z", "k1 + f2", **facts)
    assert (second.state, str(second.due and second.due.date)) == (State.MET, "2025-01-09")


def test_a_combination_that_may_be_none_is_unmeasured(verdict: Judge) -> None:
    found = verdict(
        INSTALL,
        "2025-01-10T00:00:00Z",
        "k1 + f1",
        contract="id,received_at\nk1,2025-01-06T10:00:00Z",
        order_form="id,received_at,contract\nf1,2025-01-03T10:00:00Z,",
    )
    assert (found.state, found.missing) == (State.UNMEASURED, ("order_form:f1.contract",))


def test_a_fact_that_stands_in_a_combination_twice_is_one_piece_of_evidence(verdict: Judge) -> None:
    found = verdict(
        """
        duty follow {
          cites d "1" "promise"
          obliges a
          when all of case c, case k where k.id is c.id
          must answer n where n.case is c.id within 1 calendar day of c.at
        }""",
        "2025-01-10T00:00:00Z",
        "c1 + c1",
        case="id,at\nc1,2025-01-06T10:00:00Z",
    )
    assert (found.state, found.evidence.ids) == (State.BREACHED, ("case:c1",))


# Workload

CASES = """id,at,desk
    c1,2025-01-06T09:00:00Z,x
    c2,2025-01-06T09:00:00Z,x
    c3,2025-01-06T10:00:00Z,x
    c4,2025-01-06T11:00:00Z,y
    c5,2025-01-07T09:00:00Z,x
    c6,2025-01-07T10:00:00Z,x"""


def workload(rest: str) -> str:
    return f"""
    duty answer_case {{
      cites d "1" "promise"
      obliges a
      when case c must answer n where n.case is c.id within 1 calendar day of c.at
      workload at most 2 case in each calendar day for each desk beyond it {rest}
    }}"""


@pytest.mark.parametrize(
    ("case", "due"),
    [
        # two places a day: the third of Monday waits for Tuesday, the second of Tuesday for Wednesday
        ("c1", "2025-01-07"),
        ("c2", "2025-01-07"),
        ("c3", "2025-01-08"),
        ("c4", "2025-01-07"),
        ("c5", "2025-01-08"),
        ("c6", "2025-01-09"),
    ],
)
def test_the_excess_waits_for_room(verdict: Judge, case: str, due: str) -> None:
    found = verdict(workload("the excess waits"), "2025-01-07T12:00:00Z", case, case=CASES)
    assert (found.state, str(found.due and found.due.date)) == (State.PENDING, due)
    waits = {"c3": "2025-01-07T00:00:00Z", "c6": "2025-01-08T00:00:00Z"}.get(case)
    assert [iso_text(part.at or 0) for part in found.parts] == ([waits] if waits else [])


def test_an_answer_may_come_before_its_turn(verdict: Judge) -> None:
    found = verdict(
        workload("the excess waits"),
        "2025-01-07T12:00:00Z",
        "c3",
        case=CASES,
        answer="id,at,case\nn1,2025-01-06T10:30:00Z,c3",
    )
    assert (found.state, found.fulfilled_by) == (State.MET, "answer:n1")


@pytest.mark.parametrize(
    ("rest", "free"),
    [("the excess does not bind", {"c3"}), ("nothing binds", {"c1", "c2", "c3"})],
)
def test_what_is_beyond_does_not_bind(verdict: Judge, rest: str, free: set[str]) -> None:
    for case in ("c1", "c2", "c3", "c4", "c5", "c6"):
        found = verdict(workload(rest), "2025-01-07T12:00:00Z", case, case=CASES)
        assert found.state is (State.NOT_APPLICABLE if case in free else State.PENDING)


def test_a_case_that_may_take_a_place_leaves_those_after_it_unmeasured(verdict: Judge) -> None:
    cases = CASES.replace("c1,2025-01-06T09:00:00Z,x", "c1,2025-01-06T09:00:00Z,")
    found = [
        verdict(workload("the excess does not bind"), "2025-01-07T12:00:00Z", case, case=cases)
        for case in ("c2", "c3", "c4", "c5")
    ]
    assert [each.state for each in found] == [
        State.PENDING,
        State.UNMEASURED,
        State.PENDING,
        State.PENDING,
    ]
    assert found[1].missing == ("case:c1.desk",)


@pytest.mark.parametrize(
    ("answered", "free"),
    [
        # nobody is answered: the first two of desk x stay open, all others of it are one too many
        ((), {"c3", "c5", "c6"}),
        # c2 ends as c3 comes, which leaves room for it; c1 and c3 are open when c5 comes
        (("n1,2025-01-06T10:00:00Z,c2",), {"c5", "c6"}),
        # an answer of the moment of its case, and one of an earlier time, which is none
        (("n1,2025-01-06T09:00:00Z,c1", "n2,2025-01-06T08:30:00Z,c2"), {"c5", "c6"}),
    ],
)
def test_at_most_two_at_once(verdict: Judge, answered: tuple[str, ...], free: set[str]) -> None:
    bound = workload("the excess does not bind").replace("in each calendar day", "at once")
    answers = "\n".join(("id,at,case", *answered))
    states = {
        case: verdict(bound, "2025-01-07T12:00:00Z", case, case=CASES, answer=answers).state
        for case in ("c1", "c2", "c3", "c4", "c5", "c6")
    }
    assert {case for case, state in states.items() if state is State.NOT_APPLICABLE} == free


def test_an_answer_that_may_be_one_leaves_it_open_whether_there_is_room(verdict: Judge) -> None:
    bound = workload("the excess does not bind").replace("in each calendar day", "at once")
    found = verdict(
        bound, "2025-01-07T12:00:00Z", "c3", case=CASES, answer="id,at,case\nn1,2025-01-06T09:30:00Z,"
    )
    assert (found.state, found.missing) == (State.UNMEASURED, ("answer:n1.case",))


def test_two_in_each_hour_and_the_third_waits_for_the_next(verdict: Judge) -> None:
    cases = """id,at,desk
    c1,2025-01-06T09:00:00Z,x
    c2,2025-01-06T09:10:00Z,x
    c3,2025-01-06T09:20:00Z,x
    c4,2025-01-06T09:59:00Z,x
    c5,2025-01-06T09:59:59Z,x"""
    bound = workload("the excess waits")
    for unit, waits in (("hour", [None, None, "10:00", "10:00", "11:00"]), ("minute", [None] * 5)):
        shown = [
            [iso_text(part.at or 0) for part in found.parts]
            for case in ("c1", "c2", "c3", "c4", "c5")
            for found in [
                verdict(
                    bound.replace("calendar day for", f"{unit} for"), "2025-01-07T12:00:00Z", case, case=cases
                )
            ]
        ]
        assert shown == [[] if at is None else [f"2025-01-06T{at}:00Z"] for at in waits]


# Judged

TELL = """
duty tell {
  cites d "7" "in the shortest possible time"
  obliges a
  when case c must answer n where n.case is c.id in "the shortest possible time" judged by manager
}"""


@pytest.mark.parametrize(
    ("judgements", "state", "by"),
    [
        ("", State.UNMEASURED, None),
        ("j1,2025-01-07T00:00:00Z,g.tell,c1,clerk,Cy,yes", State.UNMEASURED, None),
        ("j1,2025-01-07T00:00:00Z,g.tell,c1,manager,Ann,yes", State.MET, "Ann"),
        ("j1,2025-01-07T00:00:00Z,g.tell,c1,manager,,no", State.BREACHED, "manager"),
        # the last word counts, and not the one that is still to come
        (
            "j1,2025-01-07T00:00:00Z,g.tell,c1,manager,Ann,no\n"
            "j2,2025-01-08T00:00:00Z,g.tell,c1,manager,Bob,yes\n"
            "j3,2025-01-10T00:00:00Z,g.tell,c1,manager,Ann,no",
            State.MET,
            "Bob",
        ),
    ],
)
def test_whoever_holds_the_role_decides(
    verdict: Judge, judgements: str, state: State, by: str | None
) -> None:
    found = verdict(
        TELL,
        "2025-01-09T00:00:00Z",
        "c1",
        case="id,at,desk\nc1,2025-01-06T09:00:00Z,x",
        answer="id,at,case\nn1,2025-01-06T10:30:00Z,c1",
        judgement=f"id,judged_at,promise,case,role,by,met\n{judgements}",
    )
    assert (found.state, found.judged_by, found.fulfilled_by) == (state, by, "answer:n1")
    assert (Flag.JUDGED in found.flags) is (by is not None)
    assert found.missing == (("judgement by manager",) if by is None else ())
