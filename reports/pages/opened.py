"""An agreement opened for one person: what the address asks for, under that person's permission."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.http import Http404
from django.shortcuts import get_object_or_404

from agreements.models import Agreement
from agreements.terms import Timeline, timeline
from reports.facts.dimensions import scope_name
from reports.facts.left_out import LeftOut, left_out
from reports.facts.reading import Reading, end_of, read
from reports.pages.filters import Chosen
from reports.pages.links import Links
from reports.pages.scorecard import Card, card_of
from smarketing.accounts.access import Access
from smarketing.accounts.rights import Verb
from smarketing.lib.request import PortalRequest


@dataclass(frozen=True)
class Opened:
    """`at` is now, or the end of the day on whose evening one looks; `today` the last day that one sees."""

    agreement: Agreement
    terms: Timeline
    at: datetime
    today: date
    chosen: Chosen
    with_names: bool
    access: Access

    @property
    def links(self) -> Links:
        return Links(self.agreement.slug, self.chosen.period, self.chosen.scope, self.chosen.on, self.chosen.without)

    @property
    def group(self) -> str:
        return scope_name(self.chosen.scope)

    @property
    def looks_back(self) -> bool:
        return self.chosen.on is not None

    @property
    def without(self) -> bool:
        return self.chosen.without

    @cached_property
    def left_out(self) -> LeftOut:
        return left_out(self.agreement, self.chosen.period, self.terms, self.at)

    @property
    def begins_on(self) -> date | None:
        """The day on which the agreement took effect, where the period was over before."""
        first_on = self.terms.versions[0].effective_on
        return first_on if self.chosen.period.end_on < first_on else None

    @cached_property
    def reading(self) -> Reading:
        return self.read()

    def read(self) -> Reading:
        """Not kept: for files, whose rows come long after the choice of them is made."""
        return read(
            self.agreement,
            self.chosen.period,
            at=self.at,
            today=self.today,
            terms=self.terms,
            scope=self.chosen.scope,
            looks_back=self.looks_back,
            without=self.without,
        )

    @cached_property
    def card(self) -> Card:
        return card_of(
            self.agreement,
            self.links,
            at=self.at,
            today=self.today,
            terms=self.terms,
            looks_back=self.looks_back,
            without=self.without,
        )


def opened(request: PortalRequest, slug: str, *, now: datetime | None = None) -> Opened:
    """`now` where it is not the request's: a list that is turned keeps its instant."""
    agreement = get_object_or_404(Agreement.objects.visible_to(request.access).with_teams(), slug=slug)
    found = opened_all(request, [agreement], now=now)
    if not found:
        raise Http404
    return found[0]


def opened_all(request: PortalRequest, agreements: list[Agreement], *, now: datetime | None = None) -> list[Opened]:
    """Those that have terms: without any there is nothing to measure by."""
    found = [(agreement, timeline(agreement)) for agreement in agreements]
    return [_opened(request, agreement, terms, now or request.now) for agreement, terms in found if terms.versions]


def _opened(request: PortalRequest, agreement: Agreement, terms: Timeline, now: datetime) -> Opened:
    chosen = Chosen.read(request.GET, terms.day_of(now))
    at = end_of(chosen.on, terms) if chosen.on else now
    return Opened(
        agreement=agreement,
        terms=terms,
        at=at,
        today=chosen.on or terms.day_of(at),
        chosen=chosen,
        with_names=request.access.may(Verb.SEE, agreement),
        access=request.access,
    )
