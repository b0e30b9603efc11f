"""Reads: leads that ask again, for whoever has or had them, with the clock that their answer is promised by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leads.clock import rule
from leads.enums import ClockKind
from leads.models import Clock, Inquiry


@dataclass(frozen=True)
class AskingLead:
    """`clock` is empty, and there is no `due_at`, where no time is promised for the answer."""

    inquiry: Inquiry
    rep: str
    clock: str
    due_at: datetime | None


def asking_leads(found: Sequence[Inquiry], *, at: datetime) -> list[AskingLead]:
    clocks = Clock.objects.filter(handoff__in=[one.handoff_id for one in found], kind=ClockKind.INQUIRY)
    own = {(clock.handoff_id, clock.started_at): clock for clock in clocks}
    return [_asking(one, own.get((one.handoff_id, one.asked_at)), at) for one in found]


def _asking(inquiry: Inquiry, clock: Clock | None, at: datetime) -> AskingLead:
    handoff = inquiry.handoff
    rep = (handoff.rep.name if handoff.rep else handoff.rep_name) if handoff else ""
    return AskingLead(inquiry, rep, clock.state(at) if clock else rule.NONE, clock.due_at if clock else None)
