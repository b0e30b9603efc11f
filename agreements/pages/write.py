from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from agreements.document.stored import document_of
from agreements.document.text import DocumentError, digest
from agreements.document.versions import FIXED, Amendment, AmendmentRefused, apply, discard, put_in_force
from agreements.models import Agreement
from agreements.pages.edit_form import Draft, blank, initial_of
from agreements.pages.fetch import editable, year_of
from agreements.pages.forms import TomlForm
from agreements.terms import timeline
from smarketing.accounts.access import administrators, readers
from smarketing.accounts.models import Team
from smarketing.lib.notices import say
from smarketing.lib.opened import Opened
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
    former = document_of(agreement)
    year = year_of(request, timeline(agreement).day_of(request.now)).start_on.year
    fixed = _fixed(request, agreement)
    draft = Draft(initial_of(former), year, fixed=fixed)
    opened = Opened(draft.parts, request.POST, request.path)
    if opened.data is not None:
        draft = Draft(initial_of(former), year, opened.data, fixed=fixed)
    if opened.allows(draft) and (answer := _amended(request, draft, seen=digest(former))):
        return answer
    return _form(request, "agreements/edit.html", draft, agreement=agreement, opened=opened)


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


@administrators
@require_POST
def settle_draft(request: PortalRequest, slug: str, pk: int) -> HttpResponse:
    """Puts a draft in force, or discards it."""
    agreement = editable(request, slug)
    draft = get_object_or_404(agreement.versions.drafts(), pk=pk)
    if request.POST.get("decision") != "put_in_force":
        discard(draft)
        say(request, _("The draft is discarded."))
        return redirect(agreement)
    try:
        return saved(request, put_in_force(draft, by=request.user, at=request.now))
    except AmendmentRefused as refusal:
        say(request, str(refusal), level=messages.ERROR)
        return redirect(agreement)


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
