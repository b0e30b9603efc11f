"""Reads: the reviews of an agreement, those of the rhythm and those called between, each with what became of it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from agreements.document.groups.review import months_later
from agreements.models import Agreement
from agreements.review_days import review_days
from agreements.terms import Timeline, timeline
from reports.models import ReviewMeeting

LENGTH = timedelta(hours=1)
BACK_MONTHS, AHEAD_MONTHS = 24, 12
MIDNIGHT, NINE = time(), time(9)

COMING, CANCELLED, NOT_HELD, UNDER_WAY, CLOSED = "coming", "cancelled", "not_held", "under_way", "closed"


@dataclass(frozen=True)
class ReviewDate:
    """One review as it stands. `planned_on` names it; `begins_at` is in the zone of the agreement."""

    agreement: Agreement
    planned_on: date
    on: date
    begins_at: datetime
    state: str
    meeting: ReviewMeeting | None = None

    @property
    def key(self) -> str:
        return self.planned_on.isoformat()

    @property
    def on_the_wall(self) -> time:
        """When it begins, as the clocks of the agreement show it."""
        return self.begins_at.time()

    @property
    def ends_at(self) -> datetime:
        return self.begins_at + LENGTH

    @property
    def is_moved_by_hand(self) -> bool:
        return self.meeting is not None and bool(self.meeting.changes) and self.meeting.cancelled_at is None


def review_dates(agreement: Agreement, today: date, terms: Timeline | None = None) -> list[ReviewDate]:
    """From two years ago to a year from now, in order of time."""
    terms = terms or timeline(agreement)
    first, last = months_later(today, -BACK_MONTHS), months_later(today, AHEAD_MONTHS)
    kept = {row.planned_on: row for row in agreement.reviews.select_related("changed_by", "held_by", "closed_by")}
    planned = {day.planned_on: day.on for day in review_days(agreement, first, last, terms)}
    days = sorted(planned.keys() | {on for on, row in kept.items() if row.on >= first})
    found = []
    for planned_on in days:
        row = kept.get(planned_on)
        on = row.on if row else planned[planned_on]
        begins_at = begins(terms, on, row.begins if row else None)
        found.append(ReviewDate(agreement, planned_on, on, begins_at, _state(row, on, today), row))
    return sorted(found, key=lambda one: one.begins_at)


def review_on(agreement: Agreement, planned_on: date, today: date) -> ReviewDate | None:
    return next((one for one in review_dates(agreement, today) if one.planned_on == planned_on), None)


def next_review(dates: list[ReviewDate]) -> ReviewDate | None:
    """The first one that is still to be held."""
    return next((one for one in dates if one.state in (COMING, UNDER_WAY)), None)


def begins(terms: Timeline, on: date, at: time | None) -> datetime:
    """At the time that was said, else when the working day begins; at nine where that is open around the clock."""
    nine = datetime.combine(on, at or NINE, terms.zone)
    windows = terms.on(on).calendar.windows(on) if at is None else []
    if not windows:
        return nine
    opens_at, closes_at = (end.astimezone(terms.zone) for end in windows[0])
    return nine if opens_at.time() == MIDNIGHT and nine < closes_at else opens_at


def _state(row: ReviewMeeting | None, on: date, today: date) -> str:
    if row and row.cancelled_at:
        return CANCELLED
    if row and row.held_at:
        return CLOSED if row.closed_at else UNDER_WAY
    return COMING if on >= today else NOT_HELD
