"""Action: what an integration sends is taken as a row of a file would be, and answered for itself."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import Agreement
from agreements.terms import timeline
from leads.doors.api.once import Said
from leads.doors.api.problems import Problem
from leads.doors.api.resources import Resource
from leads.doors.api.shapes import BodyFault, Faulty, pointer, read
from leads.doors.dictionary import read_for
from leads.doors.fields import Field
from leads.doors.files.reading.rows import CheckedRow, Notation, Values
from leads.doors.files.writing.chunk import Counts, take
from leads.doors.files.writing.claims import Contradicts, Hand
from leads.doors.files.writing.reps import rep_book
from leads.enums import Door, EventKind
from leads.models import ApiToken, Event, Inquiry, Lead
from leads.persons.known import leads_by_id
from smarketing.lib.file_problems import FileProblem

MOST = 100  # rows in one call
TRIES = 3
AGREEMENT = "agreement"
CREATED, KNOWN, ASKED, WAITING = "created", "known", "asked_again", "waiting"
STATUS = {CREATED: 201, KNOWN: 200, ASKED: 200, WAITING: 202}
WHOSE = ("external_id", "inquiry_id", "email", "phone", "name", "company")  # of an inquiry, one of them at least
Found = TypeVar("Found")


def taken(resource: Resource, sent: Any, token: ApiToken, *, at: datetime, door: Door = Door.API) -> Said:
    """In a transaction. Of a list each row is taken or refused for itself; a single one raises Problem."""
    if isinstance(sent, list):
        return _list_taken(resource, sent, token, at=at, door=door)
    return as_said(resource, _taken(resource, sent, token, at=at, door=door))


def as_said(resource: Resource, told: dict[str, Any]) -> Said:
    return Said(STATUS[told["status"]], json.dumps(told, ensure_ascii=False), _address(resource, told))


def _list_taken(resource: Resource, sent: list[Any], token: ApiToken, *, at: datetime, door: Door) -> Said:
    if not 1 <= len(sent) <= MOST:
        text = ngettext("A call takes %(most)s row at most.", "A call takes 1 to %(most)s rows.", MOST)
        raise Problem(422, text % {"most": MOST}, code="too_many_rows")
    rows = []
    for row in sent:
        try:
            told = _taken(resource, row, token, at=at, door=door)
            rows.append({"status": STATUS[told["status"]], "receipt": told})
        except Problem as problem:
            rows.append({"status": problem.status, "problem": problem.told()})
    return Said(207, json.dumps({"rows": rows}, ensure_ascii=False))


def _taken(resource: Resource, sent: Any, token: ApiToken, *, at: datetime, door: Door) -> dict[str, Any]:
    if not isinstance(sent, dict):
        raise Problem(422, faults=[BodyFault("", FileProblem("no_object"))])
    body = dict(sent)
    agreement = agreement_named(body.pop(AGREEMENT, None), token)
    return row_taken(resource, resource.fields, body, agreement, token=token, at=at, door=door)


def row_taken(
    resource: Resource,
    fields: Sequence[Field],
    body: Mapping[str, Any],
    agreement: Agreement,
    *,
    token: ApiToken,
    at: datetime,
    door: Door,
) -> dict[str, Any]:
    reading = _reading(agreement)
    try:
        values = read(resource.kind, fields, body, reading, at)
    except Faulty as faulty:
        conflicts = all(fault.is_conflict for fault in faulty.faults)
        raise Problem(409 if conflicts else 422, faults=faulty.faults) from faulty
    if resource.kind == "inquiries" and not any(values.get(name) for name in WHOSE):
        raise Problem(409, faults=[BodyFault("", FileProblem("nobody_asks", ", ".join(WHOSE)))])
    hand = Hand(
        agreement.pk,
        agreement.currency,
        timeline(agreement),
        rep_book(agreement),
        by=None,
        at=at,
        zone=reading.zone,
        token_id=token.pk,
        door=door,
    )
    counts = _tried(lambda: _written(resource, dict(values), hand))
    status = CREATED if counts.created else ASKED if counts.asked else WAITING if counts.waiting else KNOWN
    ids = {name: values[name] for name in ("external_id", resource.own_id) if values.get(name)}
    is_inquiry = status == ASKED or (resource.kind == "inquiries" and status != WAITING)
    whose = _whose(values, hand) if is_inquiry else {}
    return {"status": status, AGREEMENT: agreement.slug, **ids, **whose}


def _whose(values: Values, hand: Hand) -> dict[str, Any]:
    """On which lead the inquiry stands: by its own id in the other system, and whether it came with it."""
    known = Inquiry.objects.filter(agreement=hand.agreement_id).select_related("lead").order_by("-pk")
    if own := values.get("inquiry_id"):
        known = known.filter(external_id=own)
    else:
        known = known.filter(asked_at=values["asked_at"] if "asked_at" in values else values["created_at"])
        if name := values.get("external_id"):
            known = known.filter(lead__in=leads_by_id(hand.agreement_id, [name]).values())
    asked = known.first()
    if asked is None:
        return {}
    told = {"inquiry_of": asked.lead.external_id} if asked.lead.external_id else {}
    return {**told, "asked_at": asked.asked_at.isoformat(), "is_first": asked.is_first}


def _reading(agreement: Agreement) -> Notation:
    known = read_for(agreement)
    zone = ZoneInfo(known["time_zone"])
    return Notation(order="iso", mark=".", zone=zone, currency=known["currency"], reasons=known["reasons"])


def _written(resource: Resource, values: Values, hand: Hand) -> Counts:
    try:
        with transaction.atomic():
            counts = take(resource.kind, [CheckedRow(0, values)], hand, hand_over=False, run=None)
            if resource.kind == "leads" and counts.created:
                lead = Lead.objects.get(agreement=hand.agreement_id, external_id=values["external_id"])
                Event.objects.create(lead=lead, kind=EventKind.LOGGED, at=hand.at)
            return counts
    except Contradicts as error:
        faults = [BodyFault(pointer(name), problem) for name, problem in error.problems.items()]
        raise Problem(409, faults=faults) from error


def _tried(act: Callable[[], Found]) -> Found:
    for _number in range(TRIES - 1):
        try:
            return act()
        except IntegrityError:  # somebody wrote the same lead in this moment by another door
            continue
    return act()


def agreement_named(slug: Any, token: ApiToken) -> Agreement:
    """The one meant; without a name the only one. A foreign one is as if it was not there."""
    agreements = agreements_of(token)
    if slug is None:
        if len(agreements) != 1:
            text = _("This token is for several agreements: say which one.")
            raise Problem(409, text, faults=[BodyFault(pointer(AGREEMENT), FileProblem("say_which"))])
        return agreements[0]
    if not isinstance(slug, str):
        raise Problem(422, faults=[BodyFault(pointer(AGREEMENT), FileProblem("no_text_value"))])
    for agreement in agreements:
        if agreement.slug == slug:
            return agreement
    raise Problem(404, _("There is no such agreement for this token."))


def agreements_of(token: ApiToken) -> Sequence[Agreement]:
    return list(Agreement.objects.all() if token.is_for_all else token.agreements.all())


def _address(resource: Resource, told: dict[str, Any]) -> str:
    """Where the record is found; nothing for one that waits, or has no id of its own."""
    own_id = told.get(resource.own_id, "")
    if told["status"] == WAITING or own_id.strip(".") == "":  # dots alone are no path
        return ""
    query = {AGREEMENT: told[AGREEMENT]}
    return reverse(f"api:{resource.name}", query=None) + quote(own_id, safe="") + "/?" + _encoded(query)


def _encoded(query: dict[str, str]) -> str:
    return "&".join(f"{name}={quote(value)}" for name, value in query.items())
