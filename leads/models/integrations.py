"""Programs that write and read by the API: their tokens, and what was answered to a call that may come again."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement
from smarketing.accounts.models import User


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def valid(self, at: datetime) -> "ApiTokenQuerySet":
        return self.filter(models.Q(expires_at=None) | models.Q(expires_at__gt=at), revoked_at=None)


class ApiToken(models.Model):
    """What one integration shows to come in. Of the token itself only a digest is kept; `prefix` finds it.

    `is_for_all`: also for agreements made later. `last_used_at` is kept to the minute.
    """

    name = models.CharField(_("integration"), max_length=100)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    scopes = models.JSONField(_("may"), default=list)
    agreements = models.ManyToManyField(Agreement, related_name="+", verbose_name=_("agreements"))
    is_for_all = models.BooleanField(_("all agreements"), default=False)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("valid until"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    last_used_at = models.DateTimeField(_("last used"), null=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("token")
        verbose_name_plural = _("tokens")
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.name

    def is_valid(self, at: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > at)


class ApiCall(models.Model):
    """A call that did something under a key, and what was answered, kept for a day.

    `key` and `content` are digests: of the key, and of the address and all that was sent.
    """

    token = models.ForeignKey(ApiToken, models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=64)
    content = models.CharField(max_length=64)
    sent_at = models.DateTimeField(db_index=True)
    status = models.PositiveSmallIntegerField(default=0)
    location = models.TextField(blank=True)
    body = models.TextField(blank=True)

    class Meta:
        verbose_name = _("call of the API")
        verbose_name_plural = _("calls of the API")
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="one_answer_per_api_key")]

    def __str__(self) -> str:
        return f"{self.token_id} · {self.sent_at}"
