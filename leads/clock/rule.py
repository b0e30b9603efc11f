"""PURE. The one definition of kept, missed, due soon and overdue; `leads.querysets.clock_state` says it in SQL."""

from datetime import datetime

NONE = "none"
RUNNING, DUE_SOON, OVERDUE, KEPT, MISSED = "running", "due_soon", "overdue", "kept", "missed"
BREACHED = frozenset({OVERDUE, MISSED})


def clock(
    *,
    warn_at: datetime | None,
    due_at: datetime | None,
    stopped_at: datetime | None,
    is_closed: bool,
    at: datetime,
) -> str:
    """Where a clock stands at the instant `at`; without a due time nothing is promised, and there is no clock.

    A clock is breached once its due time has passed: nothing mends it afterwards. A closed handoff that nobody
    ever followed up is missed rather than overdue, for there is nothing left to do. All datetimes are aware.
    """
    if due_at is None:
        return NONE
    if stopped_at is not None:
        return KEPT if stopped_at <= due_at else MISSED
    if at > due_at:
        return MISSED if is_closed else OVERDUE
    if warn_at is not None and at >= warn_at and not is_closed:
        return DUE_SOON
    return RUNNING
