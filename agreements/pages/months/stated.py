"""Figures that a side states for a month: of promises that the portal has no records of."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from agreements.models import Agreement, StatedFigure
from agreements.months.proposing import sides_led
from agreements.months.stated import StatementRefused, object_to, promised_for, rows_of, state_figures
from agreements.pages.fetch import visible
from agreements.pages.fields import NumberField
from agreements.promises.measures import COUNT, STATED
from agreements.promises.promise import Promise
from agreements.terms import Timeline, timeline
from smarketing.accounts.access import readers
from smarketing.accounts.models import Side
from smarketing.lib import words
from smarketing.lib.notices import say
from smarketing.lib.numbers import number
from smarketing.lib.periods import Period, PeriodError, period_of
from smarketing.lib.request import PortalRequest


@dataclass(frozen=True)
class StatedRow:
    """A promise of the month with all that was stated about it, the latest first."""

    promise: Promise
    name: str
    side: Side
    figures: list[StatedFigure]
    field: Any
    may_object: bool

    @property
    def now(self) -> StatedFigure | None:
        return self.figures[0] if self.figures else None

    @property
    def former(self) -> list[StatedFigure]:
        return self.figures[1:]


class StatedForm(forms.Form):
    """A field for each promise of the month that is one's own to state."""

    note = forms.CharField(max_length=300, required=False)

    def __init__(self, data: Any, promises: list[Promise], standing: dict[tuple[str, str], StatedFigure]) -> None:
        super().__init__(data)
        self.places: dict[str, Promise] = {f"figure_{n}": promise for n, promise in enumerate(promises)}
        for name, promise in self.places.items():
            places = 0 if STATED[promise.measure].unit == COUNT else 2
            known = standing.get((promise.measure, promise.tier_key))
            self.fields[name] = NumberField(
                label=name_of(promise),
                required=False,
                min_value=0,
                max_digits=18,
                decimal_places=places,
                initial=None if known is None or known.figure is None else round(known.figure, places),
            )
        self.fields["note"].label = _("Note; where a figure changes, the reason")
        self.order_fields([*self.places, "note"])

    @property
    def figures(self) -> dict[tuple[str, str], Decimal | None]:
        return {(made.measure, made.tier): self.cleaned_data[name] for name, made in self.places.items()}

    def field_of(self, place: object) -> str | None:
        if place == "note":
            return "note"
        return next((name for name, made in self.places.items() if (made.measure, made.tier) == place), None)


def name_of(promise: Promise) -> str:
    name = _(STATED[promise.measure].name)
    return f"{name}, {promise.tier}" if promise.tier else name


@readers
@require_http_methods(["GET", "HEAD", "POST"])
def stated(request: PortalRequest, slug: str) -> HttpResponse:
    agreement = visible(request, slug)
    known = timeline(agreement)
    month = _month(request, known)
    form = _form(request, agreement, known, month)
    if request.method == "POST":
        if not form.places:
            raise PermissionDenied
        if form.is_valid():
            try:
                made = state_figures(
                    agreement, month, form.figures, note=form.cleaned_data["note"], by=request.user, at=request.now
                )
            except StatementRefused as refusal:
                form.add_error(form.field_of(refusal.field), str(refusal))
            else:
                text = ngettext("%(n)s figure is stated.", "%(n)s figures are stated.", len(made))
                say(request, text % {"n": number(len(made))} if made else _("Nothing changed."))
                return redirect(_address(agreement, month))
    return _page(request, agreement, known, month, form)


@readers
@require_POST
def object_to_figure(request: PortalRequest, slug: str, pk: int) -> HttpResponse:
    agreement = visible(request, slug)
    figure = get_object_or_404(agreement.stated_figures.select_related("agreement"), pk=pk)
    try:
        object_to(figure, note=request.POST.get("note", ""), by=request.user, at=request.now)
    except StatementRefused as refusal:
        say(request, str(refusal), level=messages.ERROR)
    else:
        say(request, _("Your objection stands beside the figure."))
    return redirect(_address(agreement, figure.month))


def _address(agreement: Agreement, month: date) -> str:
    return f"{reverse('agreements:stated', args=[agreement.slug])}?month={month:%Y-%m}"


def _month(request: PortalRequest, known: Timeline) -> date:
    """The month asked for; else the one before, if something was promised for it, or this one."""
    today = known.day_of(request.now)
    try:
        asked = period_of(request.GET.get("month", ""))
        if asked.kind == "month" and asked.start_on <= today:
            return asked.start_on
    except PeriodError:
        pass
    this = Period.of(today)
    return (this.previous() if promised_for(known, this.previous().start_on, today) else this).start_on


def _own(request: PortalRequest, agreement: Agreement, promises: list[Promise]) -> list[Promise]:
    sides = sides_led(agreement, request.user)
    return [promise for promise in promises if STATED[promise.measure].side in sides]


def _latest(rows: list[StatedFigure]) -> dict[tuple[str, str], StatedFigure]:
    return {(row.measure, words.key(row.tier)): row for row in rows}


def _form(request: PortalRequest, agreement: Agreement, known: Timeline, month: date) -> StatedForm:
    own = _own(request, agreement, promised_for(known, month, known.day_of(request.now)))
    return StatedForm(request.POST or None, own, _latest(rows_of(agreement, month)))


def _page(request: PortalRequest, agreement: Agreement, known: Timeline, month: date, form: StatedForm) -> HttpResponse:
    today, period = known.day_of(request.now), Period(month)
    later = period.next()
    context = {
        "agreement": agreement,
        "month": month,
        "rows": list(_rows(request, agreement, promised_for(known, month, today), month, form)),
        "form": form,
        "before_url": _address(agreement, period.previous().start_on),
        "after_url": _address(agreement, later.start_on) if later.start_on <= today else "",
        "now": request.now,
    }
    return TemplateResponse(request, "agreements/stated.html", context, status=422 if form.is_bound else 200)


def _rows(
    request: PortalRequest, agreement: Agreement, promises: list[Promise], month: date, form: StatedForm
) -> Iterator[StatedRow]:
    told, led = rows_of(agreement, month), sides_led(agreement, request.user)
    fields = {(made.measure, made.tier): form[name] for name, made in form.places.items()}
    for promise in promises:
        side = Side(STATED[promise.measure].side)
        own = [row for row in told if (row.measure, words.key(row.tier)) == (promise.measure, promise.tier_key)]
        may_object = any(other != side for other in led)
        field = fields.get((promise.measure, promise.tier))
        yield StatedRow(promise, name_of(promise), side, own[::-1], field, may_object)
