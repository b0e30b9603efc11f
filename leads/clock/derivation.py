"""What stands on a handoff follows from what happened: working times, promises, states. No queries."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from math import ceil
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from agreements.exceptions.pauses import Pauses
from agreements.promises.promise import TimedPromise
from agreements.terms import Terms
from agreements.worktime import WorkCalendar
from leads.clock.happened import Case, WithMarketing
from leads.enums import ClockKind
from leads.work.states import state_of

Instants = npt.NDArray[np.datetime64]
Values = dict[str, Any]
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Wanted:
    """A clock as it should stand; its fields are those of the row."""

    lead_id: int
    handoff_id: int | None
    kind: str
    nth: int
    version_id: int
    started_at: datetime
    warn_at: datetime | None
    due_at: datetime
    stopped_at: datetime | None
    ended_at: datetime | None
    pauses: list[list[str]]


def derive(cases: list[Case]) -> list[Values]:
    """The derived columns of each handoff. All handoffs of a lead are among the cases, in order of time."""
    derived = [_facts(case) for case in cases]
    by_terms: dict[tuple[int, int | None, Pauses, Pauses], list[int]] = defaultdict(list)
    for index, case in enumerate(cases):
        key = case.handoff.agreement_id, case.terms.version_id, case.pauses, case.marketings_pauses
        by_terms[key].append(index)
    for indexes in by_terms.values():
        some, values = [cases[i] for i in indexes], [derived[i] for i in indexes]
        _promise(some, values)
        _measure(some, values)
    _count(cases, derived)
    return derived


def _facts(case: Case) -> Values:
    """What follows without any working time."""
    handoff, connected = case.handoff, case.connected
    first = case.answers[0] if case.answers else None
    first_at, returned_at = first and case.moment(first), handoff.returned_at
    is_return_first = returned_at is not None and (first_at is None or returned_at < first_at)
    return {
        "version_id": case.terms.version_id,
        "handed_on": case.timeline.day_of(handoff.handed_at),
        "state": state_of(
            accepted_at=handoff.accepted_at,
            attempts=len(case.attempts),
            connected_at=connected and connected.at,
            returned_at=returned_at,
            verdict=case.verdict,
        ),
        "first_attempt_at": first_at,
        "stopped_at": returned_at if is_return_first else first_at,
        "response_precision": max(first.precision, handoff.precision) if first and not is_return_first else 0,
        "connected_at": connected and case.moment(connected),
        "connected_nth": connected and sum(attempt <= connected for attempt in case.attempts),
        "attempts_count": len(case.attempts),
        "is_marketings_return": case.is_marketings_return,
    }


def _promise(cases: list[Case], derived: list[Values]) -> None:
    """Due times under one set of terms and pauses, and what was done until then."""
    for tier, indexes in _by_tier(cases).items():
        some, values = [cases[i] for i in indexes], [derived[i] for i in indexes]
        _promise_speed(some, values, tier)
        _promise_depth(some, values, tier)


def _by_tier(cases: list[Case]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for index, case in enumerate(cases):
        found[case.handoff.tier].append(index)
    return found


def _promise_speed(cases: list[Case], derived: list[Values], tier: str) -> None:
    terms = cases[0].terms
    promise = terms.speed_for(tier)
    for name, share in (("due_at", 1.0), ("warn_at", float(terms.warn_share))):
        starts = [case.handoff.handed_at for case in cases]
        due = _due(terms.calendar, starts, promise.within * share, cases[0].pauses) if promise else None
        _put(derived, name, due or [None] * len(cases))
    for case, values in zip(cases, derived, strict=True):
        values["excused_at"] = case.excused_at(ClockKind.RESPONSE) if promise else None


def _promise_depth(cases: list[Case], derived: list[Values], tier: str) -> None:
    promise = cases[0].terms.depth_for(tier)
    for case, values in zip(cases, derived, strict=True):
        values["promised_attempts"] = promise.attempts if promise else None
        values["depth_due_at"] = due_at = _window_end(case, promise.within_working_days) if promise else None
        inside = [touch for touch in case.attempts if due_at is None or case.begins(touch) <= due_at]
        values["attempts_in_window"] = len(inside)
        values["depth_met_at"] = _tried_at(case, promise.attempts, due_at) if promise and due_at else None
        values["depth_excused_at"] = case.excused_at(ClockKind.DEPTH) if promise else None


def _tried_at(case: Case, nth: int, due_at: datetime) -> datetime | None:
    """By that attempt, a connection or a return, whichever came first.

    What is known to the day is inside the window if that day begins in it.
    """
    made = case.attempts[nth - 1 : nth]
    made = [*made, case.connected] if case.connected else made
    met = [min(case.moment(t), due_at) if case.begins(t) <= due_at else case.moment(t) for t in made]
    return min([*met, case.handoff.returned_at] if case.handoff.returned_at else met, default=None)


def _window_end(case: Case, days: int) -> datetime:
    return case.terms.calendar.end_of_working_day(case.handoff.handed_at, days, case.pauses)


def _measure(cases: list[Case], derived: list[Values]) -> None:
    """Adds the working times of handoffs under one set of terms and pauses, in a few vectorised passes."""
    calendar, pauses = cases[0].terms.calendar, cases[0].pauses
    handed = [case.handoff.handed_at for case in cases]
    responded = [v["first_attempt_at"] if v["stopped_at"] == v["first_attempt_at"] else None for v in derived]
    created = [case.handoff.lead.created_at for case in cases]
    # Marketing's clock runs once: a lead handed over again did not wait with marketing since its creation.
    handed_first = [case.handoff.handed_at if case.is_first else None for case in cases]
    _put(derived, "waited_us", _elapsed(calendar, created, handed_first, cases[0].marketings_pauses))
    steps: dict[str, tuple[list[datetime], Sequence[datetime | None]]] = {
        "accepted_us": (handed, [case.handoff.accepted_at for case in cases]),
        "response_us": (handed, responded),
        "connected_us": (handed, [values["connected_at"] for values in derived]),
    }
    for name, (starts, ends) in steps.items():
        _put(derived, name, _elapsed(calendar, starts, ends, pauses))
    _put(derived, "waited_wall_us", list(map(_wall, created, handed_first)))
    _put(derived, "response_wall_us", list(map(_wall, handed, responded)))


def _count(cases: list[Case], derived: list[Values]) -> None:
    """A lead counts once per agreement and month, as long as one of its handoffs of the month stands."""
    together: dict[tuple[int, int, int, int], list[int]] = defaultdict(list)
    for index, (case, values) in enumerate(zip(cases, derived, strict=True)):
        on: date = values["handed_on"]
        together[case.handoff.lead_id, case.handoff.agreement_id, on.year, on.month].append(index)
        values["counts"], values["taken_off_on"] = False, None
    for indexes in together.values():
        _walk([cases[i] for i in indexes], [derived[i] for i in indexes])


def _walk(cases: list[Case], derived: list[Values]) -> None:
    """One lead's handoffs of one month and their returns, in order of time."""
    steps = [(case.handoff.handed_at, False, n) for n, case in enumerate(cases)]
    for n, case in enumerate(cases):
        if case.is_marketings_return and case.handoff.returned_at is not None:
            steps.append((max(case.handoff.returned_at, case.handoff.handed_at), True, n))
    standing: set[int] = set()
    counted = 0
    for at, is_return, n in sorted(steps):
        if is_return:
            standing.remove(n)
            if not standing:
                derived[counted]["taken_off_on"] = _taken_off_on(cases[n], derived[n]["handed_on"], at)
        else:
            if not standing:
                counted, derived[n]["counts"] = n, True
            standing.add(n)


def _taken_off_on(case: Case, handed_on: date, at: datetime) -> date:
    """In the handoff's own month, as long as the agreement's time for returns after its end is not over."""
    month_end, deadline = _last_days(case, handed_on.replace(day=1))
    on = case.timeline.day_of(at)
    return on if on > deadline else min(on, month_end)


def _last_days(case: Case, month: date) -> tuple[date, date]:
    """The last day of a month, and the last one on which a return still counts in it."""
    end = (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    noon = datetime(end.year, end.month, end.day, 12, tzinfo=case.timeline.zone)
    days = case.terms.return_within_working_days
    return end, case.timeline.day_of(case.terms.calendar.end_of_working_day(noon, days))


def _taken_on(case: Case, values: Values) -> datetime | None:
    """Whoever calls without accepting first has accepted by calling."""
    told = (case.handoff.accepted_at, values["first_attempt_at"], case.handoff.returned_at)
    return min((at for at in told if at is not None), default=None)


class Run(NamedTuple):
    """From when a clock runs, what stopped it, and from when on nothing more can be done."""

    started_at: datetime
    stopped_at: datetime | None
    ended_at: datetime | None


def _runs_with_marketing(case: Case, _values: Values) -> list[Run]:
    """Marketing's clock runs once: for the first handoff."""
    return [Run(case.lead.created_at, case.handoff.handed_at, case.closed_at)] if case.is_first else []


def _runs_until_taken(case: Case, values: Values) -> list[Run]:
    return [Run(case.handoff.handed_at, _taken_on(case, values), case.closed_at)]


def _runs_since_asked(case: Case, _values: Values) -> list[Run]:
    """One for each inquiry; a lead that was closed before it asked again is to be answered all the same."""
    closed_at = case.closed_at
    own = [asked for asked in case.asked if asked.handoff_id is not None]
    return [
        Run(
            asked.row.asked_at,
            asked.settled_at,
            closed_at if closed_at is not None and closed_at >= asked.row.asked_at else None,
        )
        for asked in own
    ]


# The promises of a working time: the kind of clock is the key of the measure; from when it runs, and what stops it.
TIMED: dict[str, Callable[[Case, Values], list[Run]]] = {
    ClockKind.HANDOVER: _runs_with_marketing,
    ClockKind.ACCEPTANCE: _runs_until_taken,
    ClockKind.INQUIRY: _runs_since_asked,
}


def clocks(case: Case, values: Values) -> Iterator[Wanted]:
    """The clocks of a handoff, one for each promise with a due time, and one for each promised attempt."""
    handed_at = case.handoff.handed_at
    if values["due_at"] is not None:
        warn_at, stopped_at = values["warn_at"], values["stopped_at"]
        yield _clock(case, handed_at, values["due_at"], ClockKind.RESPONSE, warn_at=warn_at, stopped_at=stopped_at)
    if values["depth_due_at"] is not None:
        yield _clock(case, handed_at, values["depth_due_at"], ClockKind.DEPTH, stopped_at=values["depth_met_at"])
        yield from _attempts(case)
    for kind, runs in TIMED.items():
        if promise := case.terms.timed_for(kind, case.handoff.tier):
            for nth, run in enumerate(runs(case, values), 1):
                due_at, warn_at = _due_and_warn(case.terms, promise, run.started_at, _pauses_of(case, kind))
                wanted = _clock(case, run.started_at, due_at, kind, nth=nth, warn_at=warn_at, stopped_at=run.stopped_at)
                yield replace(wanted, ended_at=run.ended_at)


def clock_with_marketing(waiting: WithMarketing) -> Wanted | None:
    """The clock of a lead that nobody has handed over yet."""
    lead, terms = waiting.lead, waiting.terms
    promise = terms.timed_for(ClockKind.HANDOVER, lead.tier)
    if promise is None or terms.version_id is None:
        return None
    due_at, warn_at = _due_and_warn(terms, promise, lead.created_at, waiting.pauses)
    return Wanted(
        lead_id=lead.pk,
        handoff_id=None,
        kind=ClockKind.HANDOVER,
        nth=1,
        version_id=terms.version_id,
        started_at=lead.created_at,
        warn_at=warn_at,
        due_at=due_at,
        stopped_at=None,
        ended_at=waiting.closed_at,
        pauses=_within(waiting.pauses, lead.created_at, due_at),
    )


def _pauses_of(case: Case, kind: str) -> Pauses:
    return case.marketings_pauses if kind == ClockKind.HANDOVER else case.pauses


def _due_and_warn(terms: Terms, promise: TimedPromise, start: datetime, pauses: Pauses) -> tuple[datetime, datetime]:
    warned = promise.within * float(terms.warn_share)
    return promise.due(terms.calendar, start, pauses), terms.calendar.due(start, warned, pauses)


def _attempts(case: Case) -> Iterator[Wanted]:
    """Each promised attempt at the end of its share of the window's working days."""
    promise = case.terms.depth_for(case.handoff.tier)
    if promise is None:
        return
    ends: dict[int, datetime] = {}
    for nth in range(1, promise.attempts + 1):
        days = ceil(nth * promise.within_working_days / promise.attempts)
        due_at = ends[days] = ends.get(days) or _window_end(case, days)
        stopped_at = _tried_at(case, nth, due_at)
        yield _clock(case, case.handoff.handed_at, due_at, ClockKind.ATTEMPT, nth=nth, stopped_at=stopped_at)


def _clock(
    case: Case,
    started_at: datetime,
    due_at: datetime,
    kind: str,
    *,
    nth: int = 1,
    warn_at: datetime | None = None,
    stopped_at: datetime | None = None,
) -> Wanted:
    version_id = case.terms.version_id
    assert version_id is not None  # before the first version nothing is promised
    return Wanted(
        lead_id=case.handoff.lead_id,
        handoff_id=case.handoff.pk,
        kind=kind,
        nth=nth,
        version_id=version_id,
        started_at=started_at,
        warn_at=warn_at,
        due_at=due_at,
        stopped_at=stopped_at,
        ended_at=case.closed_at,
        pauses=_within(_pauses_of(case, kind), started_at, due_at),
    )


def _within(pauses: Pauses, start: datetime, end: datetime) -> list[list[str]]:
    within = [pause for pause in pauses if pause[0] < end and start < pause[1]]
    return [[begin.isoformat(), stop.isoformat()] for begin, stop in within]


def _put(derived: list[Values], name: str, found: Sequence[Any]) -> None:
    for values, value in zip(derived, found, strict=True):
        values[name] = value


def _wall(start: datetime, end: datetime | None) -> int | None:
    return None if end is None else max((end - start) // MICROSECOND, 0)


def _due(calendar: WorkCalendar, starts: list[datetime], within: timedelta, pauses: Pauses) -> list[datetime]:
    due = calendar.due_many(_instants(starts), within.total_seconds(), pauses)
    return [at.replace(tzinfo=UTC) for at in due.tolist()]


def _elapsed(
    calendar: WorkCalendar, starts: list[datetime], ends: Sequence[datetime | None], pauses: Pauses
) -> list[int | None]:
    """Working microseconds of each interval, never below zero; None where there is no end."""
    known = [i for i, end in enumerate(ends) if end is not None]
    answer: list[int | None] = [None] * len(ends)
    if not known:
        return answer
    begun, ended = _instants([starts[i] for i in known]), _instants([ends[i] for i in known])
    spans = calendar.elapsed_many(begun, ended, pauses)
    for i, span in zip(known, np.maximum(spans, 0).tolist(), strict=True):
        answer[i] = span
    return answer


def _instants(moments: list[Any]) -> Instants:
    return np.array([at.astimezone(UTC).replace(tzinfo=None) for at in moments], dtype="datetime64[us]")
