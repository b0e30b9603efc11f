"""PURE. Figures as JSON and as CSV."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from reports.measures.results import Measures
from smarketing.lib.cells import safe_row
from smarketing.lib.periods import Period

CHAPTERS = ("volume", "speed", "depth", "outcomes")


def as_json(found: Measures) -> dict[str, Any]:
    """The figures as plain values for a JSON writer: nothing rounded, None for a group without a value."""
    head = {"agreement": found.agreement, "period": period_json(found.period, found.time_zone)}
    return head | {name: plain(asdict(getattr(found, name))) for name in CHAPTERS}


def period_json(period: Period, time_zone: str) -> dict[str, str]:
    return {
        "label": period.label,
        "start_on": period.start_on.isoformat(),
        "end_on": period.end_on.isoformat(),
        "time_zone": time_zone,
    }


def plain(value: Any) -> Any:
    """The same with days as text."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as CSV (RFC 4180), with nothing in it that a spreadsheet would run."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(safe_row(columns))
    writer.writerows(safe_row(row) for row in rows)
    return file.getvalue()
