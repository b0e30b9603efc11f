"""PURE. Months by their names in English, German and Danish, whole or shortened."""

import unicodedata

_NAMES = (
    "jan januar january",
    "feb februar february",
    "mar mrz marz maerz march marts",
    "apr april",
    "may mai maj",
    "jun juni june",
    "jul juli july",
    "aug august",
    "sep sept september",
    "oct okt october oktober",
    "nov november",
    "dec dez december dezember",
)
_BY_NAME = {name: number for number, names in enumerate(_NAMES, 1) for name in names.split()}


def month_number(name: str) -> int | None:
    """1 to 12, whatever the case and the accents; None for what is no month."""
    return _BY_NAME.get(plain_name(name))


def plain_name(name: str) -> str:
    """Without case and accents."""
    return unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
