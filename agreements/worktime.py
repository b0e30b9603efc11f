"""PURE. Working time: how much of it lies between two instants, and when a given amount of it is over.

Everything rests on one table per calendar: its windows as UTC instants in order, and before each window the working
time so far. A single answer is a binary search in it, a million answers are one pass of numpy over the same table.
Singles count in `timedelta` since 1970 and bulk in int64 microseconds: both are exact, and converting one into the
other would cost more than the search.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from operator import itemgetter
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agreements.hours import (
    DAY,
    EARLIEST_YEAR,
    LATEST_YEAR,
    WEEKDAYS,
    CalendarError,
    Hours,
    day_of,
    day_of_year,
    hours_of,
    refuse_overlap,
    zone_of,
)

__all__ = ["WEEKDAYS", "CalendarError", "WorkCalendar"]

SEARCH_YEARS = 100
LONGEST = timedelta(days=SEARCH_YEARS * 366)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOTHING, MICROSECOND = timedelta(0), timedelta(microseconds=1)
CHUNK = 16_384  # values per step of a bulk answer: its arrays stay in the processor's cache
MAX_BUCKETS = 1 << 18

Answer = TypeVar("Answer")
Micros = NDArray[np.int64]
Pauses = Iterable[tuple[datetime, datetime]]
Span = tuple[timedelta, timedelta, int]


class WorkCalendar:
    """The working hours of one team, in its time zone.

    `week` maps "mon" to "sun" to windows such as ("09:00", "17:00"); times are "HH:MM" or "HH:MM:SS", and "24:00" may
    end a window. A window that ends before it begins runs over midnight and belongs to the day on which it begins.
    `holidays` and `yearly_holidays` ("MM-DD") close the windows that begin on them; `overrides` replaces a day's
    windows, also those of a holiday, and [] closes the day. `yearly_hours` does so for a day of every year ("12-24"),
    where its day of the week is open at all; an override of the very day wins over it.

    A wall time that a change to summer time skips moves forward by the gap; one that occurs twice means the first.
    Instants may lie in the years 1800 to 2399. Calendars are immutable and safe to share among threads; equal ones
    share one table, so building one again costs little.

    Raises CalendarError, naming the day, for whatever cannot be read, windows that overlap, and no window at all.
    """

    def __init__(
        self,
        tz: str,
        week: Mapping[str, Iterable[Iterable[str]]],
        holidays: Iterable[date] = (),
        overrides: Mapping[date, Iterable[Iterable[str]]] = {},
        yearly_holidays: Iterable[str] = (),
        *,
        yearly_hours: Mapping[str, Iterable[Iterable[str]]] = {},
    ) -> None:
        for name in week:
            if name not in WEEKDAYS:
                raise CalendarError(f"{name!r} is not a day of the week: write one of {', '.join(WEEKDAYS)}")
        self._timeline = _timeline(
            _Rules(
                zone=tz,
                week=tuple(hours_of(week.get(name, ()), name) for name in WEEKDAYS),
                holidays=frozenset(day_of(on) for on in holidays),
                overrides=tuple(sorted((day_of(on), hours_of(hours, str(on))) for on, hours in overrides.items())),
                yearly=frozenset(day_of_year(text) for text in yearly_holidays),
                yearly_hours=tuple(sorted((day_of_year(t), hours_of(hours, t)) for t, hours in yearly_hours.items())),
            )
        )

    def elapsed(self, start: datetime, end: datetime, pauses: Pauses = ()) -> timedelta:
        """The working time from `start` to `end` that lies in no pause: real elapsed time, exact to the microsecond.

        Where `end` is before `start` it is the negative of the forward one. Pauses may come in any order and overlap;
        one that ends when or before it begins holds no time. Raises ValueError for naive datetimes.
        """
        a, b = _since_epoch(start), _since_epoch(end)
        if b < a:
            return -self.elapsed(end, start, pauses)
        table = self._timeline.covering(a, b)
        worked = table.worked(b) - table.worked(a)
        for begin, stop in _merged(pauses) if pauses else ():
            if begin < b and stop > a:
                worked -= table.worked(min(stop, b)) - table.worked(max(begin, a))
        return worked

    def due(self, start: datetime, duration: timedelta, pauses: Pauses = ()) -> datetime:
        """The earliest instant (UTC) at which the working time since `start`, without the pauses, reaches `duration`.

        A zero duration is due at the first open instant at or after `start`. Raises ValueError for a negative
        duration and for naive datetimes, CalendarError if the instant is not within a hundred years.
        """
        if duration < NOTHING:
            raise ValueError(f"a duration cannot be negative: {duration}")
        if duration > LONGEST:
            raise CalendarError(f"a duration cannot be longer than {SEARCH_YEARS} years")
        at = _since_epoch(start)
        for begin, stop in _merged(pauses) if pauses else ():
            if stop <= at:
                continue
            if begin > at:
                due = self._timeline.due(at, duration)
                if due < begin or (due == begin and duration):
                    return EPOCH + due
                table = self._timeline.covering(at, begin)
                duration -= table.worked(begin) - table.worked(at)
            at = stop
        return EPOCH + self._timeline.due(at, duration)

    def elapsed_many(self, starts: ArrayLike, ends: ArrayLike, pauses: Pauses = ()) -> Micros:
        """`elapsed` of many: datetime64 in UTC in, int64 microseconds out. One side may be a scalar.

        Raises ValueError for what is no datetime64, for NaT and for shapes that do not fit.
        """
        a, b = np.broadcast_arrays(*np.atleast_1d(_instants(starts), _instants(ends)))
        worked = np.empty(a.shape, np.int64)
        if worked.size:
            bulk = self._without(pauses).covering(min(_first(a), _first(b)), max(_last(a), _last(b))).bulk
            for part in _chunks(len(worked)):
                np.subtract(bulk.worked(b[part]), bulk.worked(a[part]), out=worked[part])
        return worked

    def due_many(self, starts: ArrayLike, seconds: ArrayLike, pauses: Pauses = ()) -> NDArray[np.datetime64]:
        """`due` of many: datetime64 in UTC and seconds (integers or floats) in, datetime64[us] out.

        One side may be a scalar. Raises as `due` and `elapsed_many` do.
        """
        a, durations = np.broadcast_arrays(*np.atleast_1d(_instants(starts), _durations(seconds)))
        due = np.empty(a.shape, np.int64)
        if due.size:
            timeline = self._without(pauses)
            timeline.search(_last(a), lambda table: table.bulk.due(a, durations, due), since=_first(a))
        return due.view("datetime64[us]")

    def _without(self, pauses: Pauses) -> "_Timeline":
        """The time line with the pauses cut out of its windows, for answers about many instants or whole days."""
        return _timeline(replace(self._timeline.rules, pauses=tuple(_merged(pauses)))) if pauses else self._timeline

    @property
    def usual_week(self) -> timedelta:
        """The hours of a week without holidays, days of their own hours and changes of the clock."""
        return sum((w.closes - w.opens for hours in self._timeline.rules.week for w in hours), NOTHING)

    def windows(self, on: date) -> list[tuple[datetime, datetime]]:
        """The windows (UTC) that begin on that local day, in order; without those that a clock change swallows."""
        day = day_of(on).toordinal()
        spans = self._timeline.spans(day - 2, day + 1)
        return [(EPOCH + start, EPOCH + end) for start, end, begins_on in spans if begins_on == day]

    def is_working_day(self, on: date) -> bool:
        """Whether at least one window begins on that local day."""
        return bool(self.working_days(on, on))

    def working_days(self, start_on: date, end_on: date, pauses: Pauses = ()) -> list[date]:
        """The local days from `start_on` to `end_on`, both included, on which at least one window begins.

        A day whose windows lie in pauses altogether is none.
        """
        first, last = day_of(start_on).toordinal(), day_of(end_on).toordinal()
        if last < first:
            return []
        days = self._without(pauses).covering(_midnight(first), _midnight(last)).days
        return [date.fromordinal(day) for day in days[bisect_left(days, first) : bisect_right(days, last)]]

    def end_of_working_day(self, start: datetime, days: int, pauses: Pauses = ()) -> datetime:
        """The end (UTC) of the last window of the `days`-th working day after the local day of `start`.

        With 0 it is the end of that day itself, even where `start` is later, or of the next working day if that day
        is closed. A day whose windows lie in pauses altogether is no working day. Raises ValueError for naive
        datetimes and negative days, CalendarError if there is no such day.
        """
        if days < 0:
            raise ValueError(f"days cannot be negative: {days}")
        at = _since_epoch(start)
        day = start.astimezone(self._timeline.zone).toordinal()
        return EPOCH + self._without(pauses).search(at, lambda table: table.end_of_day(day, days))


@dataclass(frozen=True)
class _Rules:
    """A calendar's plain values: equal rules, equal table."""

    zone: str
    week: tuple[Hours, ...]
    holidays: frozenset[date]
    overrides: tuple[tuple[date, Hours], ...]
    yearly: frozenset[tuple[int, int]]
    yearly_hours: tuple[tuple[tuple[int, int], Hours], ...] = ()
    pauses: tuple[tuple[timedelta, timedelta], ...] = ()


class _Timeline:
    """The rules laid out on the time line, as far as anybody has asked. The table is replaced, never changed."""

    def __init__(self, rules: _Rules) -> None:
        self.zone = zone_of(rules.zone)
        self.rules = rules
        self.overrides, self.yearly_hours = dict(rules.overrides), dict(rules.yearly_hours)
        self.table = _Table([], LATEST_YEAR + 1, EARLIEST_YEAR - 1)
        self._refuse_never_open()
        self._refuse_overlaps()

    def hours(self, on: date) -> Hours:
        if on in self.overrides:
            return self.overrides[on]
        usual, every_year = self.rules.week[on.weekday()], self.yearly_hours.get((on.month, on.day))
        if every_year is not None:
            return every_year if usual else ()
        if on in self.rules.holidays or (on.month, on.day) in self.rules.yearly:
            return ()
        return usual

    def spans(self, first: int, last: int) -> list[Span]:
        """The windows that begin on the days with these ordinals: start, end, day; in order, none overlapping."""
        found: list[Span] = []
        for day in range(first, last + 1):
            on = date.fromordinal(day)
            if hours := self.hours(on):
                midnight = datetime.combine(on, time.min, self.zone)
                found += [(midnight + w.opens - EPOCH, midnight + w.closes - EPOCH, day) for w in hours]
        return list(_cut(_disjoint(sorted(found)), self.rules.pauses))

    def covering(self, low: timedelta, high: timedelta) -> "_Table":
        table = self.table
        if table.since <= low <= high < table.until:
            return table
        if low < _new_year(EARLIEST_YEAR) or high >= _new_year(LATEST_YEAR + 1):
            raise CalendarError(f"working time is known for the years {EARLIEST_YEAR} to {LATEST_YEAR} only")
        return self._grown((EPOCH + low).year, (EPOCH + high).year)

    def due(self, at: timedelta, duration: timedelta) -> timedelta:
        due = self.covering(at, at).due(at, duration)
        return self.search(at, lambda table: table.due(at, duration)) if due is None else due

    def search(
        self, at: timedelta, answer: Callable[["_Table"], Answer | None], since: timedelta | None = None
    ) -> Answer:
        """The first answer that is not None from a table that reaches ever further beyond `at`."""
        table = self.covering(at if since is None else since, at)
        while (found := answer(table)) is None:
            last_year = min((EPOCH + at).year + SEARCH_YEARS, LATEST_YEAR)
            if table.last_year >= last_year:
                raise CalendarError(f"too few open windows from {EPOCH + at:%Y-%m-%d} to the end of {last_year}")
            table = self._grown(table.first_year, table.last_year + 1)
        return found

    def _grown(self, first_year: int, last_year: int) -> "_Table":
        known = self.table
        # By half as much again at least, so that asking for one year after another does not build each table anew.
        slack = max(known.last_year - known.first_year + 1, 0) // 2
        first_year = known.first_year if first_year >= known.first_year else max(first_year - slack, EARLIEST_YEAR)
        last_year = known.last_year if last_year <= known.last_year else min(last_year + slack, LATEST_YEAR)
        # Three days more on either side: windows run past midnight, and zones are up to a day away from UTC.
        first, last = date(first_year, 1, 1).toordinal() - 3, date(last_year, 12, 31).toordinal() + 3
        self.table = table = _Table(self.spans(first, last), first_year, last_year)
        return table

    def _refuse_never_open(self) -> None:
        is_week_open = any(self.rules.week) and len(self.rules.yearly) < 366
        if not is_week_open and not any(self.overrides.values()):
            raise CalendarError("the calendar has no open window: neither a day of the week nor an override opens it")

    def _refuse_overlaps(self) -> None:
        week = dict(zip(WEEKDAYS, self.rules.week, strict=True))
        for name, following in zip(WEEKDAYS, WEEKDAYS[1:] + WEEKDAYS[:1], strict=True):
            refuse_overlap(name, week[name], following, week[following])
        for (month, day), hours in self.rules.yearly_hours:
            self._refuse_yearly_overlap(f"{month:02}-{day:02}", hours)
        for on, hours in self.rules.overrides:
            before, after = on - DAY, on + DAY
            refuse_overlap(str(before), self.hours(before), str(on), hours)
            refuse_overlap(str(on), hours, str(after), self.hours(after))

    def _refuse_yearly_overlap(self, text: str, hours: Hours) -> None:
        """Such a day falls on each open day of the week, in one year or another."""
        week = self.rules.week
        for index, usual in enumerate(week):
            if usual:
                before, after = (index - 1) % 7, (index + 1) % 7
                refuse_overlap(WEEKDAYS[before], week[before], text, hours)
                refuse_overlap(text, hours, WEEKDAYS[after], week[after])


@lru_cache(maxsize=128)
def _timeline(rules: _Rules) -> _Timeline:
    return _Timeline(rules)


class _Table:
    """Windows in order, and the working time before each. Answers for the instants from `since` until `until`."""

    def __init__(self, spans: list[Span], first_year: int, last_year: int) -> None:
        self.first_year, self.last_year = first_year, last_year
        self.since, self.until = _new_year(first_year), _new_year(last_year + 1)
        self.spans = spans
        # An empty window ahead of all others spares every search the case "before the first".
        self.starts = [self.since - 7 * DAY, *(start for start, _, _ in spans)]
        self.ends = [self.since - 7 * DAY, *(end for _, end, _ in spans)]
        self.before = []
        self.total = NOTHING
        for start, end in zip(self.starts, self.ends, strict=True):
            self.before.append(self.total)
            self.total += end - start
        # Inside a window the working time so far is the instant plus the window's shift.
        self.shifts = [worked - start for worked, start in zip(self.before, self.starts, strict=True)]

    def worked(self, at: timedelta) -> timedelta:
        index = bisect_right(self.starts, at) - 1
        end = self.ends[index]
        return self.shifts[index] + (at if at < end else end)

    def due(self, at: timedelta, duration: timedelta) -> timedelta | None:
        target = self.worked(at) + duration
        if target > self.total or (target == self.total and not duration):
            return None
        # Working time is reached at the end of one window, before the next one begins; but zero is due inside one.
        index = (bisect_left if duration else bisect_right)(self.before, target) - 1
        return target - self.shifts[index]

    def end_of_day(self, day: int, days: int) -> timedelta | None:
        index = bisect_right(self.days, day) + days - 1 if days else bisect_left(self.days, day)
        return self.ends_by_day[self.days[index]] if index < len(self.days) else None

    @cached_property
    def ends_by_day(self) -> dict[int, timedelta]:
        return {day: end for _, end, day in self.spans}

    @cached_property
    def days(self) -> list[int]:
        return sorted(self.ends_by_day)

    @cached_property
    def bulk(self) -> "_Bulk":
        return _Bulk(self)


class _Bulk:
    """The same table as arrays of microseconds."""

    def __init__(self, table: _Table) -> None:
        starts, before = _micros(table.starts), _micros(table.before)
        self.ends, self.shifts, self.total = _micros(table.ends), before - starts, _micros([table.total])[0]
        self.opened, self.filled = _Locator(starts), _Locator(before)

    def worked(self, at: Micros) -> Micros:
        index = self.opened.last_at_or_below(at)
        worked: Micros = self.ends.take(index, mode="clip")
        np.minimum(worked, at, out=worked)
        worked += self.shifts.take(index, mode="clip")
        return worked

    def due(self, starts: Micros, durations: Micros, out: Micros) -> Micros | None:
        for part in _chunks(len(out)):
            target = self.worked(starts[part]) + durations[part]
            reached = target - (durations[part] > 0)  # as in _Table.due: strictly below, but for zero
            if reached.max() >= self.total:
                return None
            np.subtract(target, self.shifts.take(self.filled.last_at_or_below(reached), mode="clip"), out=out[part])
        return out


class _Locator:
    """Finds the last edge at or below each value: by a bucket of even width, then a step or so to the right edge.

    On unsorted values this is ten times as fast as a binary search, whose every probe is a guess for the processor.
    `take` clips here and in _Bulk because that is twice as fast as checking; only values beyond the last edge need it.
    """

    def __init__(self, edges: Micros) -> None:
        span, gaps = int(edges[-1] - edges[0]), np.diff(edges)
        narrowest = int(gaps[gaps > 0].min(initial=DAY // MICROSECOND))
        self.bits = max(narrowest.bit_length() - 1, (span // MAX_BUCKETS).bit_length())
        self.low = edges[0]
        boundaries = self.low + (np.arange((span >> self.bits) + 2) << self.bits)
        indices = np.searchsorted(edges, boundaries, side="right") - 1
        self.steps = int(np.diff(indices).max())
        self.indices = indices[:-1]
        self.following = np.append(edges[1:], np.iinfo(np.int64).max)

    def last_at_or_below(self, values: Micros) -> NDArray[np.intp]:
        bucket = values - self.low
        bucket >>= self.bits
        index: NDArray[np.intp] = self.indices.take(bucket, mode="clip")
        for _ in range(self.steps):
            index += self.following.take(index, mode="clip") <= values
        return index


def _disjoint(spans: Iterable[Span]) -> Iterator[Span]:
    """A clock change can empty a window, turn it round or push it into the next one: no time counts twice."""
    reached = timedelta.min
    for start, end, day in spans:
        if max(start, reached) < end:
            yield max(start, reached), end, day
            reached = end


def _cut(spans: Iterable[Span], pauses: Sequence[tuple[timedelta, timedelta]]) -> Iterator[Span]:
    """What the pauses leave of the windows; both are in order and neither overlap among themselves."""
    for start, end, day in spans:
        left = start
        for begin, stop in pauses[bisect_right(pauses, start, key=itemgetter(1)) :]:
            if begin >= end:
                break
            if begin > left:
                yield left, begin, day
            left = stop
        if left < end:
            yield left, end, day


def _merged(pauses: Pauses) -> list[tuple[timedelta, timedelta]]:
    merged: list[tuple[timedelta, timedelta]] = []
    for begin, stop in sorted((_since_epoch(begin), _since_epoch(stop)) for begin, stop in pauses):
        if begin >= stop:
            continue
        if merged and begin <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], stop)
        else:
            merged.append((begin, stop))
    return merged


def _since_epoch(at: datetime) -> timedelta:
    try:
        return at - EPOCH
    except TypeError:
        raise ValueError(f"an instant needs a time zone: {at!r}") from None


def _midnight(day: int) -> timedelta:
    return timedelta(days=day - EPOCH.toordinal())


def _new_year(year: int) -> timedelta:
    return _midnight(date(year, 1, 1).toordinal())


def _first(instants: Micros) -> timedelta:
    earliest = int(instants.min())
    if earliest == np.iinfo(np.int64).min:  # how numpy stores NaT
        raise ValueError("instants in bulk cannot be NaT")
    return timedelta(microseconds=earliest)


def _last(instants: Micros) -> timedelta:
    return timedelta(microseconds=int(instants.max()))


def _micros(deltas: list[timedelta]) -> Micros:
    micros: Micros = np.array(deltas, dtype="timedelta64[us]").view(np.int64)
    return micros


def _chunks(length: int) -> Iterator[slice]:
    return (slice(start, start + CHUNK) for start in range(0, length, CHUNK))


def _instants(values: ArrayLike) -> Micros:
    array = np.asarray(values)
    if array.dtype.kind != "M":
        raise ValueError(f"instants in bulk are datetime64 in UTC, not {array.dtype}")
    return array.astype("datetime64[us]", copy=False).view(np.int64)


def _durations(seconds: ArrayLike) -> Micros:
    array = np.asarray(seconds)
    if array.dtype.kind not in "iuf":
        raise ValueError(f"durations in bulk are seconds, not {array.dtype}")
    if not (array >= 0).all():
        raise ValueError("a duration cannot be negative or NaN")
    if array.size and array.max() > LONGEST.total_seconds():
        raise CalendarError(f"a duration cannot be longer than {SEARCH_YEARS} years")
    return np.rint(array * 1e6).astype(np.int64) if array.dtype.kind == "f" else array.astype(np.int64) * 1_000_000
