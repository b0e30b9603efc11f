"""The words for what stands on an agenda: made when it is looked at, so that minutes are read in every language."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import Agreement
from agreements.pages.reading.overview import dated_span
from reports.enums import OwedState
from reports.judgement import Judgement
from reports.models import Owed
from reports.pages.links import Links
from reports.pages.scorecard import against, label_of, promise_of
from reports.pages.strikes.words import owed_text
from smarketing.accounts.models import Side
from smarketing.lib.numbers import NOTHING, number
from smarketing.lib.periods import Period
from smarketing.lib.spoken import period_name

Facts = Mapping[str, Any]
NO_IDS = np.array([], dtype=np.int64)


@dataclass(frozen=True)
class FigureCell:
    """What a month brought against what was promised for it."""

    figures: str
    state: str


@dataclass(frozen=True)
class FigureTable:
    """A row for each promise, a column for each month with its scorecard."""

    months: list[tuple[str, str]]
    rows: list[tuple[str, str, list[FigureCell | None]]]


@dataclass(frozen=True)
class ShownPoint:
    title: str
    text: str = ""
    url: str = ""
    table: FigureTable | None = None
    note: str = ""
    pk: int | None = None


def shown_points(agreement: Agreement, points: Iterable[Mapping[str, Any]]) -> list[ShownPoint]:
    """`points` as they are kept: kind, facts and note."""
    return [WORDS[point["kind"]](agreement, point["facts"], point.get("note", "")) for point in points]


def _agreed(agreement: Agreement, facts: Facts, note: str) -> ShownPoint:
    return ShownPoint(_("What the agreement says is looked at"), facts["text"], agreement.get_absolute_url(), note=note)


def _figures(agreement: Agreement, facts: Facts, note: str) -> ShownPoint:
    months = [(_month(one["month"]), _scorecard(agreement, one["month"])) for one in facts["months"]]
    rows: dict[tuple[str, str], list[FigureCell | None]] = {}
    for place, one in enumerate(facts["months"]):
        for kept in one["figures"]:
            found = judgement(kept)
            measure = found.measure
            cells = rows.setdefault((label_of(found), found.side), [None] * len(months))
            cells[place] = FigureCell(against(measure, found.delivered, found.promised), found.state)
    table = FigureTable(months, [(label, side, cells) for (label, side), cells in rows.items()])
    return ShownPoint(_("Figures since the last review"), table=table, note=note)


def _missed(agreement: Agreement, facts: Facts, note: str) -> ShownPoint:
    found = judgement(facts["figure"])
    title = _("Missed: %(promise)s") % {"promise": label_of(found)}
    text = "; ".join([promise_of(found), ", ".join(map(_month, facts["months"]))])
    return ShownPoint(title, text, _scorecard(agreement, facts["months"][-1]), note=note)


def judgement(kept: Facts) -> Judgement:
    """With the figures and without the handoffs behind them."""
    return Judgement(about=NO_IDS, judged=NO_IDS, kept=NO_IDS, excused=NO_IDS, **kept)


def _proposal(agreement: Agreement, facts: Facts, note: str) -> ShownPoint:
    title = _("Version %(number)s is proposed and not signed by everybody") % {"number": facts["number"]}
    return ShownPoint(title, url=reverse("agreements:version", args=[agreement.slug, facts["pk"]]), note=note)


def _targets_waiting(agreement: Agreement, facts: Facts, note: str) -> ShownPoint:
    title = _("Targets that are proposed and not accepted")
    said = [f"{_month(one['month'])}: {number(one['leads'])}" for one in facts["targets"]]
    return ShownPoint(title, ", ".join(said), _calculator(agreement, facts["targets"][0]["month"]), note=note)


def _no_target(agreement: Agreement, facts: Facts, note: str) -> ShownPoint:
    text, first = ", ".join(map(_month, facts["months"])), facts["months"][0]
    return ShownPoint(_("Months without an agreed target"), text, _calculator(agreement, first), note=note)


def _exception(agreement: Agreement, facts: Facts, note: str) -> ShownPoint:
    title = _("An exception is proposed and not answered: %(reason)s") % {"reason": facts["reason"]}
    text = dated_span(facts["begins"], facts["ends"])
    return ShownPoint(title, text, reverse("exceptions:exceptions", args=[agreement.slug]), note=note)


def _excuses(agreement: Agreement, facts: Facts, note: str) -> ShownPoint:
    text = ngettext("%(n)s excuse waits for an answer", "%(n)s excuses wait for an answer", facts["count"])
    return ShownPoint(text % {"n": number(facts["count"])}, url=reverse("leads:excuses"), note=note)


def _owed(agreement: Agreement, facts: Facts, note: str) -> ShownPoint:
    said = ("months", "within_months", "is_reward", "follows", "currency")
    amount = None if facts["amount"] is None else Decimal(facts["amount"])
    owed = Owed(**{name: facts[name] for name in said}, amount=amount)
    title = _("Owed by %(side)s: %(what)s") % {"side": Side(facts["by"]).label, "what": owed_text(owed)}
    text = f"{_month(facts['month'])}, {OwedState(facts['state']).label}"
    return ShownPoint(title, text, _strikes_of(agreement, facts["month"]), note=note)


def _no_cause(agreement: Agreement, facts: Facts, note: str) -> ShownPoint:
    text = ", ".join(map(_month, facts["months"]))
    return ShownPoint(
        _("Missed, and nobody has written down why"), text, _strikes_of(agreement, facts["months"][-1]), note=note
    )


def _cause(agreement: Agreement, facts: Facts, note: str) -> ShownPoint:
    """What a root-cause sheet says is to be done."""
    due_on = date_format(date.fromisoformat(facts["due_on"]), "DATE_FORMAT") if facts["due_on"] else NOTHING
    text = _("%(owner)s, due %(on)s") % {"owner": facts["owner"] or NOTHING, "on": due_on}
    title = _("Not done yet: %(decision)s") % {"decision": facts["action"]}
    return ShownPoint(title, text, _strikes_of(agreement, facts["month"]), note=note)


def _decision(agreement: Agreement, facts: Facts, note: str) -> ShownPoint:
    due_on = date_format(date.fromisoformat(facts["due_on"]), "DATE_FORMAT")
    text = _("%(owner)s, due %(on)s") % {"owner": facts["owner"], "on": due_on}
    return ShownPoint(_("Not done yet: %(decision)s") % {"decision": facts["text"]}, text, note=note)


def _point(agreement: Agreement, facts: Facts, note: str) -> ShownPoint:
    return ShownPoint(facts["text"], facts["by"] or NOTHING, note=note, pk=facts["pk"])


def _month(label: str) -> str:
    return period_name(Period.parse(label))


def _scorecard(agreement: Agreement, label: str) -> str:
    return Links(agreement.slug, Period.parse(label)).page("scorecard")


def _strikes_of(agreement: Agreement, label: str) -> str:
    return Links(agreement.slug, Period.parse(label)).page("strikes")


def _calculator(agreement: Agreement, label: str) -> str:
    return f"{reverse('agreements:calculator', args=[agreement.slug])}?month={label}"


WORDS: dict[str, Callable[[Agreement, Facts, str], ShownPoint]] = {
    "agreed": _agreed,
    "figures": _figures,
    "missed": _missed,
    "proposal": _proposal,
    "targets_waiting": _targets_waiting,
    "no_target": _no_target,
    "exception": _exception,
    "excuses": _excuses,
    "owed": _owed,
    "no_cause": _no_cause,
    "cause": _cause,
    "decision": _decision,
    "point": _point,
}
