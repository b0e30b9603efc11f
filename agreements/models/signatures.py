from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.enums import Capacity
from agreements.models.terms import Version
from agreements.querysets import SignatureQuerySet, VersionIsFixed
from smarketing.accounts.models import Side


class Signature(models.Model):
    """Who has signed a version for a side, when and as what. `digest` is of the exact text that was signed."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="signatures")
    side = models.CharField(_("side"), max_length=10, choices=Side.choices)
    signed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(_("signed"))
    capacity = models.CharField(_("signs as"), max_length=10, choices=Capacity.choices)
    digest = models.CharField(_("digest"), max_length=64)

    objects = SignatureQuerySet.as_manager()

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        ordering = ["signed_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["version", "side"], name="one_signature_per_side")]

    def __str__(self) -> str:
        return f"{self.version} · {self.side}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raises VersionIsFixed for a signature that was given."""
        if not self._state.adding:
            raise VersionIsFixed
        super().save(*args, **kwargs)
