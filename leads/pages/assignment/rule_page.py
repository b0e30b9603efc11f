"""One rule: written, tried on the leads of the last weeks before it counts, switched on and off, moved, deleted."""

from typing import Any

from django.contrib.messages import ERROR
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from agreements.models import Agreement
from leads.assignment import deciding
from leads.assignment.fairness import may_name_reps
from leads.assignment.trying import DAYS, tried
from leads.models import AssignmentRule
from leads.pages.assignment.desk_page import seen_agreement
from leads.pages.assignment.forms import RuleDraft
from leads.refusals import Refused
from smarketing.accounts.access import sales_leads
from smarketing.accounts.rights import Verb
from smarketing.lib.notices import say
from smarketing.lib.request import PortalRequest

TRY = "try"


def led_rule(request: PortalRequest, pk: int) -> AssignmentRule:
    agreements = Agreement.objects.visible_to(request.access)
    rules = AssignmentRule.objects.filter(agreement__in=agreements).select_related("agreement__sales_team")
    rule = get_object_or_404(rules, pk=pk)
    request.access.check(Verb.ASSIGN, rule.agreement)
    return rule


@sales_leads
@require_http_methods(["GET", "HEAD", "POST"])
def new_rule(request: PortalRequest, slug: str) -> HttpResponse:
    return _page(request, seen_agreement(request, slug), None)


@sales_leads
@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: PortalRequest, pk: int) -> HttpResponse:
    found = led_rule(request, pk)
    return _page(request, found.agreement, found)


def _page(request: PortalRequest, agreement: Agreement, rule: AssignmentRule | None) -> HttpResponse:
    """With `try` nothing is saved: the page shows what the rule as it is written would have done."""
    draft = RuleDraft(rule, agreement.sales_team_id, request.POST or None, request.path)
    context: dict[str, Any] = {"agreement": agreement, "rule": rule, "draft": draft, "days": DAYS}
    status = 200
    if request.method == "POST":
        is_sound = draft.is_sound()
        if is_sound and draft.text and TRY not in request.POST:
            try:
                return _saved(request, agreement, rule, draft.text)
            except Refused as refusal:
                draft.form.add_error(None, str(refusal))
        elif is_sound and draft.text:
            context["names_reps"] = may_name_reps(agreement)
            context["tried"] = tried(agreement, draft.text, rule, at=request.now)
        status = 200 if "tried" in context else 422
    return TemplateResponse(request, "leads/assignment/rule.html", context, status=status)


def _saved(
    request: PortalRequest, agreement: Agreement, rule: AssignmentRule | None, text: deciding.RuleText
) -> HttpResponse:
    if rule is None:
        deciding.make_rule(agreement, text, by=request.user, at=request.now)
        say(request, _("The rule “%(name)s” is kept. It is off until you switch it on.") % {"name": text.name})
    else:
        deciding.change_rule(rule, text, by=request.user, at=request.now)
        say(request, _("Your changes are saved."))
    return redirect("leads:desk", agreement.slug)


@sales_leads
@require_POST
def switch_rule(request: PortalRequest, pk: int) -> HttpResponse:
    found, on = led_rule(request, pk), request.POST.get("on") == "1"
    deciding.switch_rule(found, on=on, by=request.user, at=request.now)
    text = _("“%(name)s” is on: it concerns leads handed over from now on.") if on else _("“%(name)s” is off.")
    say(request, text % {"name": found.name})
    return redirect("leads:desk", found.agreement.slug)


@sales_leads
@require_POST
def move_rule(request: PortalRequest, pk: int) -> HttpResponse:
    found = led_rule(request, pk)
    deciding.move_rule(found, up=request.POST.get("up") == "1")
    return redirect("leads:desk", found.agreement.slug)


@sales_leads
@require_POST
def delete_rule(request: PortalRequest, pk: int) -> HttpResponse:
    found = led_rule(request, pk)
    if found.is_on:
        say(request, _("Switch the rule off first."), level=ERROR)
    else:
        deciding.delete_rule(found)
        say(request, _("The rule “%(name)s” is deleted.") % {"name": found.name})
    return redirect("leads:desk", found.agreement.slug)
