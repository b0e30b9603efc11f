from django.db import models
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from agreements.models.terms import Agreement
from agreements.querysets import DayOfMonth


class StatedFigure(models.Model):
    """What a promise that the portal does not measure came to in a month, as the side that promised it says.

    The latest row of a month, measure and tier counts, the others stay. Without a figure nothing is stated any more.
    """

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="stated_figures", db_index=False)
    month = models.DateField(_("month"))
    measure = models.CharField(_("measure"), max_length=20)
    tier = models.CharField(_("tier"), max_length=60, blank=True)
    figure = models.DecimalField(_("figure"), max_digits=18, decimal_places=2, null=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("stated figure")
        verbose_name_plural = _("stated figures")
        ordering = ["pk"]
        indexes = [models.Index(fields=["agreement", "month"], name="stated_month")]
        constraints = [models.CheckConstraint(name="stated_figure_of_a_month", condition=Exact(DayOfMonth("month"), 1))]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} · {self.measure}"


class Objection(models.Model):
    """What somebody of the other side says against a stated figure. It counts all the same."""

    figure = models.ForeignKey(StatedFigure, models.CASCADE, related_name="objections")
    note = models.CharField(_("note"), max_length=300)
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.note
