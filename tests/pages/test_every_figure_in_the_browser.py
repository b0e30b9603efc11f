"""As each role: every figure of the scorecard, opened in a real browser, is the number of records listed there."""

import csv
import io
import json
import re
from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Locator, Page

from agreements.models import Agreement
from agreements.promises.promise import DepthPromise
from leads.models import Deal, Handoff
from tests import cast
from tests.house import history
from tests.needs import needs_chromium

pytestmark = [needs_chromium, pytest.mark.timeout(300)]
ROLES = {
    "marketer": "2026-03",
    "rep": "2026-Q1",
    "sales_lead": "2026-02",
    "leader": "2026",
    "administrator": "2026-03",
}
PER_PAGE = 50


@pytest.fixture
def north(db) -> Agreement:
    """A generated history (`tests.house.history`): own promises of tiers, returns, also late ones, names of nobody."""
    made = history.agreement("north", "Europe/Berlin")
    cast.promise(made.versions.latest("effective_on"), DepthPromise(attempts=2, within_working_days=3))
    cast.target(made, "2026-02", 5)
    history.fill(made, Random(7), 60)
    _sold_twice(Handoff.objects.filter(agreement=made).earliest("handed_at"))
    history.settle(made)
    return made


def _sold_twice(handoff: Handoff) -> None:
    for days, revenue in ((3, 900), (9, -200)):
        at = handoff.handed_at + timedelta(days=days)
        sold = {"outcome": "won", "revenue": Decimal(revenue), "currency": "EUR"}
        Deal.objects.create(lead=handoff.lead, closed_at=at, recorded_at=at, **sold)


@pytest.fixture(params=ROLES)
def shown(request, live_server, signed_in, north, browser: Browser):
    """The scorecard as that role sees it, over that role's period."""
    person = request.getfixturevalue(request.param)
    session = signed_in(person).cookies[settings.SESSION_COOKIE_NAME].value
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900})
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"/reports/north/scorecard/?period={ROLES[request.param]}")
    yield page
    context.close()


def links(found: Locator) -> list[tuple[str, str]]:
    return found.evaluate_all("links => links.map(a => [a.textContent.trim(), a.getAttribute('href')])")


def count_in(text: str) -> int:
    found = re.search(r"\d[\d,]*", text)
    assert found, text
    return int(found[0].replace(",", ""))


def listed(shown: Page, url: str) -> int:
    """How many records the page says it has, and lists as far as they go on one page; its files list all."""
    shown.goto(url)
    count = count_in((shown.locator("p.lead").text_content() or "").rpartition("·")[2])
    assert shown.locator("main tbody tr").count() == min(count, PER_PAGE)
    as_json, as_csv = (shown.get_by_role("link", name=form, exact=True) for form in ("JSON", "CSV"))
    assert len(json.loads(read(shown, as_json))["records"]) == count
    assert len(list(csv.DictReader(io.StringIO(read(shown, as_csv).lstrip("\ufeff"))))) == count
    return count


def read(shown: Page, link: Locator) -> str:
    return shown.request.get(link.get_attribute("href") or "").text()


def promises(shown: Page) -> dict[str, tuple[str, str, list[tuple[str, str]]]]:
    """By the name of a promise: its page, its delivered figure, and the figures behind it."""
    rows = shown.locator(".two-sides tbody").all()
    return {
        (row.locator("th a").text_content() or ""): (
            row.locator("th a").get_attribute("href") or "",
            row.locator("td strong").text_content() or "",
            links(row.locator("td a")),
        )
        for row in rows
    }


def test_every_figure_opens_as_many_records(shown: Page) -> None:
    found = links(shown.locator("main a[href*='/records/']"))
    assert len(found) >= 10
    counts = {(text, url): listed(shown, url) for text, url in found}
    assert {key: count_in(key[0]) for key in counts} == counts
    assert sum(counts.values()) > 50


def test_the_page_of_a_promise_begins_with_the_figure_of_the_scorecard(shown: Page) -> None:
    for name, (url, delivered, behind) in promises(shown).items():
        shown.goto(url)
        place = url.partition("#")[2]
        number = shown.locator(f"#{place}" if place else ".big-number").first
        assert (number.locator(".value").text_content() or "").strip() == delivered, name
        opened = number.locator(".value a").get_attribute("href") or ""
        same = [text for text, _url in behind if text.endswith("judged" if "Follow-up" in name else "delivered")]
        assert same == [] or listed(shown, opened) == count_in(same[0]), name


def test_the_files_say_what_the_page_says(shown: Page) -> None:
    behind = [[count_in(text) for text, _url in counts[:2]] for _url, _figure, counts in promises(shown).values()]
    as_json, as_csv = (shown.get_by_role("link", name=form, exact=True) for form in ("JSON", "CSV"))
    card = json.loads(read(shown, as_json))["scorecard"]
    rows = list(csv.DictReader(io.StringIO(read(shown, as_csv).lstrip("\ufeff"))))
    judged = [[row["kept"], row["judged"]] for row in card["marketing"] + card["sales"]]
    assert [counts or [0, 0] for counts in behind] == judged
    assert [[int(row["kept"]), int(row["judged"])] for row in rows] == judged
    ends = [count_in(text) for text, url in links(shown.locator(".big-number a")) if "leads_" in url]
    assert ends == [card["outcomes"][end] for end in ("won", "lost", "open")]
