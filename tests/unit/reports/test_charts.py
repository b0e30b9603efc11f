import json
import re
from datetime import date, datetime
from typing import Any

import plotly.graph_objects as go
import pytest

from agreements.models import Agreement
from reports.charts import figures as charts
from reports.charts.figures import Bar, labelled, wrapped
from reports.facts.reading import Reading, read
from reports.pages.depth import depth_sheet
from reports.pages.links import Links
from reports.pages.sheet import Chart
from reports.pages.speed import speed_sheet
from reports.pages.volume import volume_sheet
from smarketing.lib import palette
from smarketing.lib.periods import Period
from tests.unit.reports.march import march

SHEETS = {"volume": volume_sheet, "speed": speed_sheet, "depth": depth_sheet}
COLOURS = {value for name, value in vars(palette).items() if name.isupper()} | {"#ffffff"}


@pytest.fixture
def at(north: Agreement) -> datetime:
    return march(north)


def reading(north: Agreement, at: datetime, label: str = "2026-03", **group: str) -> Reading:
    return read(north, Period.parse(label), at=at, today=date(2026, 3, 20), **group)


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


def test_the_volume_climbs_to_its_total_and_returns_step_down(north: Agreement, at: datetime) -> None:
    steps, goal, ahead = drawn(reading(north, at), "volume")["waterfall"].figure["data"]
    assert (steps["type"], goal["name"], ahead["line"]["dash"]) == ("waterfall", "Goal", "dot")
    assert sum(steps["y"][:-1]) == steps["y"][-1] == 8
    assert [y for y in steps["y"] if y < 0] == [-1, -1]
    assert steps["measure"] == ["relative"] * (len(steps["y"]) - 1) + ["total"]


def test_the_goal_runs_through_the_whole_month_and_the_projection_begins_today(north: Agreement, at: datetime) -> None:
    figure = drawn(reading(north, at), "volume")["waterfall"].figure
    _steps, goal, ahead = figure["data"]
    assert (len(goal["y"]), goal["y"][-1]) == (31, 22.0)
    assert (ahead["x"][0], ahead["y"][0]) == (20, pytest.approx(8))
    assert figure["layout"]["shapes"][0]["x0"] == 20


def test_a_period_that_is_over_has_no_today_and_no_projection(north: Agreement, at: datetime) -> None:
    figure = drawn(reading(north, at, "2026-02"), "volume")["waterfall"].figure
    assert [trace["name"] for trace in figure["data"]] == ["Leads delivered"]
    assert "shapes" not in figure["layout"]


def test_without_a_target_no_goal_is_drawn(north: Agreement, at: datetime) -> None:
    figure = drawn(reading(north, at, source="web"), "volume")["waterfall"].figure
    assert "Goal" not in [trace["name"] for trace in figure["data"]]


def test_the_way_stacks_the_mean_of_each_leg_under_the_promise(north: Agreement, at: datetime) -> None:
    chart = drawn(reading(north, at), "speed")["way"]
    hours, promise = chart.figure["data"]
    minutes = [row[1] for row in chart.table_rows]
    assert hours["y"] == pytest.approx([value / 60 for value in minutes])
    assert promise["y"] == [pytest.approx((minutes[0] + 60) / 60)] * 2


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
    (bars,) = drawn(reading(north, at), "speed")["bands"].figure["data"]
    assert bars["y"] == [1, 2, 2, 1, 2]
    assert bars["marker"]["color"] == [palette.KEPT_MARK] * 3 + [palette.MISSED_MARK] * 2


def test_the_depth_falls_from_all_to_those_still_open(north: Agreement, at: datetime) -> None:
    total, connected, lost, rest = drawn(reading(north, at), "depth")["waterfall"].figure["data"]
    assert total["y"] == [10]
    assert 10 + sum(connected["y"]) + sum(lost["y"]) == rest["y"][0]
    assert lost["base"] == 10 + sum(connected["y"])


def test_every_bar_leads_to_records_and_every_chart_has_its_table(north: Agreement, at: datetime) -> None:
    for page in SHEETS:
        for chart in drawn(reading(north, at), page).values():
            first: dict[str, Any] = chart.figure["data"][0]
            assert all(url.startswith("/reports/north/records/?") for url in first["customdata"])
            assert chart.sentence
            assert {len(row) for row in chart.table_rows} == {len(chart.table_columns)}


def test_of_many_labels_few_are_written_and_the_last_always() -> None:
    axis = labelled([str(day) for day in range(1, 32)])
    assert axis["ticktext"] == ["1", "4", "7", "10", "13", "16", "19", "22", "25", "28", "31"]
    assert labelled([])["tickvals"] == []


def test_a_long_label_breaks_near_its_middle() -> None:
    assert wrapped("Until the first attempt") == "Until the<br>first attempt"
    assert wrapped("1 Jul") == "1 Jul"


def test_a_waterfall_of_nothing_is_still_a_figure() -> None:
    figure = charts.volume_waterfall([], Bar("Total", 0), passed=0, today="", words={"volume": "Leads delivered"})
    assert go.Figure(figure).data[0].y == (0,)
