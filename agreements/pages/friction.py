"""The friction reports of an agreement: written point by point, sent by sales, answered by service."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from agreements.document.groups.friction_clause import FrictionClause
from agreements.friction.owed import clause_of, coming_report, reports_of, told
from agreements.friction.writing import FrictionRefused, add_point, answer, drop_point, send
from agreements.models import FrictionReport
from agreements.pages.fetch import visible
from agreements.pages.fields import NumberField
from smarketing.accounts.access import readers
from smarketing.accounts.rights import Verb
from smarketing.lib.notices import say
from smarketing.lib.numbers import whole
from smarketing.lib.request import PortalRequest

LONGEST, MOST = 2_000, 1_000_000


def text_field(label: Any, rows: int = 2, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=LONGEST, widget=forms.Textarea({"rows": rows}), **more)


class FrictionPointForm(forms.Form):
    what = text_field(gettext_lazy("What customers struggle with"))
    how_many = NumberField(
        label=gettext_lazy("How many customers"), required=False, min_value=1, max_value=MOST, decimal_places=0
    )
    example = text_field(gettext_lazy("An example"), required=False)


class AnswerForm(forms.Form):
    answer = text_field(gettext_lazy("Answer: what is done about it"), rows=4)


@readers
@require_safe
def report_list(request: PortalRequest, slug: str) -> HttpResponse:
    agreement = visible(request, slug)
    version = agreement.versions.current().order_by("effective_on").last()
    clause = clause_of(version) if version else None
    coming = coming_report(agreement, request.now)
    context = {
        "agreement": agreement,
        "reports": [*([coming] if coming else []), *reports_of(agreement, request.now)],
        "rule": due_rule(clause) if clause else "",
        "now": request.now,
    }
    return TemplateResponse(request, "agreements/friction.html", context)


def due_rule(clause: FrictionClause) -> str:
    """How the day comes about: one of working days lies on none that is free, one of the calendar may."""
    if clause.due_working_day is not None:
        day = _("A report is due on working day %(n)s of the next month, counted by the agreement's working calendar.")
        day %= {"n": clause.due_working_day}
    elif clause.due_day is not None:
        day = _("A report is due on day %(n)s of the next month as the calendar has it, be it a weekend or a holiday.")
        day %= {"n": clause.due_day}
    else:
        day = _(
            "A report is due on the last day of the next month as the calendar has it, be it a weekend or a holiday."
        )
    moved = _("An exception in which service's days do not count moves it on by the working days that it takes.")
    return f"{day} {moved}"


@readers
def report(request: PortalRequest, slug: str, pk: int) -> HttpResponse:
    """`do` says what was asked for: a point added or taken off, the report sent, or answered."""
    found = _report(request, slug, pk)
    if request.method != "POST":
        return _page(request, found)
    change = CHANGES.get(request.POST.get("do", ""))
    if change is None:
        raise PermissionDenied
    try:
        forms_refused = change(request, found)
    except FrictionRefused as refusal:
        say(request, str(refusal), level=messages.ERROR)
        return _page(request, _report(request, slug, pk), 422)
    if forms_refused:
        return _page(request, found, 422, **forms_refused)
    return redirect("agreements:friction_report", slug, pk)


def _report(request: PortalRequest, slug: str, pk: int) -> FrictionReport:
    """What sales has not sent is not there yet for service and marketing."""
    agreement = visible(request, slug)
    known = agreement.friction_reports.select_related("agreement", "version", "sent_by", "answered_by")
    return get_object_or_404(known, pk=pk)


def _page(request: PortalRequest, found: FrictionReport, status: int = 200, **typed: forms.Form) -> HttpResponse:
    access, agreement = request.access, found.agreement
    may_write = access.may(Verb.FOLLOW_UP, agreement) and found.sent_at is None
    is_shown = may_write or found.sent_at is not None
    clause = clause_of(found.version)
    context = {
        "agreement": agreement,
        "report": found,
        "owed": told(found, request.now),
        "clause": clause,
        "rule": due_rule(clause) if clause else "",
        "points": list(found.points.filter(dropped_at=None)) if is_shown else [],
        "may_write": may_write,
        "may_answer": access.may(Verb.ANSWER, agreement) and bool(found.sent_at) and found.answered_at is None,
        "point_form": FrictionPointForm(),
        "answer_form": AnswerForm(),
        "now": request.now,
    }
    return TemplateResponse(request, "agreements/friction_report.html", context | typed, status=status)


def _add(request: PortalRequest, found: FrictionReport) -> dict[str, forms.Form]:
    form = FrictionPointForm(request.POST)
    if not form.is_valid():
        request.access.check(Verb.FOLLOW_UP, found.agreement)
        return {"point_form": form}
    count = form.cleaned_data["how_many"]
    values = form.cleaned_data | {"how_many": None if count is None else int(count)}
    add_point(found, **values, by=request.user, at=request.now)
    say(request, _("The point is kept: add the next one, or send the report."))
    return {}


def _drop(request: PortalRequest, found: FrictionReport) -> dict[str, forms.Form]:
    if drop_point(found, whole(request.POST.get("point", "")) or 0, by=request.user, at=request.now):
        say(request, _("The point is taken off."))
    return {}


def _send(request: PortalRequest, found: FrictionReport) -> dict[str, forms.Form]:
    send(found, nothing="nothing" in request.POST, by=request.user, at=request.now)
    say(request, _("The report is sent: service reads it and answers."))
    return {}


def _answer(request: PortalRequest, found: FrictionReport) -> dict[str, forms.Form]:
    form = AnswerForm(request.POST)
    if not form.is_valid():
        request.access.check(Verb.ANSWER, found.agreement)
        return {"answer_form": form}
    answer(found, text=form.cleaned_data["answer"], by=request.user, at=request.now)
    say(request, _("The answer is kept."))
    return {}


CHANGES: dict[str, Callable[[PortalRequest, FrictionReport], dict[str, forms.Form]]] = {
    "add": _add,
    "drop": _drop,
    "send": _send,
    "answer": _answer,
}
