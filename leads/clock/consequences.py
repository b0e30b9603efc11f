"""Action: what stands on a handoff is made again from what happened.

The caller is in a transaction and has locked the leads; so of two changes at once the second sees the first.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import transaction

from agreements.terms import Terms, Timeline, timeline
from agreements.worktime import WorkCalendar
from leads.enums import Channel, Result
from leads.models import Attempt, Deal, Handoff, Lead
from leads.work.outcome import closing, outcome_of
from leads.work.states import state_of
from smarketing.lib import bulk

Instants = npt.NDArray[np.datetime64]
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Difference:
    """A handoff that does not show what the facts say. `fields`: name -> (what stands there, what should)."""

    handoff: Handoff
    fields: dict[str, tuple[Any, Any]]


@dataclass
class _Case:
    """A handoff with the facts that belong to it."""

    handoff: Handoff
    lead: Lead
    terms: Terms
    attempts: list[Attempt]
    verdict: str | None
    is_first: bool


def lock(lead_ids: Iterable[int]) -> list[Lead]:
    """Locks the leads, always in the same order, so that two changes never wait for each other."""
    return list(Lead.objects.select_for_update().filter(pk__in=list(lead_ids)).order_by("pk"))


@contextmanager
def changing(lead_id: int) -> Iterator[Lead]:
    """One change to what happened with a lead: a transaction, the lock, and what follows for its handoffs."""
    with transaction.atomic():
        (lead,) = lock([lead_id])
        yield lead
        refresh([lead_id], timeline(lead.agreement))


def refresh(lead_ids: Collection[int], terms: Timeline, *, by_terms_in_force: bool = False) -> int:
    """Mends every handoff of these leads and answers how many were changed.

    A handoff stays with the version it was measured under, unless `by_terms_in_force`.
    """
    wrong = differences(lead_ids, terms, by_terms_in_force=by_terms_in_force, link=True)
    for difference in wrong:
        for name, (_old, new) in difference.fields.items():
            setattr(difference.handoff, name, new)
    changed = {name.removesuffix("_id") for difference in wrong for name in difference.fields}
    bulk.update([difference.handoff for difference in wrong], sorted(changed))
    return len(wrong)


def differences(
    lead_ids: Collection[int], terms: Timeline, *, by_terms_in_force: bool = False, link: bool = False
) -> list[Difference]:
    """What `refresh` would change. With `link`, attempts are also written down with the handoff they belong to."""
    cases = _cases(lead_ids, terms, by_terms_in_force)
    if link:
        _link_attempts(cases)
    derived = _derive(cases, terms)
    found = []
    for case, values in zip(cases, derived, strict=True):
        fields = {
            name: (getattr(case.handoff, name), new)
            for name, new in values.items()
            if getattr(case.handoff, name) != new
        }
        if fields:
            found.append(Difference(case.handoff, fields))
    return found


def _cases(lead_ids: Collection[int], terms: Timeline, by_terms_in_force: bool) -> list[_Case]:
    handoffs: dict[int, list[Handoff]] = defaultdict(list)
    for handoff in Handoff.objects.filter(lead__in=lead_ids).select_related("lead").order_by("handed_at", "pk"):
        handoffs[handoff.lead_id].append(handoff)
    attempts: dict[int, list[Attempt]] = defaultdict(list)
    for attempt in Attempt.objects.filter(lead__in=handoffs.keys()).order_by("attempted_at", "pk"):
        belongs = belonging(attempt.attempted_at, handoffs[attempt.lead_id])
        attempts[belongs.pk].append(attempt)
    deals: dict[int, list[Deal]] = defaultdict(list)
    for deal in Deal.objects.filter(lead__in=handoffs.keys()):
        deals[deal.lead_id].append(deal)
    return [
        _Case(
            handoff=handoff,
            lead=handoff.lead,
            terms=_terms(handoff, terms, by_terms_in_force),
            attempts=attempts[handoff.pk],
            verdict=_verdict(handoff, own, deals[handoff.lead_id]),
            is_first=handoff is own[0],
        )
        for own in handoffs.values()
        for handoff in own
    ]


def belonging(at: datetime, handoffs: list[Handoff]) -> Handoff:
    """The latest handoff at or before the instant, else the first one. `handoffs` is in order of time."""
    before = [handoff for handoff in handoffs if handoff.handed_at <= at]
    return before[-1] if before else handoffs[0]


def _verdict(handoff: Handoff, handoffs: list[Handoff], deals: list[Deal]) -> str | None:
    outcome = outcome_of(closing(deals, handoff.handed_at, is_first=handoff is handoffs[0]))
    return outcome.outcome if outcome else None


def _terms(handoff: Handoff, terms: Timeline, by_terms_in_force: bool) -> Terms:
    if handoff.version_id is None or by_terms_in_force:
        return terms.on(terms.day_of(handoff.handed_at))
    return terms.by_id(handoff.version_id)


def _link_attempts(cases: list[_Case]) -> None:
    strays = []
    for case in cases:
        for attempt in case.attempts:
            if attempt.handoff_id != case.handoff.pk:
                attempt.handoff_id = case.handoff.pk
                strays.append(attempt)
    bulk.update(strays, ["handoff"])


def _derive(cases: list[_Case], terms: Timeline) -> list[dict[str, Any]]:
    derived = [_facts(case, terms) for case in cases]
    by_terms: dict[int | None, list[int]] = defaultdict(list)
    for index, case in enumerate(cases):
        by_terms[case.terms.version_id].append(index)
    for indexes in by_terms.values():
        _measure([cases[i] for i in indexes], [derived[i] for i in indexes])
    return derived


def _facts(case: _Case, terms: Timeline) -> dict[str, Any]:
    """What follows without any working time."""
    handoff, lead = case.handoff, case.lead
    counted = [a for a in case.attempts if a.channel != Channel.AUTOMATED or case.terms.automated_counts]
    connected = next((n for n, a in enumerate(counted) if a.result == Result.CONNECTED), None)
    connected_at = counted[connected].attempted_at if connected is not None else None
    first_at = counted[0].attempted_at if counted else None
    returned_at = handoff.returned_at
    return_came_first = returned_at is not None and (first_at is None or returned_at < first_at)
    tier = handoff.own_tier or lead.tier
    depth = case.terms.depth_for(tier)
    enough_at = counted[depth.attempts - 1].attempted_at if depth and len(counted) >= depth.attempts else None
    met = [at for at in (enough_at, connected_at, returned_at) if at is not None]
    return {
        "version_id": case.terms.version_id,
        "handed_on": terms.day_of(handoff.handed_at),
        "source": handoff.own_source or lead.source,
        "tier": tier,
        "state": state_of(
            accepted_at=handoff.accepted_at,
            attempts=len(counted),
            connected_at=connected_at,
            returned_at=returned_at,
            verdict=case.verdict,
        ),
        "first_attempt_at": first_at,
        "stopped_at": returned_at if return_came_first else first_at,
        "connected_at": connected_at,
        "connected_nth": connected + 1 if connected is not None else None,
        "attempts_count": len(counted),
        "promised_attempts": depth.attempts if depth else None,
        "depth_met_at": min(met) if depth and met else None,
    }


def _measure(cases: list[_Case], derived: list[dict[str, Any]]) -> None:
    """Adds the working times of handoffs under one set of terms, in a few vectorised passes."""
    calendar = cases[0].terms.calendar
    handed = [case.handoff.handed_at for case in cases]
    responded = [
        values["first_attempt_at"] if values["stopped_at"] == values["first_attempt_at"] else None for values in derived
    ]
    created = [case.lead.created_at for case in cases]
    # Marketing's clock runs once: a lead handed over again did not wait with marketing since its creation.
    handed_first = [case.handoff.handed_at if case.is_first else None for case in cases]
    steps: dict[str, tuple[list[datetime], Sequence[datetime | None]]] = {
        "waited_us": (created, handed_first),
        "accepted_us": (handed, [case.handoff.accepted_at for case in cases]),
        "response_us": (handed, responded),
        "connected_us": (handed, [values["connected_at"] for values in derived]),
    }
    for name, (starts, ends) in steps.items():
        _put(derived, name, _elapsed(calendar, starts, ends))
    _put(derived, "waited_wall_us", [_wall(start, end) for start, end in zip(created, handed_first, strict=True)])
    _put(derived, "response_wall_us", [_wall(start, end) for start, end in zip(handed, responded, strict=True)])
    _promise(cases, derived)


def _promise(cases: list[_Case], derived: list[dict[str, Any]]) -> None:
    for case, values in zip(cases, derived, strict=True):
        terms, handed_at = case.terms, case.handoff.handed_at
        speed, depth = terms.speed_for(values["tier"]), terms.depth_for(values["tier"])
        values["due_at"] = terms.calendar.due(handed_at, speed.within) if speed else None
        warn = speed.within * float(terms.warn_share) if speed else None
        values["warn_at"] = terms.calendar.due(handed_at, warn) if warn is not None else None
        values["depth_due_at"] = (
            terms.calendar.end_of_working_day(handed_at, depth.within_working_days) if depth else None
        )


def _put(derived: list[dict[str, Any]], name: str, numbers: list[int | None]) -> None:
    for values, number in zip(derived, numbers, strict=True):
        values[name] = number


def _wall(start: datetime, end: datetime | None) -> int | None:
    return None if end is None else max((end - start) // MICROSECOND, 0)


def _elapsed(calendar: WorkCalendar, starts: list[datetime], ends: Sequence[datetime | None]) -> list[int | None]:
    """Working microseconds of each interval, never below zero; None where there is no end."""
    known = [i for i, end in enumerate(ends) if end is not None]
    answer: list[int | None] = [None] * len(ends)
    if not known:
        return answer
    spans = calendar.elapsed_many(_instants([starts[i] for i in known]), _instants([ends[i] for i in known]))
    for i, span in zip(known, np.maximum(spans, 0).tolist(), strict=True):
        answer[i] = span
    return answer


def _instants(moments: list[Any]) -> Instants:
    return np.array([at.astimezone(UTC).replace(tzinfo=None) for at in moments], dtype="datetime64[us]")
