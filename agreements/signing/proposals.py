"""Actions: a draft becomes a proposal, or is thrown away."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from agreements.document.groups.scope import scope_of
from agreements.document.versions import AmendmentRefused, next_number, whole_document, write_down
from agreements.enums import VersionState
from agreements.models import Agreement, Version
from agreements.signing.parties import teams_of
from agreements.signing.signatures import TextChanged, add_signatures, check_sound, locked, settle
from agreements.terms import today_of
from smarketing.accounts.access import access_of
from smarketing.accounts.models import User
from smarketing.accounts.rights import Verb
from smarketing.lib import words


class VersionWaiting(AmendmentRefused):
    """One proposal at a time: what the other side has proposed is answered first."""


class NotYourDraft(AmendmentRefused):
    """A draft is its author's; one from a file, or shared, is anybody's who amends the agreement."""


class NamedAlike(AmendmentRefused):
    """Wherever agreements are listed, people have to tell them apart."""


def named_alike(draft: Version, at: datetime) -> str:
    """Why it would not be told from another living agreement of one of its teams; empty where it would."""
    document, own = whole_document(draft), list(teams_of(draft.agreement).values())
    label = words.key(document.name), words.key(scope_of(document))
    ours = Q(marketing_team__in=own) | Q(sales_team__in=own) | Q(service_team__in=own)
    for other in Agreement.every.exclude(pk=draft.agreement_id).filter(ours).order_by("pk"):
        if (words.key(other.name), words.key(other.scope)) == label and _is_alive(other, at):
            text = _("“%(name)s” is another agreement: give this one another name, or say in the scope what it is for.")
            return text % {"name": other}
    return ""


def check_told_apart(draft: Version, at: datetime) -> None:
    if text := named_alike(draft, at):
        raise NamedAlike("name", text)


def _is_alive(other: Agreement, at: datetime) -> bool:
    """In force, to come, or proposed: not one that is only being written, or that has ended."""
    if other.is_draft:
        return other.versions.proposed().exists()
    return not other.versions.dated().filter(is_cancellation=True, effective_on__lte=today_of(other, at)).exists()


def may_propose(draft: Version, by: User) -> bool:
    if draft.state != VersionState.DRAFT or not access_of(by).may(Verb.AMEND, draft.agreement):
        return False
    return draft.is_shared or draft.made_by_id is None or draft.made_by_id == by.pk


def propose(draft: Version, *, by: User, at: datetime, seen: str | None = None) -> Version:
    """Signs it for the sides that the proposer signs for. A draft that answers a proposal takes its place.

    `seen` is the digest of what the proposer has read: in a shared draft others may have written since.
    """
    with transaction.atomic():
        draft = locked(draft, VersionState.DRAFT)
        _check_author(draft, by)
        if seen is not None and seen != draft.digest:
            raise TextChanged("sign", _("This is not the text that you have read: look at it again."))
        waiting = draft.agreement.versions.proposed().first()
        if waiting and waiting.pk != draft.answers_id:
            text = _(
                "Version %(number)s is proposed already: it is signed, declined or answered first. Your draft stays."
            )
            raise VersionWaiting("sign", text % {"number": waiting.number})
        check_sound(draft, at)
        check_told_apart(draft, at)
        if waiting:
            settle(waiting, VersionState.COUNTERED, by=by, at=at)
        draft.number, draft.state = next_number(draft.agreement), VersionState.PROPOSED
        draft.proposed_at, draft.proposed_by = at, by
        draft.save(update_fields=["number", "state", "proposed_at", "proposed_by"])
        draft.agreement.draft_notes.to_write(by).update(version=draft)
        return announce(draft, by=by, at=at)


def announce(proposal: Version, *, by: User, at: datetime) -> Version:
    ends = proposal.is_cancellation
    path = ["end_proposed"] if ends else ["version_proposed", str(proposal.number)]
    said = [path, None, (proposal.last_on if ends else proposal.effective_on).isoformat()]
    write_down(proposal.agreement, [], said, by=by, at=at)
    add_signatures(proposal, by=by, at=at)
    return proposal


def discard(draft: Version, *, by: User, at: datetime) -> None:
    """It has bound nobody: the history tells nothing of it. An agreement that was this draft only goes with it."""
    with transaction.atomic():
        draft = locked(draft, VersionState.DRAFT)
        _check_author(draft, by)
        agreement = draft.agreement
        draft.delete()
        if agreement.is_draft and not agreement.versions.exists():
            agreement.delete()


def _check_author(draft: Version, by: User) -> None:
    if not may_propose(draft, by):
        raise NotYourDraft("", _("This draft is somebody else's."))
