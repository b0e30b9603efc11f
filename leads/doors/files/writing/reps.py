"""Reps named in files: who is meant, and the matching of the others by hand. No file makes an account."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from agreements.models import Agreement
from leads.models import Attempt, Handoff, RepName
from leads.refusals import Refused
from smarketing.accounts.models import Membership, User
from smarketing.lib.words import key


class NotInSalesTeam(Refused):
    """The person is no member of the agreement's sales team."""


class RepBook:
    """Name or e-mail in a file -> the person of the sales team, where it can be only one."""

    def __init__(self, people: Iterable[tuple[int, str, str]], matched: dict[str, int]) -> None:
        known = list(people)
        names = Counter(key(name) for _pk, name, _email in known)
        self._people = {key(name): pk for pk, name, _email in known if names[key(name)] == 1}
        self._people |= {key(email): pk for pk, _name, email in known}
        self._matched = matched
        self._found: dict[str, int | None] = {"": None}

    def rep(self, name: str) -> int | None:
        if name not in self._found:
            self._found[name] = self._matched.get(key(name)) or self._people.get(key(name))
        return self._found[name]


def rep_book(agreement: Agreement) -> RepBook:
    people = sales_people(agreement).values_list("pk", "name", "email")
    return RepBook(people, {key(name): pk for name, pk in agreement.rep_names.values_list("name", "user_id")})


def sales_people(agreement: Agreement) -> QuerySet[User]:
    members = Membership.objects.working().filter(team=agreement.sales_team_id)
    return User.objects.filter(memberships__in=members)


@dataclass(frozen=True)
class NamedRep:
    """A name that files gave, how often it stands there, and who it was matched to."""

    name: str
    handoffs: int
    attempts: int
    user: User | None = None


def named_reps(agreement: Agreement) -> list[NamedRep]:
    """The names that are nobody yet, the most frequent first, then those matched by hand."""
    matched = {row.name: row.user for row in agreement.rep_names.select_related("user")}
    unsettled = ~Q(rep_name="") & (Q(rep=None) | Q(rep_name__in=matched))
    handoffs = _frequency(Handoff.objects.filter(unsettled, agreement=agreement))
    attempts = _frequency(Attempt.objects.filter(unsettled, lead__agreement=agreement))
    names = handoffs.keys() | attempts.keys() | matched.keys()
    found = [NamedRep(name, handoffs[name], attempts[name], matched.get(name)) for name in names]
    return sorted(found, key=lambda rep: (rep.user is not None, -rep.handoffs - rep.attempts, rep.name))


def _frequency(rows: QuerySet[Any]) -> Counter[str]:
    return Counter(dict(rows.order_by().values_list("rep_name").annotate(Count("pk"))))


def match_rep(agreement: Agreement, name: str, user: User, *, by: User, at: datetime) -> int:
    """From now on this name means this person, also in what is there already. Answers how many rows that is."""
    if not sales_people(agreement).filter(pk=user.pk).exists():
        raise NotInSalesTeam(_("%(name)s is not a member of the sales team.") % {"name": user})
    with transaction.atomic():
        unmatch_rep(agreement, name)
        RepName.objects.create(agreement=agreement, name=name, user=user, by=by, at=at)
        handoffs = Handoff.objects.filter(agreement=agreement, rep_name=name, rep=None)
        attempts = Attempt.objects.filter(lead__agreement=agreement, rep_name=name, rep=None)
        assigned = Coalesce(F("assigned_at"), F("handed_at"))
        return handoffs.update(rep=user, assigned_at=assigned) + attempts.update(rep=user)


def unmatch_rep(agreement: Agreement, name: str) -> int:
    """The name is nobody again; handoffs given to somebody else in the meantime stay with them."""
    with transaction.atomic():
        match = RepName.objects.select_for_update().filter(agreement=agreement, name=name).first()
        if match is None:
            return 0
        handoffs = Handoff.objects.filter(agreement=agreement, rep_name=name, rep=match.user)
        attempts = Attempt.objects.filter(lead__agreement=agreement, rep_name=name, rep=match.user)
        match.delete()
        return handoffs.update(rep=None, assigned_at=None) + attempts.update(rep=None)
