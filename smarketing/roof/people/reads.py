"""Reads: what a person is in each team, the open leads to give away, and what was changed."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q

from agreements.models import Agreement
from leads.models import Handoff
from leads.work.queue import team_reps
from smarketing.accounts.access import Access
from smarketing.accounts.models import Membership, PeopleChange, PeopleChangeKind, Role, Team, User
from smarketing.accounts.people import changes_of

MOST_GIVEN = 500  # what the queue takes in one step


@dataclass(frozen=True)
class TeamRole:
    membership: Membership
    may_change: bool


@dataclass(frozen=True)
class GivenAway:
    """The open leads of a person that somebody may give away: of one sales team, for its reps."""

    team: Team
    handoffs: list[int]
    total: int
    reps: list[User]


@dataclass(frozen=True)
class PeopleEntry:
    at: datetime
    by: User | None
    what: str
    about: str
    before: str
    after: str


def roles_of(person: User, access: Access, *, by: User) -> list[TeamRole]:
    """The own roles are for somebody else to change."""
    rows = person.memberships.select_related("team").order_by("team__side", "team__name")
    is_open = access.is_administrator or person.pk != by.pk
    return [TeamRole(row, is_open and (access.is_administrator or row.team_id in access.led_teams)) for row in rows]


def given_away(person: User, access: Access) -> list[GivenAway]:
    rows = Handoff.objects.led_by(access).open().filter(rep=person).order_by("handed_at", "pk")
    by_team: dict[int, list[int]] = {}
    for pk, team in rows.values_list("pk", "agreement__sales_team"):
        by_team.setdefault(team, []).append(pk)
    reps, teams = team_reps(by_team.keys()), Team.objects.in_bulk(by_team)
    return [
        GivenAway(teams[team], pks[:MOST_GIVEN], len(pks), [rep for rep in reps[team] if rep.pk != person.pk])
        for team, pks in by_team.items()
    ]


def zone_of(access: Access) -> str | None:
    """The zone of the reader's agreements; of several the one that most of them have."""
    zones = Counter(Agreement.objects.visible_to(access).order_by("time_zone").values_list("time_zone", flat=True))
    return next((zone for zone, _count in zones.most_common(1)), None)


def person_history(person: User, access: Access, *, most: int) -> list[PeopleEntry]:
    """Who of another house has done something, its people know by itself; an outside organisation is not told."""
    entries = [entry_of(change) for change in changes_of(access).filter(person=person)[:most]]
    if not access.organisation:
        return entries
    own = set(User.objects.filter(teams__organisation=access.organisation).values_list("pk", flat=True))
    return [entry if entry.by is None or entry.by.pk in own else replace(entry, by=None) for entry in entries]


def team_history(team: Team) -> list[PeopleEntry]:
    """What became of the team itself; what became of its people stands on their pages."""
    own = PeopleChange.objects.filter(Q(team=team) | Q(team__merged_into=team), person=None, invitation=None)
    return [entry_of(change) for change in own.select_related("team", "by", "person")]


def entry_of(change: PeopleChange) -> PeopleEntry:
    """In the reader's language."""
    is_role = change.kind in (PeopleChangeKind.ROLE, PeopleChangeKind.JOINED)
    before, after = ((_role(text) if is_role else text) for text in (change.before, change.after))
    about = " · ".join(str(part) for part in (change.team,) if part)
    return PeopleEntry(change.at, change.by, change.get_kind_display(), about, before, after)


def _role(text: str) -> str:
    return str(Role(text).label) if text in Role.values else text
