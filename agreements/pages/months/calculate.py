from datetime import date
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from agreements.models import Agreement
from agreements.months import proposing
from agreements.months.proposing import MonthRefused, agree_month, has_begun, stand_of
from agreements.months.targets import Derivation
from agreements.months.workload import month_work, terms_on
from agreements.pages.fetch import may_plan, plannable, visible
from agreements.pages.months.answering import told_target
from agreements.pages.months.calculator_form import (
    EXAMPLES,
    CalculatorForm,
    calculator_form,
    how_rounded,
    numbers_of,
    steps,
)
from agreements.pages.months.capacity_sheet import ShownWork, shown_work
from agreements.terms import timeline
from smarketing.accounts.access import readers
from smarketing.lib.htmx import fragment, is_partial
from smarketing.lib.periods import Period
from smarketing.lib.request import PortalRequest


@readers
def calculator(request: PortalRequest, slug: str) -> HttpResponse:
    agreement = visible(request, slug)
    form = calculator_form(agreement, timeline(agreement).day_of(request.now), request.GET)
    return _answer(request, agreement, form)


@readers
@require_http_methods(["GET", "HEAD", "POST"])
def agree(request: PortalRequest, slug: str) -> HttpResponse:
    agreement = plannable(request, slug)
    if request.method != "POST":
        return redirect("agreements:calculator", slug)
    terms = timeline(agreement)
    form = calculator_form(agreement, terms.day_of(request.now), request.POST)
    refused: MonthRefused | None = None
    if form.is_valid() and form.derivation:
        points = terms.on(form.cleaned_data["month"]).points
        numbers = numbers_of(form, agreement, points, is_direct=request.POST.get("as") == "target")
        try:
            target = agree_month(
                agreement,
                form.cleaned_data["month"],
                numbers,
                by=request.user,
                at=request.now,
                reason=request.POST.get("reason", "")[:300],
                seen=request.POST.get("seen"),
            )
            return told_target(request, agreement, target)
        except MonthRefused as refusal:
            refused = refusal
    return _answer(request, agreement, form, refused, status=422)


def _answer(
    request: PortalRequest,
    agreement: Agreement,
    form: CalculatorForm,
    refused: MonthRefused | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    form.is_valid()
    if refused and refused.field in form.fields:
        form.add_error(refused.field, str(refused))
    month = Period.parse(str(form["month"].value())).start_on
    context = {
        "agreement": agreement,
        "form": form,
        "derivation": form.derivation,
        "steps": steps(form.derivation, agreement.currency) if form.derivation else [],
        "how_rounded": how_rounded(form.derivation) if form.derivation else "",
        "month_name": form.month_name,
        "examples": () if form.tiers else EXAMPLES,
        "shifted": _shifted(form, month),
        "may_edit": may_plan(request, agreement),
        **_month_context(request, agreement, month),
        "work": work_of(agreement, form.derivation, month) if form.derivation else None,
        "reason_refused": str(refused) if refused and refused.field == "reason" else "",
        "reason": request.POST.get("reason", ""),
    }
    if is_partial(request):
        return fragment(request, "agreements/calculator.html#answer", context, status=status)
    return TemplateResponse(request, "agreements/calculator.html", context, status=status)


def _shifted(form: CalculatorForm, month: date) -> dict[str, object] | None:
    """The month whose quota the leads serve, and the sales cycle, where it is known."""
    assumed = form.assumed
    if assumed is None or not assumed.cycle_days:
        return None
    return {"month": assumed.quota_month(month), "days": assumed.cycle_days, "is_on": assumed.is_shifted}


def work_of(agreement: Agreement, made: Derivation, month: date) -> ShownWork | None:
    """Whether the sales team has the time for what was typed; nothing where the agreement says nothing of it."""
    terms = terms_on(timeline(agreement).versions, month)
    if terms is None or terms.capacity is None:
        return None
    leads = {"": made.leads} | {row.conversion.tier: row.leads for row in made.by_tier}
    return shown_work(month_work(terms, month, leads, ZoneInfo(agreement.time_zone)))


def _month_context(request: PortalRequest, agreement: Agreement, month: date) -> dict[str, object]:
    """How the month stands, and what agreeing would do to it."""
    agreed = agreement.targets.agreed().filter(month=month).first()
    is_amended = agreed is not None and has_begun(agreement, month, request.now)
    return {
        "agreed": agreed,
        "waiting": agreement.targets.waiting().filter(month=month).first(),
        "is_amended": is_amended,
        "is_proposed": is_amended or not proposing.decides_alone(agreement, request.user),
        "seen": stand_of(agreement, month),
    }
