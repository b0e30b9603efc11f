"""From an empty portal to a signed agreement, as the leads of two teams do it together, each in a browser."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, Route, expect

from agreements.document.stored import document_of
from agreements.models import Agreement
from agreements.signing.drafting import open_draft
from smarketing.accounts.models import Role, Side, User
from tests import cast
from tests.needs import needs_chromium
from tests.pages.test_calculator_in_the_browser import BEYOND

pytestmark = [needs_chromium, pytest.mark.timeout(240)]


class Hands:
    """A person at the browser, whose clicks and filled fields are counted."""

    done = 0

    def __init__(self, page: Page) -> None:
        self.page = page

    def click(self, role: Any, name: str | re.Pattern[str]) -> None:
        Hands.done += 1
        self.page.get_by_role(role, name=name).first.click()

    def fill(self, field: str, text: str) -> None:
        Hands.done += 1
        self.page.locator(f"[name={field}]").fill(text)

    def choose(self, field: str, value: str) -> None:
        Hands.done += 1
        self.page.locator(f"[name={field}]").select_option(value)


@pytest.fixture
def sits_down(live_server, signed_in, browser: Browser):
    opened = []

    def of(user: User, width: int) -> Page:
        session = signed_in(user).cookies[settings.SESSION_COOKIE_NAME].value
        context = browser.new_context(viewport={"width": width, "height": 800})
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        opened.append(context)
        return context.new_page()

    yield of
    for context in opened:
        context.close()


def test_two_leads_sign_their_first_agreement_in_under_forty_clicks_and_fields(
    sits_down: Callable[[User, int], Page], live_server, transactional_db
):
    marketing_team, sales_team = cast.team("Marketing Alps", Side.MARKETING), cast.team("Sales Alps", Side.SALES)
    mo = cast.person("mo@example.org", marketing_team, role=Role.LEAD, name="Mo")
    sal = cast.person("sal@example.org", sales_team, role=Role.LEAD, name="Sal")
    ron = cast.person("ron@example.org", sales_team, name="Ron")
    marketing, sales = Hands(sits_down(mo, 1280)), Hands(sits_down(sal, 360))
    Hands.done = 0
    expect.set_options(timeout=15_000)
    page, phone, start = marketing.page, sales.page, f"{live_server.url}/agreements/"

    page.goto(start)
    marketing.click("link", "New agreement")
    marketing.click("link", "Short and plain")
    page.locator("[name=marketing_team]").fill("Marketing Alps")
    page.locator("[name=sales_team]").fill("Sales Alps")
    page.locator("[name=name]").evaluate("field => { field.value = 'Alps' }")
    marketing.click("button", "Work it out step by step")
    for _who_and_hours in range(2):
        marketing.click("button", "Next")
    marketing.click("button", "Next")
    marketing.fill("every-leads", "60")
    expect(page.locator("#saved")).to_contain_text("Saved")
    expect(page.locator("#follows")).to_contain_text("marketing owes 60 leads")
    marketing.fill("every-leads", "many")
    expect(page.locator("#id_every-leads_error")).to_contain_text("Write a number")
    assert page.locator("[name=every-leads]").input_value() == "many"
    marketing.fill("every-leads", "60")
    expect(page.locator("#id_every-leads_error")).to_have_text("")
    marketing.click("button", "Next")
    expect(page.locator("#follows")).to_contain_text("Handed over Friday 16:40")
    marketing.click("button", "Next")

    phone.goto(start)
    sales.click("link", "Go on step by step")
    assert phone.evaluate(BEYOND) == []
    sales.click("link", "How often")
    sales.fill("depth-0-attempts", "6")
    sales.fill("depth-0-within_working_days", "15")
    sales.fill("capacity-reps", "3")
    sales.fill("capacity-minutes_per_attempt", "8")
    expect(phone.locator("#follows")).to_contain_text("60 leads a month: at most 360 attempts.")
    expect(phone.locator("#saved")).to_contain_text("Saved")
    expect(phone.locator("#follows")).to_contain_text("leads are possible")
    assert phone.evaluate(BEYOND) == []
    sales.click("button", "Next")
    sales.fill("texts-when_missed", "Both leads look for the cause.")
    sales.click("button", "Next")
    sales.fill("contacts-0-name", "Sal")
    sales.click("button", "Next")
    sales.fill("review-every_months", "3")
    expect(phone.locator("#follows")).to_contain_text("The next reviews")
    expect(phone.locator("#saved")).to_contain_text("Saved")

    marketing.click("link", "Sign")
    expect(page.locator("article")).to_contain_text("Both leads look for the cause.")
    marketing.click("button", "Propose, and sign for your side")
    expect(page.locator("main")).to_contain_text("Still to sign: Sales Alps")
    phone.goto(start)
    sales.click("link", re.compile("waits for your signature"))
    sales.click("button", "Sign this text")
    expect(phone.locator("main")).to_contain_text("Every party has signed")
    assert Hands.done < 40, Hands.done

    document = document_of(Agreement.objects.get(slug="alps"))
    assert set(document.targets.values()) == {60}
    assert {made.measure: made.figure for made in document.promises} == {"speed": 1.0, "depth": 6}
    reader = sits_down(ron, 1280)
    reader.goto(f"{start}alps/")
    expect(reader.get_by_role("heading", level=1)).to_have_text("Alps")
    expect(reader.locator("article")).to_contain_text("Both leads look for the cause.")


def test_what_the_page_saves_by_itself_does_not_contradict_ones_own_save(sits_down, live_server, transactional_db):
    """Sent while the answer to what it has saved by itself is under way."""
    north = cast.agreement("north")
    lea = cast.person("lea@example.org", north.sales_team, role=Role.LEAD, name="Lea")
    open_draft(north, None, by=lea, at=cast.MONDAY)
    page = sits_down(lea, 1280)
    page.goto(f"{live_server.url}/agreements/north/steps/contacts/")
    name, asked, held = page.locator("[name=contacts-0-name]"), list[Any](), list[Any]()

    def hold_the_first(route: Route) -> None:
        asked.append(route)
        if len(asked) == 1:
            held.append(route.fetch())
        else:
            route.continue_()

    page.route("**/steps/contacts/", hold_the_first)
    name.fill("Sal")
    name.blur()
    while not held:
        page.wait_for_timeout(50)
    name.evaluate("field => { field.value = 'Sally' }")
    with page.expect_navigation() as saved:
        page.get_by_role("button", name="Save and stay here").click(no_wait_after=True)
        asked[0].fulfill(response=held[0])
    assert saved.value.status == 200
    assert page.locator("[name=contacts-0-name]").input_value() == "Sally"
