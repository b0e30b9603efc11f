"""Actions: when somebody is away, said by the person or by who leads the team, or read from a calendar."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from leads.assignment.calendars import busy
from leads.models import Absence
from leads.models.assignment import AbsenceOrigin
from leads.refusals import Refused
from smarketing.accounts.access import Access
from smarketing.accounts.models import Membership, Side, User
from smarketing.accounts.rights import Verb

LONGEST = timedelta(days=400)
AHEAD = timedelta(days=400)  # as far as a calendar is read
MOST = 5_000  # absences of one person


class NoAbsence(Refused):
    """It ends before it begins, or is longer than anybody is away."""


def people_of(access: Access, user: User) -> QuerySet[User]:
    """Whose absences this person enters and sees: the own ones, and those of the sales teams led."""
    working = Membership.objects.working().filter(team__side=Side.SALES)
    led = working if access.is_administrator else working.filter(team__in=access.teams(Verb.ASSIGN, Side.SALES))
    own = User.objects.filter(pk=user.pk)
    return (User.objects.filter(pk__in=led.values("user")) | own).distinct().order_by("name", "pk")


@transaction.atomic
def away(person: User, begin: datetime, end: datetime, *, by: User, at: datetime) -> Absence:
    if end <= begin:
        raise NoAbsence(_("The end has to be after the beginning."))
    if end - begin > LONGEST:
        raise NoAbsence(_("An absence is %(days)d days long at most.") % {"days": LONGEST.days})
    User.objects.select_for_update(no_key=True).get(pk=person.pk)  # two at once are one
    if person.absences.filter(begins_at=begin, ends_at=end).exists():
        raise NoAbsence(_("This absence is entered already."))
    if person.absences.count() >= MOST:
        raise NoAbsence(_("There are too many absences: delete some first."))
    return Absence.objects.create(person=person, begins_at=begin, ends_at=end, by=by, at=at)


def away_for_today(person: User, zone: ZoneInfo, *, by: User, at: datetime) -> bool:
    """From now to midnight; answers whether that was news."""
    local = at.astimezone(zone)
    midnight = datetime.combine(local.date() + timedelta(days=1), time(), zone)
    if person.absences.filter(begins_at__lte=at, ends_at__gte=midnight).exists():
        return False
    away(person, at, midnight, by=by, at=at)
    return True


@transaction.atomic
def away_by_calendar(person: User, content: bytes, zone: ZoneInfo, *, by: User, at: datetime, whole_days: bool) -> int:
    """Replaces what an earlier calendar said of the time from now on. Raises UnreadCalendar."""
    spans = busy(content, zone=zone, since=at, until=at + AHEAD, whole_days=whole_days)
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    known = person.absences.filter(origin=AbsenceOrigin.CALENDAR)
    known.filter(begins_at__gte=at).delete()
    known.filter(ends_at__gt=at).update(ends_at=at)
    Absence.objects.bulk_create(
        Absence(person=person, begins_at=begin, ends_at=end, origin=AbsenceOrigin.CALENDAR, by=by, at=at)
        for begin, end in spans
    )
    return len(spans)
