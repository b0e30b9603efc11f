from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from agreements.enums import How
from agreements.models.terms import Agreement
from agreements.months.targets import Conversion, MonthNumbers, TierConversion, TierNumbers, value_of
from agreements.querysets import DayOfMonth, TargetQuerySet
from smarketing.accounts.models import Side


class Quota(models.Model):
    """Revenue that sales must close in a month. `parts` split it, [name, amount] each: they add up to it."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="quotas")
    month = models.DateField(_("month"))
    amount = models.DecimalField(_("amount"), max_digits=24, decimal_places=6)
    parts = models.JSONField(_("parts"), default=list, blank=True)

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

    @property
    def by_part(self) -> dict[str, Decimal]:
        return {name: Decimal(amount) for name, amount in self.parts}


class Assumptions(models.Model):
    """What turns a quota into leads, as one numbered set. The current one is the one that no other superseded.

    Targets keep the numbers they were derived from: a new set moves no month by itself. `by_tier` holds each tier's
    share of the revenue goal, deal size and rate as `TierConversion.as_json` makes them.
    """

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="assumptions")
    number = models.PositiveIntegerField(_("number"))
    marketing_share = models.DecimalField(_("share of revenue from marketing leads"), max_digits=20, decimal_places=10)
    average_deal = models.DecimalField(_("average deal size"), max_digits=24, decimal_places=6)
    lead_to_customer = models.DecimalField(_("lead-to-customer rate"), max_digits=20, decimal_places=10)
    by_tier = models.JSONField(_("by tier"), default=list, blank=True)
    cycle_days = models.PositiveSmallIntegerField(_("sales cycle in days"), default=0)
    is_shifted = models.BooleanField(_("leads serve the quota of a cycle later"), default=False)
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
        by_tier = tuple(map(TierConversion.from_json, self.by_tier))
        numbers = (self.marketing_share, self.average_deal, self.lead_to_customer)
        return Conversion(*numbers, by_tier, self.cycle_days, self.is_shifted)

    @classmethod
    def columns(cls, conversion: Conversion) -> dict[str, Any]:
        return {**vars(conversion), "by_tier": [tier.as_json() for tier in conversion.by_tier]}


class Target(models.Model):
    """The leads that marketing owes in a month, kept as they were agreed, with the numbers they came of.

    A proposal waits for the consent of the sides; it counts from `agreed_at` on. What replaces a target supersedes
    it, and the old row stays. The numbers of the derivation are all there or none (agreed directly). `by_tier` holds
    what `TierNumbers.as_json` makes: nothing about a tier is agreed, amended or replaced but with its month.
    `exception` is the one with which it was proposed.
    """

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="targets")
    month = models.DateField(_("month"))
    leads = models.PositiveIntegerField(_("leads"))
    exact_leads = models.DecimalField(_("leads, not rounded"), max_digits=24, decimal_places=10)
    quota = models.DecimalField(_("quota"), max_digits=24, decimal_places=6, null=True)
    marketing_share = models.DecimalField(
        _("share of revenue from marketing leads"), max_digits=20, decimal_places=10, null=True
    )
    average_deal = models.DecimalField(_("average deal size"), max_digits=24, decimal_places=6, null=True)
    lead_to_customer = models.DecimalField(_("lead-to-customer rate"), max_digits=20, decimal_places=10, null=True)
    by_tier = models.JSONField(_("by tier"), default=list, blank=True)
    quota_month = models.DateField(_("month of the quota"), null=True)
    quota_parts = models.JSONField(_("parts of the quota"), default=list, blank=True)
    cycle_days = models.PositiveSmallIntegerField(_("sales cycle in days"), default=0)
    is_shifted = models.BooleanField(_("leads serve the quota of a cycle later"), default=False)
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
    exception = models.ForeignKey("AgreedException", models.SET_NULL, null=True, related_name="targets")
    superseded_at = models.DateTimeField(_("superseded"), null=True)
    answer = models.CharField(_("why declined"), max_length=300, blank=True)
    declined_at = models.DateTimeField(_("declined"), null=True)
    declined_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering = ["month", "made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "month"],
                condition=Q(agreed_at__isnull=False, superseded_at=None),
                name="one_agreed_target_per_month",
            ),
            models.UniqueConstraint(
                fields=["agreement", "month"],
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
        by_tier = tuple(tier.conversion for tier in self.tiers if tier.conversion)
        return Conversion(share, deal, rate, by_tier, self.cycle_days, self.is_shifted)

    @property
    def tiers(self) -> tuple[TierNumbers, ...]:
        return tuple(map(TierNumbers.from_json, self.by_tier))

    @property
    def value(self) -> int | None:
        """In points; None where the tiers have none."""
        return value_of(self.tiers)

    @property
    def numbers(self) -> MonthNumbers:
        parts = {name: Decimal(amount) for name, amount in self.quota_parts}
        made = self.conversion
        return MonthNumbers(self.leads, self.exact_leads, self.quota, made, self.tiers, self.quota_month, parts)

    @property
    def is_open(self) -> bool:
        """A proposal that nobody has answered for good."""
        return self.agreed_at is None and self.superseded_at is None and self.declined_at is None

    @property
    def missing_consents(self) -> list[Side]:
        consents = {Side.MARKETING: self.marketing_agreed_at, Side.SALES: self.sales_agreed_at}
        return [side for side, at in consents.items() if at is None]
