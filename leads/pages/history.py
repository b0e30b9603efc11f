"""Reads: everything that happened to a lead, the newest first: the facts, and what was done that left no fact."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from leads.enums import Channel, EventKind, LossReason, Result, ReturnReason, Verdict
from leads.models import Attempt, Escalation, Event, Handoff, Lead, Outcome
from smarketing.accounts.models import User
from smarketing.lib.figures import money
from smarketing.lib.spoken import duration

LATE = timedelta(minutes=5)


@dataclass(frozen=True)
class Entry:
    """One thing that happened. `who` is empty where nobody is known; `recorded_at` is when it was written down."""

    at: datetime
    kind: EventKind
    who: str = ""
    detail: str = ""
    note: str = ""
    recorded_at: datetime | None = None
    is_imported: bool = False
    is_early: bool = False
    attempt: Attempt | None = None

    @property
    def label(self) -> str:
        return str(self.kind.label)

    @property
    def is_late(self) -> bool:
        """Written down so much later that it is worth saying."""
        return self.recorded_at is not None and self.recorded_at - self.at > LATE

    @property
    def key(self) -> tuple[EventKind, datetime | None]:
        return _key(self.kind, self.recorded_at)


def history(lead: Lead) -> list[Entry]:
    events = list(lead.events.select_related("by").order_by("-at", "-id"))
    by_hand = {_key(EventKind(event.kind), event.at) for event in events}
    facts = [*_escalations(lead), *_outcome(lead, by_hand), *_attempts(lead, by_hand), *_handoffs(lead, by_hand)]
    facts.append(_won(lead, by_hand))
    told = {fact.key for fact in facts}
    untold = [event for event in events if _key(EventKind(event.kind), event.at) not in told]
    return sorted([*_events(lead, untold), *facts], key=lambda entry: entry.at, reverse=True)


Keys = Collection[tuple[EventKind, datetime | None]]


def _key(kind: EventKind, at: datetime | None) -> tuple[EventKind, datetime | None]:
    """Which event wrote which fact: both bear the same instant."""
    return (EventKind.HANDED_OVER if kind == EventKind.RECYCLED else kind), at


def _fact(kind: EventKind, at: datetime, by_hand: Keys, recorded_at: datetime, **values: Any) -> Entry:
    """What no event tells of came from a file."""
    return Entry(at, kind, recorded_at=recorded_at, is_imported=_key(kind, recorded_at) not in by_hand, **values)


def _won(lead: Lead, by_hand: Keys) -> Entry:
    who = _name(lead.recorded_by)
    return _fact(EventKind.LOGGED, lead.created_at, by_hand, lead.recorded_at, who=who, detail=lead.source)


def _handoffs(lead: Lead, by_hand: Keys) -> Iterator[Entry]:
    handoffs = lead.handoffs.select_related("handed_by", "accepted_by", "returned_by").order_by("handed_at", "pk")
    entries: list[Entry] = []
    for number, handoff in enumerate(handoffs):
        entries += _handoff(handoff, EventKind.RECYCLED if number else EventKind.HANDED_OVER, by_hand)
    return reversed(entries)


def _handoff(handoff: Handoff, kind: EventKind, by_hand: Keys) -> Iterator[Entry]:
    who = _name(handoff.handed_by)
    yield _fact(kind, handoff.handed_at, by_hand, handoff.handed_at, who=who, detail=_marks(handoff))
    if handoff.accepted_at:
        who = _name(handoff.accepted_by)
        yield Entry(handoff.accepted_at, EventKind.ACCEPTED, who, recorded_at=handoff.accepted_at)
    if handoff.returned_at:
        yield Entry(
            handoff.returned_at,
            EventKind.SENT_BACK,
            _name(handoff.returned_by),
            detail=label(ReturnReason, handoff.return_reason),
            note=handoff.return_note,
            recorded_at=handoff.returned_at,
        )


def _marks(handoff: Handoff) -> str:
    waited = handoff.waited_us
    said = duration(timedelta(microseconds=waited)) if waited is not None else ""
    marks = [
        _("after %(span)s of working time") % {"span": said} if said else "",
        _("to %(rep)s") % {"rep": handoff.rep_name} if handoff.rep_name and not _was_taken(handoff) else "",
        _("source %(source)s") % {"source": handoff.own_source} if handoff.own_source else "",
        _("tier %(tier)s") % {"tier": handoff.own_tier} if handoff.own_tier else "",
    ]
    return " · ".join(mark for mark in marks if mark)


def _was_taken(handoff: Handoff) -> bool:
    """Somebody got it later than it was handed over: the history tells that by itself."""
    return handoff.assigned_at is not None and handoff.assigned_at > handoff.handed_at


def _attempts(lead: Lead, by_hand: Keys) -> Iterator[Entry]:
    for attempt in lead.attempts.select_related("handoff__agreement").order_by("-attempted_at", "-pk"):
        yield _fact(
            EventKind.ATTEMPTED,
            attempt.attempted_at,
            by_hand,
            attempt.recorded_at,
            who=attempt.rep_name,
            detail=_tried(attempt.channel, attempt.result),
            note=attempt.note,
            is_early=attempt.handoff is not None and attempt.attempted_at < attempt.handoff.handed_at,
            attempt=attempt,
        )


def _outcome(lead: Lead, by_hand: Keys) -> Iterator[Entry]:
    outcome = Outcome.objects.filter(lead=lead).select_related("recorded_by").first()
    if outcome is not None:
        details = {"outcome": outcome.outcome, "revenue": outcome.revenue, "reason": outcome.reason}
        yield _fact(
            EventKind.CLOSED,
            outcome.closed_at,
            by_hand,
            outcome.recorded_at,
            who=_name(outcome.recorded_by),
            detail=_closed(lead, details),
        )


def _escalations(lead: Lead) -> Iterator[Entry]:
    for escalation in Escalation.objects.filter(handoff__lead=lead).select_related("seen_by").order_by("-pk"):
        seen = _("seen by %(name)s") % {"name": escalation.seen_by.name} if escalation.seen_by else ""
        yield Entry(escalation.raised_at, EventKind(escalation.step), detail=seen)


def _events(lead: Lead, events: list[Event]) -> Iterator[Entry]:
    reps = User.objects.in_bulk({pk for event in events if (pk := event.details.get("rep"))})
    for event in events:
        detail = _event_detail(lead, event, reps)
        yield Entry(event.at, EventKind(event.kind), _name(event.by), detail, recorded_at=event.at)


def _event_detail(lead: Lead, event: Event, reps: dict[int, User]) -> str:
    details = event.details
    match event.kind:
        case EventKind.EDITED:
            return ", ".join(_field_name(name) for name in details.get("fields", ()))
        case EventKind.ASSIGNED:
            rep = reps.get(details.get("rep") or 0)
            return _("to %(rep)s") % {"rep": rep.name} if rep else _("to nobody")
        case EventKind.ATTEMPTED | EventKind.WITHDRAWN:
            return _tried(details.get("channel", ""), details.get("result", ""))
        case EventKind.SENT_BACK | EventKind.RETURN_UNDONE:
            return label(ReturnReason, details.get("reason", ""))
        case EventKind.CLOSED | EventKind.REOPENED:
            return _closed(lead, details)
    return ""


def _closed(lead: Lead, details: dict[str, Any]) -> str:
    verdict, revenue = label(Verdict, details.get("outcome", "")), details.get("revenue")
    figure = money(Decimal(revenue), lead.agreement.currency) if revenue else ""
    return " · ".join(part for part in (verdict, figure, label(LossReason, details.get("reason", ""))) if part)


def _tried(channel: str, result: str) -> str:
    return f"{label(Channel, channel)}: {label(Result, result)}"


def label(choices: type[TextChoices], value: str) -> str:
    """The word for a value; what a file brought stays as it is."""
    return str(choices(value).label) if value in choices.values else value


def _field_name(name: str) -> str:
    return str(getattr(Lead._meta.get_field(name), "verbose_name", name))


def _name(user: User | None) -> str:
    return user.name if user else ""
