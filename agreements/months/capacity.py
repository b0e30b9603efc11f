"""PURE. Whether the sales team has the time to work a month's leads as promised (DESIGN section 4, "Capacity").

    needed    = leads x (expected attempts x minutes per attempt + share connected x minutes per conversation) / 60
    available = reps x hours of the month x (1 - absence) x share of the time for marketing's leads

Attempts stop with the first that connects. If each of at most N reaches the lead with the chance p, independent of the
others, their number is a geometric one cut off at N: its mean is 1 + q + ... + q^(N-1) = (1 - q^N) / p with q = 1 - p,
which is N for p = 0; and the lead is connected with the chance 1 - q^N. All of it is exact: fractions, never rounded.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor

from agreements.document.groups.capacity_clause import CapacityClause

KEEPS, TIGHT, CANNOT = "keeps", "tight", "cannot"
TIGHT_FROM = Fraction(85, 100)  # of the time there is: with more than this taken, one sick rep breaks the promise
MINUTES = 60
PER_CENT = Fraction(1, 100)


@dataclass(frozen=True)
class Load:
    """So many leads of a month, each of which is promised at most so many attempts (one at least)."""

    leads: int
    attempts: int
    tier: str = ""


@dataclass(frozen=True)
class MonthHours:
    """`open` are the hours in which the calendar is open in the month, `week` those of a usual week.

    `year_days` are the working days of the year in which the month lies.
    """

    open: Fraction
    week: Fraction
    year_days: int


@dataclass(frozen=True)
class Supply:
    """Every step from a rep's hours in the month to those of the team for marketing's leads, as hours and shares."""

    rep_hours: Fraction
    absence: Fraction
    per_rep: Fraction
    hours: Fraction


@dataclass(frozen=True)
class LeadTime:
    """What one lead is expected to take: attempts, share connected (0 to 1), minutes."""

    attempts: Fraction
    connected: Fraction
    minutes: Fraction


@dataclass(frozen=True)
class Remedies:
    """Single changes, each of which alone makes the promise possible; None where that one alone does not suffice.

    `reps` more, at most so many `attempts` for every lead, `time_share` instead of today's (whole per cent),
    or at most so many `leads`.
    """

    reps: int | None
    attempts: int | None
    time_share: Fraction | None
    leads: int


@dataclass(frozen=True)
class CapacityCheck:
    """`leads_possible`: the most leads, mixed as the month's are, whose time is not more than what there is."""

    loads: tuple[Load, ...]
    supply: Supply
    needed: Fraction
    verdict: str
    leads_possible: int
    remedies: Remedies | None

    @property
    def leads(self) -> int:
        return sum(load.leads for load in self.loads)

    @property
    def used(self) -> Fraction | None:
        """The share of the time that is taken; None where there is no time at all."""
        return self.needed / self.supply.hours if self.supply.hours else None


def check(loads: Sequence[Load], clause: CapacityClause, hours: MonthHours) -> CapacityCheck:
    """One load at least, which may have no leads: what is possible is then said of its attempts."""
    time, needed = supply(clause, hours), needed_hours(loads, clause)
    said, possible = verdict(needed, time.hours), leads_possible(loads, clause, time.hours)
    remedies = _remedies(loads, clause, time, possible) if said == CANNOT else None
    return CapacityCheck(tuple(loads), time, needed, said, possible, remedies)


def verdict(needed: Fraction, available: Fraction) -> str:
    """Exactly as much as there is is still possible; exactly `TIGHT_FROM` of it is still kept."""
    if needed > available:
        return CANNOT
    return TIGHT if needed > available * TIGHT_FROM else KEEPS


def lead_time(attempts: int, clause: CapacityClause) -> LeadTime:
    reached = Fraction(clause.reached)
    connected = 1 - (1 - reached) ** attempts
    expected = connected / reached if reached else Fraction(attempts)
    minutes = expected * Fraction(clause.minutes_per_attempt) + connected * Fraction(clause.conversation)
    return LeadTime(expected, connected, minutes)


def needed_hours(loads: Sequence[Load], clause: CapacityClause) -> Fraction:
    return sum((load.leads * lead_time(load.attempts, clause).minutes for load in loads), Fraction(0)) / MINUTES


def supply(clause: CapacityClause, hours: MonthHours) -> Supply:
    """A rep with hours of the own works the same part of them that the month is of usual weeks."""
    own = clause.hours_a_week
    rep_hours = hours.open if own is None or not hours.week else hours.open / hours.week * Fraction(own)
    absence = Fraction(clause.absence_share or 0)
    if clause.absence_days:
        absence = min(Fraction(1), Fraction(clause.absence_days, hours.year_days)) if hours.year_days else Fraction(1)
    per_rep = rep_hours * (1 - absence) * Fraction(clause.share_of_time)
    return Supply(rep_hours, absence, per_rep, Fraction(clause.reps) * per_rep)


def leads_possible(loads: Sequence[Load], clause: CapacityClause, available: Fraction) -> int:
    leads = sum(load.leads for load in loads)
    mean = needed_hours(loads, clause) / leads if leads else needed_hours([replace(loads[0], leads=1)], clause)
    return floor(available / mean)


def _remedies(loads: Sequence[Load], clause: CapacityClause, time: Supply, possible: int) -> Remedies:
    needed = needed_hours(loads, clause)
    share = needed / (time.hours / Fraction(clause.share_of_time)) if time.hours else None
    return Remedies(
        reps=ceil(needed / time.per_rep - Fraction(clause.reps)) if time.per_rep else None,
        attempts=_most_attempts(loads, clause, time.hours),
        time_share=ceil(share / PER_CENT) * PER_CENT if share is not None and share <= 1 else None,
        leads=possible,
    )


def _most_attempts(loads: Sequence[Load], clause: CapacityClause, available: Fraction) -> int | None:
    """The hours grow with every attempt, so the most that fit are found by halving."""
    fits, too_many = 0, max(load.attempts for load in loads)
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        capped = [replace(load, attempts=min(load.attempts, middle)) for load in loads]
        if needed_hours(capped, clause) <= available:
            fits = middle
        else:
            too_many = middle
    return fits or None
