"""Reads: the parties of an agreement, who may sign for each of them, and which have not signed."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from agreements.document.groups.signers import SIGNERS
from agreements.enums import Capacity
from agreements.models import Agreement, Signature, Version
from agreements.terms import in_force
from smarketing.accounts.access import access_of
from smarketing.accounts.models import Membership, Role, Side, Team, User
from smarketing.accounts.rights import Verb


@dataclass(frozen=True)
class Signer:
    """`user` is None for an address that nobody here has, or whose owner cannot read the agreement."""

    email: str
    capacity: Capacity
    user: User | None

    def __str__(self) -> str:
        return f"{self.user or self.email} ({self.capacity.label})"


@dataclass(frozen=True)
class Party:
    """One side of an agreement. `signers` are those whom the agreement in force names, else the leads of the team."""

    side: Side
    team: Team
    signers: tuple[Signer, ...]

    @property
    def who(self) -> str:
        return ", ".join(map(str, self.signers)) or "–"


def ever_signed(agreement: Agreement) -> bool:
    """From the first signature on only the parties together change what is agreed."""
    return Signature.objects.filter(version__agreement=agreement).exists()


def teams_of(agreement: Agreement) -> dict[Side, Team]:
    teams = {side: getattr(agreement, f"{side}_team") for side in Side}
    return {side: team for side, team in teams.items() if team is not None}


def named_sides(sides: Iterable[Side]) -> str:
    *others, last = [str(side.label) for side in sides]
    return _(" and ").join([", ".join(others), last] if others else [last])


def other_sides(agreement: Agreement, own: Container[Side]) -> str:
    """The parties beside one's own, by name; all of them for who speaks for none, or for all."""
    every = list(teams_of(agreement))
    return named_sides([side for side in every if side not in own] or every)


def parties(agreement: Agreement, today: date) -> list[Party]:
    named = _named(agreement, today)
    return [Party(side, team, named.get(side) or _leads(team)) for side, team in teams_of(agreement).items()]


def sides_signed_by(agreement: Agreement, user: User, today: date) -> dict[Side, Capacity]:
    """The sides for which this person may sign, and as what."""
    found: dict[Side, Capacity] = {}
    for party in parties(agreement, today):
        for signer in party.signers:
            if signer.user == user:
                found.setdefault(party.side, signer.capacity)
    return found


def missing(version: Version) -> list[Side]:
    """The parties that have not signed it."""
    signed = {signature.side for signature in version.signatures.all()}
    return [side for side in teams_of(version.agreement) if side not in signed]


def _named(agreement: Agreement, today: date) -> dict[Side, tuple[Signer, ...]]:
    versions = list(agreement.versions.current().order_by("effective_on"))
    rows = SIGNERS.from_stored(in_force(versions, today).groups.get(SIGNERS.key, [])) if versions else ()
    if not rows:
        return {}
    emails = [row.email.lower() for row in rows]
    people = {user.email.lower(): user for user in User.objects.filter(email__in=emails)}
    named: dict[Side, list[Signer]] = {}
    for row in rows:
        user = people.get(row.email.lower())
        there = user if user and access_of(user).may(Verb.READ, agreement) else None
        named.setdefault(Side(row.side), []).append(Signer(row.email, Capacity(row.signs_as), there))
    return {side: tuple(signers) for side, signers in named.items()}


def _leads(team: Team) -> tuple[Signer, ...]:
    rows = Membership.objects.filter(team=team, role=Role.LEAD, user__is_active=True).select_related("user")
    return tuple(Signer(row.user.email, Capacity.LEAD, row.user) for row in rows.order_by("user__name"))
