"""Actions: one lead from a form; finding the same person again."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from leads.enums import EventKind
from leads.models import Event, Lead
from leads.standing import changing
from smarketing.accounts.models import User

EDITABLE = ("external_id", "created_at", "source", "tier", "name", "company", "email", "phone", "value")


def log_lead(lead: Lead, *, by: User, at: datetime) -> Lead:
    """Writes down a lead that the form has checked."""
    lead.recorded_at, lead.recorded_by = at, by
    lead.email = lead.email.lower()
    lead.save()
    with changing(lead.pk):
        Event.objects.create(lead=lead, kind=EventKind.LOGGED, by=by, at=at)
    return lead


def edit_lead(lead: Lead, values: dict[str, Any], *, by: User, at: datetime) -> list[str]:
    """Changes what is known of a lead and answers the names of the fields that changed.

    The history keeps the names only: what stood in them may be personal data that had to go.
    """
    with changing(lead.pk) as current:
        changed = [name for name in EDITABLE if name in values and getattr(current, name) != values[name]]
        for name in changed:
            setattr(current, name, values[name])
        if changed:
            current.save(update_fields=changed)
            Event.objects.create(lead=current, kind=EventKind.EDITED, by=by, at=at, details={"fields": changed})
    return changed


def same_person(lead: Lead) -> list[Lead]:
    """Other leads of the agreement with this e-mail address or telephone number."""
    same = Q()
    if lead.email:
        same |= Q(email=lead.email.lower())
    if lead.phone:
        same |= Q(phone=lead.phone)
    if not same:
        return []
    others = Lead.objects.filter(same, agreement=lead.agreement_id).exclude(pk=lead.pk)
    return list(others.order_by("-created_at")[:5])
