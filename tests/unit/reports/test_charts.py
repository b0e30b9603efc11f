import gzip
import json
import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import plotly.graph_objects as go
import pytest
from django.http import QueryDict
from django.utils import translation

from agreements.models import Agreement
from agreements.promises.promise import SpeedPromise
from leads.models import Handoff
from reports.charts.figures import Bar, Series, labelled, stacked, upright, wrapped
from reports.charts.sketch import boxes, legend, sketch
from reports.charts.waterfalls import DayBars, volume_waterfall
from reports.facts.reading import Reading, read
from reports.facts.record_lists import selected
from reports.measures.handoff_columns import MINUTE, Scope
from reports.measures.speed import went_the_way
from reports.pages.depth import depth_sheet
from reports.pages.filters import selection
from reports.pages.links import Links
from reports.pages.sheet import Chart
from reports.pages.speed import speed_sheet
from reports.pages.volume import volume_sheet
from smarketing.lib import palette
from smarketing.lib.periods import Period
from tests import cast
from tests.unit.reports.march import march

SHEETS = {"volume": volume_sheet, "speed": speed_sheet, "depth": depth_sheet}
COLOURS = {value for name, value in vars(palette).items() if name.isupper()} | {"#ffffff"}


@pytest.fixture
def at(north: Agreement) -> datetime:
    return march(north)


def reading(north: Agreement, at: datetime, label: str = "2026-03", **group: str) -> Reading:
    return read(north, Period.parse(label), at=at, today=date(2026, 3, 20), scope=Scope(group))


def drawn(found: Reading, page: str) -> dict[str, Chart]:
    return {chart.id: chart for chart in SHEETS[page](found, Links("north", found.period)).charts}


@pytest.mark.parametrize("label", ["2026-03", "2026-Q1", "2026", "2026-04", "2025-01"])
@pytest.mark.parametrize("sheet", SHEETS)
def test_every_figure_is_one_that_plotly_knows(north: Agreement, at: datetime, sheet: str, label: str) -> None:
    for chart in drawn(reading(north, at, label), sheet).values():
        figure = go.Figure(chart.figure, skip_invalid=False)
        assert len(figure.data) == len(chart.figure["data"])
        assert json.loads(json.dumps(chart.figure, allow_nan=False)) == chart.figure


@pytest.mark.parametrize("sheet", SHEETS)
def test_charts_use_the_palette_and_nothing_else(north: Agreement, at: datetime, sheet: str) -> None:
    text = json.dumps([chart.figure for chart in drawn(reading(north, at), sheet).values()])
    assert set(re.findall(r"#[0-9a-f]{6}", text)) <= COLOURS


def traces(chart: Chart) -> dict[str, dict[str, Any]]:
    return {trace["name"]: trace for trace in chart.figure["data"]}


def test_the_volume_climbs_to_its_total_and_returns_step_down(north: Agreement, at: datetime) -> None:
    chart = drawn(reading(north, at), "volume")["waterfall"]
    steps = chart.figure["data"][0]
    assert (steps["type"], traces(chart)["At this pace"]["line"]["dash"]) == ("waterfall", "dot")
    assert sum(steps["y"][:-1]) == steps["y"][-1] == 8
    assert [y for y in steps["y"] if y < 0] == [-1, -1]
    assert steps["measure"] == ["relative"] * (len(steps["y"]) - 1) + ["total"]


def test_the_goal_runs_through_the_whole_month_and_the_projection_begins_today(north: Agreement, at: datetime) -> None:
    chart = drawn(reading(north, at), "volume")["waterfall"]
    goal, ahead = traces(chart)["Goal"], traces(chart)["At this pace"]
    assert (len(goal["y"]), goal["y"][-1]) == (31, 22.0)
    assert (ahead["x"][0], ahead["y"][0]) == (20, pytest.approx(8))
    assert chart.figure["layout"]["shapes"][0]["x0"] == 20


def test_a_period_that_is_over_has_no_today_and_no_projection(north: Agreement, at: datetime) -> None:
    chart = drawn(reading(north, at, "2026-02"), "volume")["waterfall"]
    assert list(traces(chart)) == ["Leads delivered", "Handed over", "Total"]
    assert "shapes" not in chart.figure["layout"]


def test_without_a_target_no_goal_is_drawn(north: Agreement, at: datetime) -> None:
    figure = drawn(reading(north, at, source="web"), "volume")["waterfall"].figure
    assert "Goal" not in [trace["name"] for trace in figure["data"]]


def test_the_way_is_the_mean_of_one_set_under_the_promise(north: Agreement, at: datetime) -> None:
    found = reading(north, at)
    chart = drawn(found, "speed")["way"]
    steps, *minutes = chart.figure["data"][0], *(row[1] for row in chart.table_rows)
    facts = found.facts[went_the_way(found.facts)]
    whole = float((facts.waited + facts.response).mean()) / MINUTE
    assert minutes[-1] == pytest.approx(whole) == pytest.approx(sum(minutes[:-1]))
    assert steps["y"] == pytest.approx(minutes)
    assert minutes[0] == 10
    assert traces(chart)["Promise: by 1 h 10 min"]["y"] == [pytest.approx(70)] * 2
    assert "sales promised 1 h, the mean" in chart.sentence
    assert "together, 1 h 10 min." in chart.sentence


def test_every_step_of_the_way_opens_the_set_it_is_the_mean_of(north: Agreement, at: datetime) -> None:
    found = reading(north, at)
    chart = drawn(found, "speed")["way"]
    chosen = {selection(QueryDict(url.split("?")[1])) for url in chart.figure["data"][0]["customdata"]}
    ids = selected(found, *chosen)
    assert set(ids.tolist()) == set(found.facts.ids[went_the_way(found.facts)].tolist())
    assert {row[2] for row in chart.table_rows} == {len(ids)}


def test_the_steps_of_the_depth_add_up_to_all_handoffs_also_where_the_lead_came_first(
    north: Agreement, at: datetime
) -> None:
    before = edge_after_the_promise(north, at)
    cast.attempted(
        Handoff.objects.get(lead__name="Fresh"), cast.local(north, "2026-03-20 11:40"), "connected", direction="inbound"
    )
    total, came, *steps = drawn(reading(north, at), "depth")["waterfall"].figure["data"]
    assert (came["name"], came["y"], came["base"]) == ("The lead contacted us first", [1], [total["y"][0] - 1])
    assert sum(sum(step["y"]) for step in (came, *steps)) == total["y"][0] == len(reading(north, at).facts)
    assert steps[-1]["base"] == [0]
    assert edge_after_the_promise(north, at) == before + 1


def edge_after_the_promise(north: Agreement, at: datetime) -> float:
    return drawn(reading(north, at), "depth")["waterfall"].figure["layout"]["shapes"][0]["x0"]


def test_the_promise_is_a_line_across_the_trends(north: Agreement, at: datetime) -> None:
    found = reading(north, at)
    levels = {page: drawn(found, page)["trend"].figure["data"][-1] for page in ("speed", "depth")}
    assert {page: trace["y"][0] for page, trace in levels.items()} == {"speed": 60.0, "depth": 6}
    assert levels["speed"]["x"] == [0.5, 31.5]


def test_the_shares_of_a_bin_add_up_to_one(north: Agreement, at: datetime) -> None:
    kept, missed, promise = drawn(reading(north, at), "speed")["shares"].figure["data"]
    assert {round(a + b, 9) for a, b in zip(kept["y"], missed["y"], strict=True)} == {0, 1}
    assert promise["y"] == [0.9, 0.9]


def test_the_bands_split_at_the_promise(north: Agreement, at: datetime) -> None:
    kept, missed = drawn(reading(north, at), "speed")["bands"].figure["data"]
    assert (kept["y"], missed["y"]) == ([1, 2, 2, 0, 0], [0, 0, 0, 1, 2])
    assert (kept["marker"]["color"], missed["marker"]["color"]) == (palette.KEPT_MARK, palette.MISSED_MARK)


def test_a_band_is_coloured_by_what_each_of_its_handoffs_was_promised(north: Agreement) -> None:
    """Two hours for tier B, an hour for the others: after 90 minutes one has kept and another has missed it."""
    cast.promise(north.versions.get(), SpeedPromise(within_minutes=120, share=Decimal("0.9"), tier="B"))
    chart = drawn(reading(north, march(north)), "speed")["bands"]
    kept, missed = chart.figure["data"]
    assert (kept["y"], missed["y"]) == ([1, 2, 2, 1, 0, 0], [0, 0, 0, 0, 0, 2])
    assert [edge["x0"] for edge in chart.figure["layout"]["shapes"]] == [3.5, 4.5]


def test_the_depth_falls_from_all_to_those_still_open(north: Agreement, at: datetime) -> None:
    total, *falls = drawn(reading(north, at), "depth")["waterfall"].figure["data"]
    tops = [base + y for trace in falls for base, y in zip(trace["base"], trace["y"], strict=True)]
    bases = [base for trace in falls for base in trace["base"]]
    assert total["y"] == [10]
    assert tops == [10, *bases[:-1]]
    assert (bases[-1], falls[-1]["name"]) == (0, "Still open")


def test_every_bar_and_dot_opens_as_many_records_as_it_counts(north: Agreement, at: datetime) -> None:
    found = reading(north, at)
    for page in SHEETS:
        for name, chart in drawn(found, page).items():
            if name in ("way", "trend", "shares"):  # of means and shares, which count no records
                continue
            for box in boxes(chart.figure):
                chosen = selection(QueryDict(box.url.split("?")[1]))
                assert len(selected(found, chosen)) == round(box.high - box.low), box.text


def test_lines_let_the_pointer_through_and_everything_else_is_a_link(north: Agreement, at: datetime) -> None:
    for page in SHEETS:
        for chart in drawn(reading(north, at), page).values():
            for trace in chart.figure["data"]:
                if trace["hoverinfo"] == "skip":
                    assert "customdata" not in trace
                else:
                    told = zip(trace["y"], trace["customdata"], trace["hovertext"], strict=True)
                    assert all(url.startswith("/reports/north/records/?") and text for y, url, text in told if y)


def test_every_colour_is_named_in_the_legend_and_every_chart_has_its_table(north: Agreement, at: datetime) -> None:
    for page in SHEETS:
        for chart in drawn(reading(north, at), page).values():
            named = [trace for trace in chart.figure["data"] if trace.get("showlegend", True)]
            colours = {box.colour for box in boxes(chart.figure)}
            assert all(trace["name"] for trace in named)
            assert colours <= {trace.get("marker", {}).get("color") for trace in named}
            assert chart.sentence
            assert {len(row) for row in chart.table_rows} == {len(chart.table_columns)}


def test_the_drawing_of_the_server_has_a_link_for_every_bar(north: Agreement, at: datetime) -> None:
    for page in SHEETS:
        for name, chart in drawn(reading(north, at), page).items():
            svg = ElementTree.fromstring(f"<div>{sketch(chart.figure, name)}</div>")
            links = [link.get("href") for link in svg.iter("a")]
            assert links == [box.url for box in boxes(chart.figure)]
            assert len(gzip.compress(sketch(chart.figure, name).encode())) < 3000


def test_what_stands_in_a_drawing_is_text_and_never_markup() -> None:
    bar = Bar("<b>", 1, "/?a=1&b='\"", "<script>")
    figure = stacked(["<i>"], [Series("<u>", [bar], palette.ACCENT)], upright(1, str))
    svg = sketch(figure, "x") + legend(figure)
    assert not re.search("<(b|i|u|script)>", svg)
    assert ElementTree.fromstring(f"<div>{svg}</div>").find(".//a").get("href") == bar.url  # type: ignore[union-attr]


def test_axes_speak_the_readers_language(north: Agreement, at: datetime) -> None:
    with translation.override("de"):
        axis = drawn(reading(north, at), "speed")["shares"].figure["layout"]["yaxis"]
    assert axis["ticktext"][-2:] == ["80\u202f%", "100\u202f%"]


@pytest.mark.parametrize("top", [0, 0.02, 1, 7, 33, 255, 1e6])
def test_an_axis_begins_at_zero_and_has_a_few_round_numbers(top: float) -> None:
    axis = upright(top, str)
    assert axis["range"][0] == axis["tickvals"][0] == 0
    assert axis["range"][1] > top
    assert 3 <= len(axis["tickvals"]) <= 8


@pytest.mark.parametrize(
    ("top", "places"), [(6, [0, 1, 2, 3, 4, 5, 6]), (26, [0, 5, 10, 15, 20, 25]), (9, [0, 2, 4, 6, 8])]
)
def test_the_steps_of_an_axis_are_ones_twos_and_fives(top: float, places: list[int]) -> None:
    assert list(upright(top, str)["tickvals"]) == places


def test_of_many_labels_few_are_written_and_the_last_always() -> None:
    axis = labelled([str(day) for day in range(1, 32)])
    assert axis["ticktext"] == ["1", "4", "7", "10", "13", "16", "19", "22", "25", "28", "31"]
    assert labelled([])["tickvals"] == []


def test_a_long_label_breaks_near_its_middle() -> None:
    assert wrapped("Until the first attempt") == "Until the<br>first attempt"
    assert wrapped("1 Jul") == "1 Jul"


def test_each_step_of_the_volume_stands_over_its_own_day() -> None:
    words = {name: name for name in ("volume", "plus", "minus", "goal", "projection")}
    days = [DayBars(str(day), Bar("", 3), Bar("", -1 if day == 2 else 0), 1.0 * day, None) for day in (1, 2, 3)]
    figure = volume_waterfall(days, Bar("Total", 8), upright(9, str), passed=3, today="", words=words)
    steps, goal = figure["data"][0], next(trace for trace in figure["data"] if trace["name"] == "goal")
    assert [round(x) for x in steps["x"]] == [1, 2, 2, 3, 4]
    assert (list(goal["x"]), list(figure["layout"]["xaxis"]["tickvals"])) == ([1, 2, 3], [1, 2, 3, 4])


def test_a_waterfall_of_nothing_is_still_a_figure() -> None:
    words = {"volume": "Leads delivered", "plus": "Handed over"}
    figure = volume_waterfall([], Bar("Total", 0), upright(0, str), passed=0, today="", words=words)
    assert go.Figure(figure).data[0].y == (0,)
