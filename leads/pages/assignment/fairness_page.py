"""Why is it uneven? What the rules gave, what they owed, and who was passed over why."""

from datetime import timedelta

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from agreements.models import Agreement
from leads.assignment.fairness import fairness as fairness_of
from leads.assignment.fairness import may_name_reps
from leads.models import DeskSettings
from leads.pages.assignment.words import passed_words
from smarketing.accounts.access import administrators, reps
from smarketing.accounts.rights import Verb
from smarketing.lib.notices import say
from smarketing.lib.request import PortalRequest


class FairnessFilter(forms.Form):
    days = forms.ChoiceField(
        label=gettext_lazy("Period"),
        required=False,
        choices=[
            ("30", gettext_lazy("The last 30 days")),
            ("7", gettext_lazy("The last 7 days")),
            ("90", gettext_lazy("The last 90 days")),
        ],
    )

    @property
    def asked(self) -> int:
        """What makes no sense is as if it was not asked."""
        return int((self.is_valid() and self.cleaned_data["days"]) or 30)


@reps
@require_safe
def fairness(request: PortalRequest, slug: str) -> HttpResponse:
    agreement = get_object_or_404(Agreement.objects.visible_to(request.access), slug=slug)
    request.access.check(Verb.FOLLOW_UP, agreement)
    form = FairnessFilter(request.GET, auto_id="fairness-%s")
    found = fairness_of(
        agreement, since=request.now - timedelta(days=form.asked), until=request.now, reader=request.user
    )
    context = {
        "agreement": agreement,
        "filter": form,
        "found": found,
        "rows": [(row, passed_words(row.passed)) for row in found.rows],
        "names_reps": may_name_reps(agreement),
        "may_assign": request.access.may(Verb.ASSIGN, agreement),
    }
    return TemplateResponse(request, "leads/assignment/fairness.html", context)


@administrators
@require_POST
def name_reps(request: PortalRequest, slug: str) -> HttpResponse:
    """Works councils ask: whether figures about one named rep are shown is decided apart from who looks at them."""
    agreement = get_object_or_404(Agreement, slug=slug)
    on = request.POST.get("on") == "1"
    changed = {"names_reps": on, "changed_at": request.now, "changed_by": request.user}
    DeskSettings.objects.update_or_create(agreement=agreement, defaults=changed)
    say(request, _("Figures about named reps are shown.") if on else _("Figures about named reps are hidden."))
    return redirect("leads:fairness", slug)
