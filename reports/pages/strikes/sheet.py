"""The page of the strikes: the judged months of an agreement, what followed from them, and what was done about it."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _

from reports.enums import OwedState
from reports.models import JudgedObjective, Owed, RootCause
from reports.pages.exports import as_csv
from reports.pages.filters import PeriodFilter
from reports.pages.opened import Opened
from reports.pages.scorecard import label_of
from reports.pages.strikes.words import figures, months_text, next_text, owed_text, rule_text, since_text
from reports.strikes.owing import TURNS
from reports.strikes.record import JudgedCell, StrikeRecord, record_of
from reports.strikes.rule import NOTHING
from smarketing.accounts.models import Side
from smarketing.accounts.rights import Verb
from smarketing.lib.periods import Period
from smarketing.lib.spoken import period_name

COLUMNS = ("month", "side", "measure", "tier", "is_rest", "promised", "delivered", "handoffs", "state", "version")


@dataclass(frozen=True)
class OwedLine:
    """`turns` is what this person may say about it now."""

    owed: Owed
    turns: tuple[str, ...]

    @property
    def text(self) -> str:
        return owed_text(self.owed)

    @property
    def month(self) -> str:
        return period_name(Period(self.owed.month))

    @property
    def owing(self) -> str:
        return str(Side(self.owed.owing).label)

    @property
    def owed_to(self) -> str:
        return str(Side(self.owed.owed_to).label)

    @property
    def is_settled(self) -> bool:
        return self.owed.state not in (OwedState.OPEN, OwedState.GIVEN)


@dataclass(frozen=True)
class CellView:
    cell: JudgedCell

    @property
    def figures(self) -> str:
        return figures(self.cell.own)

    @property
    def today(self) -> str:
        return figures(self.cell.today) if self.cell.today else ""

    @property
    def is_judged(self) -> bool:
        return self.cell.own.state != NOTHING


@dataclass(frozen=True)
class StrikesView:
    at_hand: Opened

    @cached_property
    def record(self) -> StrikeRecord:
        found = self.at_hand
        return record_of(found.agreement, found.chosen.period, found.terms, found.at)

    @cached_property
    def sides(self) -> list[Side]:
        """For which this person speaks where something is owed or judged again."""
        return self.at_hand.access.sides(Verb.APPROVE, self.at_hand.agreement)

    @property
    def binds_nobody(self) -> bool:
        """An administrator of neither side: what is owed, and whether a month is judged again, the sides say."""
        return self.at_hand.access.is_administrator and not self.sides

    @property
    def rules_url(self) -> str:
        """Where the rule that is missing is written, for who may."""
        may = not self.record.has_rule and self.at_hand.access.may(Verb.AMEND, self.at_hand.agreement)
        return reverse("agreements:edit", args=[self.at_hand.agreement.slug]) + "#consequences" if may else ""

    @property
    def months(self) -> list[str]:
        return [period_name(Period(month)) for month in self.record.months]

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "side": Side(row.latest.side).label,
                "label": label_of(row.latest),
                "cells": list(zip(self.months, [CellView(cell) if cell else None for cell in row.cells], strict=True)),
                "to_recover": months_text(row.recovery.mean_to_recover),
                "held": months_text(row.recovery.mean_held),
                "since": since_text(row.recovery),
            }
            for row in self.record.rows
        ]

    @property
    def strikes(self) -> list[tuple[str, int, list[tuple[str, str, str]]]]:
        """By side: how many, and by rule what it says and what comes next."""
        return [
            (
                str(side.label),
                count,
                [
                    (step.rule.name, rule_text(step.rule), next_text(step))
                    for step in self.record.next_steps
                    if step.side == side
                ],
            )
            for side, count in self.record.strikes.items()
        ]

    @cached_property
    def owed(self) -> list[OwedLine]:
        return [OwedLine(owed, self._turns(owed)) for owed in self.record.owed]

    @property
    def unsettled(self) -> list[OwedLine]:
        return [line for line in self.owed if not line.is_settled]

    @property
    def settled(self) -> list[OwedLine]:
        return [line for line in self.owed if line.is_settled]

    def _turns(self, owed: Owed) -> tuple[str, ...]:
        return tuple(
            name
            for name, step in TURNS.items()
            if owed.state == step.before and (owed.owing if step.is_of_owing else owed.owed_to) in self.sides
        )

    @property
    def misses(self) -> list[tuple[str, list[tuple[str, int]], RootCause | None]]:
        """Newest first, each with its sheet, or asking for one; a month's misses of which the same is said together."""
        found: dict[tuple[date, object], list[tuple[str, JudgedCell]]] = {}
        for row in self.record.rows:
            for month, cell in zip(self.record.months, row.cells, strict=True):
                if cell and cell.own.state == "missed":
                    sheet = cell.sheet
                    said = sheet and (sheet.cause, sheet.action, sheet.done_on)
                    found.setdefault((month, said), []).append((label_of(row.latest), cell))
        return [
            (period_name(Period(month)), [(label, cell.own.pk) for label, cell in misses], misses[0][1].sheet)
            for (month, _said), misses in sorted(found.items(), key=lambda one: one[0][0], reverse=True)
        ]

    @property
    def again(self) -> list[dict[str, Any]]:
        """The judged months of the chosen period, and who may do what about judging them again."""
        asked = {one.month: one for one in self.record.asked}
        period = self.at_hand.chosen.period
        return [
            {
                "judged": judged,
                "name": period_name(Period(judged.month)),
                "asked": (request := asked.get(judged.month)),
                "side": Side(request.side).label if request else "",
                "may_ask": request is None and bool(self.sides),
                "may_accept": request is not None and any(side != request.side for side in self.sides),
                "may_drop": request is not None and bool(self.sides),
            }
            for judged in self.record.judged
            if judged.month in period
        ]


@dataclass(frozen=True)
class StrikesPage:
    name: str
    tab: str | Lazy
    title: str | Lazy
    template = "reports/strikes.html"

    def context(self, at_hand: Opened) -> dict[str, Any]:
        view = StrikesView(at_hand)
        return {
            "strikes": view,
            "nothing": "" if view.record.months else empty_text(view),
            "rules_url": view.rules_url,
            "form": PeriodFilter(at_hand.chosen, at_hand.today),
            "json_url": at_hand.links.data(self.name, "json"),
            "csv_url": at_hand.links.data(self.name, "csv"),
        }

    def as_json(self, at_hand: Opened) -> dict[str, Any]:
        view = StrikesView(at_hand)
        record = view.record
        return {
            "months": [dict(zip(COLUMNS, row, strict=True)) for row in _table(record)],
            "strikes": {side.value: count for side, count in record.strikes.items()},
            "next": [
                {
                    "side": step.side.value,
                    "rule": step.rule.name,
                    "months": step.count.left,
                    "follows": step.rule.follows,
                }
                for step in record.next_steps
            ],
            "owed": [_owed_json(owed) for owed in record.owed],
            "recovery": [
                {
                    "side": row.latest.side,
                    "measure": row.latest.measure,
                    "tier": row.latest.tier,
                    "is_rest": row.latest.is_rest,
                    "mean_months_to_recover": row.recovery.mean_to_recover,
                    "mean_months_held": row.recovery.mean_held,
                }
                for row in record.rows
            ],
        }

    def as_csv(self, at_hand: Opened, params: QueryDict) -> tuple[str, str]:
        return self.name, as_csv(COLUMNS, _table(StrikesView(at_hand).record))


def _table(record: StrikeRecord) -> list[list[object]]:
    return [_line(own, judged.version.number) for judged in record.judged for own in judged.objectives.all()]


def _line(own: JudgedObjective, version: int | None) -> list[object]:
    month = Period(own.judged.month).label
    said = [getattr(own, name) for name in COLUMNS[1:-1]]
    return [month, *said, version]


def _owed_json(owed: Owed) -> dict[str, object]:
    return {
        "month": Period(owed.month).label,
        "side": owed.side,
        "rule": owed.rule,
        "follows": owed.follows,
        "sum": None if owed.amount is None else str(owed.amount),
        "currency": owed.currency,
        "by": owed.owing,
        "to": owed.owed_to,
        "state": owed.state,
        "given_on": owed.given_on.isoformat() if owed.given_on else None,
    }


def empty_text(view: StrikesView) -> str:
    if not view.record.has_rule:
        return _(
            "The agreement in force has no rule of what follows when goals are missed or beaten, so no month is judged."
        )
    return _("No month of these has been judged yet. The portal judges a month on the working day that is agreed.")
