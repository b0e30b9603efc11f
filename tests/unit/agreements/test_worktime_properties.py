"""Working time against a slow reference that looks at every minute (or second) and shares no code with it.

A scene is a zone and some days of it, mostly around a change of its clocks. The reference walks the scene tick by tick,
reads the local clock at each and so finds out which instant a wall time means; it never computes one from an offset.
"""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from agreements.worktime import WEEKDAYS, WorkCalendar

settings.register_profile("worktime", deadline=None, database=None, derandomize=True)
settings.load_profile("worktime")

MICROSECOND, MINUTE, DAY = timedelta(microseconds=1), timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True)
class Scene:
    """Days of a zone, seen by ticks of so many seconds. Intervals lie in the middle days, windows in all of them."""

    zone: str
    first: date
    days: int = 6
    seconds: int = 60

    @property
    def tick(self) -> timedelta:
        return timedelta(seconds=self.seconds)

    @property
    def since(self) -> datetime:
        return datetime.combine(self.first, time(), UTC)

    @property
    def length(self) -> timedelta:
        return self.days * DAY


SCENES = [
    Scene("Europe/Berlin", date(2026, 3, 26)),
    Scene("Europe/Berlin", date(2026, 10, 22)),
    Scene("Europe/Amsterdam", date(2011, 10, 27)),
    Scene("America/Sao_Paulo", date(2018, 11, 1)),  # the day begins at 01:00
    Scene("America/Sao_Paulo", date(2018, 2, 14)),  # the evening's last hour occurs twice
    Scene("Asia/Kolkata", date(2026, 12, 29)),
    Scene("Australia/Lord_Howe", date(2026, 10, 1)),  # by half an hour
    Scene("Australia/Lord_Howe", date(2026, 4, 2)),
    Scene("America/New_York", date(2090, 3, 9)),
    Scene("America/New_York", date(2026, 10, 29)),
    Scene("Pacific/Apia", date(2011, 12, 27)),  # a day is left out
    Scene("UTC", date(2028, 2, 26)),
]
# The clocks of Liberia went forward by 44 minutes and 30 seconds: no whole number of minutes.
BY_SECOND = Scene("Africa/Monrovia", date(1972, 1, 7), days=1, seconds=1)


# The reference


class LocalClock:
    """What the clocks of the scene's zone show, tick by tick from two days before it to two days after."""

    def __init__(self, scene: Scene) -> None:
        zone, begin = ZoneInfo(scene.zone), scene.since - 2 * DAY
        self.tick, self.first_tick_showing, self.jumps = scene.tick, {}, []
        before = None
        for tick in range((scene.length + 4 * DAY) // scene.tick):
            shown = (begin + tick * scene.tick).astimezone(zone).replace(tzinfo=None)
            self.first_tick_showing.setdefault(shown, tick)
            if before is not None and shown > before + scene.tick:
                self.jumps.append((before, shown))
            before = shown

    def tick_of(self, wall: datetime) -> int:
        for before, after in self.jumps:
            if before < wall < after:
                wall += after - before - self.tick
        return self.first_tick_showing[wall]


clock_of = lru_cache(maxsize=None)(LocalClock)


class Reference:
    """The calendar as one flag per tick of the scene, and the number of open ticks before each."""

    def __init__(self, scene: Scene, calendar: dict) -> None:
        clock, self.scene = clock_of(scene), scene
        flags = bytearray((scene.length + 4 * DAY) // scene.tick)
        for number in range(-1, scene.days + 1):
            on = scene.first + number * DAY
            for opens, closes in hours_of(on, calendar):
                end = closes if closes > opens else closes + 24 * 3600
                midnight = datetime.combine(on, time())
                begin, stop = (clock.tick_of(midnight + timedelta(seconds=wall)) for wall in (opens, end))
                if begin < stop:
                    flags[begin:stop] = b"\1" * (stop - begin)
        self.flags = flags[2 * DAY // scene.tick :]

    def without(self, pauses: list[tuple[datetime, datetime]]) -> "Reference":
        for begin, stop in pauses:
            first, last = ((at - self.scene.since) // self.scene.tick for at in (begin, stop))
            self.flags[first:last] = bytes(max(last - first, 0))
        return self

    def counted(self) -> "Reference":
        self.open_before = list(accumulate(self.flags, initial=0))
        return self

    def worked(self, at: datetime) -> timedelta:
        tick, rest = divmod(at - self.scene.since, self.scene.tick)
        return self.open_before[tick] * self.scene.tick + rest * self.flags[tick]

    def due(self, start: datetime, duration: timedelta) -> datetime:
        if not duration:
            tick = (start - self.scene.since) // self.scene.tick
            return start if self.flags[tick] else self.at(self.flags.find(1, tick))
        target = self.worked(start) + duration
        tick = bisect_left(self.open_before, target / self.scene.tick)
        return self.at(tick) - (self.open_before[tick] * self.scene.tick - target)

    def at(self, tick: int) -> datetime:
        return self.scene.since + tick * self.scene.tick


def hours_of(on: date, calendar: dict) -> list[tuple[int, int]]:
    """The windows of a day in seconds since midnight."""
    if on in calendar["overrides"]:
        windows = calendar["overrides"][on]
    elif on in calendar["holidays"] or f"{on:%m-%d}" in calendar["yearly_holidays"]:
        windows = []
    else:
        windows = calendar["week"].get(WEEKDAYS[on.weekday()], [])
    return [(seconds_of(opens), seconds_of(closes)) for opens, closes in windows]


def seconds_of(text: str) -> int:
    return sum(int(part) * unit for part, unit in zip(text.split(":"), (3600, 60, 1), strict=False))


# What is drawn


def text_of(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours:02}:{minutes:02}" + (f":{seconds:02}" if seconds else "")


def walls(scene: Scene, first: int, last: int) -> st.SearchStrategy[int]:
    """Wall times in seconds, the hours in which clocks change oftener than others."""
    near = [minute * 60 for minute in (0, 30, 60, 90, 105, 120, 135, 150, 180, 210, 240, 1380, 1410, 1440)]
    anywhere = st.integers(first // scene.seconds, last // scene.seconds).map(lambda n: n * scene.seconds)
    often = [wall for wall in near if first <= wall <= last]
    return st.one_of(st.sampled_from(often), anywhere) if often else anywhere


@st.composite
def windows_within(draw, scene: Scene, first: int, last: int) -> list[tuple[str, str]]:
    """Up to three windows inside these hours, none overlapping; some touch."""
    edges = sorted(draw(st.lists(walls(scene, first, last), max_size=6, unique=True)))
    step = draw(st.sampled_from([1, 2]))
    return [(text_of(opens), text_of(closes)) for opens, closes in zip(edges[::step], edges[1::step], strict=False)]


@st.composite
def hours_of_a_day(draw, scene: Scene, has_nights: bool) -> list[tuple[str, str]]:
    """Windows of a day. Where there are nights, days begin at 06:00 and end at 22:00, and nights lie between."""
    if not has_nights:
        return draw(windows_within(scene, 0, 24 * 3600))
    hours = draw(windows_within(scene, 6 * 3600, 22 * 3600))
    if draw(st.booleans()):
        evening = draw(walls(scene, 22 * 3600, 24 * 3600 - scene.seconds))
        hours.append((text_of(evening), text_of(draw(walls(scene, 0, 6 * 3600)))))
    return hours


@st.composite
def calendars(draw, scene: Scene) -> dict:
    hours = hours_of_a_day(scene, has_nights=draw(st.booleans()))
    days = st.integers(-1, scene.days).map(lambda number: scene.first + number * DAY)
    calendar = {
        "week": {name: draw(hours) for name in WEEKDAYS},
        "holidays": draw(st.lists(days, max_size=2)),
        "overrides": draw(st.dictionaries(days, hours, max_size=2)),
        "yearly_holidays": draw(st.lists(days.map("{:%m-%d}".format), max_size=1)),
    }
    assume(any(calendar["week"].values()))
    return calendar


def instants(scene: Scene) -> st.SearchStrategy[datetime]:
    micros = st.integers(0, scene.length // MICROSECOND - 1)
    ticks = st.integers(0, scene.length // scene.tick - 1).map(lambda tick: tick * scene.seconds * 1_000_000)
    return st.one_of(ticks, micros).map(lambda micro: scene.since + micro * MICROSECOND)


def pauses_in(scene: Scene) -> st.SearchStrategy[list[tuple[datetime, datetime]]]:
    ticks = st.integers(0, scene.length // scene.tick).map(lambda tick: scene.since + tick * scene.tick)
    return st.lists(st.tuples(ticks, ticks), max_size=4)


def tried(scene: Scene, calendar: dict) -> tuple[WorkCalendar, Reference]:
    return WorkCalendar(scene.zone, **calendar), Reference(scene, calendar)


def duration_within(data, reference: Reference, start: datetime) -> timedelta:
    """A duration that is over within the scene."""
    last = reference.at(len(reference.flags) - 1)
    left = (reference.worked(last) - reference.worked(start)) // MICROSECOND
    assume(left)
    minutes = st.integers(0, left // 60_000_000).map(lambda number: number * 60_000_000)
    return data.draw(st.one_of(st.integers(0, left), minutes, st.just(left))) * MICROSECOND


every_scene = pytest.mark.parametrize("scene", SCENES, ids=lambda scene: f"{scene.zone} {scene.first}")


# Against the reference


@every_scene
@settings(max_examples=12)
@given(data=st.data())
def test_elapsed_is_the_number_of_open_minutes_in_between(scene, data):
    work, reference = tried(scene, data.draw(calendars(scene)))
    reference.counted()
    for start, end in data.draw(st.lists(st.tuples(instants(scene), instants(scene)), min_size=1, max_size=8)):
        assert work.elapsed(start, end) == reference.worked(end) - reference.worked(start)


@every_scene
@settings(max_examples=12)
@given(data=st.data())
def test_due_is_the_first_instant_at_which_enough_minutes_were_open(scene, data):
    work, reference = tried(scene, data.draw(calendars(scene)))
    reference.counted()
    start = data.draw(instants(scene))
    duration = duration_within(data, reference, start)
    assert work.due(start, duration) == reference.due(start, duration)


@every_scene
@settings(max_examples=12)
@given(data=st.data())
def test_minutes_in_a_pause_are_closed_minutes(scene, data):
    calendar, pauses = data.draw(calendars(scene)), data.draw(pauses_in(scene))
    work, reference = tried(scene, calendar)
    reference.without(pauses).counted()
    start, end = data.draw(instants(scene)), data.draw(instants(scene))
    assert work.elapsed(start, end, pauses) == reference.worked(end) - reference.worked(start)
    duration = duration_within(data, reference, start)
    assert work.due(start, duration, pauses) == reference.due(start, duration)


@settings(max_examples=10)
@given(data=st.data())
def test_every_second_around_a_clock_change_is_counted_once(data):
    scene = BY_SECOND
    work, reference = tried(scene, data.draw(calendars(scene)))
    reference.counted()
    start, end = data.draw(instants(scene)), data.draw(instants(scene))
    assert work.elapsed(start, end) == reference.worked(end) - reference.worked(start)
    duration = duration_within(data, reference, start)
    assert work.due(start, duration) == reference.due(start, duration)


@every_scene
@settings(max_examples=10)
@given(data=st.data())
def test_the_windows_of_the_days_are_the_open_minutes(scene, data):
    work, reference = tried(scene, data.draw(calendars(scene)))
    flags = bytearray(len(reference.flags))
    for number in range(-2, scene.days + 2):
        on = scene.first + number * DAY
        windows = work.windows(on)
        assert work.is_working_day(on) == bool(windows)
        for window in windows:
            begin, stop = (min(max((at - scene.since) // scene.tick, 0), len(flags)) for at in window)
            assert not any(flags[begin:stop])
            flags[begin:stop] = b"\1" * (stop - begin)
    last = scene.length // scene.tick
    assert flags[:last] == reference.flags[:last]


# Laws, over any years


SPLIT_DAY = [("09:00", "12:00"), ("13:00", "17:00")]
CALENDARS = {
    "office": WorkCalendar("Europe/Berlin", dict.fromkeys(WEEKDAYS[:5], SPLIT_DAY)),
    "nights": WorkCalendar(
        "America/New_York", {"fri": [("22:00", "06:00")], "sat": [("22:00", "06:00")]}, yearly_holidays=["02-29"]
    ),
    "one hour": WorkCalendar("Australia/Lord_Howe", {"sun": [("01:45", "02:45")]}, holidays=[date(2026, 10, 4)]),
    "always": WorkCalendar("America/Sao_Paulo", {name: [("00:00", "24:00")] for name in WEEKDAYS}),
}
any_instant = st.datetimes(datetime(1972, 1, 1), datetime(2092, 1, 1), timezones=st.just(UTC))
whole_hours = st.integers(0, 400).map(lambda number: timedelta(hours=number))
any_duration = st.one_of(st.timedeltas(timedelta(0), timedelta(days=20)), whole_hours)
every_calendar = pytest.mark.parametrize("work", CALENDARS.values(), ids=CALENDARS)


@every_calendar
@settings(max_examples=60)
@given(start=any_instant, duration=any_duration)
def test_the_due_instant_is_the_earliest_that_reaches_the_duration(work, start, duration):
    due = work.due(start, duration)
    assert due >= start
    assert work.elapsed(start, due) == duration
    if duration:
        assert work.elapsed(start, due - MICROSECOND) == duration - MICROSECOND
    else:
        assert work.elapsed(due, due + MICROSECOND) == MICROSECOND


@every_calendar
@settings(max_examples=60)
@given(a=any_instant, b=any_instant, c=any_instant)
def test_working_time_adds_up_and_turns_round(work, a, b, c):
    assert work.elapsed(a, b) + work.elapsed(b, c) == work.elapsed(a, c)
    assert work.elapsed(b, a) == -work.elapsed(a, b)
    assert timedelta(0) <= work.elapsed(min(a, b), max(a, b)) <= abs(b - a)


@every_calendar
@settings(max_examples=50)
@given(start=any_instant, first=any_duration, second=any_duration)
def test_a_duration_may_be_waited_for_in_two_parts(work, start, first, second):
    assume(second)
    assert work.due(work.due(start, first), second) == work.due(start, first + second)


@every_calendar
@settings(max_examples=50)
@given(start=any_instant, duration=any_duration, data=st.data())
def test_pauses_put_the_due_instant_off_until_the_duration_is_reached(work, start, duration, data):
    offsets = st.timedeltas(timedelta(days=-3), timedelta(days=30)).map(start.__add__)
    pauses = data.draw(st.lists(st.tuples(offsets, offsets), max_size=5))
    due = work.due(start, duration, pauses)
    assert due >= work.due(start, duration)
    assert work.elapsed(start, due, pauses) == duration
    if duration:
        assert work.elapsed(start, due - MICROSECOND, pauses) == duration - MICROSECOND
    between = start + timedelta(days=9)
    assert work.elapsed(start, between, pauses) + work.elapsed(between, due, pauses) == duration


@every_calendar
@settings(max_examples=50)
@given(questions=st.lists(st.tuples(any_instant, any_instant, any_duration), min_size=1, max_size=40))
def test_bulk_answers_are_the_single_answers(work, questions):
    naive = [tuple(at.replace(tzinfo=None) for at in (start, end)) for start, end, _ in questions]
    starts, ends = (np.array(column, dtype="datetime64[us]") for column in zip(*naive, strict=True))
    seconds = np.array([duration.total_seconds() for *_, duration in questions])
    elapsed = [work.elapsed(start, end) // MICROSECOND for start, end, _ in questions]
    due = [work.due(start, duration).replace(tzinfo=None) for start, _, duration in questions]
    assert work.elapsed_many(starts, ends).tolist() == elapsed
    assert work.due_many(starts, seconds).tolist() == due


def test_a_bulk_answer_longer_than_its_chunks_is_that_of_its_parts():
    work, rng = CALENDARS["office"], np.random.default_rng(7)
    starts = np.datetime64("2021-01-01", "us") + rng.integers(0, 5 * 365 * 86_400_000_000, 50_000)
    ends = starts + rng.integers(-10_000_000_000, 2_000_000_000_000, 50_000)
    parts = [work.elapsed_many(starts[n : n + 777], ends[n : n + 777]) for n in range(0, 50_000, 777)]
    assert (work.elapsed_many(starts, ends) == np.concatenate(parts)).all()
    whole = work.due_many(starts, 7200)
    assert (work.elapsed_many(starts, whole) == 7_200_000_000).all()


@every_calendar
@settings(max_examples=60)
@given(start=any_instant, days=st.integers(0, 30))
def test_the_end_of_a_working_day_is_that_of_its_last_window(work, start, days):
    zone = work._timeline.zone
    on = start.astimezone(zone).date() + (DAY if days else timedelta(0))
    left = max(days, 1)
    while True:
        left -= bool(work.windows(on))
        if not left:
            break
        on += DAY
    assert work.end_of_working_day(start, days) == work.windows(on)[-1][1]
