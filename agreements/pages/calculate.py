from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from agreements.document.versions import AmendmentRefused, agree_quota, agree_target
from agreements.models import Agreement
from agreements.pages.calculator_form import EXAMPLES, calculator_form, exact_leads, steps
from agreements.pages.fetch import editable, may_edit, visible
from agreements.pages.forms import CalculatorForm
from agreements.pages.write import saved
from agreements.terms import timeline
from smarketing.accounts.access import readers
from smarketing.lib.htmx import fragment, is_partial
from smarketing.lib.request import PortalRequest


@readers
def calculator(request: PortalRequest, slug: str) -> HttpResponse:
    agreement = visible(request, slug)
    terms = timeline(agreement)
    form = calculator_form(agreement, terms, terms.day_of(request.now), request.GET)
    return _answer(request, agreement, form)


@readers
@require_POST
def agree(request: PortalRequest, slug: str) -> HttpResponse:
    agreement = editable(request, slug)
    terms, now = timeline(agreement), request.now
    form = calculator_form(agreement, terms, terms.day_of(now), request.POST)
    if form.is_valid() and form.derivation:
        month, made, by = form.cleaned_data["month"], form.derivation, request.user
        try:
            if request.POST.get("as") == "target":
                return saved(request, agree_target(agreement, month, made.leads, by=by, at=now))
            return saved(request, agree_quota(agreement, month, made.quota, made.assumptions, by=by, at=now))
        except AmendmentRefused as refusal:
            form.add_error("month", str(refusal))
    return _answer(request, agreement, form, status=422)


def _answer(request: PortalRequest, agreement: Agreement, form: CalculatorForm, *, status: int = 200) -> HttpResponse:
    form.is_valid()
    context = {
        "agreement": agreement,
        "form": form,
        "derivation": form.derivation,
        "steps": steps(form.derivation, agreement.currency) if form.derivation else [],
        "exact_leads": exact_leads(form.derivation) if form.derivation else "",
        "is_rounded": form.derivation and form.derivation.exact_leads != form.derivation.leads,
        "month_name": form.month_name,
        "examples": EXAMPLES,
        "may_edit": may_edit(request, agreement),
    }
    if is_partial(request):
        return fragment(request, "agreements/calculator.html#answer", context, status=status)
    return TemplateResponse(request, "agreements/calculator.html", context, status=status)
