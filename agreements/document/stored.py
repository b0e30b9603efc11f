"""Reads: an agreement's rows written out as its document."""

from datetime import date
from decimal import Decimal
from typing import Any

from agreements.document.clauses import AgreementDocument, CalendarClause, PauseClause
from agreements.document.groups.every_group import GROUPS
from agreements.models import Agreement, Target, Version
from agreements.months.agreed import current_assumptions
from agreements.months.targets import Conversion
from agreements.promises.promise import Promise


def document_of(agreement: Agreement, version: Version | None = None) -> AgreementDocument:
    """The document of one version, else of the latest. Raises Version.DoesNotExist where there is none."""
    version = version or agreement.versions.current().latest("effective_on")
    service_team = agreement.service_team
    promises = tuple(row.promised for row in sorted(version.objectives.all(), key=lambda row: row.pk))
    return AgreementDocument(
        slug=agreement.slug,
        name=agreement.name,
        time_zone=agreement.time_zone,
        currency=agreement.currency,
        marketing_team=agreement.marketing_team.name,
        sales_team=agreement.sales_team.name,
        service_team=service_team.name if service_team else "",
        effective_on=version.effective_on,
        calendar=CalendarClause.from_json(version.calendar),
        year_begins=agreement.year_begins,
        pacing=version.pacing,
        warn_share=version.warn_share,
        automated_counts=version.automated_counts,
        return_within_working_days=version.return_within_working_days,
        tiers=_listed_tiers(version, promises),
        points=_points(version),
        exceptions=tuple(PauseClause.from_json(row) for row in version.exceptions),
        promises=promises,
        return_reasons=tuple(reason.clause for reason in agreement.return_reasons.all()),
        groups={key: GROUPS[key].from_stored(rows) for key, rows in version.groups.items()},
        **_months(agreement),
    )


def _listed_tiers(version: Version, promises: tuple[Promise, ...]) -> tuple[str, ...]:
    """None, where they are those that have promises, in that order, and no points: the text then needs no list."""
    names = tuple(tier.name for tier in version.tiers.all())
    promised = tuple(dict.fromkeys(promise.tier for promise in promises if promise.tier))
    return () if names == promised and not _points(version) else names


def _points(version: Version) -> dict[str, int]:
    return {tier.name: tier.points for tier in version.tiers.all() if tier.points is not None}


def _months(agreement: Agreement) -> dict[str, Any]:
    """A target that does not follow from its quota and the current assumptions is written as it is kept."""
    assumptions = current_assumptions(agreement)
    conversion = assumptions.conversion if assumptions else None
    rows = list(agreement.quotas.order_by("month"))
    quotas = {row.month: row.amount for row in rows}
    agreed = agreement.targets.agreed().order_by("month")
    kept = [target for target in agreed if not _follows(target, quotas, conversion)]
    inputs = vars(conversion) if conversion else {}
    return {
        **inputs,
        "propose_on": agreement.propose_on,
        "fewest_customers": agreement.fewest_customers,
        "quotas": quotas,
        "quota_parts": {row.month: row.by_part for row in rows if row.parts},
        "targets": {target.month: target.leads for target in kept},
        "tier_targets": {target.month: target.numbers.leads_by_tier for target in kept if target.by_tier},
    }


def _follows(target: Target, quotas: dict[date, Decimal], conversion: Conversion | None) -> bool:
    month = target.quota_month or target.month
    return not target.is_direct and target.quota == quotas.get(month) and target.conversion == conversion
