"""An agreement opened for one person: what the address asks for, under that person's permission."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.http import Http404
from django.shortcuts import get_object_or_404

from agreements.models import Agreement
from agreements.terms import Timeline, timeline
from reports.facts.reading import Reading, read
from reports.pages.filters import Chosen
from reports.pages.links import Links
from reports.pages.scorecard import Card, card_of
from smarketing.accounts.rights import Verb
from smarketing.lib.request import PortalRequest


@dataclass(frozen=True)
class Opened:
    agreement: Agreement
    terms: Timeline
    at: datetime
    today: date
    chosen: Chosen
    with_names: bool

    @property
    def links(self) -> Links:
        return Links(self.agreement.slug, self.chosen.period, self.chosen.source, self.chosen.tier)

    @cached_property
    def reading(self) -> Reading:
        return read(
            self.agreement,
            self.chosen.period,
            at=self.at,
            today=self.today,
            terms=self.terms,
            source=self.chosen.source,
            tier=self.chosen.tier,
        )

    @cached_property
    def card(self) -> Card:
        return card_of(self.agreement, self.chosen.period, at=self.at, today=self.today, terms=self.terms)


def opened(request: PortalRequest, slug: str, *, at: datetime) -> Opened:
    access = request.access
    agreement = get_object_or_404(Agreement.objects.visible_to(access).with_teams(), slug=slug)
    found = opened_all(request, [agreement], at=at)
    if not found:
        raise Http404
    return found[0]


def opened_all(request: PortalRequest, agreements: list[Agreement], *, at: datetime) -> list[Opened]:
    """Those that have terms: without any there is nothing to measure by."""
    found = [(agreement, timeline(agreement)) for agreement in agreements]
    return [_opened(request, agreement, terms, at) for agreement, terms in found if terms.versions]


def _opened(request: PortalRequest, agreement: Agreement, terms: Timeline, at: datetime) -> Opened:
    today = terms.day_of(at)
    return Opened(
        agreement=agreement,
        terms=terms,
        at=at,
        today=today,
        chosen=Chosen.read(request.GET, today),
        with_names=request.access.may(Verb.SEE, agreement),
    )
