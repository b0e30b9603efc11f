"""Targets by tier and in value, on the page of the volume and on the scorecard."""

import pytest
from django.urls import reverse

from leads.work.handoffs import send_back
from tests import cast
from tests.pages.seen import at_instant, count_of


@pytest.fixture
def tiered(north, rep):
    cast.worth(north.versions.get(), A=100, B=40)
    cast.target(north, "2026-03", 7, {"A": 2, "B": 5}, {"A": 100, "B": 40})
    for n, tier in enumerate("AABBBC"):
        cast.handed(north, cast.local(north, f"2026-03-0{n + 2} 10:00"), name=f"{tier}{n}", tier=tier)
    wrong = cast.handed(north, cast.local(north, "2026-03-02 11:00"), name="wrong", tier="B")
    send_back(wrong, reason="wrong_data", by=rep, at=cast.local(north, "2026-03-03 11:00"))
    return north


@pytest.fixture
def client(signed_in, leader):
    return signed_in(leader)


def seen(client, deal, page, at="2026-04-01 12:00", **query):
    with at_instant(cast.local(deal, at)):
        return client.get(reverse(f"reports:{page}", args=[deal.slug]), {"period": "2026-03", **query})


def test_the_scorecard_judges_all_leads_each_tier_and_the_value(client, tiered):
    card = seen(client, tiered, "scorecard").context["card"]
    rows = [(line.label, line.target, line.delivered, line.state) for line in card.marketing]
    assert rows == [
        ("Leads delivered", "7", "6", "missed"),
        ("Leads delivered, tier A", "2", "2", "kept"),
        ("Leads delivered, tier B", "5", "3", "missed"),
        ("Value delivered", "400", "320", "missed"),
    ]
    assert [line.promise for line in card.marketing][1:] == ["leads in the period"] * 2 + ["points in the period"]


def test_each_of_them_opens_its_own_leads(client, tiered):
    card = seen(client, tiered, "scorecard").context["card"]
    with at_instant(cast.local(tiered, "2026-04-01 12:00")):
        counts = [[count_of(client.get(url)) for _text, url in line.behind] for line in card.marketing]
    assert counts == [[6, 7], [2, 2], [3, 4], [6, 7]]


def test_the_page_of_the_volume_tells_promised_and_delivered_by_tier_and_in_value(client, tiered):
    sheet = seen(client, tiered, "volume").context["sheet"]
    assert sheet.groups.columns == ["Group", "Leads delivered", "Of all", "Promised", "Value"]
    tiers = {str(row[0]): row[1:] for row in sheet.groups.rows if str(row[0]).startswith("Tier")}
    assert tiers == {
        "Tier A": [2, "33.3%", "2", 200],
        "Tier B": [3, "50.0%", "5", 120],
        "Tier C": [1, "16.7%", "–", 0],
    }
    numbers = {number.label: (number.value, number.note) for number in sheet.numbers}
    assert numbers["Value delivered"] == ("320", "of 400 promised")
    assert [chart.id for chart in sheet.charts] == ["waterfall", "value"]
    assert sheet.charts[1].sentence == "320 points delivered in March 2026; 400 were promised."


def test_the_page_of_one_tier_is_about_its_target(client, tiered):
    page = seen(client, tiered, "volume", at="2026-03-16 18:00", tier="b")
    sheet = page.context["sheet"]
    assert (sheet.numbers[0].value, sheet.numbers[0].note) == ("3", "of 5 promised")
    assert sheet.charts[0].table_rows[-1][-1] == 5
    assert sheet.charts[1].table_rows[-1][-1] == 200
    assert "agreed for all leads together" not in page.text
    assert "agreed for all leads together" in seen(client, tiered, "volume", tier="C").text


def test_the_pace_of_a_tier_and_of_the_value_is_that_of_the_month(client, tiered):
    card = seen(client, tiered, "scorecard", at="2026-03-16 12:00").context["card"]
    assert [(line.label, line.judgement.state) for line in card.marketing] == [
        ("Leads delivered", "on_the_way"),
        ("Leads delivered, tier A", "kept"),
        ("Leads delivered, tier B", "on_the_way"),
        ("Value delivered", "on_the_way"),
    ]
    assert [line.expected for line in card.marketing] == [4, 1, 3, 200]


def test_without_points_and_tiers_nothing_is_said_of_them(client, north):
    cast.target(north, "2026-03", 7)
    cast.handed(north)
    sheet, card = (seen(client, north, page).context for page in ("volume", "scorecard"))
    assert [number.label for number in sheet["sheet"].numbers if "Value" in number.label] == []
    assert [line.judgement.measure for line in card["card"].marketing] == ["volume"]
    assert sheet["sheet"].groups.columns == ["Group", "Leads delivered", "Of all"]
