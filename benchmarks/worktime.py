"""How fast and how right working time is beside other libraries: `python benchmarks/worktime.py` from the root.

Every figure is the best of several runs, and what counts are the ratios of one run, not the times of one machine.
"""

import math
import random
import sys
import warnings
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from time import process_time
from typing import Any
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import businesstimedelta as btd
import holidays
import numpy as np
import pandas as pd
import pytz
from business_duration import businessDuration
from django_bizcal.calendars import WorkingCalendar
from django_bizcal.providers import SetHolidayProvider

from agreements.worktime import WorkCalendar

ZONE, PYTZ = ZoneInfo("Europe/Berlin"), pytz.timezone("Europe/Berlin")
SINCE, YEARS = datetime(2021, 1, 1, tzinfo=UTC), 5
HOLIDAYS = sorted(holidays.country_holidays("DE", years=range(2020, 2028)))
MILLION, SINGLES, SAMPLE, RUNS = 1_000_000, 20_000, 250, 5
MEAN_LENGTH = timedelta(days=2)
FOUR_HOURS = timedelta(hours=4)
BARE, BULK, SINGLE = "a bare numpy subtraction", "ours, bulk", "ours, single"
WORKDAYS = ("mon", "tue", "wed", "thu", "fri")

Pair = tuple[datetime, datetime]
Ask = Callable[[datetime, datetime], Any]


# The same office in each library: Berlin, Monday to Friday from 9 to 17, German holidays


WEEK = {name: [("09:00", "17:00")] for name in WORKDAYS}
OURS = WorkCalendar("Europe/Berlin", WEEK, HOLIDAYS)
OFFICE_HOURS = btd.WorkDayRule(time(9), time(17), [0, 1, 2, 3, 4], tz=PYTZ)
BTD = btd.Rules([OFFICE_HOURS, btd.HolidayRule(HOLIDAYS, tz=PYTZ)])
BIZCAL = WorkingCalendar(
    tz="Europe/Berlin",
    weekly_schedule={day: [("09:00", "17:00")] for day in range(5)},
    holiday_provider=SetHolidayProvider.from_dates(HOLIDAYS),
)
PANDAS = pd.offsets.CustomBusinessHour(n=4, start="09:00", end="17:00", holidays=HOLIDAYS)


def by_btd(start: datetime, end: datetime, rule: Any = BTD) -> timedelta:
    return rule.difference(start, end).timedelta


def by_business_duration(start: datetime, end: datetime) -> timedelta | None:
    return duration_by_wall_clock(start, end, time(9), time(17), weekendlist=[5, 6], holidaylist=HOLIDAYS)


def duration_by_wall_clock(start: datetime, end: datetime, *hours: time, **closed: list) -> timedelta | None:
    """business-duration knows no zones, so it is given what the clocks of Berlin show."""
    local = [instant.astimezone(ZONE).replace(tzinfo=None) for instant in (start, end)]
    seconds = businessDuration(*local, *hours, unit="sec", **closed)
    return None if math.isnan(seconds) else timedelta(seconds=float(seconds))


ELAPSED: dict[str, Ask] = {
    "businesstimedelta": by_btd,
    "business-duration": by_business_duration,
    "django-bizcal": BIZCAL.business_time_between,
}
DUE: dict[str, Callable[[datetime], Any]] = {
    "businesstimedelta": lambda start: start + btd.BusinessTimeDelta(BTD, hours=4),
    "django-bizcal": lambda start: BIZCAL.add_business_time(start, FOUR_HOURS),
    "pandas CustomBusinessHour": lambda start: pd.Timestamp(start).tz_convert(ZONE) + PANDAS,
}


# Speed


def intervals(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Unsorted starts, even over five years; most intervals are short, as follow-ups are."""
    rng = np.random.default_rng(1)
    starts = np.datetime64(SINCE.replace(tzinfo=None), "us") + rng.integers(0, YEARS * 365 * 86_400_000_000, count)
    return starts, starts + rng.exponential(MEAN_LENGTH / timedelta(microseconds=1), count).astype(np.int64)


def pairs(starts: np.ndarray, ends: np.ndarray, count: int) -> list[Pair]:
    columns = ([at.replace(tzinfo=UTC) for at in instants[:count].tolist()] for instants in (starts, ends))
    return list(zip(*columns, strict=True))


def best(runs: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The least processor time of each, in seconds. They take turns, so that other work slows all of them alike."""
    taken = dict.fromkeys(runs, math.inf)
    for _ in range(rounds):
        for name, run in runs.items():
            begin = process_time()
            run()
            taken[name] = min(taken[name], process_time() - begin)
    return taken


def each(ask: Callable[..., object], questions: list[Pair]) -> Callable[[], object]:
    return lambda: [ask(*question) for question in questions]


def compare_speed() -> None:
    starts, ends = intervals(MILLION)
    print(f"{MILLION:,} unsorted intervals over {YEARS} years, {MEAN_LENGTH.days} days long in the mean\n")
    compare("elapsed", lambda: OURS.elapsed_many(starts, ends), OURS.elapsed, ELAPSED)
    due = {name: ignoring_end(ask) for name, ask in DUE.items()}
    ours = ignoring_end(lambda start: OURS.due(start, FOUR_HOURS))
    compare("due after four hours", lambda: OURS.due_many(starts, 14_400), ours, due)
    print(f"a calendar's first answer   {shown(first_answer()):>12}")
    print(f"the same calendar again     {shown(again()):>12}")


def ignoring_end(ask: Callable[[datetime], Any]) -> Ask:
    return lambda start, _: ask(start)


def compare(title: str, bulk: Callable[[], object], single: Ask, others: dict[str, Ask]) -> None:
    starts, ends = intervals(MILLION)
    whole = best({BARE: lambda: ends - starts, BULK: bulk}, 40)
    asks = {SINGLE: single, **others}
    samples = {name: pairs(starts, ends, SINGLES if name == SINGLE else SAMPLE) for name in asks}
    one_by_one = best({name: each(ask, samples[name]) for name, ask in asks.items()}, 15)
    taken = {name: seconds / MILLION for name, seconds in whole.items()}
    taken |= {name: seconds / len(samples[name]) for name, seconds in one_by_one.items()}
    row(title, "time each", "of our single", "of our bulk")
    for name, seconds in taken.items():
        row(name, shown(seconds), ratio(seconds, taken[SINGLE]), ratio(seconds, taken[BULK]))
    print(f"our bulk takes {taken[BULK] / taken[BARE]:.1f} times as long as the bare subtraction\n")


def first_answer() -> float:
    """Reading a calendar never seen before and laying out its year."""
    days = iter(random.sample(range(1, 200_000), RUNS))

    def run() -> None:
        closed = [*HOLIDAYS, date(1850, 1, 1) + timedelta(days=next(days))]
        WorkCalendar("Europe/Berlin", WEEK, closed).due(SINCE, FOUR_HOURS)

    return best({"": run}, RUNS)[""]


def again() -> float:
    return best({"": lambda: WorkCalendar("Europe/Berlin", WEEK, HOLIDAYS).due(SINCE, FOUR_HOURS)}, RUNS)[""]


def row(*cells: str) -> None:
    print("{:<28}{:>12}{:>16}{:>16}".format(*cells))


def shown(seconds: float) -> str:
    for unit, size in (("s", 1), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds / 1e-9:.2f} ns"


def ratio(one: float, other: float) -> str:
    if one == other:
        return "1"
    return f"{one / other:,.0f} x" if one > 3 * other else f"{one / other:.2g} x"


# Truth


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


SPLIT = [("09:00", "12:00"), ("13:00", "17:00")]
NIGHT = {"sat": [("22:00", "06:00")]}
NIGHT_BTD = btd.WorkDayRule(time(22), time(6), [5], tz=PYTZ)
NIGHT_BIZCAL = WorkingCalendar(tz="Europe/Berlin", weekly_schedule={5: [("22:00", "06:00", 1)]})
SPLIT_BTD = btd.Rules([OFFICE_HOURS, btd.LunchTimeRule(time(12), time(13), [0, 1, 2, 3, 4], tz=PYTZ)])
SPLIT_BIZCAL = WorkingCalendar(tz="Europe/Berlin", weekly_schedule=dict.fromkeys(range(5), SPLIT))


def by_night_duration(start: datetime, end: datetime) -> timedelta | None:
    return duration_by_wall_clock(start, end, time(22), time(6), weekendlist=[0, 1, 2, 3, 4, 6])


def by_pandas_nights(start: datetime) -> Any:
    nightly = pd.offsets.CustomBusinessHour(n=7, start="22:00", end="06:00", weekmask="Sat")
    return pd.Timestamp(start).tz_convert(ZONE) + nightly


def compare_truth() -> None:
    night = WorkCalendar("Europe/Berlin", NIGHT)
    split = WorkCalendar("Europe/Berlin", dict.fromkeys(WORKDAYS, SPLIT))
    nights = [night.elapsed, partial(by_btd, rule=NIGHT_BTD), by_night_duration, NIGHT_BIZCAL.business_time_between]
    breaks = [split.elapsed, partial(by_btd, rule=SPLIT_BTD), None, SPLIT_BIZCAL.business_time_between]
    office = [OURS.elapsed, *ELAPSED.values()]
    cases: list[tuple[str, str, Sequence[Ask | None], str, str]] = [
        ("Saturday 22-06 into summer time", "7:00:00", nights, "2026-03-28 12:00", "2026-03-29 12:00"),
        ("Saturday 22-06 into winter time", "9:00:00", nights, "2026-10-24 12:00", "2026-10-25 12:00"),
        ("Saturday 22-06, asked Sunday 01-05", "4:00:00", nights, "2026-01-11 01:00", "2026-01-11 05:00"),
        ("a lunch break", "2:00:00", breaks, "2026-01-05 11:00", "2026-01-05 14:00"),
        ("half a second", "0:00:00.500000", office, "2026-01-05 10:00", "2026-01-05 10:00:00.500"),
        ("an interval reversed", "-2:00:00", office, "2026-01-05 12:00", "2026-01-05 10:00"),
    ]
    print("\n" + truth_row("", "right", ["ours", *ELAPSED]))
    for name, right, asks, start, end in cases:
        found = [answer(ask, at(start), at(end)) for ask in asks]
        print(truth_row(name, right, [cell if cell == right else f"{cell} (!)" for cell in found]))
    due = by_pandas_nights(at("2026-03-28 22:00"))
    print(f"\npandas: seven hours after Saturday 22:00 into summer time are over {due:%a %H:%M} (right: Sun 06:00);")
    print("CustomBusinessHour steps whole business hours forward and cannot say how many lie in an interval")


def truth_row(name: str, right: str, answers: Sequence[str]) -> str:
    return f"{name:<36}{right:>16}" + "".join(f"{cell:>20}" for cell in answers)


def answer(ask: Ask | None, start: datetime, end: datetime) -> str:
    if ask is None:
        return "cannot"
    try:
        found = ask(start, end)
    except Exception as error:  # a library that fails is an answer, too
        return type(error).__name__
    return "none" if found is None else signed(found)


def signed(length: timedelta) -> str:
    return f"-{-length}" if length < timedelta(0) else str(length)


def compare_answers() -> None:
    """How many of the same questions each library answers alike: where it should, for office hours have no night."""
    questions = pairs(*intervals(MILLION), SAMPLE)
    print(f"\nanswers of {SAMPLE} like ours, to the second")
    for name, ask in ELAPSED.items():
        alike = sum(near(ask(*question), OURS.elapsed(*question)) for question in questions)
        print(f"  elapsed  {name:<28}{alike:>4}")
    for name, ask_due in DUE.items():
        alike = sum(near(ask_due(start) - OURS.due(start, FOUR_HOURS), timedelta(0)) for start, _ in questions)
        print(f"  due      {name:<28}{alike:>4}")


def near(one: timedelta | None, other: timedelta) -> bool:
    return one is not None and abs(one - other) <= timedelta(seconds=1)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    compare_speed()
    compare_truth()
    compare_answers()
