"""What the two teams tell each other about a lead."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from leads.models.facts import Lead
from smarketing.accounts.models import User


class Comment(models.Model):
    """Both sides read it, outside organisations too. One that is withdrawn loses its text and stays in the history."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="comments")
    text = models.TextField(_("comment"), max_length=2_000, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")

    def __str__(self) -> str:
        return f"{self.lead_id} · {self.at:%Y-%m-%d %H:%M}"
