"""PURE. What a promise looks like: read from the text of an agreement, kept by its version, held against the facts.

There is one shape of each, and its fields are declared here only: with the kind of their values and the words for them.
"""

from abc import abstractmethod
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from agreements.promises.kinds import STORED, Amount, Fraction, Minutes, Text, ValueKind, Whole, kind_of
from agreements.worktime import WorkCalendar
from smarketing.lib import words

Pauses = tuple[tuple[datetime, datetime], ...]

LONGEST_MINUTES = 100_000
LONGEST_DAYS = 1_000

Tier = Annotated[str, Text(60, may_be_empty=True)]


def _(text: str) -> str:
    """Marks words for translation; whoever shows them translates."""
    return text


class Promise(BaseModel):
    """`tier` is empty where the promise is for every tier without one of its own.

    `figure` is what is promised (a share, attempts), `limit` the working minutes or days for it, `due` the end of them;
    None where it is judged as soon as the handoff is made.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    measure: str
    tier: Tier = ""
    of_which: ClassVar[tuple[str, ...]] = ("measure", "tier")
    source: ClassVar[str] = _("measured from handoffs")
    says: ClassVar[str] = ""  # after the figure of a stated one

    @property
    def tier_key(self) -> str:
        return words.key(self.tier)

    @property
    @abstractmethod
    def figure(self) -> float: ...

    @property
    @abstractmethod
    def limit(self) -> float | None: ...

    @abstractmethod
    def due(self, calendar: WorkCalendar, start: datetime, pauses: Pauses = ()) -> datetime: ...

    @classmethod
    def kinds(cls) -> dict[str, ValueKind]:
        """Of the fields in which a promise says what it promises."""
        fields = cls.model_fields.items()
        return {name: kind_of(field.metadata) for name, field in fields if name not in cls.of_which}

    @classmethod
    def words(cls) -> dict[str, str]:
        return {name: str(cls.model_fields[name].title) for name in cls.kinds()}

    def values(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.kinds()}

    def stored(self) -> dict[str, Any]:
        """What it promises as JSON, numbers to their last digit."""
        return self.model_dump(mode="json", exclude=set(self.of_which))

    @classmethod
    def from_stored(cls, tier: str, stored: dict[str, Any]) -> Self:
        return cls.model_validate({**stored, "tier": tier}, context=STORED)


class TimedPromise(Promise):
    """Done within so many working minutes, in this share (0 to 1) of the handoffs."""

    within_minutes: Annotated[
        Decimal, Minutes(places=4, most=LONGEST_MINUTES), Field(title=_("within working minutes"))
    ]
    share: Annotated[Decimal, Fraction(places=6), Field(title=_("share kept"))] = Decimal(1)

    @cached_property
    def within(self) -> timedelta:
        return timedelta(minutes=1) * float(self.within_minutes)

    @property
    def figure(self) -> float:
        return float(self.share)

    @property
    def limit(self) -> float:
        return float(self.within_minutes)

    def due(self, calendar: WorkCalendar, start: datetime, pauses: Pauses = ()) -> datetime:
        return calendar.due(start, self.within, pauses)


class SpeedPromise(TimedPromise):
    """From the handoff to the first attempt."""

    measure: Literal["speed"] = "speed"


class AcceptancePromise(TimedPromise):
    """From the handoff until sales accepts or returns it; who calls at once has accepted by calling."""

    measure: Literal["acceptance"] = "acceptance"


class InquiryPromise(TimedPromise):
    """From an inquiry of a lead that sales has, or had, to the next attempt; a handoff keeps it with all of its own."""

    measure: Literal["inquiry"] = "inquiry"


class HandoverPromise(TimedPromise):
    """Marketing's own time: from the lead's creation to its first handoff."""

    measure: Literal["handover"] = "handover"


class BriefPromise(Promise):
    """So many of the handoffs with all the facts that belong to the brief, judged as they are handed over."""

    measure: Literal["brief"] = "brief"
    share: Annotated[Decimal, Fraction(places=6), Field(title=_("share kept"))] = Decimal(1)

    @property
    def figure(self) -> float:
        return float(self.share)

    @property
    def limit(self) -> None:
        return None

    def due(self, calendar: WorkCalendar, start: datetime, pauses: Pauses = ()) -> datetime:
        return start


class DepthPromise(Promise):
    """So many attempts within so many working days, unless connected or returned."""

    measure: Literal["depth"] = "depth"
    attempts: Annotated[int, Whole(1, 1_000), Field(title=_("attempts"))]
    within_working_days: Annotated[int, Whole(1, LONGEST_DAYS), Field(title=_("within working days"))]

    @property
    def figure(self) -> float:
        return self.attempts

    @property
    def limit(self) -> float:
        return self.within_working_days

    def due(self, calendar: WorkCalendar, start: datetime, pauses: Pauses = ()) -> datetime:
        return calendar.end_of_working_day(start, self.within_working_days, pauses)


class StatedPromise(Promise):
    """A figure a month that the portal does not measure: the side that promises it states what it came to.

    In the unit of its measure: working hours, a count, or the agreement's currency.
    """

    source: ClassVar[str] = _("stated monthly by sales")
    per_month: Annotated[Decimal, Amount(places=2, may_be_zero=False), Field(title=_("a month"))]

    @property
    def figure(self) -> float:
        return float(self.per_month)

    @property
    def limit(self) -> float:
        return 0.0

    def due(self, calendar: WorkCalendar, start: datetime, pauses: Pauses = ()) -> datetime:
        """It is about no working time: any calendar lets it be kept."""
        return start


class MarketingAnswersPromise(StatedPromise):
    """How long sales waited for an answer of marketing, on average."""

    source: ClassVar[str] = _("stated monthly by marketing")
    says: ClassVar[str] = _("working hours until an answer, on average, at most")
    measure: Literal["marketing_answers"] = "marketing_answers"


class SalesAnswersPromise(StatedPromise):
    """How long marketing waited for an answer of sales, on average."""

    says: ClassVar[str] = _("working hours until an answer, on average, at most")
    measure: Literal["sales_answers"] = "sales_answers"


class MeetingsPromise(StatedPromise):
    says: ClassVar[str] = _("meetings a month")
    measure: Literal["meetings"] = "meetings"


class OpportunitiesPromise(StatedPromise):
    says: ClassVar[str] = _("opportunities a month")
    measure: Literal["opportunities"] = "opportunities"


class PipelinePromise(StatedPromise):
    says: ClassVar[str] = _("value of the opportunities opened in a month")
    measure: Literal["pipeline"] = "pipeline"


class RevenuePromise(StatedPromise):
    says: ClassVar[str] = _("revenue a month")
    measure: Literal["revenue"] = "revenue"
