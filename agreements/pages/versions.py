"""Reads: versions as the pages show them: in words, side by side, with who has signed and what is still missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from agreements.document.differences import Difference, differences
from agreements.document.stored import document_of
from agreements.document.versions import stand_of, version_document, whole_document
from agreements.enums import VersionState
from agreements.models import Agreement, Signature, Version
from agreements.pages.months.capacity_sheet import CapacitySheet, first_sheet, proposed_sheet
from agreements.pages.reading.chapters import ReadAgreement
from agreements.pages.reading.history import ClauseChange, clause_change
from agreements.pages.reading.of_version import as_written
from agreements.querysets import VersionQuerySet
from agreements.signing.parties import Party, missing, parties, sides_signed_by
from agreements.signing.proposals import may_propose
from agreements.signing.signatures import may_leave, may_sign, may_withdraw
from agreements.terms import in_force, timeline, today_of
from smarketing.accounts.access import Access
from smarketing.accounts.models import User
from smarketing.accounts.rights import Verb


@dataclass(frozen=True)
class ShownVersion:
    """`standing` says in words where it stands today; `before` is the version that it changes, or has changed;
    `answered` what it says otherwise than the proposal that it answers. `signed`: parties as its text names them.
    `may_answer`: it was declined, and a text of one's own may begin from it.
    """

    version: Version
    standing: str
    signed: list[tuple[Party, str, Signature | None]]
    changes: list[ClauseChange]
    before: Version | None
    reading: ReadAgreement | None
    answered: list[ClauseChange]
    may_propose: bool
    may_sign: bool
    may_withdraw: bool
    may_counter: bool
    may_leave: bool
    may_answer: bool
    signs: bool
    capacity: CapacitySheet | None

    @property
    def missing(self) -> list[Party]:
        return [party for party, _name, signature in self.signed if signature is None]


@dataclass(frozen=True)
class NamedVersion:
    version: Version
    standing: str


def readable(agreement: Agreement, reader: User, access: Access) -> VersionQuerySet:
    """Drafts are their authors'; one from a file, or shared, is for those who amend the agreement."""
    own = Q(made_by=reader, is_shared=False)
    drafts = own | Q(made_by=None) | Q(is_shared=True) if access.may(Verb.AMEND, agreement) else own
    found: VersionQuerySet = agreement.versions.filter(~Q(state=VersionState.DRAFT) | drafts)
    return found.select_related("agreement", "made_by", "proposed_by", "settled_by", "reminded_by", "answers")


def named(agreement: Agreement, versions: Sequence[Version], today: date) -> list[NamedVersion]:
    """The newest first."""
    dated = _dated(agreement)
    ordered = sorted(versions, key=lambda version: (version.state == VersionState.DRAFT, version.number), reverse=True)
    return [NamedVersion(version, standing(version, dated, today)) for version in ordered]


def shown(version: Version, reader: User, access: Access, at: datetime) -> ShownVersion:
    today = today_of(version.agreement, at)
    before, dated = former(version), _dated(version.agreement)
    signatures = {row.side: row for row in version.signatures.select_related("signed_by")}
    may_amend = access.may(Verb.AMEND, version.agreement)
    is_proposed = version.state == VersionState.PROPOSED
    reading = as_written(version, dated, today)
    return ShownVersion(
        version=version,
        standing=standing(version, dated, today),
        signed=[
            (party, getattr(reading.document, f"{party.side}_team") if reading else "", signatures.get(party.side))
            for party in parties(version.agreement, today)
        ],
        changes=compared(before, version) if before else [],
        before=before,
        reading=reading,
        answered=compared(version.answers, version) if version.answers else [],
        may_propose=may_propose(version, reader),
        may_sign=may_sign(version, reader, at),
        may_withdraw=may_withdraw(version, reader, at),
        may_leave=may_leave(version, reader, at),
        may_answer=may_amend and not may_leave(version, reader, at) and _is_to_answer(version),
        capacity=_capacity(version, today),
        signs=bool(sides_signed_by(version.agreement, reader, today)),
        may_counter=is_proposed and may_amend and not version.is_cancellation and version.proposed_by_id != reader.pk,
    )


def _is_to_answer(version: Version) -> bool:
    """Declined, nothing else is proposed since, and what is in force is what it was written against."""
    if version.state != VersionState.DECLINED or version.is_cancellation:
        return False
    agreement = version.agreement
    return version.built_on == stand_of(agreement) and not agreement.versions.proposed().exists()


def _capacity(version: Version, today: date) -> CapacitySheet | None:
    """Before it is signed: whether sales has the time for it."""
    is_open = version.state in (VersionState.DRAFT, VersionState.PROPOSED)
    if version.is_cancellation or not is_open:
        return None
    agreement = version.agreement
    if agreement.is_draft:
        return first_sheet(whole_document(version))
    document = version_document(version).with_months_of(document_of(agreement))
    return proposed_sheet(agreement, document, timeline(agreement).versions, today=today)


def standing(version: Version, dated: Sequence[Version], today: date) -> str:
    on = date_format(version.effective_on, "DATE_FORMAT")
    if version.state != VersionState.IN_FORCE:
        return str(version.get_state_display())
    if version.is_cancellation:
        return _("ends after %(on)s") % {"on": date_format(version.last_on, "DATE_FORMAT")}
    if version.effective_on > today:
        return _("agreed, in force from %(on)s") % {"on": on}
    if in_force(list(dated), today).pk == version.pk:
        return _("in force since %(on)s") % {"on": on}
    return _("was in force from %(on)s") % {"on": on}


def former(version: Version) -> Version | None:
    """What it changes: the version of its day that it superseded, else the one in force before it."""
    is_open = version.state in (VersionState.DRAFT, VersionState.PROPOSED)
    earlier = version.agreement.versions.filter(is_cancellation=False, effective_on__lte=version.effective_on)
    if is_open:
        return earlier.current().order_by("effective_on").last()
    return earlier.agreed().filter(number__lt=version.number).order_by("effective_on", "number").last()


def compared(one: Version, other: Version) -> list[ClauseChange]:
    """What the other one says otherwise, in words."""
    if one.is_cancellation or other.is_cancellation:
        return []
    return in_words(differences(version_document(one), version_document(other)))


def in_words(found: list[Difference]) -> list[ClauseChange]:
    return [clause_change(difference.as_json()) for difference in found]


def waiting_for(reader: User, access: Access, at: datetime) -> list[Version]:
    """The proposals that wait for this person's signature."""
    agreements = Agreement.every.visible_to(access)
    proposed = Version.objects.proposed().filter(agreement__in=agreements).order_by("proposed_at")
    found = proposed.select_related("agreement__marketing_team", "agreement__sales_team", "agreement__service_team")
    return [version for version in found.select_related("reminded_by") if may_sign(version, reader, at)]


def proposal(agreement: Agreement, at: datetime) -> tuple[Version, list[Party]] | None:
    """What is proposed, and whose signature is missing."""
    version = agreement.versions.proposed().select_related("agreement", "proposed_by", "reminded_by").first()
    if version is None:
        return None
    left = missing(version)
    return version, [party for party in parties(agreement, today_of(agreement, at)) if party.side in left]


def _dated(agreement: Agreement) -> list[Version]:
    return list(agreement.versions.dated().order_by("effective_on"))
