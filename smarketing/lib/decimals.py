"""PURE. Decimals as far as both databases keep them as they are."""

from decimal import Decimal

MOST_DIGITS = 15  # SQLite keeps decimals as floating point: of more digits the last are lost, or reading them fails


def is_kept(number: Decimal) -> bool:
    """Whether no more digits stand from the first to the last that is not zero. Not for infinities."""
    return len("".join(map(str, number.as_tuple().digits)).strip("0")) <= MOST_DIGITS
