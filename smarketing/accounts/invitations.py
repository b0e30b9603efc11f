"""Actions: somebody is asked to join by a signed link that expires and is used once.

The row is the truth; the letter with the link is sent by the worker, and again until it has left.
"""

import logging
import secrets
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from smarketing.accounts.access import Access, access_of
from smarketing.accounts.models import Invitation, Membership, PeopleChangeKind, Role, Team, User
from smarketing.accounts.people import PeopleRefused, check_staff, tell

logger = logging.getLogger(__name__)

SALT = "smarketing.accounts.invitation"
VALID = timedelta(days=7)
CLAIM = timedelta(minutes=1)  # after which a letter that a killed worker held is taken up again
LONGEST_WAIT = timedelta(hours=1)
WITHOUT_SERVER = ("console", "dummy")


class InvitationOver(PeopleRefused):
    """Used, withdrawn, expired, or replaced by a later one."""


def invite(
    *,
    email: str,
    name: str,
    team: Team | None,
    role: Role,
    is_administrator: bool = False,
    language: str,
    origin: str,
    by: User,
    at: datetime,
) -> Invitation:
    """Raises PeopleRefused for an address that has an account or a valid invitation."""
    if team is not None:
        check_staff(by, team)
    if not by.is_administrator and (team is None or is_administrator or team.is_outside):
        raise PermissionDenied  # what is said of an address tells whether somebody of the house has it
    if team is not None and team.is_outside and is_administrator:
        raise PeopleRefused(_("Somebody of an outside organisation is no administrator here."), "is_administrator")
    email = email.strip().lower()
    _refuse_known(email)
    try:
        with transaction.atomic():
            Invitation.objects.standing().filter(email__iexact=email, expires_at__lte=at).update(withdrawn_at=at)
            invitation = Invitation.objects.create(
                email=email,
                name=name,
                team=team,
                role=role,
                is_administrator=is_administrator,
                language=language,
                origin=origin,
                by=by,
                at=at,
                **_fresh(at),
            )
            tell(PeopleChangeKind.INVITED, invitation=invitation, team=team, after=name, by=by, at=at)
    except IntegrityError:
        text = _("This address has been invited already: the invitation stands below the list of people.")
        raise PeopleRefused(text, "email") from None
    return invitation


def _refuse_known(email: str) -> None:
    known = User.objects.filter(email__iexact=email).first()
    if known is None:
        return
    if known.is_active:
        raise PeopleRefused(_("There is an account with this address: an administrator can add it to a team."), "email")
    raise PeopleRefused(_("Somebody with this address has left: an administrator can let them come back."), "email")


def _fresh(at: datetime) -> dict[str, Any]:
    """A link of its own, and a letter that waits to be sent."""
    return {"key": secrets.token_hex(16), "expires_at": at + VALID, "try_at": at, "tries": 0, "mailed_at": None}


def invitations_of(access: Access) -> QuerySet[Invitation]:
    """Those that somebody may withdraw or send again."""
    standing = Invitation.objects.standing().select_related("team", "by")
    own = standing.filter(team__in=access.led_teams, team__organisation="")
    return standing if access.is_administrator else own


def send_again(invitation: Invitation, *, by: User, at: datetime) -> None:
    """With a new link: the former one is void."""
    _change(invitation, PeopleChangeKind.INVITED_AGAIN, _fresh(at), by=by, at=at)


def withdraw(invitation: Invitation, *, by: User, at: datetime) -> None:
    _change(invitation, PeopleChangeKind.WITHDRAWN, {"withdrawn_at": at}, by=by, at=at)


def _change(invitation: Invitation, kind: PeopleChangeKind, values: dict[str, Any], *, by: User, at: datetime) -> None:
    with transaction.atomic():
        if not Invitation.objects.standing().filter(pk=invitation.pk).update(**values):
            raise InvitationOver(_("This invitation has been used or withdrawn in the meantime."))
        tell(kind, invitation=invitation, team=invitation.team, after=invitation.name, by=by, at=at)


def token_of(invitation: Invitation) -> str:
    return signing.Signer(salt=SALT).sign_object([invitation.pk, invitation.key])


def link_of(invitation: Invitation, origin: str = "") -> str:
    """Under the address at which somebody reads it; in a letter, under the one it was sent from."""
    return (origin or invitation.origin) + reverse("people:join", args=[token_of(invitation)]).removeprefix("/")


def invited(token: str, *, at: datetime) -> Invitation:
    """Raises InvitationOver for whatever is not a valid link of now."""
    try:
        pk, key = signing.Signer(salt=SALT).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        pk, key = None, ""
    found = Invitation.objects.valid(at).select_related("team", "by").filter(pk=pk, key=key).first() if pk else None
    if found is None:
        raise InvitationOver(_("This invitation is not valid any more: it has been used, withdrawn or has expired."))
    _check_inviter(found)
    return found


def _check_inviter(invitation: Invitation) -> None:
    """What somebody may not give any more, the link does not give either."""
    by = invitation.by
    team = invitation.team
    is_own = team is not None and team.pk in access_of(by).led_teams and not team.is_outside
    if not (by.is_administrator or (is_own and not invitation.is_administrator)):
        raise InvitationOver(_("Who invited you may not do so any more: ask an administrator for a new invitation."))


def join(invitation: Invitation, *, name: str, password: str, at: datetime) -> User:
    """The account is made, once. Raises InvitationOver for the second of two at once."""
    _check_inviter(invitation)
    try:
        with transaction.atomic():
            valid = Invitation.objects.valid(at).filter(pk=invitation.pk, key=invitation.key)
            if not valid.update(used_at=at):
                raise InvitationOver(_("This invitation has been used already."))
            person = User.objects.create_user(
                invitation.email,
                password,
                name=name,
                language=invitation.language,
                is_superuser=invitation.is_administrator,
            )
            if invitation.team:
                Membership.objects.create(user=person, team=invitation.team, role=invitation.role)
            about: dict[str, Any] = {"person": person, "invitation": invitation, "team": invitation.team}
            tell(PeopleChangeKind.JOINED, after=invitation.role if invitation.team else "", by=person, at=at, **about)
    except IntegrityError:  # an account was made with this address in another way
        raise InvitationOver(_("There is an account with this address already: sign in.")) from None
    return person


def has_mail_server() -> bool:
    """Whether letters leave the machine; else the link is handed over by an administrator."""
    return not any(f".{name}." in settings.EMAIL_BACKEND for name in WITHOUT_SERVER)


def waiting(at: datetime) -> list[int]:
    """Whose letter is to be tried now."""
    if not has_mail_server():
        return []
    due = Invitation.objects.valid(at).filter(mailed_at=None, try_at__lte=at)
    return list(due.order_by("try_at").values_list("pk", flat=True)[:100])


def mail(pk: int, *, at: datetime) -> bool:
    """Sends one letter, if it is still to be sent and nobody else is at it. Answers whether it has left."""
    claimed = Invitation.objects.valid(at).filter(Q(mailed_at=None), pk=pk, try_at__lte=at)
    if not has_mail_server() or not claimed.update(try_at=at + CLAIM):
        return False
    invitation = Invitation.objects.select_related("team", "by").get(pk=pk)
    try:
        letter(invitation).send()
    except (OSError, SMTPException) as error:
        logger.warning("invitation %s was not sent: %s", pk, type(error).__name__)  # its text may name the address
        tries = min(invitation.tries + 1, 1_000)
        wait = min(CLAIM * 2 ** min(tries, 10), LONGEST_WAIT)
        Invitation.objects.filter(pk=pk, key=invitation.key).update(tries=tries, try_at=at + wait)
        return False
    Invitation.objects.filter(pk=pk, key=invitation.key).update(mailed_at=at)
    return True


def letter(invitation: Invitation) -> EmailMessage:
    with translation.override(invitation.language):
        context = {
            "invitation": invitation,
            "link": link_of(invitation),
            "until": date_format(localtime(invitation.expires_at), "DATE_FORMAT"),
        }
        subject = _("Invitation to Smarketing by %(name)s") % {"name": invitation.by}
        return EmailMessage(
            " ".join(subject.split()), render_to_string("people/invitation.txt", context), to=[invitation.email]
        )
