"""PURE. The one definition of kept, missed, excused, overdue ...; `leads.querysets.clock_state` says it in SQL."""

from datetime import datetime

NONE = "none"
RUNNING, DUE_SOON, OVERDUE, KEPT, MISSED = "running", "due_soon", "overdue", "kept", "missed"
EXCUSED = "excused"
BREACHED = frozenset({OVERDUE, MISSED})
OVER_TIME = BREACHED | {EXCUSED}


FROM_WORST = (OVERDUE, MISSED, DUE_SOON, RUNNING, EXCUSED, KEPT, NONE)


def worst(one: str, other: str) -> str:
    """Of two clocks of one kind: both have to be kept."""
    return min(one, other, key=FROM_WORST.index)


def clock(
    *,
    warn_at: datetime | None,
    due_at: datetime | None,
    stopped_at: datetime | None,
    is_closed: bool,
    at: datetime,
    excused_at: datetime | None = None,
) -> str:
    """Where a clock stands at the instant `at`; without a due time nothing is promised, and there is no clock.

    A clock is breached once its due time has passed: nothing mends it afterwards. A closed handoff that nobody
    ever followed up is missed rather than overdue, for there is nothing left to do. A breach that was excused until
    then is neither. All datetimes are aware.
    """
    if due_at is None:
        return NONE
    if stopped_at is not None and stopped_at <= due_at:
        return KEPT
    if stopped_at is not None or at > due_at:
        if excused_at is not None and excused_at <= at:
            return EXCUSED
        return MISSED if is_closed or stopped_at is not None else OVERDUE
    if warn_at is not None and at >= warn_at and not is_closed:
        return DUE_SOON
    return RUNNING
