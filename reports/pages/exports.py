"""PURE. Figures as JSON and as CSV."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from reports.facts.results import WITHOUT, Measures
from reports.judgement import Judgement
from smarketing.lib.cells import csv_lines
from smarketing.lib.periods import Period


def as_json(found: Measures) -> dict[str, Any]:
    """The figures as plain values for a JSON writer: nothing rounded, None for a group without a value."""
    head: dict[str, Any] = {"agreement": found.agreement, "period": period_json(found.period, found.time_zone)}
    if found.without:
        head["excuses"] = WITHOUT
    chapters = {name: chapter_json(chapter) for name, chapter in found.chapters.items()}
    return head | {"scorecard": [judgement_json(judgement) for judgement in found.scorecard], **chapters}


def judgement_json(judgement: Judgement) -> dict[str, Any]:
    return {
        "side": judgement.side,
        "measure": judgement.measure,
        "tier": judgement.tier,
        "is_rest": judgement.is_rest,
        "promised": judgement.promised,
        "delivered": judgement.delivered,
        "judged": len(judgement.judged),
        "kept": len(judgement.kept),
        "excused": len(judgement.excused),
        "state": judgement.state,
    }


def chapter_json(chapter: Any) -> dict[str, Any]:
    """A measure with its groups: those of the dimension source stand under "by_source"."""
    found = plain(asdict(chapter))
    groups = {f"by_{dimension}": words for dimension, words in found.pop("by").items()}
    return {**found, **groups}


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
    return "".join(csv_lines([columns, *rows]))
