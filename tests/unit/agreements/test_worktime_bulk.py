"""Working time of many instants at once: the same answers as one by one, in microseconds."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from agreements.worktime import WorkCalendar


def instants(*texts: str) -> np.ndarray:
    return np.array(texts, dtype="datetime64[us]")


def aware(instants: np.ndarray) -> list[datetime]:
    return [at.replace(tzinfo=UTC) for at in instants.tolist()]


def test_bulk_answers_are_microseconds_and_instants(office):
    starts = instants("2026-01-05T15:30", "2026-01-06T08:30")
    ends = instants("2026-01-06T08:30", "2026-01-05T15:30")
    assert office.elapsed_many(starts, ends).tolist() == [3_600_000_000, -3_600_000_000]
    due = office.due_many(starts, np.array([3600, 0]))
    assert due.tolist() == [datetime(2026, 1, 6, 8, 30), datetime(2026, 1, 6, 8, 30)]
    assert (due.dtype, office.elapsed_many(starts, ends).dtype) == (np.dtype("datetime64[us]"), np.dtype("int64"))


def test_in_bulk_too_a_duration_ends_with_the_window_that_completes_it(office):
    due = office.due_many(instants("2026-01-05T08:00", "2026-01-05T16:00"), [8 * 3600, 0])
    assert due.tolist() == [datetime(2026, 1, 5, 16), datetime(2026, 1, 6, 8)]


def test_one_side_of_a_bulk_question_may_be_a_single_value(office):
    starts = instants("2026-01-05T15:30", "2026-01-06T08:30")
    assert office.elapsed_many(starts, np.datetime64("2026-01-06T09:00")).tolist() == [5_400_000_000, 1_800_000_000]
    assert office.due_many(starts, 1800).tolist() == [datetime(2026, 1, 5, 16), datetime(2026, 1, 6, 9)]


def test_bulk_takes_instants_of_other_precision_and_fractions_of_seconds(office):
    starts = np.array(["2026-01-05T09:00"], dtype="datetime64[m]")
    ends = np.array(["2026-01-05T09:00:01.5"], dtype="datetime64[ns]")
    assert office.elapsed_many(starts, ends).tolist() == [1_500_000]
    assert office.due_many(starts, [0.25]).tolist() == [datetime(2026, 1, 5, 9, 0, 0, 250_000)]


def test_bulk_of_nothing_is_nothing(office):
    assert office.elapsed_many(instants(), instants()).tolist() == []
    assert office.due_many(instants(), []).tolist() == []


def test_bulk_refuses_what_is_no_instant_or_no_duration(office):
    good, missing = instants("2026-01-05T09:00"), instants("NaT")
    for ask in (
        lambda: office.elapsed_many(good, missing),
        lambda: office.elapsed_many(missing, good),
        lambda: office.due_many(missing, [1]),
        lambda: office.due_many(good, [-1]),
        lambda: office.due_many(good, [float("nan")]),
        lambda: office.due_many(good, ["60"]),
        lambda: office.elapsed_many([datetime(2026, 1, 5)], good),
        lambda: office.elapsed_many(instants(*["2026-01-05"] * 2), instants(*["2026-01-05"] * 3)),
        lambda: office.elapsed_many(good, instants("2500-01-01")),
    ):
        with pytest.raises(ValueError):  # noqa: PT011  the kinds differ, but each is a ValueError
            ask()


def test_bulk_is_right_where_many_windows_lie_close_together():
    seconds = [(f"09:00:{second:02}", f"09:00:{second + 1:02}") for second in range(0, 58, 2)]
    blinking = WorkCalendar("UTC", {"mon": seconds, "thu": [("12:00", "20:00")]})
    starts = np.datetime64("2015-01-05T09:00:00", "us") + np.arange(0, 5_000_000, 7_077).astype("timedelta64[m]")
    ends = starts + np.timedelta64(86_400_000_000 + 7_777_777, "us")
    pairs = zip(aware(starts), aware(ends), strict=True)
    singles = [blinking.elapsed(start, end) // timedelta(microseconds=1) for start, end in pairs]
    assert blinking.elapsed_many(starts, ends).tolist() == singles
    assert len(set(singles)) > 5
    assert aware(blinking.due_many(starts, 3.5)) == [blinking.due(at, timedelta(seconds=3.5)) for at in aware(starts)]


def test_many_due_times_are_right_when_only_the_last_lies_beyond_the_years_looked_at_so_far():
    cal = WorkCalendar("Europe/Berlin", {"mon": [("09:00", "17:00")]})
    start, long = datetime(2026, 1, 5, 8, tzinfo=UTC), timedelta(hours=8 * 52 * 30)
    cal.due(start, timedelta(hours=1))
    starts = np.array([start.replace(tzinfo=None)] * 2, dtype="datetime64[us]")
    found = cal.due_many(starts, np.array([3600, long.total_seconds()]))
    assert [at.astype(datetime).replace(tzinfo=UTC) for at in found] == [
        cal.due(start, timedelta(hours=1)),
        cal.due(start, long),
    ]
