"""Reads: rows -> plain values. The terms of an agreement as the clocks, measures and pages need them."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from agreements.enums import Measure
from agreements.models import Agreement, Version
from agreements.worktime import WorkCalendar

HOLIDAY_YEARS = range(2000, 2061)


@dataclass(frozen=True)
class SpeedPromise:
    """A first attempt within so much working time, in this share of the handoffs."""

    within: timedelta
    share: Decimal
    tier: str = ""


@dataclass(frozen=True)
class DepthPromise:
    attempts: int
    within_working_days: int
    tier: str = ""


@dataclass(frozen=True)
class Terms:
    """One version as plain values. Promises by tier; the key "" is for every tier without its own."""

    version_id: int
    effective_on: date
    pacing: str
    calendar: WorkCalendar
    speed: dict[str, SpeedPromise]
    depth: dict[str, DepthPromise]
    warn_share: Decimal
    automated_counts: bool

    def speed_for(self, tier: str) -> SpeedPromise | None:
        return self.speed.get(tier) or self.speed.get("")

    def depth_for(self, tier: str) -> DepthPromise | None:
        return self.depth.get(tier) or self.depth.get("")


@dataclass(frozen=True)
class Timeline:
    """All versions of one agreement, oldest first. What was before the first one is measured by the first.

    `superseded` are those that corrections replaced: handoffs measured under them stay with them.
    """

    agreement_id: int
    zone: ZoneInfo
    versions: tuple[Terms, ...]
    superseded: tuple[Terms, ...] = ()

    def by_id(self, version_id: int) -> Terms:
        return next(terms for terms in self.versions + self.superseded if terms.version_id == version_id)

    def on(self, day: date) -> Terms:
        index = bisect_right([terms.effective_on for terms in self.versions], day)
        return self.versions[max(index - 1, 0)]

    def day_of(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()


def timeline(agreement: Agreement) -> Timeline:
    zone = agreement.time_zone
    rows = list(agreement.versions.order_by("effective_on").prefetch_related("objectives"))
    current = tuple(terms_of(row, zone) for row in rows if row.superseded_at is None)
    former = tuple(terms_of(row, zone) for row in rows if row.superseded_at is not None)
    return Timeline(agreement.pk, ZoneInfo(zone), current, former)


def terms_of(version: Version, zone: str) -> Terms:
    objectives = list(version.objectives.all())
    return Terms(
        version_id=version.pk,
        effective_on=version.effective_on,
        pacing=version.pacing,
        calendar=work_calendar(version.calendar, zone),
        speed={
            o.tier: SpeedPromise(timedelta(minutes=1) * float(o.within_minutes), o.share, o.tier)
            for o in objectives
            if o.measure == Measure.SPEED and o.within_minutes is not None and o.share is not None
        },
        depth={
            o.tier: DepthPromise(o.attempts, o.within_working_days, o.tier)
            for o in objectives
            if o.measure == Measure.DEPTH and o.attempts is not None and o.within_working_days is not None
        },
        warn_share=version.warn_share,
        automated_counts=version.automated_counts,
    )


def work_calendar(calendar: dict[str, Any], zone: str) -> WorkCalendar:
    """The calendar of a version (its JSON, as in the TOML form) as working time."""
    public = calendar.get("holidays") or {}
    closed = frozenset(date.fromisoformat(day) for day in calendar.get("closed", ()))
    return WorkCalendar(
        tz=zone,
        week=calendar["week"],
        holidays=closed | public_holidays(public.get("country", ""), public.get("subdivision", "")),
        overrides={date.fromisoformat(day): hours for day, hours in calendar.get("overrides", {}).items()},
    )


@lru_cache(maxsize=256)
def public_holidays(country: str, subdivision: str) -> frozenset[date]:
    if not country:
        return frozenset()
    return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=HOLIDAY_YEARS))


def in_force(versions: list[Version], on: date) -> Version:
    """`versions` is in order of time; before the first one the first one counts, as in `Timeline`."""
    index = bisect_right([version.effective_on for version in versions], on)
    return versions[max(index - 1, 0)]
