"""Reps that files name and the portal does not know: a team lead says who is meant."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from agreements.models import Agreement
from leads.doors.files.writing.reps import match_rep, named_reps, sales_people, unmatch_rep
from leads.pages.answers import tell
from smarketing.accounts.access import team_leads
from smarketing.lib.notices import say
from smarketing.lib.numbers import whole
from smarketing.lib.request import PortalRequest


class AgreementFilter(forms.Form):
    def __init__(self, agreements: list[Agreement], chosen: Agreement | None) -> None:
        super().__init__(initial={"agreement": chosen.slug if chosen else ""})
        choices = [(one.slug, str(one)) for one in agreements]
        self.fields["agreement"] = forms.ChoiceField(label=gettext_lazy("Agreement"), required=False, choices=choices)


@team_leads
@require_safe
def rep_names(request: PortalRequest) -> HttpResponse:
    agreements = list(Agreement.objects.led_by(request.access))
    asked = request.GET.get("agreement", "")
    chosen = next((one for one in agreements if one.slug == asked), agreements[0] if agreements else None)
    context = {
        "filter": AgreementFilter(agreements, chosen),
        "agreements": agreements,
        "agreement": chosen,
        "names": named_reps(chosen) if chosen else [],
        "people": list(sales_people(chosen)) if chosen else [],
    }
    return TemplateResponse(request, "leads/import_reps.html", context)


@team_leads
@require_POST
def match(request: PortalRequest, slug: str) -> HttpResponse:
    agreement, name = _agreement(request, slug), _name(request)
    user = get_object_or_404(sales_people(agreement), pk=whole(request.POST.get("person", "")))
    tell(
        request,
        lambda: match_rep(agreement, name, user, by=request.user, at=request.now),
        _("“%(name)s” is %(person)s.") % {"name": name, "person": user},
        undo=reverse("leads:unmatch_rep", args=[slug], query={"name": name}),
    )
    return _back(agreement)


@team_leads
@require_POST
def unmatch(request: PortalRequest, slug: str) -> HttpResponse:
    agreement, name = _agreement(request, slug), _name(request)
    unmatch_rep(agreement, name)
    say(request, _("“%(name)s” is no longer matched.") % {"name": name})
    return _back(agreement)


def _agreement(request: PortalRequest, slug: str) -> Agreement:
    agreement: Agreement = get_object_or_404(Agreement.objects.led_by(request.access), slug=slug)
    return agreement


def _name(request: PortalRequest) -> str:
    return (request.POST.get("name") or request.GET.get("name") or "")[:150]


def _back(agreement: Agreement) -> HttpResponse:
    return redirect(reverse("leads:import_reps", query={"agreement": agreement.slug}))
