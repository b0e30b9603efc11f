"""Reads and actions: what somebody has to think of, as a calendar in the form of RFC 5545; and its secret address."""

import secrets
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from agreements.models import Agreement
from agreements.terms import timeline
from reports.models import CalendarAddress, ReviewDecision
from reports.reviews.dates import CANCELLED, NOT_HELD, ReviewDate, review_dates
from reports.reviews.decisions import own_open
from smarketing.accounts.access import access_of
from smarketing.accounts.models import User

A_YEAR = timedelta(days=366)  # further ahead no review is listed
EVERY = "PT4H"  # how often a calendar program should look


def renew(person: User, *, at: datetime) -> str:
    """A new address, told this once; the former one is void."""
    token = secrets.token_urlsafe(32)
    CalendarAddress.objects.update_or_create(person=person, defaults={"digest": _digest(token), "made_at": at})
    return token


@transaction.atomic
def revoke(person: User) -> bool:
    return bool(CalendarAddress.objects.filter(person=person).delete()[0])


def person_at(token: str) -> User | None:
    """Nobody, where the address was renewed or revoked, or who had it has left."""
    found = CalendarAddress.objects.select_related("person").filter(digest=_digest(token), person__is_active=True)
    address = found.first()
    return address.person if address else None


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def calendar_of(person: User, origin: str, at: datetime) -> bytes:
    """The reviews and the end of the agreements of one's teams, and the days by which own decisions are due."""
    own = access_of(person)
    agreements = [
        agreement
        for agreement in Agreement.objects.visible_to(own).with_teams()
        if any(getattr(agreement, f"{side}_team_id") == team for team, side, _role in own.roles)
    ]
    return _calendar([*_of_agreements(agreements, origin, at), *_of_decisions(own_open(person), origin)])


def calendar_of_review(review: ReviewDate, origin: str) -> bytes:
    return _calendar([_review(review, origin)])


def _calendar(events: Iterable[Event]) -> bytes:
    made = Calendar()
    made.add("prodid", "-//Smarketing//Reviews//EN")
    made.add("version", "2.0")
    made.add("name", "Smarketing")
    made.add("x-wr-calname", "Smarketing")
    made.add("refresh-interval;value=duration", EVERY)
    made.add("x-published-ttl", EVERY)
    for event in events:
        made.add_component(event)
    made.add_missing_timezones()
    return bytes(made.to_ical())


def _of_agreements(agreements: list[Agreement], origin: str, at: datetime) -> Iterator[Event]:
    for agreement in agreements:
        terms = timeline(agreement)
        if not terms.versions:
            continue
        yield from (_review(review, origin) for review in review_dates(agreement, terms.day_of(at), terms))
        for version in agreement.versions.dated().filter(is_cancellation=True):
            summary = _("%(agreement)s ends") % {"agreement": agreement}
            changed_at = version.settled_at or version.made_at or at
            url = origin + agreement.get_absolute_url()
            yield _of_day(f"end-{version.pk}", summary, version.last_on, url, changed_at)


def _review(review: ReviewDate, origin: str) -> Event:
    meeting, event = review.meeting, Event()
    # One that nobody has touched was changed before any that somebody moved: programs keep the latest they saw.
    changed_at = meeting.changed_at if meeting else review.begins_at - A_YEAR
    event.add("uid", _uid(f"review-{review.agreement.pk}-{review.key}"))
    summary = _("Review, not held: %(agreement)s") if review.state == NOT_HELD else _("Review: %(agreement)s")
    event.add("summary", summary % {"agreement": review.agreement})
    event.add("dtstart", review.begins_at)
    event.add("dtend", review.ends_at)
    event.add("dtstamp", changed_at)
    event.add("sequence", meeting.changes if meeting else 0)
    event.add("status", {CANCELLED: "CANCELLED", NOT_HELD: "TENTATIVE"}.get(review.state, "CONFIRMED"))
    event.add("url", origin + reverse("reports:review", args=[review.agreement.slug, review.key]))
    return event


def _of_decisions(decisions: Iterable[ReviewDecision], origin: str) -> Iterator[Event]:
    for one in decisions:
        url = origin + one.meeting.get_absolute_url()
        summary = _("Due: %(decision)s") % {"decision": one.text}
        yield _of_day(f"decision-{one.pk}", summary, one.due_on, url, one.made_at)


def _of_day(name: str, summary: str, on: date, url: str, changed_at: datetime) -> Event:
    event = Event()
    event.add("uid", _uid(name))
    event.add("summary", summary)
    event.add("dtstart", on)
    event.add("dtend", on + timedelta(days=1))
    event.add("dtstamp", changed_at)
    event.add("status", "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("url", url)
    return event


def _uid(name: str) -> str:
    """The same for good, whatever name the portal is asked by."""
    installation = salted_hmac("smarketing.calendar", "installation", algorithm="sha256").hexdigest()[:16]
    return f"{name}@{installation}.smarketing"
