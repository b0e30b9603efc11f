"""The calculator and the months on a phone, in the language with the longest words."""

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, Page

from agreements.months.proposing import propose
from agreements.months.targets import agreed_directly
from smarketing.lib.periods import Period
from tests import cast
from tests.needs import needs_chromium
from tests.unit.agreements.months.test_proposing import JULY, JUNE

pytestmark = [needs_chromium, pytest.mark.timeout(180)]
NUMBERS = "quota=1.234.567,89&marketing_share=45&average_deal=9.000,55&lead_to_customer=9,125"
BEYOND = """() => [...document.querySelectorAll("main *")]
    .filter(part => !part.closest(".table-box") && part.getBoundingClientRect().right > innerWidth)
    .map(part => part.outerHTML.slice(0, 80))"""


@pytest.fixture
def phone(live_server, signed_in, administrator, browser: Browser):
    administrator.language = "da"
    administrator.save()
    session = signed_in(administrator).cookies[settings.SESSION_COOKIE_NAME].value
    context = browser.new_context(viewport={"width": 360, "height": 800})
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    yield context.new_page()
    context.close()


def beyond_the_edge(phone: Page, address: str) -> list[str]:
    phone.goto(address)
    return phone.evaluate(BEYOND)  # type: ignore[no-any-return]


def test_the_calculator_stays_within_the_phone(phone, live_server, north):
    this = Period.of(timezone.localdate())
    cast.target(north, this.label, 7)
    for month in (this, this.next()):  # to be amended with a reason, and to be agreed
        address = f"{live_server.url}/agreements/north/targets/?{NUMBERS}&month={month.label}"
        assert beyond_the_edge(phone, address) == []
        assert phone.locator("#answer button").count() == 2


def test_the_months_with_a_proposal_stay_within_the_phone(phone, live_server, north, sales_lead):
    cast.target(north, "2026-07", 7)
    propose(north, JULY, agreed_directly(70), by=sales_lead, at=JUNE, reason="Messeaflysningskompensationsaftale")
    address = f"{live_server.url}/agreements/north/?year=2026"
    assert beyond_the_edge(phone, address) == []
