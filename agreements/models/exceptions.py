from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agreements.document.clauses import PauseClause, moment_of
from agreements.enums import ExceptionState
from agreements.models.terms import Agreement
from agreements.querysets import ExceptionQuerySet
from smarketing.accounts.models import Side


class AgreedException(models.Model):
    """A time agreed by every party that it concerns, beyond the terms, in which clocks pause or targets change.

    `begins` and `ends` are days, the last one included, or local times, as in the exceptions of the terms. One that
    `replaces` another says another end for it, without one it calls it off; as soon as it is agreed the other counts
    no more. Where it was agreed that it `covers_measured`, it counts from `applied_at` on also for what was measured
    before it was agreed. The clock of service is the working days until the friction report is due.
    """

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="agreed_exceptions")
    begins = models.CharField(_("from"), max_length=25)
    ends = models.CharField(_("to"), max_length=25)
    reason = models.CharField(_("why"), max_length=300)
    pauses_marketing = models.BooleanField(_("marketing's clocks pause"), default=False)
    pauses_sales = models.BooleanField(_("sales' clocks pause"), default=False)
    pauses_service = models.BooleanField(_("service's clock pauses"), default=False)
    covers_measured = models.BooleanField(_("it counts also for what was measured before"), default=False)
    end_reason = models.CharField(_("why it ends otherwise"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=ExceptionState.choices, default=ExceptionState.PROPOSED)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="replaced_by")
    side = models.CharField(_("proposed for"), max_length=10, choices=Side.choices)
    proposed_at = models.DateTimeField(_("proposed"))
    proposed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(_("answered"), null=True)
    settled_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    answer = models.CharField(_("reason"), max_length=300, blank=True)
    replaced_at = models.DateTimeField(_("replaced"), null=True)
    applied_at = models.DateTimeField(_("measured again"), null=True)
    applied_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")

    objects = ExceptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreed exception")
        verbose_name_plural = _("agreed exceptions")
        ordering = ["begins", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["replaces"], condition=Q(state=ExceptionState.PROPOSED), name="one_open_end_per_exception"
            ),
            models.UniqueConstraint(
                fields=["replaces"], condition=Q(state=ExceptionState.AGREED), name="one_end_per_exception"
            ),
        ]

    def __str__(self) -> str:
        return self.reason

    @property
    def clause(self) -> PauseClause:
        return PauseClause(moment_of(self.begins), moment_of(self.ends or self.begins), self.reason)

    @property
    def sides(self) -> frozenset[str]:
        return frozenset(side.value for side in Side if getattr(self, f"pauses_{side}"))

    @property
    def is_called_off(self) -> bool:
        return not self.ends

    def instants(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        begin, end = self.clause.instants(zone)
        return (begin, begin) if self.is_called_off else (begin, end)


class ExceptionConsent(models.Model):
    """A party other than the one that has proposed an exception agrees to it. It counts once all of them have."""

    exception = models.ForeignKey(AgreedException, models.CASCADE, related_name="consents")
    side = models.CharField(_("side"), max_length=10, choices=Side.choices)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField(_("accepted"))

    class Meta:
        verbose_name = _("consent to an exception")
        verbose_name_plural = _("consents to exceptions")
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(fields=["exception", "side"], name="one_consent_per_side")]

    def __str__(self) -> str:
        return f"{self.get_side_display()} · {self.exception}"
