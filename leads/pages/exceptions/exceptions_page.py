"""Exceptions beyond the terms: proposed, accepted, declined, withdrawn, ended; and what they do to what is measured."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agreements.exceptions.agreeing import (
    ExceptionRefused,
    accept_exception,
    asked,
    concerned,
    decline_exception,
    propose_end,
    propose_exception,
    sides_agreed_by,
    withdraw_exception,
)
from agreements.friction.owed import moved_by_exceptions
from agreements.models import AgreedException, Agreement
from agreements.pages.fetch import visible
from agreements.signing.parties import named_sides, other_sides
from leads.clock.recompute import preview, recompute, to_measure_again
from leads.pages.exceptions.forms import EarlierEndForm, ExceptionForm
from leads.pages.exceptions.rows import PAST, STANDING, WAITING, shown_exceptions, span_of
from smarketing.accounts.access import readers
from smarketing.lib.notices import say
from smarketing.lib.numbers import number
from smarketing.lib.request import PortalRequest

MOST_LEADS = 5_000  # that a page measures again while somebody waits
MEASURE = "exceptions:measure"


@readers
@require_http_methods(["GET", "HEAD", "POST"])
def exceptions(request: PortalRequest, slug: str) -> HttpResponse:
    agreement = visible(request, slug)
    if request.method != "POST":
        return _page(request, agreement)
    own = sides_agreed_by(agreement, request.user, request.now)
    if not own:
        raise PermissionDenied
    form = ExceptionForm(request.POST, agreement, request.now, own)
    if form.is_valid():
        try:
            made = _propose(request, agreement, form)
        except ExceptionRefused as refusal:
            form.add_error(_field(refusal.key, form), str(refusal))
        else:
            say(
                request,
                _("Proposed: it counts once it is accepted for %(sides)s.") % {"sides": named_sides(asked(made))},
            )
            return redirect("exceptions:exceptions", slug)
    return _page(request, agreement, form=form, status=422)


def _propose(request: PortalRequest, agreement: Agreement, form: ExceptionForm) -> AgreedException:
    clause, pauses, targets = form.clause, form.pausing, form.targets
    return propose_exception(
        agreement,
        clause,
        pauses=pauses,
        targets=targets,
        covers_measured=form.cleaned_data["covers_measured"],
        by=request.user,
        at=request.now,
    )


def _field(key: str, form: ExceptionForm) -> str | None:
    return {"begins": "begins_on", "ends": "ends_on", "leads": "month_1"}.get(key, key if key in form.fields else None)


@readers
@require_POST
def settle(request: PortalRequest, slug: str, pk: int) -> HttpResponse:
    """Accepted, declined with a reason, withdrawn; or another end is proposed for one that is agreed."""
    agreement = visible(request, slug)
    found = get_object_or_404(agreement.agreed_exceptions, pk=pk)
    decision = DECISIONS.get(request.POST.get("decision", ""))
    if decision is None:
        raise PermissionDenied
    try:
        text = decision(request, found)
    except ExceptionRefused as refusal:
        return _page(request, agreement, refused={"pk": pk, "text": str(refusal)}, status=422)
    say(request, text)
    if request.POST["decision"] == "accept" and any(to_measure_again(agreement)):
        return redirect(MEASURE, slug)
    return redirect("exceptions:exceptions", slug)


def _accepted(request: PortalRequest, found: AgreedException) -> str:
    accepted = accept_exception(found, by=request.user, at=request.now)
    if still := asked(accepted):
        return _("Accepted: it counts once it is accepted for %(sides)s, too.") % {"sides": named_sides(still)}
    if accepted.covers_measured:
        return _("Agreed: it counts for every side, also for what was measured before once that is measured again.")
    return _("Agreed: it counts for every side, for what is measured from now on.")


def _declined(request: PortalRequest, found: AgreedException) -> str:
    decline_exception(found, by=request.user, at=request.now, reason=request.POST.get("reason", ""))
    return _("Declined. The others read your reason.")


def _withdrawn(request: PortalRequest, found: AgreedException) -> str:
    withdraw_exception(found, by=request.user, at=request.now)
    return _("Withdrawn: nothing has changed.")


def _ended(request: PortalRequest, found: AgreedException) -> str:
    form = EarlierEndForm(request.POST)
    if not form.is_valid():
        raise ExceptionRefused("last", _("Say the last day; a time only where it ends within that day."))
    reason, covers = form.cleaned_data["end_reason"], form.cleaned_data["covers_measured"]
    made = propose_end(found, form.last, covers_measured=covers, by=request.user, at=request.now, reason=reason)
    return _("Proposed: it ends so once it is accepted for %(sides)s.") % {"sides": named_sides(asked(made))}


DECISIONS: dict[str, Callable[[PortalRequest, AgreedException], str]] = {
    "accept": _accepted,
    "decline": _declined,
    "withdraw": _withdrawn,
    "end": _ended,
}


@readers
@require_http_methods(["GET", "HEAD", "POST"])
def measure(request: PortalRequest, slug: str) -> HttpResponse:
    """What every side has agreed to measure again by an exception: what would change, and, asked to, it does."""
    agreement = visible(request, slug)
    may = request.access.is_administrator or _may_measure(request, agreement)
    if request.method == "POST":
        if not may:
            raise PermissionDenied
        if to_measure_again(agreement)[0] <= MOST_LEADS:
            found = recompute(agreement, with_exceptions=True, by=request.user, at=request.now)
            say(request, _measured(found["handoffs"] + found["leads"] + found["friction"]))
            return redirect("exceptions:exceptions", slug)
        say(request, _("These are too many to be measured while you wait."), level=messages.ERROR)
    return _measured_page(request, agreement, None, may=may)


@readers
@require_safe
def foreseen(request: PortalRequest, slug: str, pk: int) -> HttpResponse:
    """What would be measured otherwise if this proposal were accepted: before anybody answers it."""
    agreement = visible(request, slug)
    rows = agreement.agreed_exceptions.waiting().filter(covers_measured=True)
    return _measured_page(request, agreement, get_object_or_404(rows, pk=pk), may=False)


def _measured_page(
    request: PortalRequest, agreement: Agreement, supposed: AgreedException | None, *, may: bool
) -> HttpResponse:
    leads, reports = to_measure_again(agreement, supposed, request.now)
    is_here = bool(leads or reports) and leads <= MOST_LEADS
    found = Counter[str]()
    if is_here:
        found = preview(agreement, with_exceptions=True, supposed=supposed, at=request.now)
    counted = [*agreement.agreed_exceptions.of_former().order_by("begins"), *([supposed] if supposed else [])]
    context = {
        "agreement": agreement,
        "supposed": supposed,
        "concerned": [(row.reason, span_of(row)) for row in counted],
        "leads": leads,
        "is_here": is_here,
        "changed": found["handoffs"] + found["leads"],
        "reports": moved_by_exceptions(agreement, supposed, request.now),
        "moves": (moves := _moves(found)),
        "moved": sum(count for _before, _after, count in moves),
        "may": may,
    }
    return TemplateResponse(request, "leads/exceptions_measured.html", context)


def _may_measure(request: PortalRequest, agreement: Agreement) -> bool:
    """Who may sign for a side that one of the exceptions agreed since concerns, if there still is one."""
    own, former = sides_agreed_by(agreement, request.user, request.now), agreement.agreed_exceptions.of_former()
    bound = {side for row in former for side in concerned(row)}
    return bool(own) and (not bound or not bound.isdisjoint(own))


def _measured(count: int) -> str:
    text = ngettext("%(n)s record is measured again.", "%(n)s records are measured again.", count)
    return text % {"n": number(count)} if count else _("Nothing had to change.")


def _moves(found: Counter[str]) -> list[tuple[str, str, int]]:
    """How promises stand, how they would, and how many of them."""
    moves = [(name.partition(">"), count) for name, count in found.most_common() if ">" in name]
    return [(before, after, count) for (before, _sign, after), count in moves]


def _page(request: PortalRequest, agreement: Agreement, *, status: int = 200, **more: Any) -> HttpResponse:
    own = sides_agreed_by(agreement, request.user, request.now)
    shown = shown_exceptions(agreement, request.user, request.now)
    context = {
        "agreement": agreement,
        "waiting": [row for row in shown if row.place == WAITING],
        "standing": [row for row in reversed(shown) if row.place == STANDING],
        "past": [row for row in shown if row.place == PAST],
        "has_any": bool(shown),
        "may_propose": bool(own),
        "others": other_sides(agreement, own),
        "to_measure": any(to_measure_again(agreement)),
        "typed": request.POST,
        "now": request.now,
        "form": ExceptionForm(None, agreement, request.now, own),
        **more,
    }
    return TemplateResponse(request, "leads/exceptions.html", context, status=status)
