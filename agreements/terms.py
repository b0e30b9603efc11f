"""Reads: rows -> plain values. The terms of an agreement as the clocks, measures and pages need them."""

import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from agreements.document.clauses import AgreementDocument, CalendarClause, PauseClause
from agreements.document.groups.capacity_clause import CAPACITY, CapacityClause
from agreements.document.groups.qualification import BRIEF, CRITERIA, BriefFact, Criterion
from agreements.enums import ExceptionState
from agreements.exceptions.pauses import AgreedPause, Pauses, all_applied, counted
from agreements.models import AgreedException, Agreement, Version
from agreements.months.pace import NO_PACING
from agreements.months.targets import points_of
from agreements.promises.promise import DepthPromise, Promise, SpeedPromise, TimedPromise
from agreements.worktime import WorkCalendar
from smarketing.lib import words

Promises = dict[str, dict[str, Promise]]


@dataclass(frozen=True)
class Terms:
    """One version as plain values. `version_id` is None before the first version in force, and once it has ended.

    `promises` by measure and by tier as it was agreed; the tier "" is every tier without its own. `pauses` are the
    exceptions of the terms as instants, `agreed` those beyond the terms: clocks ask `pauses_for`.
    """

    version_id: int | None
    effective_on: date
    pacing: str
    calendar: WorkCalendar
    promises: Promises
    warn_share: Decimal
    automated_counts: bool
    pauses: Pauses = ()
    agreed: tuple[AgreedPause, ...] = ()
    return_within_working_days: int = 10
    tiers: tuple[str, ...] = ()
    capacity: CapacityClause | None = None
    points: Mapping[str, int] = field(default_factory=dict)
    criteria: tuple[Criterion, ...] = ()
    brief: tuple[BriefFact, ...] = ()

    def worth(self, tier: str) -> int:
        """What a lead of the tier counts in value, in whatever spelling of the tier."""
        return points_of(self.points, tier) or 0

    def promise(self, measure: str, tier: str) -> Promise | None:
        """The tier's own promise, in whatever spelling of the tier, else the general one, whose tier is empty."""
        by_tier = self._by_key.get(measure, {})
        return by_tier.get(words.key(tier)) or by_tier.get("")

    @cached_property
    def _by_key(self) -> Promises:
        return {m: {made.tier_key: made for made in by_tier.values()} for m, by_tier in self.promises.items()}

    def pauses_for(self, side: str, recorded_at: datetime | None) -> Pauses:
        """In which a clock of that side does not run, for what was recorded then; without an instant: from now on."""
        return counted(self.pauses, self.agreed, side, recorded_at) if self.agreed else self.pauses

    @property
    def speed(self) -> dict[str, SpeedPromise]:
        return {t: made for t, made in self.promises.get("speed", {}).items() if isinstance(made, SpeedPromise)}

    @property
    def depth(self) -> dict[str, DepthPromise]:
        return {t: made for t, made in self.promises.get("depth", {}).items() if isinstance(made, DepthPromise)}

    def speed_for(self, tier: str) -> SpeedPromise | None:
        made = self.promise("speed", tier)
        return made if isinstance(made, SpeedPromise) else None

    def timed_for(self, measure: str, tier: str) -> TimedPromise | None:
        made = self.promise(measure, tier)
        return made if isinstance(made, TimedPromise) else None

    def depth_for(self, tier: str) -> DepthPromise | None:
        made = self.promise("depth", tier)
        return made if isinstance(made, DepthPromise) else None

    def without_promises(self) -> "Terms":
        """What holds before the first terms take effect, and after the last ones: their calendar, and no promise."""
        return replace(self, version_id=None, promises={}, pauses=(), agreed=(), criteria=(), brief=())


@dataclass(frozen=True)
class Timeline:
    """All versions of one agreement, oldest first. What was before the first one is measured and never judged.

    `superseded` are those that corrections replaced: handoffs measured under them stay with them. `spared` are the
    agreed exceptions that have changed a target: their days carry nothing of the month's line.
    """

    agreement_id: int
    zone: ZoneInfo
    versions: tuple[Terms, ...]
    superseded: tuple[Terms, ...] = ()
    spared: tuple[tuple[datetime, datetime], ...] = ()

    @property
    def agreed(self) -> tuple[AgreedPause, ...]:
        """The exceptions beyond the terms, which hold for every version alike."""
        return next((terms.agreed for terms in self.versions + self.superseded if terms.agreed), ())

    @property
    def without_agreed(self) -> "Timeline":
        """As if no exception had been agreed beyond the terms."""
        return self.with_agreed(())

    def with_agreed(self, agreed: tuple[AgreedPause, ...]) -> "Timeline":
        """With these exceptions beyond the terms instead."""
        versions, superseded = (
            tuple(replace(terms, agreed=agreed) for terms in some) for some in (self.versions, self.superseded)
        )
        return replace(self, versions=versions, superseded=superseded)

    def by_id(self, version_id: int) -> Terms:
        return next(terms for terms in self.versions + self.superseded if terms.version_id == version_id)

    def on(self, day: date) -> Terms:
        index = bisect_right([terms.effective_on for terms in self.versions], day)
        return self.versions[index - 1] if index else self._before

    @cached_property
    def _before(self) -> Terms:
        return self.versions[0].without_promises()

    def covers(self, first: date, last: date) -> bool:
        """Whether terms are in force on any of these days."""
        begun = [terms for terms in self.versions if first < terms.effective_on <= last]
        return any(terms.version_id is not None for terms in ([self.on(first)] if self.versions else []) + begun)

    def is_in_force(self, day: date) -> bool:
        return self.covers(day, day)

    def ever_promised(self, measure: str) -> bool:
        return any(measure in terms.promises for terms in self.versions + self.superseded)

    def day_of(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()


def timeline(agreement: Agreement) -> Timeline:
    zone = agreement.time_zone
    rows = list(agreement.versions.agreed().order_by("effective_on").prefetch_related("objectives", "tiers"))
    exceptions = list(agreement.agreed_exceptions.agreed().prefetch_related("replaced_by", "targets"))
    agreed = tuple(pause_beyond(row, ZoneInfo(zone)) for row in exceptions)
    current = tuple(terms_of(row, zone, agreed) for row in rows if row.superseded_at is None)
    former = [row for row in rows if row.superseded_at is not None and not row.is_cancellation]
    return Timeline(
        agreement_id=agreement.pk,
        zone=ZoneInfo(zone),
        versions=current,
        superseded=tuple(terms_of(row, zone, agreed) for row in former),
        spared=tuple(row.instants(ZoneInfo(zone)) for row in exceptions if row.replaced_at is None and _spares(row)),
    )


def agreed_pauses(zones: Mapping[int, str]) -> dict[int, tuple[AgreedPause, ...]]:
    """Those agreed beyond the terms, by agreement; `zones` are the time zones of the agreements asked for."""
    found: dict[int, tuple[AgreedPause, ...]] = {}
    rows = AgreedException.objects.agreed().filter(agreement__in=zones).prefetch_related("replaced_by")
    for row in rows:
        pause = pause_beyond(row, ZoneInfo(zones[row.agreement_id]))
        found[row.agreement_id] = (*found.get(row.agreement_id, ()), pause)
    return found


def measured_again(
    agreement: Agreement, supposed: AgreedException | None = None, at: datetime | None = None
) -> tuple[AgreedPause, ...]:
    """Those beyond the terms as if all that may be had been measured again. `supposed` waits: as if agreed `at`."""
    rows = AgreedException.objects.agreed().filter(agreement=agreement).prefetch_related("replaced_by")
    zone = ZoneInfo(agreement.time_zone)
    found = {row.pk: pause_beyond(row, zone) for row in rows}
    if supposed is not None:
        former = supposed.replaces_id
        if former in found:
            found[former] = replace(found[former], replaced_at=at, is_to_undo=supposed.covers_measured)
        found[supposed.pk] = pause_beyond(supposed, zone, at)
    return all_applied(found.values())


def pause_beyond(row: AgreedException, zone: ZoneInfo, at: datetime | None = None) -> AgreedPause:
    """`at`: as if one that still waits were agreed then."""
    begin, end = row.instants(zone)
    agreed_at = row.settled_at or at
    assert agreed_at is not None
    return AgreedPause(
        begin=begin,
        end=end,
        sides=row.sides,
        agreed_at=agreed_at,
        replaced_at=row.replaced_at,
        is_applied=row.applied_at is not None,
        is_undone=any(other.applied_at is not None for other in row.replaced_by.all()),
        covers_measured=row.covers_measured,
        is_to_undo=any(
            other.covers_measured for other in row.replaced_by.all() if other.state == ExceptionState.AGREED
        ),
        reason=row.reason,
    )


def _spares(row: AgreedException) -> bool:
    """What was agreed with it, or with the one whose end it says, has changed a target."""
    found = any(target.agreed_at is not None for target in row.targets.all())
    return found or (row.replaces is not None and _spares(row.replaces))


def terms_of(version: Version, zone: str, agreed: tuple[AgreedPause, ...] = ()) -> Terms:
    """From the day of a cancellation on the calendar goes on, and nothing is promised."""
    terms = Terms(
        version_id=version.pk,
        effective_on=version.effective_on,
        pacing=version.pacing,
        calendar=work_calendar(version.calendar, zone),
        promises=_promises(version),
        warn_share=version.warn_share,
        automated_counts=version.automated_counts,
        pauses=pauses_of(version.exceptions, zone),
        agreed=agreed,
        return_within_working_days=version.return_within_working_days,
        tiers=tuple(tier.name for tier in version.tiers.all()),
        points={tier.name: tier.points for tier in version.tiers.all() if tier.points is not None},
        capacity=next(iter(CAPACITY.from_stored(version.groups.get(CAPACITY.key, ()))), None),
        criteria=CRITERIA.from_stored(version.groups.get(CRITERIA.key, ())),
        brief=BRIEF.from_stored(version.groups.get(BRIEF.key, ())),
    )
    return replace(terms.without_promises(), pacing=NO_PACING, capacity=None) if version.is_cancellation else terms


def terms_in(document: AgreementDocument) -> Terms:
    """The terms of a document that is not kept as a version yet."""
    promises: Promises = {}
    for promise in document.promises:
        promises.setdefault(promise.measure, {})[promise.tier] = promise
    return Terms(
        version_id=None,
        effective_on=document.effective_on,
        pacing=document.pacing,
        calendar=work_calendar(document.calendar.as_json(), document.time_zone),
        promises=promises,
        warn_share=document.warn_share,
        automated_counts=document.automated_counts,
        pauses=tuple(pause.instants(ZoneInfo(document.time_zone)) for pause in document.exceptions),
        return_within_working_days=document.return_within_working_days,
        tiers=document.known_tiers,
        points=document.points,
        capacity=CAPACITY.one(document),
        criteria=CRITERIA.of(document),
        brief=BRIEF.of(document),
    )


def pauses_of(exceptions: list[dict[str, Any]], zone: str) -> tuple[tuple[datetime, datetime], ...]:
    return tuple(PauseClause.from_json(row).instants(ZoneInfo(zone)) for row in exceptions)


def _promises(version: Version) -> Promises:
    promises: Promises = {}
    for objective in version.objectives.all():
        promises.setdefault(objective.measure, {})[objective.tier] = objective.promised
    return promises


def work_calendar(calendar: dict[str, Any], zone: str) -> WorkCalendar:
    """The calendar of a version (its JSON, as in the TOML form) as working time. Equal ones are made once."""
    return _work_calendar(json.dumps(calendar, sort_keys=True), zone)


@lru_cache(maxsize=256)
def _work_calendar(text: str, zone: str) -> WorkCalendar:
    return CalendarClause.from_json(json.loads(text)).work(zone)


def today_of(agreement: Agreement, at: datetime) -> date:
    return at.astimezone(ZoneInfo(agreement.time_zone)).date()


def in_force(versions: list[Version], on: date) -> Version:
    """`versions` is in order of time; before the first one the first one counts, as in `Timeline`."""
    index = bisect_right([version.effective_on for version in versions], on)
    return versions[max(index - 1, 0)]


def in_force_at(agreements: Iterable[Agreement], at: datetime) -> list[Agreement]:
    """Those with terms in force at that instant, by one query."""
    asked = list(agreements)
    today = {one.pk: today_of(one, at) for one in asked}
    dated = Version.objects.dated().filter(agreement__in=asked).order_by("effective_on")
    rows = dated.values_list("agreement", "effective_on", "is_cancellation")
    ends = {pk: is_end for pk, begins, is_end in rows if begins <= today[pk]}
    return [one for one in asked if ends.get(one.pk) is False]
