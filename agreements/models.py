from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from agreements.enums import Pacing
from agreements.promises.measures import promise_of
from agreements.promises.promise import Promise
from agreements.querysets import AgreementQuerySet, VersionQuerySet
from smarketing.accounts.models import Team


class Agreement(models.Model):
    """The internal SLA between one marketing team and one sales team (a service team may join)."""

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=150)
    marketing_team = models.ForeignKey(Team, models.PROTECT, related_name="+", verbose_name=_("marketing team"))
    sales_team = models.ForeignKey(Team, models.PROTECT, related_name="+", verbose_name=_("sales team"))
    service_team = models.ForeignKey(
        Team, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("service team")
    )
    time_zone = models.CharField(_("time zone"), max_length=60)
    currency = models.CharField(_("currency"), max_length=3)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("agreements:detail", args=[self.slug])


class Version(models.Model):
    """One set of terms of an agreement. Every measured number belongs to the version in force at its handoff.

    What handoffs are measured by is never changed in a version: a correction with the same date supersedes it, and
    its handoffs stay with it until somebody recomputes them. Pacing and assumptions, which concern months, may change.

    `calendar` holds {"week": {day: [[from, to]]}, "holidays": {"country", "subdivision"}, "closed": [date],
    "overrides": {date: [[from, to]]}}, as in the TOML form; `exceptions` holds {"from", "to", "reason"} each, days or
    local times, in which every clock pauses.
    """

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="versions")
    effective_on = models.DateField(_("in force from"))
    superseded_at = models.DateTimeField(_("superseded"), null=True)
    pacing = models.CharField(_("pacing"), max_length=10, choices=Pacing.choices, default=Pacing.WORKING)
    calendar = models.JSONField(_("working calendar"))
    warn_share = models.DecimalField(
        _("warn after this share of the time"), max_digits=3, decimal_places=2, default=Decimal("0.75")
    )
    automated_counts = models.BooleanField(_("an automated message counts as an attempt"), default=False)
    return_within_working_days = models.PositiveSmallIntegerField(
        _("a return is taken off its own month for so many working days after it"), default=10
    )
    exceptions = models.JSONField(_("exceptions"), default=list, blank=True)
    marketing_share = models.DecimalField(
        _("share of revenue from marketing leads"), max_digits=20, decimal_places=10, null=True, blank=True
    )
    average_deal = models.DecimalField(_("average deal size"), max_digits=24, decimal_places=6, null=True, blank=True)
    lead_to_customer = models.DecimalField(
        _("lead-to-customer rate"), max_digits=20, decimal_places=10, null=True, blank=True
    )

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["agreement", "effective_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "effective_on"],
                condition=Q(superseded_at=None),
                name="one_version_per_effective_date",
            )
        ]

    def __str__(self) -> str:
        return f"{self.agreement} · {self.effective_on}"


class Objective(models.Model):
    """A measurable promise, for one tier or (empty tier) for all others.

    `promise` holds the fields that `agreements.promises` declares for the measure, as JSON.
    """

    version = models.ForeignKey(Version, models.CASCADE, related_name="objectives")
    measure = models.CharField(_("measure"), max_length=20)
    tier = models.CharField(_("tier"), max_length=60, blank=True)
    promise = models.JSONField(_("promise"))

    class Meta:
        verbose_name = _("objective")
        verbose_name_plural = _("objectives")
        ordering = ["measure", "tier"]
        constraints = [
            models.UniqueConstraint(fields=["version", "measure", "tier"], name="one_objective_per_measure_and_tier"),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.tier}".strip()

    @classmethod
    def of(cls, version: Version, promise: Promise) -> "Objective":
        return cls(version=version, measure=promise.measure, tier=promise.tier, promise=promise.stored())

    @property
    def promised(self) -> Promise:
        return promise_of(self.measure, self.tier, self.promise)


class Quota(models.Model):
    """Revenue that sales must close in a month."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="quotas")
    month = models.DateField(_("month"))
    amount = models.DecimalField(_("amount"), max_digits=24, decimal_places=6)

    class Meta:
        verbose_name = _("quota")
        verbose_name_plural = _("quotas")
        ordering = ["month"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "month"], name="one_quota_per_month"),
            models.CheckConstraint(name="quota_of_a_month", condition=Q(month__day=1)),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class Target(models.Model):
    """Leads agreed directly for a month: wins over the number derived from the quota."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="targets")
    month = models.DateField(_("month"))
    leads = models.PositiveIntegerField(_("leads"))

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering = ["month"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "month"], name="one_target_per_month"),
            models.CheckConstraint(name="target_of_a_month", condition=Q(month__day=1)),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class Change(models.Model):
    """The history of an agreement: who changed which field from what to what."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    lines = models.JSONField()

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = [F("at").desc()]

    def __str__(self) -> str:
        return f"{self.agreement} · {self.at}"
