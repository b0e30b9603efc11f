"""A year at a glance: quotas typed or pasted in, the targets that follow, and what a change would move."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Min
from django.forms.boundfield import BoundField
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from agreements.document.stored import document_of
from agreements.document.text import digest
from agreements.document.versions import AmendmentRefused, apply
from agreements.models import Agreement
from agreements.months.pasted import read_quotas
from agreements.months.plans import month_plan
from agreements.months.proposing import decides_alone
from agreements.months.targets import MonthNumbers, value_of
from agreements.months.year import PlanningYear
from agreements.pages.fetch import may_plan, plannable, visible, year_of
from agreements.pages.months import months_table
from agreements.pages.months.formula import formula_lines, serves
from agreements.pages.months.months_table import PlannedMonth
from agreements.pages.months.year_form import PasteForm, YearForm, filled_with
from agreements.pages.writing.write import saved
from agreements.terms import Timeline, timeline
from smarketing.accounts.access import readers
from smarketing.accounts.rights import Verb
from smarketing.lib.htmx import fragment, is_partial
from smarketing.lib.numbers import exactly
from smarketing.lib.opened import OpenedForm
from smarketing.lib.periods import FIRST_YEAR, LAST_YEAR, Period
from smarketing.lib.request import PortalRequest


@readers
def year(request: PortalRequest, slug: str) -> HttpResponse:
    agreement = visible(request, slug)
    former, terms = document_of(agreement), timeline(agreement)
    chosen = _year(request, agreement, terms.day_of(request.now))
    form, paste = YearForm(former, chosen), PasteForm(initial={"spread": "working"})
    opened = OpenedForm([form], None, request.path)
    return _answer(request, _context(request, agreement, form, terms) | {"paste": paste, "opened": opened})


@readers
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def plan_year(request: PortalRequest, slug: str) -> HttpResponse:
    """Tried, filled with what was pasted, or saved."""
    agreement = plannable(request, slug)
    if request.method != "POST":
        return redirect("agreements:year", slug)
    Agreement.objects.select_for_update().get(pk=agreement.pk)  # what is compared does not change until it is saved
    agreement = plannable(request, slug)
    former, terms = document_of(agreement), timeline(agreement)
    chosen = _year(request, agreement, terms.day_of(request.now))
    opened = OpenedForm([YearForm(former, chosen)], request.POST, reverse("agreements:year", args=[slug]))
    form, paste = YearForm(former, chosen, opened.data), PasteForm(initial={"spread": "working"})
    do = request.POST.get("do")
    if do == "read":
        form, paste = _read_in(request, form, terms)
    elif do != "preview" and opened.allows(form) and form.given is not None:
        try:
            return saved(request, apply(form.given, by=request.user, at=request.now, seen=digest(former)))
        except AmendmentRefused as refusal:
            form.add_error(None, str(refusal))
    is_asked = do == "preview" or (do == "read" and not paste.errors)
    context = _context(request, agreement, form, terms) | {"paste": paste, "opened": opened}
    return _answer(request, context, status=200 if is_asked else 422)


def _answer(request: PortalRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    if is_partial(request):
        return fragment(request, "agreements/year.html#answer", context, status=status)
    return TemplateResponse(request, "agreements/year.html", context, status=status)


def _year(request: PortalRequest, agreement: Agreement, today: date) -> PlanningYear:
    """The year asked for, by that in which it begins, else that of today."""
    if request.GET.get("year"):
        asked = year_of(request, today).start_on.year
        if not FIRST_YEAR < asked < LAST_YEAR:
            raise Http404
        return PlanningYear(asked, agreement.year_begins)
    first = agreement.versions.current().aggregate(on=Min("effective_on"))["on"]
    return PlanningYear.of(max(today, first or today), agreement.year_begins)


def _read_in(request: PortalRequest, form: YearForm, terms: Timeline) -> tuple[YearForm, PasteForm]:
    """Fills the fields with what was pasted: nothing is saved before it was looked at."""
    paste, chosen, former = PasteForm(request.POST, request.FILES), form.year, form.former
    if not paste.is_valid():
        return form, paste
    place, text = "file" if paste.cleaned_data["file"] else "cells", paste.text()
    if text is None:
        paste.add_error("file", _("This is no text file."))
        return form, paste
    weights = paste.scale(chosen, {month.start_on: _working_days(month, terms) for month in chosen.months})
    split = {"parts": form.parts, "tiers": former.known_tiers}
    found = read_quotas(text, chosen.months, former.currency, weights, **split)
    for fault in found.faults:
        line = _("Line %(line)s") % {"line": fault.line}
        paste.add_error(place, f"{line}: {_(fault.text).format(**fault.values)}")
    if found.faults:
        return form, paste
    again = PasteForm(initial={name: request.POST.get(name) for name in ("spread", "weights")})
    return YearForm(former, chosen, filled_with(found, form.data, chosen, former.currency)), again


def _working_days(month: Period, terms: Timeline) -> int:
    return sum(terms.on(day).calendar.is_working_day(day) for day in month.days())


@dataclass(frozen=True)
class YearRow:
    """A month with its fields, its target and the formula of that; `tried` is what it would have, once it is saved."""

    planned: PlannedMonth
    amount: Decimal | None
    tried: MonthNumbers | None
    quota: BoundField
    named: Sequence[tuple[str, BoundField]]
    working_days: int

    @property
    def leads(self) -> int | None:
        return self.tried.leads if self.tried else self.planned.leads

    @property
    def value(self) -> int | None:
        return value_of(self.tried.by_tier) if self.tried else self.planned.value


@dataclass(frozen=True)
class YearPart:
    """A quarter or the whole year with its sums."""

    label: str
    rows: Sequence[YearRow]

    @property
    def quota(self) -> Decimal | None:
        return _sum([row.amount for row in self.rows])

    @property
    def leads(self) -> Decimal | None:
        return _sum([row.leads for row in self.rows])

    @property
    def value(self) -> Decimal | None:
        return _sum([row.value for row in self.rows])

    @property
    def working_days(self) -> int:
        return sum(row.working_days for row in self.rows)


def _sum(values: Sequence[Decimal | int | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(map(Decimal, known), Decimal(0)) if known else None


@dataclass(frozen=True)
class MovedMonth:
    """What a month has and would have. `is_proposed`: once the other side accepts."""

    month: date
    before: MonthNumbers | None
    after: MonthNumbers | None
    currency: str
    is_proposed: bool

    @property
    def leads(self) -> tuple[int | None, int | None, str]:
        before, after = (numbers.leads if numbers else None for numbers in (self.before, self.after))
        return before, after, _signed((after or 0) - (before or 0))

    @property
    def value(self) -> tuple[int | None, int | None, str] | None:
        before, after = (value_of(numbers.by_tier) if numbers else None for numbers in (self.before, self.after))
        return None if before is None and after is None else (before, after, _signed((after or 0) - (before or 0)))

    @property
    def lines(self) -> list[str]:
        return formula_lines(self.after, self.currency) if self.after else []

    @property
    def serves(self) -> str:
        return serves(self.after) if self.after else ""


def _signed(change: int) -> str:
    return f"+{exactly(change)}" if change > 0 else exactly(change)


def _context(request: PortalRequest, agreement: Agreement, form: YearForm, terms: Timeline) -> dict[str, Any]:
    chosen, today = form.year, terms.day_of(request.now)
    span = Period(chosen.months[0].start_on, "year")
    planned = months_table.months(agreement, span, today, request.access.sides(Verb.PLAN, agreement))
    tried = _tried(request, agreement, form)
    moved = {move.month: move.after for move in tried.get("moves", ())}
    rows = [
        YearRow(
            month,
            form.amount(month.on) if form.is_bound else month.quota,
            moved.get(month.on),
            quota,
            list(zip(form.parts, parts, strict=True)),
            _working_days(Period(month.on), terms),
        )
        for month, (_on, quota, parts) in zip(planned, form.rows(), strict=True)
    ]
    names = [_("Quarter %(n)s") % {"n": n} for n in range(1, 5)]
    return tried | {
        "agreement": agreement,
        "answerable": len(months_table.answerable(agreement, request.access.sides(Verb.PLAN, agreement))),
        "form": form,
        "chosen": chosen,
        "quarters": [YearPart(name, rows[3 * n : 3 * n + 3]) for n, name in enumerate(names)],
        "whole": YearPart(chosen.label, rows),
        "has_value": any(row.value is not None for row in rows),
        "may_edit": may_plan(request, agreement),
        "years_beside": [year for year in (chosen.year - 1, chosen.year + 1) if FIRST_YEAR < year < LAST_YEAR],
    }


def _tried(request: PortalRequest, agreement: Agreement, form: YearForm) -> dict[str, Any]:
    """What would move; nothing where the form was not sent, or cannot be saved as it is."""
    if not form.is_bound or not form.is_valid() or form.given is None:
        return {}
    alone = decides_alone(agreement, request.user)
    plan = month_plan(agreement, form.former, form.given, at=request.now, alone=alone)
    agreed = {target.month: target.numbers for target in agreement.targets.agreed()}
    new = sorted({**plan.new, **plan.proposed}.items())
    moves = [MovedMonth(on, agreed.get(on), to, agreement.currency, on in plan.proposed) for on, to in new]
    return {"moves": [move for move in moves if move.before != move.after], "told": plan.told, "is_tried": True}
