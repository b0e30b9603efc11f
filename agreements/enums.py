from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Pacing(TextChoices):
    WORKING = "working", _("by working day")
    CALENDAR = "calendar", _("by calendar day")


class VersionState(TextChoices):
    """`IN_FORCE`: agreed, and in force from its day on. What ends before that: taken back, refused, or answered."""

    DRAFT = "draft", _("draft")
    PROPOSED = "proposed", _("proposed")
    IN_FORCE = "in_force", _("in force")
    SUPERSEDED = "superseded", _("superseded")
    WITHDRAWN = "withdrawn", _("withdrawn")
    DECLINED = "declined", _("declined")
    COUNTERED = "countered", _("answered by another proposal")


class ExceptionState(TextChoices):
    """Of an exception beyond the terms: it counts once every other party that it concerns has accepted it."""

    PROPOSED = "proposed", _("proposed")
    AGREED = "agreed", _("agreed")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Capacity(TextChoices):
    """As what somebody signs for a side."""

    LEAD = "lead", _("as lead")
    DEPUTY = "deputy", _("as deputy")


class How(TextChoices):
    """How a month's target came about."""

    DERIVED = "derived", _("from the quota")
    DIRECT = "direct", _("agreed directly")
    PROPOSED = "proposed", _("proposed and accepted")


class DefaultReason(TextChoices):
    """The words for the return reasons with which every agreement begins; other reasons bring their own."""

    WRONG_DATA = "wrong_data", _("Wrong contact data")
    BELOW_QUALITY = "below_quality", _("Below the agreed quality")
    DUPLICATE = "duplicate", _("Duplicate")
    NOT_REACHED = "not_reached", _("Could not be reached")
    BAD_TIMING = "bad_timing", _("Not the right time")


def reason_words(key: str, label: str | None) -> str:
    """As written in the agreement; for a default reason without a label, in the reader's language; none for none."""
    if not key:
        return ""
    return label or (str(DefaultReason(key).label) if key in DefaultReason.values else key)


class Weekday(TextChoices):
    MON = "mon", _("Monday")
    TUE = "tue", _("Tuesday")
    WED = "wed", _("Wednesday")
    THU = "thu", _("Thursday")
    FRI = "fri", _("Friday")
    SAT = "sat", _("Saturday")
    SUN = "sun", _("Sunday")
