"""Reviews: what became of their days, what was said in them, and what was decided."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from agreements.enums import VersionState
from agreements.models import Agreement, DraftNote
from smarketing.accounts.models import User

LONGEST_TEXT = 500


class ReviewMeeting(models.Model):
    """One review, once somebody has done something with it: until then its day follows from the rhythm alone.

    `planned_on` is the day of the rhythm, or the one for which it was called: it names the review, however often it is
    moved. `agenda` is empty until the review is held, and then what it was at that instant; each of its points keeps
    its note. `changes` counts how often it was moved, for calendars.
    """

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="reviews")
    planned_on = models.DateField(_("planned for"))
    is_called = models.BooleanField(_("called between"), default=False)
    on = models.DateField(_("day"))
    begins = models.TimeField(_("begins at"), null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    changed_at = models.DateTimeField(_("changed"))
    changed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    changes = models.PositiveSmallIntegerField(default=0)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True)
    held_at = models.DateTimeField(_("held"), null=True)
    held_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    present = models.TextField(_("who was there"), blank=True)
    agenda = models.JSONField(_("agenda"), default=list, blank=True)
    closed_at = models.DateTimeField(_("minutes closed"), null=True)
    closed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["planned_on"]
        constraints = [models.UniqueConstraint(fields=["agreement", "planned_on"], name="one_review_per_planned_day")]

    def __str__(self) -> str:
        return f"{self.agreement} · {self.on}"

    def get_absolute_url(self) -> str:
        return reverse("reports:review", args=[self.agreement.slug, self.planned_on.isoformat()])


class ReviewMove(models.Model):
    """One change of a review's day, or its cancelling: none of its reasons is lost when it is moved again."""

    meeting = models.ForeignKey(ReviewMeeting, models.CASCADE, related_name="moves")
    before = models.DateField(_("day before"))
    on = models.DateField(_("day"), null=True)
    reason = models.CharField(_("reason"), max_length=300)
    at = models.DateTimeField(_("changed"))
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("move of a review")
        verbose_name_plural = _("moves of reviews")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.reason


class ReviewPoint(models.Model):
    """What somebody of the parties wants to talk about."""

    meeting = models.ForeignKey(ReviewMeeting, models.CASCADE, related_name="points")
    text = models.CharField(_("point"), max_length=LONGEST_TEXT)
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("point of an agenda")
        verbose_name_plural = _("points of agendas")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text


IN_FORCE = Q(note__version__state__in=(VersionState.IN_FORCE, VersionState.SUPERSEDED))


class ReviewDecisionQuerySet(models.QuerySet["ReviewDecision"]):
    def with_review(self) -> "ReviewDecisionQuerySet":
        return self.select_related("meeting__agreement", "owner", "note__version")

    def open(self) -> "ReviewDecisionQuerySet":
        """Neither said to be done nor in force as part of a version."""
        return self.filter(done_at=None).exclude(IN_FORCE)


class ReviewDecision(models.Model):
    """What was decided in a review, who sees to it, and until when. `note` is there once it is to become a draft."""

    meeting = models.ForeignKey(ReviewMeeting, models.CASCADE, related_name="decisions")
    text = models.CharField(_("decision"), max_length=LONGEST_TEXT)
    owner = models.ForeignKey(User, models.PROTECT, related_name="review_decisions", verbose_name=_("owner"))
    due_on = models.DateField(_("due on"))
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    done_at = models.DateTimeField(_("done"), null=True)
    done_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    note = models.ForeignKey(DraftNote, models.SET_NULL, null=True, related_name="+")

    objects = ReviewDecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision of a review")
        verbose_name_plural = _("decisions of reviews")
        ordering = ["due_on", "pk"]

    def __str__(self) -> str:
        return self.text

    @property
    def is_done(self) -> bool:
        return self.done_at is not None or (self.note is not None and self.note.is_in_force)

    def is_late(self, today: date) -> bool:
        return not self.is_done and self.due_on < today


class CalendarAddress(models.Model):
    """The secret address at which calendar programs fetch what a person has to think of. Only its digest is kept."""

    person = models.OneToOneField(User, models.CASCADE, related_name="calendar_address")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")

    def __str__(self) -> str:
        return str(self.person)
