"""Numbers, shares and money as the reader's language writes them. Halves are rounded up, as people do."""

from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext, pgettext

Number = int | float | Decimal
NOTHING = "–"
SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹"}
MINUS = "−"


def number(value: Number | None, places: int = 0) -> str:
    if value is None:
        return NOTHING
    exact = Decimal(str(value))
    if not exact.is_finite():
        return NOTHING
    rounded = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = number_format(abs(rounded), decimal_pos=places, use_l10n=True, force_grouping=True)
    return MINUS + text if rounded < 0 else text


def exactly(value: int | Decimal | None, most: int = 20) -> str:
    """With every decimal it has, up to so many, and no zeros at the end."""
    if value is None:
        return NOTHING
    rounded = round(Decimal(value), most)
    return number(rounded, places_of(rounded, most))


def places_of(value: int | Decimal, most: int = 20) -> int:
    places = 0
    while places < most and value != round(Decimal(value), places):
        places += 1
    return places


def percent(share: Number | None, places: int = 0) -> str:
    """A share of one: 0.9 is "90%"."""
    if share is None:
        return NOTHING
    return gettext("%(number)s%%") % {"number": number(Decimal(str(share)) * 100, places)}


def exact_percent(share: Decimal | None) -> str:
    """A promise is not rounded: 0.925 is "92.5%"."""
    return percent(share, places_of(share * 100) if share is not None else 0)


def money(amount: Number | None, currency: str) -> str:
    """Whole amounts without cents, others with two places."""
    if amount is None:
        return NOTHING
    exact = Decimal(str(amount))
    text = number(abs(exact), 0 if exact == exact.to_integral_value() else 2)
    if currency in SIGNS:
        said = pgettext("money", "%(sign)s%(amount)s") % {"sign": SIGNS[currency], "amount": text}
    else:
        said = pgettext("money", "%(currency)s %(amount)s") % {"currency": currency, "amount": text}
    return MINUS + said if exact < 0 else said
