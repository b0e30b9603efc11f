"""Versions: read, compared, proposed, signed, answered; and the end of an agreement."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from agreements.document.versions import AmendmentRefused
from agreements.enums import VersionState
from agreements.models import Agreement, DraftNote, Version
from agreements.pages import versions as reads
from agreements.pages.fetch import editable, may_edit, visible_or_written
from agreements.pages.guided.missing import StepState, states_of
from agreements.pages.writing.kinds import DayField
from agreements.signing.cancelling import propose_end
from agreements.signing.parties import missing, other_sides, sides_signed_by, teams_of
from agreements.signing.proposals import discard, propose
from agreements.signing.signatures import decline, leave_it, remind, sign, withdraw
from agreements.terms import today_of
from smarketing.accounts.access import readers
from smarketing.lib.notices import say
from smarketing.lib.numbers import whole
from smarketing.lib.request import PortalRequest


@readers
@require_safe
def version_list(request: PortalRequest, slug: str) -> HttpResponse:
    """All versions, and any two of them side by side."""
    agreement = visible_or_written(request, slug)
    found = list(reads.readable(agreement, request.user, request.access).order_by("number", "pk"))
    terms = [version for version in found if not version.is_cancellation]
    one, other = _chosen(request, "one", terms), _chosen(request, "other", terms)
    if len(terms) > 1 and (one is None or other is None):
        other = terms[-1]
        one = reads.former(other) or terms[-2]
    context = {
        "agreement": agreement,
        "rows": reads.named(agreement, found, today_of(agreement, request.now)),
        "terms": reads.named(agreement, terms, today_of(agreement, request.now)),
        "is_comparable": len(terms) > 1,
        "one": one,
        "other": other,
        "lines": reads.compared(one, other) if one and other else [],
        "may_edit": may_edit(request, agreement),
    }
    return TemplateResponse(request, "agreements/versions.html", context)


def _chosen(request: PortalRequest, name: str, versions: list[Version]) -> Version | None:
    pk = whole(request.GET.get(name, ""))
    return next((version for version in versions if version.pk == pk), None)


@readers
@require_safe
def version(request: PortalRequest, slug: str, pk: int) -> HttpResponse:
    return _page(request, _version(request, slug, pk))


@readers
@require_POST
def settle(request: PortalRequest, slug: str, pk: int) -> HttpResponse:
    """Proposed, signed, declined with a reason, withdrawn, reminded of, or thrown away."""
    found = _version(request, slug, pk)
    decision = DECISIONS.get(request.POST.get("decision", ""))
    if decision is None:
        raise PermissionDenied
    try:
        text = decision(request, found)
    except AmendmentRefused as refusal:
        if there := Version.objects.filter(pk=pk).first():
            return _page(request, _version(request, slug, there.pk), refusal)
        say(request, str(refusal), level=messages.ERROR)
        return _left(found.agreement)
    say(request, text)
    is_there = Version.objects.filter(pk=pk).exists()
    return redirect("agreements:version", slug, pk) if is_there else _left(found.agreement)


def _left(agreement: Agreement) -> HttpResponse:
    return redirect("agreements:list") if agreement.is_draft else redirect(agreement)


def _proposed(request: PortalRequest, draft: Version) -> str:
    return _stands(propose(draft, by=request.user, at=request.now, seen=request.POST.get("seen")))


def _signed(request: PortalRequest, version: Version) -> str:
    seen = request.POST.get("seen", "")
    return _stands(sign(version, by=request.user, at=request.now, seen=seen))


def _stands(version: Version) -> str:
    left = missing(version)
    if left:
        teams = teams_of(version.agreement)
        names = ", ".join(teams[side].name for side in left)
        return _("Version %(number)s is proposed. Still to sign: %(teams)s.") % {
            "number": version.number,
            "teams": names,
        }
    if version.is_cancellation:
        text = _("Every party has signed: the agreement ends on %(on)s.")
        return text % {"on": date_format(version.last_on, "DATE_FORMAT")}
    text = _("Every party has signed: in force from %(on)s.")
    return text % {"on": date_format(version.effective_on, "DATE_FORMAT")}


def _declined(request: PortalRequest, version: Version) -> str:
    decline(version, by=request.user, at=request.now, reason=request.POST.get("reason", ""))
    own = sides_signed_by(version.agreement, request.user, today_of(version.agreement, request.now))
    text = _("Declined. Your reason is read by %(sides)s.")
    return text % {"sides": other_sides(version.agreement, own)}


def _left_at_that(request: PortalRequest, version: Version) -> str:
    leave_it(version, by=request.user, at=request.now)
    return _("What is in force stays as it is.")


def _withdrawn(request: PortalRequest, version: Version) -> str:
    withdraw(version, by=request.user, at=request.now)
    return _("Withdrawn: what is in force stays as it is.")


def _reminded(request: PortalRequest, version: Version) -> str:
    remind(version, by=request.user, at=request.now)
    return _("They see your reminder when they come here.")


def _discarded(request: PortalRequest, version: Version) -> str:
    discard(version, by=request.user, at=request.now)
    return _("The draft is discarded.")


DECISIONS: dict[str, Callable[[PortalRequest, Version], str]] = {
    "propose": _proposed,
    "sign": _signed,
    "decline": _declined,
    "withdraw": _withdrawn,
    "leave": _left_at_that,
    "remind": _reminded,
    "discard": _discarded,
}


class EndForm(forms.Form):
    last_on = DayField(
        label=gettext_lazy("Last day"),
        help_text=gettext_lazy("Until the end of this day everything stays as agreed; after it nothing is promised."),
    )


@readers
def cancel(request: PortalRequest, slug: str) -> HttpResponse:
    agreement = editable(request, slug)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = propose_end(agreement, form.cleaned_data["last_on"], by=request.user, at=request.now)
        except AmendmentRefused as refusal:
            form.add_error(refusal.key if refusal.key in form.fields else "last_on", str(refusal))
        else:
            say(request, _stands(made))
            return redirect("agreements:version", slug, made.pk)
    context = {"agreement": agreement, "form": form}
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "agreements/cancel.html", context, status=status)


def _version(request: PortalRequest, slug: str, pk: int) -> Version:
    found: Version = get_object_or_404(
        reads.readable(visible_or_written(request, slug), request.user, request.access), pk=pk
    )
    return found


def _notes(request: PortalRequest, found: Version) -> QuerySet[DraftNote]:
    """Decisions of reviews: those that the draft is to say, or those that were proposed with it."""
    is_draft = found.state == VersionState.DRAFT
    return found.agreement.draft_notes.to_write(request.user) if is_draft else found.notes.all()


def _lacking(request: PortalRequest, found: Version) -> list[StepState]:
    """Of the draft that both sides write: what its last step says, too."""
    is_draft = found.state == VersionState.DRAFT and found.is_shared
    return states_of(found, "", request.now)[1] if is_draft else []


def _page(request: PortalRequest, found: Version, refused: AmendmentRefused | None = None) -> HttpResponse:
    agreement: Agreement = found.agreement
    shown = reads.shown(found, request.user, request.access, request.now)
    context = {
        "agreement": agreement,
        "shown": shown,
        "reading": shown.reading,
        "version": found,
        "is_draft": found.state == VersionState.DRAFT,
        "is_proposed": found.state == VersionState.PROPOSED,
        "draft_notes": _notes(request, found),
        "refused": refused,
        "reason": request.POST.get("reason", ""),
        "now": request.now,
        "others": other_sides(agreement, sides_signed_by(agreement, request.user, today_of(agreement, request.now))),
        "states": _lacking(request, found),
    }
    return TemplateResponse(request, "agreements/version.html", context, status=422 if refused else 200)
