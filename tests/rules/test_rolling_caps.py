"""Both ways of walking caps that roll, against a count of single instants (S5.4)."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from engine.definition import rolling_caps as defined
from engine.rules.plans.rolling_caps import Asking, CapSpan, Meter, granted, merged

END = 30
Span = tuple[int, int]
Cap = tuple[int, int]
"""At most so many instants in any so many."""

spans = st.tuples(st.integers(0, END - 1), st.integers(1, 15)).map(lambda each: (each[0], sum(each)))
caps = st.tuples(st.integers(0, 6), st.integers(1, 20))


def at(instants: Sequence[int]) -> list[Span]:
    """The instants as intervals."""
    return merged((each, each + 1) for each in instants)


def counted(asking: Sequence[Asking], spends: Sequence[Span], caps: Sequence[Cap]) -> list[Span]:
    """Instant by instant: the first exclusion pays under whose cap less was spent in the instants before."""
    spent: list[list[int]] = [[] for _ in caps]
    found: list[int] = []
    for instant in range(2 * END):
        covering = sorted((each.a, each.place) for each in asking if each.a <= instant < each.b)
        for _, place in covering:
            most, length = caps[place - 1]
            if sum(instant - length < each for each in spent[place - 1]) < most:
                found.append(instant)
                if any(a <= instant < b for a, b in spends):
                    spent[place - 1].append(instant)
                break
    return at(found)


@given(
    st.lists(st.tuples(st.integers(1, 3), spans), min_size=1, max_size=6),
    st.lists(spans, max_size=6),
    st.tuples(caps, caps, caps),
)
def test_the_walk_grants_what_is_counted(
    asked: list[tuple[int, Span]], bad: list[Span], caps: tuple[Cap, ...]
) -> None:
    asking, spends = [Asking(place, *span) for place, span in asked], merged(bad)
    meters = [Meter([CapSpan(0, 2 * END, None, most)], length) for most, length in caps]
    assert granted(asking, spends, meters) == counted(asking, spends, caps)


@given(spans, st.lists(spans, max_size=6), caps)
def test_the_definition_grants_what_is_counted(asked: Span, bad: list[Span], cap: Cap) -> None:
    most, length = cap
    spends = defined.common(merged(bad), [asked])
    found = defined.granted_in_any([asked], spends, length, most, [])
    assert found == counted([Asking(1, *asked)], spends, [cap])


@given(st.lists(spans, min_size=1, max_size=4), st.lists(spans, max_size=6), caps)
def test_no_stretch_of_time_holds_more_than_the_cap(asked: list[Span], bad: list[Span], cap: Cap) -> None:
    most, length = cap
    meter = Meter([CapSpan(0, 2 * END, None, most)], length)
    found = granted([Asking(1, *span) for span in asked], merged(bad), [meter])
    spent = defined.common(found, merged(bad))
    for start in range(2 * END):
        assert defined.length(defined.common(spent, [(start, start + length)])) <= most


@given(st.lists(spans, min_size=1, max_size=4), st.lists(spans, max_size=6), st.integers(0, 6))
def test_a_stretch_as_long_as_the_term_is_the_term(asked: list[Span], bad: list[Span], most: int) -> None:
    asking, spends = [Asking(1, *span) for span in asked], merged(bad)
    rolling = Meter([CapSpan(0, 2 * END, None, most)], 2 * END)
    whole = Meter([CapSpan(0, 2 * END, 0, most)])
    assert granted(asking, spends, [rolling]) == granted(asking, spends, [whole])
