from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from smarketing.accounts.models import User


class ExportState(models.TextChoices):
    QUEUED = "queued", _("waiting")
    RUNNING = "running", _("being made")
    READY = "ready", _("ready")
    FAILED = "failed", _("failed")


class Export(models.Model):
    """A file that is too large to be made while somebody waits: what its address answers, made by a worker.

    `at` is the instant of what it shows, `rights` stands for all that its owner could do then. `touched_at` is the
    worker's latest sign of life; `tries` tells its works on this file apart.
    """

    owner = models.ForeignKey(User, models.CASCADE, related_name="+")
    address = models.TextField()
    language = models.CharField(max_length=10)
    rights = models.CharField(max_length=64)
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=ExportState.choices, default=ExportState.QUEUED)
    tries = models.PositiveSmallIntegerField(default=0)
    touched_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True)
    file_name = models.CharField(max_length=255)
    size = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("file made")
        verbose_name_plural = _("files made")
        constraints = [
            # Of one person one at a time, so that the worker has time for the others.
            models.UniqueConstraint(fields=["owner"], condition=Q(state="running"), name="one_export_at_a_time")
        ]
        indexes = [models.Index(fields=["state", "touched_at"], name="export_state")]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("exports:detail", args=[self.pk])

    @property
    def is_under_way(self) -> bool:
        return self.state in (ExportState.QUEUED, ExportState.RUNNING)
