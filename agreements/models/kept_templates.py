"""Templates of agreements that are kept in the portal, beside those that are files."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class KeptTemplate(models.Model):
    """`text` is what a template's file says, without the name and the description. It belongs to the portal's house.

    Agreements made from it know nothing of it.
    """

    key = models.SlugField(max_length=50, unique=True)
    name = models.CharField(_("name"), max_length=100)
    description = models.CharField(_("description"), max_length=500, blank=True)
    language = models.CharField(_("language"), max_length=2, blank=True)
    text = models.TextField(_("text"))
    by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(_("saved"))

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name
