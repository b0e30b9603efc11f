"""Action: the end of an agreement, which is proposed and signed as a version is."""

from datetime import date, datetime, timedelta
from hashlib import sha256

import tomli_w
from django.db import transaction
from django.utils.translation import gettext as _

from agreements.document.stored import document_of
from agreements.document.text import HEADING, digest
from agreements.document.versions import AmendmentRefused, check_day, next_number, stand_of
from agreements.enums import VersionState
from agreements.models import Agreement, Version
from agreements.signing.proposals import VersionWaiting, announce
from agreements.terms import today_of
from smarketing.accounts.access import access_of
from smarketing.accounts.models import User
from smarketing.accounts.rights import Verb


class NotYoursToEnd(AmendmentRefused):
    """Who amends an agreement may propose its end."""


class EndsBeforeItBegins(AmendmentRefused):
    """Terms that have not begun are superseded or end later; what has ended does not end again."""


def propose_end(agreement: Agreement, last_on: date, *, by: User, at: datetime) -> Version:
    """After its last day nothing is in force, until another version is."""
    with transaction.atomic():
        agreement = Agreement.objects.select_for_update().get(pk=agreement.pk)
        if not access_of(by).may(Verb.AMEND, agreement):
            raise NotYoursToEnd("", _("Only who amends this agreement can propose its end."))
        if waiting := agreement.versions.proposed().first():
            text = _("Version %(number)s is proposed already: it is signed, declined or withdrawn first.")
            raise VersionWaiting("last_on", text % {"number": waiting.number})
        _check_last_day(agreement, last_on, at)
        return announce(_cancellation(agreement, last_on, by=by, at=at), by=by, at=at)


def _check_last_day(agreement: Agreement, last_on: date, at: datetime) -> None:
    latest = agreement.versions.dated().latest("effective_on")
    if last_on < today_of(agreement, at):
        raise EndsBeforeItBegins("last_on", _("This day is over: choose today or a later day."))
    if latest.is_cancellation:
        text = _("This agreement ends on %(on)s already.")
        raise EndsBeforeItBegins("last_on", text % {"on": latest.last_on})
    if last_on < latest.effective_on - timedelta(days=1):
        text = _("A version is in force from %(latest)s: the agreement cannot end before.")
        raise EndsBeforeItBegins("last_on", text % {"latest": latest.effective_on})
    check_day(agreement, last_on + timedelta(days=1), at)


def _cancellation(agreement: Agreement, last_on: date, *, by: User, at: datetime) -> Version:
    terms = document_of(agreement).terms_only
    heading = {key: str(getattr(terms, key)) for key in HEADING if key != "effective_on"}
    text = tomli_w.dumps({"ends": {**heading, "last_day": last_on, "digest_of_the_terms": digest(terms)}})
    return Version.objects.create(
        agreement=agreement,
        is_cancellation=True,
        number=next_number(agreement),
        state=VersionState.PROPOSED,
        heading=heading,
        text=text,
        digest=sha256(text.encode()).hexdigest(),
        built_on=stand_of(agreement),
        made_at=at,
        made_by=by,
        proposed_at=at,
        proposed_by=by,
        effective_on=last_on + timedelta(days=1),
        pacing=terms.pacing,
        calendar=terms.calendar.as_json(),
    )
