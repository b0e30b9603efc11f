"""One place tells everybody what waits for them, from wherever it comes, the most urgent first."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.text import capfirst

from agreements.document.clauses import PauseClause
from agreements.exceptions.agreeing import propose_exception
from agreements.friction.opening import open_reports
from agreements.months.proposing import propose_leads
from agreements.months.stated import state_figures
from agreements.promises.promise import MeetingsPromise
from reports.models import JudgedMonth, Owed, ReviewDecision, ReviewMeeting
from reports.strikes.judging import ask_again, judge_months
from reports.strikes.owing import turn
from smarketing.accounts.models import Role, Side
from smarketing.accounts.waiting import WaitingLine
from tests import cast

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 4, 9, 10, tzinfo=UTC)
CREDIT = {"name": "Missed", "months": 1, "side": "marketing", "follows": "credit", "amount": "500"}


@pytest.fixture(autouse=True)
def _day(time_machine):
    time_machine.move_to(DAY)


@pytest.fixture
def marketing_lead(north):
    return cast.person("max@example.org", north.marketing_team, role=Role.LEAD, name="Max Lead")


@pytest.fixture
def judged(north):
    north.versions.update(effective_on=date(2026, 3, 1), groups={"consequences": [CREDIT]})
    cast.target(north, "2026-03", 4)
    judge_months(at=DAY)
    return JudgedMonth.objects.get()


@pytest.fixture
def told(signed_in):
    """By whose it is: the texts in the order in which they are shown."""

    def read(who, slug="", **headers):
        address = reverse("waiting_in", args=[slug]) if slug else reverse("waiting")
        groups = signed_in(who).get(address, headers=headers).context["groups"]
        return {whose: [_said(line) for line in lines] for whose, lines in groups}

    return read


def _said(line) -> str:
    return f"{line.agreement}: {line.text}" if line.agreement else line.text


def test_the_pages_where_a_day_begins_and_that_of_an_agreement_ask_for_it_and_no_others(
    judged, rep, marketer, leader, administrator, signed_in
):
    asks = f'hx-get="{reverse("waiting")}"'
    begins = {"/leads/queue/": rep, "/reports/north/volume/": marketer, "/reports/scorecard/": leader}
    assert all(asks in signed_in(who).get(at).text for at, who in begins.items())
    assert asks in signed_in(administrator).get("/agreements/").text
    assert asks not in signed_in(marketer).get("/reports/north/speed/").text
    page = signed_in(leader).get("/agreements/north/").text
    assert f'hx-get="{reverse("waiting_in", args=["north"])}"' in page
    assert f'<a href="{reverse("waiting_in", args=["north"])}">' in page.partition("<noscript>")[2]


def test_what_is_owed_waits_for_whose_turn_it_is_and_the_agreement_tells_it_to_all(
    judged, marketing_lead, marketer, sales_lead, leader, stranger, told
):
    owed, sheet = (
        "Agreement North: March 2026: a service credit of €500 follows a missed month (to be given by Marketing)",
        "Agreement North: say why this was missed in March 2026: Leads delivered",
    )
    assert told(marketing_lead)["own"] == [owed, sheet]
    assert told(marketer) == {"own": [sheet], "others": []}
    assert owed not in told(sales_lead)["own"]
    assert told(leader) == {"own": [], "others": []}
    assert told(leader, "north") == {"own": [], "others": [owed]}
    assert told(stranger)["own"] == []
    turn(Owed.objects.get(), "give", sides=["marketing"], text="", on=DAY.date(), by=marketing_lead, at=DAY)
    assert told(marketing_lead)["own"] == [sheet]
    assert "March 2026: a service credit of €500 follows a missed month (given: to be confirmed by Sales)" in " ".join(
        told(sales_lead)["own"]
    )


def test_each_other_thing_waits_for_who_can_do_it(judged, north, marketing_lead, sales_lead, told):
    by, at = sales_lead, DAY - timedelta(days=1)
    cast.promise(north.versions.get(), MeetingsPromise(per_month=Decimal(12)))
    ask_again(judged, reason="a late import", side="sales", by=by, at=at)
    propose_leads(north, date(2026, 3, 1), 7, Side.SALES, by=by, at=at, reason="Fair")
    fair = PauseClause(date(2026, 4, 13), date(2026, 4, 14), "Trade fair")
    propose_exception(north, fair, pauses=frozenset({Side.SALES}), targets={}, by=by, at=at)
    handoff = cast.handed(north)
    clock = handoff.clocks.get(kind="response")
    type(clock).objects.filter(pk=clock.pk).update(
        excuse="Dead telephones", excuse_side="sales", excuse_asked_by=by, excuse_asked_at=at
    )
    own, asked = told(marketing_lead)["own"], told(sales_lead)["own"]
    own = [text for text in own if "follows" not in text]
    assert own[:4] == [
        "Agreement North: the target of March 2026 waits for your side's answer",
        "Agreement North: The exception “Trade fair” (April 13, 2026 – April 14, 2026) waits for an answer",
        "1 excuse waits for your answer",
        "Agreement North: the other side asks that March 2026 be judged again",
    ]
    assert [text for text in asked if "waits" in text or "asks" in text] == []
    assert "Agreement North: state the figures of March 2026" in asked
    state_figures(north, date(2026, 3, 1), {("meetings", ""): Decimal(9)}, note="", by=by, at=DAY)
    assert not any("state the figures" in text for text in told(sales_lead)["own"])
    elsewhere = told(sales_lead, "north")["others"]
    assert {own[1], own[3]} < set(elsewhere)


def test_what_is_late_comes_first_and_beside_other_things_no_more_than_five(north, rep, told, signed_in):
    north.service_team = cast.team("Service north", Side.SERVICE)
    north.save()
    north.versions.update(effective_on=date(2026, 1, 1), groups={"friction": [{"due_working_day": 3}]})
    open_reports(at=datetime(2026, 4, 1, tzinfo=UTC))
    meeting = ReviewMeeting.objects.create(
        agreement=north, planned_on=date(2026, 1, 7), on=date(2026, 1, 7), changed_at=DAY
    )
    for number in range(4):
        due_on = date(2026, 5, 9) - timedelta(days=number)
        made = {"meeting": meeting, "owner": rep, "made_at": DAY}
        ReviewDecision.objects.create(text=f"Do {number}", due_on=due_on, **made)
    friction = [
        f"Agreement North: send the friction report for {month} 2026 ({days} working days late)"
        for month, days in (("January", 46), ("February", 26), ("March", 4))
    ]
    decided = [f"Agreement North: decided in a review: Do {number}" for number in (3, 2, 1, 0)]
    assert told(rep)["own"] == friction + decided
    part = signed_in(rep).get(reverse("waiting"), headers={"HX-Request": "true"}).text
    titles = [capfirst(text.removeprefix("Agreement North: ")) for text in friction + decided]
    assert [title in part for title in titles] == [True] * 5 + [False] * 2
    assert part.count("· Agreement North") == 5
    of_one = signed_in(rep).get(reverse("waiting_in", args=["north"])).text
    assert (titles[0] in of_one, "· Agreement North" in of_one) == (True, False)
    assert "2 more" in part


def test_nothing_says_nothing_beside_other_things_and_says_so_alone(north, rep, leader, signed_in):
    assert signed_in(rep).get(reverse("waiting"), headers={"HX-Request": "true"}).text.strip() == ""
    assert "Nothing waits for you" in signed_in(leader).get(reverse("waiting")).text


def test_an_answer_is_read_before_what_is_late_and_that_before_the_rest():
    plain, late, answer = (
        WaitingLine(text, "/", date(2026, 3, day), **more)
        for text, day, more in (("a", 1, {}), ("b", 2, {"is_late": True}), ("c", 3, {"is_answer": True}))
    )
    assert sorted([plain, late, answer], key=lambda line: line.urgency) == [answer, late, plain]
