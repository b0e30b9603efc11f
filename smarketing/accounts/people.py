"""Actions: what becomes of people and teams. Each is for an administrator or who leads the team, and is written down.

Nobody is deleted: who leaves keeps the history under the own name, and may come back.
"""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from smarketing.accounts.access import Access, access_of
from smarketing.accounts.models import (
    Invitation,
    Membership,
    PeopleChange,
    PeopleChangeKind,
    Role,
    Side,
    Team,
    User,
    check_one_house,
)
from smarketing.lib import words


class PeopleRefused(Exception):
    """`field` names what is refused, where it is one; the text is for the person who tried."""

    def __init__(self, text: str, field: str = "") -> None:
        super().__init__(text)
        self.field = field


class OwnRights(PeopleRefused):
    """Nobody says what the own rights are."""


class LastAdministrator(PeopleRefused):
    """One administrator stays."""


class TwoHouses(PeopleRefused):
    """Somebody of an outside organisation belongs to nothing else."""


class OthersPeople(PeopleRefused):
    """Who leads a team decides for it, and for nobody who is also in another one."""


def led_teams(access: Access) -> QuerySet[Team]:
    standing = Team.objects.standing()
    return standing if access.is_administrator else standing.filter(pk__in=access.led_teams)


def people_of(access: Access) -> QuerySet[User]:
    """Whose page somebody may open: everybody for an administrator, else those of the own teams."""
    if access.is_administrator:
        return User.objects.all()
    return User.objects.filter(pk__in=Membership.objects.filter(team__in=access.led_teams).values("user"))


def check_staff(by: User, team: Team) -> None:
    if not by.is_administrator and team.pk not in access_of(by).led_teams:
        raise PermissionDenied


def check_own(by: User, person: User) -> None:
    """Who leads a team invites new people; those of other teams are brought in by an administrator."""
    if not people_of(access_of(by)).filter(pk=person.pk).exists():
        raise PermissionDenied


def check_others(by: User, person: User) -> None:
    """An administrator may everything already."""
    if by.pk == person.pk and not by.is_administrator:
        raise OwnRights(_("Your own roles are for somebody else to change."))


def check_close(by: User, person: User) -> None:
    """Who may close or open somebody's account."""
    if by.pk == person.pk:
        raise OwnRights(_("Nobody closes the own account: another person does that."))
    if by.is_administrator:
        return
    teams = set(person.memberships.values_list("team_id", flat=True))
    led = access_of(by).led_teams
    if not teams & led:
        raise PermissionDenied
    if person.is_superuser or teams - led:
        raise OthersPeople(_("This person has a part outside your teams: an administrator can do this."))


def may_close(by: User, person: User) -> bool:
    try:
        check_close(by, person)
    except (PeopleRefused, PermissionDenied):
        return False
    return True


def set_role(person: User, team: Team, role: Role, *, by: User, at: datetime, seen: str | None = None) -> bool:
    """Into the team, or to another role in it. Answers whether something changed.

    `seen` is the role that was shown, empty for none: raises PeopleRefused where it is another by now.
    """
    check_staff(by, team)
    check_own(by, person)
    check_others(by, person)
    with transaction.atomic():
        locked(person)
        membership = Membership.objects.filter(user=person, team=team).first()
        before = membership.role if membership else ""
        if before == role:
            return False
        if seen is not None and seen != before:
            raise PeopleRefused(_("Somebody else has changed this role in the meantime."))
        _check_house(person, team)
        Membership.objects.update_or_create(user=person, team=team, defaults={"role": role})
        tell(PeopleChangeKind.ROLE, person=person, team=team, before=before, after=role, by=by, at=at)
    return True


def take_out(person: User, team: Team, *, by: User, at: datetime) -> bool:
    check_staff(by, team)
    check_others(by, person)
    with transaction.atomic():
        locked(person)
        membership = Membership.objects.filter(user=person, team=team).first()
        if membership is None:
            return False
        membership.delete()
        tell(PeopleChangeKind.ROLE, person=person, team=team, before=membership.role, by=by, at=at)
    return True


def set_administrator(person: User, wanted: bool, *, by: User, at: datetime) -> bool:
    with transaction.atomic():
        administrators = locked_administrators()
        if by.pk not in administrators:
            raise PermissionDenied
        current = locked(person)
        if current.is_superuser == wanted:
            return False
        if not wanted:
            check_not_last(current, administrators)
        elif current.memberships.exclude(team__organisation="").exists():
            raise TwoHouses(_("Somebody of an outside organisation is no administrator here."))
        User.objects.filter(pk=person.pk).update(is_superuser=wanted)
        said = (_yes(current.is_superuser), _yes(wanted))
        tell(PeopleChangeKind.ADMINISTRATOR, person=person, before=said[0], after=said[1], by=by, at=at)
    return True


def leave(person: User, *, by: User, at: datetime) -> bool:
    """The account is closed and its sessions end. Roles stay, so that coming back is one step."""
    check_close(by, person)
    with transaction.atomic():
        administrators = locked_administrators()
        current = locked(person)
        if not current.is_active:
            return False
        check_not_last(current, administrators)
        User.objects.filter(pk=person.pk).update(is_active=False, left_at=at)
        tell(PeopleChangeKind.LEFT, person=person, by=by, at=at)
    return True


def come_back(person: User, *, by: User, at: datetime) -> bool:
    check_close(by, person)
    with transaction.atomic():
        if locked(person).is_active:
            return False
        User.objects.filter(pk=person.pk).update(is_active=True)
        tell(PeopleChangeKind.CAME_BACK, person=person, by=by, at=at)
    return True


def make_team(name: str, side: Side, *, by: User, at: datetime, organisation: str = "") -> Team:
    if not by.is_administrator:
        raise PermissionDenied
    refusal = PeopleRefused(_("There is a team of this name on this side already."), "name")
    if Team.objects.named(name, side):
        raise refusal
    try:
        with transaction.atomic():
            team = Team.objects.create(name=name, side=side, organisation=spelt(organisation))
            tell(PeopleChangeKind.TEAM, team=team, after=str(team), by=by, at=at)
    except IntegrityError:
        raise refusal from None
    return team


def rename_team(team: Team, name: str, *, by: User, at: datetime) -> bool:
    """What was signed keeps the name of its day."""
    with transaction.atomic():
        team = locked_team(team, by)
        before = team.name
        if before == name:
            return False
        same = [Team.objects.named(name, side) for side in Side]
        if any(one and one.pk != team.pk for one in same):
            raise PeopleRefused(_("There is a team of this name already."), "name")
        team.name = name
        team.save(update_fields=["name"])
        tell(PeopleChangeKind.RENAMED, team=team, before=before, after=name, by=by, at=at)
    return True


def set_organisation(team: Team, organisation: str, *, by: User, at: datetime) -> bool:
    """Raises TwoHouses where people of the team belong to another house as well."""
    organisation = spelt(organisation)
    with transaction.atomic():
        team = locked_team(team, by)
        before = team.organisation
        if before == organisation:
            return False
        for membership in team.memberships.select_related("user"):
            _check_house(locked(membership.user), team, organisation=organisation)
        if organisation and Invitation.objects.standing().filter(team=team, is_administrator=True).exists():
            raise TwoHouses(_("Somebody is invited into this team as an administrator: withdraw that first."))
        team.organisation = organisation
        team.save(update_fields=["organisation"])
        tell(PeopleChangeKind.ORGANISATION, team=team, before=before, after=organisation, by=by, at=at)
    return True


def spelt(organisation: str) -> str:
    """As it is spelt already: one name is one organisation."""
    known = Team.objects.exclude(organisation="").values_list("organisation", flat=True).distinct()
    same = [other for other in known if words.key(other) == words.key(organisation)]
    return organisation if organisation in same else next(iter(sorted(same)), organisation)


def organisations() -> list[str]:
    return sorted(set(Team.objects.exclude(organisation="").values_list("organisation", flat=True)))


def locked_team(team: Team, by: User) -> Team:
    """For an administrator: as it is now. Raises PeopleRefused for one that was merged into another meanwhile."""
    if not by.is_administrator:
        raise PermissionDenied
    team = Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    if team.merged_into_id is not None:
        raise PeopleRefused(_("This team has been merged into another one in the meantime."))
    return team


def _check_house(person: User, team: Team, *, organisation: str | None = None) -> None:
    try:
        check_one_house(person, team, organisation=organisation)
    except ValidationError as refusal:
        raise TwoHouses(f"{person}: {refusal.message}") from None


def locked(person: User) -> User:
    """As it is now, and as it stays until the transaction ends."""
    return User.objects.select_for_update(no_key=True).get(pk=person.pk)


def locked_administrators() -> list[int]:
    """In one order, so that two who take each other's right away wait instead of standing in each other's way."""
    found = User.objects.administrators().select_for_update(no_key=True).order_by("pk")
    return [person.pk for person in found]


def check_not_last(person: User, administrators: list[int]) -> None:
    if administrators == [person.pk]:
        raise LastAdministrator(_("This is the last administrator: make somebody else one first."))


def tell(
    kind: PeopleChangeKind,
    *,
    by: User | None,
    at: datetime,
    before: str = "",
    after: str = "",
    **about: Any,
) -> None:
    """`about`: the person, the team, the invitation."""
    PeopleChange.objects.create(kind=kind, before=before[:300], after=after[:300], by=by, at=at, **about)


def _yes(is_so: bool) -> str:
    return "yes" if is_so else ""


def changes_of(access: Access) -> QuerySet[PeopleChange]:
    """What was changed about the people whom somebody may see; the newest first."""
    known = PeopleChange.objects.select_related("person", "team", "by", "invitation")
    if access.is_administrator:
        return known
    own = Q(person__in=people_of(access)) & (Q(team=None) | Q(team__in=access.led_teams))
    return known.filter(own | Q(invitation__team__in=access.led_teams))
