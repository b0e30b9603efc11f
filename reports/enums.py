from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class OwedState(TextChoices):
    OPEN = "open", pgettext_lazy("owed", "open")
    GIVEN = "given", pgettext_lazy("owed", "given, to be confirmed")
    CONFIRMED = "confirmed", pgettext_lazy("owed", "given and confirmed")
    WAIVED = "waived", pgettext_lazy("owed", "waived")
    FALLEN_AWAY = "fallen_away", pgettext_lazy("owed", "no longer owed: the month was judged again")


class Cause(TextChoices):
    GOAL = "goal", _("unrealistic goal")
    RESOURCES = "resources", _("too few resources")
    PROCESS = "process", _("process")
    SKILLS = "skills", _("skills")
    OUTSIDE = "outside", _("outside cause")


class NoteKind(TextChoices):
    PROPOSED = "proposed", pgettext_lazy("owed", "proposed by the portal")
    GIVE = "give", pgettext_lazy("owed", "given")
    CONFIRM = "confirm", pgettext_lazy("owed", "confirmed")
    DISPUTE = "dispute", pgettext_lazy("owed", "disputed")
    WAIVE = "waive", pgettext_lazy("owed", "waived")
    RECKONED = "reckoned", pgettext_lazy("owed", "reckoned again")
    SHEET = "sheet", _("root-cause sheet written")
