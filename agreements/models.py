from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import Exact
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from agreements.document.clauses import ReasonClause
from agreements.enums import How, Pacing, VersionState, reason_words
from agreements.months.targets import Conversion
from agreements.promises.measures import promise_of
from agreements.promises.promise import Promise
from agreements.querysets import AgreementQuerySet, DayOfMonth, TargetQuerySet, VersionQuerySet
from smarketing.accounts.models import Side, Team


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


class ReturnReason(models.Model):
    """Why a handoff may be returned, under one agreement. Handoffs keep the key, which never changes."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="return_reasons")
    key = models.CharField(_("key"), max_length=40)
    label = models.CharField(_("label"), max_length=100, blank=True)
    whose = models.CharField(
        _("whose to put right"), max_length=10, choices=[(side, side.label) for side in (Side.MARKETING, Side.SALES)]
    )
    counts = models.BooleanField(_("taken off the volume"), default=False)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("return reason")
        verbose_name_plural = _("return reasons")
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["agreement", "key"], name="one_return_reason_per_key")]

    def __str__(self) -> str:
        return reason_words(self.key, self.label)

    @classmethod
    def rows(cls, agreement: Agreement, clauses: Iterable[ReasonClause]) -> list["ReturnReason"]:
        return [cls(agreement=agreement, order=number, **vars(clause)) for number, clause in enumerate(clauses)]

    @property
    def clause(self) -> ReasonClause:
        return ReasonClause(self.key, self.label, self.whose, self.counts)


class VersionIsFixed(Exception):
    """What is or was in force is not changed: another version supersedes it."""


class Version(models.Model):
    """One set of terms of an agreement. Every measured number belongs to the version in force at its handoff.

    A version that is or was in force never changes: a correction with the same date supersedes it, and its handoffs
    stay with it until somebody recomputes them. A draft is stored whole, in `text`; `digest` is of that text. `heading`
    holds the name, the parties, the zone and the currency under which the version was made.

    `calendar` holds {"week": {day: [[from, to]]}, "holidays": {"country", "subdivision"}, "closed": [date],
    "overrides": {date: [[from, to]]}}, as in the TOML form; `exceptions` holds {"from", "to", "reason"} each, days or
    local times, in which every clock pauses.
    """

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("number"), default=1)
    state = models.CharField(_("state"), max_length=10, choices=VersionState.choices, default=VersionState.IN_FORCE)
    heading = models.JSONField(_("heading"), default=dict)
    text = models.TextField(_("text"), blank=True)
    digest = models.CharField(_("digest"), max_length=64, blank=True)
    made_at = models.DateTimeField(_("made"), null=True)
    made_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    effective_on = models.DateField(_("in force from"))
    superseded_at = models.DateTimeField(_("superseded"), null=True)
    pacing = models.CharField(_("pacing"), max_length=10, choices=Pacing.choices, default=Pacing.WORKING)
    calendar = models.JSONField(_("working calendar"))
    warn_share = models.DecimalField(
        _("warn after this share of the time"), max_digits=3, decimal_places=2, default=Decimal("0.75")
    )
    automated_counts = models.BooleanField(_("an automated message counts as an attempt"), default=False)
    return_within_working_days = models.PositiveSmallIntegerField(
        _("working days after a month in which returns still count against it"), default=10
    )
    exceptions = models.JSONField(_("exceptions"), default=list, blank=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["agreement", "effective_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "effective_on"],
                condition=Q(superseded_at=None, state=VersionState.IN_FORCE),
                name="one_version_per_effective_date",
            )
        ]

    def __str__(self) -> str:
        return f"{self.agreement} · {self.effective_on}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raises VersionIsFixed for a change of what is or was in force."""
        if not self._state.adding and self.state != VersionState.DRAFT:
            raise VersionIsFixed
        super().save(*args, **kwargs)


class Tier(models.Model):
    """A quality level of leads that a version knows; the best one has the lowest order."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="tiers")
    name = models.CharField(_("name"), max_length=60)
    order = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["version", "name"], name="one_tier_per_name")]

    def __str__(self) -> str:
        return self.name


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
            models.CheckConstraint(name="quota_of_a_month", condition=Exact(DayOfMonth("month"), 1)),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class Assumptions(models.Model):
    """What turns a quota into leads, as one numbered set. The current one is the one that no other superseded.

    Targets keep the numbers they were derived from: a new set moves no month by itself.
    """

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="assumptions")
    number = models.PositiveIntegerField(_("number"))
    marketing_share = models.DecimalField(_("share of revenue from marketing leads"), max_digits=20, decimal_places=10)
    average_deal = models.DecimalField(_("average deal size"), max_digits=24, decimal_places=6)
    lead_to_customer = models.DecimalField(_("lead-to-customer rate"), max_digits=20, decimal_places=10)
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    is_current = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("assumptions")
        verbose_name_plural = _("assumptions")
        ordering = ["agreement", "number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="one_number_per_assumptions"),
            models.UniqueConstraint(
                fields=["agreement"], condition=Q(is_current=True), name="one_set_of_assumptions_is_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement} · {self.number}"

    @property
    def conversion(self) -> Conversion:
        return Conversion(self.marketing_share, self.average_deal, self.lead_to_customer)


class Target(models.Model):
    """The leads that marketing owes in a month, kept as they were agreed, with the numbers they came of.

    A proposal waits for the consent of the sides; it counts from `agreed_at` on. What replaces a target supersedes
    it, and the old row stays. The numbers of the derivation are all there or none (agreed directly).
    """

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="targets")
    month = models.DateField(_("month"))
    tier = models.CharField(_("tier"), max_length=60, blank=True)
    leads = models.PositiveIntegerField(_("leads"))
    exact_leads = models.DecimalField(_("leads, not rounded"), max_digits=24, decimal_places=10)
    quota = models.DecimalField(_("quota"), max_digits=24, decimal_places=6, null=True)
    marketing_share = models.DecimalField(
        _("share of revenue from marketing leads"), max_digits=20, decimal_places=10, null=True
    )
    average_deal = models.DecimalField(_("average deal size"), max_digits=24, decimal_places=6, null=True)
    lead_to_customer = models.DecimalField(_("lead-to-customer rate"), max_digits=20, decimal_places=10, null=True)
    assumptions = models.ForeignKey(Assumptions, models.PROTECT, null=True, related_name="targets")
    how = models.CharField(_("how it came about"), max_length=10, choices=How.choices)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    marketing_agreed_at = models.DateTimeField(null=True)
    marketing_agreed_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    sales_agreed_at = models.DateTimeField(null=True)
    sales_agreed_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    agreed_at = models.DateTimeField(_("agreed"), null=True)
    superseded_at = models.DateTimeField(_("superseded"), null=True)
    declined_at = models.DateTimeField(_("declined"), null=True)
    declined_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering = ["month", "made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "month", "tier"],
                condition=Q(agreed_at__isnull=False, superseded_at=None),
                name="one_agreed_target_per_month",
            ),
            models.UniqueConstraint(
                fields=["agreement", "month", "tier"],
                condition=Q(agreed_at=None, superseded_at=None, declined_at=None),
                name="one_open_proposal_per_month",
            ),
            models.CheckConstraint(name="target_of_a_month", condition=Exact(DayOfMonth("month"), 1)),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"

    @property
    def is_direct(self) -> bool:
        return self.quota is None

    @property
    def conversion(self) -> Conversion | None:
        share, deal, rate = self.marketing_share, self.average_deal, self.lead_to_customer
        if share is None or deal is None or rate is None:
            return None
        return Conversion(share, deal, rate)

    @property
    def is_open(self) -> bool:
        """A proposal that nobody has answered for good."""
        return self.agreed_at is None and self.superseded_at is None and self.declined_at is None

    @property
    def missing_consents(self) -> list[Side]:
        consents = {Side.MARKETING: self.marketing_agreed_at, Side.SALES: self.sales_agreed_at}
        return [side for side, at in consents.items() if at is None]


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
