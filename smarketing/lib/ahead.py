"""How far ahead of today a day may lie that somebody chooses to agree on."""

from datetime import date

from django.utils.translation import gettext as _

from smarketing.lib.numbers import number

MOST_YEARS = 10


def too_far(on: date, today: date) -> str:
    """The refusal, or nothing. What lies further ahead is a slip of the keyboard, and binds all the same."""
    if (on.year - MOST_YEARS, on.month, on.day) <= (today.year, today.month, today.day):
        return ""
    return _("Choose a day that is at most %(years)s years away.") % {"years": number(MOST_YEARS)}
