"""What only a browser can show: drawn charts, the reader's colours, phones."""

import re

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from tests.needs import needs_chromium

pytestmark = needs_chromium
DARK_ACCENT_MARK = "rgb(117, 144, 224)"


@pytest.fixture
def opened(live_server, signed_in, rep, browser: Browser):
    session = signed_in(rep).cookies[settings.SESSION_COOKIE_NAME].value
    complaints: list[str] = []

    def styleguide(width: int = 1280, **options: object) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 800}, **options)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        shown = context.new_page()
        shown.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        shown.on("pageerror", lambda error: complaints.append(str(error)))
        shown.goto(f"{live_server.url}/styleguide/")
        return shown

    yield styleguide
    assert complaints == []


def bar(shown: Page, nth: int):
    return shown.locator("#example .point path").nth(nth)


def test_a_bar_opens_the_records_it_counts(opened):
    shown = opened()
    bar(shown, 1).scroll_into_view_if_needed()
    box = bar(shown, 1).bounding_box()
    shown.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] - 3)
    expect(shown).to_have_url(re.compile(r"/styleguide/\?day=2$"))


def test_a_chart_has_the_colours_of_the_readers_theme(opened):
    shown = opened(color_scheme="dark")
    expect(bar(shown, 0)).to_have_css("fill", DARK_ACCENT_MARK)


def test_the_page_never_scrolls_sideways_on_a_phone(opened):
    shown = opened(width=360)
    expect(bar(shown, 0)).to_be_visible()
    assert shown.evaluate("document.documentElement.scrollWidth") == 360


def test_without_javascript_the_server_draws_the_chart_and_the_table_opens(opened):
    shown = opened(java_script_enabled=False)
    expect(shown.locator(".sketch-plot")).to_be_visible()
    shown.get_by_text("Figures as a table").click()
    expect(shown.get_by_role("row", name="4 7 14.40")).to_be_visible()


def test_the_menu_opens_and_closes_by_keyboard(opened):
    shown = opened()
    menu = shown.locator("details.menu")
    menu.locator("summary").press("Enter")
    expect(menu.get_by_role("link", name="Profile")).to_be_visible()
    shown.keyboard.press("Escape")
    expect(menu.get_by_role("link", name="Profile")).to_be_hidden()


def test_the_first_key_leads_past_the_places(opened):
    shown = opened()
    shown.keyboard.press("Tab")
    shown.keyboard.press("Enter")
    expect(shown.locator("main")).to_be_focused()
