"""PURE. Rows -> figures: plain dictionaries in plotly's schema.

Building `plotly.graph_objects` would cost a thousand times as much; the tests put every figure through them. No text
that somebody typed in ever stands in a figure, for plotly reads labels as markup. What stands on an axis is written
by the server, in the reader's language.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from smarketing.lib import palette

Trace = dict[str, Any]
Figure = dict[str, Any]
Axis = dict[str, Any]
Say = Callable[[float], str]
WIDE = 0.8
ROOM = 1.16  # above bars with a number on them, for the word of a promise
FEW, MANY = 6, 13  # labels of days that fit under a chart on a phone, and elsewhere
HATCH = {"shape": "/", "fillmode": "overlay", "fgcolor": "#ffffff", "solidity": 0.2}  # for grey paper


@dataclass(frozen=True)
class Bar:
    """`url` leads to the records that `value` counts; `text` is what the pointer shows."""

    label: str
    value: float
    url: str = ""
    text: str = ""


@dataclass(frozen=True)
class Series:
    """Bars of one meaning, with the name that the legend gives them."""

    name: str
    bars: Sequence[Bar]
    colour: str
    is_hatched: bool = False


@dataclass(frozen=True)
class Point:
    x: float
    y: float | None


@dataclass(frozen=True)
class Edge:
    """An upright line between two bars, `text` at its top."""

    place: float
    text: str


def figure(
    traces: Sequence[Trace], labels: Sequence[str], yaxis: Axis, *, every: bool = False, **layout: Any
) -> Figure:
    """With `every` label written, else as many as fit. `meta.narrow` is what a phone draws otherwise."""
    wide, narrow = (len(labels), len(labels)) if every else (MANY, FEW)
    return {
        "data": list(traces),
        "layout": {
            "hovermode": "closest",
            "showlegend": True,
            "xaxis": labelled(labels, most=wide),
            "yaxis": yaxis,
            "meta": {"narrow": {"xaxis": labelled(labels, most=narrow)}},
            **layout,
        },
    }


def wrapped(label: str) -> str:
    """A long label on two lines, broken at the blank nearest its middle."""
    blanks = [place for place, sign in enumerate(label) if sign == " "]
    if len(label) < 9 or not blanks:
        return label
    middle = min(blanks, key=lambda place: abs(place - len(label) / 2))
    return f"{label[:middle]}<br>{label[middle + 1 :]}"


def labelled(labels: Sequence[str], *, most: int = MANY) -> Axis:
    """A numeric axis with words at 1, 2, 3, ...; of many only every second, third, ... is written."""
    every = -(-len(labels) // most) if labels else 1
    last = len(labels)
    places = [place for place in range(1, last + 1, every) if place == last or last - place >= every]
    if last and last not in places:
        places.append(last)
    return {
        "tickvals": places,
        "ticktext": [wrapped(labels[place - 1]) for place in places],
        "showgrid": False,
        "range": [0.4, last + 0.6],
    }


def upright(top: float, say: Say, *, is_whole: bool = False, unit: str = "", room: float = 1.06) -> Axis:
    """The axis from zero to beyond `top`, with about five round numbers as `say` writes them."""
    top = top or 1
    least = top / 6
    size = 10 ** math.floor(math.log10(least))
    step = next(size * by for by in (1, 2, 5, 10) if size * by >= least)
    if is_whole:
        step = math.ceil(step)
    places = [round(step * n, 9) for n in range(int(top * room / step) + 1)]
    title = {"title": {"text": unit}} if unit else {}
    return {"range": [0, top * room], "tickvals": places, "ticktext": [say(place) for place in places], **title}


def shares(say: Say) -> Axis:
    places = [0, 0.2, 0.4, 0.6, 0.8, 1.0]
    return {"range": [0, 1.04], "tickvals": places, "ticktext": [say(place) for place in places]}


def line(name: str, points: Sequence[Point], colour: str, **style: Any) -> Trace:
    """A goal or promise: the pointer goes through it to the bar behind."""
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": [point.x for point in points],
        "y": [point.y for point in points],
        "line": {"color": colour, "width": 2, **style},
        "hoverinfo": "skip",
    }


def level(name: str, value: float, count: int) -> Trace:
    """The promise: a line across all bins."""
    return line(name, [Point(0.5, value), Point(count + 0.5, value)], palette.INK, dash="dash")


def dots(name: str, bars: Sequence[Bar | None], colour: str, **style: Any) -> Trace:
    """A measured line: a dot for each bin that has a value, each a link like a bar."""
    return line(name, [Point(x, bar.value if bar else None) for x, bar in enumerate(bars, 1)], colour, **style) | {
        "mode": "lines+markers",
        "marker": {"size": 7, "color": colour},
        "connectgaps": False,
        "cliponaxis": False,
        "customdata": [bar.url if bar else "" for bar in bars],
        "hovertext": [bar.text if bar else "" for bar in bars],
        "hoverinfo": "text",
    }


def bars(series: Series, *, first: int = 1, **more: Any) -> Trace:
    """Bars side by side from the place `first` on."""
    pattern = {"pattern": HATCH} if series.is_hatched else {}
    return {
        "type": "bar",
        "name": series.name,
        "x": list(range(first, first + len(series.bars))),
        "y": [bar.value for bar in series.bars],
        "width": [WIDE] * len(series.bars),
        "customdata": [bar.url for bar in series.bars],
        "hovertext": [bar.text for bar in series.bars],
        "hoverinfo": "text",
        "marker": {"color": series.colour, **pattern},
        **more,
    }


def key(name: str, colour: str, **more: Any) -> Trace:
    """Only an entry of the legend, for a colour within a waterfall."""
    return {
        "type": "bar",
        "name": name,
        "x": [None],
        "y": [None],
        "marker": {"color": colour},
        "hoverinfo": "skip",
        "showlegend": True,
        **more,
    }


def marks(edges: Sequence[Edge]) -> dict[str, Any]:
    """Of several the words stand below each other."""
    if not edges:
        return {}
    style = {"color": palette.QUIET, "width": 1, "dash": "dot"}
    return {
        "shapes": [
            {"type": "line", "x0": edge.place, "x1": edge.place, "yref": "paper", "y0": 0, "y1": 1, "line": style}
            for edge in edges
        ],
        "annotations": [
            {
                "x": edge.place,
                "y": 1 - 0.08 * n,
                "yref": "paper",
                "text": edge.text,
                "showarrow": False,
                "xanchor": "left",
                "xshift": 4,
                "yanchor": "top",
                "font": {"color": palette.QUIET},
            }
            for n, edge in enumerate(edges)
        ],
    }


def trend(labels: Sequence[str], lines: Sequence[Trace], yaxis: Axis) -> Figure:
    return figure(lines, labels, yaxis)


def stacked(
    labels: Sequence[str],
    series: Sequence[Series],
    yaxis: Axis,
    *,
    edges: Sequence[Edge] = (),
    lines: Sequence[Trace] = (),
    every: bool = False,
) -> Figure:
    """The parts of each bin on each other; a series without any record is left out, unless all are."""
    seen = [one for one in series if any(bar.value for bar in one.bars)] or series[:1]
    return figure([*map(bars, seen), *lines], labels, yaxis, every=every, barmode="stack", **marks(edges))


def distribution(
    labels: Sequence[str], series: Sequence[Series], yaxis: Axis, say: Say, *, edges: Sequence[Edge] = ()
) -> Figure:
    """Stacked, with every label written and each bin's count above it."""
    drawn = stacked(labels, series, yaxis, edges=edges, every=True)
    above = [_above(place, height, say(height)) for place, height in enumerate(heights(series), 1)]
    drawn["layout"]["annotations"] = [*drawn["layout"].get("annotations", []), *above]
    return drawn


def _above(place: int, height: float, text: str) -> dict[str, Any]:
    return {"x": place, "y": height, "text": text, "showarrow": False, "yanchor": "bottom", "xanchor": "center"}


def heights(series: Sequence[Series]) -> list[float]:
    """How high the bars reach that stand on each other."""
    return [sum(bar.value for bar in pile) for pile in zip(*(one.bars for one in series), strict=True)]
