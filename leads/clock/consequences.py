"""Action: what stands on a handoff, and its clocks, are made again from what happened.

The caller is in a transaction and has locked the leads; so of two changes at once the second sees the first.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db import transaction

from agreements.terms import Timeline
from leads.clock.derivation import Values, Wanted, clocks, derive
from leads.clock.happened import Case, Timelines, cases
from leads.models import Attempt, Clock, Handoff, Lead
from smarketing.lib import bulk

BATCH = 5000
FACTS = ("tier", "accepted_at", "returned_at", "return_reason")
ROW = tuple(field.name for field in fields(Wanted))


@dataclass(frozen=True)
class StaleHandoff:
    """A handoff that does not show what the facts say. `fields`: name -> (what stands there, what should)."""

    handoff: Handoff
    fields: dict[str, tuple[Any, Any]]


def lock(lead_ids: Iterable[int]) -> list[Lead]:
    """Locks the leads, always in the same order, so that two changes never wait for each other."""
    leads = Lead.objects.select_for_update(of=("self",)).filter(pk__in=list(lead_ids)).order_by("pk")
    return list(leads.select_related("agreement"))


@contextmanager
def changing(lead_id: int) -> Iterator[Lead]:
    """One change to what happened with a lead: a transaction, the lock, and what follows for its handoffs."""
    with transaction.atomic():
        (lead,) = lock([lead_id])
        yield lead
        refresh([lead_id])


def refresh(
    lead_ids: Collection[int], *known: Timeline, by_terms_in_force: bool = False, at: datetime | None = None
) -> list[StaleHandoff]:
    """Mends every handoff of these leads and answers what was changed. `known` are terms that need no more reading.

    A handoff stays with the version it was measured under, unless `by_terms_in_force`. Clocks made now are as old as
    their handoff's record, or made `at`: nobody is told of one that was due before.
    """
    found = cases(lead_ids, Timelines.of(known), by_terms_in_force=by_terms_in_force)
    _link_attempts(found)
    derived = derive(found)
    wrong = list(_differences(found, derived))
    changed: dict[str, None] = {}
    for difference in wrong:
        for name, (_old, new) in difference.fields.items():
            setattr(difference.handoff, name, new)
            changed[name.removesuffix("_id")] = None
    bulk.update([difference.handoff for difference in wrong], list(changed))
    odd = _odd_clocks(found, derived)
    _keep_clocks(odd, at)
    return _merged(wrong, odd)


def differences(lead_ids: Collection[int], *known: Timeline, by_terms_in_force: bool = False) -> list[StaleHandoff]:
    """What `refresh` would change."""
    found = cases(lead_ids, Timelines.of(known), by_terms_in_force=by_terms_in_force)
    derived = derive(found)
    return _merged(_differences(found, derived), _odd_clocks(found, derived))


def as_of(handoff_ids: Collection[int], known: Timeline, at: datetime) -> dict[int, Values]:
    """The derived columns, and what they follow from, as they would stand if nothing after `at` had happened.

    Handoffs made later are left out.
    """
    timelines, asked = Timelines.of([known]), sorted(set(handoff_ids))
    stood: dict[int, Values] = {}
    for start in range(0, len(asked), BATCH):
        some = set(asked[start : start + BATCH])
        found = cases(list(Handoff.objects.filter(pk__in=some).values_list("lead_id", flat=True)), timelines, until=at)
        rows = zip(found, derive(found), strict=True)
        stood |= {case.handoff.pk: _with_facts(case, values) for case, values in rows if case.handoff.pk in some}
    return stood


def _with_facts(case: Case, values: Values) -> Values:
    return values | {name: getattr(case.handoff, name) for name in FACTS}


def _differences(found: list[Case], derived: list[Values]) -> Iterator[StaleHandoff]:
    for case, values in zip(found, derived, strict=True):
        stands = case.handoff.__dict__
        wrong = {name: (stands[name], new) for name, new in values.items() if stands[name] != new}
        if wrong:
            yield StaleHandoff(case.handoff, wrong)


def _merged(wrong: Iterable[StaleHandoff], odd: "Odd") -> list[StaleHandoff]:
    """One for each handoff, with its clocks as one field more."""
    found = {difference.handoff.pk: difference for difference in wrong}
    for handoff, change in odd:
        found.setdefault(handoff.pk, StaleHandoff(handoff, {})).fields["clocks"] = change
    return list(found.values())


def _link_attempts(found: list[Case]) -> None:
    strays = [
        Attempt(pk=touch.pk, handoff_id=case.handoff.pk)
        for case in found
        for touch in case.touches
        if touch.handoff_id != case.handoff.pk
    ]
    bulk.update(strays, ["handoff"])


Rows = dict[str, Clock]
Odd = list[tuple[Handoff, tuple[Rows, dict[str, Wanted]]]]


def _odd_clocks(found: list[Case], derived: list[Values]) -> Odd:
    """The handoffs whose clocks are not as they should be: by kind the rows that stand there, and those that should."""
    kept: dict[int, Rows] = defaultdict(dict)
    for clock in Clock.objects.filter(handoff__in=[case.handoff.pk for case in found]):
        kept[clock.handoff_id][clock.kind] = clock
    odd: Odd = []
    for case, values in zip(found, derived, strict=True):
        rows, wanted = kept[case.handoff.pk], {want.kind: want for want in clocks(case, values)}
        if rows.keys() != wanted.keys() or any(_is_odd(rows[kind], want) for kind, want in wanted.items()):
            odd.append((case.handoff, (rows, wanted)))
    return odd


def _is_odd(row: Clock, want: Wanted) -> bool:
    return any(getattr(row, name) != getattr(want, name) for name in ROW)


def _keep_clocks(odd: Odd, at: datetime | None) -> None:
    fresh, changed, surplus = [], [], []
    for handoff, (rows, wanted) in odd:
        surplus += [row.pk for kind, row in rows.items() if kind not in wanted]
        for kind, want in wanted.items():
            if kind not in rows:
                made = Clock(handoff_id=handoff.pk, recorded_at=at or handoff.recorded_at, **vars(want))
                fresh.append(made)
            elif _is_odd(rows[kind], want):
                changed.append(_changed(rows[kind], want))
    if surplus:
        Clock.objects.filter(pk__in=surplus).delete()
    bulk.insert(fresh)
    bulk.update(changed, [*(name.removesuffix("_id") for name in ROW), "warned_at", "escalated_at"])


def _changed(row: Clock, want: Wanted) -> Clock:
    """What was noted of another due time is forgotten."""
    if row.due_at != want.due_at:
        row.warned_at = row.escalated_at = None
    for name in ROW:
        setattr(row, name, getattr(want, name))
    return row
