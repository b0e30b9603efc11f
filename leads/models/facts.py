"""What happened to leads: won, handed over, tried, sold; and the history that tells it."""

from datetime import datetime
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agreements.models import Agreement, Version
from leads.clock import rule
from leads.enums import Brief, Channel, Direction, Door, EventKind, OutsideReason, Precision, Result, State, Verdict
from leads.finding.index import FoundBy
from leads.persons import spelling
from leads.querysets import HandoffQuerySet, LeadQuerySet
from leads.work import states
from smarketing.accounts.models import User
from smarketing.lib.numbers import refuse_too_many_digits
from smarketing.lib.places import country_of_zone

KEYS_OF = frozenset({"name", "company", "phone", "country"})  # the fields from which the keys follow


class Lead(models.Model):
    """A person or company that marketing has won as a prospect, under one agreement.

    `phone_key`, `name_key` and `who_key` are what is equal for one person however it is written
    (`leads.persons.spelling`); `save` keeps them, and whoever writes many rows at once calls `set_keys`. `email` is
    kept in small letters. `notes` repeats what was noted with its attempts and returns, so that it is found by them;
    they are kept by `leads.clock.consequences`. `found_by` follows from it and from the lead's own fields.
    """

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="leads", verbose_name=_("agreement"))
    external_id = models.CharField(_("external id"), max_length=200, blank=True)
    created_at = models.DateTimeField(pgettext_lazy("lead", "Created"))
    source = models.CharField(_("source"), max_length=100, blank=True)
    tier = models.CharField(_("tier"), max_length=60, blank=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    company = models.CharField(_("company"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=60, blank=True)
    value = models.DecimalField(
        _("value"),
        max_digits=18,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), refuse_too_many_digits],
    )
    job_title = models.CharField(_("job title"), max_length=150, blank=True)
    company_size = models.PositiveIntegerField(_("company size"), null=True, blank=True)
    country = models.CharField(_("country"), max_length=100, blank=True)
    language = models.CharField(_("language"), max_length=60, blank=True)
    campaign = models.CharField(_("campaign"), max_length=100, blank=True)
    score = models.PositiveIntegerField(_("score"), null=True, blank=True)
    active_on = models.DateField(_("last active on"), null=True, blank=True)
    consent = models.BooleanField(_("consent to be contacted"), null=True, blank=True)
    question = models.TextField(_("question asked"), max_length=5_000, blank=True)
    phone_key = models.CharField(max_length=spelling.LONGEST_NUMBER, blank=True, default="", editable=False)
    name_key = models.CharField(max_length=spelling.LONGEST, blank=True, default="", editable=False)
    who_key = models.CharField(max_length=spelling.LONGEST, blank=True, default="", editable=False)
    notes = models.TextField(blank=True, default="", db_default="", editable=False)
    found_by = models.GeneratedField(expression=FoundBy(), output_field=models.TextField(), db_persist=True)
    precision = models.PositiveIntegerField(choices=Precision.choices, default=Precision.EXACT)
    door = models.CharField(_("door"), max_length=10, choices=Door.choices, default=Door.FORM)
    run = models.ForeignKey("ImportRun", models.SET_NULL, null=True, related_name="+")
    token = models.ForeignKey("ApiToken", models.PROTECT, null=True, related_name="+", db_index=False)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = LeadQuerySet.as_manager()

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "external_id"], condition=~Q(external_id=""), name="one_lead_per_external_id"
            )
        ]
        indexes = [
            models.Index(fields=["agreement", "-created_at", "-id"], name="lead_newest"),
            models.Index(fields=["-created_at", "-id"], name="lead_latest"),
            models.Index(fields=["agreement", "email"], condition=~Q(email=""), name="lead_email"),
            models.Index(fields=["agreement", "phone_key"], condition=~Q(phone_key=""), name="lead_phone"),
            models.Index(fields=["agreement", "who_key"], condition=~Q(who_key=""), name="lead_who"),
        ]

    def __str__(self) -> str:
        return self.name or self.company or self.email or self.external_id or f"#{self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        names = kwargs.get("update_fields")
        if names is None or not KEYS_OF.isdisjoint(names):
            self.set_keys(country_of_zone(self.agreement.time_zone))
        if names is not None and not KEYS_OF.isdisjoint(names):
            kwargs["update_fields"] = {*names, "phone_key", "name_key", "who_key"}
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("leads:detail", args=[self.pk])

    def set_keys(self, country: str) -> None:
        """`country` is the team's; a number is dialled in the lead's own where that is known."""
        self.phone_key = spelling.phone_key(self.phone, self.country or country)
        self.name_key, self.who_key = spelling.name_key(self.name), spelling.who_key(self.name, self.company)

    @property
    def keys(self) -> spelling.Keys:
        return spelling.Keys(spelling.email_key(self.email), self.phone_key, self.name_key, self.who_key)


class RecordedFact(models.Model):
    """What happened to a lead. It keeps the id that its own system gave it, and knows the door it came in by.

    `run` is the import that brought it, `seen_in` the latest one that had it; `token` the integration, by the API.
    """

    external_id = models.CharField(_("external id"), max_length=200, blank=True)
    precision = models.PositiveIntegerField(choices=Precision.choices, default=Precision.EXACT)
    door = models.CharField(_("door"), max_length=10, choices=Door.choices, default=Door.FORM)
    run = models.ForeignKey("leads.ImportRun", models.SET_NULL, null=True, related_name="+")
    seen_in = models.ForeignKey("leads.ImportRun", models.SET_NULL, null=True, related_name="+", db_index=False)
    token = models.ForeignKey("leads.ApiToken", models.PROTECT, null=True, related_name="+", db_index=False)
    recorded_at = models.DateTimeField()

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["external_id", "lead"], condition=~Q(external_id=""), name="one_%(class)s_per_id"
            )
        ]


class Handoff(RecordedFact):
    """Marketing gives a lead to sales. A lead handed over again gets another handoff.

    Source and tier are fixed here: what is changed on the lead later concerns later handoffs. The fields of the second
    block follow from the facts; `leads.clock.consequences` keeps them, in the transaction that changes a fact.
    Durations are whole microseconds; `_us` is working time, `_wall_us` wall-clock time.

    `version` is NULL for a handoff made before the first version: it is measured and never judged. `return_reason` is
    the key of one of the agreement's. `counts`: with this handoff the lead begins to count in its month; `taken_off_on`
    is the day on which that is taken back. From `is_outside` to `brief_missing` stands what was known of the lead as it
    was handed over: which criteria it did not meet (`Failing.as_json`) and why it was handed over all the same, and
    which facts its brief lacked; `brief` is empty where the agreement asks none.
    """

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="handoffs")
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="handoffs")
    handed_at = models.DateTimeField(_("handed over"))
    handed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    source = models.CharField(_("source"), max_length=100, blank=True)
    tier = models.CharField(_("tier"), max_length=60, blank=True)
    rep = models.ForeignKey(  # found by the index `handoff_of_rep`
        User, models.SET_NULL, null=True, blank=True, related_name="handoffs", verbose_name=_("rep"), db_index=False
    )
    rep_name = models.CharField(_("rep"), max_length=150, blank=True)
    assigned_at = models.DateTimeField(_("assigned"), null=True)
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    accepted_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    returned_at = models.DateTimeField(_("returned"), null=True)
    returned_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    return_reason = models.CharField(_("reason"), max_length=40, blank=True)
    return_note = models.TextField(_("note"), blank=True)
    is_outside = models.BooleanField(_("outside the criteria"), default=False)
    unmet = models.JSONField(default=list)
    outside_reason = models.CharField(_("reason"), max_length=15, choices=OutsideReason.choices, blank=True)
    outside_note = models.TextField(_("note"), max_length=2_000, blank=True)
    brief = models.CharField(_("brief"), max_length=10, choices=Brief.choices, blank=True)
    brief_missing = models.JSONField(default=list)

    version = models.ForeignKey(Version, models.PROTECT, related_name="handoffs", null=True)
    handed_on = models.DateField(_("local day of the handoff"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    waited_us = models.BigIntegerField(null=True)
    waited_wall_us = models.BigIntegerField(null=True)
    warn_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(_("due"), null=True)
    stopped_at = models.DateTimeField(null=True)
    excused_at = models.DateTimeField(null=True)
    first_attempt_at = models.DateTimeField(_("first attempt"), null=True)
    accepted_us = models.BigIntegerField(null=True)
    response_us = models.BigIntegerField(null=True)
    response_wall_us = models.BigIntegerField(null=True)
    response_precision = models.PositiveIntegerField(choices=Precision.choices, default=Precision.EXACT)
    connected_at = models.DateTimeField(_("connected"), null=True)
    connected_us = models.BigIntegerField(null=True)
    connected_nth = models.PositiveIntegerField(null=True)
    attempts_count = models.PositiveIntegerField(_("attempts"), default=0)
    promised_attempts = models.PositiveSmallIntegerField(null=True)
    depth_due_at = models.DateTimeField(null=True)
    depth_met_at = models.DateTimeField(null=True)
    depth_excused_at = models.DateTimeField(null=True)
    attempts_in_window = models.PositiveIntegerField(default=0)
    counts = models.BooleanField(default=True)
    taken_off_on = models.DateField(null=True)
    is_marketings_return = models.BooleanField(default=False)

    objects = HandoffQuerySet.as_manager()

    class Meta(RecordedFact.Meta):
        verbose_name = _("handoff")
        verbose_name_plural = _("handoffs")
        indexes = [
            models.Index(fields=["agreement", "handed_on"], name="handoff_period"),
            models.Index(fields=["rep", "assigned_at"], name="handoff_of_rep"),
            models.Index(fields=["agreement", "due_at"], condition=Q(state__in=states.OPEN), name="handoff_open"),
            models.Index(fields=["due_at"], condition=Q(stopped_at=None, state__in=states.OPEN), name="handoff_unmet"),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id} · {self.handed_at:%Y-%m-%d %H:%M}"

    @property
    def is_open(self) -> bool:
        return self.state in states.OPEN

    @property
    def is_early(self) -> bool:
        """An attempt is dated before the handoff: it counts as no response time at all, and is shown so."""
        return self.first_attempt_at is not None and self.first_attempt_at < self.handed_at

    def clock(self, at: datetime) -> str:
        return rule.clock(
            warn_at=self.warn_at,
            due_at=self.due_at,
            stopped_at=self.stopped_at,
            is_closed=not self.is_open,
            excused_at=self.excused_at,
            at=at,
        )


class Attempt(RecordedFact):
    """One try by sales to reach the lead. Without a handoff as long as the lead was never handed over."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="attempts")
    handoff = models.ForeignKey(Handoff, models.SET_NULL, null=True, related_name="attempts")
    attempted_at = models.DateTimeField(_("when"))
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices, default=Channel.PHONE)
    result = models.CharField(_("result"), max_length=15, choices=Result.choices)
    direction = models.CharField(_("direction"), max_length=10, choices=Direction.choices, default=Direction.OUTBOUND)
    rep = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    rep_name = models.CharField(_("rep"), max_length=150, blank=True)
    note = models.TextField(_("note"), blank=True)
    recorded_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta(RecordedFact.Meta):
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")

    def __str__(self) -> str:
        return f"{self.lead_id} · {self.attempted_at:%Y-%m-%d %H:%M}"


class Deal(RecordedFact):
    """One sale that came of a lead, or did not. A lead may bring several, also a refund (revenue below zero)."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="deals")
    outcome = models.CharField(_("outcome"), max_length=5, choices=Verdict.choices)
    closed_at = models.DateTimeField(_("closed"))
    revenue = models.DecimalField(_("revenue"), max_digits=18, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta(RecordedFact.Meta):
        verbose_name = _("deal")
        verbose_name_plural = _("deals")

    def __str__(self) -> str:
        return f"{self.lead_id} · {self.outcome}"


class Event(models.Model):
    """History: an immutable row for each thing a person (or the sweep) did to a lead."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="events")
    handoff = models.ForeignKey(Handoff, models.SET_NULL, null=True, related_name="events")
    attempt = models.ForeignKey(Attempt, models.SET_NULL, null=True, related_name="events")
    deal = models.ForeignKey(Deal, models.SET_NULL, null=True, related_name="events")
    kind = models.CharField(max_length=15, choices=EventKind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    details = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.lead_id} · {self.kind}"
