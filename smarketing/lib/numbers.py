"""Numbers, shares and money as the reader's language writes them. Halves are rounded up, as people do."""

from decimal import ROUND_HALF_UP, Decimal, localcontext

from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext, gettext_lazy, pgettext

from smarketing.lib.decimals import MOST_DIGITS as MOST_KEPT
from smarketing.lib.decimals import is_kept

Number = int | float | Decimal
NOTHING = "–"
SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹"}
MINUS = "−"
MOST_DIGITS = 18  # all that is written with so many fits a column of 64 bits
DIGITS = 100  # rounding a number of more than 28 digits would fail by default


def refuse_too_many_digits(value: Decimal) -> None:
    """A validator of fields: what is accepted can be read again, on both databases."""
    if value.is_finite() and not is_kept(value):
        raise ValidationError(gettext_lazy("Write at most %(most)d digits."), "digits", {"most": MOST_KEPT})


def whole(text: str) -> int | None:
    """A number out of an address or a form, as far as a column can hold it; None for whatever else stands there."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None


def number(value: Number | None, places: int = 0) -> str:
    if value is None:
        return NOTHING
    exact = Decimal(str(value))
    if not exact.is_finite():
        return NOTHING
    rounded = rounded_to(exact, places)
    text = number_format(abs(rounded), decimal_pos=places, use_l10n=True, force_grouping=True)
    return MINUS + text if rounded < 0 else text


def exactly(value: int | Decimal | None, most: int = 20) -> str:
    """With every decimal it has, up to so many, and no zeros at the end."""
    if value is None:
        return NOTHING
    exact = Decimal(value)
    if places_of(exact) > most:
        exact = rounded_to(exact, most)
    return number(exact, places_of(exact))


def places_of(value: int | Decimal) -> int:
    """How many decimals a finite number has, without zeros at the end."""
    _whole, _point, decimals = f"{Decimal(value):f}".partition(".")
    return len(decimals.rstrip("0"))


def rounded_to(exact: Decimal, places: int) -> Decimal:
    with localcontext(prec=DIGITS):
        return exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


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
