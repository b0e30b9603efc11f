"""Reads: what leads ask of a person beyond the queue: excuses of the other side, and leads that ask again."""

from collections.abc import Iterator
from datetime import UTC

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils.translation import ngettext

from leads.models import Clock, Inquiry
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


def inquiries(asker: Asker) -> Iterator[WaitingLine]:
    rows = Inquiry.objects.waiting_for(asker.own, asker.person)
    if asker.slug:
        rows = rows.filter(agreement__slug=asker.slug)
    found = rows.aggregate(count=Count("pk"), since=Min("asked_at"))
    if found["count"]:
        text = ngettext("%(n)s known lead asks again", "%(n)s known leads ask again", found["count"])
        since = found["since"].astimezone(UTC).date()
        yield WaitingLine(text % {"n": number(found["count"])}, reverse("leads:inquiries"), since)
