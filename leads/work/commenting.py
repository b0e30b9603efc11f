"""Actions: comment on a lead, withdraw a comment."""

from datetime import datetime

from leads.clock.consequences import changing
from leads.enums import EventKind
from leads.models import Comment, Event, Lead
from smarketing.accounts.models import User


def comment(lead: Lead, text: str, *, by: User, at: datetime) -> Comment:
    with changing(lead.pk):
        made = Comment.objects.create(lead_id=lead.pk, text=text, by=by, at=at)
        _note(made, EventKind.COMMENTED, by=by, at=at)
    return made


def withdraw_comment(made: Comment, *, by: User, at: datetime) -> bool:
    """Takes its text away; the history keeps that it was there. False: it was withdrawn before."""
    with changing(made.lead_id):
        if not Comment.objects.filter(pk=made.pk, withdrawn_at=None).update(text="", withdrawn_at=at):
            return False
        _note(made, EventKind.COMMENT_WITHDRAWN, by=by, at=at)
    return True


def _note(made: Comment, kind: EventKind, *, by: User, at: datetime) -> None:
    Event.objects.create(lead_id=made.lead_id, kind=kind, by=by, at=at, details={"comment": made.pk})
