"""Action: the reviews of the demonstration: one that was held, with its decisions, and one to come."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import override

from agreements.models import Agreement
from agreements.terms import today_of
from leads.demonstration.company import SIGNED
from reports.models import ReviewMeeting
from reports.reviews.dates import COMING, NOT_HELD, review_dates
from reports.reviews.decisions import decide, finish, to_draft
from reports.reviews.meetings import add_point, close, hold, write_minutes
from smarketing.accounts.models import User

NOTES = {
    "agreed": "Both sides had read the figures before.",
    "figures": "Marketing is on its line; sales was slow in the two weeks after the fair.",
    "missed": "The reps were at the fair. Next time somebody stays for the leads of the first day.",
    "no_target": "Marketing calculates the next quarter until Friday.",
}


def keep_reviews(*, at: datetime) -> None:
    """Once; the review to come follows from the rhythm."""
    agreement = Agreement.objects.filter(slug=SIGNED.market.slug).with_teams().first()
    if agreement is None or ReviewMeeting.objects.filter(agreement=agreement).exists():
        return
    people = {user.name: user for user in User.objects.filter(name__in=[SIGNED.marketing, SIGNED.sales])}
    marketing, sales = people[SIGNED.marketing], people[SIGNED.sales]
    dates = review_dates(agreement, today_of(agreement, at))
    over = [one for one in dates if one.state == NOT_HELD]
    ahead = [one for one in dates if one.state == COMING]
    with override("en"):
        if over:
            _held(agreement, over[-1].planned_on, over[-1].on, marketing, sales)
        if ahead:
            text = "How do we hand over leads of the trade fair?"
            add_point(agreement, ahead[0].planned_on, text, by=sales, at=at)


def _held(agreement: Agreement, planned_on: date, on: date, marketing: User, sales: User) -> None:
    at = datetime.combine(on, time(10), ZoneInfo(agreement.time_zone))
    meeting = hold(agreement, planned_on, by=marketing, at=at, looks_back=True)
    kinds = [point["kind"] for point in meeting.agenda]
    notes = {kinds.index(kind): text for kind, text in NOTES.items() if kind in kinds}
    write_minutes(agreement, planned_on, at=at, present=f"{marketing}, {sales}", notes=notes)
    decided = [
        ("Somebody of sales stays in the office during trade fairs", sales, 14),
        ("Leads of tier B are called within four working hours", marketing, 60),
        ("Marketing proposes the targets of the next quarter", marketing, 7),
    ]
    made = [
        decide(agreement, planned_on, text=text, owner=owner, due_on=on + timedelta(days=days), by=marketing, at=at)
        for text, owner, days in decided
    ]
    close(agreement, planned_on, by=marketing, at=at + timedelta(hours=1))
    to_draft(made[1], by=marketing, at=at + timedelta(days=1))
    finish(made[2], by=marketing, at=at + timedelta(days=5))
