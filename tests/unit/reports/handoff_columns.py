"""Handoffs as columns, for tests of PURE modules: each row says only what matters to it."""

from datetime import UTC, datetime
from typing import Any

import numpy as np

from reports.measures.handoff_columns import MINUTE, Facts, Names

NAN = float("nan")
USUAL: dict[str, Any] = {
    "source": "web",
    "tier": "A",
    "state": "working",
    "clock": "kept",
    "depth": "running",
    "has_promise": True,
    "returned": False,
    "off": None,
    "waited": 0.0,
    "accepted": NAN,
    "response": NAN,
    "connected": NAN,
    "nth": NAN,
    "attempts": 0,
    "promised": 6.0,
}


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def facts(*rows: dict[str, Any]) -> Facts:
    """Minutes in, `at` and `off` (taken off) as "2026-03-02" or "2026-03-02 09:00", days in UTC."""
    full = [{"id": n, "lead": n, "at": "2026-03-02 09:00", **USUAL, **row} for n, row in enumerate(rows, 1)]

    def column(name: str) -> list[Any]:
        return [row[name] for row in full]

    off = [text and instant(text) for text in column("off")]
    handed_at = [instant(text) for text in column("at")]
    return Facts(
        ids=np.array(column("id"), np.int64),
        leads=np.array(column("lead"), np.int64),
        versions=np.ones(len(full), np.int64),
        days=np.array([at.date() for at in handed_at], "datetime64[D]"),
        handed_at=np.array(handed_at, object),
        **{name: Names.of(column(name)) for name in ("source", "tier", "state", "clock", "depth")},
        has_promise=np.array(column("has_promise"), np.bool_),
        is_returned=np.array([row["returned"] or bool(row["off"]) for row in full], np.bool_),
        is_taken_off=np.array([at is not None for at in off], np.bool_),
        taken_off_at=np.array(off, object),
        taken_off_on=np.array([at and at.date() for at in off], "datetime64[D]"),
        **{
            name: MINUTE * np.array(column(name), np.float64)
            for name in ("waited", "accepted", "response", "connected")
        },
        response_wall=MINUTE * np.array(column("response"), np.float64),
        nth=np.array(column("nth"), np.float64),
        attempts=np.array(column("attempts"), np.int64),
        promised=np.array(column("promised"), np.float64),
    )
