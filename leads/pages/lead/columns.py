"""The columns of the files of leads, declared once: CSV and XLSX have the same."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from leads.enums import OUTSIDE_WORDS
from leads.pages.lead.rows import Listed
from leads.templatetags.leads import state_name

Cell = str | datetime


@dataclass(frozen=True)
class Column:
    """Its instants are the wall time of the lead's agreement."""

    label: str | Promise
    cell: Callable[[Listed], Cell]


def _state(row: Listed) -> str:
    state = row.handoff.state if row.handoff else row.outcome
    return state_name(state) if state else gettext("Not handed over")


def _created(row: Listed) -> datetime:
    return row.lead.created_at.astimezone(ZoneInfo(row.lead.agreement.time_zone)).replace(tzinfo=None)


def _outside(row: Listed) -> str:
    return "; ".join(one.get_outside_reason_display() for one in row.outside)


COLUMNS = (
    Column(_("Name"), lambda row: row.lead.name),
    Column(_("Company"), lambda row: row.lead.company),
    Column(_("E-mail"), lambda row: row.lead.email),
    Column(_("Phone"), lambda row: row.lead.phone),
    Column(_("State"), _state),
    Column(_("Source"), lambda row: row.lead.source),
    Column(_("Tier"), lambda row: row.lead.tier),
    Column(pgettext_lazy("lead", "Created"), _created),
    Column(_("Rep"), lambda row: row.rep),
    Column(_("Agreement"), lambda row: str(row.lead.agreement)),
    Column(OUTSIDE_WORDS, _outside),
)


def heads() -> list[str]:
    return [str(column.label) for column in COLUMNS]


def cells(row: Listed) -> list[Cell]:
    return [column.cell(row) for column in COLUMNS]
