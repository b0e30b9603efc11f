from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.urls import reverse

from agreements.models import Agreement, Version
from agreements.promises.promise import SpeedPromise
from leads.models import Handoff
from reports.pages.scorecard import PromiseLine, against
from smarketing.accounts.models import Role, User
from tests import cast
from tests.pages.seen import count_of

pytestmark = pytest.mark.usefixtures("at")


@pytest.fixture
def url() -> str:
    return reverse("reports:scorecard", args=["north"])


def test_both_sides_are_held_against_what_they_promised(signed_in, leader: User, url: str) -> None:
    card = signed_in(leader).get(url).context["card"]
    assert [(line.label, line.target, line.delivered, line.state) for line in (*card.marketing, *card.sales)] == [
        ("Leads delivered", "22", "8", "at_risk"),
        ("Follow-up speed", "90.0%", "66.7%", "at_risk"),
        ("Follow-up depth", "6.0", "–", ""),
    ]
    assert card.sentence == "March 2026: 2 of 3 promises at risk. 1 cannot be judged yet."


def test_each_promise_leads_to_its_report(signed_in, leader: User, url: str) -> None:
    client = signed_in(leader)
    card = client.get(url).context["card"]
    assert [client.get(line.url).status_code for line in (*card.marketing, *card.sales)] == [200, 200, 200]


@pytest.mark.odd_handoffs
def test_a_tier_with_its_own_promise_has_its_own_line(signed_in, leader: User, north: Agreement, url: str) -> None:
    cast.promise(north.versions.get(), SpeedPromise(within_minutes=30, share=Decimal("0.5"), tier="B"))
    card = signed_in(leader).get(url).context["card"]
    assert [(line.label, line.delivered) for line in card.sales[:2]] == [
        ("Follow-up speed, all other tiers", "85.7%"),
        ("Follow-up speed, tier B", "0.0%"),
    ]


def test_the_trend_compares_with_the_period_before(signed_in, leader: User, url: str) -> None:
    (line,) = signed_in(leader).get(url).context["card"].marketing
    assert (line.trend, line.moved, line.previous) == ("better", "11", 1)  # 11.73 at this pace, 1 in February


def test_a_month_without_any_agreement_is_no_measure_of_the_next(signed_in, leader: User, url: str) -> None:
    Version.objects.update(effective_on=date(2026, 3, 1))
    (line,) = signed_in(leader).get(url).context["card"].marketing
    assert (line.delivered, line.trend, line.previous) == ("8", "", None)


@pytest.mark.parametrize(
    ("measure", "now", "before", "trend", "moved"),
    [
        ("depth", 6.0, 6.04, "same", ""),
        ("depth", 6.0, 6.06, "worse", "0.1"),
        ("speed", 0.9004, 0.9, "same", ""),
        ("speed", 0.901, 0.9, "better", "0.1 pts"),
        ("volume", 8, 9, "worse", "1"),
    ],
)
def test_a_change_too_small_to_be_shown_is_none(measure, now, before, trend, moved) -> None:
    line = PromiseLine(SimpleNamespace(measure=measure, delivered=now), None, None, before, None)
    assert (line.trend, line.moved) == (trend, moved)


@pytest.mark.parametrize(
    ("measure", "delivered", "promised", "said"),
    [
        ("brief", 1.0, 0.8, "100%, promised 80%"),
        ("speed", 0.8744, 0.925, "87.4%, promised 92.5%"),
        ("speed", None, 0.9, "–, promised 90%"),
        ("volume", 235, 208, "235 of 208"),
    ],
)
def test_what_a_month_brought_against_its_promise(measure, delivered, promised, said) -> None:
    assert against(measure, delivered, promised) == said


@pytest.mark.parametrize(("measure", "said"), [("brief", "2 complete"), ("handover", "2 in time")])
def test_a_complete_brief_is_no_matter_of_time(measure, said) -> None:
    judged = SimpleNamespace(measure=measure, kept=[1, 2], judged=[1, 2, 3], excused=[], corrected=0, months=0)
    line = PromiseLine(judged, None, None, None, SimpleNamespace(records=str))
    assert [text for text, _url in line.behind] == [said, "of 3 judged"]


def test_what_became_of_the_leads_stands_below(signed_in, leader: User, url: str) -> None:
    page = signed_in(leader).get(url)
    assert (page.context["card"].outcomes.won, "€1,500.50" in page.text) == (1, True)


def test_won_lost_and_open_add_up_to_the_leads_and_open_them(signed_in, leader: User, url: str) -> None:
    client = signed_in(leader)
    card = client.get(url).context["card"]
    counts = [count_of(client.get(link)) for link in (card.won_url, card.lost_url, card.open_url)]
    assert counts == [card.outcomes.won, card.outcomes.lost, card.outcomes.open] == [1, 1, 7]
    assert (card.leads, card.handoffs, card.leads_text) == (
        9,
        10,
        "10 handoffs in this period, repeated ones included, of 9 leads.",
    )
    assert card.marketing[0].behind[1][0] == "of 10 leads handed over, each counted once a month"


def test_every_figure_of_a_promise_opens_its_records(signed_in, leader: User, url: str) -> None:
    client = signed_in(leader)
    speed = client.get(url).context["card"].sales[0]
    assert [(text, count_of(client.get(link))) for text, link in speed.behind] == [("6 in time", 6), ("of 9 judged", 9)]


def test_the_page_can_be_seen_as_on_the_evening_of_a_day(signed_in, leader: User, url: str) -> None:
    client = signed_in(leader)
    page = client.get(url, {"on": "2026-03-05"})
    card = page.context["card"]
    assert (card.handoffs, card.marketing[0].delivered, card.outcomes.won) == (6, "5", 0)
    assert "As at the end of March 5, 2026" in page.text
    assert "on=2026-03-05" in card.sales[0].url
    assert count_of(client.get(card.open_url)) == 6


@pytest.mark.parametrize("on", ["2026-03-20", "2027-01-01", "yesterday", "0001-01-01", ""])
def test_today_a_day_to_come_and_nonsense_are_now(signed_in, leader: User, url: str, on: str) -> None:
    page = signed_in(leader).get(url, {"on": on})
    assert (page.context["on"], page.context["card"].handoffs) == (None, 10)
    assert ("cannot be shown" in page.text) == (on not in ("2026-03-20", ""))


@pytest.mark.parametrize(
    ("period", "said"), [("2027-01", "This period has not begun."), ("2019-12", "before the agreement took effect")]
)
def test_a_period_to_come_and_one_before_the_agreement_are_told_apart(
    signed_in, leader: User, url: str, period: str, said: str
) -> None:
    page = signed_in(leader).get(url, {"period": period})
    assert said in page.text
    assert {line.state for line in page.context["card"].marketing} == {"not_begun" if period == "2027-01" else ""}


def test_leadership_sees_every_agreement_of_its_teams_and_a_member_its_own(
    signed_in, leader: User, marketer: User, south: Agreement
) -> None:
    url = reverse("reports:scorecards")
    leader.memberships.create(team=south.sales_team, role=Role.LEADERSHIP)
    slugs = [[card.agreement.slug for card in signed_in(who).get(url).context["cards"]] for who in (leader, marketer)]
    assert slugs == [["north", "south"], ["north"]]


def test_the_scorecard_of_another_month_is_one_click_away(signed_in, leader: User) -> None:
    client, url = signed_in(leader), reverse("reports:scorecards")
    before = client.get(url + client.get(url).context["before_url"])
    assert (before.context["period"].label, before.context["cards"][0].marketing[0].delivered) == ("2026-02", "1")


def test_the_scorecard_as_a_file_has_the_same_rows(signed_in, leader: User, url: str) -> None:
    client = signed_in(leader)
    page = client.get(url)
    rows = client.get(page.context["json_url"]).json()["scorecard"]
    assert [row["state"] for row in (*rows["marketing"], *rows["sales"])] == ["at_risk", "at_risk", ""]
    lines = client.get(page.context["csv_url"]).content.decode("utf-8-sig").splitlines()
    assert (len(lines), lines[1].split(",")[:10]) == (
        4,
        ["marketing", "volume", "", "False", "22", "8", "10", "8", "0", "at_risk"],
    )


def test_an_agreement_without_terms_is_left_out(signed_in, leader: User) -> None:
    cast.agreement("bare").versions.all().delete()
    page = signed_in(leader).get(reverse("reports:scorecards"))
    assert [card.agreement.slug for card in page.context["cards"]] == ["north"]


def test_before_anything_is_agreed_the_page_says_what_belongs_there(signed_in, leader: User) -> None:
    Handoff.objects.all().delete()
    Version.objects.all().delete()
    page = signed_in(leader).get(reverse("reports:scorecards"))
    assert "Nothing to report on yet" in page.text


def test_a_foreign_scorecard_is_not_there(signed_in, stranger: User, url: str) -> None:
    assert signed_in(stranger).get(url).status_code == 404


def test_the_scorecard_takes_twelve_queries(signed_in, leader: User, url: str, django_assert_num_queries) -> None:
    client = signed_in(leader)
    with django_assert_num_queries(12):  # as a sheet, and the deals
        client.get(url)
