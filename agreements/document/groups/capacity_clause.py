"""PURE. What an agreement says of the time that sales has for marketing's leads: its table `[capacity]`."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator

from agreements.document.groups.clause_group import ClauseGroup, ClauseRow
from agreements.promises.kinds import Amount, Fraction, Minutes, Number, Whole, refused

HOURS_OF_A_WEEK, DAY_MINUTES = 168, 1_440


def _(text: str) -> str:
    """Marks words for translation; whoever shows them translates."""
    return text


class WeekHours(Number):
    def fitting(self, number: Decimal) -> Decimal:
        if not 0 < number <= HOURS_OF_A_WEEK:
            raise refused(_("must be above 0 and at most {most} hours"), most=HOURS_OF_A_WEEK)
        return number

    def described(self) -> dict[str, Any]:
        return {"type": "number", "exclusiveMinimum": 0, "maximum": HOURS_OF_A_WEEK}


class AbsentShare(Fraction):
    def fitting(self, number: Decimal) -> Decimal:
        if super().fitting(number) == 1:
            raise refused(_("leaves no time to work in"))
        return number

    def described(self) -> dict[str, Any]:
        return {"type": "number", "minimum": 0, "exclusiveMaximum": 1}


class CapacityClause(ClauseRow):
    """Without `hours_a_week` a rep works as long as the calendar is open; without `time_share` all of it for our leads.

    Absence is a share of that time or working days a year. `connection_rate` is the chance that one attempt reaches the
    lead: attempts stop with the first that does. Without it none does, and all promised attempts are made.
    """

    reps: Annotated[
        Decimal,
        Amount(places=2, may_be_zero=False),
        Field(title=_("Reps"), description=_("Whole and part-time posts together, like 3.5.")),
    ]
    hours_a_week: Annotated[
        Decimal | None,
        WeekHours(places=2),
        Field(
            title=_("Hours a week of a rep"),
            description=_("Leave empty if a rep works as long as the calendar is open."),
        ),
    ] = None
    absence_share: Annotated[
        Decimal | None,
        AbsentShare(places=6),
        Field(title=_("Absent"), description=_("Leave, illness, training; or as days a year.")),
    ] = None
    absence_days: Annotated[int | None, Whole(0, 366), Field(title=_("Working days a year absent"))] = None
    time_share: Annotated[
        Decimal | None,
        Fraction(places=6, may_be_zero=False),
        Field(title=_("Share of time for marketing's leads"), description=_("Leave empty for all of it.")),
    ] = None
    minutes_per_attempt: Annotated[
        Decimal,
        Minutes(places=2, most=DAY_MINUTES),
        Field(title=_("Minutes per attempt"), description=_("With looking things up and writing them down, like 8.")),
    ]
    minutes_per_conversation: Annotated[
        Decimal | None, Amount(places=2), Field(title=_("Minutes per conversation"))
    ] = None
    connection_rate: Annotated[
        Decimal | None,
        Fraction(places=6),
        Field(
            title=_("Attempts that reach the lead"),
            description=_("Attempts stop with the first that does. Leave empty if none is expected to."),
        ),
    ] = None

    @field_validator("absence_days")
    @classmethod
    def _is_said_once(cls, days: int | None, info: ValidationInfo) -> int | None:
        if days is not None and info.data.get("absence_share") is not None:
            raise refused(_("is given as a share already: give one of the two"))
        return days

    @property
    def share_of_time(self) -> Decimal:
        return Decimal(1) if self.time_share is None else self.time_share

    @property
    def conversation(self) -> Decimal:
        """In minutes."""
        return self.minutes_per_conversation or Decimal(0)

    @property
    def reached(self) -> Decimal:
        """The chance that one attempt reaches the lead."""
        return self.connection_rate or Decimal(0)


CAPACITY = ClauseGroup(
    "capacity",
    _("Time of the sales team"),
    CapacityClause,
    many=False,
    hint=_("From it the portal says, before anybody signs, whether the promised attempts can be made."),
)
