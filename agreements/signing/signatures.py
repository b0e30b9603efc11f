"""Actions: a version proposed by one side is signed by every party, or it comes to nothing.

What is signed is the digest that the person has seen. One proposal at a time waits in an agreement.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from agreements.document.versions import AmendmentRefused, check_day, stand_of, take_effect, write_down
from agreements.enums import Capacity, VersionState
from agreements.models import Agreement, Signature, Version
from agreements.signing.parties import missing, parties, sides_signed_by
from agreements.terms import today_of
from smarketing.accounts.models import Side, User

LONGEST_REASON = 300
REMIND_AFTER = timedelta(days=1)


class Settled(AmendmentRefused):
    """Somebody else has signed, answered or withdrawn it."""


class NotYoursToSign(AmendmentRefused):
    """Who signs for a side is said in the agreement."""


class TextChanged(AmendmentRefused):
    """What was looked at is not what would be signed."""


class BuiltOnFormerTerms(AmendmentRefused):
    """The terms have changed since the draft was written: it would take the change back unseen."""


class DeclinedWithoutReason(AmendmentRefused):
    """The other side reads why."""


class ReasonTooLong(AmendmentRefused):
    """It is read beside the version."""


class RemindedAlready(AmendmentRefused):
    """One reminder a day."""


def locked(version: Version, *states: VersionState) -> Version:
    """As it is now that the agreement is locked. Raises Settled where it is in none of these states any more."""
    Agreement.every.select_for_update().get(pk=version.agreement_id)
    rows = Version.objects.select_related("agreement", "made_by", "proposed_by", "answers", "settled_by")
    standing = rows.filter(pk=version.pk).first()
    if standing is None or standing.state not in states:
        raise Settled("", _settled(standing))
    return standing


def _settled(version: Version | None) -> str:
    if version is None:
        return _("This draft has been proposed, replaced or discarded in the meantime.")
    if version.state == VersionState.IN_FORCE:  # agreed, and in force from its day on, which may be to come
        return _("Nothing was done: version %(number)s has been signed by every party.") % {"number": version.number}
    text = _("Nothing was done: version %(number)s is %(state)s by now.")
    return text % {"number": version.number, "state": version.get_state_display()}


def check_signer(version: Version, by: User, at: datetime) -> None:
    """Raises NotYoursToSign, with those who may."""
    if not _own_missing(version, by, at):
        waits = [
            party
            for party in parties(version.agreement, today_of(version.agreement, at))
            if party.side in missing(version)
        ]
        who = "; ".join(f"{party.team}: {party.who}" for party in waits)
        raise NotYoursToSign("sign", _("You cannot sign this. Still to sign: %(who)s.") % {"who": who})


def may_sign(version: Version, by: User, at: datetime) -> bool:
    try:
        check_signer(version, by, at)
    except NotYoursToSign:
        return False
    return version.state == VersionState.PROPOSED


def check_sound(version: Version, at: datetime) -> None:
    """Raises where it cannot take effect any more as it was written."""
    if version.built_on != stand_of(version.agreement):
        text = _("The terms have changed since this was written. Write it anew from what is in force now.")
        raise BuiltOnFormerTerms("sign", text)
    check_day(version.agreement, version.effective_on, at)


@transaction.atomic
def sign(version: Version, *, by: User, at: datetime, seen: str) -> Version:
    """For every side that this person may sign for. In force once nobody's signature is missing."""
    version = locked(version, VersionState.PROPOSED)
    check_signer(version, by, at)
    if seen != version.digest or not version.is_unchanged:
        raise TextChanged("sign", _("This is not the text that you have read: look at it again."))
    check_sound(version, at)
    add_signatures(version, by=by, at=at)
    return version


def add_signatures(version: Version, *, by: User, at: datetime) -> None:
    own = _own_missing(version, by, at)
    made = {"version": version, "signed_by": by, "signed_at": at, "digest": version.digest}
    for side, capacity in own.items():
        Signature.objects.create(side=side, capacity=capacity, **made)
    if own:
        names = _team_names(version, own)
        write_down(version.agreement, [], [["signed", str(version.number)], None, names], by=by, at=at)
    if not missing(version):
        take_effect(version, by=by, at=at)


@transaction.atomic
def decline(version: Version, *, by: User, at: datetime, reason: str) -> Version:
    """By who could sign it."""
    version = locked(version, VersionState.PROPOSED)
    check_signer(version, by, at)
    if not reason.strip():
        raise DeclinedWithoutReason("reason", _("Say why: the others read it."))
    if len(reason.strip()) > LONGEST_REASON:
        text = _("Use at most %(most)s characters: these are %(count)s.")
        raise ReasonTooLong("reason", text % {"most": LONGEST_REASON, "count": len(reason.strip())})
    settle(version, VersionState.DECLINED, by=by, at=at, reason=reason.strip())
    return version


def check_withdrawer(version: Version, by: User, at: datetime) -> None:
    """Who has proposed it, or who could sign for a side that has signed."""
    sides = sides_signed_by(version.agreement, by, today_of(version.agreement, at))
    signed = [signature.side for signature in version.signatures.all()]
    if by.pk != version.proposed_by_id and not any(side in signed for side in sides):
        raise NotYoursToSign("withdraw", _("Only the side that has proposed this can withdraw it."))


def may_withdraw(version: Version, by: User, at: datetime) -> bool:
    try:
        check_withdrawer(version, by, at)
    except NotYoursToSign:
        return False
    return version.state == VersionState.PROPOSED


@transaction.atomic
def withdraw(version: Version, *, by: User, at: datetime) -> Version:
    version = locked(version, VersionState.PROPOSED)
    check_withdrawer(version, by, at)
    settle(version, VersionState.WITHDRAWN, by=by, at=at)
    return version


@transaction.atomic
def remind(version: Version, *, by: User, at: datetime) -> Version:
    """The parties that have not signed see it; the history keeps it."""
    version = locked(version, VersionState.PROPOSED)
    check_withdrawer(version, by, at)
    if version.reminded_at and at - version.reminded_at < REMIND_AFTER:
        text = _("They have been reminded on %(on)s already: once a day is enough.")
        raise RemindedAlready(
            "remind", text % {"on": date_format(today_of(version.agreement, version.reminded_at), "DATE_FORMAT")}
        )
    version.agreement.versions.proposed().filter(pk=version.pk).update(reminded_at=at, reminded_by=by)
    names = _team_names(version, missing(version))
    write_down(version.agreement, [], [["reminded", str(version.number)], None, names], by=by, at=at)
    return version


def may_leave(version: Version, by: User, at: datetime) -> bool:
    """Who has proposed what was declined leaves it at that."""
    try:
        check_withdrawer(version, by, at)
    except NotYoursToSign:
        return False
    return version.state == VersionState.DECLINED and version.heeded_at is None


@transaction.atomic
def leave_it(version: Version, *, by: User, at: datetime) -> None:
    """It waits for nobody any more."""
    version = locked(version, VersionState.DECLINED)
    check_withdrawer(version, by, at)
    version.agreement.versions.filter(pk=version.pk, heeded_at=None).update(heeded_at=at)


def settle(version: Version, state: VersionState, *, by: User, at: datetime, reason: str = "") -> None:
    """It comes to nothing; what was proposed and signed stays to be read."""
    version.agreement.versions.proposed().filter(pk=version.pk).update(
        state=state, settled_at=at, settled_by=by, reason=reason
    )
    write_down(version.agreement, [], [[f"proposal_{state}", str(version.number)], None, reason], by=by, at=at)


def _own_missing(version: Version, by: User, at: datetime) -> dict[Side, Capacity]:
    own = sides_signed_by(version.agreement, by, today_of(version.agreement, at))
    return {side: own[side] for side in missing(version) if side in own}


def _team_names(version: Version, sides: Iterable[Side]) -> str:
    return ", ".join(getattr(version.agreement, f"{side}_team").name for side in sides)
