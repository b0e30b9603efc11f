"""A year at a glance in a real browser: what is typed or pasted shows what it would move and saves nothing."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.conf import settings
from playwright.sync_api import Browser, expect

from agreements.document.stored import document_of
from agreements.document.versions import apply
from tests import cast
from tests.needs import needs_chromium
from tests.pages.test_calculator_in_the_browser import BEYOND
from tests.unit.agreements.months.test_tier_targets import TIERED

pytestmark = [needs_chromium, pytest.mark.timeout(180)]
PASTE = """field => {
    const data = new DataTransfer();
    data.setData("text", "100.000 EUR\\n€50,000\\n");
    field.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def tiered(north):
    apply(replace(document_of(north), quotas={date(2099, 5, 1): Decimal(200_000)}, **TIERED), by=None, at=cast.MONDAY)
    return north


@pytest.fixture(params=[1280, 360])
def page(request, live_server, signed_in, administrator, browser: Browser, tiered):
    session = signed_in(administrator).cookies[settings.SESSION_COOKIE_NAME].value
    context = browser.new_context(viewport={"width": request.param, "height": 900})
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/agreements/north/year/?year=2099")
    yield page
    context.close()


def test_typing_and_pasting_shows_the_months_that_would_move_before_they_are_saved(page, tiered):
    assert page.evaluate(BEYOND) == []
    page.fill("#id_tier_rate-0", "20")
    expect(page.locator("#answer tbody tr")).to_have_text([re.compile(r"May 2099.*116.*120.*\+4", re.DOTALL)])
    page.locator("#id_quota-2099-06").evaluate(PASTE)
    assert page.input_value("#id_quota-2099-07") == "€50,000"
    expect(page.locator("#answer tbody tr")).to_have_count(3)
    page.fill("#id_tier_rate-0", "0")
    expect(page.locator("#id_tier_rate-0_error")).to_have_text("Must be above 0 and at most 100%.")
    assert document_of(tiered).quotas == {date(2099, 5, 1): 200_000}
    page.fill("#id_tier_rate-0", "20")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/agreements/north/")
    assert list(document_of(tiered).quotas.values()) == [200_000, 100_000, 50_000]
