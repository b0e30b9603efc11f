"""A new agreement from a template: choose one, see how it will read, name the teams."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from agreements.document.beginnings import AgreementTemplate, BrokenTemplate
from agreements.document.clauses import AgreementDocument
from agreements.document.keeping import all_templates
from agreements.document.tables import RESERVED_SLUGS
from agreements.document.text import ASSUMPTIONS, DocumentError
from agreements.document.versions import AmendmentRefused, apply
from agreements.models import Agreement
from agreements.months.targets import Conversion, Derivation, TargetError, derive
from agreements.pages.reading.chapters import ReadAgreement
from agreements.pages.writing.forms import BeginForm, problem_words
from agreements.pages.writing.same_teams import between, days_of, nearest, with_days
from agreements.pages.writing.write import saved, team_names
from agreements.signing import drafting
from smarketing.accounts.access import Access, writers
from smarketing.accounts.models import Side
from smarketing.lib.htmx import fragment, is_partial
from smarketing.lib.numbers import exact_percent, exactly, money, number
from smarketing.lib.request import PortalRequest

STEP_BY_STEP = "steps"


@writers
@require_safe
def begin(request: PortalRequest) -> HttpResponse:
    found, broken = all_templates(language_now())
    context = {
        "templates": [(one, language_name(one.language)) for one in found],
        "broken": [_told(one) for one in broken if not one.key],
        "broken_kept": [one for one in broken if one.key],
        "may_load": request.access.is_administrator,
    }
    return TemplateResponse(request, "agreements/begin.html", context)


@writers
def begin_from(request: PortalRequest, key: str) -> HttpResponse:
    """Asked by htmx: how it reads with what is typed so far."""
    beginning = template_or_404(key)
    today = timezone.localdate(request.now)
    typed = request.GET if is_partial(request) and request.method != "POST" else request.POST
    form = BeginForm(typed or None, beginning=beginning, today=today)
    if request.method == "POST" and form.is_valid() and (answer := _begun(request, beginning, form)):
        return answer
    context = {
        "beginning": beginning,
        "form": form,
        "other": _other(request, form),
        **as_it_reads(beginning, form, today, request.access),
    }
    if is_partial(request) and request.method != "POST":
        return fragment(request, "agreements/begin_from.html#beside", context)
    context |= team_names(request.access)
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "agreements/begin_from.html", context, status=status)


def as_it_reads(
    beginning: AgreementTemplate, form: BeginForm, today: date, access: Access | None = None
) -> dict[str, Any]:
    """With `access` as it becomes for this person: like another agreement of the teams that are typed."""
    shown, other = form.shown(), None
    if access and form.is_bound:
        typed = {name: form.cleaned_data.get(name, "") for name in ("marketing_team", "sales_team")}
        other = nearest(access, *typed.values())
        beginning, shown = _like(other, beginning, shown)
    try:
        document = _document(beginning, shown)
    except DocumentError:  # said beside the fields; here stands what the form opened with
        shown = BeginForm(None, beginning=beginning, today=today).shown()
        document = _document(beginning, shown)
    reading = ReadAgreement(document, today)
    found = _derivation(beginning, shown.get("quota_a_month"))
    return {
        "reading": reading,
        "chapters": reading.chapters_of_text,
        "leads_promised": shown.get("leads_a_month", found.leads if found else None),
        "quota_promised": shown.get("quota_a_month"),
        "days_of": other,
    }


def _like(
    other: Agreement | None, beginning: AgreementTemplate, given: Mapping[str, Any]
) -> tuple[AgreementTemplate, dict[str, Any]]:
    """With the public holidays of the other one, and its time zone where none is chosen."""
    if other is None:
        return beginning, dict(given)
    zone = given.get("time_zone") or other.time_zone
    return replace(beginning, data=with_days(beginning.data, days_of(other))), {**given, "time_zone": zone}


def _other(request: PortalRequest, form: BeginForm) -> Agreement | None:
    """Another agreement of the two teams that were typed."""
    typed = form.shown() if form.is_bound else {}
    return between(request.access, typed["marketing_team"], typed["sales_team"]) if typed else None


def language_now() -> str:
    return (get_language() or "en")[:2]


def language_name(language: str) -> str:
    """Of another language than one's own."""
    names = dict(settings.LANGUAGES)
    return gettext(names[language]) if language in names and language != language_now() else ""


def template_or_404(key: str) -> AgreementTemplate:
    found = next((one for one in all_templates(language_now())[0] if one.key == key), None)
    if found is None:
        raise Http404
    return found


def _told(broken: BrokenTemplate) -> str:
    return "; ".join(f"{broken.file}: {problem_words(problem)}" for problem in broken.problems[:5])


def _begun(request: PortalRequest, beginning: AgreementTemplate, form: BeginForm) -> HttpResponse | None:
    """In force at once, by an administrator; else a draft in which both sides write step by step."""
    is_draft = request.POST.get("how") == STEP_BY_STEP or not request.access.is_administrator
    given = form.heading()
    given["slug"] = _free_slug(given["name"])
    other = nearest(request.access, given["marketing_team"], given["sales_team"])
    beginning, given = _like(other, beginning, given)
    try:
        document = _document(beginning, given)
        if not is_draft:
            return saved(request, apply(document, by=request.user, at=request.now, is_new=True))
        drafting.begin(document, by=request.user, at=request.now)
        return redirect("agreements:step", document.slug, "who")
    except DocumentError as error:
        for problem in error.problems:
            form.add_error(None, problem_words(problem))
    except AmendmentRefused as refusal:
        form.add_error(refusal.key if refusal.key in form.fields else None, str(refusal))
    return None


def _document(beginning: AgreementTemplate, given: Mapping[str, Any]) -> AgreementDocument:
    heading = {key: value for key, value in given.items() if key not in ("leads_a_month", "quota_a_month")}
    heading["time_zone"] = heading.get("time_zone") or beginning.time_zone
    leads, quota = given.get("leads_a_month"), given.get("quota_a_month")
    words = _words(beginning, heading, leads, quota)
    return beginning.document(heading, words, leads=leads, quota=quota)


def _words(
    beginning: AgreementTemplate, heading: Mapping[str, Any], leads: int | None, quota: Decimal | None
) -> dict[str, str]:
    """What stands in braces in a template."""
    words = {side: str(heading.get(f"{side}_team") or Side(side).label) for side in Side.values}
    words["date"] = date_format(heading["effective_on"], "DATE_FORMAT")
    if leads is not None:
        words["leads"] = number(leads)
    if quota is not None:
        words["quota"] = money(quota, heading["currency"])
        found = _derivation(beginning, quota)
        words |= _derived(found, heading["currency"]) if found else {}
    return words


def _derivation(beginning: AgreementTemplate, quota: Decimal | None) -> Derivation | None:
    assumed = beginning.data.get("assumptions") or {}
    if quota is None or not assumed:
        return None
    try:
        share, deal, rate = (Decimal(assumed[key]) for key in ASSUMPTIONS)
        return derive(quota, Conversion(share, deal, rate))
    except (TargetError, KeyError):
        return None


def _derived(found: Derivation, currency: str) -> dict[str, str]:
    return {
        "share": exact_percent(found.conversion.marketing_share),
        "revenue": money(found.revenue_goal, currency),
        "deal": money(found.conversion.average_deal, currency),
        "customers": exactly(found.customers, 1),
        "rate": exact_percent(found.conversion.lead_to_customer),
        "leads": number(found.leads),
    }


def _free_slug(name: str) -> str:
    slug = slugify(name)[:50].strip("-_") or "agreement"
    taken = {*RESERVED_SLUGS, *Agreement.every.filter(slug__startswith=slug).values_list("slug", flat=True)}
    return next(one for one in (slug, *(f"{slug}-{n}" for n in range(2, len(taken) + 3))) if one not in taken)
