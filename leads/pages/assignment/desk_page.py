"""The rules by which leads are given to a sales team, in their order; what is wrong with them; who takes how many."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agreements.criterion_words import criterion_text
from agreements.document.differences import hours_text
from agreements.hours import WEEKDAYS
from agreements.models import Agreement
from leads.assignment import deciding
from leads.assignment.fairness import may_name_reps
from leads.assignment.health import findings
from leads.assignment.staffing import Staff, staff_of
from leads.models import AssignmentRule, Handoff, Seat
from leads.pages.assignment.forms import DAY_NAMES, SeatForm
from leads.pages.assignment.words import finding_text
from smarketing.accounts.access import sales_leads
from smarketing.accounts.models import User
from smarketing.accounts.rights import Verb
from smarketing.lib.notices import say
from smarketing.lib.opened import OpenedForm
from smarketing.lib.request import PortalRequest


@dataclass(frozen=True)
class RuleRow:
    rule: AssignmentRule
    conditions: list[str]
    reps: list[str]


@dataclass(frozen=True)
class SeatRow:
    """`open` and `today` beside their caps; `away` where the rep is absent when the team works next."""

    rep: User
    seat: Seat
    takes_part: bool
    open: int
    today: int
    is_away: bool
    hours: list[str]


def seen_agreement(request: PortalRequest, slug: str) -> Agreement:
    """Of a sales team that this person leads."""
    agreement: Agreement = get_object_or_404(Agreement.objects.visible_to(request.access).with_teams(), slug=slug)
    request.access.check(Verb.ASSIGN, agreement)
    return agreement


@sales_leads
@require_safe
def desks(request: PortalRequest) -> HttpResponse:
    agreements = list(Agreement.objects.led_by(request.access))
    if len(agreements) == 1:
        return redirect("leads:desk", agreements[0].slug)
    return TemplateResponse(request, "leads/assignment/desks.html", {"agreements": agreements})


@sales_leads
@require_safe
def desk(request: PortalRequest, slug: str) -> HttpResponse:
    agreement = seen_agreement(request, slug)
    rules = list(agreement.assignment_rules.prefetch_related("shares__rep"))
    waiting = Handoff.objects.open().filter(agreement=agreement, rep=None, rep_name="").count()
    context = {
        "agreement": agreement,
        "rules": [_rule_row(rule) for rule in rules],
        "findings": [finding_text(one) for one in findings(agreement, at=request.now)],
        "seats": seat_rows(staff_of(agreement, at=request.now)),
        "waiting": waiting,
        "names_reps": may_name_reps(agreement),
        "may_give": waiting and any(rule.is_on for rule in rules),
        "now": request.now,
    }
    return TemplateResponse(request, "leads/assignment/desk.html", context)


def _rule_row(rule: AssignmentRule) -> RuleRow:
    named = [] if rule.is_for_all else sorted(share.rep.name for share in rule.shares.all() if share.is_named)
    return RuleRow(rule, [criterion_text(one) for one in rule.criteria], named)


def seat_rows(staff: Staff) -> list[SeatRow]:
    people = User.objects.filter(pk__in=staff.roles).order_by("name", "pk")
    return [
        SeatRow(
            rep=rep,
            seat=(seat := staff.seats.get(rep.pk) or Seat()),
            takes_part=staff.takes_part(rep.pk),
            open=staff.open[rep.pk],
            today=staff.today[rep.pk],
            is_away=staff.presence[rep.pk].why_not(staff.moment) == "away",
            hours=[f"{DAY_NAMES[day]} {hours_text(seat.hours[day])}" for day in WEEKDAYS if seat.hours.get(day)],
        )
        for rep in people
    ]


@sales_leads
@require_http_methods(["GET", "HEAD", "POST"])
def seat(request: PortalRequest, slug: str, pk: int) -> HttpResponse:
    agreement = seen_agreement(request, slug)
    staff = staff_of(agreement, at=request.now)
    person = get_object_or_404(User.objects.filter(pk__in=staff.roles), pk=pk)
    kept = SeatForm.initial_of(staff.seats.get(pk) or Seat(), takes_part=staff.takes_part(pk))
    form = SeatForm(initial=kept)
    opened = OpenedForm([form], request.POST, request.path)
    if opened.data is not None:
        form = SeatForm(opened.data, initial=kept)
    if opened.allows(form):
        deciding.keep_seat(agreement, person, form.values())
        say(request, _("Your changes are saved."))
        return redirect("leads:desk", slug)
    context = {"agreement": agreement, "person": person, "form": form, "opened": opened}
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "leads/assignment/seat.html", context, status=status)


@sales_leads
@require_POST
def give_waiting(request: PortalRequest, slug: str) -> HttpResponse:
    agreement = seen_agreement(request, slug)
    drawn = deciding.give_waiting(agreement, at=request.now)
    given, left = len(drawn.given), len(drawn.nobody_free) + len(drawn.left)
    text = ngettext("%(n)d lead is given by the rules.", "%(n)d leads are given by the rules.", given) % {"n": given}
    if left:
        stays = ngettext("%(n)d stays in the pool.", "%(n)d stay in the pool.", left) % {"n": left}
        text = f"{text} {stays}"
    say(request, text)
    return redirect("leads:desk", slug)
