"""How many of last month's leads would have met criteria: those of a version, or those that somebody is writing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods
from pydantic import ValidationError

from agreements.criterion_words import criterion_text
from agreements.document.groups.qualification import CRITERIA, Criterion
from agreements.document.qualifying import QualifiedCount
from agreements.document.tables import zones
from agreements.models import Agreement
from agreements.pages.fetch import visible_or_written
from agreements.pages.versions import readable
from agreements.pages.writing.begin import template_or_404
from agreements.pages.writing.rows import group_part
from agreements.terms import timeline
from leads.work.qualification import would_have_met
from smarketing.accounts.access import readers
from smarketing.accounts.models import Side, Team
from smarketing.lib.numbers import whole
from smarketing.lib.periods import Period
from smarketing.lib.request import PortalRequest

NEW = "new"  # no agreement is called so


@dataclass(frozen=True)
class Held:
    """Last month's leads, held against criteria. `team`: whose they are, where they are not the agreement's own."""

    month: Period
    team: Team | None = None
    found: QualifiedCount | None = None


@readers
@require_http_methods(["GET", "HEAD", "POST"])
def would_meet(request: PortalRequest, slug: str) -> HttpResponse:
    """A piece of the pages on which an agreement is read and written. Nothing is saved."""
    agreement = None if slug == NEW else visible_or_written(request, slug)
    criteria = _written(request) if request.method == "POST" else _kept(request, agreement)
    context: dict[str, Any] = {"criteria": criteria}
    if criteria:
        held = _held(request, agreement, criteria)
        context |= {"held": held, "found": held.found}
        if held.found:
            ways = zip(map(criterion_text, criteria), held.found.failing, held.found.unknown, strict=True)
            context["ways"] = [way for way in ways if way[1]]
    return TemplateResponse(request, "leads/would_meet.html", context)


def _held(request: PortalRequest, agreement: Agreement | None, criteria: Sequence[Criterion]) -> Held:
    """Against the agreement's own leads; where it has none, those of its marketing team that the reader may read."""
    zone = ZoneInfo(agreement.time_zone) if agreement else _zone_written(request)
    month = Period.of(request.now.astimezone(zone).date()).previous()
    if agreement and not agreement.is_draft:
        own = would_have_met([agreement], criteria, month, zone)
        if own.total:
            return Held(month, None, own)
    team = agreement.marketing_team if agreement else _team_written(request)
    if team is None:
        return Held(month)
    return Held(month, team, would_have_met(_marketed_by(team, request), criteria, month, zone))


def _marketed_by(team: Team, request: PortalRequest) -> QuerySet[Agreement]:
    """What marketing does with others is not told to an outside organisation."""
    found: QuerySet[Agreement] = Agreement.objects.visible_to(request.access).filter(marketing_team=team)
    return found


def _team_written(request: PortalRequest) -> Team | None:
    return Team.objects.named(_sent(request, "marketing_team"), Side.MARKETING)


def _zone_written(request: PortalRequest) -> ZoneInfo:
    sent = _sent(request, "time_zone")
    return ZoneInfo(sent if sent in zones() else settings.TIME_ZONE)


def _sent(request: PortalRequest, name: str) -> str:
    return (request.POST if request.method == "POST" else request.GET).get(name, "").strip()


def _kept(request: PortalRequest, agreement: Agreement | None) -> Sequence[Criterion]:
    """Of the template or version asked for, else of the one in force."""
    if agreement is None:
        return CRITERIA.from_stored(template_or_404(request.GET.get("template", "")).data.get(CRITERIA.key, ()))
    asked = readable(agreement, request.user, request.access).filter(pk=whole(request.GET.get("version", "")) or 0)
    if (version := asked.first()) is not None:
        return CRITERIA.from_stored(version.groups.get(CRITERIA.key, ()))
    if agreement.is_draft:
        return ()
    terms = timeline(agreement)
    return terms.on(terms.day_of(request.now)).criteria


def _written(request: PortalRequest) -> Sequence[Criterion] | None:
    """None as long as one of them makes no sense yet."""
    part = group_part(CRITERIA, request.POST, ())
    if not part.is_valid():
        return None
    filled = [row.values() for row in part.forms if row.has_changed() and not row.cleaned_data.get("DELETE")]
    try:
        return [Criterion.model_validate(row) for row in filled]
    except ValidationError:
        return None
