"""What people do about strikes: a root-cause sheet, what is owed, and having a month judged again."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from agreements.models import Agreement
from agreements.pages.writing.kinds import DayField
from leads.refusals import Refused
from reports.enums import NoteKind
from reports.models import AskedAgain, JudgedMonth, JudgedObjective, Owed, RootCause, StrikeNote
from reports.pages.opened import Opened, opened
from reports.pages.scorecard import label_of
from reports.pages.strikes.words import figures
from reports.pages.views import shown_page
from reports.strikes.judging import accept_again, ask_again, drop_again
from reports.strikes.owing import TURNS, turn
from reports.strikes.record import around
from smarketing.accounts.access import approvers, readers
from smarketing.accounts.models import Side, User
from smarketing.accounts.rights import Verb
from smarketing.lib.ahead import too_far
from smarketing.lib.choosing import OneRow
from smarketing.lib.notices import say
from smarketing.lib.opened import OpenedForm
from smarketing.lib.periods import Period
from smarketing.lib.request import PortalRequest
from smarketing.lib.spoken import period_name

MISS = ("month", "side", "measure", "tier", "is_rest")


class RootCauseForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = RootCause
        fields = ("cause", "what_happened", "action", "owner", "due_on", "done_on")
        widgets = {
            "what_happened": forms.Textarea({"rows": 3}),
            "action": forms.Textarea({"rows": 3}),
        }
        field_classes = {"owner": OneRow, "due_on": DayField, "done_on": DayField}

    def __init__(self, *args: Any, team_id: int, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        people = User.objects.filter(memberships__team=team_id, is_active=True).distinct().order_by("name")
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]
        self.fields["owner"].required = self.fields["due_on"].required = True

    def clean_due_on(self) -> date:
        due_on: date = self.cleaned_data["due_on"]
        if refusal := too_far(due_on, self.today):
            raise forms.ValidationError(refusal)
        return due_on


class TurnForm(forms.Form):
    text = forms.CharField(max_length=1000, required=False)
    on = DayField(required=False)


@readers
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def root_cause(request: PortalRequest, slug: str, pk: int) -> HttpResponse:
    """Both sides read it; the side that missed writes it."""
    at_hand = opened(request, slug)
    own = _miss(at_hand, pk)
    may_write = own.side in request.access.sides(Verb.EXCUSE, at_hand.agreement)
    if request.method == "POST":
        if not may_write:
            raise PermissionDenied
        Agreement.objects.select_for_update().get(pk=at_hand.agreement.pk)  # two may write the first one at once
    sheet, team_id = _sheet(own), getattr(at_hand.agreement, f"{own.side}_team_id")
    given: dict[str, Any] = {"instance": sheet, "team_id": team_id, "today": at_hand.today}
    form = RootCauseForm(**given)
    seen = OpenedForm([form], request.POST, request.path)
    if seen.data is not None:
        before = _said(sheet)
        form = RootCauseForm(seen.data, **given)
        if seen.allows(form):
            form.save()
            _note(sheet, before, request)
            say(request, _("The sheet is saved: both sides read it."))
            return redirect("reports:root_cause", slug, pk)
    context = {
        "agreement": at_hand.agreement,
        "own": own,
        "month": period_name(Period(own.judged.month)),
        "label": label_of(own),
        "figures": figures(own),
        "side": Side(own.side).label,
        "form": form,
        "opened": seen,
        "may_write": may_write,
        "sheet": sheet if sheet.pk else None,
        "around": [(period_name(Period(one.judged.month)), one, figures(one)) for one in around(own)],
        "notes": [(note, _changes(note)) for note in sheet.notes.select_related("by")] if sheet.pk else [],
        "strikes_url": at_hand.links.page("strikes"),
    }
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "reports/root_cause.html", context, status=status)


def _miss(at_hand: Opened, pk: int) -> JudgedObjective:
    known = JudgedObjective.objects.select_related("judged")
    found: JudgedObjective = get_object_or_404(known, pk=pk, judged__agreement=at_hand.agreement, state="missed")
    return found


def _sheet(own: JudgedObjective) -> RootCause:
    miss = {"agreement_id": own.judged.agreement_id, "month": own.judged.month}
    miss |= {name: getattr(own, name) for name in MISS[1:]}
    return RootCause.objects.filter(**miss).first() or RootCause(**miss)


def _said(sheet: RootCause) -> dict[str, str]:
    """Every field as the history tells it."""
    said = {
        "cause": sheet.get_cause_display() if sheet.cause else "",
        "owner": str(sheet.owner or ""),
        "due_on": _day(sheet.due_on),
        "done_on": _day(sheet.done_on),
    }
    return {"what_happened": sheet.what_happened, "action": sheet.action, **said}


def _day(on: date | None) -> str:
    return on.isoformat() if on else ""


def _note(sheet: RootCause, before: dict[str, str], request: PortalRequest) -> None:
    after = _said(sheet)
    changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if changes:
        StrikeNote(sheet=sheet, kind=NoteKind.SHEET, changes=changes, by=request.user, at=request.now).save()


def _changes(note: StrikeNote) -> list[tuple[str, str, str]]:
    """By the name of its field: before and after."""
    names = {field.name: str(field.verbose_name) for field in RootCause._meta.fields}
    return [(names[name], before, after) for name, (before, after) in note.changes.items()]


@approvers
@require_POST
def settle_owed(request: PortalRequest, slug: str, pk: int) -> HttpResponse:
    """Given, confirmed, disputed or waived."""
    at_hand = opened(request, slug)
    request.access.check(Verb.APPROVE, at_hand.agreement)
    owed = get_object_or_404(Owed, pk=pk, agreement=at_hand.agreement)
    name, form = request.POST.get("turn", ""), TurnForm(request.POST)
    if name not in TURNS:
        raise PermissionDenied
    if form.is_valid():
        said = form.cleaned_data | {"on": form.cleaned_data["on"] or at_hand.today}
        sides = request.access.sides(Verb.APPROVE, at_hand.agreement)
        try:
            if name == "give" and said["on"] > at_hand.today:
                form.add_error("on", _("The day lies in the future."))
            elif name == "give" and said["on"] < owed.month:
                form.add_error("on", _("The day lies before the month of which it is owed."))
            else:
                turn(owed, name, sides=sides, **said, by=request.user, at=request.now)
        except Refused as refusal:
            form.add_error("text", str(refusal))
    if form.errors:
        return shown_page(request, at_hand, "strikes", 422, refused={"pk": pk, "turn": name, "form": form})
    say(request, _("Noted: both sides see it."))
    return redirect(f"{at_hand.links.page('strikes')}#owed-{pk}")


@approvers
@require_POST
def judge_again(request: PortalRequest, slug: str, pk: int) -> HttpResponse:
    """Asked for with a reason by one side; accepted or declined by the other."""
    at_hand = opened(request, slug)
    request.access.check(Verb.APPROVE, at_hand.agreement)
    judged = get_object_or_404(JudgedMonth, pk=pk, agreement=at_hand.agreement, is_current=True)
    sides = request.access.sides(Verb.APPROVE, at_hand.agreement)
    try:
        if not sides:
            raise Refused(_("That is for the two sides to say."))
        say(request, _decided(request, judged, sides))
    except Refused as refusal:
        said = {"pk": pk, "reason": request.POST.get("reason", ""), "text": str(refusal)}
        return shown_page(request, at_hand, "strikes", 422, refused_again=said)
    return redirect(at_hand.links.of(Period(judged.month)).page("strikes"))


def _decided(request: PortalRequest, judged: JudgedMonth, sides: list[Side]) -> str:
    decision, by, at = request.POST.get("decision", ""), request.user, request.now
    asked = AskedAgain.objects.filter(agreement_id=judged.agreement_id, month=judged.month).first()
    asked_id = asked.pk if asked else 0
    if decision == "ask":
        ask_again(judged, reason=request.POST.get("reason", "")[:1000], side=sides[0], by=by, at=at)
        return _("Asked: the other side decides whether the month is judged again.")
    if decision == "accept":
        side = next((side for side in sides if asked is None or side != asked.side), sides[0])
        accept_again(asked_id, side=side, by=by, at=at)
        return _("The month is judged again. The former judgement stays on record.")
    drop_again(asked_id)
    return _("The month stays as it was judged.")
