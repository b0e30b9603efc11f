"""Reads: the other agreements of the teams of one that is begun: what it takes from them, what tells it from them."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from agreements.document.stored import document_of
from agreements.models import Agreement
from smarketing.accounts.access import Access
from smarketing.accounts.models import Side, Team
from smarketing.lib import words


def nearest(access: Access, marketing: str, sales: str) -> Agreement | None:
    """The newest one of both teams, else of sales, else of marketing, which this person may read."""
    named = {side: Team.objects.named(name, side) for side, name in ((Side.MARKETING, marketing), (Side.SALES, sales))}
    teams = {f"{side}_team": team for side, team in named.items() if team}
    if not teams:
        return None
    found = Agreement.objects.visible_to(access).with_teams().filter(Q(*teams.items(), _connector=Q.OR))

    def shared(one: Agreement) -> tuple[bool, ...]:
        same = {name: getattr(one, name) == team for name, team in teams.items()}
        return (all(same.values()) and len(same) > 1, same.get("sales_team", False))

    return max(found, key=lambda one: (*shared(one), one.pk), default=None)


def between(access: Access, marketing: str, sales: str) -> Agreement | None:
    """The newest one of exactly these two, begun or being written, that this person may read."""
    teams = [Team.objects.named(name, side) for side, name in ((Side.MARKETING, marketing), (Side.SALES, sales))]
    if None in teams:
        return None
    found = Agreement.every.visible_to(access).filter(marketing_team=teams[0], sales_team=teams[1])
    return found.with_teams().order_by("-pk").first()


def days_of(agreement: Agreement) -> dict[str, Any]:
    """Its public holidays as a template says them; empty where it has none."""
    calendar = document_of(agreement).calendar
    public = {"country": calendar.country, "subdivision": calendar.subdivision, "optional": calendar.optional or None}
    return {name: value for name, value in public.items() if value} if calendar.country else {}


def with_days(data: Mapping[str, Any], days: Mapping[str, Any]) -> dict[str, Any]:
    """A template's data with these public holidays instead of its own."""
    calendar = {name: value for name, value in data["calendar"].items() if name != "holidays"}
    return {**data, "calendar": calendar | ({"holidays": dict(days)} if days else {})}


def not_told_apart(agreement: Agreement) -> str:
    """Of another one between the same teams, whose scope says the same or as little; empty where there is none."""
    others = Agreement.every.exclude(pk=agreement.pk).filter(
        marketing_team=agreement.marketing_team, sales_team=agreement.sales_team
    )
    for other in others.order_by("pk"):
        if words.key(other.scope) == words.key(agreement.scope):
            text = _("“%(other)s” is between the same teams: say in the scope what tells this agreement from it.")
            return text % {"other": other}
    return ""
