"""What somebody's next draft of an agreement is to say."""

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.enums import VersionState
from agreements.models.terms import Agreement, Version

if TYPE_CHECKING:
    from smarketing.accounts.models import User

UNDER_WAY = (VersionState.PROPOSED, VersionState.IN_FORCE, VersionState.SUPERSEDED)


class DraftNoteQuerySet(models.QuerySet["DraftNote"]):
    def to_write(self, by: "User") -> "DraftNoteQuerySet":
        """Of this person, neither done nor in a proposal that still stands."""
        return self.unwritten().filter(by=by)

    def unwritten(self) -> "DraftNoteQuerySet":
        """Neither done nor in a proposal that still stands: what was declined or answered is written anew, or never."""
        return self.filter(done_at=None).exclude(version__state__in=UNDER_WAY)


class DraftNote(models.Model):
    """It stays beside the draft of its author until it is done. `origin` is the address of the page it came from.

    A draft is written anew each time it is saved: `version` is known once it has been proposed.
    """

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="draft_notes")
    by = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")
    text = models.CharField(_("text"), max_length=500)
    origin = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField(_("made"))
    version = models.ForeignKey(Version, models.SET_NULL, null=True, related_name="notes")
    done_at = models.DateTimeField(_("done"), null=True)

    objects = DraftNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("note for the draft")
        verbose_name_plural = _("notes for the draft")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text

    @property
    def came_to_nothing(self) -> bool:
        """The proposal that it was written into: it is in none that stands."""
        return self.version is not None and self.version.state not in UNDER_WAY

    @property
    def is_in_force(self) -> bool:
        return self.version is not None and self.version.state in (VersionState.IN_FORCE, VersionState.SUPERSEDED)
