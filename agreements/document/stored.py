"""Reads: an agreement's rows written out as its document."""

from agreements.document.clauses import AgreementDocument, CalendarClause, PauseClause
from agreements.models import Agreement, Version


def document_of(agreement: Agreement, version: Version | None = None) -> AgreementDocument:
    """The document of one version, else of the latest. Raises Version.DoesNotExist where there is none."""
    version = version or agreement.versions.current().latest("effective_on")
    service_team = agreement.service_team
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
        pacing=version.pacing,
        warn_share=version.warn_share,
        automated_counts=version.automated_counts,
        return_within_working_days=version.return_within_working_days,
        exceptions=tuple(PauseClause.from_json(row) for row in version.exceptions),
        promises=tuple(row.promised for row in sorted(version.objectives.all(), key=lambda row: row.pk)),
        marketing_share=version.marketing_share,
        average_deal=version.average_deal,
        lead_to_customer=version.lead_to_customer,
        quotas=dict(agreement.quotas.values_list("month", "amount").order_by("month")),
        targets=dict(agreement.targets.values_list("month", "leads").order_by("month")),
    )
