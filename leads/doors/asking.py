"""Actions: who asks again is an inquiry on the lead that is known, and never a second lead."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from leads.clock.consequences import changing
from leads.doors.fields import LEAD_FIELDS
from leads.doors.files.reading.rows import packed
from leads.doors.files.writing.waiting import link_waiting_ids
from leads.models import Inquiry, Lead, OtherId
from leads.persons.known import leads_by_id
from leads.refusals import Refused
from smarketing.accounts.models import User
from smarketing.lib.words import key, same_id

OWN = ("asked_at", "source", "campaign", "question")  # of an inquiry; all else is said of the person
OF_THE_PERSON = tuple(
    name for name in LEAD_FIELDS if name not in ("external_id", "created_at", "tier", "score", "active_on", *OWN)
)


class ExternalIdTaken(Refused):
    """Two leads of an agreement cannot be the same one of another system."""


def ask(known_pk: int, told: Lead, *, by: User | None, at: datetime) -> Inquiry:
    """In a transaction. `told` is what a form or a program says of somebody known; it is not saved as a lead."""
    with changing(known_pk) as known:
        asked = inquiry_of(told, known, recorded_at=at, recorded_by=by)
        asked.save()
        if told.external_id:
            take_id(known, told.external_id, at=at)
    asked.refresh_from_db()
    return asked


def inquiry_of(told: Lead, known: Lead, **recorded: Any) -> Inquiry:
    return Inquiry(
        lead=known,
        agreement_id=known.agreement_id,
        asked_at=told.created_at,
        precision=told.precision,
        source=told.source,
        campaign=told.campaign,
        question=told.question,
        said=said(told, known),
        is_first=told is known,
        door=told.door,
        run_id=told.run_id,
        seen_in_id=told.run_id,
        token_id=told.token_id,
        **recorded,
    )


def first_inquiries(leads: Iterable[Lead]) -> list[Inquiry]:
    """What the leads asked as they came, where they asked something."""
    return [
        inquiry_of(lead, lead, recorded_at=lead.recorded_at, recorded_by_id=lead.recorded_by_id)
        for lead in leads
        if lead.question
    ]


def said(told: Lead, known: Lead) -> dict[str, Any]:
    """What is told of the person otherwise than it is kept, or beyond that."""
    found = {name: getattr(told, name) for name in OF_THE_PERSON if getattr(told, name) not in ("", None)}
    return packed({name: value for name, value in found.items() if key(str(value)) != key(str(getattr(known, name)))})


def take_id(lead: Lead, external_id: str, *, at: datetime) -> None:
    """One more id of a lead that is locked; what waited for it is linked."""
    name = same_id(external_id)
    known = leads_by_id(lead.agreement_id, [name]).get(name)
    if known is None:
        OtherId.objects.create(agreement_id=lead.agreement_id, external_id=name, lead=lead)
        link_waiting_ids({name: lead.pk}, lead.agreement, at=at)
    elif known != lead.pk:
        raise ExternalIdTaken(_("Another lead of this agreement has this external id."))
