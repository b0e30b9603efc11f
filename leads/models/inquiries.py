"""Who asks again, and who is the same: inquiries, further ids of one lead, and pairs that are two people."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement
from leads.models.facts import Handoff, Lead, RecordedFact
from leads.querysets import InquiryQuerySet
from smarketing.accounts.models import User


class Inquiry(RecordedFact):
    """The lead asks, again or for the first time; `is_first`: the one that came with the lead.

    `said` is what was told of the person beyond what is kept of the lead, by field. `handoff` (that of the time) and
    `settled_at` follow from the facts; `leads.clock.consequences` keeps them.
    """

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="inquiries")
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="inquiries")
    asked_at = models.DateTimeField(_("asked"))
    source = models.CharField(_("source"), max_length=100, blank=True)
    campaign = models.CharField(_("campaign"), max_length=100, blank=True)
    question = models.TextField(_("question asked"), max_length=5_000, blank=True)
    said = models.JSONField(default=dict)
    is_first = models.BooleanField(default=False)
    recorded_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    handoff = models.ForeignKey(Handoff, models.SET_NULL, null=True, related_name="inquiries")
    settled_at = models.DateTimeField(null=True)

    objects = InquiryQuerySet.as_manager()

    class Meta:
        verbose_name = _("inquiry")
        verbose_name_plural = _("inquiries")
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "external_id"], condition=~Q(external_id=""), name="one_inquiry_per_external_id"
            )
        ]
        indexes = [
            models.Index(
                fields=["agreement", "asked_at"], condition=Q(settled_at=None, is_first=False), name="inquiry_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.lead_id} · {self.asked_at:%Y-%m-%d %H:%M}"


class OtherId(models.Model):
    """One more id under which other systems know a lead. `run` is the import that brought it."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="+", db_index=False)
    external_id = models.CharField(_("external id"), max_length=200)
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="other_ids")
    run = models.ForeignKey("leads.ImportRun", models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("further external id")
        verbose_name_plural = _("further external ids")
        constraints = [
            models.UniqueConstraint(fields=["agreement", "external_id"], name="one_lead_per_further_id"),
        ]

    def __str__(self) -> str:
        return self.external_id


class NotSame(models.Model):
    """Two leads that look like one person, and somebody said that they are two; `one` has the lower key."""

    one = models.ForeignKey(Lead, models.CASCADE, related_name="+")
    other = models.ForeignKey(Lead, models.CASCADE, related_name="+")
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("two people")
        verbose_name_plural = _("two people")
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="said_once_of_a_pair"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="lower_key_first"),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} · {self.other_id}"
