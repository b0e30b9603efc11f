"""What a signed-in person may do, read once a request, and the guards made from it. The rights stand in `rights`."""

from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any, Protocol

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Q

from smarketing.accounts.models import Side, User
from smarketing.accounts.rights import RIGHTS, Verb
from smarketing.lib.guards import Guard
from smarketing.lib.request import PortalRequest

NOTHING = Q(pk__in=[])


class Parties(Protocol):
    """An agreement, as far as rights are concerned."""

    marketing_team_id: Any
    sales_team_id: Any
    service_team_id: Any


@dataclass(frozen=True)
class Access:
    """`roles` are (team id, its side, the role in it). An administrator may everything, also without a team.

    `organisation` is the outside one to which this person belongs; empty for our own people.
    """

    is_administrator: bool = False
    roles: frozenset[tuple[int, str, str]] = frozenset()
    organisation: str = ""

    def is_of_house(self, organisation: str) -> bool:
        """Whether a team of that organisation is of the own house, and its people are colleagues."""
        return self.is_administrator or self.organisation == organisation

    def teams(self, verb: Verb, side: Side) -> set[int]:
        """The own teams of that side in which the role is enough."""
        right = RIGHTS[verb]
        if side not in right.sides:
            return set()
        return {team for team, own, role in self.roles if own == side and role in right.roles}

    @cached_property
    def led_teams(self) -> frozenset[int]:
        """The own teams whose people this person may invite, and say what they are."""
        return frozenset(team for side in Side for team in self.teams(Verb.STAFF, side))

    @cached_property
    def own_verbs(self) -> frozenset[Verb]:
        """What the teams give a person to do."""
        return frozenset(verb for verb in Verb if any(self.teams(verb, side) for side in Side))

    @cached_property
    def verbs(self) -> frozenset[Verb]:
        """What may be done somewhere: the guards of pages and the links to them go by it."""
        return frozenset(Verb) if self.is_administrator else self.own_verbs

    def sides(self, verb: Verb, agreement: Parties) -> list[Side]:
        """The sides of the agreement for which this person may by an own team."""
        return [side for side in Side if getattr(agreement, f"{side}_team_id") in self.teams(verb, side)]

    def may(self, verb: Verb, agreement: Parties) -> bool:
        return self.is_administrator or bool(self.sides(verb, agreement))

    def check(self, verb: Verb, agreement: Parties) -> None:
        if not self.may(verb, agreement):
            raise PermissionDenied

    def where(self, verb: Verb, agreement: str = "", *, sides: tuple[Side, ...] = tuple(Side)) -> Q:
        """The same as `may` for a queryset; `agreement` is the path to it, as in "agreement__"."""
        if self.is_administrator:
            return Q()
        own = {side: self.teams(verb, side) for side in sides}
        found = [Q((f"{agreement}{side}_team__in", teams)) for side, teams in own.items() if teams]
        return reduce(Q.__or__, found) if found else NOTHING


def access_of(user: User | AnonymousUser) -> Access:
    if not isinstance(user, User) or not user.is_active:
        return Access()
    rows = list(user.memberships.values_list("team_id", "team__side", "role", "team__organisation"))
    roles = frozenset((team, side, role) for team, side, role, _house in rows)
    return Access(user.is_administrator, roles, max((house for *_role, house in rows), default=""))


VERB_OF_GUARD: dict[str, Verb] = {}


def guard(name: str, verb: Verb, *, of_the_house: bool = False) -> Guard:
    """`of_the_house`: not for people of an outside organisation."""
    VERB_OF_GUARD[name] = verb

    def may(request: PortalRequest) -> bool:
        return verb in request.access.verbs and not (of_the_house and request.access.organisation)

    return Guard(name, may)


anyone = Guard("anyone")
signed_in = Guard("signed in", lambda request: True)
marketers = guard("marketers", Verb.MARKET)
reps = guard("reps", Verb.FOLLOW_UP)
practitioners = guard("practitioners", Verb.SEE)
excusers = guard("parties", Verb.EXCUSE)
approvers = guard("leads of a party", Verb.APPROVE)
sales_leads = guard("sales leads", Verb.ASSIGN)
integrators = guard("integrators", Verb.INTEGRATE)
team_leads = guard("team leads", Verb.MATCH)
staff_leads = guard("leads of a team", Verb.STAFF)
writers = guard("writers of agreements", Verb.AMEND, of_the_house=True)
readers = guard("readers of figures", Verb.READ)
administrators = guard("administrators", Verb.ADMINISTER)
