"""PURE. Rows -> figures: plain dictionaries in plotly's schema.

Building `plotly.graph_objects` would cost a thousand times as much; the tests put every figure through them. No text
that somebody typed in ever stands in a figure, for plotly reads labels as markup.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from smarketing.lib import palette

Trace = dict[str, Any]
Figure = dict[str, Any]
NARROW, WIDE = 0.4, 0.8


@dataclass(frozen=True)
class Bar:
    """`url` leads to the records that `value` counts; `text` is what the pointer shows."""

    label: str
    value: float
    url: str = ""
    text: str = ""


@dataclass(frozen=True)
class Point:
    x: float
    y: float | None


@dataclass(frozen=True)
class DayBars:
    """What a bin of the volume adds and takes off again; `cumulative` after it. `goal` may be None."""

    label: str
    plus: Bar
    minus: Bar
    goal: float | None
    projected: float | None


def figure(traces: Sequence[Trace], **layout: Any) -> Figure:
    return {"data": list(traces), "layout": {"hovermode": "closest", **layout}}


def line(name: str, points: Sequence[Point], colour: str, **style: Any) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": [point.x for point in points],
        "y": [point.y for point in points],
        "line": {"color": colour, "width": 2, **style},
        "hovertemplate": "%{y}<extra>" + name + "</extra>",
    }


def wrapped(label: str) -> str:
    """A long label on two lines, broken at the blank nearest its middle."""
    blanks = [place for place, sign in enumerate(label) if sign == " "]
    if len(label) < 9 or not blanks:
        return label
    middle = min(blanks, key=lambda place: abs(place - len(label) / 2))
    return f"{label[:middle]}<br>{label[middle + 1 :]}"


def labelled(labels: Sequence[str], *, most: int = 11) -> dict[str, Any]:
    """A numeric axis with words at 1, 2, 3, ...; of many only every second, third, ... is written."""
    every = -(-len(labels) // most)
    last = len(labels)
    places = [place for place in range(1, last + 1, every or 1) if place == last or last - place >= every]
    if last and last not in places:
        places.append(last)
    return {
        "tickvals": places,
        "ticktext": [wrapped(labels[place - 1]) for place in places],
        "showgrid": False,
        "range": [0.4, last + 0.6],
    }


def volume_waterfall(days: Sequence[DayBars], total: Bar, *, passed: int, today: str, words: dict[str, str]) -> Figure:
    """Each bin a step on the one before, returns as steps down beside it, the total at the end.

    The first `passed` bins are drawn; with `today` the last of them is marked as today and the rest projected.
    """
    steps: list[tuple[float, float, Bar, str]] = []
    for place, day in enumerate(days[:passed], 1):
        if day.minus.value:
            steps.append((place - NARROW / 2, NARROW, day.plus, "relative"))
            steps.append((place + NARROW / 2, NARROW, day.minus, "relative"))
        else:
            steps.append((place, WIDE, day.plus, "relative"))
    steps.append((len(days) + 1, WIDE, total, "total"))
    goal = [Point(place, day.goal) for place, day in enumerate(days, 1) if day.goal is not None]
    ahead = [Point(place, day.projected) for place, day in enumerate(days, 1) if day.projected is not None]
    traces = [_steps(steps, words["volume"])]
    if goal:
        traces.append(line(words["goal"], goal, palette.INK))
    if ahead:
        traces.append(line(words["projection"], ahead, palette.ACCENT, dash="dot"))
    axis = labelled([*[day.label for day in days], total.label])
    return figure(traces, xaxis=axis, yaxis=_counts(), **(_mark(passed, today) if today else {}))


def _steps(steps: Sequence[tuple[float, float, Bar, str]], name: str, *, falls: str = palette.MISSED_MARK) -> Trace:
    return {
        "type": "waterfall",
        "name": name,
        "x": [x for x, _width, _bar, _measure in steps],
        "y": [bar.value for _x, _width, bar, _measure in steps],
        "width": [width for _x, width, _bar, _measure in steps],
        "measure": [measure for _x, _width, _bar, measure in steps],
        "customdata": [bar.url for _x, _width, bar, _measure in steps],
        "hovertext": [bar.text for _x, _width, bar, _measure in steps],
        "hoverinfo": "text",
        "increasing": {"marker": {"color": palette.ACCENT}},
        "decreasing": {"marker": {"color": falls}},
        "totals": {"marker": {"color": palette.ON_THE_WAY_MARK}},
        "connector": {"line": {"color": palette.QUIET, "width": 0.5}},
    }


def _counts(**more: Any) -> dict[str, Any]:
    return {"rangemode": "tozero", "tickformat": ",d", **more}


def _mark(place: float, text: str) -> dict[str, Any]:
    """An upright line with a word at its top."""
    upright = {"type": "line", "x0": place, "x1": place, "yref": "paper", "y0": 0, "y1": 1}
    note = {"x": place, "y": 1, "yref": "paper", "text": text, "showarrow": False, "xanchor": "left", "xshift": 4}
    return {
        "shapes": [{**upright, "line": {"color": palette.QUIET, "width": 1, "dash": "dot"}}],
        "annotations": [{**note, "yanchor": "top", "font": {"color": palette.QUIET}}],
    }


def legs_waterfall(legs: Sequence[Bar], *, promise: float | None, words: dict[str, str]) -> Figure:
    """The mean time of each leg on the one before. `promise` is the height at which the first attempt is due.

    The first leg is marketing's, and sales' time begins after it: so does the line.
    """
    traces = [_steps([(place, WIDE, bar, "relative") for place, bar in enumerate(legs, 1)], words["legs"])]
    if promise is not None:
        traces.append(line(words["promise"], [Point(1.5, promise), Point(len(legs) - 0.5, promise)], palette.INK))
    # The figures stand below the bars: above them they would lie on the line.
    below = {"ticktext": [f"{wrapped(bar.label)}<br><b>{bar.text}</b>" for bar in legs]}
    axis = labelled([bar.label for bar in legs]) | below
    return figure(traces, xaxis=axis, yaxis={"rangemode": "tozero", "title": {"text": words["unit"]}})


def trend(labels: Sequence[str], lines: Sequence[Trace], *, unit: str, urls: Sequence[str]) -> Figure:
    for trace in lines:
        trace |= {"customdata": list(urls), "mode": "lines+markers", "marker": {"size": 6}, "connectgaps": False}
    return figure(lines, xaxis=labelled(labels), yaxis={"rangemode": "tozero", "title": {"text": unit}})


def level(name: str, value: float, count: int) -> Trace:
    """The promise: a line across all bins."""
    return line(name, [Point(0.5, value), Point(count + 0.5, value)], palette.INK, dash="dash")


def bars(name: str, values: Sequence[Bar], colours: str | list[str], **more: Any) -> Trace:
    return {
        "type": "bar",
        "name": name,
        "x": list(range(1, len(values) + 1)),
        "y": [bar.value for bar in values],
        "customdata": [bar.url for bar in values],
        "hovertext": [bar.text for bar in values],
        "hoverinfo": "text",
        "marker": {"color": colours},
        **more,
    }


def kept_shares(
    labels: Sequence[str], kept: Sequence[Bar], missed: Sequence[Bar], *, promise: float | None, words: dict[str, str]
) -> Figure:
    """Kept and missed of each bin as parts of one; values are shares. Missed is also hatched, for grey paper."""
    pattern = {"shape": "/", "fillmode": "overlay", "fgcolor": "#ffffff", "solidity": 0.2}
    hatched = {"marker": {"color": palette.MISSED_MARK, "pattern": pattern}}
    traces = [bars(words["kept"], kept, palette.KEPT_MARK), bars(words["missed"], missed, "") | hatched]
    if promise is not None:
        traces.append(level(words["promise"], promise, len(labels)))
    axis = {"range": [0, 1.02], "tickformat": ".0%"}
    return figure(traces, barmode="stack", xaxis=labelled(labels), yaxis=axis)


def distribution(
    values: Sequence[Bar], is_kept: Sequence[bool], *, edge: float | None, word: str, other: str = palette.MISSED_MARK
) -> Figure:
    """Bars by band; `edge` is the place between two bars at which the promise lies, `other` the colour beyond it."""
    colours = [palette.KEPT_MARK if kept else other for kept in is_kept]
    shown = {"text": [f"{bar.value:g}" for bar in values], "textposition": "outside", "cliponaxis": False}
    layout = _mark(edge, word) if edge is not None else {}
    traces = [bars("", values, colours, showlegend=False, **shown)]
    return figure(traces, xaxis=labelled([bar.label for bar in values]), yaxis=_counts(), **layout)


def depth_waterfall(
    total: Bar, connected: Sequence[Bar], lost: Sequence[Bar], rest: Bar, *, edge: str, words: dict[str, str]
) -> Figure:
    """From all handoffs down: those connected, then those that ended otherwise, to the rest, which is still open.

    `edge` names the line after the promised attempts, which the last bar of `connected` lies beyond; "" draws none.
    """
    after = total.value - sum(bar.value for bar in connected)
    first = len(connected) + 2
    traces = [
        bars(words["all"], [total], palette.ON_THE_WAY_MARK, width=WIDE),
        _down(words["connected"], connected, 2, total.value, palette.KEPT_MARK),
        _down(words["lost"], lost, first, after, palette.MISSED_MARK),
        bars(words["open"], [rest], palette.ACCENT, width=WIDE) | {"x": [first + len(lost)]},
    ]
    labels = [bar.label for bar in (total, *connected, *lost, rest)]
    layout = _mark(len(connected) + 0.5, edge) if edge else {}
    return figure(traces, barmode="overlay", xaxis=labelled(labels, most=20), yaxis=_counts(), **layout)


def _down(name: str, falls: Sequence[Bar], place: int, base: float, colour: str) -> Trace:
    steps = [
        (place + n, WIDE, Bar(bar.label, -bar.value, bar.url, bar.text), "relative") for n, bar in enumerate(falls)
    ]
    return _steps(steps, name) | {"base": base, "decreasing": {"marker": {"color": colour}}}
