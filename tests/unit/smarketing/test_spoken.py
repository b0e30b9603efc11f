from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from django.utils.formats import date_format

from smarketing.lib import spoken
from smarketing.lib.periods import Period

BERLIN = ZoneInfo("Europe/Berlin")
WEDNESDAY = datetime(2026, 11, 4, 13, 5, tzinfo=UTC)  # 14:05 in Berlin


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(0), "0 min"),
        (timedelta(seconds=40), "40 s"),
        (timedelta(minutes=42), "42 min"),
        (timedelta(minutes=59, seconds=40), "1 h"),
        (timedelta(hours=26, minutes=10), "26 h 10 min"),
        (timedelta(minutes=-90), "−1 h 30 min"),
    ],
)
def test_working_time_is_said_in_hours_and_minutes_and_never_in_days(span, text):
    assert spoken.duration(span) == text


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (0, "today 14:05"),
        (-1, "yesterday 14:05"),
        (1, "tomorrow 14:05"),
        (5, "Monday 14:05"),
        (7, "Nov. 11 14:05"),
        (-400, "Sept. 30, 2025 15:05"),
    ],
)
def test_instants_are_said_as_people_say_them(days, text):
    assert spoken.when(WEDNESDAY + timedelta(days=days), WEDNESDAY, BERLIN) == text


def test_today_is_the_local_day_of_the_time_zone_asked_for():
    late = datetime(2026, 11, 4, 23, 30, tzinfo=UTC)
    assert spoken.when(late, WEDNESDAY, UTC) == "today 23:30"
    assert spoken.when(late, WEDNESDAY, BERLIN) == "tomorrow 00:30"


def test_the_exact_instant_names_day_second_and_zone():
    assert spoken.exact(WEDNESDAY, BERLIN) == "Wednesday · Nov. 4, 2026 · 14:05:00 · CET"


def test_dates_follow_the_language():
    with translation.override("de"):
        assert spoken.day_name(date(2026, 12, 24), date(2026, 11, 4)) == "24. Dezember"


@pytest.mark.parametrize(("label", "text"), [("2011-10", "October 2011"), ("2011-Q4", "Q4 2011"), ("2011", "2011")])
def test_periods_have_names(label, text):
    assert spoken.period_name(Period.parse(label)) == text


@pytest.mark.parametrize("language", ["en", "de", "da"])
def test_a_time_of_day_is_written_in_one_way_on_a_page(language):
    at = datetime(2026, 3, 2, 14, 5, tzinfo=UTC)
    with translation.override(language):
        styles = ("TIME_FORMAT", "DATETIME_FORMAT", "SHORT_DATETIME_FORMAT")
        written = [date_format(at, style) for style in styles] + [spoken.when(at, at, UTC), spoken.exact(at, UTC)]
    assert [text for text in written if "14:05" not in text] == []
