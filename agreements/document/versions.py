"""Actions: make or change an agreement so that it says what a document says."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.document.clauses import AgreementDocument
from agreements.document.differences import Difference, differences
from agreements.document.groups import GROUPS
from agreements.document.stored import document_of
from agreements.document.text import HEADING, digest, read, write
from agreements.enums import VersionState
from agreements.models import Agreement, Change, Objective, ReturnReason, Tier, Version
from agreements.months.plans import carry_out, month_plan
from agreements.months.proposing import decides_alone
from agreements.months.targets import ASSUMED, points_of
from smarketing.accounts.models import Membership, Role, Side, Team, User

MONTH_FIELDS = (*ASSUMED, "quotas", "quota_parts", "targets", "tier_targets")
FIXED = ("time_zone", "marketing_team", "sales_team")


class AmendmentRefused(Exception):
    """`key` names what of the document is refused; the text is for the person who tried."""

    def __init__(self, key: str, text: str) -> None:
        super().__init__(text)
        self.key = key


class FixedByHandoffs(AmendmentRefused):
    """Teams and time zone of an agreement under which leads were handed over."""


class ReasonInUse(AmendmentRefused):
    """What handoffs were returned for stays a reason, and counts as it did."""


class ChangedMeanwhile(AmendmentRefused):
    """Somebody else amended the agreement since its document was looked at."""


class NameTaken(AmendmentRefused):
    """A new agreement of a short name that there is already."""


class DraftAnswered(AmendmentRefused):
    """Somebody else has answered, withdrawn or replaced the draft."""


class EarlierThanLatest(AmendmentRefused):
    """A new version is in force later than those before it."""


@dataclass(frozen=True)
class Amendment:
    """What changed, clause by clause, and how many handoffs were measured under the terms before it.

    `told` says in words which months stay as they are, or wait for the other side. `missing` are the teams whose
    consent is missing: the terms are then kept as a draft.
    """

    agreement: Agreement
    is_new: bool
    differences: tuple[Difference, ...]
    measured_before: int = 0
    told: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

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
    drafted_by: User | None = None,
) -> Amendment:
    """Creates the agreement of that slug, or amends it. A document that says the same as the rows changes nothing.

    The same effective date as an existing version corrects that one, a later one adds a version. `seen` is the digest
    of the document that was changed: raises ChangedMeanwhile where it is no longer that. With `is_new` raises NameTaken
    for an agreement that there is. What the lead of one side changes in the terms is kept as a draft, unless
    `drafted_by` consents for the other side.
    """
    try:
        return _apply(document, by=by, at=at, seen=seen, is_new=is_new, also=drafted_by)
    except IntegrityError:  # somebody else made it in this moment: now there is one to amend
        return _apply(document, by=by, at=at, seen=seen, is_new=is_new, also=drafted_by)


def _apply(
    document: AgreementDocument, *, by: User | None, at: datetime, seen: str | None, is_new: bool, also: User | None
) -> Amendment:
    with transaction.atomic():
        agreement = Agreement.objects.select_for_update().filter(slug=document.slug).first()
        if agreement is None:
            return _create(document, by=by, at=at)
        if is_new:
            raise NameTaken("slug", _("An agreement with this short name already exists."))
        if seen is not None and seen != digest(document_of(agreement)):
            text = _("Somebody else has changed this agreement in the meantime. Check your entries and save again.")
            raise ChangedMeanwhile("", text)
        return _amend(agreement, document, by=by, at=at, also=also)


def _create(document: AgreementDocument, *, by: User | None, at: datetime) -> Amendment:
    agreement = Agreement.objects.create(slug=document.slug, **_heading(document))
    ReturnReason.objects.bulk_create(ReturnReason.rows(agreement, document.return_reasons))
    _add_version(agreement, document, by=by, at=at)
    plan = month_plan(agreement, None, document, by=by, at=at)
    told = carry_out(plan, agreement, by=by, at=at)
    found = differences(None, plan.document)
    _write_down(agreement, found, by=by, at=at)
    return Amendment(agreement, True, tuple(found), told=told)


def _amend(
    agreement: Agreement, document: AgreementDocument, *, by: User | None, at: datetime, also: User | None
) -> Amendment:
    version = _version_to_amend(agreement, document.effective_on)
    former = document_of(agreement, version)
    plan = month_plan(agreement, former, document, by=by, at=at)
    document, found = plan.document, differences(former, plan.document)
    if not found:
        return Amendment(agreement, False, (), told=carry_out(plan, agreement, by=by, at=at))
    _refuse_fixed(agreement, found)
    _refuse_reasons_in_use(agreement, document)
    missing = () if decides_alone(by) else missing_consent(agreement, by, also)
    if missing and any(difference.is_of_terms for difference in found):
        _keep_draft(agreement, document, by=by, at=at)
        told = carry_out(replace(plan, document=_with_its_terms(former, document)), agreement, by=by, at=at)
        return Amendment(agreement, False, tuple(found), told=told, missing=missing)
    measured = _measured_before(agreement, version, document.effective_on, found)
    _set_heading(agreement, document)
    _set_reasons(agreement, document)
    _set_version(version, document, found, by=by, at=at)
    told = carry_out(plan, agreement, by=by, at=at)
    _write_down(agreement, found, by=by, at=at)
    return Amendment(agreement, False, tuple(found), measured, told)


def _version_to_amend(agreement: Agreement, effective_on: date) -> Version:
    """The version of that date, else the latest, on which a new one is built."""
    current = agreement.versions.current().order_by("-effective_on")
    latest = current[0]
    same = current.filter(effective_on=effective_on).first()
    if same is None and effective_on < latest.effective_on:
        text = _("A version is in force from %(latest)s: a new one must begin later, not on %(on)s.")
        raise EarlierThanLatest("effective_on", text % {"latest": latest.effective_on, "on": effective_on})
    return same or latest


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


def _heading(document: AgreementDocument) -> dict[str, Any]:
    service_team = _team(document.service_team, Side.SERVICE) if document.service_team else None
    return {
        "name": document.name,
        "time_zone": document.time_zone,
        "currency": document.currency,
        "year_begins": document.year_begins,
        "marketing_team": _team(document.marketing_team, Side.MARKETING),
        "sales_team": _team(document.sales_team, Side.SALES),
        "service_team": service_team,
    }


def _set_heading(agreement: Agreement, document: AgreementDocument) -> None:
    heading = _heading(document)
    for name, value in heading.items():
        setattr(agreement, name, value)
    agreement.save(update_fields=[*heading])


def _set_reasons(agreement: Agreement, document: AgreementDocument) -> None:
    if [reason.clause for reason in agreement.return_reasons.all()] != list(document.return_reasons):
        agreement.return_reasons.all().delete()
        ReturnReason.objects.bulk_create(ReturnReason.rows(agreement, document.return_reasons))


def _team(name: str, side: Side) -> Team:
    return Team.objects.get_or_create(name=name, side=side)[0]


def missing_consent(agreement: Agreement, *people: User | None) -> tuple[str, ...]:
    """The teams that none of these people leads."""
    led = Membership.objects.filter(user__in=[one for one in people if one], role=Role.LEAD)
    teams = set(led.values_list("team_id", flat=True))
    return tuple(team.name for team in (agreement.marketing_team, agreement.sales_team) if team.pk not in teams)


def _with_its_terms(former: AgreementDocument, document: AgreementDocument) -> AgreementDocument:
    return replace(former, **{key: getattr(document, key) for key in MONTH_FIELDS})


def _keep_draft(agreement: Agreement, document: AgreementDocument, *, by: User | None, at: datetime) -> None:
    """One draft a person: writing again replaces it."""
    agreement.versions.drafts().filter(made_by=by).delete()
    Version.objects.create(**_version_fields(agreement, document, by=by, at=at), state=VersionState.DRAFT)


def may_agree(draft: Version, by: User) -> bool:
    """An administrator, or who leads every team whose consent is missing; nobody agrees to the own draft."""
    if decides_alone(by):
        return True
    return by.pk != draft.made_by_id and not missing_consent(draft.agreement, draft.made_by, by)


def may_decline(draft: Version, by: User) -> bool:
    """Who leads one of the teams whose consent is missing."""
    if decides_alone(by):
        return True
    missing = missing_consent(draft.agreement, draft.made_by)
    return by.pk != draft.made_by_id and len(missing_consent(draft.agreement, draft.made_by, by)) < len(missing)


def put_in_force(draft: Version, *, by: User, at: datetime) -> Amendment:
    """What the draft says of the terms takes effect; the months stay as they are. Raises as `apply` does."""
    with transaction.atomic():
        agreement = Agreement.objects.select_for_update().get(pk=draft.agreement_id)
        document = drafted(_standing(draft))
        agreement.versions.drafts().filter(pk=draft.pk).delete()
        return apply(document, by=by, at=at, drafted_by=draft.made_by)


def discard(draft: Version, *, by: User, at: datetime, reason: str = "") -> None:
    """Takes it back, or (with a reason) declines it: the agreement's history tells that."""
    with transaction.atomic():
        Agreement.objects.select_for_update().get(pk=draft.agreement_id)
        standing = _standing(draft)
        path = ["draft_declined" if reason else "draft_withdrawn"]
        author = standing.made_by.name if standing.made_by else ""
        lines = [[path, None, " · ".join(part for part in (author, reason) if part)]]
        Change.objects.create(agreement=standing.agreement, by=by, at=at, lines=lines)
        draft.agreement.versions.drafts().filter(pk=draft.pk).delete()


def _standing(draft: Version) -> Version:
    """The draft as it is now that the agreement is locked."""
    standing = draft.agreement.versions.drafts().filter(pk=draft.pk).select_related("agreement", "made_by").first()
    if standing is None:
        raise DraftAnswered("", _("This draft has been answered or taken back in the meantime."))
    return standing


def drafted(draft: Version) -> AgreementDocument:
    """The document of a draft, with the months as they are now."""
    return _with_its_terms(read(draft.text), document_of(draft.agreement))


def draft_differences(draft: Version) -> list[Difference]:
    """What would change if it took effect now."""
    document = drafted(draft)
    current = draft.agreement.versions.current().filter(effective_on=document.effective_on).first()
    return differences(document_of(draft.agreement, current), document)


def _set_version(
    version: Version, document: AgreementDocument, found: list[Difference], *, by: User | None, at: datetime
) -> None:
    if version.effective_on != document.effective_on:
        _add_version(version.agreement, document, by=by, at=at)
    elif any(difference.is_of_version for difference in found):
        Version.objects.filter(pk=version.pk).supersede(at)
        _add_version(version.agreement, document, by=by, at=at)


def _add_version(agreement: Agreement, document: AgreementDocument, *, by: User | None, at: datetime) -> None:
    version = Version.objects.create(**_version_fields(agreement, document, by=by, at=at))
    Tier.objects.bulk_create(
        Tier(version=version, name=name, order=order, points=points_of(document.points, name))
        for order, name in enumerate(document.known_tiers)
    )
    Objective.objects.bulk_create(Objective.of(version, promise) for promise in document.promises)


def _version_fields(
    agreement: Agreement, document: AgreementDocument, *, by: User | None, at: datetime
) -> dict[str, Any]:
    last = agreement.versions.agreed().aggregate(last=Max("number"))["last"] or 0
    return {
        "agreement": agreement,
        "number": last + 1,
        "heading": {key: str(getattr(document, key)) for key in HEADING},
        "text": write(document),
        "digest": digest(document),
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


def _write_down(agreement: Agreement, found: list[Difference], *, by: User | None, at: datetime) -> None:
    lines = [difference.as_json() for difference in found]
    Change.objects.create(agreement=agreement, by=by, at=at, lines=lines)
