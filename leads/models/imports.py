"""Files: what was brought, what waits for its lead, what says something else; and words and names of files."""

from datetime import datetime

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement
from leads.enums import RowKind, RunStatus
from leads.models.facts import Lead
from leads.models.integrations import ApiToken
from smarketing.accounts.models import User


class ImportRun(models.Model):
    """A file on its way in. The row is the truth: `read` says how far it came, in the transaction of each chunk.

    `claim` counts the workers that took it up, `tries` those that did so at the same place; `leads.doors.files.lease`.
    Of a `workbook` one `sheet` was made a text: that is `file`, and its rows are counted as the sheet's. `sheets` are
    the names of all, each with whether it is hidden. `undone` counts what has gone again, and lists what has stayed.
    """

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="imports")
    kind = models.CharField(_("rows"), max_length=10, choices=RowKind.choices)
    file = models.FileField(upload_to="imports/%Y/%m", max_length=300, blank=True)
    file_name = models.CharField(_("file"), max_length=255)
    workbook = models.FileField(upload_to="imports/%Y/%m", max_length=300, blank=True)
    sheet = models.CharField(max_length=200, blank=True)
    sheets = models.JSONField(default=list)
    options = models.JSONField(default=dict)
    read_as = models.ForeignKey("RememberedReading", models.SET_NULL, null=True, related_name="+")
    status = models.CharField(_("status"), max_length=10, choices=RunStatus.choices, default=RunStatus.DRAFT)
    size = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    position = models.BigIntegerField(default=0)
    line = models.PositiveIntegerField(default=0)
    read = models.PositiveIntegerField(_("read"), default=0)
    created = models.PositiveIntegerField(_("new"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    differing = models.PositiveIntegerField(_("differing"), default=0)
    asked = models.PositiveIntegerField(_("asked again"), default=0)
    waiting = models.PositiveIntegerField(_("waiting"), default=0)
    open = models.PositiveIntegerField(_("open"), default=0)
    rejected = models.PositiveIntegerField(_("rejected"), default=0)
    warnings = models.PositiveIntegerField(_("warnings"), default=0)
    linked = models.PositiveIntegerField(_("linked"), default=0)
    error = models.TextField(blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    touched_at = models.DateTimeField(null=True)
    claim = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    careful_until = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    undone = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.kind} · {self.file_name}"

    def get_absolute_url(self) -> str:
        return reverse("leads:import", args=[self.pk])

    def is_silent(self, since: datetime) -> bool:
        return self.touched_at is None or self.touched_at < since


class RejectedRow(models.Model):
    """A row of a file that could not be taken, or only without one of its cells, with the place and the reason."""

    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="rejects")
    line = models.PositiveIntegerField()
    column = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=300)
    values = models.JSONField(default=list)
    is_taken = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("rejected row")
        verbose_name_plural = _("rejected rows")
        ordering = ["line", "id"]

    def __str__(self) -> str:
        return f"{self.line}: {self.column}"


class Addition(models.Model):
    """What a run wrote into a record that was there: it goes again when the import is undone.

    `record` is the primary key of a fact of this kind, or of a waiting row where there is no lead.
    """

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="additions")
    lead = models.ForeignKey(Lead, models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=RowKind.choices)
    record = models.PositiveBigIntegerField()
    fields = models.JSONField()

    class Meta:
        verbose_name = _("addition")
        verbose_name_plural = _("additions")

    def __str__(self) -> str:
        return f"{self.kind} · {self.record}"


class WaitingRow(models.Model):
    """A checked row whose lead is not there yet. Linked, and removed, when the lead arrives."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="waiting_rows")
    kind = models.CharField(max_length=10, choices=RowKind.choices)
    external_id = models.CharField(max_length=200)
    own_id = models.CharField(max_length=200, blank=True)
    fields = models.JSONField()
    line = models.PositiveIntegerField(default=0)
    run = models.ForeignKey(ImportRun, models.SET_NULL, null=True, related_name="+")
    seen_in = models.ForeignKey(ImportRun, models.SET_NULL, null=True, related_name="+", db_index=False)
    token = models.ForeignKey(ApiToken, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("waiting row")
        verbose_name_plural = _("waiting rows")
        indexes = [
            models.Index(fields=["agreement", "external_id"], name="waiting_external_id"),
            models.Index(fields=["own_id"], condition=~models.Q(own_id=""), name="waiting_own_id"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} · {self.external_id}"


class DifferingRow(models.Model):
    """A row that says something else than what is known: nothing changes until somebody takes it over.

    `known` and `said` are values by field. `record` is the primary key of the fact (of the run's kind); where it is 0
    the fact is found by `own_id`.
    """

    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="differing_rows")
    line = models.PositiveIntegerField()
    lead = models.ForeignKey(Lead, models.CASCADE, null=True, related_name="+")
    waiting = models.ForeignKey(WaitingRow, models.SET_NULL, null=True, related_name="+")
    external_id = models.CharField(max_length=200)
    record = models.PositiveBigIntegerField(default=0)
    own_id = models.CharField(max_length=200, blank=True)
    known = models.JSONField()
    said = models.JSONField()
    taken_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("differing row")
        verbose_name_plural = _("differing rows")
        ordering = ["line", "id"]

    def __str__(self) -> str:
        return f"{self.line}: {', '.join(self.said)}"


class RememberedReading(models.Model):
    """How a file with these columns was read for an agreement: the next one is read alike, until somebody forgets it.

    `columns` is a digest of their names, in any order.
    """

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=RowKind.choices)
    columns = models.CharField(max_length=64)
    options = models.JSONField()
    file_name = models.CharField(_("file"), max_length=255)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("remembered reading")
        verbose_name_plural = _("remembered readings")
        constraints = [models.UniqueConstraint(fields=["agreement", "kind", "columns"], name="one_reading_per_columns")]

    def __str__(self) -> str:
        return f"{self.kind} · {self.file_name}"


class Word(models.Model):
    """A word in use under an agreement, in the spelling in which it is shown; or what a foreign word means."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="words")
    field = models.CharField(max_length=20)
    key = models.CharField(max_length=450)
    spelling = models.CharField(max_length=150)
    means = models.CharField(max_length=150, blank=True)

    class Meta:
        verbose_name = _("word")
        verbose_name_plural = _("words")
        ordering = ["field", "spelling"]
        constraints = [models.UniqueConstraint(fields=["agreement", "field", "key"], name="one_meaning_per_word")]

    def __str__(self) -> str:
        return f"{self.field}: {self.spelling}"


class RepName(models.Model):
    """A name for a rep in files, matched by hand to a person: files that come later find it here."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="rep_names")
    name = models.CharField(max_length=150)
    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("rep"))
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("rep named in files")
        verbose_name_plural = _("reps named in files")
        constraints = [models.UniqueConstraint(fields=["agreement", "name"], name="one_person_per_rep_name")]

    def __str__(self) -> str:
        return self.name
