from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from agreements.document.clauses import ReasonClause
from agreements.document.groups.scope import INTERNAL, KIND_NAMES
from agreements.enums import Pacing, VersionState, reason_words
from agreements.promises.measures import promise_of
from agreements.promises.promise import Promise
from agreements.querysets import AgreementQuerySet, BegunManager, PartQuerySet, VersionIsFixed, VersionQuerySet
from smarketing.accounts.models import Side, Team


class Agreement(models.Model):
    """The SLA between one marketing team and one sales team (a service team may join).

    `scope` says for what it is, in the words of its table `[scope]`; it stands beside the name wherever one is named.
    `is_draft` until its first version has been signed by every party: `objects` does not know it, `every` does.
    """

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=150)
    marketing_team = models.ForeignKey(Team, models.PROTECT, related_name="+", verbose_name=_("marketing team"))
    sales_team = models.ForeignKey(Team, models.PROTECT, related_name="+", verbose_name=_("sales team"))
    service_team = models.ForeignKey(
        Team, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("service team")
    )
    time_zone = models.CharField(_("time zone"), max_length=60)
    currency = models.CharField(_("currency"), max_length=3)
    kind = models.CharField(_("kind"), max_length=20, choices=list(KIND_NAMES.items()), default=INTERNAL)
    scope = models.CharField(_("scope"), max_length=200, blank=True)
    propose_on = models.PositiveSmallIntegerField(
        _("day of the month on which the next month's target is proposed"), null=True, blank=True, default=20
    )
    fewest_customers = models.PositiveIntegerField(_("customers below which an assumption is kept"), default=30)
    year_begins = models.PositiveSmallIntegerField(_("month in which the year begins"), default=1)
    is_draft = models.BooleanField(_("still being written"), default=False)

    objects = BegunManager()
    every = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} · {self.scope}" if self.scope else self.name

    def get_absolute_url(self) -> str:
        return reverse("agreements:detail", args=[self.slug])

    @property
    def parties(self) -> list[Team]:
        """Of every side that there is."""
        return [team for side in Side if (team := getattr(self, f"{side}_team"))]


class ReturnReason(models.Model):
    """Why a handoff may be returned, under one agreement. Handoffs keep the key, which never changes."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="return_reasons")
    key = models.CharField(_("key"), max_length=40)
    label = models.CharField(_("label"), max_length=100, blank=True)
    whose = models.CharField(
        _("whose to put right"), max_length=10, choices=[(side, side.label) for side in (Side.MARKETING, Side.SALES)]
    )
    counts = models.BooleanField(_("taken off the volume"), default=False)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("return reason")
        verbose_name_plural = _("return reasons")
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["agreement", "key"], name="one_return_reason_per_key")]

    def __str__(self) -> str:
        return reason_words(self.key, self.label)

    @classmethod
    def rows(cls, agreement: Agreement, clauses: Iterable[ReasonClause]) -> list["ReturnReason"]:
        return [cls(agreement=agreement, order=number, **vars(clause)) for number, clause in enumerate(clauses)]

    @property
    def clause(self) -> ReasonClause:
        return ReasonClause(self.key, self.label, self.whose, self.counts)


class Version(models.Model):
    """One set of terms of an agreement. Every measured number belongs to the version in force at its handoff.

    draft -> proposed -> in force from its day on (once every party has signed) -> superseded. Only a draft is written
    in; what is proposed, or is or was in force, never changes: another version with the same date supersedes it, and
    its handoffs stay with it until somebody recomputes them. `text` holds the terms whole, without the months;
    `digest` is of that text, and it is what is signed. `heading` holds the name, the parties, the zone and the currency
    under which the version was made. `built_on` tells what stood when the draft was written. The people of both sides
    write in a draft that `is_shared`. The first version of an agreement holds its months too.

    A cancellation is a version in which nothing is promised: from its day on nothing is in force.

    `calendar` holds {"week": {day: [[from, to]]}, "holidays": {"country", "subdivision"}, "closed": [date],
    "overrides": {date: [[from, to]]}}, as in the TOML form; `exceptions` holds {"from", "to", "reason"} each, days or
    local times, in which every clock pauses; `groups` holds the rows of each clause group by its key.
    """

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("number"), default=1)
    state = models.CharField(_("state"), max_length=10, choices=VersionState.choices, default=VersionState.IN_FORCE)
    heading = models.JSONField(_("heading"), default=dict)
    text = models.TextField(_("text"), blank=True)
    digest = models.CharField(_("digest"), max_length=64, blank=True)
    made_at = models.DateTimeField(_("made"), null=True)
    made_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    built_on = models.CharField(max_length=64, blank=True)
    answers = models.ForeignKey("self", models.SET_NULL, null=True, related_name="answered_by")
    is_shared = models.BooleanField(_("written by both sides"), default=False)
    seen_steps = models.JSONField(_("steps of the draft that somebody has seen"), default=list, blank=True)
    begun = models.TextField(_("text with which the draft was begun"), blank=True)
    is_cancellation = models.BooleanField(_("ends the agreement"), default=False)
    proposed_at = models.DateTimeField(_("proposed"), null=True)
    proposed_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    reminded_at = models.DateTimeField(_("reminded"), null=True)
    reminded_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    settled_at = models.DateTimeField(_("settled"), null=True)
    settled_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    heeded_at = models.DateTimeField(_("declined and left at that"), null=True)
    effective_on = models.DateField(_("in force from"))
    superseded_at = models.DateTimeField(_("superseded"), null=True)
    pacing = models.CharField(_("pacing"), max_length=10, choices=Pacing.choices, default=Pacing.WORKING)
    calendar = models.JSONField(_("working calendar"))
    warn_share = models.DecimalField(
        _("warn after this share of the time"), max_digits=3, decimal_places=2, default=Decimal("0.75")
    )
    automated_counts = models.BooleanField(_("an automated message counts as an attempt"), default=False)
    return_within_working_days = models.PositiveSmallIntegerField(
        _("working days after a month in which returns still count against it"), default=10
    )
    exceptions = models.JSONField(_("exceptions"), default=list, blank=True)
    groups = models.JSONField(_("clauses in words"), default=dict, blank=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["agreement", "effective_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "effective_on"],
                condition=Q(superseded_at=None, state=VersionState.IN_FORCE),
                name="one_version_per_effective_date",
            ),
            models.UniqueConstraint(
                fields=["agreement"], condition=Q(state=VersionState.PROPOSED), name="one_proposal_per_agreement"
            ),
            models.UniqueConstraint(
                fields=["agreement", "made_by"],
                condition=Q(state=VersionState.DRAFT, is_shared=False),
                name="one_draft_per_person",
            ),
            models.UniqueConstraint(
                fields=["agreement"],
                condition=Q(state=VersionState.DRAFT, is_shared=True),
                name="one_shared_draft_per_agreement",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement} · {self.effective_on}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raises VersionIsFixed for a change of what is proposed, or is or was in force."""
        if not self._state.adding and not Version.objects.drafts().filter(pk=self.pk).exists():
            raise VersionIsFixed
        super().save(*args, **kwargs)

    @property
    def last_on(self) -> date:
        """Of a cancellation: the last day on which something is in force."""
        return self.effective_on - timedelta(days=1)

    @property
    def is_unchanged(self) -> bool:
        """That nobody has changed the text behind the portal's back."""
        return sha256(self.text.encode()).hexdigest() == self.digest


class Tier(models.Model):
    """A quality level of leads that a version knows; the best one has the lowest order."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="tiers")
    name = models.CharField(_("name"), max_length=60)
    order = models.PositiveSmallIntegerField()
    points = models.PositiveIntegerField(_("worth in points"), null=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["version", "name"], name="one_tier_per_name")]

    def __str__(self) -> str:
        return self.name


class Objective(models.Model):
    """A measurable promise, for one tier or (empty tier) for all others.

    `promise` holds the fields that `agreements.promises` declares for the measure, as JSON.
    """

    version = models.ForeignKey(Version, models.CASCADE, related_name="objectives")
    measure = models.CharField(_("measure"), max_length=20)
    tier = models.CharField(_("tier"), max_length=60, blank=True)
    promise = models.JSONField(_("promise"))

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("objective")
        verbose_name_plural = _("objectives")
        ordering = ["measure", "tier"]
        constraints = [
            models.UniqueConstraint(fields=["version", "measure", "tier"], name="one_objective_per_measure_and_tier"),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.tier}".strip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raises VersionIsFixed for a promise that was signed."""
        if self.version.signatures.exists():
            raise VersionIsFixed
        super().save(*args, **kwargs)

    @classmethod
    def of(cls, version: Version, promise: Promise) -> "Objective":
        return cls(version=version, measure=promise.measure, tier=promise.tier, promise=promise.stored())

    @property
    def promised(self) -> Promise:
        return promise_of(self.measure, self.tier, self.promise)


class Change(models.Model):
    """The history of an agreement: who changed which field from what to what."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    lines = models.JSONField()

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = [F("at").desc()]

    def __str__(self) -> str:
        return f"{self.agreement} · {self.at}"
