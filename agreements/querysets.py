from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, IntegerField, Q, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from agreements.enums import VersionState
from smarketing.accounts.rights import Verb
from smarketing.lib.periods import Period

if TYPE_CHECKING:
    from agreements.models import Agreement, Target, Version  # noqa: F401 - for mypy, which reads the strings below
    from smarketing.accounts.access import Access


class DayOfMonth(Func):
    """For constraints. `month__day` needs a function of Django's on SQLite, and no plain tool could check the file."""

    template = "EXTRACT(DAY FROM %(expressions)s)"
    output_field = IntegerField()

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        template = "CAST(SUBSTR(%(expressions)s, 9, 2) AS INTEGER)"
        return self.as_sql(compiler, connection, template=template, **extra)


class AgreementQuerySet(QuerySet["Agreement"]):
    def granted(self, access: "Access", verb: Verb) -> "AgreementQuerySet":
        """Those with which this person may do so."""
        return self.filter(access.where(verb))

    def visible_to(self, access: "Access") -> "AgreementQuerySet":
        return self.granted(access, Verb.READ)

    def marketed_by(self, access: "Access") -> "AgreementQuerySet":
        return self.granted(access, Verb.MARKET)

    def sold_by(self, access: "Access") -> "AgreementQuerySet":
        return self.granted(access, Verb.FOLLOW_UP)

    def led_by(self, access: "Access") -> "AgreementQuerySet":
        return self.granted(access, Verb.MATCH)

    def with_teams(self) -> "AgreementQuerySet":
        return self.select_related("marketing_team", "sales_team", "service_team")


class VersionQuerySet(QuerySet["Version"]):
    def current(self) -> "VersionQuerySet":
        """In force: neither drafts nor what a correction of the same date replaced."""
        return self.filter(superseded_at=None, state=VersionState.IN_FORCE)

    def drafts(self) -> "VersionQuerySet":
        return self.filter(state=VersionState.DRAFT).order_by("pk")

    def agreed(self) -> "VersionQuerySet":
        """Those that are or were in force."""
        return self.exclude(state=VersionState.DRAFT)

    def supersede(self, at: datetime) -> int:
        return self.current().update(superseded_at=at, state=VersionState.SUPERSEDED)


class TargetQuerySet(QuerySet["Target"]):
    def agreed(self) -> "TargetQuerySet":
        """Those that count: neither proposals nor what was replaced."""
        return self.filter(agreed_at__isnull=False, superseded_at=None)

    def agreed_before(self, at: datetime) -> "TargetQuerySet":
        """Those that counted until that instant, whatever has replaced them since."""
        return self.filter(Q(superseded_at=None) | Q(superseded_at__gte=at), agreed_at__lt=at)

    def waiting(self) -> "TargetQuerySet":
        """Proposals that lack a consent."""
        return self.filter(agreed_at=None, superseded_at=None, declined_at=None)

    def former(self) -> "TargetQuerySet":
        """Those that counted until another one was agreed."""
        return self.filter(agreed_at__isnull=False, superseded_at__isnull=False)

    def within(self, period: Period) -> "TargetQuerySet":
        return self.filter(month__range=(period.start_on, period.end_on))
