from datetime import date

import pytest

from reports.measures.period_parts import PeriodPart, parts_of
from smarketing.lib.periods import Period, PeriodError, period_of


def test_a_month_is_cut_into_its_days() -> None:
    parts = parts_of(Period.parse("2024-02"))
    assert len(parts) == 29
    assert parts[-1] == PeriodPart(date(2024, 2, 29), date(2024, 2, 29), "day")


def test_the_weeks_of_a_quarter_begin_on_mondays_and_end_with_it() -> None:
    parts = parts_of(Period.parse("2026-Q1"))  # 1 January 2026 is a Thursday
    assert [(part.start_on, part.end_on) for part in parts[:2]] == [
        (date(2026, 1, 1), date(2026, 1, 4)),
        (date(2026, 1, 5), date(2026, 1, 11)),
    ]
    assert parts[-1].end_on == date(2026, 3, 31)


def test_a_year_is_cut_into_its_months() -> None:
    assert [part.start_on.month for part in parts_of(Period.parse("2026"))] == list(range(1, 13))


@pytest.mark.parametrize(("label", "by"), [("2026-03", "week"), ("2026-Q2", "day"), ("2026", "week")])
def test_every_day_lies_in_exactly_one_part(label: str, by: str) -> None:
    period = Period.parse(label)
    parts = parts_of(period, by)
    assert all(sum(day in part for part in parts) == 1 for day in period.days())


@pytest.mark.parametrize("label", ["0001-01", "9999", "1899-12", "2301-Q1", "2026-13", ""])
def test_a_period_that_no_calendar_reaches_is_refused(label: str) -> None:
    with pytest.raises(PeriodError):
        period_of(label)
