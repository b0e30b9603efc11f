from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from agreements.models import Agreement
from leads.clock.recompute import recompute
from smarketing.accounts.models import User
from tests import cast
from tests.pages.seen import at_instant, chart, count_of

pytestmark = pytest.mark.usefixtures("at")


@pytest.fixture
def url() -> str:
    return reverse("reports:depth", args=["north"])


def test_the_mean_stands_first_with_its_promise(signed_in, rep: User, url: str) -> None:
    first = signed_in(rep).get(url).context["sheet"].numbers[0]
    assert (first.value, first.note, first.state) == ("–", "6 promised", "")


def test_once_the_windows_are_over_the_attempts_made_in_them_are_judged(signed_in, rep: User, url: str, at) -> None:
    with at_instant(at + timedelta(days=60)):
        client = signed_in(rep)
        first = client.get(url, {"period": "2026-03"}).context["sheet"].numbers[0]
        assert (first.value, first.state, count_of(client.get(first.url))) == ("0.5", "missed", 6)


def test_every_fall_opens_as_many_records_as_it_counts(signed_in, rep: User, url: str) -> None:
    client = signed_in(rep)
    found = chart(client.get(url), "waterfall")
    assert [row[1] for row in found.table_rows] == [count_of(client.get(row[0].url)) for row in found.table_rows]
    assert sum(row[1] for row in found.table_rows[1:]) == found.table_rows[0][1] == 10


def test_every_number_of_attempts_opens_its_leads(signed_in, rep: User, url: str) -> None:
    client = signed_in(rep)
    found = chart(client.get(url), "histogram")
    opened = [[count_of(client.get(link)) for link in bars["customdata"]] for bars in found.figure["data"]]
    assert opened == [bars["y"] for bars in found.figure["data"]]
    assert [sum(pile) for pile in zip(*opened, strict=True)] == [row[1] for row in found.table_rows] == [3, 3]


def test_the_sentence_holds_the_mean_against_the_promise(signed_in, rep: User, url: str) -> None:
    page = signed_in(rep).get(url)
    assert "2 of 10 handoffs were connected." in page.text
    assert "Those never connected (6) had 0.5 attempts on average so far" in page.text
    assert "The promise is 6 attempts; no window is over yet." in page.text


def test_headline_and_sentence_say_of_which_handoffs_each_is_the_mean(
    signed_in, rep: User, north: Agreement, url: str, at
) -> None:
    tried = cast.handed(north, cast.local(north, "2026-04-20 09:00"))
    cast.attempted(tried, cast.local(north, "2026-04-20 10:00"))
    cast.attempted(tried, cast.local(north, "2026-04-20 11:00"))
    cast.handed(north, cast.local(north, "2026-04-01 09:00"))
    with at_instant(cast.local(north, "2026-04-29 12:00")):
        sheet = signed_in(rep).get(url, {"period": "2026-04"}).context["sheet"]
    assert (sheet.numbers[0].value, sheet.numbers[0].note) == ("0.0", "6 promised; mean of the 2 whose window is over")
    assert "Those never connected (3) had 0.7 attempts on average so far" in sheet.charts[0].sentence
    assert (
        "Those whose window is over (2) had 0.0 attempts in time on average, of 6 promised." in sheet.charts[0].sentence
    )


def test_a_month_without_leads_says_so(signed_in, rep: User, url: str) -> None:
    page = signed_in(rep).get(url, {"period": "2025-01"})
    assert "Nothing was handed over in January 2025." in page.text
    assert "chart-box" not in page.text


def test_without_a_promise_no_line_is_drawn(signed_in, rep: User, north: Agreement, url: str, at: datetime) -> None:
    north.versions.get().objectives.filter(measure="depth").delete()
    recompute(north, by_terms_in_force=True, by=None, at=at)
    page = signed_in(rep).get(url)
    assert "annotations" not in chart(page, "waterfall").figure["layout"]
    assert [trace["name"] for trace in chart(page, "trend").figure["data"]] == ["Mean attempts"]
