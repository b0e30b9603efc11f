"""PURE. The clauses of an agreement as plain values: what its TOML form says, and what a version stores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from agreements.worktime import WEEKDAYS

Hours = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SpeedClause:
    """A first attempt within so many working minutes, in this share (0 to 1) of the handoffs."""

    measure: ClassVar[str] = "speed"
    within_minutes: Decimal
    share: Decimal = Decimal(1)
    tier: str = ""


@dataclass(frozen=True)
class DepthClause:
    """So many attempts within so many working days, unless connected or returned."""

    measure: ClassVar[str] = "depth"
    attempts: int
    within_working_days: int
    tier: str = ""


Clause = SpeedClause | DepthClause


@dataclass(frozen=True)
class CalendarClause:
    """Working hours as in `WorkCalendar`. No country: no public holidays. Closed weekdays are left out."""

    week: Mapping[str, Hours]
    country: str = ""
    subdivision: str = ""
    closed: tuple[date, ...] = ()
    overrides: Mapping[date, Hours] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As it is stored, and as `agreements.terms.work_calendar` reads it."""
        public = {"country": self.country, "subdivision": self.subdivision}
        return {
            "week": {day: _listed(hours) for day, hours in self.week.items()},
            "holidays": {key: value for key, value in public.items() if value},
            "closed": [on.isoformat() for on in self.closed],
            "overrides": {on.isoformat(): _listed(hours) for on, hours in self.overrides.items()},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "CalendarClause":
        overrides = data.get("overrides") or {}
        return cls(
            week={day: hours_of(data["week"][day]) for day in WEEKDAYS if data["week"].get(day)},
            **(data.get("holidays") or {}),
            closed=tuple(date.fromisoformat(on) for on in data.get("closed") or ()),
            overrides={date.fromisoformat(on): hours_of(hours) for on, hours in sorted(overrides.items())},
        )


@dataclass(frozen=True)
class AgreementDocument:
    """Quotas and targets by the first day of their month. The three assumptions are given together or not at all."""

    slug: str
    name: str
    time_zone: str
    currency: str
    marketing_team: str
    sales_team: str
    effective_on: date
    calendar: CalendarClause
    service_team: str = ""
    pacing: str = "working"
    warn_share: Decimal = Decimal("0.75")
    automated_counts: bool = False
    promises: tuple[Clause, ...] = ()
    marketing_share: Decimal | None = None
    average_deal: Decimal | None = None
    lead_to_customer: Decimal | None = None
    quotas: Mapping[date, Decimal] = field(default_factory=dict)
    targets: Mapping[date, int] = field(default_factory=dict)


def hours_of(windows: Sequence[Sequence[str]]) -> Hours:
    return tuple((opens, closes) for opens, closes in windows)


def _listed(hours: Hours) -> list[list[str]]:
    return [list(window) for window in hours]
