"""Every bar answers the mouse, a finger and the keyboard, and opens what it counts; in a real browser."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Locator, Page, expect

from tests.needs import needs_chromium
from tests.unit.reports.march import march

pytestmark = [needs_chromium, pytest.mark.timeout(180)]
CHARTS = {
    "volume": ["waterfall"],
    "speed": ["way", "trend", "shares", "bands", "connected"],
    "depth": ["waterfall", "trend", "histogram"],
}


@pytest.fixture
def opened(live_server, signed_in, marketer, north, browser: Browser):
    march(north)
    session = signed_in(marketer).cookies[settings.SESSION_COOKIE_NAME].value
    complaints: list[str] = []

    def page(name: str, width: int = 1280, *, is_slow: bool = False, **options: object) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 800}, **options)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        if is_slow:
            context.route("**/plotly.min*.js", lambda _route: None)  # never comes
        shown = context.new_page()
        shown.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        shown.on("pageerror", lambda error: complaints.append(str(error)))
        shown.goto(f"{live_server.url}/reports/north/{name}/?period=2026-03", wait_until="domcontentloaded")
        return shown

    yield page
    assert complaints == []


def drawn(shown: Page, chart: str) -> Locator:
    plot = shown.locator(f"#{chart}[data-drawn]")
    plot.wait_for()
    plot.scroll_into_view_if_needed()
    return plot


def bars(shown: Page, chart: str) -> list[tuple[str, str, float, float]]:
    """Address, words and middle of every bar and dot, as plotly drew it, without the links that lie over it."""
    return drawn(shown, chart).evaluate("""plot => [...plot.querySelectorAll(
        ".cartesianlayer .point > path, .cartesianlayer path.point")]
    .filter(mark => mark.getBoundingClientRect().width > 0 && mark.getBoundingClientRect().height > 0).map(mark => {
      const point = (mark.closest("g.point") ?? mark).__data__;
      const trace = plot.calcdata.findIndex(rows => rows.includes(point));
      const { customdata, hovertext } = plot.data[trace], n = plot.calcdata[trace].indexOf(point);
      const box = mark.getBoundingClientRect();
      return [customdata[n], hovertext[n], box.x + box.width / 2, box.y + box.height / 2];
    })""")


def expected(shown: Page, chart: str) -> int:
    """How many bars with a height and dots with a value the figure has."""
    figure = json.loads(shown.locator(f"#{chart}-figure").text_content() or "")
    told = [trace for trace in figure["data"] if "customdata" in trace]
    return sum(bool(y) if trace["type"] != "scatter" else y is not None for trace in told for y in trace["y"])


def label(shown: Page, chart: str) -> str:
    return (shown.locator(f"#{chart} .hoverlayer .hovertext").first.text_content() or "").replace("\xa0", " ")


def link_at(shown: Page, x: float, y: float) -> str:
    return shown.evaluate("([x, y]) => document.elementFromPoint(x, y).closest('a')?.getAttribute('href')", [x, y])


def around(found: list[tuple[str, str, float, float]], x: float, y: float) -> set[str]:
    """The words of the dots that lie on each other at this place; a bar lies there alone."""
    return {text.replace("\xa0", " ") for _url, text, left, top in found if abs(left - x) < 1 and abs(top - y) < 16}


@pytest.mark.parametrize("page", CHARTS)
def test_every_bar_tells_the_mouse_what_it_counts_and_is_a_link_to_it(opened, page: str) -> None:
    shown = opened(page)
    for chart in CHARTS[page]:
        found = bars(shown, chart)
        assert len(found) == expected(shown, chart) > 0
        for url, text, x, y in found:
            shown.mouse.move(0, 0)
            expect(shown.locator(f"#{chart} .hoverlayer .hovertext")).to_have_count(0)
            shown.mouse.move(x, y)
            expect(shown.locator(f"#{chart} .hoverlayer .hovertext").first).to_be_visible()
            assert label(shown, chart) in around(found, x, y)
            assert link_at(shown, x, y) == url or text != label(shown, chart)


@pytest.mark.parametrize("page", CHARTS)
def test_a_click_opens_the_records_of_a_bar(opened, page: str) -> None:
    shown = opened(page)
    url, _text, x, y = bars(shown, CHARTS[page][0])[1]
    shown.mouse.click(x, y)
    expect(shown).to_have_url(re.compile(re.escape(url) + "$"))


@pytest.mark.parametrize(("page", "chart"), [("volume", "waterfall"), ("depth", "waterfall"), ("speed", "bands")])
def test_a_finger_opens_the_records_of_a_bar(opened, page: str, chart: str) -> None:
    shown = opened(page, width=360, has_touch=True)
    url, _text, x, y = bars(shown, chart)[-1]
    shown.touchscreen.tap(x, y)
    expect(shown).to_have_url(re.compile(re.escape(url) + "$"))


@pytest.mark.parametrize("page", CHARTS)
def test_the_keyboard_goes_from_bar_to_bar_and_opens_one(opened, page: str) -> None:
    shown = opened(page)
    for chart in CHARTS[page]:
        wanted = {(url, text) for url, text, _x, _y in bars(shown, chart)}
        links = shown.locator(f"#{chart} .chart-links > a")
        assert links.and_(shown.locator("[tabindex='0']")).count() == 1
        links.first.focus()
        seen = [walked(shown, chart) for _n in range(links.count())]
        assert set(seen) == wanted
        shown.keyboard.press("Home")
    shown.keyboard.press("Enter")
    expect(shown).to_have_url(re.compile(re.escape(seen[0][0]) + "$"))


def walked(shown: Page, chart: str) -> tuple[str, str]:
    """The bar that has the focus, visibly, and says what the pointer would be told; then on to the next."""
    here = shown.locator(f"#{chart} a:focus")
    expect(here).to_have_css("outline-style", "solid")
    found = here.get_attribute("href") or "", here.get_attribute("aria-label") or ""
    assert label(shown, chart) == found[1].replace("\xa0", " ")
    shown.keyboard.press("ArrowRight")
    return found


def test_the_tab_key_reaches_the_bars_and_leaves_them_again(opened) -> None:
    shown = opened("volume")
    drawn(shown, "waterfall")
    shown.locator("#waterfall .chart-links > a").first.focus()
    shown.keyboard.press("Tab")
    expect(shown.locator("#waterfall .chart-links > a:focus")).to_have_count(0)
    shown.keyboard.press("Shift+Tab")
    expect(shown.locator("#waterfall .chart-links > a:focus")).to_have_count(1)


@pytest.mark.parametrize("page", CHARTS)
def test_the_drawing_of_the_server_stands_there_until_plotly_has_come(opened, page: str, browser: Browser) -> None:
    shown = opened(page, java_script_enabled=False)
    for chart in CHARTS[page]:
        sketch = shown.locator(f".chart-sketch:has(+ #{chart}) svg.sketch-plot")
        expect(sketch).to_be_visible()
    bar = shown.locator(f".chart-sketch:has(+ #{CHARTS[page][0]}) svg.sketch-plot a").first
    address = bar.get_attribute("href") or ""
    bar.click()
    assert parse_qs(urlsplit(shown.url).query) == parse_qs(urlsplit(address).query)


def test_the_page_answers_while_plotly_is_on_its_way(opened) -> None:
    shown = opened("volume", is_slow=True)
    expect(shown.locator(".sketch-plot").first).to_be_visible()
    assert shown.evaluate("document.readyState") == "interactive"  # no script of the page waits for it
    shown.locator("details.menu summary").click()
    expect(shown.get_by_role("link", name="Profile")).to_be_visible()


def test_nothing_moves_when_plotly_takes_the_place_of_the_drawing(opened) -> None:
    shown = opened("speed")
    before = shown.locator(".chart-box").evaluate_all("boxes => boxes.map(box => box.getBoundingClientRect().height)")
    for chart in CHARTS["speed"]:
        drawn(shown, chart)
    after = shown.locator(".chart-box").evaluate_all("boxes => boxes.map(box => box.getBoundingClientRect().height)")
    assert before == after
    expect(shown.locator(".chart-sketch").first).to_be_hidden()


def test_paper_shows_the_drawing_of_the_server(opened) -> None:
    shown = opened("depth", color_scheme="dark")
    drawn(shown, "waterfall")
    shown.emulate_media(media="print")
    expect(shown.locator("#waterfall")).to_be_hidden()
    expect(shown.locator(".chart-sketch rect").first).to_have_css("fill", "rgb(128, 144, 169)")


def test_a_picture_says_what_it_is_about(opened, tmp_path) -> None:
    shown = opened("depth")
    drawn(shown, "waterfall")
    with shown.expect_download() as found:
        shown.get_by_role("button", name="Picture").first.click()
    name = found.value.suggested_filename
    assert re.fullmatch(r"What-became-of-the-handoffs.*North.*March-2026\.png", name), name
    found.value.save_as(tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("page", CHARTS)
def test_a_phone_has_fewer_words_and_no_scrolling_sideways(opened, page: str) -> None:
    shown = opened(page, width=360)
    for chart in CHARTS[page]:
        plot = drawn(shown, chart)
        expect(plot.locator(".legend")).to_have_count(0)
    assert shown.evaluate("document.documentElement.scrollWidth") == 360
    assert shown.locator(".chart-legend").first.is_visible()
