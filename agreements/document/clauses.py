"""PURE. The clauses of an agreement as plain values: what its TOML form says, and what a version stores."""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from agreements.document.groups.clause_group import ClauseRow
from agreements.document.public_holidays import public_holidays
from agreements.months.suggestion import FEWEST_CUSTOMERS, PROPOSE_ON
from agreements.months.targets import ASSUMED, Conversion, TierConversion, points_of
from agreements.promises.promise import Promise
from agreements.worktime import WEEKDAYS, WorkCalendar
from smarketing.lib import words

WrittenHours = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class CalendarClause:
    """Working hours as in `WorkCalendar`. No country: no public holidays. Closed weekdays are left out.

    `optional`: also the days that the library of holidays lists as optional or half; `yearly` by "MM-DD".
    """

    week: Mapping[str, WrittenHours]
    country: str = ""
    subdivision: str = ""
    closed: tuple[date, ...] = ()
    overrides: Mapping[date, WrittenHours] = field(default_factory=dict)
    optional: bool = False
    yearly: Mapping[str, WrittenHours] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As it is stored, and as `agreements.terms.work_calendar` reads it."""
        public = {"country": self.country, "subdivision": self.subdivision, "optional": self.optional}
        return {
            "week": {day: _listed(hours) for day, hours in self.week.items()},
            "holidays": {key: value for key, value in public.items() if value},
            "closed": [on.isoformat() for on in self.closed],
            "overrides": {on.isoformat(): _listed(hours) for on, hours in self.overrides.items()},
            "yearly": {day: _listed(hours) for day, hours in self.yearly.items()},
        }

    def work(self, zone: str) -> WorkCalendar:
        return WorkCalendar(
            tz=zone,
            week=self.week,
            holidays=public_holidays(self.country, self.subdivision, self.optional),
            overrides={**dict.fromkeys(self.closed, ()), **self.overrides},
            yearly_hours=self.yearly,
        )

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "CalendarClause":
        overrides = data.get("overrides") or {}
        return cls(
            week={day: hours_of(data["week"][day]) for day in WEEKDAYS if data["week"].get(day)},
            **(data.get("holidays") or {}),
            closed=tuple(date.fromisoformat(on) for on in data.get("closed") or ()),
            overrides={date.fromisoformat(on): hours_of(hours) for on, hours in sorted(overrides.items())},
            yearly={day: hours_of(hours) for day, hours in sorted((data.get("yearly") or {}).items())},
        )


@dataclass(frozen=True)
class PauseClause:
    """A time agreed by both sides in which clocks pause: days, both included, or wall times in the agreement's zone."""

    begins: date | datetime
    ends: date | datetime
    reason: str = ""

    def as_json(self) -> dict[str, str]:
        return {"from": self.begins.isoformat(), "to": self.ends.isoformat(), "reason": self.reason}

    @classmethod
    def from_json(cls, data: Mapping[str, str]) -> "PauseClause":
        return cls(moment_of(data["from"]), moment_of(data["to"]), data.get("reason", ""))

    def instants(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Until the end of the last day, where only a day is given."""
        last = self.ends if isinstance(self.ends, datetime) else self.ends + timedelta(days=1)
        return _instant(self.begins, zone), _instant(last, zone)


@dataclass(frozen=True)
class ReasonClause:
    """Why sales may return a handoff. Without a label the reason is one of the defaults, shown in the reader's words.

    `whose` side it is for to mend; one that `counts` is taken off the volume and left out of the depth.
    """

    key: str
    label: str = ""
    whose: str = "sales"
    counts: bool = False

    @property
    def name(self) -> str:
        return self.label or self.key


DEFAULT_REASONS = (
    ReasonClause("wrong_data", whose="marketing", counts=True),
    ReasonClause("below_quality", whose="marketing", counts=True),
    ReasonClause("duplicate", whose="marketing", counts=True),
    ReasonClause("not_reached"),
    ReasonClause("bad_timing"),
)


# Apart from the terms: a month's numbers are agreed without another version.
OF_MONTHS = (*ASSUMED, "quotas", "quota_parts", "targets", "tier_targets", "propose_on", "fewest_customers")


@dataclass(frozen=True)
class AgreementDocument:
    """Quotas and targets by the first day of their month. The three assumptions are given together or not at all.

    From the ledger the next month's target is proposed on the day `propose_on`, with None never.
    `points` by tier; `quota_parts` and `tier_targets` split the quota and the direct target of their month by name.
    `groups` holds what `agreements.document.groups.every_group` declares, by key: `CONTACTS.of(document)`.
    """

    slug: str
    name: str
    time_zone: str
    currency: str
    marketing_team: str
    sales_team: str
    effective_on: date
    calendar: CalendarClause
    service_team: str = ""
    year_begins: int = 1
    pacing: str = "working"
    warn_share: Decimal = Decimal("0.75")
    automated_counts: bool = False
    return_within_working_days: int = 10
    tiers: tuple[str, ...] = ()
    points: Mapping[str, int] = field(default_factory=dict)
    exceptions: tuple[PauseClause, ...] = ()
    promises: tuple[Promise, ...] = ()
    return_reasons: tuple[ReasonClause, ...] = DEFAULT_REASONS
    marketing_share: Decimal | None = None
    average_deal: Decimal | None = None
    lead_to_customer: Decimal | None = None
    by_tier: tuple[TierConversion, ...] = ()
    cycle_days: int = 0
    is_shifted: bool = False
    quotas: Mapping[date, Decimal] = field(default_factory=dict)
    quota_parts: Mapping[date, Mapping[str, Decimal]] = field(default_factory=dict)
    targets: Mapping[date, int] = field(default_factory=dict)
    tier_targets: Mapping[date, Mapping[str, int]] = field(default_factory=dict)
    propose_on: int | None = PROPOSE_ON
    fewest_customers: int = FEWEST_CUSTOMERS
    groups: Mapping[str, tuple[ClauseRow, ...]] = field(default_factory=dict)

    @property
    def conversion(self) -> Conversion | None:
        share, deal, rate = self.marketing_share, self.average_deal, self.lead_to_customer
        if share is None or deal is None or rate is None:
            return None
        return Conversion(share, deal, rate, self.by_tier, self.cycle_days, self.is_shifted)

    @property
    def terms_only(self) -> "AgreementDocument":
        """Without the months: what a version holds, and what is signed."""
        nothing: dict[str, Any] = {
            each.name: {} if each.default is MISSING else each.default
            for each in fields(self)
            if each.name in OF_MONTHS
        }
        return replace(self, **nothing)

    def with_months_of(self, other: "AgreementDocument") -> "AgreementDocument":
        return replace(self, **{name: getattr(other, name) for name in OF_MONTHS})

    @property
    def tier_points(self) -> list[tuple[str, int | None]]:
        """What a lead of each tier is worth."""
        return [(tier, points_of(self.points, tier)) for tier in self.known_tiers]

    @property
    def known_tiers(self) -> tuple[str, ...]:
        """The best first: as listed, then those that have a promise of their own and stand in no list."""
        promised = [promise.tier for promise in self.promises if promise.tier]
        known = {words.key(tier): tier for tier in reversed((*self.tiers, *promised))}
        return tuple(dict.fromkeys(known[words.key(tier)] for tier in (*self.tiers, *promised)))


def hours_of(windows: Sequence[Sequence[str]]) -> WrittenHours:
    return tuple((opens, closes) for opens, closes in windows)


def _listed(hours: WrittenHours) -> list[list[str]]:
    return [list(window) for window in hours]


def moment_of(text: str) -> date | datetime:
    return date.fromisoformat(text) if len(text) == len("2026-12-24") else datetime.fromisoformat(text)


def _instant(at: date | datetime, zone: ZoneInfo) -> datetime:
    moment = at if isinstance(at, datetime) else datetime.combine(at, time.min)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
