"""The shortest template, clicked through as a person does, on a phone; and the page of an agreement on paper."""

import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, expect

from agreements.document.stored import document_of
from agreements.models import Agreement
from agreements.signing.cancelling import propose_end
from smarketing.accounts.invitations import invite, link_of
from smarketing.accounts.models import User
from tests import cast
from tests.needs import needs_chromium
from tests.pages.test_agreement_detail import amend, words_of
from tests.pages.test_calculator_in_the_browser import BEYOND

pytestmark = [needs_chromium, pytest.mark.timeout(180)]

MIXED = """[...document.querySelectorAll('.table-cards td[data-label]')].filter(cell => cell.childElementCount
  && [...cell.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim()))
  .map(cell => cell.innerText)
"""  # cells whose words and times would stand in narrow columns beside each other


@pytest.fixture
def phone(live_server, signed_in, administrator, browser: Browser):
    session = signed_in(administrator).cookies[settings.SESSION_COOKIE_NAME].value
    context = browser.new_context(viewport={"width": 360, "height": 800})
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    yield context.new_page()
    context.close()


def test_fifty_leads_contacted_within_48_hours_takes_three_clicks_and_two_fields(phone, live_server):
    phone.goto(f"{live_server.url}/agreements/")
    began = time.monotonic()
    clicks = [("link", "New agreement"), ("link", "Short and plain"), ("button", "Begin with this")]
    fields = {"Marketing team*": "Marketing", "Sales team*": "Sales"}
    for role, name in clicks[:2]:
        phone.get_by_role(role, name=name).first.click()
    phone.wait_for_selector("[name=sales_team]")
    assert phone.evaluate(BEYOND) == []
    for label, typed in fields.items():
        phone.get_by_label(label).fill(typed)
    role, name = clicks[2]
    phone.get_by_role(role, name=name).click()
    phone.wait_for_url("**/agreements/marketing-sales/**")
    assert phone.evaluate(BEYOND) == []
    assert (len(clicks), len(fields)) == (3, 2)
    assert time.monotonic() - began < 60  # a person has a minute left to think
    document = document_of(Agreement.objects.get())
    assert set(document.targets.values()) == {50}
    assert [(promise.measure, promise.within_minutes) for promise in document.promises] == [("speed", 48 * 60)]


def test_on_paper_every_fold_is_open_and_there_is_no_navigation(phone, live_server, north):
    amend(north, groups=words_of())
    phone.goto(f"{live_server.url}/agreements/north/")
    folded = "document.querySelector('#summary details').open"
    assert phone.evaluate(folded) is False
    phone.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert phone.evaluate(folded) is True
    phone.emulate_media(media="print")
    seen = "name => document.querySelector(name).getClientRects().length > 0"
    assert [phone.evaluate(seen, name) for name in (".bar", ".contents", ".actions", ".foot")] == [False] * 4
    assert phone.evaluate(seen, "#summary details p") is True
    phone.emulate_media(media="screen")
    phone.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert phone.evaluate(folded) is False


def test_a_version_on_paper_is_open_without_triangles(phone, live_server, north, sales_lead):
    amend(north, groups=words_of())
    at = timezone.now()
    end = propose_end(north, at.date() + timedelta(days=300), by=sales_lead, at=at)
    for version in (end, north.versions.current().latest("effective_on")):
        phone.goto(f"{live_server.url}/agreements/north/versions/{version.pk}/")
        assert phone.evaluate(MIXED) == []
    is_seen = "document.querySelector('main details pre').checkVisibility()"
    assert phone.evaluate(is_seen) is False
    phone.emulate_media(media="print")
    assert phone.evaluate(is_seen) is True
    style = "getComputedStyle(document.querySelector('main details summary')).listStyleType"
    assert phone.evaluate(style) == "none"


def test_an_address_keeps_its_line_and_an_invitation_is_copied_by_a_button(phone, live_server, north, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    email = "petra.hoffmann@sales.example.org"
    cast.person(email, north.sales_team)
    asked = {"name": "Nora", "language": "en", "role": "member", "team": north.sales_team}
    admin = User.objects.administrators().get()
    made = invite(email="n@example.org", origin="http://x/", by=admin, at=timezone.now(), **asked)
    phone.goto(f"{live_server.url}/people/")
    lines = """email => {
      const cell = [...document.querySelectorAll('td div')].find(div => div.textContent.trim() === email);
      const range = document.createRange();
      range.selectNodeContents(cell.firstChild);
      return new Set([...range.getClientRects()].map(line => line.top)).size;
    }"""
    assert phone.evaluate(lines, email) == 1
    assert phone.evaluate(BEYOND) == []
    button = phone.get_by_role("button", name="Copy the link")
    button.click()
    expect(phone.get_by_role("button", name="Copied")).to_be_visible()
    assert phone.evaluate("getSelection().toString()") == link_of(made, f"{live_server.url}/")


def test_the_contents_lead_to_a_chapter_by_keyboard(phone, live_server, north):
    amend(north, groups=words_of())
    phone.goto(f"{live_server.url}/agreements/north/")
    breaks = "getComputedStyle(document.querySelector('.contents li')).breakInside"
    assert phone.evaluate(breaks) == "avoid"  # an entry stands whole in one of the two columns
    phone.locator(".contents a[href='#escalation']").focus()
    phone.keyboard.press("Enter")
    assert phone.url.endswith("#escalation")
    phone.wait_for_function("document.querySelector('#escalation').getBoundingClientRect().top < innerHeight")
