"""Actions: one lead from a form; finding the same person again. What waited for it from files is linked."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from agreements.terms import timeline
from leads.clock.consequences import begin, changing, lock
from leads.doors.dictionary import settle
from leads.doors.fields import LEAD_FIELDS
from leads.doors.files.writing.waiting import link_waiting, lock_files_of
from leads.enums import EventKind
from leads.models import Event, Lead
from leads.persons.known import same_people
from leads.refusals import Refused
from smarketing.accounts.models import User
from smarketing.lib.places import country_of_zone
from smarketing.lib.words import same_id

MOST_SHOWN = 5


class ExternalIdTaken(Refused):
    """Two leads of an agreement cannot be the same one of another system."""


class HandedOverBefore(Refused):
    """A lead is won before it is handed over."""


class SamePerson(Refused):
    """`known` are leads with the same address or number, one of which whoever logs this one has not been shown."""

    def __init__(self, known: list[Lead]) -> None:
        super().__init__(_("This person seems to be here already."))
        self.known = known


def log_lead(lead: Lead, *, by: User, at: datetime, known: Collection[int] = ()) -> Lead:
    """Writes down a lead that the form has checked. `known` are the leads that may be the same person all the same."""
    lead.email = lead.email.lower()
    lead.external_id = same_id(lead.external_id)
    with transaction.atomic():
        lock_files_of(lead.agreement_id)  # who logs the same person in this moment waits here, and is shown this lead
        same = same_person(lead)
        if not {other.pk for other in same} <= set(known):
            raise SamePerson(same)
        _settle(lead)
        lead.recorded_at, lead.recorded_by = at, by
        _save(lead)
        Event.objects.create(lead=lead, kind=EventKind.LOGGED, by=by, at=at)
        terms = timeline(lead.agreement)
        link_waiting([lead], terms=terms, at=at)
        begin([lead.pk], terms)
    return lead


def hold(lead: Lead) -> None:
    """In a transaction: until its end nobody else edits the lead, so that a form can be held against what is kept."""
    lock_files_of(lead.agreement_id)  # before the lead, as imports do
    lock([lead.pk])


def edit_lead(lead: Lead, values: dict[str, Any], *, by: User, at: datetime) -> list[str]:
    """Changes what is known of a lead and answers the names of the fields that changed.

    The history keeps the names only: what stood in them may be personal data that had to go.
    """
    values = dict(values)
    if "email" in values:
        values["email"] = values["email"].lower()
    if "external_id" in values:
        values["external_id"] = same_id(values["external_id"])
    with transaction.atomic():
        lock_files_of(lead.agreement_id)  # before the lead, as imports do
        settle(lead.agreement_id, [values])
        with changing(lead.pk) as current:
            changed = [name for name in LEAD_FIELDS if name in values and getattr(current, name) != values[name]]
            for name in changed:
                setattr(current, name, values[name])
            if "created_at" in changed:
                _refuse_after_handoff(current)
            if changed:
                _save(current, changed)
                Event.objects.create(lead=current, kind=EventKind.EDITED, by=by, at=at, details={"fields": changed})
            if "external_id" in changed:
                link_waiting([current], terms=timeline(current.agreement), at=at)
    return changed


def same_person(lead: Lead) -> list[Lead]:
    """Other leads of the agreement that are this person, or may be."""
    lead.set_keys(country_of_zone(lead.agreement.time_zone))
    found = same_people(lead)
    pks = [found.certain, *found.likely] if found.certain else list(found.likely)
    known = Lead.objects.in_bulk(pks[:MOST_SHOWN])
    return [known[pk] for pk in pks[:MOST_SHOWN]]


def _settle(lead: Lead) -> None:
    words = {"source": lead.source, "tier": lead.tier}
    settle(lead.agreement_id, [words])
    lead.source, lead.tier = words["source"], words["tier"]


def _save(lead: Lead, names: list[str] | None = None) -> None:
    try:
        with transaction.atomic():
            lead.save(update_fields=names)
    except IntegrityError as error:
        raise ExternalIdTaken(_("Another lead of this agreement has this external id.")) from error


def _refuse_after_handoff(lead: Lead) -> None:
    if lead.handoffs.filter(handed_at__lt=lead.created_at).exists():
        raise HandedOverBefore(_("This lead was handed over before that time."))
