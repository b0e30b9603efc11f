"""The ledger of an agreement: what people completed or corrected in it, and what the portal proposed from it."""

from django.db import models
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from agreements.models.months import Target
from agreements.models.terms import Agreement
from agreements.months.ledger import Figure
from agreements.querysets import DayOfMonth

FIGURES = [
    (Figure.LEADS.value, _("Leads")),
    (Figure.CUSTOMERS.value, _("Customers")),
    (Figure.MARKETING_REVENUE.value, _("Revenue from marketing leads")),
    (Figure.TOTAL_REVENUE.value, _("Total revenue")),
]


class LedgerEntry(models.Model):
    """A figure of an event month as somebody says it is. The latest row of a month and figure counts, the others stay.

    Without an amount what is collected from leads and deals counts again.
    """

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="ledger_entries", db_index=False)
    month = models.DateField(_("month"))
    figure = models.CharField(_("figure"), max_length=20, choices=FIGURES)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2, null=True)
    reason = models.CharField(_("reason"), max_length=300)
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        ordering = ["pk"]
        indexes = [models.Index(fields=["agreement", "month"], name="ledger_month")]
        constraints = [models.CheckConstraint(name="ledger_entry_of_a_month", condition=Exact(DayOfMonth("month"), 1))]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} · {self.figure}"


class LedgerProposal(models.Model):
    """The portal has looked what the ledger says about a month, once; `suggestion` is what it found then.

    `target` is what it proposed, where there was something to propose.
    """

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="ledger_proposals", db_index=False)
    month = models.DateField(_("month"))
    made_at = models.DateTimeField(_("made"))
    suggestion = models.JSONField()
    target = models.ForeignKey(Target, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("proposal of the ledger")
        verbose_name_plural = _("proposals of the ledger")
        ordering = ["month"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "month"], name="one_proposal_of_the_ledger_per_month"),
            models.CheckConstraint(name="ledger_proposal_of_a_month", condition=Exact(DayOfMonth("month"), 1)),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
