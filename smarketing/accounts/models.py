from datetime import datetime
from typing import Any, ClassVar, NoReturn

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from smarketing.lib import words
from smarketing.lib.turning import keeps_direction


class NobodyIsDeleted(Exception):
    """Who leaves keeps the history under the own name: the account is closed, not removed."""


class UserQuerySet(models.QuerySet["User"]):
    def delete(self) -> NoReturn:
        raise NobodyIsDeleted

    def administrators(self) -> "UserQuerySet":
        return self.filter(is_superuser=True, is_active=True)


class UserManager(BaseUserManager["User"]):
    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def administrators(self) -> UserQuerySet:
        return self.get_queryset().administrators()

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who can sign in. `is_superuser` makes an administrator of the whole portal.

    `left_at` is when somebody left last, also of one who has come back since: sessions from before are not valid again.
    """

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=150, validators=[keeps_direction])
    language = models.CharField(_("language"), max_length=2, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    joined_at = models.DateTimeField(_("joined"), auto_now_add=True)
    left_at = models.DateTimeField(_("left"), null=True, blank=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("email"), name="one_person_per_email")]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_administrator(self) -> bool:
        return self.is_active and self.is_superuser

    @property
    def is_staff(self) -> bool:
        return self.is_administrator

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise NobodyIsDeleted

    def _get_session_auth_hash(self, secret: Any = None) -> str:
        """Sessions end with a new password, and for good when somebody leaves."""
        said = f"{self.password} {self.left_at.timestamp() if self.left_at else ''}"
        return salted_hmac("smarketing.accounts.session", said, secret=secret, algorithm="sha256").hexdigest()

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]


class Side(models.TextChoices):
    MARKETING = "marketing", _("Marketing")
    SALES = "sales", _("Sales")
    SERVICE = "service", _("Service")


class TeamQuerySet(models.QuerySet["Team"]):
    def standing(self) -> "TeamQuerySet":
        """Without those that were merged into another one."""
        return self.filter(merged_into=None)

    def named(self, name: str, side: str) -> "Team | None":
        """However it is spelt: one name is one team, the one into which it was merged. The very spelling goes first."""
        found = self._named(name, side)
        return found.merged_into or found if found else None

    def _named(self, name: str, side: str) -> "Team | None":
        same = [team for team in self.filter(side=side).order_by("pk") if words.key(team.name) == words.key(name)]
        return min(same, key=lambda team: team.name != name, default=None)


class Team(models.Model):
    """`organisation` is empty for our own house. A team of an outside organisation says so wherever it is named.

    A team that was merged into another one stays for the history: nobody is in it, and nothing begins with it.
    """

    name = models.CharField(_("name"), max_length=100, validators=[keeps_direction])
    side = models.CharField(_("side"), max_length=10, choices=Side.choices)
    organisation = models.CharField(
        _("outside organisation"), max_length=100, blank=True, default="", db_default="", validators=[keeps_direction]
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="merged_here"
    )
    members = models.ManyToManyField(User, through="Membership", related_name="teams")

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["name", "side"], name="one_team_per_name_and_side")]

    def __str__(self) -> str:
        if not self.organisation:
            return self.name
        return gettext("%(team)s (outside: %(organisation)s)") % {"team": self.name, "organisation": self.organisation}

    @property
    def is_outside(self) -> bool:
        return bool(self.organisation)

    def clean(self) -> None:
        """For the administration."""
        same = Team.objects.named(self.name, self.side)
        if same and same.pk != self.pk:
            raise ValidationError({"name": _("There is a team of this name on this side already.")})


class Role(models.TextChoices):
    MEMBER = "member", _("Member")
    LEAD = "lead", _("Team lead")
    LEADERSHIP = "leadership", _("Leadership")


WORKING = (Role.MEMBER, Role.LEAD)  # leadership reads the team's figures and has none of its work


class MembershipQuerySet(models.QuerySet["Membership"]):
    def working(self) -> "MembershipQuerySet":
        """Of those who can be given work: active people who do the team's."""
        return self.filter(role__in=WORKING, user__is_active=True)


class Membership(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.MEMBER)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["user", "team"], name="one_membership_per_team")]

    def __str__(self) -> str:
        return f"{self.user} · {self.team}"

    def clean(self) -> None:
        """For the administration."""
        if self.user_id and self.team_id:
            check_one_house(self.user, self.team)


def check_one_house(person: User, team: Team, *, organisation: str | None = None) -> None:
    """Raises ValidationError: somebody of an outside organisation is in its teams only, and no administrator.

    `organisation` is what the team's is to become.
    """
    house = team.organisation if organisation is None else organisation
    if house and person.is_superuser:
        raise ValidationError(_("An administrator is in no team of an outside organisation."))
    others = person.memberships.exclude(team=team).values_list("team__organisation", flat=True)
    if any(other != house for other in others):
        raise ValidationError(_("Nobody is in teams of two houses: the own one, or an outside organisation."))


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def standing(self) -> "InvitationQuerySet":
        """Neither used nor withdrawn; those that have expired among them."""
        return self.filter(used_at=None, withdrawn_at=None)

    def valid(self, at: datetime) -> "InvitationQuerySet":
        return self.standing().filter(expires_at__gt=at)


class Invitation(models.Model):
    """Somebody is asked to join. `key` is of the link that was sent last: with another one the former is void.

    The letter is sent by the worker: `mailed_at` says when; until then it is tried again, `tries` times so far.
    """

    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("name"), max_length=150)
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("team"))
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.MEMBER)
    is_administrator = models.BooleanField(_("administrator"), default=False)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("invited by"))
    at = models.DateTimeField(_("invited"))
    expires_at = models.DateTimeField(_("valid until"))
    key = models.CharField(max_length=32)
    language = models.CharField(_("language"), max_length=2)
    origin = models.CharField(_("address of the portal"), max_length=300)
    tries = models.PositiveSmallIntegerField(default=0)
    try_at = models.DateTimeField()
    mailed_at = models.DateTimeField(_("sent"), null=True)
    used_at = models.DateTimeField(_("used"), null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=models.Q(used_at=None, withdrawn_at=None),
                name="one_standing_invitation_per_email",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.at:%Y-%m-%d}"


class PeopleChangeKind(models.TextChoices):
    INVITED = "invited", _("Invited")
    INVITED_AGAIN = "invited_again", _("Invitation sent again")
    WITHDRAWN = "withdrawn", _("Invitation withdrawn")
    JOINED = "joined", _("Joined")
    ROLE = "role", _("Role in a team")
    ADMINISTRATOR = "administrator", _("Administrator")
    DETAILS = "details", _("Name or address")
    LEFT = "left", _("Left")
    CAME_BACK = "came_back", _("Came back")
    TEAM = "team", _("Team")
    RENAMED = "renamed", _("Team renamed")
    MERGED = "merged", _("Teams merged")
    ORGANISATION = "organisation", _("Outside organisation of a team")
    ADMINISTRATION = "administration", _("Changed in the administration")


class PeopleChange(models.Model):
    """The history of people and teams: who changed what about whom, from what to what."""

    person = models.ForeignKey(User, models.PROTECT, null=True, related_name="changes")
    team = models.ForeignKey(Team, models.SET_NULL, null=True, related_name="changes")
    invitation = models.ForeignKey(Invitation, models.PROTECT, null=True, related_name="changes")
    kind = models.CharField(_("what"), max_length=20, choices=PeopleChangeKind.choices)
    before = models.CharField(max_length=300, blank=True)
    after = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("change of people or teams")
        verbose_name_plural = _("changes of people and teams")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.kind} · {self.at}"


class SentForm(models.Model):
    """A form that somebody sent and what was answered to it, kept for a day: sent again it is not done again.

    `key` is of the key that the form was shown with, and its address; `content` of all that it said.
    """

    person = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=64)
    content = models.CharField(max_length=64)
    sent_at = models.DateTimeField(db_index=True)
    goes_to = models.TextField(blank=True)
    said = models.JSONField(default=list)

    class Meta:
        verbose_name = _("sent form")
        verbose_name_plural = _("sent forms")
        constraints = [models.UniqueConstraint(fields=["person", "key", "content"], name="one_answer_per_sent_form")]

    def __str__(self) -> str:
        return f"{self.person_id} · {self.sent_at}"
