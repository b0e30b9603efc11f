import json
from datetime import date, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from agreements.enums import How
from agreements.models import Agreement
from agreements.months.proposing import made, take_effect
from agreements.months.targets import agreed_directly
from leads.clock.consequences import changing
from leads.models import Deal
from leads.work.handoffs import put_tier_right, send_back
from smarketing.accounts.models import User
from tests import cast
from tests.unit.reports.march import march


@pytest.fixture
def at(north: Agreement) -> datetime:
    return march(north)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("sla_report", *arguments, stdout=out)
    return out.getvalue()


def figures(*arguments: str) -> dict[str, Any]:
    return json.loads(run(*arguments, "--json"))  # type: ignore[no-any-return]


def test_today_is_looked_at_from_its_evening(at: datetime) -> None:
    morning = figures("north", "2026-03", "--today", "2026-03-09")["speed"]["all"]
    evening = figures("north", "2026-03", "--today", "2026-03-10")["speed"]["all"]
    assert (morning["never_followed_up"], evening["never_followed_up"]) == (1, 2)


def test_long_after_the_period_no_clock_runs(at: datetime) -> None:
    speed = figures("north", "2026-03")["speed"]["all"]
    assert (speed["running"], speed["handoffs"]) == (0, 10)


def test_the_figures_are_not_rounded(at: datetime) -> None:
    mean = figures("north", "2026-03")["speed"]["all"]["working_minutes"]["mean"]
    assert mean == pytest.approx(226 / 6, rel=1e-12)


def test_a_month_without_handoffs_is_reported_with_nothing_in_it(at: datetime) -> None:
    found = figures("north", "2025-01")
    assert (found["volume"]["delivered"], found["volume"]["by_source"], found["volume"]["target"]) == (0, {}, None)
    assert found["depth"]["all"]["mean_attempts"] is None


def test_without_json_it_is_a_table_for_people(at: datetime) -> None:
    lines = run("north", "2026-03", "--today", "2026-03-20").splitlines()
    assert lines[1] == "handed over 10, returned 2, delivered 8, target 22"
    assert [line.split()[0] for line in lines[4:6]] == ["all", "source"]
    assert any(line.startswith("source (none)") for line in lines)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("south", "2026-03"), "no agreement 'south'"),
        (("north", "2026-13"), "not a period"),
        (("north", "March"), "not a period"),
        (("north", "9999"), "out of reach"),
        (("north", "2026-01", "--today", "9999-12-31"), "9999-12-31 is outside the years 1900 to 2199"),
        (("north", "2026-01", "--today", "1899-12-31"), "is outside the years"),
        (("north", "2026-01", "--today", "0001-01-01"), "0001-01-01 is outside the years 1900 to 2199"),
        (("north", "2026-03", "--today", "31.03.2026"), "--today: '31.03.2026' is not a day"),
    ],
)
def test_what_cannot_be_reported_is_refused_with_a_reason(north: Agreement, arguments: Any, message: str) -> None:
    with pytest.raises(CommandError, match=message):
        run(*arguments)


def test_a_promise_is_one_row_of_the_scorecard(north: Agreement, at: datetime) -> None:
    rows = figures("north", "2026-03")["scorecard"]
    assert rows == [
        {
            "side": "marketing",
            "measure": "volume",
            "tier": "",
            "is_rest": False,
            "promised": 22,
            "delivered": 8,
            "judged": 10,
            "kept": 8,
            "excused": 0,
            "state": "missed",
        },
        {
            "side": "sales",
            "measure": "speed",
            "tier": "",
            "is_rest": False,
            "promised": 0.9,
            "delivered": 0.6,
            "judged": 10,
            "kept": 6,
            "excused": 0,
            "state": "missed",
        },
        {
            "side": "sales",
            "measure": "depth",
            "tier": "",
            "is_rest": False,
            "promised": 6.0,
            "delivered": 0.5,
            "judged": 6,
            "kept": 0,
            "excused": 0,
            "state": "missed",
        },
    ]


def test_the_depth_says_over_how_many_it_is_judged(at: datetime) -> None:
    depth = figures("north", "2026-03")["depth"]
    assert depth["all"]["judged"] == {"n": 6, "mean_attempts": 0.5, "kept": 0}
    assert depth["by_tier"]["B"]["judged"] == {"n": 2, "mean_attempts": 0.5, "kept": 0}


def test_the_months_with_a_target_are_named(at: datetime) -> None:
    assert figures("north", "2026-Q1")["volume"]["months_with_target"] == ["2026-03"]
    assert figures("north", "2026-02")["volume"]["months_with_target"] == []


def two_leads(deal: Agreement) -> None:
    """One of 2 March, called on the 25th and won on the 28th; one of 20 March, called at once."""
    first = cast.handed(deal, cast.local(deal, "2026-03-02 09:00"))
    second = cast.handed(deal, cast.local(deal, "2026-03-20 09:00"))
    cast.attempted(first, cast.local(deal, "2026-03-25 09:30"), "connected")
    cast.attempted(second, cast.local(deal, "2026-03-20 09:30"), "connected")
    at = cast.local(deal, "2026-03-28 10:00")
    with changing(first.lead_id) as lead:
        Deal.objects.create(lead=lead, outcome="won", closed_at=at, revenue=1000, recorded_at=at)


def test_on_the_evening_of_a_day_nothing_is_known_of_what_came_later(north: Agreement) -> None:
    two_leads(north)
    then, now = figures("north", "2026-03", "--today", "2026-03-10"), figures("north", "2026-03")
    assert [found["volume"]["handed_over"] for found in (then, now)] == [1, 2]
    assert [found["speed"]["all"]["followed_up"] for found in (then, now)] == [0, 2]
    assert [found["speed"]["all"]["never_followed_up"] for found in (then, now)] == [1, 0]
    assert [found["depth"]["all"]["connected"] for found in (then, now)] == [0, 2]
    assert [(found["outcomes"]["all"]["won"], found["outcomes"]["all"]["deals"]) for found in (then, now)] == [
        (0, 0),
        (1, 1),
    ]


def test_on_the_evening_of_a_day_the_target_is_the_one_agreed_then(north: Agreement) -> None:
    cast.target(north, "2026-03", 22)
    later = made(north, date(2026, 3, 1), agreed_directly(10), How.DIRECT, by=None, at=cast.MONDAY)
    take_effect(later, cast.local(north, "2026-03-12 09:00"))
    days = ("2026-03-11", "2026-03-12", "2026-06-30")
    found = [figures("north", "2026-03", "--today", day) for day in days]
    assert [one["scorecard"][0]["promised"] for one in found] == [22, 10, 10]
    assert [one["volume"]["target"] for one in found] == [22, 10, 10]


def test_on_the_evening_of_a_day_a_tier_put_right_later_is_the_one_before(north: Agreement, rep: User) -> None:
    handoff = cast.handed(north, cast.local(north, "2026-03-02 09:00"), tier="A")
    put_tier_right(handoff, tier="B", reason="wrong", by=rep, at=cast.local(north, "2026-03-12 09:00"))
    days = ("2026-03-11", "2026-03-12")
    found = [figures("north", "2026-03", "--today", day) for day in days]
    assert [list(one["speed"]["by_tier"]) for one in found] == [["A"], ["B"]]


def test_looking_back_on_today_shows_what_stands_now(at: datetime) -> None:
    assert figures("north", "2026-03", "--today", "2026-06-30") == figures("north", "2026-03")


def test_a_return_is_unknown_until_its_day(north: Agreement, at: datetime) -> None:
    returned = [
        figures("north", "2026-03", "--today", day)["volume"]["returned"] for day in ("2026-03-05", "2026-03-06")
    ]
    assert returned == [1, 2]


def test_a_return_long_after_the_month_is_booked_where_it_comes(north: Agreement) -> None:
    for minute in range(3):
        handoff = cast.handed(north, cast.local(north, f"2026-01-05 09:0{minute}"))
    january = figures("north", "2026-01")["volume"]
    send_back(handoff, reason="wrong_data", by=None, at=cast.local(north, "2026-09-07 09:00"))
    assert figures("north", "2026-01")["volume"] == january
    september = figures("north", "2026-09")["volume"]
    assert (september["handed_over"], september["corrections"], september["delivered"]) == (0, 1, -1)


def test_a_lead_returned_in_a_month_without_a_target_is_delivered_nowhere(north: Agreement) -> None:
    cast.target(north, "2026-01", 2)
    handoff = cast.handed(north, cast.local(north, "2026-01-05 09:00"))
    send_back(handoff, reason="below_quality", by=None, at=cast.local(north, "2026-09-08 09:00"))
    found = figures("north", "2026")
    row = found["scorecard"][0]
    assert (row["delivered"], row["kept"], row["judged"], found["volume"]["delivered"]) == (0, 0, 1, 0)


@pytest.mark.parametrize(("period", "states"), [("2027-01", ["not_begun"] * 3), ("2019-12", [""])])
def test_of_a_period_that_has_not_begun_or_was_before_the_agreement_nothing_is_judged(
    at: datetime, period: str, states: list[str]
) -> None:
    rows = figures("north", period, "--today", "2026-03-20")["scorecard"]
    assert [row["state"] for row in rows] == states


def test_an_agreement_without_terms_is_refused(db: None) -> None:
    cast.agreement("bare").versions.all().delete()
    with pytest.raises(CommandError, match="no terms"):
        run("bare", "2026-03")
