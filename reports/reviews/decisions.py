"""Actions: what a review decides, who sees to it, and how it becomes the next draft."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from agreements.models import Agreement, DraftNote, Version
from agreements.signing.parties import teams_of
from reports.models import ReviewDecision
from reports.reviews.dates import UNDER_WAY
from reports.reviews.meetings import ReviewRefused, standing
from smarketing.accounts.models import User


class DecidedAlready(ReviewRefused):
    """Somebody else has answered it in the meantime."""


def people_of(agreement: Agreement) -> QuerySet[User]:
    """Who can own a decision."""
    teams = teams_of(agreement).values()
    return User.objects.filter(is_active=True, memberships__team__in=teams).distinct().order_by("name")


def decide(
    agreement: Agreement, planned_on: date, *, text: str, owner: User, due_on: date, by: User, at: datetime
) -> ReviewDecision:
    with transaction.atomic():
        review = standing(agreement, planned_on, at, UNDER_WAY)
        made: dict[str, Any] = {"meeting": review.meeting, "made_by": by, "made_at": at}
        return ReviewDecision.objects.create(text=text, owner=owner, due_on=due_on, **made)


def take_back(decision: ReviewDecision, *, at: datetime) -> None:
    """As long as the minutes are open."""
    with transaction.atomic():
        standing(decision.meeting.agreement, decision.meeting.planned_on, at, UNDER_WAY)
        if decision.note:
            decision.note.delete()
        decision.delete()


def finish(decision: ReviewDecision, *, by: User, at: datetime) -> None:
    with transaction.atomic():
        decision = _locked(decision)
        if decision.done_at is not None:
            raise DecidedAlready("", _("This decision is marked as done already."))
        decision.done_at, decision.done_by = at, by
        decision.save(update_fields=["done_at", "done_by"])
        if decision.note:
            DraftNote.objects.filter(pk=decision.note.pk, done_at=None).update(done_at=at)


def open_again(decision: ReviewDecision) -> None:
    with transaction.atomic():
        decision = _locked(decision)
        decision.done_at = decision.done_by = None
        decision.save(update_fields=["done_at", "done_by"])
        if decision.note:
            DraftNote.objects.filter(pk=decision.note.pk).update(done_at=None)


def to_draft(decision: ReviewDecision, *, by: User, at: datetime) -> Version | None:
    """It is noted beside the next draft of this person; answers the draft that there is.

    One that somebody else has noted goes over to whoever writes it now, as long as it is in no proposal.
    """
    with transaction.atomic():
        decision = _locked(decision)
        agreement, note = decision.meeting.agreement, decision.note
        if decision.is_done:
            raise DecidedAlready("", _("This decision is marked as done already."))
        if note and not DraftNote.objects.to_write(note.by).filter(pk=note.pk).exists():
            raise DecidedAlready("", _("This decision is in a proposal that waits for signatures."))
        if note:
            DraftNote.objects.filter(pk=note.pk).update(by=by, version=None)
        else:
            origin = decision.meeting.get_absolute_url()
            note = DraftNote.objects.create(agreement=agreement, by=by, text=decision.text, origin=origin, made_at=at)
            decision.note = note
            decision.save(update_fields=["note"])
        draft: Version | None = agreement.versions.drafts().filter(made_by=by).first()
        return draft


def own_open(person: User) -> QuerySet[ReviewDecision]:
    """What this person still has to see to, the most urgent first; of agreements whose people they still belong to."""
    teams = person.memberships.values("team")
    agreement = "meeting__agreement__"
    mine = Q(**{f"{agreement}marketing_team__in": teams}) | Q(**{f"{agreement}sales_team__in": teams})
    return person.review_decisions.open().filter(mine | Q(**{f"{agreement}service_team__in": teams})).with_review()


def _locked(decision: ReviewDecision) -> ReviewDecision:
    Agreement.objects.select_for_update().get(pk=decision.meeting.agreement_id)
    found = ReviewDecision.objects.with_review().filter(pk=decision.pk).first()
    if found is None:
        raise DecidedAlready("", _("This decision has been taken back in the meantime."))
    return found
