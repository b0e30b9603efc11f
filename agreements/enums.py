from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Pacing(TextChoices):
    WORKING = "working", _("by working day")
    CALENDAR = "calendar", _("by calendar day")


class VersionState(TextChoices):
    DRAFT = "draft", _("draft")
    IN_FORCE = "in_force", _("in force")
    SUPERSEDED = "superseded", _("superseded")


class How(TextChoices):
    """How a month's target came about."""

    DERIVED = "derived", _("from the quota")
    DIRECT = "direct", _("agreed directly")
    PROPOSED = "proposed", _("proposed and accepted")


class Weekday(TextChoices):
    MON = "mon", _("Monday")
    TUE = "tue", _("Tuesday")
    WED = "wed", _("Wednesday")
    THU = "thu", _("Thursday")
    FRI = "fri", _("Friday")
    SAT = "sat", _("Saturday")
    SUN = "sun", _("Sunday")
