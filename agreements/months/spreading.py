"""PURE. A quarter's or a year's sum spread over its months so that the parts add up exactly."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise

CENT = Decimal("0.01")


def _(text: str) -> str:
    """Marks words for translation; whoever shows them translates."""
    return text


class SpreadingError(ValueError):
    """Weights by which nothing can be spread; `reason` can be translated."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def spread(amount: Decimal, weights: Sequence[int | Decimal]) -> list[Decimal]:
    """`amount` in parts like the weights, each to the cent (finer where the amount itself is).

    What is due up to each part is rounded, not the part: so nothing is lost and no part is below zero.
    Raises SpreadingError for weights below zero or without a sum.
    """
    if any(weight < 0 for weight in weights) or not sum(weights):
        raise SpreadingError(_("the weights must not be negative, and one of them must be above zero"))
    step = min(CENT, Decimal(1).scaleb(int(amount.normalize().as_tuple().exponent)))
    whole = Fraction(sum(map(Fraction, weights)))
    due = [Decimal(0), *(_rounded(Fraction(amount) * so_far / whole, step) for so_far in _sums(weights))]
    return [later - earlier for earlier, later in pairwise(due)]


def _sums(weights: Sequence[int | Decimal]) -> Sequence[Fraction]:
    return list(accumulate(map(Fraction, weights)))


def _rounded(exact: Fraction, step: Decimal) -> Decimal:
    steps = Fraction(exact) / Fraction(step)
    return Decimal(int(steps + Fraction(1, 2))) * step
