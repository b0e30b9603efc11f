"""Actions: checked rows become handoffs, attempts and deals, many at once. What exists is never overwritten.

The caller is in a transaction, has locked the leads, and refreshes what stands on their handoffs afterwards.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Model

from agreements.terms import Timeline
from leads.clock.consequences import belonging
from leads.doors.files.reps import RepBook
from leads.doors.files.rows import Values
from leads.models import Attempt, Deal, Handoff
from smarketing.accounts.models import User
from smarketing.lib import bulk


@dataclass(frozen=True)
class Hand:
    """Whose files these are: what every new row needs besides its values."""

    agreement_id: int
    currency: str
    terms: Timeline
    reps: RepBook
    by: User | None
    at: datetime


@dataclass
class Tally:
    """`differing` rows are among the unchanged; `touched` are the leads that got something new."""

    created: int = 0
    unchanged: int = 0
    differing: int = 0
    touched: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Fact:
    """How rows of one kind enter a table. `names`: our field -> the model's; `key` tells a lead's rows apart."""

    model: type[Model]
    names: Mapping[str, str]
    key: Callable[[Values], tuple[Any, ...]]
    make: Callable[[int, Values, Hand], Model]
    place: Callable[[Sequence[Any]], None] = lambda fresh: None


def _handoff(lead_id: int, values: Values, hand: Hand) -> Handoff:
    rep = hand.reps.rep(values.get("rep", ""))
    return Handoff(
        lead_id=lead_id,
        agreement_id=hand.agreement_id,
        handed_at=values["handed_at"],
        handed_on=hand.terms.day_of(values["handed_at"]),
        handed_by=hand.by,
        own_source=values.get("source", ""),
        own_tier=values.get("tier", ""),
        rep_id=rep,
        rep_name=values.get("rep", ""),
        assigned_at=values["handed_at"] if rep else None,
        recorded_at=hand.at,
    )


def _attempt(lead_id: int, values: Values, hand: Hand) -> Attempt:
    return Attempt(
        lead_id=lead_id,
        attempted_at=values["attempted_at"],
        channel=values.get("channel", "phone"),
        result=values["result"],
        rep_id=hand.reps.rep(values.get("rep", "")),
        rep_name=values.get("rep", ""),
        note=values.get("note", ""),
        recorded_at=hand.at,
        recorded_by=hand.by,
    )


def _place_attempts(attempts: Sequence[Attempt]) -> None:
    """Links them before they are written, which `leads.clock.consequences` would otherwise do one by one afterwards."""
    handoffs: dict[int, list[Handoff]] = defaultdict(list)
    leads = {attempt.lead_id for attempt in attempts}
    for handoff in Handoff.objects.filter(lead__in=leads).only("lead_id", "handed_at").order_by("handed_at", "pk"):
        handoffs[handoff.lead_id].append(handoff)
    for attempt in attempts:
        if own := handoffs.get(attempt.lead_id):
            attempt.handoff_id = belonging(attempt.attempted_at, own).pk


def _deal(lead_id: int, values: Values, hand: Hand) -> Deal:
    return Deal(
        lead_id=lead_id,
        currency=values.get("currency") or hand.currency,
        outcome=values["outcome"],
        closed_at=values["closed_at"],
        revenue=values.get("revenue"),
        reason=values.get("reason", ""),
        recorded_at=hand.at,
        recorded_by=hand.by,
    )


# In the order in which they happen.
FACTS = {
    "handoffs": Fact(
        model=Handoff,
        names={"handed_at": "handed_at", "source": "own_source", "tier": "own_tier", "rep": "rep_name"},
        key=lambda values: (values["handed_at"],),
        make=_handoff,
    ),
    "attempts": Fact(
        model=Attempt,
        names={
            "attempted_at": "attempted_at",
            "channel": "channel",
            "rep": "rep_name",
            "result": "result",
            "note": "note",
        },
        key=lambda values: (values["attempted_at"], values.get("channel", "phone"), values.get("rep", "")),
        make=_attempt,
        place=_place_attempts,
    ),
    "outcomes": Fact(
        model=Deal,
        names={"outcome": "outcome", "closed_at": "closed_at", "revenue": "revenue", "reason": "reason"},
        key=lambda values: (values["closed_at"], values["outcome"], values.get("revenue")),
        make=_deal,
    ),
}


def write(kind: str, rows: Iterable[tuple[int, Values]], hand: Hand, tally: Tally) -> None:
    """Adds what is not there yet. `rows`: the lead's primary key and the values."""
    fact, pairs = FACTS[kind], list(rows)
    known = _known(fact, {lead_id for lead_id, _values in pairs})
    fresh = []
    for lead_id, values in pairs:
        key = (lead_id, *fact.key(values))
        if (existing := known.get(key)) is not None:
            tally.unchanged += 1
            tally.differing += differs(values, existing)
            continue
        known[key] = values
        fresh.append(fact.make(lead_id, values, hand))
        tally.touched.add(lead_id)
    fact.place(fresh)
    bulk.insert(fresh)
    tally.created += len(fresh)


def _known(fact: Fact, lead_ids: Collection[int]) -> dict[tuple[Any, ...], Values]:
    """What is there of these leads, in the words of a file."""
    rows = fact.model._default_manager.filter(lead_id__in=lead_ids).values_list("lead_id", *fact.names.values())
    known = {}
    for lead_id, *found in rows.iterator():
        values = dict(zip(fact.names, found, strict=True))
        known[(lead_id, *fact.key(values))] = values
    return known


def differs(values: Values, existing: Values) -> bool:
    """Whether the file says something else than what is there, in the fields that it has."""
    return any(values[name] != existing.get(name, values[name]) for name in values if name != "external_id")
