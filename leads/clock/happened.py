"""Reads: what happened to leads, each thing with the handoff it belongs to."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple, Self

from agreements.exceptions.pauses import Pauses
from agreements.models import Agreement
from agreements.terms import Terms, Timeline, timeline
from leads.clock.span import earliest, latest
from leads.enums import Channel, ClockKind, Direction, EventKind, Result
from leads.models import Attempt, Clock, Deal, Event, Handoff, Inquiry, Lead
from leads.work.outcome import closing, outcome_of
from smarketing.accounts.models import Side


class Timelines(dict[int, Timeline]):
    """The terms of agreements by their id, each read when it is first asked for: once in an action."""

    @classmethod
    def of(cls, known: Iterable[Timeline]) -> Self:
        return cls({terms.agreement_id: terms for terms in known})

    def __missing__(self, agreement_id: int) -> Timeline:
        self[agreement_id] = found = timeline(Agreement.objects.get(pk=agreement_id))
        return found


class Touch(NamedTuple):
    """An attempt, or (inbound) the lead's coming to us, as clocks see it."""

    at: datetime
    pk: int
    lead_id: int
    handoff_id: int | None
    channel: str
    result: str
    direction: str
    precision: int

    @property
    def is_inbound(self) -> bool:
        return self.direction == Direction.INBOUND

    @property
    def is_connected(self) -> bool:
        return self.result == Result.CONNECTED

    @property
    def latest_at(self) -> datetime:
        return latest(self.at, self.precision)


@dataclass(frozen=True)
class Asking:
    """An inquiry, the handoff of its time (None before the first one), and when it was answered or taken up."""

    row: Inquiry
    handoff_id: int | None
    settled_at: datetime | None

    @property
    def is_stale(self) -> bool:
        return (self.row.handoff_id, self.row.settled_at) != (self.handoff_id, self.settled_at)


ClockRows = dict[tuple[str, int], Clock]  # as they stand there, by kind and number
TOUCH = ("attempted_at", "pk", "lead_id", "handoff_id", "channel", "result", "direction", "precision")


@dataclass
class Case:
    """A handoff with the facts that belong to it and the terms that it is measured by."""

    handoff: Handoff
    timeline: Timeline
    terms: Terms
    is_first: bool
    verdict: str | None = None
    closed_at: datetime | None = None
    touches: list[Touch] = field(default_factory=list)
    rows: "ClockRows" = field(default_factory=dict)
    asked: list[Asking] = field(default_factory=list)

    @property
    def lead(self) -> Lead:
        return self.handoff.lead

    def excused_at(self, kind: str, nth: int = 1) -> datetime | None:
        """Since when a breach of this clock is excused."""
        row = self.rows.get((kind, nth))
        return row.excused_at if row else None

    def forget_excuses(self) -> None:
        for row in self.rows.values():
            row.excused_at = None

    @cached_property
    def pauses(self) -> Pauses:
        """In which the clocks that run from the handoff on stand still."""
        return self.terms.pauses_for(Side.SALES, self.handoff.recorded_at)

    @cached_property
    def marketings_pauses(self) -> Pauses:
        return self.terms.pauses_for(Side.MARKETING, self.lead.recorded_at)

    @cached_property
    def attempts(self) -> list[Touch]:
        """Those that count in the depth: ours, and automated ones only where the agreement says so."""
        automated = self.terms.automated_counts
        return [t for t in self.touches if not t.is_inbound and (automated or t.channel != Channel.AUTOMATED)]

    @cached_property
    def answers(self) -> list[Touch]:
        """What stops the response clock: these attempts, and the lead's coming to us."""
        came = [touch for touch in self.touches if touch.is_inbound and touch.is_connected]
        return sorted([*self.attempts, *came]) if came else self.attempts

    @cached_property
    def connected(self) -> Touch | None:
        return next((touch for touch in self.answers if touch.is_connected), None)

    @property
    def is_marketings_return(self) -> bool:
        return self.handoff.returned_at is not None and self.handoff.reason_counts  # type: ignore[attr-defined]

    def moment(self, touch: Touch) -> datetime:
        """In the very minute of the handoff, and known no better: not before it."""
        handed_at = self.handoff.handed_at
        return handed_at if touch.at < handed_at <= touch.latest_at else touch.at

    def settles(self, inquiry: Inquiry, next_handed_at: datetime | None) -> datetime | None:
        """By the next attempt, by the return, or by the next handoff, whose own clock runs from there."""
        since = inquiry.asked_at
        answers = [max(touch.at, since) for touch in self.answers if touch.latest_at >= since]
        others = [at for at in (self.handoff.returned_at, next_handed_at) if at is not None and at >= since]
        return min([*answers, *others], default=None)

    def begins(self, touch: Touch) -> datetime:
        return earliest(touch.at, touch.precision, self.timeline.zone)


@dataclass
class WithMarketing:
    """A lead that nobody has handed over yet, with the terms of the day on which it was created."""

    lead: Lead
    terms: Terms
    closed_at: datetime | None
    rows: ClockRows

    @property
    def pauses(self) -> Pauses:
        return self.terms.pauses_for(Side.MARKETING, self.lead.recorded_at)


def with_marketing(lead_ids: Collection[int], timelines: Timelines) -> list[WithMarketing]:
    """Those of agreements in which marketing promises a time of its own, or once did."""
    leads = list(Lead.objects.filter(pk__in=lead_ids)) if lead_ids else []
    waiting = [lead for lead in leads if timelines[lead.agreement_id].ever_promised("handover")]
    if not waiting:
        return []
    rows = {row.lead_id: {(row.kind, row.nth): row} for row in Clock.objects.filter(lead__in=waiting)}
    deals: dict[int, list[Deal]] = defaultdict(list)
    for deal in Deal.objects.filter(lead__in=waiting):
        deals[deal.lead_id].append(deal)
    found = []
    for lead in waiting:
        known, outcome = timelines[lead.agreement_id], outcome_of(deals[lead.pk])
        terms = known.on(known.day_of(lead.created_at))
        found.append(WithMarketing(lead, terms, outcome.closed_at if outcome else None, rows.get(lead.pk, {})))
    return found


def cases(
    lead_ids: Collection[int], timelines: Timelines, *, by_terms_in_force: bool = False, until: datetime | None = None
) -> list[Case]:
    """All handoffs of these leads; with `until` as if nothing after that instant had happened."""
    found = _handoffs(lead_ids, until)
    own = {lead_id: list(_cases(handoffs, timelines, by_terms_in_force)) for lead_id, handoffs in found.items()}
    _add_verdicts(own, until)
    _add_touches(own, until)
    _add_inquiries(own, until)
    _add_clocks(own)
    return [case for some in own.values() for case in some]


def _cases(handoffs: list[Handoff], timelines: Timelines, by_terms_in_force: bool) -> Iterator[Case]:
    for handoff in handoffs:
        known = timelines[handoff.agreement_id]
        yield Case(handoff, known, _terms(handoff, known, by_terms_in_force), is_first=handoff is handoffs[0])


def _handoffs(lead_ids: Collection[int], until: datetime | None) -> dict[int, list[Handoff]]:
    handoffs: dict[int, list[Handoff]] = defaultdict(list)
    known = Handoff.objects.filter(lead__in=lead_ids).with_return_reason()
    wrong = {} if until is None else _tiers_put_right(lead_ids, until)
    for handoff in known.select_related("lead").order_by("handed_at", "pk"):
        if until is not None:
            if handoff.handed_at > until:
                continue
            _forget(handoff, until)
            handoff.tier = wrong.get(handoff.pk, handoff.tier)
        handoffs[handoff.lead_id].append(handoff)
    return handoffs


def _forget(handoff: Handoff, after: datetime) -> None:
    if handoff.accepted_at and handoff.accepted_at > after:
        handoff.accepted_at = None
    if handoff.returned_at and handoff.returned_at > after:
        handoff.returned_at, handoff.return_reason = None, ""


def _tiers_put_right(lead_ids: Collection[int], after: datetime) -> dict[int, str]:
    """By handoff, the tier that it had until the first of these corrections."""
    put_right = Event.objects.filter(lead__in=lead_ids, kind=EventKind.TIER_PUT_RIGHT, at__gt=after)
    latest_first = put_right.order_by("-at", "-pk").values_list("handoff_id", "details__before")
    return dict(latest_first)


def _add_verdicts(own: dict[int, list[Case]], until: datetime | None) -> None:
    deals: dict[int, list[Deal]] = defaultdict(list)
    for deal in Deal.objects.filter(lead__in=own.keys()):
        zone = own[deal.lead_id][0].timeline.zone
        if until is None or earliest(deal.closed_at, deal.precision, zone) <= until:
            deals[deal.lead_id].append(deal)
    for lead_id, some in deals.items():
        for case in own[lead_id]:
            outcome = outcome_of(closing(some, case.handoff.handed_at, is_first=case.is_first))
            if outcome:
                case.verdict, case.closed_at = outcome.outcome, outcome.closed_at


def _add_touches(own: dict[int, list[Case]], until: datetime | None) -> None:
    by_handoff = {case.handoff.pk: case for some in own.values() for case in some}
    handoffs = {lead_id: [case.handoff for case in some] for lead_id, some in own.items()}
    rows = Attempt.objects.filter(lead__in=own.keys()).order_by("attempted_at", "pk").values_list(*TOUCH)
    for touch in map(Touch._make, rows):
        case = by_handoff[belonging(touch.latest_at, handoffs[touch.lead_id]).pk]
        if until is None or case.begins(touch) <= until:
            case.touches.append(touch)


def _add_inquiries(own: dict[int, list[Case]], until: datetime | None) -> None:
    """With the handoff of the time; one that the lead asked before there was any stands with the first."""
    for inquiry in Inquiry.objects.filter(lead__in=own.keys()).order_by("asked_at", "pk"):
        if until is not None and inquiry.asked_at > until:
            continue
        some = own[inquiry.lead_id]
        nth = bisect_right(some, inquiry.asked_at, key=lambda case: case.handoff.handed_at)
        after = some[nth].handoff.handed_at if nth < len(some) else None
        if nth:
            case = some[nth - 1]
            case.asked.append(Asking(inquiry, case.handoff.pk, case.settles(inquiry, after)))
        else:
            some[0].asked.append(Asking(inquiry, None, after))


def _add_clocks(own: dict[int, list[Case]]) -> None:
    """Marketing's own clock is the lead's: it stands with the first handoff, whichever that is by now."""
    by_handoff = {case.handoff.pk: case for some in own.values() for case in some}
    for row in Clock.objects.filter(lead__in=own.keys()):
        case = own[row.lead_id][0] if row.kind == ClockKind.HANDOVER else by_handoff.get(row.handoff_id or 0)
        if case is not None:
            case.rows[row.kind, row.nth] = row


def belonging(at: datetime, handoffs: Sequence[Handoff]) -> Handoff:
    """The latest handoff at or before the instant, else the first one. `handoffs` is in order of time."""
    return handoffs[max(bisect_right(handoffs, at, key=lambda handoff: handoff.handed_at) - 1, 0)]


def _terms(handoff: Handoff, known: Timeline, by_terms_in_force: bool) -> Terms:
    """A handoff stays with its version; one made before the first stays without any."""
    if by_terms_in_force:
        return known.on(known.day_of(handoff.handed_at))
    return known.on(date.min) if handoff.version_id is None else known.by_id(handoff.version_id)
