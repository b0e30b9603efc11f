import pytest

from agreements.worktime import WorkCalendar


@pytest.fixture
def office() -> WorkCalendar:
    return WorkCalendar("Europe/Berlin", {name: [("09:00", "17:00")] for name in ("mon", "tue", "wed", "thu", "fri")})
