"""The goal line and the projection as the volume page and the report command tell them."""

import json
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse

from agreements.document.text import read
from agreements.document.versions import apply
from agreements.models import Agreement
from smarketing.accounts.models import User
from tests import cast
from tests.pages.seen import at_instant

WEEK = "\n".join(f'{day} = [["09:00", "17:00"]]' for day in ("mon", "tue", "wed", "thu", "fri"))
MONDAYS = 'mon = [["09:00", "17:00"]]'
JANUARY = [day for day in range(1, 32) if date(2026, 1, day).weekday() < 5]  # 22 working days, no holidays


def agreed(effective_on: str, week: str = WEEK, *, pacing: str = "working", zone: str = "Europe/Berlin") -> Agreement:
    text = f"""
        slug = "t"
        name = "Try"
        time_zone = "{zone}"
        currency = "EUR"
        marketing_team = "M"
        sales_team = "S"
        effective_on = {effective_on}
        pacing = "{pacing}"
        [calendar.week]
        {week}
        [[promises]]
        measure = "speed"
        within_minutes = 240
        share = 0.9
        [[targets]]
        month = "2026-01"
        leads = 110
        """
    return apply(read(text), by=None, at=cast.MONDAY.replace(year=2025)).agreement


def five_a_day(deal: Agreement, days: list[int]) -> None:
    for day in days:
        for hour in range(9, 14):
            cast.handed(deal, cast.local(deal, f"2026-01-{day:02} {hour:02}:00"), email="")


def told(client: Any, deal: Agreement, now: str, period: str = "2026-01") -> tuple[str, str, str]:
    """The state, the goal by the evening and what the period comes to, as the page shows them at that local time."""
    with at_instant(cast.local(deal, now)):
        page = client.get(reverse("reports:volume", args=["t"], query={"period": period}))
    delivered, *numbers = page.context["sheet"].numbers
    shown = {number.label: number.value for number in numbers}
    return delivered.state, shown.get("Due by this evening", ""), shown.get("At this pace", "")


def line_of(period: str = "2026-01") -> list[float]:
    out = StringIO()
    call_command("sla_report", "t", period, "--json", stdout=out)
    return [day["goal"] for day in json.loads(out.getvalue())["volume"]["by_day"]]


@pytest.fixture
def client(signed_in, administrator: User):
    return signed_in(administrator)


@pytest.mark.parametrize(
    ("now", "goal"),
    [("2026-01-14 17:00", "50"), ("2026-01-15 00:01", "55"), ("2026-01-15 08:00", "55"), ("2026-01-15 16:59", "55")],
)
def test_a_team_on_its_line_last_evening_is_on_its_line_this_morning(client, now, goal):
    deal = agreed("2026-01-01")
    five_a_day(deal, JANUARY[:10])
    assert told(client, deal, now) == ("on_the_way", goal, "110")


def test_after_the_days_working_time_the_team_owes_that_days_share(client):
    deal = agreed("2026-01-01")
    five_a_day(deal, JANUARY[:10])
    assert told(client, deal, "2026-01-15 17:00") == ("at_risk", "55", "100")
    assert told(client, deal, "2026-01-16 08:00") == ("at_risk", "60", "100")


def test_on_a_sunday_nothing_more_falls_due(client):
    deal = agreed("2026-01-01")
    five_a_day(deal, JANUARY[:12])
    assert told(client, deal, "2026-01-18 23:00") == ("on_the_way", "60", "110")


def test_by_calendar_day_a_sundays_share_falls_due_at_its_midnight(client):
    deal = agreed("2026-01-01", pacing="calendar")
    five_a_day(deal, list(range(1, 18)))
    assert told(client, deal, "2026-01-18 23:59")[1:] == ("64", "155")
    assert told(client, deal, "2026-01-19 00:00")[1] == "68"


def test_on_the_first_morning_nothing_has_fallen_due_and_nothing_is_projected(client):
    deal = agreed("2026-01-01")
    assert told(client, deal, "2026-01-01 08:00") == ("on_the_way", "5", "")
    assert told(client, deal, "2026-01-01 17:00") == ("at_risk", "5", "0")


def test_the_morning_is_the_agreements_own(client):
    deal = agreed("2026-01-01", zone="Pacific/Auckland")
    five_a_day(deal, JANUARY[:10])
    assert told(client, deal, "2026-01-15 08:00") == ("on_the_way", "55", "110")
    assert told(client, deal, "2026-01-15 17:00")[0] == "at_risk"


def test_a_quarter_is_carried_by_its_own_pace_this_morning_as_last_evening(client):
    deal = agreed("2026-01-01")
    five_a_day(deal, JANUARY[:10])
    evening, morning = (told(client, deal, f"2026-01-{now}", "2026-Q1") for now in ("14 18:00", "15 08:00"))
    assert (evening[::2], morning[::2]) == (("on_the_way", "110"), ("on_the_way", "110"))  # only January has a target
    assert (evening[1], morning[1]) == ("50", "55")


def test_the_line_begins_on_the_day_on_which_the_terms_take_effect(client):
    deal = agreed("2026-01-19")
    five_a_day(deal, [5, 6])
    assert line_of()[:20] == [*[0.0] * 18, 11.0, 22.0]
    assert told(client, deal, "2026-01-19 08:00") == ("on_the_way", "11", "")


def test_a_new_week_from_mid_month_paces_its_own_days_only(db):
    agreed("2026-01-01")
    agreed("2026-01-19", MONDAYS)
    line = line_of()
    assert line[18] == pytest.approx(110 * 13 / 14)  # twelve working days before, then two Mondays
    assert line[19:25] == [line[18]] * 6
    assert line[25:] == [110.0] * 6
