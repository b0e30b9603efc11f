"""What was decided: done, opened again, taken into a draft; and what of it is one's own."""

from django.contrib.messages import ERROR
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from agreements.models import Agreement
from agreements.pages.fetch import visible
from agreements.terms import timeline
from reports.models import ReviewDecision
from reports.reviews import decisions
from reports.reviews.dates import next_review, review_dates
from reports.reviews.meetings import ReviewRefused
from smarketing.accounts.access import readers
from smarketing.accounts.rights import Verb
from smarketing.lib.going_on import next_url
from smarketing.lib.notices import say
from smarketing.lib.request import PortalRequest


@readers
@require_POST
def decision(request: PortalRequest, pk: int) -> HttpResponse:
    """Its owner and who leads a side say that it is done; who writes the agreement takes it into a draft."""
    agreements = Agreement.objects.visible_to(request.access)
    found = get_object_or_404(ReviewDecision.objects.with_review().filter(meeting__agreement__in=agreements), pk=pk)
    doing, agreement = request.POST.get("do", ""), found.meeting.agreement
    if doing not in ("done", "open", "take_back", "draft"):
        raise Http404
    is_own = found.owner_id == request.user.pk and doing in ("done", "open")
    if not is_own:
        request.access.check(Verb.AMEND, agreement)
    try:
        if doing == "draft":
            draft = decisions.to_draft(found, by=request.user, at=request.now)
            say(request, _("The decision is noted beside your draft, until it is done."))
            address = reverse("agreements:edit", args=[agreement.slug])
            return redirect(f"{address}?of={draft.pk}" if draft else address)
        say(request, _changed(request, found, doing))
    except ReviewRefused as refusal:
        say(request, str(refusal), level=ERROR)
    return redirect(next_url(request, found.meeting.get_absolute_url()))


def _changed(request: PortalRequest, found: ReviewDecision, doing: str) -> str:
    if doing == "done":
        decisions.finish(found, by=request.user, at=request.now)
        return _("The decision is done.")
    if doing == "open":
        decisions.open_again(found)
        return _("The decision is open again.")
    decisions.take_back(found, at=request.now)
    return _("The decision is taken back.")


@readers
@require_safe
def reviews_of_agreement(request: PortalRequest, slug: str) -> HttpResponse:
    """For the page of the agreement: the next review, and what is decided and not done."""
    agreement = visible(request, slug)
    terms = timeline(agreement)
    if not terms.versions:
        raise Http404
    today = terms.day_of(request.now)
    open_ones = ReviewDecision.objects.open().filter(meeting__agreement=agreement).with_review()
    context = {
        "agreement": agreement,
        "review": next_review(review_dates(agreement, today, terms)),
        "rows": [(one, one.is_late(today)) for one in open_ones],
        "now": request.now,
    }
    return TemplateResponse(request, "reports/reviews.html#summary", context)
