from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement, Version
from reports.enums import Cause, NoteKind, OwedState
from smarketing.accounts.models import Side


class JudgedIsFixed(Exception):
    """What was judged is not changed: a month is judged again by both sides, and the former judgement stays."""


class FixedQuerySet(models.QuerySet[Any]):
    def update(self, **values: Any) -> int:
        """Raises JudgedIsFixed, but for what says whether a judgement is the current one."""
        if not values.keys() <= {"is_current"}:
            raise JudgedIsFixed
        return super().update(**values)

    def delete(self) -> tuple[int, dict[str, int]]:
        raise JudgedIsFixed


class Fixed(models.Model):
    """Written once."""

    objects = FixedQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise JudgedIsFixed
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise JudgedIsFixed


def person(**more: Any) -> Any:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, **more)


class JudgedMonth(Fixed):
    """A month as it was judged. With `reason` both sides had it judged again; the former one is current no more."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="judged_months")
    month = models.DateField(_("month"))
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    judged_at = models.DateTimeField(_("judged"))
    is_current = models.BooleanField(default=True)
    reason = models.TextField(_("reason"), blank=True)
    asked_by = person()
    accepted_by = person()

    class Meta:
        verbose_name = _("judged month")
        verbose_name_plural = _("judged months")
        ordering = ["month", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "month"], condition=models.Q(is_current=True), name="month_judged_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.agreement} · {self.month:%Y-%m}"


class JudgedObjective(Fixed):
    """What a side promised and delivered. `state` is kept, missed, or nothing to judge."""

    judged = models.ForeignKey(JudgedMonth, models.PROTECT, related_name="objectives")
    side = models.CharField(_("side"), max_length=10, choices=Side.choices)
    measure = models.CharField(_("measure"), max_length=40)
    tier = models.CharField(_("tier"), max_length=100, blank=True)
    is_rest = models.BooleanField(default=False)
    promised = models.FloatField(_("promised"), null=True)
    delivered = models.FloatField(_("delivered"), null=True)
    limit = models.FloatField(null=True)
    is_mean = models.BooleanField(default=False)
    handoffs = models.PositiveIntegerField(_("handoffs judged"))
    state = models.CharField(_("state"), max_length=10)

    class Meta:
        verbose_name = _("judged objective")
        verbose_name_plural = _("judged objectives")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["judged", "measure", "tier", "is_rest"], name="objective_judged_once")
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.tier}".strip()

    @property
    def objective(self) -> tuple[str, str, str]:
        return (self.measure, self.tier, "rest" if self.is_rest else "")


class AskedAgain(models.Model):
    """One side asks that a month be judged again; the other accepts or declines."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="+")
    month = models.DateField(_("month"))
    side = models.CharField(_("side"), max_length=10, choices=Side.choices)
    reason = models.TextField(_("reason"))
    asked_by = person()
    asked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("request to judge a month again")
        verbose_name_plural = _("requests to judge a month again")
        constraints = [models.UniqueConstraint(fields=["agreement", "month"], name="asked_again_once")]

    def __str__(self) -> str:
        return f"{self.agreement} · {self.month:%Y-%m}"


class Owed(models.Model):
    """What followed from a month by a rule. `side` missed or kept its goals; a reward is owed to it, the rest by it."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="owed")
    month = models.DateField(_("month"))
    side = models.CharField(_("side"), max_length=10, choices=Side.choices)
    rule = models.CharField(_("rule"), max_length=100)
    follows = models.CharField(_("what follows"), max_length=20)
    is_reward = models.BooleanField(default=False)
    months = models.PositiveSmallIntegerField()
    within_months = models.PositiveSmallIntegerField(null=True)
    text = models.TextField(blank=True)
    amount = models.DecimalField(_("sum"), max_digits=24, decimal_places=2, null=True)
    currency = models.CharField(max_length=3)
    state = models.CharField(_("state"), max_length=12, choices=OwedState.choices, default=OwedState.OPEN)
    given_on = models.DateField(_("given on"), null=True)

    class Meta:
        verbose_name = _("what is owed")
        verbose_name_plural = _("what is owed")
        ordering = ["month", "pk"]
        constraints = [models.UniqueConstraint(fields=["agreement", "month", "side", "rule"], name="owed_once")]

    def __str__(self) -> str:
        return self.rule

    @property
    def other_side(self) -> Side:
        return Side.SALES if self.side == Side.MARKETING else Side.MARKETING

    @property
    def owing(self) -> str:
        return self.other_side if self.is_reward else self.side

    @property
    def owed_to(self) -> str:
        return self.side if self.is_reward else self.other_side


class RootCause(models.Model):
    """Why an objective was missed in a month, and what is done about it."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="root_causes")
    month = models.DateField(_("month"))
    side = models.CharField(_("side"), max_length=10, choices=Side.choices)
    measure = models.CharField(max_length=40)
    tier = models.CharField(max_length=100, blank=True)
    is_rest = models.BooleanField(default=False)
    cause = models.CharField(_("cause"), max_length=10, choices=Cause.choices)
    what_happened = models.TextField(_("what happened"), max_length=2000)
    action = models.TextField(_("measure to take"), max_length=2000)
    owner = person(verbose_name=_("owner"))
    due_on = models.DateField(_("due"), null=True)
    done_on = models.DateField(_("done"), null=True, blank=True)

    class Meta:
        verbose_name = _("root-cause sheet")
        verbose_name_plural = _("root-cause sheets")
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "month", "side", "measure", "tier", "is_rest"], name="one_sheet_per_miss"
            )
        ]

    def __str__(self) -> str:
        return f"{self.measure} · {self.month:%Y-%m}"

    @property
    def objective(self) -> tuple[str, str, str]:
        return (self.measure, self.tier, "rest" if self.is_rest else "")


class StrikeNote(Fixed):
    """What was done about what is owed or on a root-cause sheet, by whom; `by` is empty where the portal did it."""

    owed = models.ForeignKey(Owed, models.PROTECT, related_name="notes", null=True)
    sheet = models.ForeignKey(RootCause, models.PROTECT, related_name="notes", null=True)
    kind = models.CharField(max_length=10, choices=NoteKind.choices)
    text = models.TextField(blank=True)
    changes = models.JSONField(default=dict)
    by = person()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("note on a strike")
        verbose_name_plural = _("notes on strikes")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.get_kind_display()
