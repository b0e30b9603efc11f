"""Rows that say something else than what is known: seen with both values, downloaded, taken over."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.messages import ERROR
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from leads.doors.dictionary import read_for
from leads.doors.files.preview import shown
from leads.doors.files.reading.rows import unpacked
from leads.doors.files.wording import field_name
from leads.doors.files.writing.corrections import take_over
from leads.models import DifferingRow, ImportRun
from leads.pages.answers import csv_file
from leads.pages.fetch import marketed_run
from smarketing.accounts.access import marketers
from smarketing.lib.notices import say
from smarketing.lib.request import PortalRequest

SHOWN = 100


@dataclass(frozen=True)
class Otherwise:
    """One field of a row: what is known, and what the file says."""

    name: str
    known: str
    said: str


@dataclass(frozen=True)
class Shown:
    row: DifferingRow
    fields: list[Otherwise]


class TakeOverForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)
    rows = forms.MultipleChoiceField(required=False)

    def __init__(self, data: Any, *, run: ImportRun) -> None:
        super().__init__(data)
        pending = run.differing_rows.filter(taken_at=None).values_list("pk", flat=True)
        rows = self.fields["rows"]
        assert isinstance(rows, forms.MultipleChoiceField)
        rows.choices = [(str(pk), str(pk)) for pk in pending]


def differing_rows(run: ImportRun) -> list[Shown]:
    """The first of them; the download has all."""
    read = _reader(run)
    rows = run.differing_rows.select_related("lead", "taken_by")[:SHOWN]
    return [Shown(row, _fields(row, read)) for row in rows]


def _reader(run: ImportRun) -> Callable[[str, Any], str]:
    """Shows a value of a field in the zone and the words of the run's agreement."""
    own = read_for(run.agreement)
    return partial(shown, zone=ZoneInfo(own["time_zone"]), reasons=own["reasons"])


def _fields(row: DifferingRow, read: Callable[[str, Any], str]) -> list[Otherwise]:
    known, said = unpacked(row.known), unpacked(row.said)
    names = [name for name in said if name != "precision"]
    return [Otherwise(field_name(name), read(name, known[name]), read(name, said[name])) for name in names]


@marketers
@require_POST
def take(request: PortalRequest, pk: int) -> HttpResponse:
    """Takes over the rows that were ticked, or all that are still pending."""
    run = marketed_run(request, pk)
    form = TakeOverForm(request.POST, run=run)
    is_all = "all" in request.POST
    if not form.is_valid() or not (is_all or form.cleaned_data["rows"]):
        say(request, _("Choose rows and say why they should be applied."), level=ERROR)
        return redirect(run)
    chosen = None if is_all else [int(one) for one in form.cleaned_data["rows"]]
    answer = take_over(run, by=request.user, at=request.now, reason=form.cleaned_data["reason"], row_ids=chosen)
    told = ngettext("%(n)d row was applied.", "%(n)d rows were applied.", answer.taken) % {"n": answer.taken}
    say(request, told)
    for row, refusal in answer.refused[:3]:
        say(request, _("Line %(line)d: %(reason)s") % {"line": row.line, "reason": refusal}, level=ERROR)
    return redirect(run)


@marketers
@require_safe
def download(request: PortalRequest, pk: int) -> HttpResponseBase:
    run = marketed_run(request, pk)
    return csv_file(request, f"differing-{run.pk}", lambda: _rows(run), count=run.differing_rows.count())


def _rows(run: ImportRun) -> Iterator[list[object]]:
    read = _reader(run)
    yield [_("line"), _("lead"), _("field"), _("known here"), _("in the file"), _("applied")]
    for row in run.differing_rows.iterator():
        taken = row.taken_at.isoformat() if row.taken_at else ""
        for one in _fields(row, read):
            yield [row.line, row.external_id, one.name, one.known, one.said, taken]
