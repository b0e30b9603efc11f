"""Web hooks: doors at which other systems call us, and what became of their last calls."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from leads.enums import HookKind
from leads.models.integrations import ApiToken


class InHookQuerySet(models.QuerySet["InHook"]):
    def open(self, at: datetime) -> "InHookQuerySet":
        return self.filter(token__in=ApiToken.objects.valid(at))


class InHook(models.Model):
    """One integration that calls us. Its agreement, validity and last use are those of `token`, which opens nothing.

    Its secret follows from `seed` and the secret of the installation (`leads.doors.hooks.keeping`); after a change the
    old one, of `old_seed`, holds until `old_until`. `source` is that of leads that name none.
    """

    token = models.OneToOneField(ApiToken, models.CASCADE, related_name="hook")
    kind = models.CharField(_("takes"), max_length=10, choices=HookKind.choices)
    address = models.CharField(max_length=32, unique=True)
    seed = models.CharField(max_length=64)
    old_seed = models.CharField(max_length=64, blank=True)
    old_until = models.DateTimeField(null=True)
    source = models.CharField(_("source"), max_length=100, blank=True)

    objects = InHookQuerySet.as_manager()

    class Meta:
        verbose_name = _("web hook")
        verbose_name_plural = _("web hooks")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return str(self.token)


class HookCall(models.Model):
    """What was answered to a call, without what was in it. `message` is the sender's own id of it."""

    hook = models.ForeignKey(InHook, models.CASCADE, related_name="calls")
    at = models.DateTimeField()
    message = models.CharField(max_length=80, blank=True)
    status = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=40, blank=True)
    is_again = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("call of a web hook")
        verbose_name_plural = _("calls of web hooks")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.hook_id} · {self.at} · {self.status}"
