"""Handoffs as columns, for tests of PURE modules: each row says only what matters to it."""

from datetime import UTC, datetime
from typing import Any

import numpy as np

from reports.measures.handoff_columns import DIMENSIONS, MINUTE, Facts, Names, Timed

NAN = float("nan")
USUAL: dict[str, Any] = {
    "version": 1,
    "source": "web",
    "tier": "A",
    "state": "working",
    "clock": "kept",
    "depth": "open",
    "has_promise": True,
    "returned": False,
    "taken_off": False,
    "counts": True,
    "off": None,
    "waited": 0.0,
    "accepted": NAN,
    "response": NAN,
    "connected": NAN,
    "nth": NAN,
    "attempts": 0,
    "in_window": 0,
    "within": 60.0,
    "share": 0.9,
    "promised": 6.0,
    "window": 15.0,
    "depth_excused": False,
    "points": 0,
    "outside": False,
    "timed": {},
}


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def facts(*rows: dict[str, Any]) -> Facts:
    """Minutes in, `at` and `off` (the day on which its count is taken off) as "2026-03-02", days in UTC."""
    full = [{"id": n, "lead": n, "at": "2026-03-02", **USUAL, **row} for n, row in enumerate(rows, 1)]

    def column(name: str) -> list[Any]:
        return [row[name] for row in full]

    def numbers(*names: str) -> dict[str, Any]:
        return {name: np.array(column(name), np.float64) for name in names}

    def minutes(*names: str) -> dict[str, Any]:
        return {name: MINUTE * values for name, values in numbers(*names).items()}

    return Facts(
        ids=np.array(column("id"), np.int64),
        leads=np.array(column("lead"), np.int64),
        version=np.array(column("version"), np.int64),
        days=np.array([instant(at).date() for at in column("at")], "datetime64[D]"),
        names={dimension: Names.of(column(dimension)) for dimension in DIMENSIONS},
        **{name: Names.of(column(name)) for name in ("state", "clock", "depth")},
        has_promise=np.array(column("has_promise"), np.bool_),
        is_returned=np.array([row["returned"] or row["taken_off"] for row in full], np.bool_),
        is_taken_off=np.array(column("taken_off"), np.bool_),
        counts=np.array(column("counts"), np.bool_),
        taken_off_on=np.array(column("off"), "datetime64[D]"),
        **minutes("waited", "accepted", "response", "connected"),
        response_wall=MINUTE * np.array(column("response"), np.float64),
        attempts=np.array(column("attempts"), np.int64),
        in_window=np.array(column("in_window"), np.int64),
        **numbers("nth", "within", "share", "promised", "window"),
        is_depth_excused=np.array(column("depth_excused"), np.bool_),
        points=np.array(column("points"), np.int64),
        is_outside=np.array(column("outside"), np.bool_),
        timed={measure: timed(column("timed"), measure) for measure in {key for row in full for key in row["timed"]}},
    )


def timed(rows: list[Any], measure: str) -> Timed:
    """Each row says {measure: clock}: promised are 30 minutes in 80 per cent."""
    states = [row.get(measure, "") for row in rows]
    said = np.array([1.0 if state else NAN for state in states])
    return Timed(Names.of(states), 30 * said, 0.8 * said)
