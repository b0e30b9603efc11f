"""Actions: the draft in which the people of both sides write, from its first word until it is proposed."""

from dataclasses import replace
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.document.clauses import AgreementDocument
from agreements.document.stored import document_of
from agreements.document.versions import (
    AmendmentRefused,
    check_day,
    check_heading,
    heading_of,
    next_number,
    set_heading,
    stand_of,
    text_fields,
    version_to_amend,
    whole_document,
    with_known_teams,
)
from agreements.enums import VersionState
from agreements.models import Agreement, Version
from agreements.signing.signatures import locked
from agreements.terms import today_of
from smarketing.accounts.access import access_of
from smarketing.accounts.models import Side, Team, User
from smarketing.accounts.rights import Verb
from smarketing.lib.periods import Period


class NotYoursToWrite(AmendmentRefused):
    """Who amends the agreement writes in its shared draft."""


class UnknownTeam(AmendmentRefused):
    """Only administrators make teams; a lead begins an agreement of a team of the own."""


def begin(document: AgreementDocument, *, by: User, at: datetime) -> Version:
    """An agreement to which nobody has agreed yet, with the shared draft of its first version."""
    with transaction.atomic():
        document = with_known_teams(document)
        check_heading(document)
        _check_teams(document, by)
        agreement = Agreement.every.create(slug=document.slug, is_draft=True, **heading_of(document))
        return _shared(agreement, document, None, by=by, at=at)


def open_draft(agreement: Agreement, of: Version | None, *, by: User, at: datetime) -> Version:
    """The shared draft of an agreement, a new one where there is none.

    It begins with `of`: a draft, in which from now on both sides write; a proposal, which it answers; or what came to
    nothing. Without it, with what is in force.
    """
    with transaction.atomic():
        agreement = Agreement.every.select_for_update(of=("self",)).with_teams().get(pk=agreement.pk)
        _check_writer(agreement, by)
        if standing := agreement.versions.shared_drafts().first():
            return standing
        if of and of.state == VersionState.DRAFT:
            of.is_shared = True
            of.save(update_fields=["is_shared"])
            return of
        document = whole_document(of) if of else document_of(agreement).terms_only
        today = today_of(agreement, at)
        if of is None or document.effective_on < today:
            document = replace(document, effective_on=_next_month(document.effective_on, today))
        return _shared(agreement, document, of, by=by, at=at)


def rewrite(draft: Version, document: AgreementDocument, *, by: User, at: datetime) -> Version:
    """The shared draft says what the document says."""
    with transaction.atomic():
        draft = locked(draft, VersionState.DRAFT)
        agreement = draft.agreement
        _check_writer(agreement, by)
        document = with_known_teams(document)
        check_heading(document)
        if document.effective_on != draft.effective_on:
            check_day(agreement, document.effective_on, at)
            if not agreement.is_draft:
                version_to_amend(agreement, document.effective_on)
        if agreement.is_draft:
            _check_choice(agreement, document, by)
            _check_teams(document, by, agreement)
            set_heading(agreement, document)
        fields = text_fields(agreement, document, by=by, at=at)
        for name, value in fields.items():
            setattr(draft, name, value)
        draft.save(update_fields=[*fields])
        return draft


def mark_seen(draft: Version, step: str) -> None:
    """Somebody has looked at this step of the shared draft, or saved it."""
    if step in draft.seen_steps:
        return
    with transaction.atomic():
        standing = Version.objects.select_for_update().filter(pk=draft.pk, state=VersionState.DRAFT).first()
        if standing and step not in standing.seen_steps:
            standing.seen_steps.append(step)
            standing.save(update_fields=["seen_steps"])


def may_write(draft: Version, by: User) -> bool:
    if draft.state != VersionState.DRAFT or not draft.is_shared:
        return False
    return access_of(by).may(Verb.AMEND, draft.agreement)


def _shared(
    agreement: Agreement, document: AgreementDocument, of: Version | None, *, by: User, at: datetime
) -> Version:
    answers = of if of and of.state == VersionState.PROPOSED else None
    fields = text_fields(agreement, document, by=by, at=at)
    return Version.objects.create(
        agreement=agreement,
        number=next_number(agreement),
        state=VersionState.DRAFT,
        is_shared=True,
        answers=answers,
        built_on=stand_of(agreement),
        begun=of.begun if of else fields["text"] if agreement.is_draft else "",
        **fields,
    )


def _check_writer(agreement: Agreement, by: User) -> None:
    if not access_of(by).may(Verb.AMEND, agreement):
        raise NotYoursToWrite("", _("Only who amends this agreement writes in its draft."))


def _check_choice(agreement: Agreement, document: AgreementDocument, by: User) -> None:
    """Asked before any team is looked up: an outside organisation does not learn which teams there are."""
    standing = {side: getattr(getattr(agreement, f"{side}_team"), "name", "") for side in Side}
    for side, name in standing.items():
        if access_of(by).organisation and getattr(document, f"{side}_team") != name:
            raise UnknownTeam(f"{side}_team", _("The teams are chosen by people of the portal's house."))


def _check_teams(document: AgreementDocument, by: User, standing: Agreement | None = None) -> None:
    """A team of another house is one that the agreement has already, or is not found."""
    access = access_of(by)
    if access.is_administrator:
        return
    named = {side: getattr(document, f"{side}_team") for side in Side}
    teams = {side: Team.objects.named(name, side) for side, name in named.items() if name}
    for side, team in teams.items():
        is_standing = team is not None and team == getattr(standing, f"{side}_team", None)
        if team is None or not (is_standing or access.is_of_house(team.organisation)):
            text = _("There is no team of this name: an administrator makes it.")
            raise UnknownTeam(f"{side}_team", text)
    own = [side for side, team in teams.items() if team and team.pk in access.teams(Verb.AMEND, side)]
    if not own:
        raise UnknownTeam("marketing_team", _("One of the teams has to be one that you lead."))


def _next_month(latest: date, today: date) -> date:
    """The first of next month; not before what is agreed to begin later."""
    return max(Period.of(today).next().start_on, latest)
