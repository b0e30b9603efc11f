"""PURE. A figure -> a small drawing in SVG, which stands there until plotly has come.

It is all that readers without JavaScript and paper see; its bars are links. Everything across is in per cent, so
that words keep their size on a phone; colours are the theme's, so that print gets those of paper.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from reports.charts.figures import Figure, Trace
from smarketing.lib import palette

COLOURS = {
    value: f"var(--sm-{name.lower().replace('_', '-')})" for name, value in vars(palette).items() if name.isupper()
}
CROWD = 3  # labels that still stand side by side on a phone
DASHES = {"dash": "6 4", "dot": "2 3"}


@dataclass(frozen=True)
class Box:
    """A bar in the units of its axes; `low` is below `high`."""

    left: float
    right: float
    low: float
    high: float
    colour: str
    is_hatched: bool
    url: str
    text: str


@dataclass(frozen=True)
class Frame:
    """Turns units of the axes into per cent of the drawing, from its upper left corner."""

    left: float
    right: float
    low: float
    high: float

    def across(self, x: float) -> float:
        return round(100 * (x - self.left) / (self.right - self.left), 2)

    def down(self, y: float) -> float:
        return round(100 * (self.high - y) / (self.high - self.low), 2)


def sketch(figure: Figure, name: str) -> str:
    """`name` is unique on the page."""
    layout, traces = figure["layout"], figure["data"]
    frame = _frame(figure)
    parts = [
        _grid(layout, frame),
        *(_bar(box, frame, name) for box in boxes(figure)),
        *(_line(trace, frame) for trace in traces if trace["type"] == "scatter"),
        *(_upright(shape, frame) for shape in layout.get("shapes", [])),
        *(_note(note, frame) for note in layout.get("annotations", [])),
        _labels(layout, frame),
    ]
    hatch = _hatch(name) if any(box.is_hatched for box in boxes(figure)) else ""
    return f'{legend(figure)}<svg class="sketch-plot" role="group">{hatch}{"".join(parts)}</svg>'


def boxes(figure: Figure) -> list[Box]:
    """Every bar of the figure that has a height, in the order in which it is read."""
    piles: dict[float, float] = {}
    is_stacked = figure["layout"].get("barmode") == "stack"
    found: list[Box] = []
    for trace in figure["data"]:
        if trace["type"] == "waterfall":
            found += _fallen(trace)
        elif trace["type"] == "bar":
            found += _standing(trace, piles if is_stacked else {})
    return sorted((box for box in found if box.high > box.low), key=lambda box: box.left)


def _fallen(trace: Trace) -> Iterator[Box]:
    height = 0.0
    for n, y in enumerate(trace["y"]):
        is_total = trace["measure"][n] == "total" if "measure" in trace else False
        start, height = (0.0, height) if is_total else (height, height + y)
        way = "totals" if is_total else "increasing" if y >= 0 else "decreasing"
        yield replace(_box(trace, n, (start, height), trace[way]["marker"]["color"]), is_hatched=way == "decreasing")


def _standing(trace: Trace, piles: dict[float, float]) -> Iterator[Box]:
    for n, (x, y) in enumerate(zip(trace["x"], trace["y"], strict=True)):
        if x is None:
            continue
        base = trace["base"][n] if "base" in trace else piles.get(x, 0.0)
        piles[x] = base + y
        yield _box(trace, n, (base, base + y), trace["marker"]["color"])


def _box(trace: Trace, n: int, ends: tuple[float, float], colour: str) -> Box:
    """The bar `n` of the trace between two heights."""
    x, half = trace["x"][n], (trace["width"][n] if "width" in trace else 0.8) / 2
    url, text = (trace[key][n] if key in trace else "" for key in ("customdata", "hovertext"))
    is_hatched = "pattern" in trace.get("marker", {})
    return Box(x - half, x + half, min(ends), max(ends), colour, is_hatched, url, text)


def _frame(figure: Figure) -> Frame:
    layout, found = figure["layout"], boxes(figure)
    across = layout.get("xaxis", {}).get("range") or [
        min((box.left for box in found), default=0.0),
        max((box.right for box in found), default=1.0),
    ]
    upright = layout.get("yaxis", {}).get("range") or [0.0, max((box.high for box in found), default=1.0)]
    return Frame(*across, *upright)


def _bar(box: Box, frame: Frame, name: str) -> str:
    left, top = frame.across(box.left), frame.down(box.high)
    width, height = round(frame.across(box.right) - left, 2), round(frame.down(box.low) - top, 2)
    place = f'x="{left}%" y="{top}%" width="{width}%" height="{height}%"'
    drawn = f'<rect {place} style="fill:{_colour(box.colour)}"/>'
    if box.is_hatched:
        drawn += f'<rect {place} fill="url(#{escape(name)}-hatch)"/>'
    title = f"<title>{escape(box.text)}</title>" if box.text else ""
    return f'<a href="{escape(box.url)}">{title}{drawn}</a>' if box.url else f"<g>{title}{drawn}</g>"


def _line(trace: Trace, frame: Frame) -> str:
    """Pieces between missing values; a dot that stands alone is drawn as a short stroke."""
    pieces: list[list[str]] = [[]]
    for x, y in zip(trace["x"], trace["y"], strict=True):
        if y is None:
            pieces.append([])
        else:
            pieces[-1].append(f"{frame.across(x)},{frame.down(y)}")
    paths = "".join(f"M{' '.join(piece)}{'h.1' if len(piece) == 1 else ''}" for piece in pieces if piece)
    style = f"stroke:{_colour(trace['line']['color'])}"
    dash = f' stroke-dasharray="{DASHES[trace["line"]["dash"]]}"' if "dash" in trace["line"] else ""
    box = '<svg viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" height="100%" overflow="visible">'
    path = f'<path d="{paths}" fill="none" stroke-width="2" vector-effect="non-scaling-stroke" style="{style}"{dash}/>'
    return f"{box}{path}</svg>" if paths else ""


def _grid(layout: dict[str, Any], frame: Frame) -> str:
    axis = layout.get("yaxis", {})
    drawn = []
    for place, text in zip(axis.get("tickvals", []), axis.get("ticktext", []), strict=True):
        y = frame.down(place)
        drawn.append(f'<line x2="100%" y1="{y}%" y2="{y}%" class="sketch-grid"/>')
        drawn.append(f'<text y="{y}%" dx="-6" dy=".35em" text-anchor="end">{escape(text)}</text>')
    return "".join(drawn)


def _labels(layout: dict[str, Any], frame: Frame) -> str:
    """On a phone those are left out that the narrow axis lacks; where it lacks none, they stand upright."""
    axis = layout.get("xaxis", {})
    kept = layout.get("meta", {}).get("narrow", {}).get("xaxis", axis).get("tickvals", [])
    is_long = any(len(text) > 4 for text in axis.get("ticktext", []))
    is_crowded = is_long and len(kept) == len(axis.get("tickvals", [])) > CROWD
    drawn = []
    for place, text in zip(axis.get("tickvals", []), axis.get("ticktext", []), strict=True):
        at = f'x="{frame.across(place)}%"'
        rows = [escape(row) for row in text.replace("<b>", "").replace("</b>", "").split("<br>")]
        spans = "".join(f'<tspan {at} dy="1.2em">{row}</tspan>' for row in rows)
        wide = ' class="wide-only"' if is_crowded or place not in kept else ""
        drawn.append(f'<text {at} y="100%" text-anchor="middle"{wide}>{spans}</text>')
        for n, row in enumerate(rows if is_crowded else []):
            shift = 12 * ((len(rows) - 1) / 2 - n)
            drawn.append(f'<text {at} y="100%" dx="{shift:g}" dy="6" class="phone-only">{row}</text>')
    return "".join(drawn)


def _upright(shape: dict[str, Any], frame: Frame) -> str:
    x = frame.across(shape["x0"])
    return f'<line x1="{x}%" x2="{x}%" y2="100%" class="sketch-mark"/>'


def _note(note: dict[str, Any], frame: Frame) -> str:
    is_above = note.get("yref") != "paper"
    y = frame.down(note["y"]) if is_above else round(100 * (1 - note["y"]), 2)
    shift = 'dy="-.3em" text-anchor="middle"' if is_above else 'dx="4" dy="1em"'
    return f'<text x="{frame.across(note["x"])}%" y="{y}%" {shift}>{escape(note["text"])}</text>'


def legend(figure: Figure) -> str:
    items = []
    for trace in figure["data"]:
        if trace.get("showlegend", True) and trace.get("name"):
            dash = {"dash": "dashed", "dot": "dotted"}.get(trace.get("line", {}).get("dash"), "solid")
            style = f"--swatch:{_swatch(trace)};--dash:{dash}"
            is_hatched = "pattern" in trace.get("marker", {}) or "meta" in trace
            kind = "line" if trace["type"] == "scatter" else "hatched" if is_hatched else "area"
            items.append(f'<li class="sketch-{kind}" style="{style}">{escape(trace["name"])}</li>')
    return f'<ul class="sketch-legend">{"".join(items)}</ul>' if items else ""


def _swatch(trace: Trace) -> str:
    if trace["type"] == "scatter":
        return _colour(trace["line"]["color"])
    return _colour((trace["increasing"] if trace["type"] == "waterfall" else trace)["marker"]["color"])


def _colour(value: str) -> str:
    return COLOURS.get(value, value)


def _hatch(name: str) -> str:
    stroke = '<path d="M0 6 6 0" stroke="#fff" stroke-width="1.2"/>'
    return f'<pattern id="{escape(name)}-hatch" width="6" height="6" patternUnits="userSpaceOnUse">{stroke}</pattern>'
