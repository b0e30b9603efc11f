"""Actions: the reviews and the judged months of the demonstration, and what people did about them."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import override

from agreements.models import Agreement
from agreements.terms import today_of
from leads.demonstration.company import SIGNED
from reports.enums import Cause, NoteKind, OwedState
from reports.models import JudgedObjective, Owed, ReviewMeeting, RootCause, StrikeNote
from reports.reviews.dates import COMING, NOT_HELD, review_dates
from reports.reviews.decisions import decide, finish, to_draft
from reports.reviews.meetings import add_point, close, hold, write_minutes
from reports.strikes.judging import judge_months
from reports.strikes.owing import turn
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


def keep_strikes(*, at: datetime) -> None:
    """Every month that is over is judged; a side's latest miss lacks its sheet, all owed but the latest is given."""
    judge_months(at=at)
    agreement = Agreement.objects.filter(slug=SIGNED.market.slug).first()
    if agreement is None or RootCause.objects.filter(agreement=agreement).exists():
        return
    lead_of = {"marketing": SIGNED.marketing, "sales": SIGNED.sales}
    people = {side: User.objects.get(name=name) for side, name in lead_of.items()}
    missed = JudgedObjective.objects.filter(judged__agreement=agreement, state="missed").select_related("judged")
    ordered = list(missed.order_by("judged__month", "pk"))
    to_explain = {own.side: own.pk for own in ordered}.values()
    for own in ordered:
        if own.pk not in to_explain:
            _explained(own, people[own.side])
    owed = list(Owed.objects.filter(agreement=agreement, state=OwedState.OPEN).order_by("month", "pk"))
    latest = {(one.is_reward, one.amount is not None): one.pk for one in owed}.values()
    for one in owed:
        if one.pk not in latest:
            on = one.month + timedelta(days=45)
            turn(one, "give", sides=[one.owing], text="", on=on, by=people[one.owing], at=at)
            one.refresh_from_db()
            turn(one, "confirm", sides=[one.owed_to], text="", by=people[one.owed_to], at=at)


def _explained(miss: JudgedObjective, owner: User) -> None:
    at = miss.judged.judged_at
    month = miss.judged.month
    sheet = RootCause.objects.create(
        agreement=miss.judged.agreement,
        month=month,
        side=miss.side,
        measure=miss.measure,
        tier=miss.tier,
        is_rest=miss.is_rest,
        cause=Cause.RESOURCES,
        what_happened="Two people were at the trade fair for a week, and nobody stood in for them.",
        action="Whoever goes to a fair names who stands in, a week before.",
        owner=owner,
        due_on=month + timedelta(days=50),
        done_on=month + timedelta(days=48),
    )
    changes = {"action": ["", sheet.action]}
    StrikeNote(sheet=sheet, kind=NoteKind.SHEET, changes=changes, by=owner, at=at).save()
