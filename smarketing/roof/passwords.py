"""What everybody who works here would try first is no secret."""

import re
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext, gettext_lazy

from agreements.models import Agreement
from smarketing.accounts.access import Access, access_of
from smarketing.accounts.models import Invitation, Team, User

LONG_ENOUGH = 8
LOOKALIKES = str.maketrans("013457@$!", "oieastasi")


class CompanyWordsValidator:
    """The company's name, and those of the teams and agreements that one sees, add nothing to a password's length."""

    def validate(self, password: str, user: Any = None) -> None:
        plain = password.lower()
        rest = list(plain)
        for word in company_words(user):
            for found in re.finditer(re.escape(word), plain.translate(LOOKALIKES)):
                rest[found.start() : found.end()] = [""] * len(word)
        own = re.sub(r"\d+", "0", "".join(rest))  # a year is one sign
        if len("".join(rest)) < len(plain) and len(own) < LONG_ENOUGH:
            raise ValidationError(
                gettext("Without the names of company, teams and agreements too little of this password is left."),
                code="password_of_company_words",
            )

    def get_help_text(self) -> str:
        return str(gettext_lazy("Names of your company, its teams and agreements do not count."))


def company_words(user: Any) -> list[str]:
    """The longest first, so that none hides in another; as they look with letters for digits."""
    texts = ["smarketing", str(getattr(user, "email", "")).partition("@")[2], *_names_known_to(user)]
    words = {word.lower().translate(LOOKALIKES) for text in texts for word in re.findall(r"[^\W_]{4,}", text)}
    return sorted(words, key=len, reverse=True)


def _names_known_to(user: Any) -> Iterator[str]:
    """Of others the answer would tell somebody from outside that they exist."""
    access = _access(user)
    agreements = Agreement.objects.visible_to(access).with_teams()
    own = Q() if access.is_administrator else Q(pk__in=[team for team, _side, _role in access.roles])
    teams = {*Team.objects.filter(own), *(team for agreement in agreements for team in agreement.parties)}
    for agreement in agreements:
        yield from (agreement.name, agreement.slug, agreement.scope)
    for team in teams:
        yield from (team.name, team.organisation)


def _access(user: Any) -> Access:
    """Who joins sees what the invitation is for."""
    if not isinstance(user, User) or user.pk:
        return access_of(user) if user else Access()
    asked = Invitation.objects.standing().filter(email__iexact=user.email).select_related("team").first()
    if asked is None:
        return Access()
    roles = frozenset({(asked.team.pk, asked.team.side, asked.role)} if asked.team else ())
    return Access(asked.is_administrator, roles, asked.team.organisation if asked.team else "")
