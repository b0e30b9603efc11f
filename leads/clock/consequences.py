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
from django.db.models import Value

from agreements.terms import Timeline
from leads.clock import rule
from leads.clock.derivation import Values, Wanted, clock_with_marketing, clocks, derive
from leads.clock.happened import Asking, Case, ClockRows, Timelines, cases, with_marketing
from leads.enums import ClockKind
from leads.models import Attempt, Clock, Comment, Handoff, Inquiry, Lead, OutMark
from smarketing.lib import bulk

BATCH = 5000
LONGEST_NOTES = 4000
FACTS = ("tier", "accepted_at", "returned_at", "return_reason")
ROW = tuple(field.name for field in fields(Wanted))


@dataclass(frozen=True)
class StaleHandoff:
    """A handoff that does not show what the facts say. `fields`: name -> (what stands there, what should).

    Without a handoff it is a lead that nobody has handed over yet.
    """

    handoff: Handoff | None
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
    timelines = Timelines.of(known)
    OutMark.objects.note(lead_ids)
    keep_notes(lead_ids)
    found = cases(lead_ids, timelines, by_terms_in_force=by_terms_in_force)
    _link_attempts(found)
    derived = derive(found)
    wrong = list(_differences(found, derived))
    changed: dict[str, None] = {}
    for handoff, difference in wrong:
        for name, (_old, new) in difference.fields.items():
            setattr(handoff, name, new)
            changed[name.removesuffix("_id")] = None
    bulk.update([handoff for handoff, _difference in wrong], list(changed))
    wrong_inquiries = _odd_inquiries(found)
    _keep_inquiries(wrong_inquiries, set(lead_ids) - {case.handoff.lead_id for case in found})
    odd = [*_odd_clocks(found, derived), *_odd_with_marketing(lead_ids, found, timelines)]
    _keep_clocks(odd, at)
    return _merged(wrong, odd, wrong_inquiries)


def keep_notes(lead_ids: Collection[int]) -> None:
    """What a lead is found by besides its own fields. The latest come first; there is an end to what is kept."""
    rows = (
        (Attempt, "lead_id", "attempted_at", "note"),
        (Handoff, "lead_id", "handed_at", "return_note"),
        (Comment, "lead_id", "at", "text"),
    )
    attempts, returns, comments, leads = (
        model.objects.filter(**{f"{key.removesuffix('_id')}__in": lead_ids})
        .exclude(**{note: ""})
        .order_by()
        .values_list(key, at, note, Value(model is Lead))
        for model, key, at, note in (*rows, (Lead, "id", "created_at", "notes"))
    )
    stand, noted = dict[int, str](), defaultdict[int, list[str]](list)
    for pk, _at, note, is_kept in sorted(attempts.union(returns, comments, leads, all=True), reverse=True):
        if is_kept:
            stand[pk] = note
        else:
            noted[pk].append(note)
    wanted = {pk: " ".join(notes)[:LONGEST_NOTES] for pk, notes in noted.items()}
    odd = sorted(pk for pk in {*stand, *wanted} if stand.get(pk) != wanted.get(pk))
    bulk.update([Lead(pk=pk, notes=wanted.get(pk, "")) for pk in odd], ["notes"])


def differences(lead_ids: Collection[int], *known: Timeline, by_terms_in_force: bool = False) -> list[StaleHandoff]:
    """What `refresh` would change."""
    timelines = Timelines.of(known)
    found = cases(lead_ids, timelines, by_terms_in_force=by_terms_in_force)
    derived = derive(found)
    odd = [*_odd_clocks(found, derived), *_odd_with_marketing(lead_ids, found, timelines)]
    return _merged(_differences(found, derived), odd, _odd_inquiries(found))


def begin(lead_ids: Collection[int], terms: Timeline) -> None:
    """Marketing's own clock of leads that have just come, where it promises a time."""
    if terms.ever_promised(ClockKind.HANDOVER):
        refresh(lead_ids, terms)
    else:
        OutMark.objects.note(lead_ids)


def as_of(handoff_ids: Collection[int], known: Timeline, at: datetime, *, excuses: bool = True) -> dict[int, Values]:
    """The derived columns, and what they follow from, as they would stand if nothing after `at` had happened.

    Handoffs made later are left out. Without `excuses` as if nothing had been excused.
    """
    timelines, asked = Timelines.of([known]), sorted(set(handoff_ids))
    stood: dict[int, Values] = {}
    for start in range(0, len(asked), BATCH):
        some = set(asked[start : start + BATCH])
        found = cases(list(Handoff.objects.filter(pk__in=some).values_list("lead_id", flat=True)), timelines, until=at)
        for case in [] if excuses else found:
            case.forget_excuses()
        rows = zip(found, derive(found), strict=True)
        stood |= {case.handoff.pk: _with_facts(case, values, at) for case, values in rows if case.handoff.pk in some}
    return stood


def _with_facts(case: Case, values: Values, at: datetime) -> Values:
    """With the states of its clocks, by kind."""
    stood: dict[str, str] = {}
    for want in clocks(case, values):
        state = state_of(want, case.excused_at(want.kind, want.nth), at)
        stood[want.kind] = rule.worst(state, stood.get(want.kind, state))
    return values | {name: getattr(case.handoff, name) for name in FACTS} | {"clock_states": stood}


def state_of(want: Wanted, excused_at: datetime | None, at: datetime) -> str:
    return rule.clock(
        warn_at=want.warn_at,
        due_at=want.due_at,
        stopped_at=want.stopped_at,
        is_closed=want.ended_at is not None,
        excused_at=excused_at,
        at=at,
    )


def _differences(found: list[Case], derived: list[Values]) -> Iterator[tuple[Handoff, StaleHandoff]]:
    for case, values in zip(found, derived, strict=True):
        stands = case.handoff.__dict__
        wrong = {name: (stands[name], new) for name, new in values.items() if stands[name] != new}
        if wrong:
            yield case.handoff, StaleHandoff(case.handoff, wrong)


def _merged(
    wrong: Iterable[tuple[Handoff, StaleHandoff]], odd: "Odd", inquiries: list[tuple[Handoff, Asking]]
) -> list[StaleHandoff]:
    """One for each handoff, with its clocks and inquiries as one field more; and the leads that have none yet."""
    found = {handoff.pk: difference for handoff, difference in wrong}
    for handoff, asked in inquiries:
        fields = found.setdefault(handoff.pk, StaleHandoff(handoff, {})).fields
        fields["inquiries"] = asked.row.settled_at, asked.settled_at
    waiting = []
    for subject, change in odd:
        if isinstance(subject, Lead):
            waiting.append(StaleHandoff(None, {"clocks": change}))
        else:
            found.setdefault(subject.pk, StaleHandoff(subject, {})).fields["clocks"] = change
    return [*found.values(), *waiting]


def _link_attempts(found: list[Case]) -> None:
    strays = [
        Attempt(pk=touch.pk, handoff_id=case.handoff.pk)
        for case in found
        for touch in case.touches
        if touch.handoff_id != case.handoff.pk
    ]
    bulk.update(strays, ["handoff"])


def _odd_inquiries(found: list[Case]) -> list[tuple[Handoff, Asking]]:
    return [(case.handoff, asked) for case in found for asked in case.asked if asked.is_stale]


def _keep_inquiries(stale: list[tuple[Handoff, Asking]], with_marketing: Collection[int]) -> None:
    """Of leads whose handoff was taken back nothing is settled."""
    rows = [Inquiry(pk=one.row.pk, handoff_id=one.handoff_id, settled_at=one.settled_at) for _handoff, one in stale]
    bulk.update(rows, ["handoff", "settled_at"])
    if with_marketing:
        Inquiry.objects.filter(lead__in=with_marketing).exclude(settled_at=None).update(settled_at=None)


WantedClocks = dict[tuple[str, int], Wanted]
Odd = list[tuple[Handoff | Lead, tuple[ClockRows, WantedClocks]]]


def _odd_clocks(found: list[Case], derived: list[Values]) -> Odd:
    """The handoffs whose clocks are not as they should be: the rows that stand there, and those that should."""
    odd: Odd = []
    for case, values in zip(found, derived, strict=True):
        wanted = {(want.kind, want.nth): want for want in clocks(case, values)}
        if _are_odd(case.rows, wanted):
            odd.append((case.handoff, (case.rows, wanted)))
    return odd


def _odd_with_marketing(lead_ids: Collection[int], found: list[Case], timelines: Timelines) -> Odd:
    """The same for leads that nobody has handed over yet."""
    odd: Odd = []
    for waiting in with_marketing(set(lead_ids) - {case.handoff.lead_id for case in found}, timelines):
        want = clock_with_marketing(waiting)
        wanted = {(want.kind, want.nth): want} if want else {}
        if _are_odd(waiting.rows, wanted):
            odd.append((waiting.lead, (waiting.rows, wanted)))
    return odd


def _are_odd(rows: ClockRows, wanted: WantedClocks) -> bool:
    return rows.keys() != wanted.keys() or any(_is_odd(rows[key], want) for key, want in wanted.items())


def _is_odd(row: Clock, want: Wanted) -> bool:
    return any(getattr(row, name) != getattr(want, name) for name in ROW)


def _keep_clocks(odd: Odd, at: datetime | None) -> None:
    fresh, changed, surplus = [], [], []
    for subject, (rows, wanted) in odd:
        surplus += [row.pk for key, row in rows.items() if key not in wanted]
        for key, want in wanted.items():
            if key not in rows:
                fresh.append(Clock(recorded_at=at or subject.recorded_at, **vars(want)))
            elif _is_odd(rows[key], want):
                changed.append(_changed(rows[key], want))
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
