"""A lead is won before it is handed over: the one rule of every door, as far as both times are known."""

from collections.abc import Callable
from datetime import date, datetime

from django.utils.translation import gettext as _

from leads.clock.span import DAY, latest
from leads.models import Handoff, Lead
from leads.refusals import Refused

DayOf = Callable[[datetime], date]


class HandedOverBefore(Refused):
    """The lead would be won after it was handed over."""


def is_too_early(handed_at: datetime, precision: int, created_at: datetime, day_of: DayOf) -> bool:
    """A handoff known to the day stands at the first instant of it, and was made at some time of that day."""
    if precision == DAY:
        return day_of(handed_at) < day_of(created_at)
    return latest(handed_at, precision) < created_at


def check_won_first(lead: Lead, created_at: datetime, day_of: DayOf) -> None:
    for handed_at, precision in Handoff.objects.filter(lead=lead).values_list("handed_at", "precision"):
        if is_too_early(handed_at, precision, created_at, day_of):
            raise HandedOverBefore(_("This lead was handed over before that time."))
