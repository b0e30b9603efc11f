"""Targets that the other side proposes: accepted or declined, one month or several with one confirmation."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from agreements.models import Agreement, Target
from agreements.months import proposing
from agreements.months.proposing import MonthRefused, counted_leads
from agreements.pages.fetch import plannable, year_of
from agreements.pages.months.months_table import DerivedTarget, answerable, waits_for
from agreements.terms import today_of
from smarketing.accounts.access import readers
from smarketing.accounts.rights import Verb
from smarketing.lib.notices import say
from smarketing.lib.numbers import number
from smarketing.lib.periods import Period
from smarketing.lib.request import PortalRequest
from smarketing.lib.spoken import period_name


class DeclineForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=proposing.LONGEST_REASON, required=False)


@readers
@require_POST
def accept(request: PortalRequest, slug: str, pk: int) -> HttpResponse:
    agreement = plannable(request, slug)
    target = get_object_or_404(agreement.targets, pk=pk)
    try:
        return told_target(request, agreement, proposing.accept(target, by=request.user, at=request.now))
    except MonthRefused as refusal:
        return _refused(request, agreement, target.month.year, refusal)


@readers
@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: PortalRequest, slug: str, pk: int) -> HttpResponse:
    """The proposer takes it back; the other side says why."""
    agreement = plannable(request, slug)
    target = get_object_or_404(agreement.targets, pk=pk)
    form = DeclineForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            proposing.decline(target, by=request.user, at=request.now, reason=form.cleaned_data["reason"])
        except proposing.ReasonMissing as refusal:
            form.add_error("reason", str(refusal))
        except MonthRefused as refusal:
            return _refused(request, agreement, target.month.year, refusal)
        else:
            said = {"month": period_name(Period(target.month))}
            say(request, _("%(month)s stays as it is: the proposal is declined.") % said)
            return redirect(_months(agreement, target.month.year))
    return _page(request, agreement, target.month.year, [target], form)


@readers
@require_http_methods(["GET", "HEAD", "POST"])
def answer_all(request: PortalRequest, slug: str) -> HttpResponse:
    """The proposals that wait for this person's side, of a year or of all: what is chosen, or none of it."""
    agreement = plannable(request, slug)
    today = today_of(agreement, request.now)
    asked = year_of(request, today) if request.GET.get("year") else None
    waiting = answerable(agreement, request.access.sides(Verb.PLAN, agreement), asked)
    year = asked or Period(waiting[0].month if waiting else today, "year")
    form = DeclineForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, agreement, year.start_on.year, waiting, form)
    targets = list(agreement.targets.filter(pk__in=[pk for pk in request.POST.getlist("target") if pk.isdecimal()]))
    if waiting and not targets:
        form.add_error(None, _("Choose at least one month."))
        return _page(request, agreement, year.start_on.year, waiting, form)
    try:
        if request.POST.get("decision") == "accept":
            proposing.accept_all(targets, by=request.user, at=request.now)
            said = ngettext("%(n)s month is accepted.", "%(n)s months are accepted.", len(targets))
        else:
            reason = form.cleaned_data["reason"]
            proposing.decline_all(targets, by=request.user, at=request.now, reason=reason)
            said = ngettext("%(n)s month is declined.", "%(n)s months are declined.", len(targets))
    except proposing.ReasonMissing as refusal:
        form.add_error("reason", str(refusal))
        return _page(request, agreement, year.start_on.year, waiting, form)
    except MonthRefused as refusal:
        return _refused(request, agreement, year.start_on.year, refusal)
    say(request, said % {"n": number(len(targets))})
    return redirect(_months(agreement, year.start_on.year))


def told_target(request: PortalRequest, agreement: Agreement, target: Target) -> HttpResponse:
    """What became of a number that somebody agreed, proposed or accepted."""
    said = {"month": period_name(Period(target.month)), "leads": counted_leads(target.leads)}
    if target.agreed_at:
        text = _("%(month)s: %(leads)s agreed.")
    else:
        said["team"] = waits_for(agreement, target)
        text = _("%(month)s: %(leads)s proposed, to count once %(team)s accepts.")
    say(request, text % said)
    return redirect(_months(agreement, target.month.year))


def _refused(request: PortalRequest, agreement: Agreement, year: int, refusal: MonthRefused) -> HttpResponse:
    say(request, str(refusal), level=messages.ERROR)
    return redirect(_months(agreement, year))


def _page(
    request: PortalRequest, agreement: Agreement, year: int, targets: list[Target], form: DeclineForm
) -> HttpResponse:
    standing = dict(
        agreement.targets.agreed().filter(month__in=[one.month for one in targets]).values_list("month", "leads")
    )
    chosen = request.POST.getlist("target")
    context = {
        "agreement": agreement,
        "rows": [
            (one, DerivedTarget(one, agreement.currency), standing.get(one.month), not chosen or str(one.pk) in chosen)
            for one in targets
        ],
        "form": form,
        "back_url": _months(agreement, year),
        "answers_all": request.resolver_match is not None and request.resolver_match.url_name == "answer_targets",
    }
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "agreements/answer_months.html", context, status=status)


def _months(agreement: Agreement, year: int) -> str:
    return f"{agreement.get_absolute_url()}?year={year}#months"
