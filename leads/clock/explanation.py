"""Reads: clocks laid open: from when to when each runs, how it stands, and which working time it counts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from agreements.exceptions.pauses import Pauses
from agreements.terms import Terms, Timeline, timeline
from agreements.worktime import WorkCalendar
from leads.clock import rule
from leads.clock.derivation import TIMED
from leads.clock.face import ClockFace, face_of
from leads.enums import ClockKind
from leads.models import Clock, Handoff, Lead
from smarketing.accounts.models import Side

MOST_DAYS = 31


@dataclass(frozen=True)
class Stretch:
    """Working time of one day that the clock counts."""

    start_at: datetime
    end_at: datetime

    @property
    def worked(self) -> timedelta:
        return self.end_at - self.start_at


@dataclass(frozen=True)
class Explanation:
    """`within` is the promised working time, None where no speed was promised. `stretches` add up to it."""

    face: ClockFace
    handed_at: datetime
    within: timedelta | None = None
    runs_from: datetime | None = None
    stretches: tuple[Stretch, ...] = ()

    @property
    def starts_later(self) -> bool:
        """Handed over outside working time."""
        return self.runs_from is not None and self.runs_from > self.handed_at


@dataclass(frozen=True)
class ClockLine:
    """One clock as it stands; `stretches` are the working time that it counts, where that is promised."""

    clock: Clock
    state: str
    stretches: tuple[Stretch, ...]

    @property
    def name(self) -> str:
        return name_of(self.clock)

    @property
    def is_breached(self) -> bool:
        return self.state in rule.BREACHED

    @property
    def waits(self) -> bool:
        """An excuse is asked for, and nobody has answered."""
        return bool(self.clock.excuse) and self.clock.excused_at is None


def name_of(clock: Clock) -> str:
    kind = str(clock.get_kind_display())
    return f"{kind} {clock.nth}" if clock.kind == ClockKind.ATTEMPT or clock.nth > 1 else kind


KINDS = list(ClockKind)  # in the order in which they come due


def lines(lead: Lead, *, at: datetime, known: Timeline | None = None) -> list[ClockLine]:
    """Those of the lead's latest handoff; before there is any, marketing's own."""
    rows = list(lead.clocks.select_related("handoff__agreement", "excuse_asked_by", "excused_by").order_by("nth"))
    latest = max((row.handoff for row in rows if row.handoff), key=lambda h: (h.handed_at, h.pk), default=None)
    own = [row for row in rows if row.handoff == latest]
    if not own:
        return []
    terms = known or timeline(own[0].handoff.agreement if own[0].handoff else lead.agreement)
    own.sort(key=lambda row: KINDS.index(ClockKind(row.kind)))
    return [ClockLine(row, row.state(at), _counted(row, terms)) for row in own]


def _counted(row: Clock, known: Timeline) -> tuple[Stretch, ...]:
    """The response has its own explanation."""
    if row.kind not in TIMED:
        return ()
    pauses = tuple((datetime.fromisoformat(begin), datetime.fromisoformat(end)) for begin, end in row.pauses)
    return tuple(_stretches(known.by_id(row.version_id).calendar, pauses, row.started_at, row.due_at))


def explanation(handoff: Handoff, terms: Terms, *, at: datetime) -> Explanation:
    face = face_of(handoff, terms, at=at)
    promise = terms.speed_for(handoff.tier)
    if promise is None or handoff.due_at is None:
        return Explanation(face, handoff.handed_at)
    pauses = terms.pauses_for(Side.SALES, handoff.recorded_at)
    return Explanation(
        face,
        handoff.handed_at,
        within=promise.within,
        runs_from=terms.calendar.due(handoff.handed_at, timedelta(0), pauses),
        stretches=tuple(_stretches(terms.calendar, pauses, handoff.handed_at, handoff.due_at)),
    )


def _stretches(calendar: WorkCalendar, pauses: Pauses, start: datetime, end: datetime) -> Iterator[Stretch]:
    """Nothing for a clock so long that no one would read the list."""
    if end - start > timedelta(days=MOST_DAYS):
        return
    # A window may begin the evening before; two days more cover every time zone.
    first = start.date() - timedelta(days=2)
    for number in range((end.date() - first).days + 2):
        yield from _on(calendar, pauses, first + timedelta(days=number), start, end)


def _on(calendar: WorkCalendar, pauses: Pauses, day: date, start: datetime, end: datetime) -> Iterator[Stretch]:
    """The windows of a day that the clock counts, without the pauses."""
    for opens, closes in calendar.windows(day):
        at, last = max(opens, start), min(closes, end)
        for begin, stop in sorted(pauses):
            if at < begin < last:
                yield Stretch(at, begin)
            if begin < last:
                at = max(at, stop)
        if at < last:
            yield Stretch(at, last)
