"""Actions: one lead from a form; finding the same person again. What waited for it from files is linked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from agreements.terms import timeline
from leads.clock.consequences import begin, changing, lock
from leads.doors.asking import ExternalIdTaken, ask, first_inquiries
from leads.doors.dictionary import settle
from leads.doors.fields import LEAD_FIELDS
from leads.doors.files.writing.waiting import link_waiting, lock_files_of
from leads.doors.won_first import check_won_first
from leads.enums import EventKind
from leads.models import Event, Inquiry, Lead
from leads.persons.known import Known, leads_by_id, same_people
from leads.persons.two import say_not_same
from leads.refusals import Refused
from smarketing.accounts.models import User
from smarketing.lib import bulk
from smarketing.lib.places import country_of_zone
from smarketing.lib.words import same_id

MOST_SHOWN = 5
NAMED_BY = frozenset({"external_id", "email", "phone"})  # rows may wait for what is new here


class SamePerson(Refused):
    """`known` are leads that may be this person: whoever logs this one says whether it is one of them."""

    def __init__(self, known: list[Lead]) -> None:
        super().__init__(_("This person seems to be here already."))
        self.known = known


@dataclass(frozen=True)
class WhoItIs:
    """What a person said of somebody who seems to be known: `same` as that lead, or another one than the `others`."""

    same: int | None = None
    others: frozenset[int] = frozenset()


UNASKED = WhoItIs()


@dataclass(frozen=True)
class Logged:
    """The lead, and the inquiry that it became where the lead was known already."""

    lead: Lead
    inquiry: Inquiry | None = None


def log_lead(lead: Lead, *, by: User, at: datetime) -> Lead:
    return log(lead, by=by, at=at).lead


def log(lead: Lead, *, by: User, at: datetime, who: WhoItIs = UNASKED) -> Logged:
    """Writes down a lead that the form has checked; somebody known is an inquiry on the lead that is there."""
    lead.email = lead.email.lower()
    lead.external_id = same_id(lead.external_id)
    with transaction.atomic():
        lock_files_of(lead.agreement_id)  # who logs the same person in this moment waits here, and finds this lead
        _settle(lead)
        found = recognised(lead, who)
        if found.certain is not None:
            asked = ask(found.certain, lead, by=by, at=at)
            return Logged(asked.lead, asked)
        if lead.external_id in leads_by_id(lead.agreement_id, [lead.external_id]):
            raise ExternalIdTaken(_("Another lead of this agreement has this external id."))
        lead.recorded_at, lead.recorded_by = at, by
        _save(lead)
        say_not_same(lead.pk, found.likely, by=by, at=at)
        bulk.insert(first_inquiries([lead]))
        Event.objects.create(lead=lead, kind=EventKind.LOGGED, by=by, at=at)
        terms = timeline(lead.agreement)
        link_waiting([lead], terms=terms, at=at)
        begin([lead.pk], terms)
    return Logged(lead)


def recognised(lead: Lead, who: WhoItIs) -> Known[int]:
    """Who it is, for certain or as was said. Raises SamePerson where that has to be said first."""
    lead.set_keys(country_of_zone(lead.agreement.time_zone))
    found = same_people(lead)
    if found.certain is None and who.same in found.likely:
        return Known(who.same)
    if found.certain is None and not set(found.likely[:MOST_SHOWN]) <= who.others:
        raise SamePerson(shown(found.likely))
    return found


def shown(pks: Sequence[int]) -> list[Lead]:
    known = Lead.objects.select_related("agreement").in_bulk(list(pks[:MOST_SHOWN]))
    return [known[pk] for pk in pks[:MOST_SHOWN]]


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
                check_won_first(current, current.created_at, timeline(current.agreement).day_of)
            if changed:
                _save(current, changed)
                Event.objects.create(lead=current, kind=EventKind.EDITED, by=by, at=at, details={"fields": changed})
            if not NAMED_BY.isdisjoint(changed):
                link_waiting([current], terms=timeline(current.agreement), at=at)
    return changed


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
