from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

if TYPE_CHECKING:
    from agreements.models import Agreement, Version  # noqa: F401 - for mypy, which reads the strings below
    from smarketing.accounts.access import Access


class AgreementQuerySet(QuerySet["Agreement"]):
    def visible_to(self, access: "Access") -> "AgreementQuerySet":
        if access.is_administrator or access.is_leadership:
            return self
        return self.filter(
            Q(marketing_team__in=access.marketing) | Q(sales_team__in=access.sales) | Q(service_team__in=access.service)
        )

    def marketed_by(self, access: "Access") -> "AgreementQuerySet":
        return self if access.is_administrator else self.filter(marketing_team__in=access.marketing)

    def sold_by(self, access: "Access") -> "AgreementQuerySet":
        return self if access.is_administrator else self.filter(sales_team__in=access.sales)

    def led_by(self, access: "Access") -> "AgreementQuerySet":
        if access.is_administrator:
            return self
        return self.filter(Q(marketing_team__in=access.led) | Q(sales_team__in=access.led))

    def with_teams(self) -> "AgreementQuerySet":
        return self.select_related("marketing_team", "sales_team", "service_team")


class VersionQuerySet(QuerySet["Version"]):
    def current(self) -> "VersionQuerySet":
        """Without those that a correction of the same date replaced."""
        return self.filter(superseded_at=None)
