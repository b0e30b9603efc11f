"""Actions: make or change an agreement so that it says what a document says."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.document.clauses import AgreementDocument
from agreements.document.differences import Difference, differences
from agreements.document.groups.every_group import GROUPS
from agreements.document.groups.scope import CUSTOMER, kind_of, said_kind, scope_of
from agreements.document.stored import document_of
from agreements.document.text import HEADING, digest, read, write
from agreements.enums import VersionState
from agreements.models import Agreement, Change, Objective, ReturnReason, Tier, Version
from agreements.months.plans import carry_out, month_plan
from agreements.months.proposing import decides_alone
from agreements.months.targets import points_of
from agreements.signing.parties import ever_signed
from agreements.terms import today_of
from smarketing.accounts.access import access_of
from smarketing.accounts.models import Side, Team, User
from smarketing.accounts.rights import Verb
from smarketing.lib.ahead import too_far
from smarketing.lib.currencies import CURRENCIES

FIXED = ("time_zone", "marketing_team", "sales_team")


class AmendmentRefused(Exception):
    """`key` names what of the document is refused, like "slug" or "scope.kind"; the text is for who tried."""

    def __init__(self, key: str, text: str) -> None:
        super().__init__(text)
        self.key = key

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(self.key.split(".")) if self.key else ()


class FixedByHandoffs(AmendmentRefused):
    """Teams and time zone of an agreement under which leads were handed over."""


class ReasonInUse(AmendmentRefused):
    """What handoffs were returned for stays a reason, and counts as it did."""


class ChangedMeanwhile(AmendmentRefused):
    """Somebody else amended the agreement since its document was looked at."""


class NameTaken(AmendmentRefused):
    """A new agreement of a short name that there is already."""


class DayTooFar(AmendmentRefused):
    """Nobody plans that far ahead."""


class EarlierThanLatest(AmendmentRefused):
    """A new version is in force later than those before it."""


class DayHasPassed(AmendmentRefused):
    """What both sides have to sign takes effect today or later."""


class NotCustomerFacing(AmendmentRefused):
    """An agreement with an outside organisation that calls itself another kind."""


class UnknownCurrency(AmendmentRefused):
    """A code that ISO 4217 does not have."""


class SameDay(AmendmentRefused):
    """A version that has begun keeps its day."""


@dataclass(frozen=True)
class Amendment:
    """What changed, clause by clause, and how many handoffs were measured under the terms before it.

    `told` says in words which months stay as they are, or wait for the other side. The terms are kept as a `draft`
    where they are not in force at once.
    """

    agreement: Agreement
    is_new: bool
    differences: tuple[Difference, ...]
    measured_before: int = 0
    told: tuple[str, ...] = ()
    draft: Version | None = None

    @property
    def lines(self) -> list[str]:
        return [str(difference) for difference in self.differences]

    @property
    def note(self) -> str:
        """The answer never rewrites what was measured; it says how to look at what a rewriting would change."""
        if not self.measured_before:
            return ""
        text = ngettext(
            "%(n)d handoff was measured under the former terms; preview with: %(command)s",
            "%(n)d handoffs were measured under the former terms; preview with: %(command)s",
            self.measured_before,
        )
        command = f"manage.py recompute {self.agreement.slug} --terms-in-force"
        return text % {"n": self.measured_before, "command": command}


def apply(
    document: AgreementDocument,
    *,
    by: User | None,
    at: datetime,
    seen: str | None = None,
    is_new: bool = False,
    in_force: bool = False,
    answers: Version | None = None,
) -> Amendment:
    """Creates the agreement of that slug, or amends it. A document that says the same as the rows changes nothing.

    The same effective date as an existing version corrects that one, a later one adds a version. `seen` is the digest
    of the document that was changed: raises ChangedMeanwhile where it is no longer that. With `is_new` raises NameTaken
    for an agreement that there is. What the lead of one side changes in the terms is kept as a draft, and so is what
    anybody changes once a party has signed, unless it is put `in_force` past the parties; the draft may answer a
    proposal.
    """
    document = with_known_teams(document)
    given: dict[str, Any] = {"by": by, "at": at, "seen": seen, "is_new": is_new}
    try:
        return _apply(document, in_force=in_force, answers=answers, **given)
    except IntegrityError:  # somebody else made it in this moment: now there is one to amend
        return _apply(document, in_force=in_force, answers=answers, **given)


def _apply(
    document: AgreementDocument,
    *,
    by: User | None,
    at: datetime,
    seen: str | None,
    is_new: bool,
    in_force: bool,
    answers: Version | None,
) -> Amendment:
    with transaction.atomic():
        agreement = Agreement.every.select_for_update().filter(slug=document.slug).first()
        if agreement is None:
            return _create(document, by=by, at=at)
        if is_new or agreement.is_draft:
            raise NameTaken("slug", _("An agreement with this short name already exists."))
        if seen is not None and seen != digest(document_of(agreement)):
            text = _("Somebody else has changed this agreement in the meantime. Check your entries and save again.")
            raise ChangedMeanwhile("", text)
        return _amend(agreement, document, by=by, at=at, in_force=in_force, answers=answers)


def _create(document: AgreementDocument, *, by: User | None, at: datetime) -> Amendment:
    check_heading(document)
    agreement = Agreement.objects.create(slug=document.slug, **heading_of(document))
    ReturnReason.objects.bulk_create(ReturnReason.rows(agreement, document.return_reasons))
    _add_version(agreement, document, by=by, at=at)
    plan = month_plan(agreement, None, document, at=at, alone=True)
    told = carry_out(plan, agreement, by=by, at=at)
    found = differences(None, plan.document)
    write_down(agreement, found, by=by, at=at)
    return Amendment(agreement, True, tuple(found), told=told)


def _amend(
    agreement: Agreement,
    document: AgreementDocument,
    *,
    by: User | None,
    at: datetime,
    in_force: bool,
    answers: Version | None,
) -> Amendment:
    version = version_to_amend(agreement, document.effective_on)
    former = document_of(agreement, version)
    if by is not None and not access_of(by).may(Verb.PLAN, agreement):
        document = document.with_months_of(former)
    is_past_parties = in_force and ever_signed(agreement)
    alone = is_past_parties or decides_alone(agreement, by)
    plan = month_plan(agreement, former, document, at=at, alone=alone)
    document, found = plan.document, differences(former, plan.document)
    if not found:
        return Amendment(agreement, False, (), told=carry_out(plan, agreement, by=by, at=at))
    _refuse_fixed(agreement, found)
    _refuse_reasons_in_use(agreement, document)
    if any(difference.is_of_terms for difference in found):
        check_heading(document)
    if not alone and any(difference.is_of_terms for difference in found):
        plan = replace(plan, document=former.with_months_of(document))
        draft = _keep_draft(agreement, document, found, answers, by=by, at=at)
        told = carry_out(plan, agreement, by=by, at=at)
        return Amendment(agreement, False, tuple(found) if draft else (), told=told, draft=draft)
    measured = _measured_before(agreement, version, document.effective_on, found)
    set_heading(agreement, document)
    _set_reasons(agreement, document)
    _set_version(version, document, found, by=by, at=at)
    told = carry_out(plan, agreement, by=by, at=at)
    lines = [["put_in_force"], None, "load_agreement --in-force"] if is_past_parties else None
    write_down(agreement, found, lines, by=by, at=at)
    return Amendment(agreement, False, tuple(found), measured, told)


def version_to_amend(agreement: Agreement, effective_on: date) -> Version:
    """The version of that date, else the latest, on which a new one is built."""
    latest = agreement.versions.dated().latest("effective_on")
    same = agreement.versions.current().filter(effective_on=effective_on).first()
    if same is None and effective_on < latest.effective_on:
        text = _("A version is in force from %(latest)s: a new one must begin later, not on %(on)s.")
        raise EarlierThanLatest("effective_on", text % {"latest": latest.effective_on, "on": effective_on})
    return same or agreement.versions.current().latest("effective_on")


def check_day(agreement: Agreement, effective_on: date, at: datetime) -> None:
    """What has to be signed changes no day that is over, nor a version that has begun."""
    today = today_of(agreement, at)
    if agreement.versions.dated().filter(effective_on=effective_on, effective_on__lte=today).exists():
        text = _("A version is in force from this day on already: a new one begins later.")
        raise SameDay("effective_on", text)
    if effective_on < today:
        raise DayHasPassed("effective_on", _("This day is over: choose today or a later day."))
    if refusal := too_far(effective_on, today):
        raise DayTooFar("effective_on", refusal)


def stand_of(agreement: Agreement) -> str:
    """Tells whether the terms have changed since a draft was written."""
    if agreement.is_draft:
        return ""
    latest = agreement.versions.dated().latest("effective_on")
    return sha256(f"{latest.pk} {digest(document_of(agreement).terms_only)}".encode()).hexdigest()


def _refuse_fixed(agreement: Agreement, found: list[Difference]) -> None:
    for difference in found:
        if difference.path[0] in FIXED and agreement.handoffs.exists():
            text = _("Leads have been handed over under this agreement: its teams and its time zone stay as they are.")
            raise FixedByHandoffs(difference.path[0], text)


def _refuse_reasons_in_use(agreement: Agreement, document: AgreementDocument) -> None:
    counts = {reason.key: reason.counts for reason in document.return_reasons}
    for reason in agreement.return_reasons.select_for_update():
        if counts.get(reason.key) == reason.counts:
            continue
        if agreement.handoffs.filter(return_reason=reason.key).exists():
            text = _("Handoffs have been returned for “%(reason)s”: it stays a reason and counts as before.")
            raise ReasonInUse("return_reasons", text % {"reason": reason})


def _measured_before(agreement: Agreement, version: Version, effective_on: date, found: list[Difference]) -> int:
    if version.effective_on != effective_on:
        return agreement.handoffs.filter(handed_on__gte=effective_on).count()
    return version.handoffs.count() if any(difference.measures for difference in found) else 0


def heading_of(document: AgreementDocument) -> dict[str, Any]:
    service_team = _team(document.service_team, Side.SERVICE) if document.service_team else None
    return {
        "name": document.name,
        "time_zone": document.time_zone,
        "currency": document.currency,
        "kind": kind_of(document, is_outside=outside_party(document) is not None),
        "scope": scope_of(document),
        "year_begins": document.year_begins,
        "marketing_team": _team(document.marketing_team, Side.MARKETING),
        "sales_team": _team(document.sales_team, Side.SALES),
        "service_team": service_team,
    }


def set_heading(agreement: Agreement, document: AgreementDocument) -> None:
    heading = heading_of(document)
    for name, value in heading.items():
        setattr(agreement, name, value)
    agreement.save(update_fields=[*heading])


def _set_reasons(agreement: Agreement, document: AgreementDocument) -> None:
    if [reason.clause for reason in agreement.return_reasons.all()] != list(document.return_reasons):
        agreement.return_reasons.all().delete()
        ReturnReason.objects.bulk_create(ReturnReason.rows(agreement, document.return_reasons))


def with_known_teams(document: AgreementDocument) -> AgreementDocument:
    """A team that is there keeps its spelling, however the document spells it."""
    names: dict[str, Any] = {f"{team.side}_team": team.name for team in known_teams(document)}
    return replace(document, **names)


def known_teams(document: AgreementDocument) -> list[Team]:
    found = [Team.objects.named(getattr(document, f"{side}_team"), side) for side in Side]
    return [team for team in found if team]


def outside_party(document: AgreementDocument) -> Team | None:
    return next((team for team in known_teams(document) if team.organisation), None)


def check_heading(document: AgreementDocument) -> None:
    """Raises NotCustomerFacing, UnknownCurrency. What was signed is read again whatever it says."""
    if document.currency not in CURRENCIES:
        raise UnknownCurrency("currency", _("%(code)s is no currency.") % {"code": document.currency})
    outside = outside_party(document)
    if outside and said_kind(document) not in ("", CUSTOMER):
        text = _("%(team)s is of an outside organisation: the agreement is customer-facing.")
        raise NotCustomerFacing("scope.kind", text % {"team": outside})


def _team(name: str, side: Side) -> Team:
    return Team.objects.named(name, side) or Team.objects.get_or_create(name=name, side=side)[0]


def _keep_draft(
    agreement: Agreement,
    document: AgreementDocument,
    found: list[Difference],
    answers: Version | None,
    *,
    by: User | None,
    at: datetime,
) -> Version | None:
    """One draft a person: writing again replaces it. A new day alone is no change of the terms."""
    if all(difference.path == ("effective_on",) or not difference.is_of_terms for difference in found):
        return None
    check_day(agreement, document.effective_on, at)
    agreement.versions.drafts().filter(made_by=by, is_shared=False).delete()
    fields = _version_fields(agreement, document, by=by, at=at)
    built_on = stand_of(agreement)
    return Version.objects.create(**fields, state=VersionState.DRAFT, built_on=built_on, answers=answers)


def take_effect(version: Version, *, by: User, at: datetime) -> None:
    """Every party has signed it: it is in force from its day on."""
    agreement = version.agreement
    found: list[Difference] = []
    if not version.is_cancellation:
        document = version_document(version)
        former = (
            None if agreement.is_draft else document_of(agreement, version_to_amend(agreement, document.effective_on))
        )
        found = differences(former.terms_only if former else None, document)
        _refuse_fixed(agreement, found)
        _refuse_reasons_in_use(agreement, document)
        set_heading(agreement, document)
        _set_reasons(agreement, document)
        _add_parts(version, document)
    if agreement.is_draft:
        _begin(agreement, whole_document(version), by=by, at=at)
    agreement.versions.filter(effective_on=version.effective_on).supersede(at)
    agreement.versions.proposed().filter(pk=version.pk).update(state=VersionState.IN_FORCE, settled_at=at)
    ends = version.is_cancellation
    path = ["agreement_ends"] if ends else ["all_signed", str(version.number)]
    day = version.last_on if ends else version.effective_on
    write_down(agreement, found, [path, None, day.isoformat()], by=by, at=at)


def _begin(agreement: Agreement, document: AgreementDocument, *, by: User | None, at: datetime) -> None:
    """The months that both sides have signed with the first version; from now on the agreement is one."""
    carry_out(month_plan(agreement, None, document, at=at, alone=True), agreement, by=by, at=at)
    agreement.is_draft = False
    agreement.save(update_fields=["is_draft"])


def version_document(version: Version) -> AgreementDocument:
    """The terms as they were written, without the months."""
    return whole_document(version).terms_only


def whole_document(version: Version) -> AgreementDocument:
    """With the months, where it is the first one and has them."""
    return read(version.text) if version.text else document_of(version.agreement, version).terms_only


def _set_version(
    version: Version, document: AgreementDocument, found: list[Difference], *, by: User | None, at: datetime
) -> None:
    if version.effective_on != document.effective_on:
        version.agreement.versions.filter(effective_on=document.effective_on).supersede(at)  # an end of the agreement
        _add_version(version.agreement, document, by=by, at=at)
    elif any(difference.is_of_version for difference in found):
        Version.objects.filter(pk=version.pk).supersede(at)
        _add_version(version.agreement, document, by=by, at=at)


def _add_version(agreement: Agreement, document: AgreementDocument, *, by: User | None, at: datetime) -> None:
    _add_parts(Version.objects.create(**_version_fields(agreement, document, by=by, at=at)), document)


def _add_parts(version: Version, document: AgreementDocument) -> None:
    Tier.objects.bulk_create(
        Tier(version=version, name=name, order=order, points=points_of(document.points, name))
        for order, name in enumerate(document.known_tiers)
    )
    Objective.objects.bulk_create(Objective.of(version, promise) for promise in document.promises)


def next_number(agreement: Agreement) -> int:
    """What was proposed keeps its number, whatever became of it."""
    numbered = agreement.versions.exclude(state=VersionState.DRAFT)
    return int(numbered.aggregate(last=Max("number"))["last"] or 0) + 1


def _version_fields(
    agreement: Agreement, document: AgreementDocument, *, by: User | None, at: datetime
) -> dict[str, Any]:
    return {"agreement": agreement, "number": next_number(agreement), **text_fields(agreement, document, by=by, at=at)}


def text_fields(agreement: Agreement, document: AgreementDocument, *, by: User | None, at: datetime) -> dict[str, Any]:
    """What a version says; that of the first one says the months, which both sides sign with it."""
    text = document if agreement.is_draft else document.terms_only
    return {
        "heading": {key: str(getattr(document, key)) for key in HEADING},
        "text": write(text),
        "digest": digest(text),
        "made_at": at,
        "made_by": by,
        "effective_on": document.effective_on,
        "calendar": document.calendar.as_json(),
        "warn_share": document.warn_share,
        "automated_counts": document.automated_counts,
        "return_within_working_days": document.return_within_working_days,
        "exceptions": [pause.as_json() for pause in document.exceptions],
        "pacing": document.pacing,
        "groups": {key: GROUPS[key].stored(document) for key in document.groups},
    }


def write_down(
    agreement: Agreement, found: list[Difference], said: list[Any] | None = None, *, by: User | None, at: datetime
) -> None:
    """`said` is what happened, before what it changed."""
    lines = [*([said] if said else []), *(difference.as_json() for difference in found)]
    Change.objects.create(agreement=agreement, by=by, at=at, lines=lines)
