"""The ledger of an agreement: thirteen months in both views, what was corrected, and the next month's target."""

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from agreements.models import Agreement
from agreements.months.entries import Amounts, EntryRefused, corrections, enter, entries_of, settle, stand_of
from agreements.months.ledger import Actuals, Figure, doubts
from agreements.pages.fetch import may_plan, plannable, visible
from agreements.terms import today_of
from leads.ledger.collected import ledger_of
from leads.pages.ledger.files import ledger_file
from leads.pages.ledger.forms import FigureForm, LedgerPeriod, SettingsForm, TotalsForm, last_full_month
from leads.pages.ledger.rows import ChosenMonths, correction_lines, lines, periods, proposed, sums
from smarketing.accounts.access import readers
from smarketing.accounts.rights import Verb
from smarketing.lib.notices import say
from smarketing.lib.numbers import number, whole
from smarketing.lib.opened import OpenedForm
from smarketing.lib.periods import Period, PeriodError, period_of
from smarketing.lib.request import PortalRequest

posted = require_http_methods(["GET", "HEAD", "POST"])


@readers
@require_safe
def ledger(request: PortalRequest, slug: str) -> HttpResponse:
    agreement, form = visible(request, slug), request.GET.get("file")
    return _file(request, agreement, form) if form is not None else _page(request, agreement)


@readers
@posted
def correct(request: PortalRequest, slug: str) -> HttpResponse:
    agreement = plannable(request, slug)
    if request.method != "POST":
        return redirect("ledger:ledger", slug)
    form = FigureForm(request.POST, agreement=agreement)
    if form.is_valid() and not form.ask("amount", _doubts(request, agreement, form.amounts)):
        refused = _entered(request, agreement, form.amounts, form.cleaned_data["reason"])
        if refused is None:
            return redirect("ledger:ledger", slug)
        form.add_error(refused.field, str(refused))
    return _page(request, agreement, figure_form=form)


@readers
@posted
def totals(request: PortalRequest, slug: str) -> HttpResponse:
    agreement = plannable(request, slug)
    if request.method != "POST":
        return redirect("ledger:ledger", slug)
    form = TotalsForm(request.POST, request.FILES, agreement=agreement)
    if form.is_valid() and not form.ask("pasted", _doubts(request, agreement, form.cleaned_data["amounts"])):
        refused = _entered(request, agreement, form.cleaned_data["amounts"], form.cleaned_data["source"])
        if refused is None:
            return redirect("ledger:ledger", slug)
        form.add_error("file" if form.cleaned_data["file"] else "pasted", str(refused))
    return _page(request, agreement, totals_form=form)


@readers
@posted
def settings(request: PortalRequest, slug: str) -> HttpResponse:
    agreement = plannable(request, slug)
    if request.method != "POST":
        return redirect("ledger:ledger", slug)
    form = _settings_form(agreement)
    opened = OpenedForm([form], request.POST, request.path)
    form = _settings_form(agreement, opened.data)
    if opened.allows(form):
        is_changed = settle(agreement, **form.cleaned_data, by=request.user, at=request.now)
        say(request, gettext("Saved.") if is_changed else gettext("Nothing changed."))
        return redirect("ledger:ledger", slug)
    return _page(request, agreement, settings_form=form, opened=opened)


def _doubts(request: PortalRequest, agreement: Agreement, amounts: Amounts) -> list[tuple[date, Figure, Actuals]]:
    return doubts(ledger_of(agreement, today=today_of(agreement, request.now)), amounts)


def _entered(request: PortalRequest, agreement: Agreement, amounts: Amounts, reason: str) -> EntryRefused | None:
    seen = whole(request.POST.get("seen", ""))
    try:
        written = enter(agreement, amounts, reason=reason, by=request.user, at=request.now, seen=seen)
    except EntryRefused as refusal:
        return refusal
    if written:
        text = ngettext("%(n)s figure is entered.", "%(n)s figures are entered.", len(written))
        say(request, text % {"n": number(len(written))})
    else:
        say(request, gettext("Nothing changed: the ledger says so already."))
    return None


def _settings_form(agreement: Agreement, data: Any = None) -> SettingsForm:
    kept = {name: getattr(agreement, name) for name in ("propose_on", "fewest_customers")}
    return SettingsForm(data, initial=kept)


def _page(request: PortalRequest, agreement: Agreement, **forms: Any) -> HttpResponse:
    today = today_of(agreement, request.now)
    entries = entries_of(agreement)
    found = ledger_of(agreement, today=today, entries=entries)
    asked, period = request.GET.get("period", ""), _period(request)
    chosen = ChosenMonths.of(period, today)
    form = LedgerPeriod(periods(today, chosen.label), chosen.label, unread=asked if period is None else "")
    settings_form = _settings_form(agreement)
    context = {
        "agreement": agreement,
        "now": request.now,
        "chosen": chosen,
        "form": form,
        "sums": sums(found, chosen.months, with_names=request.access.may(Verb.SEE, agreement)),
        "lines": lines(found, chosen.shown(today)),
        "cycle_days": found.cycle_days,
        "seen": stand_of(entries),
        "is_empty": not found.leads and not entries,
        "proposed": proposed(agreement, found, now_on=today, led=request.access.sides(Verb.PLAN, agreement)),
        "corrections": correction_lines(corrections(entries), found, agreement.currency),
        "may_edit": may_plan(request, agreement),
        "figure_form": FigureForm(
            agreement=agreement, initial={"month": last_full_month(today), "figure": "total_revenue"}
        ),
        "totals_form": TotalsForm(agreement=agreement),
        "settings_form": settings_form,
        "opened": OpenedForm([settings_form], None, reverse("ledger:settings", args=[agreement.slug])),
        **forms,
    }
    return TemplateResponse(request, "leads/ledger.html", context, status=422 if forms or form.unread else 200)


def _file(request: PortalRequest, agreement: Agreement, form: str) -> HttpResponse:
    """A file of other months would be taken for what was asked for."""
    period, today = _period(request), today_of(agreement, request.now)
    if request.GET.get("period") and period is None:
        raise Http404
    months = ChosenMonths.of(period, today).months
    return ledger_file(agreement, ledger_of(agreement, today=today), months, form)


def _period(request: PortalRequest) -> Period | None:
    """None where nothing, or no period, is asked for."""
    try:
        return period_of(request.GET.get("period", ""))
    except PeriodError:
        return None
