from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Exists, Func, IntegerField, Manager, OuterRef, Q, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from agreements.enums import ExceptionState, VersionState
from smarketing.accounts.rights import Verb
from smarketing.lib.periods import Period

if TYPE_CHECKING:
    from agreements.models import AgreedException, Agreement, FrictionReport, Signature, Target, Version  # noqa: F401 - for mypy, which reads the strings below
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
        """Whoever matches names sees who is in the sales team: that stays in its house."""
        own = self.granted(access, Verb.MATCH)
        return own if access.is_administrator else own.filter(sales_team__organisation=access.organisation)

    def with_teams(self) -> "AgreementQuerySet":
        return self.select_related("marketing_team", "sales_team", "service_team")


class BegunManager(Manager.from_queryset(AgreementQuerySet)):  # type: ignore[misc]
    """Agreements of which something was agreed at some time. What is still being written nobody is measured by."""

    def get_queryset(self) -> AgreementQuerySet:
        found: AgreementQuerySet = super().get_queryset().filter(is_draft=False)
        return found


# What may change of a signed version: how far it has come, and nothing that was signed.
COURSE = frozenset(
    {"state", "superseded_at", "settled_at", "settled_by", "reason", "reminded_at", "reminded_by", "heeded_at"}
)


class VersionIsFixed(Exception):
    """What is proposed, or is or was in force, is not changed: another version supersedes it."""


class VersionQuerySet(QuerySet["Version"]):
    def update(self, **values: Any) -> int:
        """Raises VersionIsFixed for what was signed."""
        if not values.keys() <= COURSE and self.filter(signatures__isnull=False).exists():
            raise VersionIsFixed
        return super().update(**values)

    def agreed(self) -> "VersionQuerySet":
        """Those that are or were in force, and the ends of the agreement."""
        return self.filter(state__in=(VersionState.IN_FORCE, VersionState.SUPERSEDED))

    def dated(self) -> "VersionQuerySet":
        """What is in force from some day on, which may be nothing: neither proposals nor what was superseded."""
        return self.filter(superseded_at=None, state=VersionState.IN_FORCE)

    def current(self) -> "VersionQuerySet":
        """The terms among those."""
        return self.dated().filter(is_cancellation=False)

    def drafts(self) -> "VersionQuerySet":
        return self.filter(state=VersionState.DRAFT).order_by("pk")

    def shared_drafts(self) -> "VersionQuerySet":
        """Those in which the people of both sides write."""
        return self.drafts().filter(is_shared=True)

    def proposed(self) -> "VersionQuerySet":
        return self.filter(state=VersionState.PROPOSED)

    def declined(self) -> "VersionQuerySet":
        """Those to which who proposed them has not turned since: neither left at that, nor proposed or written anew."""
        anew = Q(proposed_at__gt=OuterRef("settled_at")) | Q(made_at__gt=OuterRef("settled_at"))
        anew &= Q(made_by=OuterRef("proposed_by")) | Q(is_shared=True) | Q(proposed_at__isnull=False)
        since = Exists(self.model.objects.filter(anew, agreement=OuterRef("agreement")))
        return self.filter(~since, state=VersionState.DECLINED, heeded_at=None)

    def supersede(self, at: datetime) -> int:
        return self.dated().update(superseded_at=at, state=VersionState.SUPERSEDED)


class PartQuerySet(QuerySet[Any]):
    """Rows of a version: those of one that was signed stay as they are."""

    def update(self, **values: Any) -> int:
        self._refuse_signed()
        return super().update(**values)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._refuse_signed()
        return super().delete()

    def _refuse_signed(self) -> None:
        if self.filter(version__signatures__isnull=False).exists():
            raise VersionIsFixed


class SignatureQuerySet(QuerySet["Signature"]):
    def update(self, **values: Any) -> int:
        raise VersionIsFixed

    def delete(self) -> tuple[int, dict[str, int]]:
        raise VersionIsFixed


class ExceptionQuerySet(QuerySet["AgreedException"]):
    def agreed(self) -> "ExceptionQuerySet":
        """Those that count or once counted."""
        return self.filter(state=ExceptionState.AGREED)

    def current(self) -> "ExceptionQuerySet":
        """Those that nothing has replaced."""
        return self.agreed().filter(replaced_at=None)

    def waiting(self) -> "ExceptionQuerySet":
        return self.filter(state=ExceptionState.PROPOSED)

    def of_former(self) -> "ExceptionQuerySet":
        """Those that cover what was measured before they were agreed, which may not know of them yet."""
        return self.agreed().filter(covers_measured=True, applied_at=None)

    def pausing_leads(self) -> "ExceptionQuerySet":
        """Those in which the clock of a lead pauses: neither a target alone, nor service's clock."""
        return self.filter(Q(pauses_marketing=True) | Q(pauses_sales=True))


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

    def of_themselves(self) -> "TargetQuerySet":
        """Without those of an exception, which are answered with it."""
        return self.filter(exception=None)

    def former(self) -> "TargetQuerySet":
        """Those that counted until another one was agreed."""
        return self.filter(agreed_at__isnull=False, superseded_at__isnull=False)

    def within(self, period: Period) -> "TargetQuerySet":
        return self.filter(month__range=(period.start_on, period.end_on))
