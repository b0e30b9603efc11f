"""The main job of each role, by hand in a real browser, and the number that changes on the chart."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from leads.doors.files import runs
from leads.models import Handoff, ImportRun, Lead
from tests import cast
from tests.needs import needs_chromium

pytestmark = [needs_chromium, pytest.mark.timeout(180)]


@pytest.fixture
def shown(live_server, browser: Browser):
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def sign_in(shown: Page, live_server, who) -> None:
    shown.goto(f"{live_server.url}/accounts/login/")
    shown.locator("input[name=login]").fill(who.email)
    shown.locator("input[name=password]").fill(cast.PASSWORD)
    shown.locator("input[name=password]").press("Enter")
    expect(shown.get_by_text(who.name)).to_be_visible()


def drawn(shown: Page, address: str, number: int = 0) -> dict:
    """The first trace of a chart, as plotly drew it."""
    shown.goto(address)
    plot = shown.locator(".chart-plot").nth(number)
    expect(plot.locator(".main-svg").first).to_be_visible()
    return plot.evaluate("plot => ({type: plot.data[0].type, y: [...plot.data[0].y], x: [...plot.data[0].x]})")


def test_a_marketer_logs_a_lead_and_hands_it_over_and_the_volume_rises(shown, live_server, north, marketer):
    volume = f"{live_server.url}/reports/{north.slug}/volume/"
    sign_in(shown, live_server, marketer)
    expect(shown).to_have_url(volume)
    expect(shown.locator(".chart-plot")).to_have_count(0)

    shown.goto(f"{live_server.url}/leads/new/")
    shown.get_by_label("Name", exact=True).fill("Grace Hopper")
    shown.get_by_role("textbox", name="E-mail", exact=True).fill("grace@example.org")
    shown.get_by_role("button", name="Save and hand over").click()
    expect(shown.get_by_role("heading", name="Grace Hopper")).to_be_visible()

    after = drawn(shown, volume)
    assert after["type"] == "waterfall"
    assert after["y"][-1] == 1  # the total at the end


def test_a_rep_records_an_attempt_with_one_click_and_may_undo_it(shown, live_server, north, rep):
    handoff = cast.handed(north, at=timezone.now(), name="Grace Hopper")
    sign_in(shown, live_server, rep)
    expect(shown).to_have_url(re.compile("/leads/queue/$"))
    row = shown.get_by_role("row").filter(has_text="Grace Hopper")
    row.get_by_role("button", name="Connected").click()
    expect(row).to_contain_text("Kept")
    assert Handoff.objects.get(pk=handoff.pk).state == "connected"

    bands = drawn(shown, f"{live_server.url}/reports/{north.slug}/speed/", number=3)
    assert bands["y"][0] == 1

    shown.goto(f"{live_server.url}/leads/queue/")
    shown.get_by_role("row").filter(has_text="Grace Hopper").get_by_role("button", name="No answer").click()
    shown.get_by_role("button", name="Undo").click()
    expect(shown.get_by_role("button", name="Undo")).to_have_count(0)
    assert Handoff.objects.get(pk=handoff.pk).attempts_count == 1


def test_leadership_reads_the_scorecard_and_opens_the_records_behind_a_bar(shown, live_server, north, leader):
    cast.handed(north, at=timezone.now(), name="Grace Hopper")
    sign_in(shown, live_server, leader)
    expect(shown).to_have_url(re.compile("/reports/scorecard/$"))
    shown.get_by_role("link", name="Leads delivered").click()
    expect(shown).to_have_url(re.compile("/volume/"))
    figure = drawn(shown, shown.url)
    assert figure["y"][-1] == 1
    shown.locator(".chart-links a").last.click()
    expect(shown).to_have_url(re.compile("/records/"))
    expect(shown.get_by_role("row")).to_have_count(2)
    expect(shown.get_by_text("Grace Hopper")).to_have_count(0)


def test_a_marketer_brings_a_file_in(shown, live_server, north, marketer, tmp_path):
    path = tmp_path / "leads.csv"
    path.write_text("lead_id;created_at;source\n1;31.01.2026 09:00;fair\n2;31.02.2026 09:00;fair\n")
    sign_in(shown, live_server, marketer)
    shown.goto(f"{live_server.url}/leads/imports/new/")
    shown.locator("input[type=file]").set_input_files(path)
    shown.get_by_role("button", name="Look at the file").click()
    expect(shown.get_by_role("heading", name="How to read it")).to_be_visible()
    shown.get_by_role("button", name="Start the import").click()
    run = ImportRun.objects.get()
    assert run.status == "queued"

    runs.process(run.pk, clock=timezone.now)  # as the worker does; tests/broker has a real one
    shown.goto(f"{live_server.url}{run.get_absolute_url()}")
    expect(shown.locator("main")).to_contain_text("There is no such day or time.")
    assert list(Lead.objects.values_list("external_id", flat=True)) == ["1"]
