"""Two leads that became one, with what is needed to make them two again."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from leads.models.facts import Lead
from smarketing.accounts.models import User


class Merge(models.Model):
    """`gone` was merged into `kept`; its row is kept as JSON under its primary key, `gone_pk`.

    `before` is the kept lead's row as it was. `moved`: by model, the keys of the rows that hang on `kept` since.
    `removed`: by model, rows that cannot hang there twice. `clocks` are those of both as they stood.
    """

    kept = models.ForeignKey(Lead, models.CASCADE, related_name="merges")
    gone_pk = models.PositiveBigIntegerField(db_index=True)
    gone = models.JSONField()
    before = models.JSONField()
    moved = models.JSONField(default=dict)
    removed = models.JSONField(default=dict)
    clocks = models.JSONField(default=list)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        constraints = [
            models.UniqueConstraint(fields=["gone_pk"], condition=Q(undone_at=None), name="merged_into_one_lead")
        ]

    def __str__(self) -> str:
        return f"{self.gone_pk} -> {self.kept_id}"
