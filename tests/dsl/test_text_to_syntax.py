"""Parsing: the tree says what the text says, every mistake is found, and no text makes it raise."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.diagnostic import draw
from engine.dsl import expressions as e
from engine.dsl.agreement import Agreement, Between, Measure
from engine.dsl.limits import (
    Bound,
    BoundRelation,
    ByBusinessDay,
    CalendarWindow,
    Limit,
    WindowUnit,
    Within,
    WithinBy,
)
from engine.dsl.promises import Duty, Must, Requires, Target
from engine.dsl.syntax import CombinedCalendar, Document, Except, Party
from engine.dsl.text_to_syntax import SIZE_CAP, parse
from engine.dsl.text_to_tokens import TOKENS_CAP
from engine.source import Source
from tests.dsl.derivations import policies
from tests.dsl.reading import codes, mistakes, sound, source

EVERY_CONSTRUCT = (Path(__file__).parent / "every_construct.sla").read_text(encoding="utf-8")


def duty(inside: str) -> Duty:
    (agreement,) = sound(f"agreement a1 is sla {{ duty d1 {{ {inside} }} }}").blocks
    assert isinstance(agreement, Agreement)
    (promise,) = agreement.items
    assert isinstance(promise, Duty)
    return promise


def must(inside: str) -> Must:
    (statement,) = duty(f"must {inside}").items
    assert isinstance(statement, Must)
    return statement


def condition(text: str) -> e.Condition:
    where = must(f"x1 where ({text}) within 1 hour of a").alternatives[0].where
    assert where is not None
    return where


def target(inside: str) -> Target:
    (agreement,) = sound(f"agreement a1 is sla {{ target t1 {{ {inside} }} }}").blocks
    assert isinstance(agreement, Agreement)
    (promise,) = agreement.items
    assert isinstance(promise, Target)
    return promise


def test_every_construct_is_read() -> None:
    assert len(sound(EVERY_CONSTRUCT).blocks) == 35


def test_spans_say_where_things_stand() -> None:
    policy = sound('# first\n\nparty acme "Acme"\nparty bolt')
    party = policy.blocks[0]
    assert isinstance(party, Party)
    assert (party.span.line, party.span.column, party.span.end_line, party.span.end_column) == (3, 1, 3, 18)
    assert party.name.span.column == 7
    assert policy.comments[0].text == "# first"


def test_two_nodes_are_equal_wherever_they_stand() -> None:
    assert sound("party acme").blocks == sound("\n\n   party   acme").blocks


def test_values_keep_what_was_written() -> None:
    (document,) = sound('document d1 { version "a \\"b\\" \\\\"  dated 2024-02-29 }').blocks
    assert isinstance(document, Document)
    version, dated = document.items
    assert (version.text.value, dated.on.value) == ('a "b" \\', date(2024, 2, 29))  # type: ignore[union-attr]
    read = condition("x.a is 007.50")
    assert isinstance(read, e.Is)
    assert isinstance(read.right, e.Number)
    assert str(read.right.value) == "7.50"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("2025-03-01 10:00", datetime(2025, 3, 1, 10, 0)),  # noqa: DTZ001 civil time
        ("2025-03-01   10:00:30.25", datetime(2025, 3, 1, 10, 0, 30, 250_000)),  # noqa: DTZ001
        ("2025-03-01T10:00", datetime(2025, 3, 1, 10, 0)),  # noqa: DTZ001
        ("2025-03-01 10:00Z", datetime.fromisoformat("2025-03-01T10:00+00:00")),
        ("2025-03-01 10:00+05:30", datetime.fromisoformat("2025-03-01T10:00+05:30")),
    ],
)
def test_instants(written: str, value: datetime) -> None:
    read = condition(f"x.a is {written}")
    assert isinstance(read, e.Is)
    assert isinstance(read.right, e.DateTime)
    assert read.right.value == value


@pytest.mark.parametrize(
    ("written", "unit", "amount"),
    [
        ("1 second", e.Unit.SECONDS, "1"),
        ("2.5 hours", e.Unit.HOURS, "2.5"),
        ("15 calendar days", e.Unit.CALENDAR_DAYS, "15"),
        ("1 business day on k1", e.Unit.BUSINESS_DAYS, "1"),
        ("1 month", e.Unit.MONTHS, "1"),
    ],
)
def test_lengths(written: str, unit: e.Unit, amount: str) -> None:
    deadline = must(f"x1 within {written} of i.at").deadline
    assert isinstance(deadline, Within) and isinstance(deadline.limit, Limit)
    length = deadline.limit.length
    assert (length.unit, length.amount) == (unit, Decimal(amount))
    assert (length.calendar is not None) == ("on" in written.split())


def test_a_field_may_be_called_like_a_word_of_the_language() -> None:
    read = condition("c.agreement is c.priority and c.where is not c.within")
    assert isinstance(read, e.AllOf)
    sound(
        "fact thing { key id  at at  agreement text  priority one of (low, high)  within duration optional }"
    )
    sound('example "x" of d1 { given thing { id "1"  at 2025-03-01 10:00  priority low  where yes } }')


def test_chains_are_flat_and_parentheses_nest() -> None:
    flat = condition("x.a is 1 and x.b is 2 and x.c is 3")
    assert isinstance(flat, e.AllOf)
    assert len(flat.conditions) == 3
    nested = condition("(x.a is 1 or x.b is 2) and not (x.c is 3)")
    assert isinstance(nested, e.AllOf)
    assert [type(each) for each in nested.conditions] == [e.AnyOf, e.Not]


def test_products_bind_closer_than_sums() -> None:
    read = condition("x.a + 2 * x.b - 3 is -4")
    assert isinstance(read, e.Is)
    assert isinstance(read.left, e.Sum)
    assert [term.negative for term in read.left.terms] == [False, False, True]
    assert isinstance(read.left.terms[1].value, e.Product)


def test_notice_and_deadline_are_told_apart() -> None:
    statement = must("x1 a where (a.at is at least 2 hours before c.start) before c.end")
    assert isinstance(statement.alternatives[0].where, e.Notice)
    plain = must("x1 a where a.gap is at least 2 hours before c.end")
    assert isinstance(plain.alternatives[0].where, e.Compare)
    assert plain.deadline is not None


def test_tables_of_limits() -> None:
    deadline = must('x1 within by i.p { p1 24 hours on k1  "on hold" in less than 1 week } of i.at').deadline
    assert isinstance(deadline, WithinBy)
    assert [row.limit.strict for row in deadline.rows] == [False, True]


def test_business_days_of_a_window() -> None:
    first, second = (
        must(f"x1 by business day 10 on k1 of {window}").deadline for window in ("the month after m", "m")
    )
    assert isinstance(first, ByBusinessDay)
    assert isinstance(second, ByBusinessDay)
    assert (first.month_after, second.month_after) == (True, False)


def test_requirements() -> None:
    (requires,) = target("requires percentile 95 of m1 at most 4 hours on k1 in each calendar quarter").items
    assert isinstance(requires, Requires)
    assert isinstance(requires.window, CalendarWindow)
    assert requires.window.unit is WindowUnit.QUARTER
    assert isinstance(requires.bound, Bound)
    assert requires.bound.relation is BoundRelation.AT_MOST


def test_provider_and_customer_in_either_order() -> None:
    for order in ("a as provider and b as customer", "b as customer and a as provider"):
        (agreement,) = sound(f"agreement a1 is ola {{ between {order} }}").blocks
        assert isinstance(agreement, Agreement)
        (between,) = agreement.items
        assert isinstance(between, Between)
        assert (between.provider.text, between.customer.text) == ("a", "b")


def test_combined_calendars() -> None:
    (calendar,) = sound("calendar c1 is either of (a, b) except (c except d)").blocks
    assert isinstance(calendar, CombinedCalendar)
    assert isinstance(calendar.value, Except)
    assert isinstance(calendar.value.removed, Except)


def test_five_mistakes_in_five_targets_are_five_diagnostics() -> None:
    text = """\
agreement a1 is sla {
  target t1 { requires at leest 99% in each calendar month }
  target t2 { requires at least 99% in each calender month }
  target t3 { warns }
  target t4 { cites msa 4 }
  target t5 {
    obliges acme
    breach severity_1
  }
  target t6 { requires at least 99% in each calendar month }
}
"""
    assert codes(text) == [("syntax", 2), ("syntax", 3), ("syntax", 4), ("syntax", 5), ("syntax", 8)]
    policy, _ = parse(source(text))
    (agreement,) = policy.blocks
    assert isinstance(agreement, Agreement)
    assert [item.name.text for item in agreement.items if isinstance(item, Target)] == ["t6"]
    assert policy.lost >= {"t1", "t2", "t3", "t4", "t5"}


def test_a_mistake_in_the_head_does_not_hide_the_members() -> None:
    text = "agreement a1 is slaa {\n  zone\n  measure m1 { counts }\n}\nparty acme\n"
    assert codes(text) == [("syntax", 1), ("syntax", 3), ("syntax", 3)]


def test_one_broken_block_never_hides_its_neighbours() -> None:
    text = "party\nparty acme\ncalendar c1 { zone }\npraty bolt\nseverities a, b\n"
    policy, diagnostics = parse(source(text))
    assert [diagnostic.labels[0][0].line for diagnostic in diagnostics] == [2, 3, 4]
    assert len(policy.blocks) == 2


def test_an_unclosed_block_ends_where_the_next_begins() -> None:
    text = "agreement a1 is sla {\n  target t1 {\n    warns below 5%\n}\nparty acme\nparty Bolt\n"
    assert codes(text) == [("unbalanced-bracket", 2), ("name-not-snake-case", 6)]


def test_lost_names_are_known() -> None:
    policy, _ = parse(source("party acme acme acme\nagreement a1 is sla { target t1 { x } }"))
    assert policy.lost == {"acme", "t1"}


def test_measures_that_can_be_read_stay_beside_those_that_cannot() -> None:
    policy, _ = parse(source("agreement a1 is sla {\n  measure m1 { of x1 }\n  measure m2 { off x1 }\n}"))
    (agreement,) = policy.blocks
    assert isinstance(agreement, Agreement)
    assert [type(item) for item in agreement.items] == [Measure]


def test_nesting_is_capped() -> None:
    deep = f"{'(' * 10_000}1{')' * 10_000}"
    text = f"agreement a1 is sla {{ target t1 {{ requires at least {deep} in each calendar month }} }}"
    assert [mistake.code for mistake in mistakes(text)] == ["nesting-too-deep"]
    fine = f"{'(' * 60}1{')' * 60}"
    sound(f"agreement a1 is sla {{ target t1 {{ requires at least {fine} in each calendar month }} }}")


def test_long_chains_are_no_deep_trees() -> None:
    duty(f"when x1 c where {' and '.join(['c.a is 1'] * 5_000)}")
    target(f"requires at least {' + '.join(['1'] * 5_000)} in each calendar month")


@pytest.mark.parametrize("piece", ["a", "#\n", "(", "party a "])
def test_size_is_capped_in_characters_and_in_words(piece: str) -> None:
    for count in (SIZE_CAP // len(piece), TOKENS_CAP):
        text = piece * (count + 1)
        if len(text) > SIZE_CAP or piece != "a":
            (mistake,) = mistakes(text)
            limit = f"{SIZE_CAP:,} characters" if len(text) > SIZE_CAP else f"{TOKENS_CAP:,} words and marks"
            assert mistake.code == "file-too-large"
            assert mistake.help == f"a file may have {limit}; split the policy into several files"


def test_zero_bytes_are_no_text() -> None:
    assert codes("party acme\0") == [("not-text", 1)]


def test_an_endless_row_of_mistakes_ends() -> None:
    assert len(mistakes("agreement a1 is sla {\n" + "  target b1 { x y }\n" * 5_000 + "}")) == 200


@pytest.mark.parametrize("text", ["# note\rparty acme\n", "party acme\rparty bolt", 'party acme "A\rB"'])
def test_a_lone_carriage_return_hides_nothing(text: str) -> None:
    """An editor shows a new line there; a comment would go on."""
    assert "illegal-character" in [mistake.code for mistake in mistakes(text)]


@pytest.mark.parametrize("end", ["\r\n", "\r\r\n"])
def test_carriage_returns_before_a_line_ends_are_no_mistake(end: str) -> None:
    assert len(sound(f"# note{end}party acme{end}party bolt\r").blocks) == 2


def test_a_row_of_carriage_returns_is_one_mistake() -> None:
    assert codes("\r" * (SIZE_CAP - 1) + "x") == [("illegal-character", 1), ("syntax", 1)]


def test_a_byte_order_mark_is_no_mistake() -> None:
    sound("\ufeffparty acme")


def test_an_empty_file_is_a_policy() -> None:
    assert sound("").blocks == ()
    assert sound("# nothing\n").blocks == ()


def never_raises(text: str) -> None:
    read = Source(name="test.sla", text=text)
    policy, diagnostics = parse(read)
    for diagnostic in diagnostics:
        assert diagnostic.labels
        assert draw(diagnostic, {"test.sla": read}).startswith(f"error[{diagnostic.code}]: ")
        assert diagnostic.message[0].islower() or diagnostic.message[0] in "`"
        assert not diagnostic.message.endswith(".")
        assert "\n" not in diagnostic.message
    assert diagnostics or policy.span.end == len(text)


@given(st.text())
@example('"')
@example('agreement a is sla { target t { "')
@example("}")
@example("party \u2028 a")
def test_no_text_makes_it_raise(text: str) -> None:
    never_raises(text)


PIECES = sorted({*EVERY_CONSTRUCT.split(), "{", "}", "(", ")", ",", ".", '"', "#", "\n", "is", "%", "24"})


@given(st.lists(st.sampled_from(PIECES), max_size=40).map(" ".join))
def test_no_row_of_words_makes_it_raise(text: str) -> None:
    never_raises(text)


@given(
    policies(),
    st.lists(st.tuples(st.integers(0, 2**16), st.integers(0, 12), st.sampled_from(PIECES)), max_size=4),
)
def test_no_broken_policy_makes_it_raise(text: str, cuts: list[tuple[int, int, str]]) -> None:
    for at, length, piece in cuts:
        place = at % (len(text) + 1)
        text = text[:place] + piece + text[place + length :]
    never_raises(text)


@given(policies())
def test_whatever_the_grammar_derives_is_read(text: str) -> None:
    found = {mistake.code for mistake in mistakes(text)}
    assert found <= {"reserved-word", "name-not-snake-case"}
