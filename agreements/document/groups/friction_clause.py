"""PURE. The monthly friction report from sales to service: when it is due, who writes it, what it holds."""

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from agreements.document.groups.clause_group import ClauseGroup, ClauseRow, Prose
from agreements.promises.kinds import Text, Whole, refused

MOST_WORKING_DAYS = 20


def _(text: str) -> str:
    """Marks words for translation; whoever shows them translates."""
    return text


class FrictionClause(ClauseRow):
    """Due in the month after the one it is about: on a day of it, the 31st being the last of a shorter one, or on
    one of its working days. Without either it is due on its last day.
    """

    due_day: Annotated[
        int | None, Whole(1, 31), Field(title=_("Due on day of the next month"), description=_("Like 10."))
    ] = None
    due_working_day: Annotated[
        int | None,
        Whole(1, MOST_WORKING_DAYS),
        Field(title=_("Due on working day of the next month"), description=_("Like 5; or the day of the month.")),
    ] = None
    by: Annotated[str, Text(100, may_be_empty=True), Field(title=_("Written by"))] = ""
    holds: Annotated[
        str,
        Prose(2_000),
        Field(title=_("What it holds"), description=_("Like: what customers struggle with, how many, an example.")),
    ] = ""

    @field_validator("due_working_day")
    @classmethod
    def _is_said_once(cls, day: int | None, info: ValidationInfo) -> int | None:
        if day is not None and info.data.get("due_day") is not None:
            raise refused(_("the due day is given as a day of the month already: give one of the two"))
        return day

    def due_on(self, month: date, working_days: Callable[[date, date], list[date]]) -> date:
        """Of the report about `month`, given by its first day."""
        first = month + timedelta(days=monthrange(month.year, month.month)[1])
        last = first.replace(day=monthrange(first.year, first.month)[1])
        if self.due_working_day is not None:
            days = working_days(first, last)
            return days[min(self.due_working_day, len(days)) - 1] if days else last
        return first.replace(day=min(self.due_day or last.day, last.day))


FRICTION = ClauseGroup(
    "friction",
    _("Monthly friction report"),
    FrictionClause,
    many=False,
    hint=_("What customers struggle with, told by sales to the service team every month."),
    holds_unwritten=True,
    step="contacts",
)
