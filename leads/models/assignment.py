"""By which rules leads are given to reps, who takes how many, who is away, and what each rule has decided."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.document.groups.qualification import CRITERIA, Criterion
from agreements.models import Agreement
from leads.enums import AssignmentWay
from leads.models.facts import Handoff
from smarketing.accounts.models import User

MOST_WEIGHT = 100


class Seat(models.Model):
    """What a member of the sales team takes of the agreement's leads. Without one a member takes part, a lead does not.

    Caps count all leads of the sales team; None is no cap. `hours` are the own ones by weekday, {"mon": [["09:00",
    "13:00"]]}; empty: those of the agreement.
    """

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="seats")
    rep = models.ForeignKey(User, models.CASCADE, related_name="+")
    takes_part = models.BooleanField(_("takes part"), default=True)
    weight = models.PositiveSmallIntegerField(
        _("weight"), default=1, validators=[MinValueValidator(1), MaxValueValidator(MOST_WEIGHT)]
    )
    most_today = models.PositiveSmallIntegerField(_("at most a day"), null=True, blank=True)
    most_open = models.PositiveSmallIntegerField(_("at most open"), null=True, blank=True)
    hours = models.JSONField(_("own hours"), default=dict, blank=True)

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        constraints = [models.UniqueConstraint(fields=["agreement", "rep"], name="one_seat_per_rep")]

    def __str__(self) -> str:
        return f"{self.agreement} · {self.rep}"


class AssignmentRule(models.Model):
    """The first rule that is on and suits a lead decides. `conditions` are criteria as in an agreement; none suit all.

    It concerns what is handed over from `on_since`; None: it is off. `is_for_all`: everybody who takes part.
    """

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="assignment_rules")
    name = models.CharField(_("name"), max_length=60)
    order = models.PositiveSmallIntegerField(default=0)
    conditions = models.JSONField(_("conditions"), default=list, blank=True)
    way = models.CharField(_("way"), max_length=5, choices=AssignmentWay.choices, default=AssignmentWay.TURN)
    is_for_all = models.BooleanField(_("everybody who takes part"), default=True)
    on_since = models.DateTimeField(_("on since"), null=True, blank=True)
    changed_at = models.DateTimeField(_("changed"))
    changed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("assignment rule")
        verbose_name_plural = _("assignment rules")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        found: Any = CRITERIA.from_stored(self.conditions)
        return tuple(found)

    @property
    def is_on(self) -> bool:
        return self.on_since is not None


class RuleShare(models.Model):
    """A rep in a rule. `credit` in leads: what the rule owes (above zero) or has given ahead; see `rotation`."""

    rule = models.ForeignKey(AssignmentRule, models.CASCADE, related_name="shares")
    rep = models.ForeignKey(User, models.CASCADE, related_name="+")
    is_named = models.BooleanField(default=False)
    credit = models.FloatField(default=0.0)

    class Meta:
        verbose_name = _("share in a rule")
        verbose_name_plural = _("shares in rules")
        constraints = [models.UniqueConstraint(fields=["rule", "rep"], name="one_share_per_rule_and_rep")]

    def __str__(self) -> str:
        return f"{self.rule} · {self.rep}"


class Draw(models.Model):
    """One decision. `rep` is None where it was left in the pool; `shares` and `passed` by rep, as `rotation.Pick`."""

    handoff = models.ForeignKey(Handoff, models.CASCADE, related_name="draws")
    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="+")
    rule = models.ForeignKey(AssignmentRule, models.SET_NULL, null=True, related_name="+")
    way = models.CharField(max_length=5, choices=AssignmentWay.choices)
    rep = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    shares = models.JSONField(default=dict)
    passed = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("decision of a rule")
        verbose_name_plural = _("decisions of rules")
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["agreement", "at"], name="draw_period")]

    def __str__(self) -> str:
        return f"{self.handoff_id} · {self.at}"


class DeskSettings(models.Model):
    """Whether figures about one named rep are shown to others; without a row they are not."""

    agreement = models.OneToOneField(Agreement, models.CASCADE, related_name="+")
    names_reps = models.BooleanField(_("figures about named reps"), default=False)
    changed_at = models.DateTimeField(_("changed"))
    changed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("settings of assignment")
        verbose_name_plural = _("settings of assignment")

    def __str__(self) -> str:
        return f"{self.agreement_id}"


class AbsenceOrigin(models.TextChoices):
    SAID = "said", _("Entered here")
    CALENDAR = "calendar", _("From a calendar")


class Absence(models.Model):
    """When somebody is away. Only the times are kept: why is nobody's business here."""

    person = models.ForeignKey(User, models.CASCADE, related_name="absences")
    begins_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    origin = models.CharField(max_length=10, choices=AbsenceOrigin.choices, default=AbsenceOrigin.SAID)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ["begins_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(begins_at__lt=models.F("ends_at")), name="absence_ends_after")
        ]
        indexes = [models.Index(fields=["person", "ends_at"], name="absence_of_person")]

    def __str__(self) -> str:
        return f"{self.person_id} · {self.begins_at:%Y-%m-%d}"
