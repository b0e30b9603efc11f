"""Actions: make or change an agreement so that it says what a document says."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.document.clauses import AgreementDocument
from agreements.document.differences import Difference, differences
from agreements.document.stored import document_of
from agreements.models import Agreement, Change, Objective, Version
from agreements.months.plans import carry_out, month_plan
from smarketing.accounts.models import Side, Team, User

FIXED = ("time_zone", "marketing_team", "sales_team")


class AmendmentRefused(Exception):
    """`key` names what of the document is refused; the text is for the person who tried."""

    def __init__(self, key: str, text: str) -> None:
        super().__init__(text)
        self.key = key


class FixedByHandoffs(AmendmentRefused):
    """Teams and time zone of an agreement under which leads were handed over."""


class EarlierThanLatest(AmendmentRefused):
    """A new version is in force later than those before it."""


@dataclass(frozen=True)
class Amendment:
    """What changed, clause by clause, and how many handoffs were measured under the terms before it.

    `told` says in words which months stay as they are, or wait for the other side.
    """

    agreement: Agreement
    is_new: bool
    differences: tuple[Difference, ...]
    measured_before: int = 0
    told: tuple[str, ...] = ()

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


def apply(document: AgreementDocument, *, by: User | None, at: datetime) -> Amendment:
    """Creates the agreement of that slug, or amends it. A document that says the same as the rows changes nothing.

    The same effective date as an existing version corrects that one, a later one adds a version.
    """
    try:
        return _apply(document, by=by, at=at)
    except IntegrityError:
        return _apply(document, by=by, at=at)  # somebody else made it in this moment: now there is one to amend


def _apply(document: AgreementDocument, *, by: User | None, at: datetime) -> Amendment:
    with transaction.atomic():
        agreement = Agreement.objects.select_for_update().filter(slug=document.slug).first()
        if agreement is None:
            return _create(document, by=by, at=at)
        return _amend(agreement, document, by=by, at=at)


def _create(document: AgreementDocument, *, by: User | None, at: datetime) -> Amendment:
    agreement = Agreement.objects.create(slug=document.slug, **_heading(document))
    _add_version(agreement, document)
    plan = month_plan(agreement, None, document, by=by, at=at)
    told = carry_out(plan, agreement, by=by, at=at)
    found = differences(None, plan.document)
    _write_down(agreement, found, by=by, at=at)
    return Amendment(agreement, True, tuple(found), told=told)


def _amend(agreement: Agreement, document: AgreementDocument, *, by: User | None, at: datetime) -> Amendment:
    version = _version_to_amend(agreement, document.effective_on)
    former = document_of(agreement, version)
    plan = month_plan(agreement, former, document, by=by, at=at)
    document, found = plan.document, differences(former, plan.document)
    if not found:
        return Amendment(agreement, False, (), told=carry_out(plan, agreement, by=by, at=at))
    _refuse_fixed(agreement, found)
    measured = _measured_before(agreement, version, document.effective_on, found)
    _set_heading(agreement, document)
    _set_version(version, document, found, at)
    told = carry_out(plan, agreement, by=by, at=at)
    _write_down(agreement, found, by=by, at=at)
    return Amendment(agreement, False, tuple(found), measured, told)


def _version_to_amend(agreement: Agreement, effective_on: date) -> Version:
    """The version of that date, else the latest, on which a new one is built."""
    current = agreement.versions.current().order_by("-effective_on")
    latest = current[0]
    same = current.filter(effective_on=effective_on).first()
    if same is None and effective_on < latest.effective_on:
        text = _("There is a version in force from %(latest)s: a new one begins later, not on %(on)s.")
        raise EarlierThanLatest("effective_on", text % {"latest": latest.effective_on, "on": effective_on})
    return same or latest


def _refuse_fixed(agreement: Agreement, found: list[Difference]) -> None:
    for difference in found:
        if difference.path[0] in FIXED and agreement.handoffs.exists():
            text = _("Leads were handed over under this agreement: its teams and its time zone stay as they are.")
            raise FixedByHandoffs(difference.path[0], text)


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
        "marketing_team": _team(document.marketing_team, Side.MARKETING),
        "sales_team": _team(document.sales_team, Side.SALES),
        "service_team": service_team,
    }


def _set_heading(agreement: Agreement, document: AgreementDocument) -> None:
    heading = _heading(document)
    for name, value in heading.items():
        setattr(agreement, name, value)
    agreement.save(update_fields=[*heading])


def _team(name: str, side: Side) -> Team:
    return Team.objects.get_or_create(name=name, side=side)[0]


def _set_version(version: Version, document: AgreementDocument, found: list[Difference], at: datetime) -> None:
    if version.effective_on != document.effective_on:
        _add_version(version.agreement, document)
    elif any(difference.measures for difference in found):
        Version.objects.filter(pk=version.pk).update(superseded_at=at)
        _add_version(version.agreement, document)
    else:
        Version.objects.filter(pk=version.pk).update(pacing=document.pacing)


def _add_version(agreement: Agreement, document: AgreementDocument) -> None:
    version = Version.objects.create(
        agreement=agreement,
        effective_on=document.effective_on,
        calendar=document.calendar.as_json(),
        warn_share=document.warn_share,
        automated_counts=document.automated_counts,
        return_within_working_days=document.return_within_working_days,
        tiers=list(document.tiers),
        exceptions=[pause.as_json() for pause in document.exceptions],
        pacing=document.pacing,
    )
    Objective.objects.bulk_create(Objective.of(version, promise) for promise in document.promises)


def _write_down(agreement: Agreement, found: list[Difference], *, by: User | None, at: datetime) -> None:
    lines = [difference.as_json() for difference in found]
    Change.objects.create(agreement=agreement, by=by, at=at, lines=lines)
