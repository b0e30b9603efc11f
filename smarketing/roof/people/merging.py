"""Actions: a team is renamed, moves to another house, or is merged; the agreements of which it is a party say so."""

from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from agreements.document.stored import document_of
from agreements.document.versions import set_heading
from agreements.models import Agreement, Change
from smarketing.accounts.models import Invitation, PeopleChangeKind, Side, Team, User
from smarketing.accounts.people import PeopleRefused, locked_team, rename_team, set_organisation, tell


class NotMergeable(PeopleRefused):
    """Two teams that stay two."""


@dataclass(frozen=True)
class Merging:
    """What would move. Who is in both teams keeps the role in the team that stays."""

    source: Team
    target: Team
    people: int
    in_both: int
    agreements: list[Agreement]


def rename(team: Team, name: str, *, by: User, at: datetime) -> bool:
    with transaction.atomic():
        before = team.name
        changed = rename_team(team, name, by=by, at=at)
        if changed:
            _write_down(agreements_of(team), before, name, side=team.side, by=by, at=at)
    return changed


def move_house(team: Team, organisation: str, *, by: User, at: datetime) -> bool:
    """What kind an agreement is follows from its parties where its text does not say it."""
    with transaction.atomic():
        changed = set_organisation(team, organisation, by=by, at=at)
        for agreement in agreements_of(team) if changed else ():
            set_heading(agreement, document_of(agreement))
    return changed


def agreements_of(team: Team) -> list[Agreement]:
    """Those of which it is a party."""
    return list(Agreement.objects.filter(_is_party(team)).order_by("pk"))


def possible_targets(team: Team) -> list[Team]:
    same = Team.objects.standing().filter(side=team.side, organisation=team.organisation)
    return list(same.exclude(pk=team.pk))


def merging(source: Team, target: Team) -> Merging:
    """Changes nothing. Raises NotMergeable."""
    if source.pk == target.pk or source.side != target.side or source.organisation != target.organisation:
        raise NotMergeable(_("Only two teams of one side and one house are merged."), "into")
    people = set(source.memberships.values_list("user", flat=True))
    in_both = people & set(target.memberships.values_list("user", flat=True))
    return Merging(source, target, len(people), len(in_both), agreements_of(source))


def merge(source: Team, target: Team, *, by: User, at: datetime) -> Merging:
    """Not to be undone: nothing tells afterwards who was in which of the two but the history."""
    with transaction.atomic():
        for team in sorted((source, target), key=lambda team: team.pk):  # in one order: two at once wait
            locked_team(team, by)
        list(Agreement.objects.select_for_update().filter(_is_party(source) | _is_party(target)).order_by("pk"))
        found = merging(source, target)
        members = target.memberships.values("user")
        for membership in source.memberships.filter(user__in=members).select_related("user"):
            tell(PeopleChangeKind.ROLE, person=membership.user, team=source, before=membership.role, by=by, at=at)
        source.memberships.filter(user__in=members).delete()
        for membership in source.memberships.select_related("user"):
            about: dict[str, Any] = {"person": membership.user, "before": str(source), "after": str(target)}
            tell(PeopleChangeKind.MERGED, team=target, by=by, at=at, **about)
        source.memberships.update(team=target)
        Invitation.objects.standing().filter(team=source).update(team=target)
        for side in Side:
            Agreement.objects.filter(**{f"{side}_team": source}).update(**{f"{side}_team": target})
        Team.objects.filter(Q(pk=source.pk) | Q(merged_into=source)).update(merged_into=target)
        tell(PeopleChangeKind.MERGED, team=source, before=str(source), after=str(target), by=by, at=at)
        _write_down(found.agreements, source.name, target.name, side=source.side, by=by, at=at)
    return found


def _is_party(team: Team) -> Q:
    return reduce(Q.__or__, (Q((f"{side}_team", team)) for side in Side))


def _write_down(agreements: list[Agreement], before: str, after: str, *, side: str, by: User, at: datetime) -> None:
    for agreement in agreements:
        Change.objects.create(agreement=agreement, by=by, at=at, lines=[[[f"{side}_team"], before, after]])
