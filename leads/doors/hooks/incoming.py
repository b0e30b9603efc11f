"""Actions: a call of another system is proved to be its own, taken once, and noted."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from standardwebhooks import Webhook, WebhookVerificationError

from agreements.models import Agreement
from leads.doors.api.admittance import allowance
from leads.doors.api.asked import json_body, raw_body
from leads.doors.api.once import KEY, Said, once
from leads.doors.api.problems import Problem
from leads.doors.api.resources import RESOURCES
from leads.doors.api.shapes import Faulty
from leads.doors.api.taking import STATUS, as_said, row_taken, taken
from leads.doors.api.tokens import note_use
from leads.doors.hooks import calls, google
from leads.doors.hooks.keeping import note, secrets_of
from leads.enums import Door, HookKind
from leads.models import InHook
from leads.persons.known import leads_by_id
from smarketing.lib.words import same_id

CALLS_PER_MINUTE = 600
ID, SIGNATURE, TIMESTAMP = "webhook-id", "webhook-signature", "webhook-timestamp"
TEST = "test"


class Rehearsed(Exception):
    """All went well, and nothing of it is to be kept."""


def take_call(request: HttpRequest, address: str, *, at: datetime) -> Said:
    """Raises Problem. What was refused is noted like what was taken, unless it is no JSON at all."""
    raw_body(request)
    hook = InHook.objects.open(at).select_related("token").filter(address=address).first()
    if hook is None:
        raise Problem(404)
    message = request.headers.get(ID, "")
    try:
        if seconds := allowance.spend(hook.token_id, CALLS_PER_MINUTE):
            raise Problem(429, code="too_many_calls", headers={"Retry-After": str(seconds)})
        said = _taken(hook, request, message, at=at)
    except Problem as problem:
        note(hook, message, problem.status, problem.code or _first_code(problem), at=at)
        raise
    note(hook, message, said.status, said.code, at=at, is_again=said.is_again)
    note_use(hook.token, at)
    return said


def _first_code(problem: Problem) -> str:
    return next((f"{fault.problem.code} {fault.pointer}" for fault in problem.faults), "")


def _taken(hook: InHook, request: HttpRequest, message: str, *, at: datetime) -> Said:
    agreement = hook.token.agreements.get()
    if hook.kind == HookKind.GOOGLE:
        return _from_google(hook, json_body(request), agreement, at=at)
    body = raw_body(request)
    check_signed(hook, request.headers, body, at)
    sent = json_body(request)
    if hook.kind == HookKind.CALLS:
        return once(hook.token, message or None, body, lambda: _call_taken(hook, sent, agreement, at=at), at=at)
    one = RESOURCES[hook.kind]
    return once(
        hook.token,
        message,
        body,
        lambda: taken(one, _with_source(hook, sent), hook.token, at=at, door=Door.HOOK),
        at=at,
    )


def _with_source(hook: InHook, sent: Any) -> Any:
    if not hook.source or hook.kind not in (HookKind.LEADS, HookKind.INQUIRIES):
        return sent
    if isinstance(sent, list):
        return [_with_source(hook, row) for row in sent]
    return {"source": hook.source} | sent if isinstance(sent, dict) else sent


def check_signed(hook: InHook, headers: Mapping[str, str], body: bytes, at: datetime) -> None:
    """By the Standard Webhooks scheme, with the secret or the one that holds beside it; each signature may be the one.

    A telephone system that cannot sign may show the secret instead. Raises Problem.
    """
    shown = headers.get("Authorization", "").removeprefix("Bearer ")
    sent = {name: headers.get(name, "") for name in (ID, SIGNATURE, TIMESTAMP)}
    why = _("The web hook is not signed with its secret.")
    for secret in secrets_of(hook, at):
        if hook.kind == HookKind.CALLS and shown and constant_time_compare(shown, secret):
            return
        try:
            Webhook(secret).verify(body, sent, json_parse=False)
        except WebhookVerificationError as error:
            if "timestamp too" in str(error):
                raise Problem(401, _("The time of this call is not now."), code="not_now") from error
        except ValueError:  # a signature or a body that no sender of the scheme writes
            continue
        else:
            if not KEY.fullmatch(sent[ID]):
                raise Problem(400, code="bad_key")
            return
    raise Problem(401, why, code="bad_signature")


def _call_taken(hook: InHook, sent: Any, agreement: Agreement, *, at: datetime) -> Said:
    """A number that nobody has is kept until somebody has it: 202."""
    try:
        body = calls.as_attempt(sent)
        told = row_taken(RESOURCES["attempts"], calls.FIELDS, body, agreement, token=hook.token, at=at, door=Door.HOOK)
    except Faulty as faulty:
        raise Problem(422, faults=faulty.faults) from faulty
    except Problem as problem:
        problem.faults = [calls.in_their_names(fault) for fault in problem.faults]
        raise
    return as_said(RESOURCES["attempts"], {name: told[name] for name in told if name != "external_id"})


def _from_google(hook: InHook, sent: Any, agreement: Agreement, *, at: datetime) -> Said:
    key = str(sent.get("google_key") or "") if isinstance(sent, dict) else ""
    if not any(constant_time_compare(key, secret) for secret in secrets_of(hook, at)):
        raise Problem(401, _("The google_key is not that of this web hook."), code="bad_signature")
    try:
        google.check(sent)
    except Faulty as faulty:
        raise Problem(422, faults=faulty.faults) from faulty
    name = same_id(sent["lead_id"])
    if sent.get("is_test") is True:
        return _rehearsed(hook, sent, agreement, at=at)
    return once(hook.token, _key(name), b"", lambda: _google_lead(hook, sent, agreement, at=at), at=at)


def _key(name: str) -> str:
    """As text of visible signs, whatever Google calls a lead."""
    return f"google-{name.encode().hex()[:240]}"


def _google_lead(hook: InHook, sent: Mapping[str, Any], agreement: Agreement, *, at: datetime) -> Said:
    one, name = RESOURCES["leads"], same_id(sent["lead_id"])
    if name in leads_by_id(agreement.pk, [name]):  # sent again, long after the first answer was forgotten
        return as_said(one, {"status": "known", "agreement": agreement.slug, "external_id": name})
    lead = google.as_lead(sent, created_at=at.isoformat(), source=hook.source)

    def taken_as(body: Mapping[str, Any]) -> Said:
        told = row_taken(one, one.fields, body, agreement, token=hook.token, at=at, door=Door.HOOK)
        return as_said(one, told)

    try:
        return taken_as(lead)
    except Problem as problem:
        unreadable = [fault.pointer.removeprefix("/") for fault in problem.faults]
        optional = {field.name for field in one.fields if not field.is_required} - {"question"}
        if not unreadable or not set(unreadable) <= optional & lead.keys():
            raise
        return taken_as(google.without(lead, unreadable))


def _rehearsed(hook: InHook, sent: Mapping[str, Any], agreement: Agreement, *, at: datetime) -> Said:
    """Walks the whole way of a lead and leaves nothing behind."""
    try:
        with transaction.atomic():
            _google_lead(hook, sent, agreement, at=at)
            raise Rehearsed
    except Rehearsed:
        return Said(STATUS["known"], '{"status": "test"}')
