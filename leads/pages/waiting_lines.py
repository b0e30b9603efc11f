"""Reads: what leads ask of a person beyond the queue: excuses of the other side, and leads that ask again."""

from collections.abc import Iterator
from datetime import UTC

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils.translation import ngettext

from leads.enums import AssignmentWay
from leads.models import Clock, Draw, Handoff, Inquiry
from leads.work.queue import UNASSIGNED
from smarketing.accounts.waiting import Asker, WaitingLine
from smarketing.lib.numbers import number


def excuses(asker: Asker) -> Iterator[WaitingLine]:
    rows = Clock.objects.excuses_to_answer(asker.own, asker.person)
    if asker.slug:
        rows = rows.filter(Q(handoff__agreement__slug=asker.slug) | Q(handoff=None, lead__agreement__slug=asker.slug))
    found = rows.aggregate(count=Count("pk"), since=Min("excuse_asked_at"))
    if found["count"]:
        text = ngettext("%(n)s excuse waits for your answer", "%(n)s excuses wait for your answer", found["count"])
        since = found["since"].astimezone(UTC).date()
        yield WaitingLine(text % {"n": number(found["count"])}, reverse("leads:excuses"), since)


def found_nobody(asker: Asker) -> Iterator[WaitingLine]:
    """Leads for which the rules of assignment found nobody, and that nobody has taken since."""
    rows = Draw.objects.exclude(way=AssignmentWay.POOL).filter(rep=None, handoff__rep=None, handoff__rep_name="")
    waiting = Handoff.objects.led_by(asker.own).open().filter(**asker.about("agreement__"))
    found = rows.filter(handoff__in=waiting).aggregate(count=Count("handoff", distinct=True), since=Min("at"))
    if found["count"]:
        text = ngettext(
            "%(n)s lead found nobody free and waits in the pool",
            "%(n)s leads found nobody free and wait in the pool",
            found["count"],
        )
        since = found["since"].astimezone(UTC).date()
        pool = reverse("leads:queue", query={"whose": UNASSIGNED})
        yield WaitingLine(text % {"n": number(found["count"])}, pool, since)


def inquiries(asker: Asker) -> Iterator[WaitingLine]:
    rows = Inquiry.objects.waiting_for(asker.own, asker.person)
    if asker.slug:
        rows = rows.filter(agreement__slug=asker.slug)
    found = rows.aggregate(count=Count("pk"), since=Min("asked_at"))
    if found["count"]:
        text = ngettext("%(n)s known lead asks again", "%(n)s known leads ask again", found["count"])
        since = found["since"].astimezone(UTC).date()
        yield WaitingLine(text % {"n": number(found["count"])}, reverse("leads:inquiries"), since)
