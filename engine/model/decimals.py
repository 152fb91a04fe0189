"""Exact numbers as decimal text that never says more, or the other side of a bound, than the number does."""

from fractions import Fraction

from engine.model.quantity import Bound


def decimal_text(
    value: Fraction, *, places: int, bound: Bound | None = None, size: Fraction = Fraction(1)
) -> str:
    """`value / size` to `places` decimals, half even; never rounded across `bound` (S1.2).

    `value` and `bound` are in the dimension's base and `size` is the unit that is shown: 99.8996% beside a
    bound of 99.9% is shown as 99.89…, whatever the number of places.
    """
    scaled = value / size * 10**places
    below = scaled.numerator // scaled.denominator
    candidates = sorted(
        {below, below if scaled == below else below + 1}, key=lambda each: (abs(scaled - each), each % 2)
    )
    if bound is not None:
        side = bound.side(value)
        candidates = [
            each for each in candidates if bound.side(Fraction(each, 10**places) * size) == side
        ] or candidates
    return digits_text(candidates[0], places)


def digits_text(digits: int, places: int) -> str:
    """The integer `digits` with the point `places` digits from its end: (12345, 2) is 123.45."""
    sign, text = ("-" if digits < 0 else ""), str(abs(digits)).rjust(places + 1, "0")
    return f"{sign}{text[:-places]}.{text[-places:]}" if places else sign + text


def exact_text(value: Fraction) -> str:
    """The exact decimal where there is one, else `n/d` in lowest terms."""
    denominator, places = value.denominator, 0
    for prime in (2, 5):
        count = 0
        while denominator % prime == 0:
            denominator //= prime
            count += 1
        places = max(places, count)
    if denominator != 1:
        return f"{value.numerator}/{value.denominator}"
    return digits_text(value.numerator * 10**places // value.denominator, places)


def grouped(text: str) -> str:
    """Thousands apart: 44640 is 44,640; fractions as they are."""
    whole, point, rest = text.partition(".")
    if not whole.lstrip("-").isdigit():
        return text
    return f"{int(whole):,}{point}{rest}" if whole != "-0" else text


def number_text(value: Fraction, size: Fraction = Fraction(1)) -> str:
    """The exact decimal if it is short, else its first nine places and `…`: nothing is rounded (S1.2)."""
    exact = exact_text(value / size)
    if "/" not in exact and len(exact.partition(".")[2]) <= 9:
        return grouped(exact)
    scaled = abs(value / size) * 10**9
    digits = scaled.numerator // scaled.denominator
    return f"{'-' if value < 0 else ''}{grouped(digits_text(digits, 9))}…"


def amount_text(amount: Fraction) -> str:
    """An amount of money, with two places at least."""
    return grouped(decimal_text(amount, places=2)) if (amount * 100).denominator == 1 else number_text(amount)
