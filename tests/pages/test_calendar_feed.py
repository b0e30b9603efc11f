"""The calendar of a person, read as a calendar program reads it."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now
from icalendar import Calendar

from agreements.models import Version
from reports.models import CalendarAddress, ReviewDecision
from reports.reviews.calendar import renew
from reports.reviews.dates import review_dates
from reports.reviews.meetings import cancel, move
from smarketing.accounts.people import leave
from tests import cast

pytestmark = pytest.mark.django_db
RHYTHM = {"review": [{"every_months": 3, "first_on": "2026-01-07"}]}


@pytest.fixture
def rhythm(north, south):
    Version.objects.filter(agreement__in=[north, south]).update(groups=RHYTHM)
    north.name = "North; and, \\ more\r\nBEGIN:VALARM"
    north.save()
    return north


def address(token: str) -> str:
    return reverse("reports:calendar", args=[token])


def events(text: bytes) -> dict[str, object]:
    read = Calendar.from_ical(text)
    return {str(event["UID"]).partition("@")[0]: event for event in read.walk("VEVENT")}


def test_reviews_of_ones_agreements_with_their_zone_and_what_became_of_them(rhythm, rep, sales_lead, administrator):
    planned = [one for one in review_dates(rhythm, now().date()) if one.state == "coming"]
    first, second, third = (one.planned_on for one in planned[:3])
    token = renew(rep, at=now())
    before = events(Client().get(address(token)).content)
    monday = now().date() + timedelta(days=14 - now().date().weekday())
    move(rhythm, second, monday, None, by=sales_lead, at=now(), reason="The fair")
    cancel(rhythm, third, by=sales_lead, at=now(), reason="Summer")
    answer = Client().get(address(token))
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert b"BEGIN:VTIMEZONE" in answer.content
    assert b"BEGIN:VALARM" not in answer.content.replace(b"\\nBEGIN:VALARM", b"")
    found = events(answer.content)
    assert found.keys() == before.keys()
    assert all(f"-{rhythm.pk}-" in uid for uid in found)
    names = [f"review-{rhythm.pk}-{on}" for on in (first, second, third)]
    assert [str(found[name]["STATUS"]) for name in names] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert [int(found[name]["SEQUENCE"]) for name in names] == [0, 1, 1]
    assert found[names[1]].start.isoformat().startswith(f"{monday}T09:00")
    assert found[names[1]].start.tzinfo.key == "Europe/Berlin"
    assert found[names[1]]["DTSTAMP"].dt > before[names[1]]["DTSTAMP"].dt
    assert "North; and, \\ more" in str(found[names[0]]["SUMMARY"])
    assert events(Client().get(address(renew(administrator, at=now()))).content) == {}


def test_own_decisions_and_the_end_of_the_agreement_and_nothing_of_others(rhythm, rep, sales_lead, marketer):
    planned = next(one.planned_on for one in review_dates(rhythm, now().date()) if one.state == "coming")
    meeting = cancel(rhythm, planned, by=sales_lead, at=now(), reason="x")
    made = {"meeting": meeting, "due_on": date(2026, 12, 3), "made_at": now()}
    own = ReviewDecision.objects.create(text="Mine", owner=rep, **made)
    ReviewDecision.objects.create(text="Secret of another", owner=marketer, **made)
    ReviewDecision.objects.create(text="Done", owner=rep, done_at=now(), **made)
    end = Version.objects.create(
        agreement=rhythm,
        number=2,
        effective_on=date(2027, 1, 1),
        is_cancellation=True,
        calendar={"week": cast.OFFICE_HOURS},
        made_at=now(),
    )
    text = Client().get(address(renew(rep, at=now()))).content
    found = events(text)
    days = {uid: event.start for uid, event in found.items() if not uid.startswith("review")}
    assert days == {f"decision-{own.pk}": date(2026, 12, 3), f"end-{end.pk}": date(2026, 12, 31)}
    assert b"Secret" not in text
    assert b"@example.org" not in text


def test_the_address_is_shown_once_kept_as_a_digest_and_void_once_renewed_revoked_or_left(
    rhythm, rep, administrator, signed_in
):
    client = signed_in(rep)
    shown = client.post(reverse("reports:calendar_address"), {"do": "renew"}, follow=True).text
    token = re.search(r"/calendar/([-\w]{43})\.ics", shown)[1]
    assert token not in client.get(reverse("reports:calendar_address")).text
    assert token not in client.get(reverse("profile")).text
    assert token not in str(list(CalendarAddress.objects.values()))
    assert Client().get(address(token)).status_code == 200
    other = renew(rep, at=now())
    assert [Client().get(address(one)).status_code for one in (token, other, "x" * 43)] == [404, 200, 404]
    leave(rep, by=administrator, at=now())
    assert Client().get(address(other)).status_code == 404
    rep.is_active = True
    rep.save()
    assert Client().get(address(other)).status_code == 200
    signed_in(rep).post(reverse("reports:calendar_address"), {"do": "revoke"})
    assert Client().get(address(other)).status_code == 404


def test_a_past_review_that_was_not_held_is_not_told_as_confirmed(rhythm, rep, signed_in):
    past = [one for one in review_dates(rhythm, now().date()) if one.state == "not_held"][-1]
    (event,) = events(signed_in(rep).get(reverse("reports:review_file", args=["north", past.key])).content).values()
    told = (str(event["status"]), str(event["summary"]))
    assert told == ("TENTATIVE", f"Review, not held: {rhythm}".replace("\r\n", "\n"))


def test_where_the_calendar_is_open_around_the_clock_a_review_begins_at_nine(rhythm, rep, signed_in):
    day = [["00:00", "24:00"]]
    rhythm.versions.update(calendar={"week": dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), day)})
    planned = next(one for one in review_dates(rhythm, now().date()) if one.state == "coming")
    (event,) = events(signed_in(rep).get(reverse("reports:review_file", args=["north", planned.key])).content).values()
    assert (event.start.isoformat()[11:16], event.end.isoformat()[11:16]) == ("09:00", "10:00")


def test_one_review_as_a_file_is_for_who_may_read_the_agreement(rhythm, rep, stranger, signed_in):
    planned = next(one for one in review_dates(rhythm, now().date()) if one.state == "coming")
    file = reverse("reports:review_file", args=["north", planned.key])
    (event,) = events(signed_in(rep).get(file).content).values()
    assert event.start == planned.begins_at
    assert signed_in(stranger).get(file).status_code == 404
