"""Reads: everything that happened to a lead, the newest first: the facts, and what was done that left no fact."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices, prefetch_related_objects
from django.utils.translation import gettext as _

from agreements.enums import reason_words
from leads.doors.files.wording import FIELD_NAMES
from leads.enums import Channel, ClockKind, Door, EventKind, LossReason, Precision, Result, Verdict
from leads.models import Attempt, Comment, Deal, Escalation, Event, Handoff, Inquiry, Lead, Merge
from leads.pages.assignment.words import by_hand, given_why
from leads.pages.said import said_words
from smarketing.accounts.access import Access
from smarketing.accounts.models import User
from smarketing.lib.numbers import money
from smarketing.lib.spoken import duration

LATE = timedelta(minutes=5)


@dataclass(frozen=True)
class HistoryEntry:
    """One thing that happened. `who` is empty where nobody is known; `recorded_at` is when it was written down."""

    at: datetime
    kind: EventKind
    who: str = ""
    detail: str = ""
    note: str = ""
    recorded_at: datetime | None = None
    is_imported: bool = False
    integration: str = ""
    is_of_day: bool = False
    is_early: bool = False
    attempt: Attempt | None = None
    comment: Comment | None = None

    @property
    def label(self) -> str:
        return str(self.kind.label)

    @property
    def is_late(self) -> bool:
        """Written down so much later that it is worth saying."""
        return self.recorded_at is not None and self.recorded_at - self.at > LATE


def history(lead: Lead, access: Access) -> list[HistoryEntry]:
    """What sales notes at an attempt stays in its house: an outside organisation on the other side does not read it."""
    prefetch_related_objects([lead.agreement], "return_reasons")
    events = list(lead.events.select_related("by").order_by("-at", "-id"))
    known = lead.handoffs.select_related("lead", "token", "handed_by", "accepted_by", "returned_by")
    handoffs = list(known.with_return_reason().order_by("handed_at", "pk"))
    facts = [
        *_escalations(lead),
        *_inquiries(lead),
        *_deals(lead),
        *_attempts(lead, access),
        *_handoffs(handoffs),
        _won(lead),
    ]
    untold = _untold(events, {handoff.pk: handoff for handoff in handoffs})
    return sorted([*_events(lead, untold), *facts], key=lambda entry: entry.at, reverse=True)


def _untold(events: list[Event], standing: dict[int, Handoff]) -> list[Event]:
    """Events whose fact is gone, or was made again since: of two acceptances the fact tells the last."""
    told: set[tuple[str, int | None]] = set()
    untold = []
    for event in events:
        fact = _fact_of(event, standing)
        if fact is None or fact in told:
            untold.append(event)
        else:
            told.add(fact)
    return untold


def _fact_of(event: Event, standing: dict[int, Handoff]) -> tuple[str, int | None] | None:
    """Kind and primary key of the fact that stands there because of this event."""
    handoff = standing.get(event.handoff_id or 0)
    facts = {
        EventKind.LOGGED: event.lead_id,
        EventKind.ATTEMPTED: event.attempt_id,
        EventKind.CLOSED: event.deal_id,
        EventKind.HANDED_OVER: handoff and handoff.pk,
        EventKind.RECYCLED: handoff and handoff.pk,
        EventKind.ACCEPTED: handoff and handoff.accepted_at and handoff.pk,
        EventKind.SENT_BACK: handoff and handoff.returned_at and handoff.pk,
    }
    fact = facts.get(EventKind(event.kind))
    return (event.kind, int(fact)) if fact else None


def _fact(
    kind: EventKind,
    at: datetime,
    fact: Lead | Handoff | Attempt | Deal | Inquiry,
    *,
    who: str,
    detail: str,
    **values: Any,
) -> HistoryEntry:
    origin: dict[str, Any] = {"recorded_at": fact.recorded_at, "is_imported": fact.door == Door.FILE}
    origin["integration"] = fact.token.name if fact.token else ""
    origin["is_of_day"] = fact.precision == Precision.DAY  # an hour that nobody knows is not told
    return HistoryEntry(kind=kind, at=at, who=who, detail=detail, **origin, **values)


def _won(lead: Lead) -> HistoryEntry:
    return _fact(EventKind.LOGGED, lead.created_at, lead, who=_name(lead.recorded_by), detail=lead.source)


def _handoffs(handoffs: list[Handoff]) -> Iterator[HistoryEntry]:
    entries: list[HistoryEntry] = []
    for number, handoff in enumerate(handoffs):
        entries += _handoff(handoff, EventKind.RECYCLED if number else EventKind.HANDED_OVER)
    return reversed(entries)


def _handoff(handoff: Handoff, kind: EventKind) -> Iterator[HistoryEntry]:
    yield _fact(kind, handoff.handed_at, handoff, who=_name(handoff.handed_by), detail=_marks(handoff))
    if handoff.accepted_at:
        who = _name(handoff.accepted_by)
        yield HistoryEntry(handoff.accepted_at, EventKind.ACCEPTED, who, recorded_at=handoff.accepted_at)
    if handoff.returned_at:
        yield HistoryEntry(
            handoff.returned_at,
            EventKind.SENT_BACK,
            _name(handoff.returned_by),
            detail=reason_words(handoff.return_reason, handoff.reason_label),  # type: ignore[attr-defined]
            note=handoff.return_note,
            recorded_at=handoff.returned_at,
        )


def _marks(handoff: Handoff) -> str:
    waited = handoff.waited_us
    said = duration(timedelta(microseconds=waited)) if waited is not None else ""
    marks = [
        _("after %(span)s of working time") % {"span": said} if said else "",
        _("to %(rep)s") % {"rep": handoff.rep_name} if handoff.rep_name and not _was_taken(handoff) else "",
        _("source %(source)s") % {"source": handoff.source} if handoff.source != handoff.lead.source else "",
        _("tier %(tier)s") % {"tier": handoff.tier} if handoff.tier != handoff.lead.tier else "",
    ]
    return " · ".join(mark for mark in marks if mark)


def _was_taken(handoff: Handoff) -> bool:
    """Somebody got it later than it was handed over: the history tells that by itself."""
    return handoff.assigned_at is not None and handoff.assigned_at > handoff.handed_at


def _attempts(lead: Lead, access: Access) -> Iterator[HistoryEntry]:
    is_own = access.is_of_house(lead.agreement.sales_team.organisation)
    for attempt in lead.attempts.select_related("handoff__agreement", "token").order_by("-attempted_at", "-pk"):
        yield _fact(
            EventKind.ATTEMPTED,
            attempt.attempted_at,
            attempt,
            who=attempt.rep_name,
            detail=_tried(attempt.channel, attempt.result),
            note=attempt.note if is_own else "",
            is_early=attempt.handoff is not None and attempt.attempted_at < attempt.handoff.handed_at,
            attempt=attempt,
        )


def _deals(lead: Lead) -> Iterator[HistoryEntry]:
    for deal in Deal.objects.filter(lead=lead).select_related("recorded_by", "token").order_by("-closed_at", "-pk"):
        words = {"outcome": deal.outcome, "revenue": deal.revenue, "reason": deal.reason, "currency": deal.currency}
        yield _fact(EventKind.CLOSED, deal.closed_at, deal, who=_name(deal.recorded_by), detail=_closed(words, lead))


def _inquiries(lead: Lead) -> Iterator[HistoryEntry]:
    for asked in lead.inquiries.select_related("recorded_by", "token").order_by("-asked_at", "-pk"):
        words = [
            _("with the lead") if asked.is_first else _("asks again"),
            asked.source if asked.source != lead.source else "",
            asked.campaign if asked.campaign != lead.campaign else "",
            said_words(asked.said),
        ]
        yield _fact(
            EventKind.ASKED,
            asked.asked_at,
            asked,
            who=_name(asked.recorded_by),
            detail=" · ".join(word for word in words if word),
            note=asked.question,
        )


def _escalations(lead: Lead) -> Iterator[HistoryEntry]:
    for escalation in Escalation.objects.filter(clock__lead=lead).select_related("seen_by").order_by("-pk"):
        seen = _("seen by %(name)s") % {"name": escalation.seen_by.name} if escalation.seen_by else ""
        yield HistoryEntry(escalation.raised_at, EventKind(escalation.step), detail=seen)


def _events(lead: Lead, events: list[Event]) -> Iterator[HistoryEntry]:
    reps = User.objects.in_bulk({pk for event in events if (pk := event.details.get("rep"))})
    comments = lead.comments.in_bulk([pk for event in events if (pk := event.details.get("comment"))])
    for event in events:
        detail = _event_detail(lead, event, reps)
        said = comments.get(event.details.get("comment") or 0) if event.kind == EventKind.COMMENTED else None
        yield HistoryEntry(
            event.at,
            EventKind(event.kind),
            _name(event.by),
            detail,
            note=said.text if said else "",
            recorded_at=event.at,
            comment=said,
        )


def _event_detail(lead: Lead, event: Event, reps: dict[int, User]) -> str:
    details = event.details
    rep = reps.get(details.get("rep") or 0)
    words: dict[str, Callable[[], str]] = {
        EventKind.EDITED: lambda: _edited(details),
        EventKind.CORRECTED: lambda: _edited(details),
        EventKind.ASSIGNED: lambda: " · ".join([_to(rep), by_hand(event)] if rep else [_to(rep)]),
        EventKind.GIVEN: lambda: f"{_to(rep)}: {given_why(details)}",
        EventKind.TIER_PUT_RIGHT: lambda: _put_right(details),
        EventKind.ATTEMPTED: lambda: _tried(details.get("channel", ""), details.get("result", "")),
        EventKind.WITHDRAWN: lambda: _tried(details.get("channel", ""), details.get("result", "")),
        EventKind.SENT_BACK: lambda: _returned_for(lead, details.get("reason", "")),
        EventKind.RETURN_UNDONE: lambda: _returned_for(lead, details.get("reason", "")),
        EventKind.EXCUSE_ASKED: lambda: _excused(details),
        EventKind.EXCUSED: lambda: _excused(details),
        EventKind.EXCUSE_DROPPED: lambda: _excused(details),
        EventKind.CLOSED: lambda: _closed(details, lead),
        EventKind.REOPENED: lambda: _closed(details, lead),
        EventKind.MERGED: lambda: _merged(details),
        EventKind.UNMERGED: lambda: _merged(details),
    }
    return words.get(event.kind, str)()


def _to(rep: User | None) -> str:
    return _("to %(rep)s") % {"rep": rep.name} if rep else _("to nobody")


def _merged(details: dict[str, Any]) -> str:
    """The other one, as it is told on the merge."""
    made = Merge.objects.filter(pk=details.get("merge", 0)).first()
    return next((made.gone[name] for name in ("name", "company", "email") if made.gone.get(name)), "") if made else ""


def _returned_for(lead: Lead, key: str) -> str:
    known = {reason.key: str(reason) for reason in lead.agreement.return_reasons.all()}
    return known.get(key) or reason_words(key, "")


def _closed(details: dict[str, Any], lead: Lead) -> str:
    verdict, revenue = label(Verdict, details.get("outcome", "")), details.get("revenue")
    figure = money(Decimal(revenue), details.get("currency") or lead.agreement.currency) if revenue else ""
    return " · ".join(part for part in (verdict, figure, label(LossReason, details.get("reason", ""))) if part)


def _edited(details: dict[str, Any]) -> str:
    names = ", ".join(_field_name(name) for name in details.get("fields", ()) if name != "precision")
    return " · ".join(part for part in (names, details.get("reason", "")) if part)


def _excused(details: dict[str, Any]) -> str:
    return f"{label(ClockKind, details.get('clock', ''))}: {details.get('reason', '')}"


def _put_right(details: dict[str, Any]) -> str:
    names = {name: details.get(name) or _("no tier") for name in ("before", "tier")}
    return " · ".join([_("from %(before)s to %(tier)s") % names, details.get("reason", "")])


def _tried(channel: str, result: str) -> str:
    return f"{label(Channel, channel)}: {label(Result, result)}"


def label(choices: type[TextChoices], value: str) -> str:
    """The word for a value; what a file brought stays as it is."""
    return str(choices(value).label) if value in choices.values else value


def _field_name(name: str) -> str:
    return str(FIELD_NAMES.get(name, name))


def _name(user: User | None) -> str:
    return user.name if user else ""
