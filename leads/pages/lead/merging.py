"""Two leads that are one person: which of their facts stays, making them one, and two again."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from leads.doors.fields import LEAD
from leads.doors.files.wording import field_name
from leads.doors.merging import merge, undo_merge
from leads.models import Lead, Merge
from leads.pages.answers import tell
from leads.pages.fetch import marketed_lead, undo_url
from leads.pages.lead.detail import shown
from leads.persons.two import say_not_same
from leads.refusals import Refused
from smarketing.accounts.access import marketers
from smarketing.accounts.rights import Verb
from smarketing.lib.notices import say
from smarketing.lib.numbers import whole
from smarketing.lib.request import PortalRequest

CHOSEN = tuple(field for field in LEAD if field.is_kept and field.name not in ("external_id", "created_at"))


@marketers
@require_http_methods(["GET", "HEAD", "POST"])
def merge_page(request: PortalRequest, pk: int, other: int) -> HttpResponse:
    """`pk` is kept, and where both say something else, it is asked which of it stays."""
    kept, gone = marketed_lead(request, pk), marketed_lead(request, other)
    refusal = ""
    if request.method == "POST":
        try:
            made = merge(kept, gone, taken(kept, gone, request), by=request.user, at=request.now)
        except Refused as reason:
            refusal = str(reason)
        else:
            text = gettext("%(lead)s holds what was known of both.") % {"lead": made.kept}
            say(request, text, undo=undo_url("leads:undo_merge", made.pk))
            return redirect(made.kept)
    rows = [(field, field_name(field.name), shown(kept, field), shown(gone, field)) for field in contested(kept, gone)]
    context = {"kept": kept, "gone": gone, "rows": rows, "refusal": refusal, "now": request.now}
    return TemplateResponse(request, "leads/merge.html", context, status=422 if refusal else 200)


def contested(kept: Lead, gone: Lead) -> list[Any]:
    """The fields in which both say something, and not the same."""
    both = ((field, getattr(kept, field.name), getattr(gone, field.name)) for field in CHOSEN)
    return [field for field, one, other in both if one != other and not {one, other} & {"", None}]


def taken(kept: Lead, gone: Lead, request: PortalRequest) -> dict[str, Any]:
    """What the other lead gives: what was chosen, and whatever stands there alone."""
    found = {}
    for field in CHOSEN:
        own, others = getattr(kept, field.name), getattr(gone, field.name)
        if own in ("", None) or request.POST.get(field.name) == "other":
            found[field.name] = others
    return found


@marketers
@require_POST
def undo(request: PortalRequest, pk: int) -> HttpResponse:
    made = get_object_or_404(Merge.objects.filter(kept__in=Lead.objects.visible_to(request.access)), pk=pk)
    request.access.check(Verb.MARKET, made.kept.agreement)
    done = gettext("The merge is undone: there are two leads again.")
    tell(request, lambda: undo_merge(made, by=request.user, at=request.now), done)
    return redirect(made.kept)


@marketers
@require_POST
def not_same(request: PortalRequest, pk: int) -> HttpResponse:
    lead, other = marketed_lead(request, pk), marketed_lead(request, whole(request.POST.get("other", "")) or 0)
    say_not_same(lead.pk, [other.pk], by=request.user, at=request.now)
    say(request, gettext("These are two people. It is not asked again."))
    return redirect(lead)
