"""The scorecard: for both sides, promised against delivered."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from agreements.models import Agreement
from agreements.terms import Timeline
from reports import judgement
from reports.facts.reading import Reading, read_with_previous, verdicts
from reports.judgement import JudgedPromise, depth_rows, speed_rows
from reports.measures.outcomes import Outcomes, outcomes
from reports.pages.links import Links
from reports.pages.sheet import spoken_minutes
from smarketing.lib.numbers import number, percent
from smarketing.lib.periods import Period
from smarketing.lib.spoken import period_name


@dataclass(frozen=True)
class PromiseLine:
    """One promise as people read it. `trend` is "better", "worse", "same" or ""."""

    label: str
    promise: str
    target: str
    delivered: str
    expected: str
    projected: str
    state: str
    trend: str
    change: str
    url: str
    row: JudgedPromise


@dataclass(frozen=True)
class Card:
    """The scorecard of one agreement and period: marketing's promises, sales' promises, what came of it."""

    agreement: Agreement
    period: Period
    marketing: list[PromiseLine]
    sales: list[PromiseLine]
    outcomes: Outcomes
    links: Links
    sentence: str

    @property
    def as_json(self) -> dict[str, Any]:
        return {
            "marketing": [_plain(line.row) for line in self.marketing],
            "sales": [_plain(line.row) for line in self.sales],
            "outcomes": asdict(self.outcomes),
        }


COLUMNS = ("side", "measure", "tier", "target", "delivered", "expected", "projected", "state", "previous", "trend")


def _plain(row: JudgedPromise) -> dict[str, Any]:
    return {"trend": row.trend, **asdict(row)}


def table(card: Card) -> list[list[object]]:
    """The rows of COLUMNS."""
    return [[getattr(line.row, name) for name in COLUMNS] for line in [*card.marketing, *card.sales]]


def card_of(agreement: Agreement, period: Period, *, at: datetime, today: date, terms: Timeline) -> Card:
    reading, before = read_with_previous(agreement, period, at=at, today=today, terms=terms)
    links = Links(agreement.slug, period)
    marketing = [_line(row, links) for row in marketing_rows(reading, before)]
    sales = [_line(row, links) for row in sales_rows(reading, before)]
    return Card(
        agreement=agreement,
        period=period,
        marketing=marketing,
        sales=sales,
        outcomes=outcomes(reading.facts, verdicts(reading)),
        links=links,
        sentence=_sentence([*marketing, *sales], period),
    )


def marketing_rows(reading: Reading, before: Reading) -> Iterator[JudgedPromise]:
    running = not reading.is_over
    yield JudgedPromise(
        side="marketing",
        measure="volume",
        target=reading.target,
        delivered=reading.volume.delivered,
        state=reading.volume_state,
        expected=reading.expected if running else None,
        projected=reading.projection if running else None,
        previous=before.volume.delivered,
    )


def sales_rows(reading: Reading, before: Reading) -> Iterator[JudgedPromise]:
    terms, is_over = reading.promised, reading.is_over
    speed = {tier: (made.within.total_seconds() / 60, float(made.share)) for tier, made in terms.speed.items()}
    depth = {tier: (made.attempts, made.within_working_days) for tier, made in terms.depth.items()}
    yield from speed_rows(reading.facts, before.facts, speed, is_over=is_over)
    yield from depth_rows(reading.facts, before.facts, depth, is_over=is_over)


def _line(row: JudgedPromise, links: Links) -> PromiseLine:
    say = {"volume": _count, "speed": _share, "depth": _tries}[row.measure]
    return PromiseLine(
        label=_label(row),
        promise=_promise(row),
        target=say(row.target),
        delivered=say(row.delivered),
        expected=_expected(row),
        projected=number(row.projected),
        state=row.state,
        trend=row.trend,
        change=_change(row),
        url=links.of(tier=row.tier or None).page(row.measure),
        row=row,
    )


def _count(value: float | None) -> str:
    return number(value)


def _share(value: float | None) -> str:
    return percent(value, 1)


def _tries(value: float | None) -> str:
    return number(value, 1)


def _label(row: JudgedPromise) -> str:
    name = {"volume": _("Leads delivered"), "speed": _("Follow-up speed"), "depth": _("Follow-up depth")}[row.measure]
    if row.tier:
        return _("%(measure)s, tier %(tier)s") % {"measure": name, "tier": row.tier}
    return _("%(measure)s, all other tiers") % {"measure": name} if row.is_rest else name


def _promise(row: JudgedPromise) -> str:
    if row.measure == "volume":
        return _("leads in the period") if row.target is not None else _("nothing is agreed for this period")
    if row.measure == "speed":
        return _("first attempt within %(time)s of working time") % {"time": spoken_minutes(row.within_minutes)}
    days = row.within_days or 0
    return ngettext(
        "attempts within %(days)s working day, unless connected",
        "attempts within %(days)s working days, unless connected",
        days,
    ) % {"days": number(days)}


def _expected(row: JudgedPromise) -> str:
    if row.expected is None:
        return ""
    return _("goal for today %(expected)s") % {"expected": number(row.expected, 1)}


def _change(row: JudgedPromise) -> str:
    if row.change is None or row.trend == "same":
        return ""
    size = abs(row.change)
    if row.measure == "volume":
        return number(size)
    if row.measure == "depth":
        return number(size, 1)
    return pgettext("percentage points", "%(number)s pts") % {"number": number(size * 100, 1)}


def _sentence(lines: list[PromiseLine], period: Period) -> str:
    """How many promises stand how, the worst first."""
    counts = {state: sum(line.state == state for line in lines) for state in (judgement.MISSED, judgement.AT_RISK)}
    total = sum(bool(line.state) for line in lines)
    said = {"period": period_name(period), "all": number(total)}
    if not total:
        return _("Nothing can be said about %(period)s yet.") % said
    if not any(counts.values()):
        return _("No promise of %(period)s is missed or at risk.") % said
    said |= {"missed": number(counts[judgement.MISSED]), "risk": number(counts[judgement.AT_RISK])}
    return _("%(period)s: of %(all)s promises %(missed)s missed, %(risk)s at risk.") % said
