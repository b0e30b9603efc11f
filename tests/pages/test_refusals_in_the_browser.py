"""What is refused comes into view beside its field; the page can be reloaded and read in another language."""

import re

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from leads.models import Handoff
from tests import cast
from tests.needs import needs_chromium

pytestmark = [needs_chromium, pytest.mark.timeout(180)]
FORMS = {"Won": "Close as won", "Lost": "Close as lost", "Return to marketing": "Return to marketing"}


@pytest.fixture
def handoff(north, rep) -> Handoff:
    return cast.handed(north, at=timezone.now(), rep=rep, name="Grace Hopper")


@pytest.fixture(params=[(1280, 700), (360, 640)], ids=["wide", "phone"])
def shown(request, live_server, signed_in, rep, handoff, browser: Browser):
    session = signed_in(rep).cookies[settings.SESSION_COOKIE_NAME].value
    width, height = request.param
    context = browser.new_context(base_url=live_server.url, viewport={"width": width, "height": height})
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(handoff.lead.get_absolute_url())
    yield page
    context.close()


def submit(shown: Page, opened: str) -> None:
    """As a browser does that checks nothing by itself."""
    form = shown.locator("details").filter(has=shown.locator("summary", has_text=re.compile(f"^\\s*{opened}\\s*$")))
    form.locator("summary").click()
    form.locator("form").evaluate("form => { form.noValidate = true }")
    form.get_by_role("button", name=FORMS[opened]).click()
    expect(shown.locator("[aria-invalid=true]")).to_have_count(1)


@pytest.mark.parametrize("opened", FORMS)
def test_the_refused_field_is_in_view_with_its_message_and_has_the_focus(shown: Page, opened: str) -> None:
    submit(shown, opened)
    field = shown.locator("[aria-invalid=true]")
    expect(field).to_be_focused()
    expect(field).to_be_in_viewport(ratio=1)
    message = shown.locator(".invalid-feedback")
    expect(message).to_have_count(1)
    expect(message).to_be_in_viewport(ratio=1)
    expect(field).to_have_attribute("aria-describedby", re.compile(re.escape(message.get_attribute("id") or "none")))


@pytest.mark.parametrize("opened", FORMS)
def test_after_a_refusal_the_language_changes_and_the_page_can_be_reloaded(
    shown: Page, opened: str, handoff: Handoff
) -> None:
    submit(shown, opened)
    shown.get_by_role("button", name="Deutsch").click()
    expect(shown.locator("html")).to_have_attribute("lang", "de")
    expect(shown.get_by_role("heading", name="Grace Hopper")).to_be_visible()
    answer = shown.goto(shown.url)
    assert answer is not None
    assert answer.status == 200
    handoff.refresh_from_db()
    assert handoff.is_open
