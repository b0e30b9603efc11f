from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from agreements.document.stored import document_of
from agreements.document.text import DocumentError, digest
from agreements.document.versions import (
    FIXED,
    Amendment,
    AmendmentRefused,
    DraftAnswered,
    apply,
    discard,
    may_agree,
    may_decline,
    put_in_force,
)
from agreements.models import Agreement, Version
from agreements.pages.edit_form import Draft, blank, initial_of
from agreements.pages.fetch import editable, year_of
from agreements.pages.forms import TomlForm
from agreements.pages.history import drafts
from agreements.terms import timeline
from smarketing.accounts.access import administrators, readers
from smarketing.accounts.models import Team
from smarketing.lib.notices import say
from smarketing.lib.opened import OpenedForm
from smarketing.lib.request import PortalRequest

TEAMS = ("marketing_team", "sales_team", "service_team")


@administrators
def new(request: PortalRequest) -> HttpResponse:
    today = timezone.localdate(request.now)
    draft = Draft(blank(today), year_of(request, today).start_on.year, request.POST or None)
    if request.method == "POST" and draft.is_valid() and (answer := _amended(request, draft, is_new=True)):
        return answer
    return _form(request, "agreements/new.html", draft)


@readers
@transaction.atomic
def edit(request: PortalRequest, slug: str) -> HttpResponse:
    agreement = editable(request, slug)
    if request.method == "POST":  # what is compared does not change until it is saved
        Agreement.objects.select_for_update().get(pk=agreement.pk)
        agreement = editable(request, slug)
    former, terms = document_of(agreement), timeline(agreement)
    year = year_of(request, terms.day_of(request.now)).start_on.year
    fixed = _fixed(request, agreement)
    draft = Draft(initial_of(former), year, fixed=fixed)
    opened = OpenedForm(draft.parts, request.POST, request.path)
    if opened.data is not None:
        draft = Draft(initial_of(former), year, opened.data, fixed=fixed)
    if opened.allows(draft) and (answer := _amended(request, draft, seen=digest(former))):
        return answer
    more = {"agreement": agreement, "opened": opened, "drafts": drafts(agreement, request.user, terms, request.now)}
    return _form(request, "agreements/edit.html", draft, **more)


def _amended(request: PortalRequest, draft: Draft, **known: Any) -> HttpResponse | None:
    try:
        return saved(request, apply(draft.sound, by=request.user, at=request.now, **known))
    except AmendmentRefused as refusal:
        draft.refuse((refusal.key,) if refusal.key else (), str(refusal))
        return None


def _fixed(request: PortalRequest, agreement: Agreement) -> tuple[str, ...]:
    """Who is no administrator cannot hand an agreement to other teams."""
    teams = () if request.access.is_administrator else TEAMS
    return ("slug", *teams, *(FIXED if agreement.handoffs.exists() else ()))


def _form(request: PortalRequest, template: str, draft: Draft, **context: Any) -> HttpResponse:
    context |= {"draft": draft, "year": str(draft.year)}
    if request.access.is_administrator:
        context["teams"] = list(Team.objects.order_by("name"))
    return TemplateResponse(request, template, context, status=422 if request.method == "POST" else 200)


@administrators
def load(request: PortalRequest) -> HttpResponse:
    """Creates or updates, as the command does."""
    form = TomlForm(request.POST or None, request.FILES or None)
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            return saved(request, apply(form.document(), by=request.user, at=request.now))
        except DocumentError as error:
            problems = form.told(error)
        except AmendmentRefused as refusal:
            problems = [str(refusal)]
    context = {"form": form, "problems": problems}
    return TemplateResponse(request, "agreements/load.html", context, status=422 if request.method == "POST" else 200)


@readers
@require_POST
def settle_draft(request: PortalRequest, slug: str, pk: int) -> HttpResponse:
    """The other side agrees, or declines with a reason; who wrote it takes it back."""
    agreement = editable(request, slug)
    draft = agreement.versions.drafts().filter(pk=pk).select_related("made_by").first()
    try:
        if draft is None:
            raise DraftAnswered("", _("This draft has been answered or taken back in the meantime."))
        return _settled(request, draft)
    except AmendmentRefused as refusal:
        say(request, str(refusal), level=messages.ERROR)
        return redirect(agreement)


def _settled(request: PortalRequest, draft: Version) -> HttpResponse:
    by, at, decision = request.user, request.now, request.POST.get("decision")
    if decision == "put_in_force" and may_agree(draft, by):
        return saved(request, put_in_force(draft, by=by, at=at))
    if decision == "decline" and may_decline(draft, by):
        reason = request.POST.get("reason", "").strip()[:300]
        if not reason:
            raise AmendmentRefused("reason", _("Say why: the other side reads it."))
        discard(draft, by=by, at=at, reason=reason)
        say(request, _("The draft is declined."))
        return redirect(draft.agreement)
    if decision == "discard" and (by.pk == draft.made_by_id or request.access.is_administrator):
        discard(draft, by=by, at=at)
        say(request, _("The draft is discarded."))
        return redirect(draft.agreement)
    raise PermissionDenied


def saved(request: PortalRequest, amendment: Amendment) -> HttpResponse:
    """Says how much changed, and what did not: the handoffs measured before."""
    count = len(amendment.differences)
    if amendment.missing:
        text = _("Saved as a draft: the consent of %(teams)s is missing.") % {"teams": ", ".join(amendment.missing)}
        say(request, text, level=messages.WARNING)
    elif amendment.is_new:
        say(request, _("Agreement created."))
    elif count:
        say(request, ngettext("Saved: %(n)d change.", "Saved: %(n)d changes.", count) % {"n": count})
    elif not amendment.told:
        say(request, _("Nothing changed."), level=messages.INFO)
    if amendment.measured_before:
        text = ngettext(
            "%(n)d handoff is still measured by the former terms.",
            "%(n)d handoffs are still measured by the former terms.",
            amendment.measured_before,
        )
        say(request, text % {"n": amendment.measured_before}, level=messages.WARNING)
    for line in amendment.told:
        say(request, line, level=messages.WARNING)
    return redirect(amendment.agreement)
