"""Web hooks that we call: whom, what happened since, and what became of telling it."""

from collections.abc import Collection

from django.db import connections, models, router
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement
from leads.enums import News
from leads.models.facts import Lead
from smarketing.accounts.models import User


class OutHook(models.Model):
    """One system that is told what happens under an agreement from `made_at` on; `scopes` of the API say what of it.

    Its secret follows from `seed`; while it is changed, until `old_until`, calls are signed with both.
    """

    name = models.CharField(_("system"), max_length=100)
    url = models.CharField(_("address"), max_length=500)
    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="+", verbose_name=_("agreement"))
    news = models.JSONField(_("is told"), default=list)
    seed = models.CharField(max_length=64)
    old_seed = models.CharField(max_length=64, blank=True)
    old_until = models.DateTimeField(null=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("web hook that is called")
        verbose_name_plural = _("web hooks that are called")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name


class OutMarkQuerySet(models.QuerySet["OutMark"]):
    def note(self, lead_ids: Collection[int]) -> None:
        """In the transaction of what happened; one statement, and no row where nobody is to be told."""
        if not lead_ids:
            return
        connection = connections[router.db_for_write(OutMark)]
        quote, numbers = connection.ops.quote_name, ", ".join(str(int(pk)) for pk in sorted(lead_ids))
        mark, lead, hook = (quote(model._meta.db_table) for model in (OutMark, Lead, OutHook))
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {mark} (lead) SELECT own.id FROM {lead} own WHERE own.id IN ({numbers}) AND EXISTS "  # noqa: S608  numbers and names of our models
                f"(SELECT 1 FROM {hook} hook WHERE hook.agreement_id = own.agreement_id AND hook.stopped_at IS NULL)"
            )


class OutMark(models.Model):
    """Something happened to this lead: whoever is to be told of it is looked for by the worker. Then it goes."""

    lead = models.PositiveBigIntegerField()

    objects = OutMarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("mark of news")
        verbose_name_plural = _("marks of news")

    def __str__(self) -> str:
        return str(self.lead)


class OutDelivery(models.Model):
    """One thing to be told to one system, under one id, until it is taken. What is told is read when it is sent.

    `record` is the primary key of what it is about; `again` tells what happened twice to one record apart.
    """

    hook = models.ForeignKey(OutHook, models.CASCADE, related_name="deliveries")
    kind = models.CharField(max_length=20, choices=News.choices)
    record = models.PositiveBigIntegerField(default=0)
    again = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    problem = models.CharField(max_length=20, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["hook", "kind", "record", "again"],
                condition=~models.Q(record=0),
                name="one_delivery_of_each_thing",
            )
        ]
        indexes = [models.Index(fields=["next_at"], condition=models.Q(next_at__isnull=False), name="delivery_to_send")]

    def __str__(self) -> str:
        return f"{self.kind} · {self.record}"
