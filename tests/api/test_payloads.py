"""What is held of answers to events is bounded by what it weighs."""

from hypothesis import given
from hypothesis import strategies as st

from api.graphql.payloads import NAME, Payloads


def test_the_newest_are_held_and_large_ones_drive_out_old_ones() -> None:
    held = Payloads(most=100, most_characters=10 * (NAME + 100))
    for number in range(20):
        held.hold(number, "a" * 100)
    assert [number for number in range(20) if number in held] == list(range(10, 20))
    held.hold("large", "a" * (2 * NAME + 200 - NAME))
    assert 12 in held and 11 not in held and held["large"] is not None
    held.hold("too large", "a" * 10_000)
    assert "too large" not in held and "large" in held


@given(
    sizes=st.lists(st.integers(0, 300) | st.none(), max_size=60),
    most=st.integers(1, 20),
    most_characters=st.integers(1, 5_000),
)
def test_never_more_than_it_may(sizes: list[int | None], most: int, most_characters: int) -> None:
    held = Payloads(most=most, most_characters=most_characters)
    for number, size in enumerate(sizes):
        held.hold(number, None if size is None else "a" * size)
        kept = [size for each, size in enumerate(sizes[: number + 1]) if each in held]
        assert len(kept) <= most
        assert held.characters == sum(NAME + (each or 0) for each in kept) <= most_characters
    held.clear()
    assert held.characters == 0
