from decimal import Decimal

import pytest
from django.urls import reverse

from agreements.models import Agreement
from agreements.promises.promise import SpeedPromise
from smarketing.accounts.models import User
from tests import cast
from tests.pages.seen import chart, count_of

pytestmark = pytest.mark.usefixtures("at")


@pytest.fixture
def url() -> str:
    return reverse("reports:speed", args=["north"])


def test_the_share_stands_first_with_its_promise(signed_in, rep: User, url: str) -> None:
    first = signed_in(rep).get(url).context["sheet"].numbers[0]
    assert (first.value, first.note, first.state) == ("66.7%", "90.0% promised within 1 h", "at_risk")


def test_every_band_opens_as_many_records_as_it_counts(signed_in, rep: User, url: str) -> None:
    client = signed_in(rep)
    kept, missed = chart(client.get(url), "bands").figure["data"]
    for bars, counts in ((kept, [1, 2, 2, 0, 0]), (missed, [0, 0, 0, 1, 2])):
        assert bars["y"] == [count_of(client.get(link)) for link in bars["customdata"]] == counts


def test_the_shares_of_a_day_open_what_was_kept_and_what_was_missed(signed_in, rep: User, url: str) -> None:
    client = signed_in(rep)
    found = chart(client.get(url), "shares")
    kept, missed, _promise = found.figure["data"]
    third = 2  # 3 March: one at the edge of its hour, one late
    assert found.table_rows[third][1:3] == [1, 1]
    assert [count_of(client.get(trace["customdata"][third])) for trace in (kept, missed)] == [1, 1]


def test_the_big_numbers_open_what_they_count(signed_in, rep: User, url: str) -> None:
    client = signed_in(rep)
    numbers = client.get(url).context["sheet"].numbers
    counted = {number.label: (number.value, number.url) for number in numbers}
    for label in ("Never followed up", "Still within time", "Handoffs"):
        value, link = counted[label]
        assert int(value) == count_of(client.get(link)) > 0


def test_the_groups_stand_side_by_side(signed_in, rep: User, url: str) -> None:
    rows = signed_in(rep).get(url).context["sheet"].groups.rows
    assert [(str(row[0]), row[1]) for row in rows] == [
        ("no source", 1),
        ("fair", 7),
        ("web", 2),
        ("no tier", 1),
        ("Tier A", 7),
        ("Tier B", 2),
    ]


def test_a_month_without_leads_says_so(signed_in, rep: User, url: str) -> None:
    page = signed_in(rep).get(url, {"period": "2025-01"})
    assert "Nothing was handed over in January 2025." in page.text
    assert "chart-box" not in page.text


def test_a_chart_without_a_bar_is_its_sentence_and_no_axes(signed_in, rep: User, url: str) -> None:
    page = signed_in(rep).get(url, {"period": "2026-04"})
    assert "No handoff has been connected yet." in page.text
    assert [chart.id for chart in page.context["sheet"].charts if not chart.is_empty] == []
    assert page.text.count("chart-box") == 0


@pytest.mark.odd_handoffs  # promised after they were handed over
def test_a_tier_is_held_against_its_own_promise(signed_in, rep: User, north: Agreement, url: str) -> None:
    cast.promise(north.versions.get(), SpeedPromise(within_minutes=30, share=Decimal("0.5"), tier="B"))
    page = signed_in(rep).get(url, {"tier": "B"})
    assert page.context["sheet"].numbers[0].note == "50.0% promised within 30 min"


def test_no_rep_is_named_anywhere(signed_in, sales_lead: User, rep: User, url: str) -> None:
    client = signed_in(sales_lead)
    assert rep.name not in client.get(url).text
    assert rep.name not in client.get("/reports/north/speed.json").text


def test_a_quarter_and_a_year_are_cut_into_readable_parts(signed_in, rep: User, url: str) -> None:
    client = signed_in(rep)
    counts = [len(chart(client.get(url, {"period": label}), "trend").table_rows) for label in ("2026-Q1", "2026")]
    assert counts == [14, 12]
