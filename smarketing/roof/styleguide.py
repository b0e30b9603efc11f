"""What the page for developers shows: made-up rows for every part of the look."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django import forms

from leads.clock.face import ClockFace
from smarketing.lib import palette
from smarketing.lib.paging import Page
from smarketing.lib.periods import Period

ROWS = (
    ("Ada Winter", "overdue", -135, "Trade fair"),
    ("Borg & Sønner", "due_soon", 12, "Website"),
    ("Cranz Maschinenbau GmbH, Zweigniederlassung Süd", "running", 190, "Webinar"),
    ("Dora Lind", "kept", 0, ""),
    ("Emil Østergaard", "missed", 0, "Website"),
)


class ExampleFilter(forms.Form):
    period = forms.ChoiceField(choices=[("2026-10", "October 2026"), ("2026-11", "November 2026")])
    source = forms.ChoiceField(choices=[("", "All sources"), ("web", "Website")], required=False)
    search = forms.CharField(required=False)


class ExampleForm(forms.Form):
    company = forms.CharField(help_text="As it stands on the card.")
    deal = forms.DecimalField(min_value=0)
    notes = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), required=False)
    counts = forms.BooleanField(label="Automated messages count", required=False)


@dataclass(frozen=True)
class ExampleChart:
    figure: dict[str, Any]
    id: str = "example"
    title: str = "Leads handed over"
    sentence: str = "By the 5th, 21 of 40 leads are handed over; the goal for that day was 18."
    json_url: str = "#json"
    csv_url: str = "#csv"
    table_columns: tuple[str, ...] = ("Day", "Handed over", "Goal")
    table_rows: list[tuple[Any, ...]] = field(default_factory=list)


def examples(at: datetime) -> dict[str, Any]:
    return {
        "now": at,
        "rows": [
            {"name": name, "face": example_face(clock, timedelta(minutes=minutes), at), "source": source}
            for name, clock, minutes, source in ROWS
        ],
        "filter": ExampleFilter(initial={"period": "2026-11"}),
        "form": ExampleForm(),
        "refused": ExampleForm({"deal": "-1", "notes": "What was typed stays."}),
        "chart": example_chart(),
        "page": Page(rows=[], next_url="#next", previous_url="", count_text="5 of 5 leads"),
        "period": Period(date(2026, 10, 1), "quarter"),
        "spans": [timedelta(seconds=40), timedelta(minutes=42), timedelta(hours=26, minutes=10)],
        "instants": [at + timedelta(days=days, minutes=5) for days in (-400, -30, -1, 0, 1, 3)],
    }


def example_face(clock: str, left: timedelta, at: datetime) -> ClockFace:
    return ClockFace(clock, at + left, left or None, is_straight=True)


def example_chart() -> ExampleChart:
    days, steps, goal = [1, 2, 3, 4, 5], [6, 4, -1, 7, 5], [3.6, 7.2, 10.8, 14.4, 18.0]
    bars = {
        "type": "waterfall",
        "name": "Handed over",
        "x": days,
        "y": steps,
        "customdata": [f"/styleguide/?day={day}" for day in days],
        "increasing": {"marker": {"color": palette.ACCENT_MARK}},
        "decreasing": {"marker": {"color": palette.MISSED_MARK}},
        "connector": {"line": {"color": palette.LINE}},
    }
    line = {"type": "scatter", "mode": "lines", "name": "Goal", "x": days, "y": goal, "line": {"color": palette.INK}}
    return ExampleChart({"data": [bars, line], "layout": {}}, table_rows=list(zip(days, steps, goal, strict=True)))
