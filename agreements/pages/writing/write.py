from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.document.clauses import AgreementDocument
from agreements.document.differences import differences
from agreements.document.stored import document_of
from agreements.document.text import DocumentError, digest
from agreements.document.versions import (
    FIXED,
    Amendment,
    AmendmentRefused,
    apply,
    version_document,
    whole_document,
)
from agreements.enums import VersionState
from agreements.models import Agreement, Version
from agreements.months.proposing import decides_alone
from agreements.pages.fetch import editable, visible_or_written, year_of
from agreements.pages.guided.steps import place_of, steps_of_places
from agreements.pages.versions import compared, readable
from agreements.pages.versions import former as former_of
from agreements.pages.writing.edit_form import Draft, blank, initial_of
from agreements.pages.writing.forms import TomlForm
from agreements.pages.writing.same_teams import not_told_apart
from agreements.signing.drafting import rewrite
from agreements.signing.parties import other_sides, sides_signed_by
from agreements.terms import today_of
from smarketing.accounts.access import Access, administrators, readers
from smarketing.accounts.models import Side, Team
from smarketing.accounts.rights import Verb
from smarketing.lib.notices import say
from smarketing.lib.numbers import whole
from smarketing.lib.opened import OpenedForm
from smarketing.lib.periods import Period
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
    """What stands, or (`of`) what was written in a draft of one's own, or in a proposal that this answers."""
    agreement = editable(request, slug)
    if request.method == "POST":  # what is compared does not change until it is saved
        Agreement.objects.select_for_update().get(pk=agreement.pk)
        agreement = editable(request, slug)
    former = document_of(agreement)
    origin = _origin(request, agreement)
    base, is_signed = initial_of(_begun_from(origin, former)), not decides_alone(agreement, request.user)
    today = today_of(agreement, request.now)
    if is_signed and (origin is None or base["effective_on"] < today):
        base["effective_on"] = _next_month(former.effective_on, today)
    year = year_of(request, today_of(agreement, request.now)).start_on.year
    fixed = _fixed(request, agreement)
    before = former_of(origin) if origin else None
    is_answer = origin is not None and origin.state != VersionState.DRAFT
    changed = compared(before, origin) if is_answer and before and origin else []
    marked = places_changed(before, origin) if is_answer and before and origin else set()
    draft = Draft(base, year, fixed=fixed, is_signed=is_signed, marked=marked)
    opened = OpenedForm(draft.parts, request.POST, f"{request.path}?of={origin.pk}" if origin else request.path)
    if opened.data is not None:
        draft = Draft(base, year, opened.data, fixed=fixed, is_signed=is_signed, marked=marked)
    answers = origin if origin and origin.state == VersionState.PROPOSED else None
    if origin and origin.state == VersionState.DRAFT:
        answers = origin.answers
    known = {"seen": digest(former), "answers": answers}
    if opened.allows(draft) and (answer := _amended(request, draft, **known)):
        return answer
    own = agreement.versions.drafts().filter(made_by=request.user, is_shared=False).first()
    context = {"agreement": agreement, "opened": opened, "own_draft": own, "origin": origin, "is_signed": is_signed}
    context |= {"before": before, "changed": changed}
    context["draft_notes"] = agreement.draft_notes.to_write(request.user)
    return _form(request, "agreements/edit.html", draft, **context)


@readers
@transaction.atomic
def draft(request: PortalRequest, slug: str) -> HttpResponse:
    """The shared draft on one page, for those who know."""
    agreement = visible_or_written(request, slug)
    request.access.check(Verb.AMEND, agreement)
    if request.method == "POST":
        Agreement.every.select_for_update().get(pk=agreement.pk)
    version = agreement.versions.shared_drafts().first()
    if version is None:
        return redirect("agreements:versions", slug)
    document = whole_document(version)
    year = year_of(request, document.effective_on).start_on.year
    fixed = ("slug",) if agreement.is_draft else _fixed(request, agreement)
    form = Draft(initial_of(document), year, fixed=fixed, is_signed=True)
    opened = OpenedForm(form.parts, request.POST, request.path)
    if opened.data is not None:
        form = Draft(initial_of(document), year, opened.data, fixed=fixed, is_signed=True)
    if opened.allows(form):
        try:
            rewrite(version, form.sound, by=request.user, at=request.now)
        except AmendmentRefused as refusal:
            form.refuse(refusal.path, str(refusal))
        else:
            say(request, _("Saved in the draft that both sides write in."))
            return redirect("agreements:version", slug, version.pk)
    context = {"agreement": agreement, "opened": opened, "is_signed": True, "is_shared": True}
    context["steps_of_places"] = steps_of_places()
    return _form(request, "agreements/edit.html", form, **context)


def places_changed(one: Version, other: Version) -> set[str]:
    """The parts of the edit page in which the other one says something else."""
    found = differences(version_document(one), version_document(other))
    return {place_of(difference.path) for difference in found if difference.path[0] != "effective_on"}


def _origin(request: PortalRequest, agreement: Agreement) -> Version | None:
    """The draft or the proposal to begin from, where there still is one; or a proposal that was declined."""
    found = readable(agreement, request.user, request.access).filter(
        state__in=(VersionState.DRAFT, VersionState.PROPOSED, VersionState.DECLINED), is_cancellation=False
    )
    return found.filter(pk=whole(request.GET.get("of", "")) or 0).first()


def _begun_from(origin: Version | None, former: AgreementDocument) -> AgreementDocument:
    return version_document(origin).with_months_of(former) if origin else former


def _next_month(latest: date, today: date) -> date:
    """The first of next month; not before what is agreed to begin later."""
    return max(Period.of(today).next().start_on, latest)


def _amended(request: PortalRequest, draft: Draft, **known: Any) -> HttpResponse | None:
    try:
        return saved(request, apply(draft.sound, by=request.user, at=request.now, **known))
    except AmendmentRefused as refusal:
        draft.refuse(refusal.path, str(refusal))
        return None


def _fixed(request: PortalRequest, agreement: Agreement) -> tuple[str, ...]:
    """Who is no administrator cannot hand an agreement to other teams."""
    teams = () if request.access.is_administrator else TEAMS
    return ("slug", *teams, *fixed_fields(agreement))


def fixed_fields(agreement: Agreement) -> tuple[str, ...]:
    return FIXED if agreement.handoffs.exists() else ()


def _form(request: PortalRequest, template: str, draft: Draft, **context: Any) -> HttpResponse:
    context |= {"draft": draft, "year": str(draft.year)}
    if request.access.is_administrator:
        context |= team_names(request.access)
    return TemplateResponse(request, template, context, status=422 if request.method == "POST" else 200)


def team_names(access: Access) -> dict[str, Any]:
    """What the fields of teams offer to who may choose one, who is no administrator among the own house."""
    teams = Team.objects.none() if access.organisation else Team.objects.standing().order_by("name")
    return {"teams": [team for team in teams if access.is_of_house(team.organisation)], "sides": list(Side.values)}


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


def saved(request: PortalRequest, amendment: Amendment) -> HttpResponse:
    """Says how much changed, and what did not: the handoffs measured before."""
    count = len(amendment.differences)
    if amendment.draft:
        text = _("Saved as a draft: nothing has changed yet. Read it, and propose it to %(sides)s.")
        own = sides_signed_by(amendment.agreement, request.user, today_of(amendment.agreement, request.now))
        say(request, text % {"sides": other_sides(amendment.agreement, own)}, level=messages.WARNING)
    elif amendment.is_new:
        say(request, _("Agreement created."))
        if text := not_told_apart(amendment.agreement):
            say(request, text, level=messages.WARNING)
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
    draft = amendment.draft
    return redirect("agreements:version", draft.agreement.slug, draft.pk) if draft else redirect(amendment.agreement)
