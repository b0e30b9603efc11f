"""PURE. The three waterfalls: the volume of a period, a lead's way to sales, what became of the handoffs."""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.charts.figures import (
    WIDE,
    Axis,
    Bar,
    Edge,
    Figure,
    Point,
    Series,
    Trace,
    bars,
    figure,
    key,
    line,
    marks,
    wrapped,
)
from smarketing.lib import palette

NARROW = WIDE / 2
HATCHED = "hatched"  # by the server's drawing, so also on paper: plotly has no hatching within a waterfall


@dataclass(frozen=True)
class DayBars:
    """What a bin of the volume adds and takes off again. `goal` may be None, as `projected`."""

    label: str
    plus: Bar
    minus: Bar
    goal: float | None
    projected: float | None


@dataclass(frozen=True)
class _Step:
    x: float
    width: float
    bar: Bar
    measure: str = "relative"


def volume_waterfall(
    days: Sequence[DayBars], total: Bar, yaxis: Axis, *, passed: int, today: str, words: dict[str, str]
) -> Figure:
    """Each bin a step on the one before, returns as steps down beside it, the total at the end.

    The first `passed` bins are drawn; with `today` the last of them is marked as today and the rest projected.
    """
    steps: list[_Step] = []
    for place, day in enumerate(days[:passed], 1):
        if day.minus.value:
            steps.append(_Step(place - NARROW / 2, NARROW, day.plus))
            steps.append(_Step(place + NARROW / 2, NARROW, day.minus))
        else:
            steps.append(_Step(place, WIDE, day.plus))
    steps.append(_Step(len(days) + 1, WIDE, total, "total"))
    goal = [Point(place, day.goal) for place, day in enumerate(days, 1) if day.goal is not None]
    ahead = [Point(place, day.projected) for place, day in enumerate(days, 1) if day.projected is not None]
    traces = [_steps(steps, words["volume"]), key(words["plus"], palette.ACCENT)]
    if any(step.bar.value < 0 for step in steps):
        traces.append(key(words["minus"], palette.MISSED_MARK, meta=HATCHED))
    if goal:
        traces.append(line(words["goal"], goal, palette.INK))
    if ahead:
        traces.append(line(words["projection"], ahead, palette.ACCENT, dash="dot"))
    traces.append(key(total.label, palette.ON_THE_WAY_MARK))
    labels = [*[day.label for day in days], total.label]
    return figure(traces, labels, yaxis, **marks([Edge(passed, today)] if today else []))


def _steps(steps: Sequence[_Step], name: str) -> Trace:
    """The legend names the colours one by one instead."""
    return {
        "type": "waterfall",
        "name": name,
        "showlegend": False,
        "x": [step.x for step in steps],
        "y": [step.bar.value for step in steps],
        "width": [step.width for step in steps],
        "measure": [step.measure for step in steps],
        "customdata": [step.bar.url for step in steps],
        "hovertext": [step.bar.text for step in steps],
        "hoverinfo": "text",
        "increasing": {"marker": {"color": palette.ACCENT}},
        "decreasing": {"marker": {"color": palette.MISSED_MARK}},
        "totals": {"marker": {"color": palette.ON_THE_WAY_MARK}},
        "connector": {"line": {"color": palette.QUIET, "width": 0.5}},
    }


def legs_waterfall(
    legs: Sequence[Bar], total: Bar, yaxis: Axis, *, promise: float | None, words: dict[str, str]
) -> Figure:
    """The mean time of each leg on the one before, and what they come to.

    `promise` is the height at which the first attempt is due. The first leg is marketing's, and sales' time begins
    after it: so does the line.
    """
    steps = [_Step(place, WIDE, bar) for place, bar in enumerate(legs, 1)]
    steps.append(_Step(len(legs) + 1, WIDE, total, "total"))
    traces = [
        _steps(steps, words["legs"]),
        key(words["legs"], palette.ACCENT),
        key(total.label, palette.ON_THE_WAY_MARK),
    ]
    if promise is not None:
        ends = [Point(1.5, promise), Point(len(legs) + 1.5, promise)]
        traces.append(line(words["promise"], ends, palette.INK, dash="dash"))
    drawn = figure(traces, [bar.label for bar in (*legs, total)], yaxis, every=True)
    # The figures stand below the bars: above them they would lie on the line.
    below = [f"{wrapped(bar.label)}<br><b>{bar.text}</b>" for bar in (*legs, total)]
    for axis in (drawn["layout"]["xaxis"], drawn["layout"]["meta"]["narrow"]["xaxis"]):
        axis["ticktext"] = below
    return drawn


def depth_waterfall(total: Series, ends: Sequence[Series], yaxis: Axis, *, edges: Sequence[Edge]) -> Figure:
    """From all handoffs down, step by step, to those still open.

    Bars on bases and not plotly's waterfall, which has two colours for all steps and no hatching.
    """
    traces, place, height = [bars(total)], 2, sum(bar.value for bar in total.bars)
    for series in ends:
        bases = []
        for bar in series.bars:
            height -= bar.value
            bases.append(height)
        traces.append(bars(series, first=place, base=bases))
        place += len(series.bars)
    labels = [bar.label for series in (total, *ends) for bar in series.bars]
    return figure(traces, labels, yaxis, every=True, barmode="overlay", **marks(edges))
