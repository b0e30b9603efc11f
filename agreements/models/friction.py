"""The monthly friction reports of an agreement: each month an item, written by sales, answered by service."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models.terms import Agreement, Version


class FrictionReport(models.Model):
    """`month` is what it is about; `due_on` was said by the version in force when it was opened, and stays.

    What was sent is not written in any more, and what was answered stays answered.
    """

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="friction_reports")
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    month = models.DateField(_("month"))
    due_on = models.DateField(_("due on"))
    opened_at = models.DateTimeField(_("opened"))
    sent_at = models.DateTimeField(_("sent"), null=True)
    sent_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(_("answered"), null=True)
    answered_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    answer = models.TextField(_("answer"), blank=True)

    class Meta:
        verbose_name = _("friction report")
        verbose_name_plural = _("friction reports")
        ordering = ["-month"]
        constraints = [models.UniqueConstraint(fields=["agreement", "month"], name="one_friction_report_per_month")]

    def __str__(self) -> str:
        return f"{self.agreement} · {self.month}"


class FrictionPoint(models.Model):
    """One thing that customers struggle with. `dropped_at`: taken off again before the report was sent."""

    report = models.ForeignKey(FrictionReport, models.CASCADE, related_name="points")
    what = models.TextField(_("what customers struggle with"))
    how_many = models.PositiveIntegerField(_("how many"), null=True, blank=True)
    example = models.TextField(_("example"), blank=True)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("friction point")
        verbose_name_plural = _("friction points")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.what[:60]
