"""The clocks that run, and what the sweep has noted of them."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agreements.models import Version
from leads.clock import rule
from leads.enums import ClockKind, EscalationStep
from leads.models.facts import Handoff, Lead
from leads.querysets import ClockQuerySet
from smarketing.accounts.models import Side, User


class Clock(models.Model):
    """Working time that runs from an event until a promise about it is met; `leads.clock` keeps these rows.

    It is about a lead and one of its handoffs; marketing's own begins before there is any. `nth`: of the promised
    attempts. `ended_at`: the handoff ended otherwise, so that nothing more can be done. `warned_at` and `escalated_at`
    say how far the sweep has noted it. `recorded_at` is when the clock was made: one made after its due time came from
    a file and tells nobody. `excuse` is the reason for which `excuse_side` asks the other side to excuse a breach; it
    counts from `excused_at` on.
    """

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="clocks")
    handoff = models.ForeignKey(Handoff, models.CASCADE, null=True, related_name="clocks", db_index=False)
    kind = models.CharField(max_length=10, choices=ClockKind.choices)
    nth = models.PositiveSmallIntegerField(default=1)
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    warn_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    pauses = models.JSONField(default=list)
    warned_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()
    excuse = models.CharField(_("reason"), max_length=300, blank=True)
    excuse_side = models.CharField(max_length=10, choices=Side.choices, blank=True)
    excuse_asked_at = models.DateTimeField(null=True)
    excuse_asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", db_index=False)
    excused_at = models.DateTimeField(null=True)
    excused_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", db_index=False)

    objects = ClockQuerySet.as_manager()

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        constraints = [
            models.UniqueConstraint(fields=["handoff", "kind", "nth"], name="one_clock_per_promise"),
            models.UniqueConstraint(
                fields=["lead", "kind"], condition=Q(handoff=None), name="one_clock_per_lead_with_marketing"
            ),
        ]
        indexes = [
            models.Index(
                fields=["warn_at"],
                condition=Q(stopped_at=None, ended_at=None, warned_at=None, warn_at__isnull=False),
                name="clock_to_warn",
            ),
            models.Index(
                fields=["due_at"],
                condition=Q(stopped_at=None, ended_at=None, escalated_at=None),
                name="clock_to_escalate",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id} · {self.kind} {self.nth}"

    def state(self, at: datetime) -> str:
        return rule.clock(
            warn_at=self.warn_at,
            due_at=self.due_at,
            stopped_at=self.stopped_at,
            is_closed=self.ended_at is not None,
            excused_at=self.excused_at,
            at=at,
        )


class Escalation(models.Model):
    """A clock that came due soon or overdue, noted once and shown to the team lead until seen."""

    clock = models.ForeignKey(Clock, models.CASCADE, related_name="escalations")
    step = models.CharField(max_length=10, choices=EscalationStep.choices)
    raised_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("escalation")
        verbose_name_plural = _("escalations")
        constraints = [models.UniqueConstraint(fields=["clock", "step"], name="one_escalation_per_step")]
        indexes = [models.Index(fields=["-raised_at"], condition=Q(seen_at=None), name="escalation_unseen")]

    def __str__(self) -> str:
        return f"{self.clock_id} · {self.step}"
